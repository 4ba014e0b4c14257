// The exit codes of `aeconf`: one table, from which the help text is printed too.
import type { ErrorReason } from '../core/errors.ts';
import { StudioError } from '../core/errors.ts';

export const exitCodes = {
  ok: { code: 0, meaning: 'done' },
  failed: { code: 1, meaning: 'failed by a fault of aeconf' },
  usage: { code: 2, meaning: 'the command line makes no sense' },
  spec: { code: 3, meaning: 'the .aeconf file is not valid' },
  data: { code: 4, meaning: 'a data set is missing, damaged or could not be downloaded' },
  device: { code: 5, meaning: 'the device is not there or computes wrong numbers, or the model does not fit in memory' },
  run: { code: 6, meaning: 'a run is missing, damaged, in the wrong state, cannot be written, or its loss became infinite' },
  stopped: { code: 130, meaning: 'stopped by the user; aeconf resume goes on where it was' },
} as const;

const byReason: Readonly<Record<ErrorReason, keyof typeof exitCodes>> = {
  spec: 'spec', data: 'data', download: 'data', device: 'device', memory: 'device', run: 'run', usage: 'usage',
  cancelled: 'stopped', internal: 'failed',
};

/** The exit code for anything that was thrown. */
export function exitCodeOf(error: unknown): number {
  return exitCodes[error instanceof StudioError ? byReason[error.reason] : 'failed'].code;
}
