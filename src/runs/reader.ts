// Reads run folders: whole ones, and ones that are growing. Folders are written by programs that get killed and disks that
// fill up, so nothing here throws over a half-written or damaged run: it is described with a reason instead.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { StudioError, messageOf } from '../core/errors.ts';
import { runFiles, type RunEvent, type RunInfo, type RunNotes, type RunState, type RunStatus, type ScalarValues, type SplitName } from './events.ts';
import { errorCode, fileError, readTextIfThere } from './files.ts';
import { parseEvent, parseInfo, parseNotes } from './json.ts';
import { decodeSafetensors, decodeSomeTensors, type Safetensors } from './safetensors.ts';
import { runCondition } from './state.ts';

/** A run without its events: what lists show. */
export interface RunSummary {
  /** Name of the folder. */
  readonly id: string;
  readonly folder: string;
  /** What the user calls it. */
  readonly name: string;
  readonly state: RunState;
  /** Why, where the state alone does not say. */
  readonly reason?: string;
  /** Absent when run.json is missing or damaged. */
  readonly info?: RunInfo;
  readonly status?: RunStatus;
  readonly notes: RunNotes;
}

export interface Run extends RunSummary {
  /** In order, without those that a resume made void. */
  readonly events: readonly RunEvent[];
  /** Lines of events.jsonl that could not be understood. */
  readonly damagedLines: number;
}

/** Reads run.json, status.json and user.json of a run; never throws. */
export async function readSummary(folder: string): Promise<RunSummary> {
  const id = path.basename(folder);
  const condition = await runCondition(folder);
  const base = { id, folder, ...(condition.status === undefined ? {} : { status: condition.status }) };
  let notes: RunNotes = {};
  try {
    notes = parseNotes((await readTextIfThere(path.join(folder, runFiles.notes)))?.text ?? '{}');
    const file = await readTextIfThere(path.join(folder, runFiles.info));
    const info = file === undefined ? 'it is missing' : parseInfo(file.text);
    if (typeof info === 'string') {
      return { ...base, name: notes.name ?? id, notes, state: 'failed', reason: `${runFiles.info} cannot be used: ${info}.` };
    }
    return { ...base, name: notes.name ?? info.name, notes, info, state: condition.state, ...(condition.reason === undefined ? {} : { reason: condition.reason }) };
  } catch (error) {
    return { ...base, name: notes.name ?? id, notes, state: 'failed', reason: messageOf(error) };
  }
}

/** Reads a whole run; never throws. */
export async function readRun(folder: string): Promise<Run> {
  const summary = await readSummary(folder);
  const tail = new RunTail(folder);
  try {
    const { events } = await tail.read();
    return { ...summary, events: withoutVoid(events), damagedLines: tail.damagedLines };
  } catch (error) {
    return { ...summary, events: [], damagedLines: 0, reason: summary.reason ?? messageOf(error) };
  }
}

/** Whether a `resume` makes an earlier event void: everything after its position, and every end. */
export function isVoidedBy(event: RunEvent, resume: { readonly step: number }): boolean {
  return event.step > resume.step || event.type === 'end';
}

/** The events that still hold, without the resume lines themselves. */
export function withoutVoid(events: readonly RunEvent[]): RunEvent[] {
  let valid: RunEvent[] = [];
  for (const event of events) {
    if (event.type === 'resume') valid = valid.filter(earlier => !isVoidedBy(earlier, event));
    else valid.push(event);
  }
  return valid;
}

/** What was told of a split after the last epoch of training; nothing before the first. */
export function lastValues(events: readonly RunEvent[], split: SplitName): ScalarValues {
  const last = events.findLast(event => event.type === 'scalars' && event.per === 'epoch' && event.split === split && event.values['loss'] !== undefined);
  return last?.type === 'scalars' ? last.values : {};
}

/** A safetensors file of a run. @throws StudioError('run') when it is missing or damaged. */
export async function readTensors(file: string): Promise<Safetensors> {
  let bytes: Uint8Array;
  try {
    bytes = await fs.promises.readFile(file);
  } catch (error) {
    throw fileError('read', file, error);
  }
  return decodeSafetensors(bytes, file);
}

/**
 * Some tensors of a safetensors file, without reading the others. A checkpoint that is replaced meanwhile is read as it was.
 * @throws StudioError('run') when the file is missing or damaged.
 */
export async function readSomeTensors(file: string, names: readonly string[]): Promise<Safetensors> {
  let handle: fs.promises.FileHandle | undefined;
  try {
    const open = handle = await fs.promises.open(file, 'r');
    const { size } = await open.stat();
    const readAt = async (into: Uint8Array, position: number): Promise<void> => {
      for (let done = 0; done < into.length;) {
        const { bytesRead } = await open.read(into, done, into.length - done, position + done);
        if (bytesRead === 0) throw new StudioError('run', `${file} became shorter while it was read. Try again.`);
        done += bytesRead;
      }
    };
    return await decodeSomeTensors(readAt, size, names, file);
  } catch (error) {
    throw fileError('read', file, error);
  } finally {
    await handle?.close();
  }
}

export interface TailRead {
  /** New events in order, `resume` events included. */
  readonly events: readonly RunEvent[];
  /** The file was replaced or cut: what was read before no longer holds, and these are all events. */
  readonly restarted: boolean;
}

const CHUNK = 1 << 20;
const NEWLINE = 10;

/** Follows a growing events.jsonl. A call without news costs one stat. */
export class RunTail {
  private readonly file: string;
  private offset = 0;
  private inode = 0;
  private damaged = 0;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(folder: string) {
    this.file = path.join(folder, runFiles.events);
  }

  /** Lines that could not be understood so far. */
  get damagedLines(): number {
    return this.damaged;
  }

  /** Bytes read so far; always just after a newline. */
  get position(): number {
    return this.offset;
  }

  /**
   * What was appended since the last call, up to the last newline. No file yet means no events.
   * @throws StudioError('run') when the file is there and cannot be read.
   */
  read(): Promise<TailRead> {
    const result = this.queue.then(() => this.readNow());
    this.queue = result.catch(() => undefined); // The caller gets the error; the next call starts afresh.
    return result;
  }

  private async readNow(): Promise<TailRead> {
    try {
      const { size, ino } = await fs.promises.stat(this.file);
      const restarted = this.offset > 0 && (size < this.offset || ino !== this.inode);
      if (restarted) {
        this.offset = 0;
        this.damaged = 0;
      }
      this.inode = ino;
      return { events: size === this.offset ? [] : await this.readLines(), restarted };
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw fileError('read', this.file, error);
      const restarted = this.offset > 0;
      this.offset = 0;
      return { events: [], restarted };
    }
  }

  private async readLines(): Promise<RunEvent[]> {
    const events: RunEvent[] = [];
    const handle = await fs.promises.open(this.file, 'r');
    try {
      let chunk = Buffer.alloc(Math.min(CHUNK, Math.max(4096, (await handle.stat()).size - this.offset)));
      for (;;) {
        const { bytesRead } = await handle.read(chunk, 0, chunk.length, this.offset);
        const end = bytesRead === 0 ? 0 : chunk.subarray(0, bytesRead).lastIndexOf(NEWLINE) + 1;
        if (end > 0) {
          this.parse(chunk.toString('utf8', 0, end), events);
          this.offset += end;
        } else if (bytesRead === chunk.length) {
          chunk = Buffer.alloc(chunk.length * 2); // A line longer than the chunk.
        } else {
          return events; // The end, or a torn line that may still be finished.
        }
      }
    } finally {
      await handle.close();
    }
  }

  private parse(lines: string, events: RunEvent[]): void {
    for (const line of lines.split('\n')) {
      if (line.trim() === '') continue;
      const event = parseEvent(line);
      if (event === undefined) this.damaged++;
      else events.push(event);
    }
  }
}
