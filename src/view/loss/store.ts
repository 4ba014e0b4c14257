// The curves this page holds: a snapshot replaces all of them, increments append. Points live in typed arrays that double in
// size, so that a point costs nothing to add and a redraw can read without copying.
import type { Curve, LossRun, RunLabel } from '../../protocol/messages.ts';

export type CurveAxis = 'step' | 'epoch' | 'time';

/** Points of one curve in order of step. The arrays are longer than `count`. */
export class CurvePoints {
  count = 0;
  step = new Float64Array(0);
  epoch = new Float64Array(0);
  time = new Float64Array(0);
  y = new Float64Array(0);

  constructor(readonly value: string, readonly split: Curve['split'], readonly per: Curve['per']) {}

  append(curve: Curve): void {
    const needed = this.count + curve.y.length;
    if (needed > this.y.length) {
      const size = Math.max(needed, this.y.length * 2, 256);
      this.step = grown(this.step, size);
      this.epoch = grown(this.epoch, size);
      this.time = grown(this.time, size);
      this.y = grown(this.y, size);
    }
    this.step.set(curve.step, this.count);
    this.epoch.set(curve.epoch, this.count);
    this.time.set(curve.time, this.count);
    this.y.set(curve.y, this.count);
    this.count = needed;
  }

  /** Positions on an axis, `count` long, ascending. */
  along(axis: CurveAxis): Float64Array {
    return this[axis].subarray(0, this.count);
  }

  values(): Float64Array {
    return this.y.subarray(0, this.count);
  }

  /** Value at a whole epoch of a per-epoch curve. */
  atEpoch(epoch: number): number | undefined {
    const at = nearestIndex(this.along('epoch'), epoch);
    return at !== undefined && Math.abs(this.epoch[at]! - epoch) < 0.5 ? this.y[at] : undefined;
  }
}

export interface StoredRun {
  run: RunLabel;
  bestEpoch: number | undefined;
  lossName: string;
  levels: LossRun['levels'];
  findings: NonNullable<LossRun['findings']>;
  readonly curves: Map<string, CurvePoints>;
}

export class LossStore {
  private readonly byId = new Map<string, StoredRun>();

  get runs(): readonly StoredRun[] {
    return [...this.byId.values()];
  }

  replace(runs: readonly LossRun[]): void {
    this.byId.clear();
    this.append(runs);
  }

  append(runs: readonly LossRun[]): void {
    for (const update of runs) {
      let stored = this.byId.get(update.run.id);
      if (!stored) {
        stored = { run: update.run, bestEpoch: undefined, lossName: update.lossName, levels: undefined, findings: [], curves: new Map() };
        this.byId.set(update.run.id, stored);
      }
      stored.run = update.run;
      stored.lossName = update.lossName;
      stored.levels = update.levels ?? stored.levels;
      stored.findings = update.findings ?? [];
      if (update.bestEpoch !== undefined) stored.bestEpoch = update.bestEpoch;
      for (const curve of update.curves) {
        const key = curveKey(curve.value, curve.split, curve.per);
        let points = stored.curves.get(key);
        if (!points) stored.curves.set(key, points = new CurvePoints(curve.value, curve.split, curve.per));
        points.append(curve);
      }
    }
  }

  /** Names of all values that have a point, "loss" first. */
  valueNames(): readonly string[] {
    const names = new Set<string>();
    for (const { curves } of this.byId.values()) for (const curve of curves.values()) if (curve.count > 0) names.add(curve.value);
    return [...names].sort((a, b) => Number(b === 'loss') - Number(a === 'loss') || a.localeCompare(b));
  }
}

/**
 * The curve to show for a split. Epoch means are preferred or single batches, as asked; where the wanted one cannot make a line
 * yet (fewer than two points) the one that has more points stands in.
 */
export function chooseCurve(run: StoredRun, value: string, split: Curve['split'], per: Curve['per']): CurvePoints | undefined {
  const wanted = run.curves.get(curveKey(value, split, per));
  const other = run.curves.get(curveKey(value, split, per === 'epoch' ? 'batch' : 'epoch'));
  if (wanted && wanted.count > 1) return wanted;
  const best = (wanted?.count ?? 0) >= (other?.count ?? 0) ? wanted : other;
  return best && best.count > 0 ? best : undefined;
}

/** Index of the entry of an ascending array nearest to `at`; undefined when it is empty. */
export function nearestIndex(ascending: Float64Array, at: number): number | undefined {
  if (ascending.length === 0) return undefined;
  const right = lowerBound(ascending, at);
  if (right === 0) return 0;
  if (right === ascending.length) return right - 1;
  return at - ascending[right - 1]! <= ascending[right]! - at ? right - 1 : right;
}

/** First index whose entry is not below `at`; the length when there is none. */
export function lowerBound(ascending: Float64Array, at: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function curveKey(value: string, split: Curve['split'], per: Curve['per']): string {
  return `${split} ${per} ${value}`;
}

function grown(array: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(size);
  larger.set(array);
  return larger;
}
