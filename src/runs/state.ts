// The state of a run, derived from facts and never believed: a run whose process is gone is interrupted, whatever its file
// says. On this machine the process itself is the fact; on another one that shares the disk it is a fresh heartbeat.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { messageOf } from '../core/errors.ts';
import { runFiles, type RunState, type RunStatus } from './events.ts';
import { readTextIfThere } from './files.ts';
import { parseStatus } from './json.ts';
import { livenessOf, type Liveness } from './process.ts';

/** Milliseconds a heartbeat of another machine stays fresh; the writer beats about once a second. */
export const HEARTBEAT_FRESH = 10_000;

export interface RunCondition {
  readonly state: RunState;
  /** Why, where the state is not simply what the run wrote. */
  readonly reason?: string;
  /** Absent when status.json is missing or damaged. */
  readonly status?: RunStatus;
}

/** Whether a process works on the run right now. */
export function isActive(state: RunState): boolean {
  return state === 'preparing' || state === 'training' || state === 'paused';
}

/**
 * Weighs what a status says against the facts.
 * @param age milliseconds since the last sign of life (may be negative where clocks differ).
 */
export function weigh(status: RunStatus, liveness: Liveness, age: number): RunCondition {
  if (!isActive(status.state)) return { state: status.state, status, ...(status.message === undefined ? {} : { reason: status.message }) };
  if (liveness === 'alive') return { state: status.state, status };
  if (liveness === 'gone') return { state: 'interrupted', status, reason: `Its process (${status.pid}) ended without a word.` };
  if (Math.abs(age) < HEARTBEAT_FRESH) return { state: status.state, status };
  const where = status.host === os.hostname() ? '' : ` on ${status.host}`;
  return { state: 'interrupted', status, reason: `No sign of life from its process${where} for ${Math.round(Math.abs(age) / 1000)} s.` };
}

/** What can be done about a run that no process works on any more: a run without a checkpoint can only begin again. */
export function wayOn(folder: string): string {
  return fs.existsSync(path.join(folder, runFiles.lastCheckpoint)) ? 'Resume it to go on.' : 'It left no checkpoint to go on from: train it again.';
}

/** The state of the run in a folder. Never throws: what cannot be read is a reason. */
export async function runCondition(folder: string): Promise<RunCondition> {
  try {
    const look = () => readTextIfThere(path.join(folder, runFiles.status));
    let file = await look();
    if (file === undefined) return { state: 'interrupted', reason: `${runFiles.status} is missing.` };
    let status = parseStatus(file.text);
    if (status === undefined) return { state: 'interrupted', reason: `${runFiles.status} is damaged.` };
    const liveness = isActive(status.state) ? await livenessOf(status) : 'gone';
    if (isActive(status.state) && liveness === 'gone') {
      // A process that has just ended wrote its last word after the first look.
      file = await look() ?? file;
      status = parseStatus(file.text) ?? status;
    }
    const now = Date.now();
    // The file's time is the file server's clock, the heartbeat the trainer's: the run lives if either is fresh.
    const age = [now - status.heartbeat, now - file.changed].sort((a, b) => Math.abs(a) - Math.abs(b))[0]!;
    const condition = weigh(status, liveness, age);
    return condition.state === 'interrupted' ? { ...condition, reason: `${condition.reason ?? ''} ${wayOn(folder)}`.trim() } : condition;
  } catch (error) {
    return { state: 'interrupted', reason: messageOf(error) };
  }
}
