// From stored curves and view settings to the lines of the chart: which curve of which run, smoothed how, drawn in what style.
import type { Curve } from '../../protocol/messages.ts';
import { categoryDash, categoryMark, type Mark } from '../palette.ts';
import { distinctNames } from '../runs.ts';
import { smooth } from './smoothing.ts';
import { chooseCurve, lowerBound, nearestIndex, type CurveAxis, type CurvePoints, type StoredRun } from './store.ts';
import type { Interval } from '../ticks.ts';

/** What the user chose to see; kept over reloads. */
export interface LossView {
  readonly value: string;
  readonly axis: CurveAxis;
  readonly log: boolean;
  /** Weight of the moving average, 0 for none. */
  readonly smoothing: number;
  readonly per: Curve['per'];
  readonly splits: 'both' | Curve['split'];
  /** Ids of runs that are switched off. */
  readonly hidden: readonly string[];
  readonly table: boolean;
  /** Groups of curves that are shown beside the loss (groups.ts). */
  readonly groups: readonly string[];
  /** Whether what the curves show is told in full. */
  readonly findings: boolean;
}

export const defaultView: LossView = { value: 'loss', axis: 'epoch', log: false, smoothing: 0, per: 'epoch', splits: 'both', hidden: [], table: false, groups: ['terms'], findings: true };

export interface LineStyle {
  readonly color: number;
  readonly mark: Mark;
  readonly dash: readonly number[];
  readonly width: number;
}

export interface Line {
  readonly runId: string;
  readonly name: string;
  readonly split: Curve['split'];
  readonly style: LineStyle;
  readonly points: CurvePoints;
  /** Ascending. */
  readonly x: Float64Array;
  /** As recorded. */
  readonly raw: Float64Array;
  /** Smoothed; the same array as `raw` without smoothing. */
  readonly y: Float64Array;
}

/**
 * How a run's split is drawn. Runs differ by colour and mark; validation is dashed. A run that is alone has a colour for each
 * split, since that reads faster. With several runs a training line also has the dash of its run.
 */
export function lineStyle(runIndex: number, runCount: number, split: Curve['split']): LineStyle {
  if (runCount === 1) {
    return split === 'train' ? { color: 0, mark: 'circle', dash: [], width: 1.75 } : { color: 1, mark: 'diamond', dash: [6, 4], width: 1.75 };
  }
  const mark = categoryMark(runIndex);
  return split === 'train'
    ? { color: runIndex, mark, dash: categoryDash(runIndex), width: 1.25 }
    : { color: runIndex, mark, dash: [], width: 2.25 };
}

export function buildLines(runs: readonly StoredRun[], view: LossView): readonly Line[] {
  const names = distinctNames(runs.map(r => r.run));
  const splits: readonly Curve['split'][] = view.splits === 'both' ? ['train', 'validation'] : [view.splits];
  return runs.flatMap((stored, index) => (view.hidden.includes(stored.run.id) ? [] : splits.flatMap(split => {
    const points = chooseCurve(stored, view.value, split, view.per);
    if (!points) return [];
    return [{
      runId: stored.run.id, name: names.get(stored.run.id)!, split, style: lineStyle(index, runs.length, split), points,
      x: points.along(view.axis), raw: points.values(), y: smoothed(points, view.smoothing),
    }];
  })));
}

/** "janet-50, train", unless the name says the split itself. */
export function lineTitle({ name, split }: Line): string {
  return name === split || name.startsWith(`${split}: `) ? name : `${name}, ${split}`;
}

const cache = new WeakMap<CurvePoints, { count: number; weight: number; y: Float64Array }>();

function smoothed(points: CurvePoints, weight: number): Float64Array {
  if (weight <= 0) return points.values();
  const known = cache.get(points);
  if (known?.count === points.count && known.weight === weight) return known.y;
  const y = smooth(points.values(), weight);
  cache.set(points, { count: points.count, weight, y });
  return y;
}

/** First to last position of all lines; undefined without points. */
export function extentX(lines: readonly Line[]): Interval | undefined {
  let min = Infinity;
  let max = -Infinity;
  for (const { x } of lines) {
    if (x.length === 0) continue;
    min = Math.min(min, x[0]!);
    max = Math.max(max, x[x.length - 1]!);
  }
  return min <= max ? [min, max] : undefined;
}

/** Lowest to highest finite value between two positions (above zero only, on a logarithmic axis). */
export function extentY(lines: readonly Line[], [from, to]: Interval, log: boolean): Interval | undefined {
  let min = Infinity;
  let max = -Infinity;
  for (const { x, y } of lines) {
    for (let i = lowerBound(x, from); i < x.length && x[i]! <= to; i++) {
      const value = y[i]!;
      if (!Number.isFinite(value) || (log && value <= 0)) continue;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return min <= max ? [min, max] : undefined;
}

/** The end of the whole epoch nearest to a place on the axis; undefined where some line has points between epochs. */
export function nearestEpoch(lines: readonly Line[], at: number): number | undefined {
  let nearest: number | undefined;
  for (const { x, points } of lines) {
    const index = points.per === 'epoch' ? nearestIndex(x, at) : undefined;
    if (index === undefined) return undefined;
    if (nearest === undefined || Math.abs(x[index]! - at) < Math.abs(nearest - at)) nearest = x[index]!;
  }
  return nearest;
}

export interface BestMark {
  readonly runId: string;
  readonly epoch: number;
  readonly x: number;
  readonly y: number;
  readonly color: number;
}

/** Where the best validation losses lie on the chart. */
export function bestMarks(lines: readonly Line[], runs: readonly StoredRun[], view: LossView): readonly BestMark[] {
  if (view.value !== 'loss') return [];
  return lines.flatMap(line => {
    const epoch = runs.find(r => r.run.id === line.runId)?.bestEpoch;
    if (line.split !== 'validation' || epoch === undefined || line.points.per !== 'epoch') return [];
    const at = lowerBound(line.points.along('epoch'), epoch - 0.5);
    if (at >= line.x.length || line.points.epoch[at]! > epoch + 0.5) return [];
    return [{ runId: line.runId, epoch, x: line.x[at]!, y: line.y[at]!, color: line.style.color }];
  });
}
