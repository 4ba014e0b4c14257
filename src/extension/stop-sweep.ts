// Stopping a sweep: the trainings under way end after their step, and that stops the sweep, on whatever machine it is. Only one that
// ends by itself just then does not hear of it, and the next one begins; so all are asked until nobody works on it any more.
import { StudioError } from '../core/errors.ts';
import { livenessOf } from '../runs/process.ts';
import type { RunSummary } from '../runs/reader.ts';
import { isActive, runCondition } from '../runs/state.ts';
import { sweepRuns } from '../runs/sweep-report.ts';
import { hasRunner, type SweepRecord } from '../runs/sweep.ts';
import { signalTree, stopRun, type StopOptions } from './stop-run.ts';

/** A runner writes its table and chart when the last training has ended; asked this late it is between two, in milliseconds. */
const LAST_WORK = 1000;
/** One that works on another machine cannot be seen: whether it goes on shows by a new training, after so many milliseconds at most. */
const UNSEEN = 3000;
const LOOK = 250;

/**
 * Stops a sweep and resolves when nobody works on it.
 * @throws StudioError('run') when nobody did, or when a training does not end.
 */
export async function stopSweep(runsFolder: string, record: SweepRecord, options: StopOptions = {}): Promise<void> {
  const { grace = 20_000 } = options;
  let quietSince: number | undefined;
  let asked = false;
  for (;;) {
    const live = [...(await sweepRuns(runsFolder, record.id)).values()].filter(run => isActive(run.state));
    const running = await hasRunner(record);
    if (live.length > 0) {
      await stopMembers(live, options);
      quietSince = Date.now();
      continue;
    }
    if (!running && quietSince === undefined) throw new StudioError('run', `Nothing works on the sweep ${record.name}, so there is nothing to stop.`);
    quietSince ??= Date.now();
    const quiet = Date.now() - quietSince;
    if (!running && (quiet >= UNSEEN || !await mayBeElsewhere(record))) return;
    if (running && quiet >= grace) {
      signalTree(record.runner!.pid, 'SIGKILL');
      return;
    }
    if (running && quiet >= LAST_WORK && !asked) {
      asked = true;
      signalTree(record.runner!.pid, 'SIGTERM');
    }
    await new Promise(resolve => setTimeout(resolve, LOOK));
  }
}

async function mayBeElsewhere({ runner }: SweepRecord): Promise<boolean> {
  return runner !== undefined && await livenessOf(runner) === 'unknown';
}

/** One that could not be stopped because it had ended is as good as stopped. */
async function stopMembers(live: readonly RunSummary[], options: StopOptions): Promise<void> {
  const outcomes = await Promise.allSettled(live.map(run => stopRun(run.folder, options)));
  for (const [i, outcome] of outcomes.entries()) {
    const { folder, name } = live[i]!;
    if (!isActive((await runCondition(folder)).state)) continue;
    if (outcome.status === 'rejected') throw outcome.reason;
    throw new StudioError('run', `The training ${name} does not end, though its process was told to. End it by hand, then the sweep can be stopped.`);
  }
}
