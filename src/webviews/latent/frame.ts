// One epoch's codes made ready to be shown: projected, indexed for picking, with ranges. Pure; main thread, about 100 ms for
// 70,000 samples.
import type { LatentEpoch } from '../../protocol/messages.ts';
import type { Bounds, Point } from './camera.ts';
import { Picker } from './picking.ts';
import { chosenAxes, dotHistogram, embeddedPlane, principalPlane, type Projection } from './projection.ts';
import { cloudBounds, dimensionRanges, percentile, type DimensionRange } from './statistics.ts';

/** What the user chose to see. */
export interface AxesChoice {
  readonly mode: 'pca' | 'tsne' | 'axes';
  readonly x: number;
  readonly y: number;
}

export interface Frame {
  readonly epoch: number;
  readonly choice: AxesChoice;
  readonly count: number;
  /** Latent size. */
  readonly size: number;
  /** count × size */
  readonly codes: Float32Array;
  readonly error: Float32Array;
  /** Entries of a quantised latent. */
  readonly codebook?: Float32Array;
  readonly projection: Projection;
  /** count × 2 */
  readonly points: Float32Array;
  readonly bounds: Bounds;
  readonly ranges: readonly DimensionRange[];
  readonly picker: Picker;
}

/** Bins of the dot histogram for a latent of one dimension. */
const BINS = 120;

/**
 * @param before the points shown before, of the same samples and the same choice of axes, to keep the orientation
 * @param embedded places (count × 2) for the mode 'tsne'; until there are some, the principal plane stands in
 */
export function makeFrame(data: LatentEpoch, size: number, choice: AxesChoice, name: (dimension: number) => string, labels?: ArrayLike<number>, before?: Float32Array, embedded?: Float32Array): Frame {
  const count = Math.floor(data.code.length / size);
  const projection = size === 1 ? dotHistogram(name(0), BINS, labels)
    : choice.mode === 'tsne' && embedded !== undefined ? embeddedPlane(data.code, count, size, embedded)
    : choice.mode !== 'axes' ? principalPlane(data.code, count, size, before)
      : chosenAxes(size, Math.min(choice.x, size - 1), Math.min(choice.y, size - 1), name);
  const points = projection.project(data.code, count);
  return {
    epoch: data.epoch, choice, count, size, codes: data.code, error: data.error, ...(data.codebook === undefined ? {} : { codebook: data.codebook }), projection, points,
    bounds: cloudBounds(finite(points)),
    ranges: dimensionRanges(data.code, count, size),
    picker: new Picker(points),
  };
}

/** The code of a sample. */
export function codeOf({ codes, size }: Frame, sample: number): Float32Array {
  return codes.slice(sample * size, (sample + 1) * size);
}

/** The middle of the codes, dimension by dimension. */
export function medianCode({ ranges }: Frame): Float32Array {
  return Float32Array.from(ranges, range => range.median);
}

/** Points without those that are no numbers. */
function finite(points: Float32Array): Float32Array {
  if (points.every(Number.isFinite)) return points;
  const kept: number[] = [];
  for (let i = 0; i < points.length; i += 2) {
    if (Number.isFinite(points[i]!) && Number.isFinite(points[i + 1]!)) kept.push(points[i]!, points[i + 1]!);
  }
  return Float32Array.from(kept);
}

/** The middle of a class, and how many points it has. */
export interface Centre extends Point {
  readonly count: number;
}

/** The median place of each class (undefined for a class without points), where its name is written. */
export function classCentres(points: Float32Array, labels: ArrayLike<number>, classes: number): (Centre | undefined)[] {
  const xs = Array.from({ length: classes }, (): number[] => []);
  const ys = Array.from({ length: classes }, (): number[] => []);
  for (let i = 0; i < points.length / 2; i++) {
    const x = points[2 * i]!;
    const y = points[2 * i + 1]!;
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    xs[labels[i]!]?.push(x);
    ys[labels[i]!]?.push(y);
  }
  const median = (values: number[]) => percentile(Float32Array.from(values).sort(), 0.5);
  return xs.map((list, k) => (list.length === 0 ? undefined : { x: median(list), y: median(ys[k]!), count: list.length }));
}

/** Mean of the numbers that are numbers; NaN for none. */
export function meanOf(values: Float32Array, chosen: (index: number) => boolean = () => true): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (!chosen(i) || !Number.isFinite(values[i]!)) continue;
    sum += values[i]!;
    count++;
  }
  return count === 0 ? NaN : sum / count;
}

/** Each value's place between the 2nd and the 98th percentile, in [0, 1]: what the error colours show. */
export function relative(values: Float32Array): Float32Array {
  const sorted = values.filter(Number.isFinite).sort();
  const low = percentile(sorted, 0.02);
  const high = percentile(sorted, 0.98);
  return values.map(value => (high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5));
}
