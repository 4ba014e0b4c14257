// How anyone asks something of a trainer, on this machine or another that shares the disk: a small file, replaced in one go.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { StudioError } from '../core/errors.ts';
import { runFiles, type RunControl } from './events.ts';
import { errorCode, fileError, replaceFileSync } from './files.ts';
import { parseControl, toJson } from './json.ts';
import { isActive, runCondition, wayOn } from './state.ts';

/**
 * Asks the trainer of a run to stop, pause or continue; asking for what is so already does nothing. The trainer answers
 * by its status.
 * @throws StudioError('run') when no process works on the run.
 */
export async function requestControl(folder: string, request: RunControl['request']): Promise<void> {
  const { state } = await runCondition(folder);
  if (!isActive(state)) {
    throw new StudioError('run', `Cannot ${request} the run ${path.basename(folder)}: it is ${state}, no process works on it. ${state === 'finished' ? 'Resume it with more epochs to train on.' : wayOn(folder)}`);
  }
  replaceFileSync(path.join(folder, runFiles.control), toJson({ request, time: Date.now() } satisfies RunControl));
}

/** The trainer's end: tells each request once. Asking without news costs one stat. */
export class ControlReader {
  private readonly file: string;
  private seen = '';

  constructor(folder: string) {
    this.file = path.join(folder, runFiles.control);
  }

  /** The newest request not told yet. @throws StudioError('run') when the file cannot be read. */
  next(): RunControl['request'] | undefined {
    try {
      const { mtimeNs, ino } = fs.statSync(this.file, { bigint: true });
      const version = `${ino} ${mtimeNs}`;
      if (version === this.seen) return undefined;
      const control = parseControl(fs.readFileSync(this.file, 'utf8'));
      this.seen = version;
      return control?.request;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw fileError('read', this.file, error);
    }
  }
}
