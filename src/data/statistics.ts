// What the values of a split look like: range, mean and spread of all of them and of every column or pixel, and how they are distributed.
// Standard deviations are those of the samples at hand (divided by their number, as NumPy does). One pass by B. P. Welford's recurrences
// ("Note on a method for calculating corrected sums of squares and products", 1962), exact sums for bytes; a second one for what needs the range.
import { setImmediate } from 'node:timers/promises';
import { sizeOf } from '../core/tensor.ts';
import { cancelled } from './byte-reader.ts';
import type { Dataset, Split } from './dataset.ts';
import type { Samples } from './memory.ts';
import { splitKind, spreadPieces } from './rows.ts';

/** Numbers that are looked at at most, spread evenly over the split: of samples in memory, and of those in a file. */
const LOOKED_AT = { memory: 1 << 28, disk: 1 << 24 };
/** Bars of a histogram of all values, at most; and of one column. */
const BINS = 40;
export const COLUMN_BINS = 16;
/** Vectors of more columns get no histogram of each. */
const MOST_COLUMNS = 4096;

/** Bar i counts the values from low + i · width up to the next one; the last one those at its end, too. On the model's scale. */
export interface Histogram {
  readonly low: number;
  readonly width: number;
  readonly counts: readonly number[];
}

/** Of every column or pixel, on the model's scale. */
export interface FeatureStatistics {
  readonly mean: Float64Array;
  readonly stddev: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  /** features × COLUMN_BINS counts, each column over its own range; of vectors only. */
  readonly histograms?: Int32Array;
}

export interface SplitStatistics {
  /** Samples that were looked at: all, or some spread evenly. */
  readonly seen: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  /** Share of the values that are 0. */
  readonly zeros: number;
  readonly histogram: Histogram;
  readonly features: FeatureStatistics;
}

/**
 * Statistics of a split with samples.
 * @throws StudioError('data') from a file that is read, 'cancelled' after `signal`
 */
export async function statisticsOf(split: Split, { shape, scale }: Pick<Dataset, 'shape' | 'scale'>, signal?: AbortSignal): Promise<SplitStatistics> {
  const features = sizeOf(shape);
  const most = LOOKED_AT[split.stored === undefined ? 'memory' : 'disk'];
  const each = async (look: (values: Samples) => void): Promise<void> => {
    for (const values of spreadPieces(split, most)) {
      look(values);
      await setImmediate();
      if (signal?.aborted === true) throw cancelled('Looking at the samples');
    }
  };
  const first = splitKind(split) === 'uint8' ? new ByteMoments(features) : new Moments(features);
  await each(values => { first.add(values); });
  const whole = overall(first);
  const bytes = first instanceof ByteMoments;
  const bars = bytes ? first.histogram(scale, whole) : new FloatBars(whole);
  const columns = shape.length === 1 && features <= MOST_COLUMNS ? new ColumnBars(first) : undefined;
  if (columns !== undefined || bars instanceof FloatBars) {
    await each(values => {
      columns?.add(values);
      if (bars instanceof FloatBars) bars.add(values);
    });
  }
  const scaled = (of: Float64Array): Float64Array => of.map(value => value * scale);
  return {
    seen: first.count, min: whole.min * scale, max: whole.max * scale, mean: whole.mean * scale, stddev: whole.stddev * scale,
    zeros: first.zeros / (first.count * features),
    histogram: bars instanceof FloatBars ? bars.histogram(scale) : bars,
    features: {
      mean: scaled(first.mean), stddev: scaled(first.stddev()), min: scaled(first.min), max: scaled(first.max),
      ...(columns === undefined ? {} : { histograms: columns.counts }),
    },
  };
}

/** Moments of every column, of values as they are stored. */
class Moments {
  count = 0;
  zeros = 0;
  readonly mean: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  protected readonly squares: Float64Array;

  constructor(protected readonly features: number) {
    this.mean = new Float64Array(features);
    this.squares = new Float64Array(features);
    this.min = new Float64Array(features).fill(Infinity);
    this.max = new Float64Array(features).fill(-Infinity);
  }

  add(values: Samples): void {
    const { features, mean, squares, min, max } = this;
    for (let row = 0; row < values.length; row += features) {
      const share = 1 / ++this.count;
      for (let c = 0; c < features; c++) {
        const x = values[row + c]!;
        const difference = x - mean[c]!;
        mean[c]! += difference * share;
        squares[c]! += difference * (x - mean[c]!);
        if (x < min[c]!) min[c] = x;
        if (x > max[c]!) max[c] = x;
        if (x === 0) this.zeros++;
      }
    }
  }

  stddev(): Float64Array {
    // Of a column that never changes, rounding may leave a variance that is none.
    return this.squares.map((sum, c) => (this.min[c] === this.max[c] ? 0 : Math.sqrt(sum / this.count)));
  }
}

/** The same of bytes, whose sums are whole numbers; how often each of them occurs comes with it. */
class ByteMoments extends Moments {
  private readonly counts = new Float64Array(256);
  private readonly sums: Float64Array;
  private readonly sumsOfSquares: Float64Array;

  constructor(features: number) {
    super(features);
    this.sums = new Float64Array(features);
    this.sumsOfSquares = new Float64Array(features);
  }

  override add(values: Samples): void {
    const { features, sums, sumsOfSquares, counts, min, max } = this;
    for (let row = 0; row < values.length; row += features) {
      for (let c = 0; c < features; c++) {
        const x = values[row + c]!;
        sums[c]! += x;
        sumsOfSquares[c]! += x * x;
        counts[x]!++;
        if (x < min[c]!) min[c] = x;
        if (x > max[c]!) max[c] = x;
      }
    }
    this.count += values.length / features;
    this.zeros = counts[0]!;
    for (let c = 0; c < features; c++) {
      this.mean[c] = sums[c]! / this.count;
      this.squares[c] = Math.max(0, sumsOfSquares[c]! - sums[c]! * this.mean[c]!);
    }
  }

  /** Bars of whole numbers of bytes; over all of them where the largest stands for 1. */
  histogram(scale: number, { min, max }: { readonly min: number; readonly max: number }): Histogram {
    const unit = Math.abs(scale * 255 - 1) < 1e-6;
    const [low, high] = unit ? [0, 255] : [min, max];
    // Of pixels 32 bars of 8.
    const width = unit ? 8 : Math.ceil((high - low + 1) / BINS);
    const counts = Array.from({ length: Math.ceil((high - low + 1) / width) }, (_, bar) => {
      let sum = 0;
      for (let byte = low + bar * width; byte < Math.min(256, low + (bar + 1) * width); byte++) sum += this.counts[byte]!;
      return sum;
    });
    return { low: low * scale, width: width * scale, counts };
  }
}

function overall(moments: Moments): { readonly min: number; readonly max: number; readonly mean: number; readonly stddev: number } {
  const { mean, min, max } = moments;
  const stddev = moments.stddev();
  const average = mean.reduce((sum, value) => sum + value, 0) / mean.length;
  // The variance within columns, and that between their means.
  let variance = 0;
  for (let c = 0; c < mean.length; c++) variance += (stddev[c]! ** 2 + (mean[c]! - average) ** 2) / mean.length;
  return { min: min.reduce((least, value) => Math.min(least, value)), max: max.reduce((most, value) => Math.max(most, value)), mean: average, stddev: Math.sqrt(variance) };
}

class FloatBars {
  private readonly counts: number[];

  constructor(private readonly range: { readonly min: number; readonly max: number }) {
    this.counts = new Array<number>(range.max > range.min ? BINS : 1).fill(0);
  }

  add(values: Samples): void {
    const { range: { min, max }, counts } = this;
    const last = counts.length - 1;
    const factor = last === 0 ? 0 : counts.length / (max - min);
    for (let i = 0; i < values.length; i++) counts[Math.min(last, Math.floor((values[i]! - min) * factor))]!++;
  }

  histogram(scale: number): Histogram {
    const { range: { min, max }, counts } = this;
    return { low: min * scale, width: (max - min) * scale / counts.length, counts };
  }
}

class ColumnBars {
  readonly counts: Int32Array;

  constructor(private readonly moments: Moments) {
    this.counts = new Int32Array(moments.mean.length * COLUMN_BINS);
  }

  add(values: Samples): void {
    const { counts, moments: { min, max } } = this;
    const features = min.length;
    for (let row = 0; row < values.length; row += features) {
      for (let c = 0; c < features; c++) {
        const span = max[c]! - min[c]!;
        const bar = span > 0 ? Math.min(COLUMN_BINS - 1, Math.floor((values[row + c]! - min[c]!) / span * COLUMN_BINS)) : 0;
        counts[c * COLUMN_BINS + bar]!++;
      }
    }
  }
}
