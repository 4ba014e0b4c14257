// Scales of charts: where a value stands along an axis, and the round numbers beside it.

export interface Tick {
  /** In [0, 1] along the axis. */
  readonly place: number;
  readonly text: string;
}

export interface Scale {
  /** In [0, 1] along the axis for values of its range. */
  place(value: unknown): number;
  readonly ticks: readonly Tick[];
}

export interface ScaleOptions {
  readonly log?: boolean;
  /** At most about this many ticks. */
  readonly most?: number;
  /** The values that get a tick, in place of round numbers. */
  readonly at?: readonly number[];
  /** Ends the axis in round numbers rather than in the values themselves. */
  readonly round?: boolean;
}

/** 0.30000000000000004 → 0.3 */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

/** "0.01", "2,000", "5e-7", with a true minus sign. */
export function tickText(value: number, decimals?: number): string {
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-4 || size >= 1e7) ? size.toExponential().replace('+', '').replace('e-', 'e−')
    : size.toLocaleString('en-US', decimals === undefined ? { maximumFractionDigits: 6 } : { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return value < 0 ? `−${text}` : text;
}

/** The round distance (1, 2, 2.5 or 5 times a power of ten) that gives at most so many ticks. */
function stepFor(span: number, most: number): number {
  const power = 10 ** Math.floor(Math.log10(span / most));
  return [1, 2, 2.5, 5, 10].map(factor => tidy(factor * power)).find(step => span / step <= most) ?? 10 * power;
}

/** A scale of numbers from the smallest to the largest of them. */
export function numberScale(values: readonly number[], { log = false, most = 6, at, round = false }: ScaleOptions = {}): Scale {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (log && low > 0) return logScale(low, high, most, at);
  const span = high > low ? high - low : Math.abs(high) || 1;
  const step = stepFor(span, most);
  const [from, to] = round ? [tidy(Math.floor(low / step) * step), tidy(Math.ceil(high / step) * step)] : high > low ? [low, high] : [low - span / 2, high + span / 2];
  const numbers = at ?? Array.from({ length: Math.floor((to - from) / step) + 2 }, (_, i) => tidy((Math.ceil(from / step) + i) * step)).filter(value => value <= to + step * 1e-9);
  const decimals = at === undefined ? Math.max(0, ...numbers.map(value => (String(Math.abs(value)).split('.')[1] ?? '').length)) : undefined;
  const place = (value: unknown): number => (Number(value) - from) / (to - from || 1);
  return { place, ticks: numbers.map(value => ({ place: place(value), text: tickText(value, decimals) })) };
}

function logScale(low: number, high: number, most: number, at: readonly number[] | undefined): Scale {
  const [from, to] = high > low ? [Math.log10(low), Math.log10(high)] : [Math.log10(low) - 0.5, Math.log10(low) + 0.5];
  const place = (value: unknown): number => (Math.log10(Number(value)) - from) / (to - from);
  const decades = Array.from({ length: Math.floor(to) - Math.floor(from) + 1 }, (_, i) => Math.floor(from) + i);
  const ticksOf = (factors: readonly number[]): number[] => decades.flatMap(decade => factors.map(factor => tidy(factor * 10 ** decade))).filter(value => place(value) >= -1e-9 && place(value) <= 1 + 1e-9);
  const sets = [[1, 1.5, 2, 3, 4, 5, 6, 8], [1, 2, 3, 5], [1, 2, 5], [1, 3], [1]].map(ticksOf);
  const numbers = at ?? sets.find(ticks => ticks.length <= most) ?? sets.at(-1)!.filter((_, i, all) => i % Math.ceil(all.length / most) === 0);
  return { place, ticks: numbers.map(value => ({ place: place(value), text: tickText(value) })) };
}

/** A scale of names, one beside the other in their order. */
export function nameScale(names: readonly string[]): Scale {
  const all = [...new Set(names)];
  const place = (name: unknown): number => (all.length === 1 ? 0.5 : all.indexOf(String(name)) / (all.length - 1));
  return { place, ticks: all.map(name => ({ place: place(name), text: name })) };
}

/** Whether numbers are spread so widely that a logarithmic axis shows them better. */
export function spreadsWide(values: readonly number[]): boolean {
  const low = Math.min(...values);
  return low > 0 && Math.max(...values) / low >= 8;
}
