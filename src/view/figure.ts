// A chart of few points as numbers: where its axes begin and end, where ticks and points lie. figure-view.ts draws it as SVG.
// For curves of many steps there is the loss page's chart; here each point is a measurement of its own.
import { formatNumber } from './runs.ts';
import { logTicks, padded, type Interval } from './ticks.ts';

export interface FigureSeries {
  readonly name: string;
  /** Which colour, mark and dash (palette.ts). */
  readonly style: number;
  /** Ascending. */
  readonly x: readonly number[];
  /** As many; NaN leaves a gap. */
  readonly y: readonly number[];
  /** Ends of a band around the line. */
  readonly low?: readonly number[];
  readonly high?: readonly number[];
  /** Something to compare with: drawn thin and dotted. */
  readonly reference?: boolean;
}

export interface Figure {
  /** For screen readers and file names. */
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly series: readonly FigureSeries[];
  readonly logX?: boolean;
  readonly logY?: boolean;
  /** Points are at these positions only: they are the ticks. */
  readonly ticksX?: readonly number[];
  /** One point that matters. */
  readonly marked?: { readonly x: number; readonly y: number; readonly text: string };
  /** Horizontal lines. */
  readonly levels?: readonly { readonly y: number; readonly text: string }[];
  /** Numbers as people read them; four digits when left out. */
  readonly formatY?: (value: number) => string;
}

export interface Tick {
  /** CSS pixels. */
  readonly at: number;
  readonly text: string;
}

export interface FigureLayout {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly toX: (x: number) => number;
  readonly toY: (y: number) => number;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
}

const margins = { top: 12, right: 16, bottom: 40 };

/** @param textWidth CSS pixels of a text as it is drawn */
export function layoutFigure(figure: Figure, width: number, height: number, textWidth: (text: string) => number): FigureLayout {
  const logX = figure.logX === true && allPositive([...figure.series.flatMap(s => s.x), ...figure.ticksX ?? []]);
  const logY = figure.logY === true && allPositive(valuesOf(figure));
  const [top, bottom] = [margins.top, Math.max(height - margins.bottom, margins.top + 20)];
  const y = padded(extent(valuesOf(figure)) ?? [0, 1], logY);
  const format = figure.formatY ?? formatNumber;
  const valuesY = ticks(y, logY, Math.max(Math.floor((bottom - top) / 34), 2));
  const left = Math.ceil(Math.max(...valuesY.map(v => textWidth(format(v))), 18)) + 30;
  const right = Math.max(width - margins.right, left + 20);
  const x = spread(extent([...figure.series.flatMap(s => s.x), ...figure.ticksX ?? []]) ?? [0, 1], logX);
  const toX = scale(x, [left + 8, right - 8], logX);
  const toY = scale(y, [bottom, top], logY);
  const wide = (text: string) => textWidth(text) + 14;
  const valuesX = figure.ticksX ?? ticks(x, logX, Math.max(Math.floor((right - left) / 70), 2));
  return {
    left, right, top, bottom, toX, toY,
    xTicks: withRoom(valuesX.map(v => ({ at: toX(v), text: formatNumber(v) })), wide),
    yTicks: valuesY.map(v => ({ at: toY(v), text: format(v) })),
  };
}

/** Round numbers inside an interval, about as many as asked. */
export function linearTicks([min, max]: Interval, most: number): readonly number[] {
  const rough = (max - min) / Math.max(most, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map(m => m * power).find(s => (max - min) / s <= most) ?? 10 * power;
  const first = Math.ceil(min / step - 1e-9);
  return Array.from({ length: Math.max(Math.floor(max / step + 1e-9) - first + 1, 0) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Whether values grow by factors (1, 2, 5, 10, 50 …) more than by steps, so that a logarithmic axis spreads them better. */
export function growsByFactors(values: readonly number[]): boolean {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  if (sorted.length < 3 || sorted[0]! <= 0) return false;
  const unevenness = (gaps: readonly number[]) => Math.max(...gaps) / Math.min(...gaps);
  const steps = sorted.slice(1).map((v, i) => v - sorted[i]!);
  const factors = sorted.slice(1).map((v, i) => Math.log(v / sorted[i]!));
  return unevenness(factors) < unevenness(steps);
}

/** The position among all series' points that is nearest to a place, in pixels; the series' x values must not be empty. */
export function nearestX(figure: Figure, toX: (x: number) => number, at: number): number | undefined {
  let best: number | undefined;
  for (const { x } of figure.series) for (const value of x) if (best === undefined || Math.abs(toX(value) - at) < Math.abs(toX(best) - at)) best = value;
  return best;
}

/** All positions that any series has, ascending. */
export function positionsOf(figure: Figure): readonly number[] {
  return [...new Set(figure.series.flatMap(s => s.x))].sort((a, b) => a - b);
}

/** A series' value at a position, if it has one there. */
export function valueAt(series: FigureSeries, x: number): number | undefined {
  const at = series.x.indexOf(x);
  return at < 0 ? undefined : series.y[at];
}

function valuesOf(figure: Figure): readonly number[] {
  const values = figure.series.flatMap(s => [...s.y, ...(s.low ?? []), ...(s.high ?? [])]);
  return [...values, ...(figure.levels ?? []).map(l => l.y)].filter(Number.isFinite);
}

function allPositive(values: readonly number[]): boolean {
  return values.length > 0 && values.every(v => !Number.isFinite(v) || v > 0);
}

function extent(values: readonly number[]): Interval | undefined {
  const finite = values.filter(Number.isFinite);
  return finite.length === 0 ? undefined : [Math.min(...finite), Math.max(...finite)];
}

/** Room for a single position, which has no width of its own. */
function spread([min, max]: Interval, log: boolean): Interval {
  if (max > min) return [min, max];
  return log ? [min / 2, max * 2] : [min - 0.5, max + 0.5];
}

function ticks(interval: Interval, log: boolean, most: number): readonly number[] {
  return log ? logTicks(interval[0], interval[1], most) : linearTicks(interval, most);
}

function scale([min, max]: Interval, [from, to]: Interval, log: boolean): (value: number) => number {
  const share = log ? (v: number) => Math.log(v / min) / Math.log(max / min) : (v: number) => (v - min) / (max - min);
  return value => from + share(value) * (to - from);
}

/** Ticks whose texts do not touch: the first and those with room after the one before; the last takes the place of a neighbour. */
function withRoom(all: readonly Tick[], wide: (text: string) => number): readonly Tick[] {
  const apart = (a: Tick, b: Tick) => Math.abs(b.at - a.at) >= (wide(a.text) + wide(b.text)) / 2;
  const kept: Tick[] = [];
  for (const tick of all) if (kept.length === 0 || apart(kept.at(-1)!, tick)) kept.push(tick);
  const last = all.at(-1);
  if (last !== undefined && kept.at(-1) !== last) {
    while (kept.length > 1 && !apart(kept.at(-1)!, last)) kept.pop();
    if (apart(kept.at(-1)!, last)) kept.push(last);
  }
  return kept;
}
