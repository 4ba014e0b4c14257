// Which findings of the shown runs are told, and which of their cures has a button.
import type { Finding, RunLabel } from '../../protocol/messages.ts';
import { isLive } from '../../view/runs.ts';
import type { StoredRun } from '../../view/loss/store.ts';

/** Findings of one run that are told in full. */
const MOST = 3;

/** A line of the strip. */
export interface FindingLine {
  readonly run: RunLabel;
  readonly finding: Finding;
  /** What its button does; the same for one run only once. */
  readonly command?: 'resume' | 'openConfig';
  /** Titles of what else there is to say of the run. */
  readonly also: readonly string[];
}

/** At most three of a run that is alone, of several runs what matters most of each. */
export function findingLines(runs: readonly Pick<StoredRun, 'run' | 'findings'>[]): readonly FindingLine[] {
  const each = runs.length > 1 ? 1 : MOST;
  return runs.flatMap(({ run, findings }) => {
    const offered = new Set<string>();
    return findings.slice(0, each).map((finding, i) => {
      const command = finding.cure?.command;
      const possible = command !== undefined && !offered.has(command) && (command !== 'resume' || (run.checkpoint === true && !isLive(run.state)));
      if (possible) offered.add(command);
      return { run, finding, ...(possible ? { command } : {}), also: each === 1 && i === 0 ? findings.slice(1).map(({ title }) => title) : [] };
    });
  });
}
