// What the curves of a run show, from the events that its pages read anyway.
import { diagnose, type Finding } from '../runs/diagnosis.ts';
import type { RunFeed } from './run-feed.ts';
import type { RunRecord } from './run-record.ts';

/** Of a run as far as its events have been read; none before its config is there. */
export async function findingsOf(feed: RunFeed, { state, epoch, epochs, baseline, warning }: RunRecord): Promise<readonly Finding[]> {
  const [spec, info] = [await feed.spec(), await feed.info()];
  if (spec === undefined) return [];
  return diagnose({
    series: feed.series, spec, state, epoch, epochs,
    ...(info === undefined ? {} : { info }),
    ...(baseline?.model === undefined ? {} : { model: baseline.model }),
    ...(warning === undefined ? {} : { warning }),
  });
}
