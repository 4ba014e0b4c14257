// Ranges, ticks and their texts for the chart's axes.

export type Interval = readonly [min: number, max: number];

/** Positions of ticks on a logarithmic axis: powers of ten, with 2 and 5 or more between them where there is room for labels. */
export function logTicks(min: number, max: number, most: number): readonly number[] {
  const sets = [[1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9], [1, 1.5, 2, 3, 4, 5, 6, 8], [1, 2, 3, 5], [1, 3], [1]];
  for (const set of sets) {
    const ticks = decades(min, max).flatMap(d => set.map(m => tidy(m * 10 ** d))).filter(t => t >= min && t <= max);
    if (ticks.length <= most) return ticks;
  }
  const powers = decades(min, max);
  const stride = Math.ceil(powers.length / Math.max(most, 1));
  return powers.filter(d => d % stride === 0).map(d => tidy(10 ** d)).filter(t => t >= min && t <= max);
}

function decades(min: number, max: number): readonly number[] {
  const [from, to] = [Math.floor(Math.log10(min)), Math.floor(Math.log10(max))];
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** 0.30000000000000004 → 0.3 */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

/** The interval with a little room at both ends; never empty. On a logarithmic axis the room is a share of the decades. */
export function padded([min, max]: Interval, log: boolean): Interval {
  if (log) {
    const room = Math.max(Math.log10(max / min) * 0.05, 0.02);
    return [min / 10 ** room, max * 10 ** room];
  }
  const room = max > min ? (max - min) * 0.06 : Math.abs(max) * 0.1 || 0.5;
  // A loss that is never negative starts at zero rather than below it.
  return [min >= 0 && min - room < 0 ? 0 : min - room, max + room];
}

/** Milliseconds as "0:07", "12:30", "3:05:00". */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(Math.round(milliseconds / 1000), 0);
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** 1500 → "1.5k", 2000000 → "2M": steps on an axis. */
export function formatCount(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${tidy(value / 1e6)}M`;
  return size >= 1e4 ? `${tidy(value / 1e3)}k` : String(tidy(value));
}

const wholeSteps = Array.from({ length: 10 }, (_, d) => [1, 2, 5].map(m => m * 10 ** d)).flat();

/** Distances that ticks of an epoch or step axis may have: whole numbers, and parts of one only where less than two are seen. */
export function countSteps(span: number): number[] {
  return span < 2 ? [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, ...wholeSteps] : wholeSteps;
}

/** Steps between ticks of a time axis, in milliseconds: as clocks are divided. */
export const timeSteps: readonly number[] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 604800].map(s => s * 1000);
