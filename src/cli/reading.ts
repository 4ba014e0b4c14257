// How far reading, unpacking or downloading data is: a line that is redrawn on a terminal; elsewhere a line now and then, and none for
// what is done at once.
import type { DataProgress } from '../data/dataset.ts';
import { progressText } from '../trainer/prepare.ts';
import type { Terminal } from './terminal.ts';

/** Milliseconds before the first line, and between two, where lines stay. */
const PACE = 700;

export interface ReadingDisplay {
  readonly onProgress: (progress: DataProgress) => void;
  /** Takes the line away. */
  erase(): void;
}

export function readingDisplay(terminal: Terminal): ReadingDisplay {
  let last = performance.now();
  let drawn = false;
  return {
    onProgress: progress => {
      if (!terminal.interactive && performance.now() - last < PACE) return;
      last = performance.now();
      drawn = terminal.interactive;
      const text = progressText(progress);
      terminal.err(terminal.interactive ? `\r\u001b[2K${text.slice(0, Math.max(20, terminal.width() - 1))}` : `${text}\n`);
    },
    erase: () => {
      if (drawn) terminal.err('\r\u001b[2K');
      drawn = false;
    },
  };
}
