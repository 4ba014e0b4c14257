// The two streams a command writes to, and what they can show. Tests put strings in their place.

export interface Terminal {
  /** Results. */
  out(text: string): void;
  /** Messages and progress. */
  err(text: string): void;
  /** Whether `err` is a terminal whose line can be redrawn. */
  readonly interactive: boolean;
  /** Whether colours are wanted (a terminal, and NO_COLOR is not set). */
  readonly color: boolean;
  /** Columns of the terminal now. */
  width(): number;
  /** Columns of the terminal that results go to; undefined for a file or a pipe. */
  outWidth(): number | undefined;
}

/** This process's own streams. A reader that went away (a closed pipe) is no error: training goes on without it. */
export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  const interactive = process.stderr.isTTY === true && process.env.TERM !== 'dumb';
  const noColor = process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== '';
  return {
    out: text => void process.stdout.write(text),
    err: text => void process.stderr.write(text),
    interactive,
    color: interactive && !noColor,
    width: () => process.stderr.columns ?? 80,
    outWidth: () => (process.stdout.isTTY ? process.stdout.columns : undefined),
  };
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

const codes: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], cyan: [36, 39],
};

/** The text in a style where the terminal shows colours, else as it is. */
export function paint(terminal: Pick<Terminal, 'color'>, style: Style, text: string): string {
  const [on, off] = codes[style];
  return terminal.color ? `\u001b[${on}m${text}\u001b[${off}m` : text;
}
