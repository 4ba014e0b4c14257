// How far a piece of work is: a line that is redrawn on a terminal, a line for every tenth elsewhere.
import type { Terminal } from './terminal.ts';

export function countTo(terminal: Terminal, what: string): (done: number, total: number) => void {
  let shown = 0;
  return (done, total) => {
    const percent = Math.floor((100 * done) / total);
    const step = terminal.interactive ? 1 : 10;
    if (percent < shown + step && done < total) return;
    shown = percent;
    if (terminal.interactive) terminal.err(done < total ? `\r\u001b[2K${what} ${percent} %` : '\r\u001b[2K');
    else terminal.err(`${what} ${percent} %\n`);
  };
}
