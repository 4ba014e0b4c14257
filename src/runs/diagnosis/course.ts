// A curve of one value an epoch, as a diagnosis looks at it: means of a few epochs in place of single ones, and how far those
// are uncertain, so that what only wavers is not taken for a rise or a fall.

/** Epochs of a mean: a tenth of the training, five at most. */
const WIDEST_MEAN = 5;
/** A median of absolute deviations times this is the standard deviation of normal noise. */
const MAD_TO_DEVIATION = 1.4826;
/** Standard errors by which means differ when it is not noise. Three would do if the noise were known; it is estimated from few epochs. */
const CERTAIN = 4;
/** Epochs from which noise can be told from the curve. */
const LEAST_FOR_NOISE = 6;

export class Course {
  /** Epochs that a mean is taken over. */
  readonly window: number;

  /** @param epochs rising, as many as values. */
  constructor(readonly epochs: readonly number[], readonly values: readonly number[]) {
    this.window = Math.max(1, Math.min(WIDEST_MEAN, Math.ceil(values.length / 10)));
  }

  get length(): number {
    return this.values.length;
  }

  get first(): number {
    return this.values[0]!;
  }

  /** The part from an index on, up to another one if given. */
  part(from: number, to = this.length): Course {
    return new Course(this.epochs.slice(from, to), this.values.slice(from, to));
  }

  /** Index of the lowest value. */
  get lowest(): number {
    return this.values.reduce((best, value, i) => (value < this.values[best]! ? i : best), 0);
  }

  /** Mean of the last epochs. */
  get last(): number {
    return mean(this.values.slice(-this.window));
  }

  /** Mean of as many epochs around an index; of fewer at an end of the curve. */
  around(index: number): number {
    const before = Math.floor((this.window - 1) / 2);
    return mean(this.values.slice(Math.max(0, index - before), index - before + this.window));
  }

  /** Mean of as many epochs, the last of which lies so many before the end. */
  before(distance: number): number {
    return mean(this.values.slice(Math.max(0, this.length - distance - this.window), this.length - distance));
  }

  /**
   * Standard deviation of the second half about a smooth curve. Third differences see neither trend nor bend: of independent noise their
   * variance is 1 + 9 + 9 + 1 times its own. Their median is not moved by single jumps.
   */
  get noise(): number {
    if (this.length < LEAST_FOR_NOISE) return 0;
    const half = this.values.slice(Math.min(Math.floor(this.length / 2), this.length - LEAST_FOR_NOISE));
    const rough = half.slice(3).map((value, i) => Math.abs(value - 3 * half[i + 2]! + 3 * half[i + 1]! - half[i]!));
    return MAD_TO_DEVIATION * median(rough) / Math.sqrt(20);
  }

  /** Standard error of the difference of two means of that many epochs (left out: of the window). */
  uncertainty(epochs = this.window): number {
    return this.noise * Math.sqrt(2 / epochs);
  }

  /** How far two such means must lie apart to differ by more than noise. */
  certainty(epochs = this.window): number {
    return CERTAIN * this.uncertainty(epochs);
  }
}

/** Of some numbers; not of none. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
