// Starting `aeconf`, the program that does the work. The extension runs dist/aeconf.js with the very Node it runs on itself;
// one function for short questions (devices, data sets, a summary), and trainer-process.ts for what lasts.
import { spawn, type ChildProcess } from 'node:child_process';
import { StudioError, type ErrorReason } from '../core/errors.ts';
import { LineReader, parseLine } from '../core/json-lines.ts';

export interface Program {
  /** Node, or Electron acting as Node. */
  readonly node: string;
  /** Path of aeconf.js. */
  readonly script: string;
}

/** The environment in which VS Code's own executable behaves as plain Node, without flags meant for the extension host. */
export function programEnvironment(base: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...base, ELECTRON_RUN_AS_NODE: '1', NO_COLOR: '1' };
  delete environment['NODE_OPTIONS'];
  delete environment['VSCODE_INSPECTOR_OPTIONS'];
  return environment;
}

/** Keeps the last lines of a stream of text, for error messages. */
export class TextTail {
  private text = '';
  constructor(private readonly limit = 4000) {}

  add(chunk: string): void {
    this.text = (this.text + chunk).slice(-this.limit);
  }

  /** The last `count` lines that are not empty. */
  lines(count = 12): string[] {
    return this.text.split('\n').map(line => line.trimEnd()).filter(line => line !== '').slice(-count);
  }

  toString(): string {
    return this.lines().join('\n');
  }
}

export interface ErrorLine {
  readonly event: 'error';
  readonly reason: ErrorReason;
  readonly message: string;
}

const reasons: readonly ErrorReason[] = ['spec', 'data', 'download', 'device', 'memory', 'run', 'usage', 'cancelled', 'internal'];

/** The error a line tells of, if it does. */
export function errorOf(line: Readonly<Record<string, unknown>> | undefined): StudioError | undefined {
  if (line?.['event'] !== 'error' || typeof line['message'] !== 'string') return undefined;
  return new StudioError(reasons.find(reason => reason === line['reason']) ?? 'internal', line['message'], { details: line['details'] });
}

/** What a program that ended badly has to say for itself. */
export function exitError(command: string, code: number | null, signal: NodeJS.Signals | null, stderr: TextTail): StudioError {
  const how = signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`;
  const said = stderr.toString();
  return new StudioError('internal', `\`aeconf ${command}\` ended with ${how}${said === '' ? ' and said nothing.' : `:\n${said}`}`);
}

export interface AskOptions {
  readonly cwd?: string;
  /** Aborting ends the program. */
  readonly signal?: AbortSignal;
  readonly env?: NodeJS.ProcessEnv;
  /** Told each line that the program says meanwhile. */
  readonly onMessage?: (line: string) => void;
}

/**
 * Runs `aeconf` with these arguments and `--json`, and gives back what it printed.
 * @throws StudioError with the program's own reason and message; 'cancelled' when aborted.
 */
export async function ask(program: Program, args: readonly string[], options: AskOptions = {}): Promise<unknown> {
  const child = spawn(program.node, [program.script, ...args, '--json'], {
    env: options.env ?? programEnvironment(), stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const stderr = new TextTail();
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => { stdout += chunk; });
  const messages = new LineReader(line => options.onMessage?.(line));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr.add(chunk);
    messages.add(chunk);
  });
  const { code, signal } = await ended(child, options.signal);
  const lines = stdout.split('\n').filter(line => line.trim() !== '');
  const failure = lines.map(line => errorOf(parseLine(line))).find(error => error !== undefined);
  if (failure !== undefined) throw failure;
  if (code !== 0) throw exitError(args.join(' '), code, signal, stderr);
  try {
    return JSON.parse(stdout) as unknown;
  } catch (cause) {
    throw new StudioError('internal', `\`aeconf ${args.join(' ')}\` printed something that is not JSON: ${stdout.slice(0, 200)}`, { cause });
  }
}

function ended(child: ChildProcess, abort: AbortSignal | undefined): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', cause => reject(abort?.aborted
      ? new StudioError('cancelled', 'Cancelled.', { cause })
      : new StudioError('internal', `Cannot start ${child.spawnfile}: ${cause.message}`, { cause })));
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}
