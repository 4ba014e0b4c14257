// The one writer of a run folder. Whatever happens, full disk or SIGKILL, what was written before stays readable: events are
// appended as whole lines, everything else is replaced in one go.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { StudioError } from '../core/errors.ts';
import { makeFolder } from '../core/make-folder.ts';
import { runFiles, type RunEvent, type RunInfo, type RunStatus, type TensorFile } from './events.ts';
import { errorCode, fileError, renameFolder, replaceFile, replaceFileSync, syncFolder } from './files.ts';
import { eventLine, toJson } from './json.ts';
import { EventLog } from './log.ts';
import { thisProcess, type ProcessIdentity } from './process.ts';
import { readRun } from './reader.ts';
import { safetensorsParts } from './safetensors.ts';
import { isActive } from './state.ts';

/** run.json before the writer gives the run its id. */
export type NewRunInfo = Omit<RunInfo, 'format' | 'id' | 'created'>;
/** What a run says of itself; who and when is filled in, and `elapsed` too unless given. */
export type StatusUpdate = Omit<RunStatus, keyof ProcessIdentity | 'heartbeat' | 'elapsed'> & { readonly elapsed?: number };

export interface NewRun {
  readonly info: NewRunInfo;
  /** The .aeconf file as the user wrote it. */
  readonly config: string;
  readonly resolvedConfig: unknown;
  readonly status: StatusUpdate;
}

const FOLDERS = ['checkpoints', 'models', 'pictures', 'latents'];

/** "2026-11-20T19-30-05-janet-50" in local time: folders sort by time and say what they are. */
export function runId(name: string, time: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const stamp = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}T${two(time.getHours())}-${two(time.getMinutes())}-${two(time.getSeconds())}`;
  const slug = name.toLowerCase().normalize('NFKD').replace(/[^a-z0-9._]+/g, '-').slice(0, 60).replace(/^[-.]+|[-.]+$/g, '');
  return `${stamp}-${slug === '' ? 'run' : slug}`;
}

/** Counts training time: runs while the status says "training". */
class TrainingClock {
  private since: number | undefined;
  constructor(private spent: number) {}

  turn(on: boolean): void {
    if (on === (this.since !== undefined)) return;
    this.spent = this.milliseconds();
    this.since = on ? performance.now() : undefined;
  }

  /** An event told late, from before a kill, knows of more training than the lines on the disk did. */
  atLeast(milliseconds: number): void {
    this.spent += Math.max(0, milliseconds - this.milliseconds());
  }

  milliseconds(): number {
    return this.spent + (this.since === undefined ? 0 : performance.now() - this.since);
  }
}

export class RunWriter {
  private readonly clock: TrainingClock;

  private constructor(
    /** Absolute path of the run folder. */
    readonly folder: string,
    private currentInfo: RunInfo,
    private readonly identity: ProcessIdentity,
    private readonly log: EventLog,
    elapsed: number,
  ) {
    this.clock = new TrainingClock(elapsed);
  }

  /**
   * Makes the folder of a new run. It appears under its name all at once, with everything a reader needs.
   * @throws StudioError('run') when the runs folder cannot be written; nothing is left behind then.
   */
  static async create(runsFolder: string, run: NewRun): Promise<RunWriter> {
    const identity = await thisProcess();
    const created = new Date();
    const wanted = runId(run.info.name, created);
    let building: string;
    try {
      makeFolder(runsFolder);
      building = await fs.promises.mkdtemp(path.join(runsFolder, '.new-'));
      await fs.promises.chmod(building, 0o777 & ~process.umask());
    } catch (error) {
      throw fileError('make a run in', runsFolder, error);
    }
    try {
      for (const folder of FOLDERS) await fs.promises.mkdir(path.join(building, folder));
      const { elapsed = 0, ...status } = run.status;
      replaceFileSync(path.join(building, runFiles.config), run.config);
      replaceFileSync(path.join(building, runFiles.resolvedConfig), `${toJson(run.resolvedConfig, 2)}\n`);
      replaceFileSync(path.join(building, runFiles.events), '');
      replaceFileSync(path.join(building, runFiles.status), toJson({ ...status, ...identity, heartbeat: Date.now(), elapsed } satisfies RunStatus));
      for (let attempt = 1; ; attempt++) {
        const id = attempt === 1 ? wanted : `${wanted}-${attempt}`;
        const folder = path.join(runsFolder, id);
        const info: RunInfo = { ...run.info, format: 1, id, created: created.getTime() };
        replaceFileSync(path.join(building, runFiles.info), `${toJson(info, 2)}\n`);
        // A folder that is not empty cannot be renamed over: whoever comes second takes the next name.
        if (fs.existsSync(folder) || !await renamed(building, folder)) continue;
        await syncFolder(runsFolder);
        return new RunWriter(folder, info, identity, new EventLog(path.join(folder, runFiles.events)), elapsed);
      }
    } catch (error) {
      await fs.promises.rm(building, { recursive: true, force: true });
      throw fileError('make a run in', runsFolder, error);
    }
  }

  /**
   * Opens the folder of an earlier run to go on with it: cuts off a torn last line and appends `resume`.
   * @param position of the checkpoint from which training goes on; later events are void.
   * @throws StudioError('run') when the run is still being trained, or its folder is damaged.
   */
  static async resume(folder: string, { epoch, step }: { readonly epoch: number; readonly step: number }): Promise<RunWriter> {
    const run = await readRun(folder);
    if (isActive(run.state)) {
      throw new StudioError('run', `The run ${run.id} is still being trained by process ${run.status?.pid ?? '?'} on ${run.status?.host ?? '?'}. Stop it first.`);
    }
    if (run.info === undefined) throw new StudioError('run', `Cannot resume ${folder}: ${run.reason ?? `${runFiles.info} is missing`}`);
    const position = { epoch, step };
    const identity = await thisProcess();
    truncateTornTail(folder);
    const kept = run.events.filter(event => event.step <= position.step);
    const writer = new RunWriter(path.resolve(folder), run.info, identity, new EventLog(path.join(folder, runFiles.events)), kept.at(-1)?.elapsed ?? 0);
    fs.rmSync(path.join(folder, runFiles.control), { force: true });
    writer.status({ ...lastingFacts(run.status), epochs: run.status?.epochs ?? run.info.epochs, ...position, state: 'preparing', elapsed: writer.elapsed });
    writer.event({ type: 'resume', time: Date.now(), ...position });
    return writer;
  }

  get id(): string {
    return this.currentInfo.id;
  }

  get info(): RunInfo {
    return this.currentInfo;
  }

  /** Seconds spent training, over all resumes, pauses not counted. */
  get elapsed(): number {
    return this.clock.milliseconds() / 1000;
  }

  /** Absolute path of a file of the run ("tb", "train.log"). */
  path(file: string): string {
    return path.join(this.folder, file);
  }

  /** Replaces run.json by a version with these facts, learned after the run began. */
  updateInfo(change: Partial<NewRunInfo>): void {
    const info = { ...this.currentInfo, ...change };
    replaceFileSync(this.path(runFiles.info), `${toJson(info, 2)}\n`);
    this.currentInfo = info;
  }

  /**
   * Appends one line to events.jsonl, stamped with the training time.
   * @returns the event as it was written.
   * @throws StudioError('run') when it could not be written. Nothing is lost: it is kept and written with the next one.
   */
  event(event: RunEvent): RunEvent {
    if (event.elapsed !== undefined) this.clock.atLeast(event.elapsed);
    const stamped: RunEvent = { ...event, elapsed: event.elapsed ?? Math.round(this.clock.milliseconds()) };
    this.log.append(eventLine(stamped));
    return stamped;
  }

  /**
   * Replaces status.json; call it about once a second and at each change of state.
   * @throws StudioError('run') when it could not be written; the old one stays.
   */
  status(update: StatusUpdate): RunStatus {
    this.clock.turn(update.state === 'training');
    const status: RunStatus = { ...update, elapsed: update.elapsed ?? this.elapsed, ...this.identity, heartbeat: Date.now() };
    replaceFileSync(this.path(runFiles.status), toJson(status));
    return status;
  }

  /**
   * Replaces a checkpoint. When it returns, the checkpoint is on the disk and the events up to now are too; before that,
   * the former checkpoint is there and whole.
   */
  async checkpoint(kind: 'last' | 'best', tensors: TensorFile, metadata: Readonly<Record<string, string>>): Promise<void> {
    const file = this.path(kind === 'last' ? runFiles.lastCheckpoint : runFiles.bestCheckpoint);
    this.log.sync();
    await replaceFile(file, safetensorsParts(tensors, metadata), { durable: true });
  }

  /** Replaces a tensor file of the run (`runFiles.picture(3)`). */
  async tensors(file: string, tensors: TensorFile, metadata: Readonly<Record<string, string>> = {}): Promise<void> {
    await replaceFile(this.path(file), safetensorsParts(tensors, metadata));
  }

  /** Replaces any other file of the run (`runFiles.decoder`). */
  async file(file: string, contents: Uint8Array | readonly Uint8Array[]): Promise<void> {
    await replaceFile(this.path(file), contents);
  }

  /** Writes what is still pending and closes the log. */
  close(): void {
    this.clock.turn(false);
    this.log.close();
  }
}

/** What a status says that still holds when the run goes on. */
function lastingFacts(status: RunStatus | undefined): Pick<RunStatus, 'trainLoss' | 'validationLoss' | 'bestValidationLoss' | 'bestEpoch' | 'bestLoss' | 'mse' | 'pca'> {
  const { trainLoss, validationLoss, bestValidationLoss, bestEpoch, bestLoss, mse, pca } = status ?? {};
  return {
    ...(trainLoss === undefined ? {} : { trainLoss }),
    ...(validationLoss === undefined ? {} : { validationLoss }),
    ...(bestValidationLoss === undefined ? {} : { bestValidationLoss }),
    ...(bestEpoch === undefined ? {} : { bestEpoch }),
    ...(bestLoss === undefined ? {} : { bestLoss }),
    ...(mse === undefined ? {} : { mse }),
    ...(pca === undefined ? {} : { pca }),
  };
}

async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await renameFolder(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOTEMPTY' || errorCode(error) === 'EEXIST' || fs.existsSync(to)) return false;
    throw error;
  }
}

/**
 * Cuts off a last line that a killed writer did not finish.
 * @returns the number of bytes cut.
 * @throws StudioError('run') when the file cannot be changed.
 */
export function truncateTornTail(folder: string): number {
  const file = path.join(folder, runFiles.events);
  try {
    const descriptor = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT);
    try {
      const { size } = fs.fstatSync(descriptor);
      const chunk = Buffer.alloc(65536);
      let end = size;
      while (end > 0) {
        const from = Math.max(0, end - chunk.length);
        const read = fs.readSync(descriptor, chunk, 0, end - from, from);
        const newline = chunk.lastIndexOf(10, read - 1);
        if (newline >= 0 && newline < read) {
          end = from + newline + 1;
          break;
        }
        end = from;
      }
      if (end < size) fs.ftruncateSync(descriptor, end);
      return size - end;
    } finally {
      fs.closeSync(descriptor);
    }
  } catch (error) {
    throw fileError('repair', file, error);
  }
}
