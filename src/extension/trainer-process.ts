// One training, as the extension starts it: `aeconf train … --json`, detached in a process group of its own, so that it outlives
// the window. The extension only needs its first line, the run's id; from then on the run folder tells everything.
// Its output goes to files, not to a pipe: a pipe would break, and end it, when the window closes.
import { spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { StudioError } from '../core/errors.ts';
import { LineReader, parseLine } from '../core/json-lines.ts';
import { errorOf, exitError, programEnvironment, TextTail, type Program } from './program.ts';
import { signalTree, stopAtOnce } from './stop-run.ts';

export interface TrainRequest {
  readonly configPath: string;
  readonly runsFolder: string;
  readonly device: string;
  /** 0 for the trainer's own choice. */
  readonly threads: number;
  readonly dataFolders: readonly string[];
  /** Path in the spec → value. */
  readonly overrides: Readonly<Record<string, unknown>>;
  /** Only the base of a config that holds a sweep. */
  readonly withoutSweep?: boolean;
}

export interface ResumeRequest {
  readonly folder: string;
  readonly dataFolders: readonly string[];
  readonly threads: number;
  /** Train up to this many epochs in place of the spec's. */
  readonly epochs?: number;
}

const shared = (request: { readonly dataFolders: readonly string[]; readonly threads: number }) => [
  ...request.dataFolders.flatMap(folder => ['--data', folder]),
  ...(request.threads > 0 ? ['--threads', String(request.threads)] : []),
];

/** Arguments of `aeconf` for a training. */
export function trainArguments(request: TrainRequest): string[] {
  return [
    'train', request.configPath, '--runs', request.runsFolder, '--device', request.device, ...shared(request),
    ...Object.entries(request.overrides).flatMap(([name, value]) => ['--set', `${name}=${JSON.stringify(value)}`]),
    ...(request.withoutSweep === true ? ['--no-sweep'] : []),
  ];
}

export function resumeArguments(request: ResumeRequest): string[] {
  return ['resume', request.folder, ...shared(request), ...(request.epochs === undefined ? [] : ['--epochs', String(request.epochs)])];
}

export function resumeSweepArguments(request: { readonly id: string; readonly runsFolder: string; readonly dataFolders: readonly string[] }): string[] {
  return ['sweep', request.id, '--resume', '--runs', request.runsFolder, ...request.dataFolders.flatMap(folder => ['--data', folder])];
}

export interface StartedRun {
  readonly id: string;
  readonly folder: string;
}

/** What is known of a run that some process works on. */
export interface LiveRun {
  readonly folder: string;
  readonly sweep?: { readonly id: string };
}

export interface TrainerExit {
  /** Absent when it ended well (also when it was stopped). */
  readonly error?: StudioError;
}

/** Exit code of `aeconf` after a stop that was asked for. */
const STOPPED = 130;

/** Milliseconds a trainer has to end in order once it was told to. */
const GRACE = 10_000;

/** Looks at the output file this often until the run is known, in milliseconds. */
const LOOK = 30;

/**
 * A file that a child writes and we read, without a name where the system allows that: nothing is left behind when the
 * window closes before the child ends.
 */
class OutputFile {
  readonly descriptor: number;
  private readonly file: string;
  private offset = 0;
  private readonly decoder = new StringDecoder('utf8');

  constructor(name: string) {
    this.file = path.join(os.tmpdir(), `aeconf-${process.pid}-${Date.now()}-${name}`);
    this.descriptor = fs.openSync(this.file, 'ax+', 0o600);
    if (process.platform !== 'win32') fs.unlinkSync(this.file);
  }

  /** What was written since the last call. */
  read(): string {
    const bytes = Buffer.alloc(fs.fstatSync(this.descriptor).size - this.offset);
    if (bytes.length === 0) return '';
    const count = fs.readSync(this.descriptor, bytes, 0, bytes.length, this.offset);
    this.offset += count;
    return this.decoder.write(bytes.subarray(0, count));
  }

  close(): void {
    fs.closeSync(this.descriptor);
    if (process.platform === 'win32') fs.rmSync(this.file, { force: true });
  }
}

/** A trainer that was started here. */
export class TrainerProcess {
  /** Resolves with the run as soon as its folder exists; rejects when the trainer ends before that. */
  readonly run: Promise<StartedRun>;
  /** Resolves when the process is gone. Never rejects. */
  readonly exit: Promise<TrainerExit>;
  private readonly child: ChildProcess;
  private readonly stdout = new OutputFile('out');
  private readonly stderr = new OutputFile('err');
  private readonly lines = new LineReader(text => this.line(text));
  private started: StartedRun | undefined;
  private sweepId: string | undefined;
  private failure: StudioError | undefined;
  private ending = false;
  private gone = false;

  constructor(program: Program, readonly args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = programEnvironment()) {
    this.child = spawn(program.node, [program.script, ...args, '--json'], {
      cwd, env, detached: true, windowsHide: true, stdio: ['ignore', this.stdout.descriptor, this.stderr.descriptor],
    });
    this.child.unref();
    this.exit = new Promise(resolve => {
      this.child.once('error', cause => {
        if (this.child.pid === undefined) resolve(this.over(new StudioError('internal', `Cannot start ${program.node}: ${cause.message}`, { cause })));
      });
      this.child.once('exit', (code, signal) => resolve(this.over(this.errorOfExit(code, signal))));
    });
    this.run = this.waitForRun();
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Id of the sweep it works through, if it does; known when `run` resolves. */
  get sweep(): string | undefined {
    return this.sweepId;
  }

  /**
   * Ends it before its run is known, firmly when it cannot be asked or does not heed; afterwards the run is stopped by its folder (stop-run.ts).
   * @throws StudioError('run') when the system refuses.
   */
  async cancel(grace = GRACE): Promise<void> {
    const { pid } = this.child;
    if (pid === undefined || this.gone) return;
    this.ending = true;
    if (signalTree(pid, 'SIGTERM')) {
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([this.exit, new Promise(resolve => { timer = setTimeout(resolve, grace); })]);
      clearTimeout(timer);
    }
    if (!this.gone) signalTree(pid, 'SIGKILL');
  }

  /**
   * Asks it to end after its step, without waiting: the window is closing.
   * @param live the runs that are live; a sweep may be at another one than the first.
   * @param onError told of each thing that could not be done; the others are.
   */
  stopAtOnce(live: readonly LiveRun[], onError: (error: unknown) => void): void {
    const { pid } = this.child;
    if (pid === undefined || this.gone) return;
    const sweep = this.sweepId;
    const folders = sweep === undefined ? this.started === undefined ? [] : [this.started.folder] : live.filter(run => run.sweep?.id === sweep).map(run => run.folder);
    for (const folder of folders) attempt(() => stopAtOnce(folder), onError);
    // Before its first run only a signal reaches it, and a sweep may be between two.
    if (folders.length > 0 && sweep === undefined) return;
    this.ending = true;
    attempt(() => {
      if (!signalTree(pid, 'SIGTERM') && folders.length === 0) signalTree(pid, 'SIGKILL');
    }, onError);
  }

  private line(text: string): void {
    const line = parseLine(text);
    this.failure ??= errorOf(line);
    if (line?.['event'] === 'sweep' && typeof line['id'] === 'string') this.sweepId ??= line['id'];
    if (line?.['event'] === 'run' && typeof line['id'] === 'string' && typeof line['folder'] === 'string') {
      this.started ??= { id: line['id'], folder: line['folder'] };
    }
  }

  private async waitForRun(): Promise<StartedRun> {
    let exit: TrainerExit | undefined;
    void this.exit.then(outcome => { exit = outcome; });
    for (;;) {
      const over = exit;
      if (over === undefined) this.lines.add(this.stdout.read());
      if (this.started !== undefined) return this.started;
      if (over !== undefined) {
        throw over.error ?? new StudioError('cancelled', 'The training was stopped before it began.');
      }
      await new Promise(resolve => setTimeout(resolve, LOOK));
    }
  }

  private errorOfExit(code: number | null, signal: NodeJS.Signals | null): StudioError | undefined {
    this.lines.add(this.stdout.read());
    this.lines.end();
    const stderr = new TextTail();
    stderr.add(this.stderr.read());
    if (this.failure !== undefined) return this.failure.reason === 'cancelled' ? undefined : this.failure;
    return code === 0 || code === STOPPED || this.ending ? undefined : exitError(this.args.join(' '), code, signal, stderr);
  }

  private over(error: StudioError | undefined): TrainerExit {
    this.gone = true;
    this.stdout.close();
    this.stderr.close();
    return error === undefined ? {} : { error };
  }
}

function attempt(act: () => void, onError: (error: unknown) => void): void {
  try {
    act();
  } catch (error) {
    onError(error);
  }
}
