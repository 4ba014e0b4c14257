// What a command of `aeconf` is. Its description is always loaded; its code only when it is run, so that a check of a file
// does not wait for ONNX Runtime.
import type { Arguments, Grammar, Option } from './arguments.ts';
import type { Terminal } from './terminal.ts';

export interface Context {
  readonly args: Arguments;
  readonly terminal: Terminal;
  readonly json: boolean;
  /** Aborted by the first Ctrl-C, for commands with `graceful`. */
  readonly signal: AbortSignal;
}

/** @returns the exit code. */
export type Handler = (context: Context) => Promise<number>;

export interface Command extends Grammar {
  readonly summary: string;
  /** Further paragraphs of `aeconf help NAME`. */
  readonly details?: string;
  /** Ctrl-C asks it to stop in order; a second one ends it at once. */
  readonly graceful?: boolean;
  readonly load: () => Promise<Handler>;
}

const json: Option = { name: 'json', description: 'Print JSON for machines.' };

export const options = {
  json,
  runs: { name: 'runs', value: 'DIR', description: 'Folder of the runs. Default: AECONF_RUNS, or .autoencoder/runs in the workspace.' },
  data: { name: 'data', value: 'DIR', many: true, description: 'Folder to look for data sets in; may be given several times.' },
  set: { name: 'set', value: 'PATH=VALUE', many: true, description: 'Change the spec for this run: --set training.batchSize=64.' },
  threads: { name: 'threads', value: 'N', description: 'CPU threads. Default: the physical cores.' },
  checkpoint: { name: 'checkpoint', value: 'best|last', description: 'Which weights. Default: the result of the training.' },
} as const satisfies Record<string, Option>;
