// train.log: what happened, in sentences with times, for people who look into a run folder.
import * as fs from 'node:fs';
import { messageOf } from '../core/errors.ts';
import { runFiles } from '../runs/events.ts';
import type { RunWriter } from '../runs/writer.ts';

/** Appends one entry. A log that cannot be written must not end a training that can: it is only a warning. */
export function log(writer: RunWriter, text: string): void {
  try {
    fs.appendFileSync(writer.path(runFiles.log), `${new Date().toISOString()} ${text}\n`);
  } catch (error) {
    process.emitWarning(`${runFiles.log} cannot be written: ${messageOf(error)}`);
  }
}
