// Working through a sweep: its trainings one after another, or several at once as whoever calls decides how one is trained.
// What is finished is kept, what was interrupted goes on from its checkpoint, what failed is tried again; a failure ends no
// sweep, a stop ends it politely, also one that was asked of a single training.
import { messageOf, StudioError } from '../core/errors.ts';
import { isActive } from '../runs/state.ts';
import { shortNames, valueText, type SweepRecord } from '../runs/sweep.ts';
import { sweepRuns } from '../runs/sweep-report.ts';
import { resume } from './resume.ts';
import { train } from './train.ts';
import type { TrainOptions } from './trainer.ts';

export interface MemberEnd {
  readonly outcome: 'finished' | 'stopped' | 'failed';
  /** Why it failed. */
  readonly message?: string;
}

/** Trains one member to its end; never throws for what becomes of the training. */
export type MemberWork = (index: number, signal: AbortSignal) => Promise<MemberEnd>;

export interface SweepWork {
  readonly runsFolder: string;
  /** Trainings at the same time. */
  readonly parallel: number;
  readonly work: MemberWork;
  /** Aborting stops all trainings after their step, with checkpoints. */
  readonly signal?: AbortSignal;
  readonly onStart?: (index: number) => void;
  readonly onEnd?: (index: number, end: MemberEnd) => void;
}

export interface SweepEnd {
  readonly outcome: 'finished' | 'stopped' | 'failed';
  /** Members that failed now. */
  readonly failed: readonly number[];
}

/** Places of the members that are not finished, in order. @throws StudioError('run') when one is being trained right now. */
export async function unfinishedMembers(runsFolder: string, record: SweepRecord): Promise<number[]> {
  const runs = await sweepRuns(runsFolder, record.id);
  for (const { id, state, status } of runs.values()) {
    if (isActive(state)) throw new StudioError('run', `The run ${id} of this sweep is ${state} in process ${status?.pid ?? '?'} on ${status?.host ?? '?'}. Wait for it, or stop it first.`);
  }
  return record.members.flatMap((_, index) => (runs.get(index)?.state === 'finished' ? [] : [index]));
}

/**
 * Trains everything that is not finished.
 * @throws StudioError('run') when a member is being trained elsewhere.
 */
export async function runSweep(record: SweepRecord, { runsFolder, parallel, work, signal, onStart, onEnd }: SweepWork): Promise<SweepEnd> {
  const queue = await unfinishedMembers(runsFolder, record);
  const stop = new AbortController();
  const abort = (): void => { stop.abort(); };
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  const failed: number[] = [];
  let stopped = false;
  const worker = async (): Promise<void> => {
    for (;;) {
      const index = stop.signal.aborted ? undefined : queue.shift();
      if (index === undefined) return;
      onStart?.(index);
      const end = await work(index, stop.signal);
      if (end.outcome === 'stopped') {
        stopped = true;
        stop.abort();
      }
      if (end.outcome === 'failed') failed.push(index);
      onEnd?.(index, end);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.max(1, Math.min(parallel, queue.length)) }, worker));
  } finally {
    signal?.removeEventListener('abort', abort);
  }
  return { outcome: stopped || queue.length > 0 ? 'stopped' : failed.length > 0 ? 'failed' : 'finished', failed: failed.sort((a, b) => a - b) };
}

export type MemberOptions = Pick<TrainOptions, 'runsFolder' | 'dataFolders' | 'cacheFolder' | 'batchWorker' | 'onRun' | 'onStatus' | 'onEvent'>;

/** Trains a member in this process, or goes on with it. */
export function trainMember(record: SweepRecord, options: MemberOptions): MemberWork {
  return async (index, signal) => {
    try {
      const { outcome } = await beginOrResume(record, index, { ...options, signal });
      return { outcome };
    } catch (error) {
      if (error instanceof StudioError && error.reason === 'cancelled') return { outcome: 'stopped' };
      // A fault of ours in one training would be one in all.
      if (!(error instanceof StudioError) || error.reason === 'internal') throw error;
      return { outcome: 'failed', message: messageOf(error) };
    }
  };
}

async function beginOrResume(record: SweepRecord, index: number, options: MemberOptions & { readonly signal: AbortSignal }) {
  const values = record.members[index];
  if (values === undefined) throw new StudioError('usage', `The sweep ${record.id} has ${record.members.length} trainings, none with the number ${index + 1}.`);
  const run = (await sweepRuns(options.runsFolder, record.id)).get(index);
  if (run !== undefined) {
    options.onRun?.({ id: run.id, folder: run.folder });
    return resume(run.folder, options);
  }
  const { id, name, configPath, config, overrides, device, threads, members } = record;
  return train({
    ...options, configPath, device,
    overrides: { ...overrides, ...values },
    ...(threads === undefined ? {} : { threads }),
    member: { name: memberName(name, values), text: config, sweep: { id, index, count: members.length, values } },
  });
}

/** "latent-sweep units=8" */
function memberName(name: string, values: Readonly<Record<string, unknown>>): string {
  const short = shortNames(Object.keys(values));
  return [name, ...Object.entries(values).map(([key, value]) => `${short.get(key)!}=${valueText(value)}`)].join(' ');
}

/** CPU threads of each training when several share the machine's. */
export function threadsOf(total: number, parallel: number): number {
  return Math.max(1, Math.floor(total / parallel));
}
