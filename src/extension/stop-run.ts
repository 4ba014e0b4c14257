// Stopping a run: first politely, by its control file, so that it ends its step and writes a checkpoint; firmly, with its whole
// process tree, only when it does not answer in time and runs on this machine.
import { execFileSync, spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { StudioError, messageOf } from '../core/errors.ts';
import { runFiles, type RunControl, type RunState } from '../runs/events.ts';
import { errorCode, replaceFileSync } from '../runs/files.ts';
import { toJson } from '../runs/json.ts';
import { requestControl } from '../runs/control.ts';
import { livenessOf } from '../runs/process.ts';
import { isActive, runCondition, type RunCondition } from '../runs/state.ts';

export interface StopOptions {
  /** Milliseconds the trainer has for its step and its checkpoint. */
  readonly grace?: number;
  /** Milliseconds between the first signal and the last. */
  readonly firmGrace?: number;
}

/**
 * Stops a run and resolves when it has ended, with its state then.
 * @throws StudioError('run') when it is not running, or runs on another machine and does not answer.
 */
export async function stopRun(folder: string, options: StopOptions = {}): Promise<RunState> {
  const { grace = 20_000, firmGrace = 3000 } = options;
  await requestControl(folder, 'stop');
  let condition = await endOf(folder, grace);
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const { status } = condition;
    if (!isActive(condition.state) || status === undefined) return condition.state;
    if (await livenessOf(status) !== 'alive') {
      throw new StudioError('run', `The run does not answer, and its process ${status.pid} on ${status.host} cannot be reached from here. Stop it there.`);
    }
    if (signalTree(status.pid, signal)) condition = await endOf(folder, firmGrace);
  }
  return condition.state;
}

/** Asks a run to stop without waiting for it: the window is closing. A run that just ended needs no asking. */
export function stopAtOnce(folder: string): void {
  replaceFileSync(path.join(folder, runFiles.control), toJson({ request: 'stop', time: Date.now() } satisfies RunControl));
}

async function endOf(folder: string, milliseconds: number): Promise<RunCondition> {
  const until = Date.now() + milliseconds;
  for (;;) {
    const condition = await runCondition(folder);
    if (!isActive(condition.state) || Date.now() >= until) return condition;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

/**
 * Signals a process with everything it started: SIGTERM asks it to end in order, SIGKILL ends it. A process that is already gone
 * is no error.
 * @returns false when it could not be asked: Windows has no way to ask a program without a window, only to end it.
 * @throws StudioError('run') when it cannot be ended.
 */
export function signalTree(pid: number, signal: 'SIGTERM' | 'SIGKILL'): boolean {
  if (process.platform === 'win32') return endByTaskkill(pid, signal === 'SIGKILL');
  try {
    // Only a group that it leads is its own: the group of a trainer in a script is the script's.
    process.kill(leadsGroup(pid) ? -pid : pid, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw new StudioError('run', `The process ${pid} cannot be ended: ${messageOf(error)}. End it where it was started.`, { cause: error });
  }
  return true;
}

/** Exit code of taskkill when there is no such process. */
const NOT_FOUND = 128;

function endByTaskkill(pid: number, firmly: boolean): boolean {
  const { status, stderr, error } = spawnSync('taskkill', ['/PID', String(pid), '/T', ...(firmly ? ['/F'] : [])], { windowsHide: true, encoding: 'utf8' });
  if (error === undefined && (status === 0 || status === NOT_FOUND)) return true;
  if (!firmly) return false;
  throw new StudioError('run', `The process ${pid} cannot be ended: ${(error?.message ?? stderr).trim().replace(/\.$/, '') || `taskkill ended with exit code ${status ?? '?'}`}. End it in the Task Manager.`, { cause: error });
}

function leadsGroup(pid: number): boolean {
  try {
    return Number(execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' })) === pid;
  } catch {
    // No such process, or no `ps` here: then only the process itself is safe to signal.
    return false;
  }
}
