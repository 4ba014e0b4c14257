// The curves as numbers and words: values by epoch, and one sentence per run.
import type { Curve } from '../../protocol/messages.ts';
import { describeRun, distinctNames, formatValue, isLive } from '../../view/runs.ts';
import type { LossView } from '../../view/loss/lines.ts';
import { chooseCurve, type StoredRun } from '../../view/loss/store.ts';

export interface EpochTable {
  readonly columns: readonly { readonly run: string; readonly split: Curve['split']; readonly bestEpoch?: number }[];
  /** Newest epoch first; one value per column, undefined where a run has none. */
  readonly rows: readonly { readonly epoch: number; readonly values: readonly (number | undefined)[] }[];
}

/** Values at the end of each epoch of the visible runs and splits. */
export function epochTable(runs: readonly StoredRun[], view: LossView): EpochTable {
  const names = distinctNames(runs.map(r => r.run));
  const splits: readonly Curve['split'][] = view.splits === 'both' ? ['train', 'validation'] : [view.splits];
  const sources = runs.filter(r => !view.hidden.includes(r.run.id)).flatMap(stored => splits.map(split => ({ stored, split, points: chooseCurve(stored, view.value, split, 'epoch') })));
  const columns = sources.map(({ stored, split }) => ({
    run: names.get(stored.run.id)!, split,
    ...(split === 'validation' && view.value === 'loss' && stored.bestEpoch !== undefined ? { bestEpoch: stored.bestEpoch } : {}),
  }));
  const byEpoch = new Map<number, (number | undefined)[]>();
  sources.forEach(({ points }, column) => {
    if (points?.per !== 'epoch') return;
    for (let i = 0; i < points.count; i++) {
      const epoch = Math.round(points.epoch[i]!);
      let row = byEpoch.get(epoch);
      if (!row) byEpoch.set(epoch, row = new Array<number | undefined>(sources.length).fill(undefined));
      row[column] = points.y[i];
    }
  });
  const rows = [...byEpoch].sort((a, b) => b[0] - a[0]).map(([epoch, values]) => ({ epoch, values }));
  return { columns, rows };
}

/** What a screen reader is told, at most once per epoch: where each run is and how good. */
export function summary(runs: readonly StoredRun[]): string {
  return runs.map(stored => {
    const { run } = stored;
    const last = (split: 'train' | 'validation') => {
      const points = chooseCurve(stored, 'loss', split, 'epoch');
      return points && points.count > 0 ? formatValue(points.y[points.count - 1]!) : undefined;
    };
    const [train, validation] = [last('train'), last('validation')];
    const best = stored.bestEpoch === undefined ? undefined : chooseCurve(stored, 'loss', 'validation', 'epoch')?.atEpoch(stored.bestEpoch);
    return [
      `${run.name}: ${describeRun(run)}`,
      ...(train === undefined ? [] : [`training loss ${train}`]),
      ...(validation === undefined ? [] : [`validation loss ${validation}`]),
      ...(best === undefined ? [] : [`best ${formatValue(best)} at epoch ${stored.bestEpoch}`]),
      ...(isLive(run.state) || run.message === undefined ? [] : [run.message]),
    ].join(', ');
  }).join('. ');
}
