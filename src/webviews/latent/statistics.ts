// What the page needs to know of a cloud of codes: the range of each dimension for the sliders, a typical code, and
// ways of drawing new ones. Codes are row-major, count × latent size.
import { StudioError } from '../../core/errors.ts';
import type { RandomStream } from '../../core/random.ts';
import type { Bounds } from './camera.ts';

export interface DimensionRange {
  /** Percentiles 0.5 and 99.5, a little apart even when all values are equal. */
  readonly low: number;
  readonly high: number;
  readonly median: number;
  readonly mean: number;
  readonly deviation: number;
}

/** At most this many samples are looked at for percentiles: sorting more costs time and shows no difference. */
const PERCENTILE_SAMPLES = 4000;

/** The range of every dimension. */
export function dimensionRanges(codes: Float32Array, count: number, size: number): DimensionRange[] {
  const stride = Math.max(1, Math.floor(count / PERCENTILE_SAMPLES));
  const column = new Float32Array(Math.ceil(count / stride));
  const ranges: DimensionRange[] = [];
  for (let d = 0; d < size; d++) {
    let sum = 0;
    let squares = 0;
    for (let i = 0, k = 0; i < count; i += stride, k++) {
      const value = codes[i * size + d]!;
      column[k] = value;
      sum += value;
      squares += value * value;
    }
    column.sort();
    const mean = column.length === 0 ? 0 : sum / column.length;
    const low = percentile(column, 0.005);
    const high = percentile(column, 0.995);
    const gap = high - low > 1e-6 ? 0 : 0.5;
    ranges.push({
      low: low - gap,
      high: high + gap,
      median: percentile(column, 0.5),
      mean,
      deviation: column.length === 0 ? 0 : Math.sqrt(Math.max(0, squares / column.length - mean * mean)),
    });
  }
  return ranges;
}

/** Value below which `share` of the sorted numbers lie, interpolated; 0 for none. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return 0;
  const position = share * (sorted.length - 1);
  const index = Math.floor(position);
  const a = sorted[index]!;
  const b = sorted[Math.min(index + 1, sorted.length - 1)]!;
  return a + (b - a) * (position - index);
}

/** The box around nearly all points (count × 2): far strays do not shrink the rest to a dot. */
export function cloudBounds(points: Float32Array): Bounds {
  const count = points.length / 2;
  if (count === 0) return { minX: -1, maxX: 1, minY: -1, maxY: 1 };
  const range = (axis: number): [number, number] => {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = points[2 * i + axis]!;
    values.sort();
    const low = percentile(values, 0.002);
    const high = percentile(values, 0.998);
    const reach = (high - low) * 0.25;
    // The very ends where they are near, else the percentiles.
    return [Math.max(values[0]!, low - reach), Math.min(values[count - 1]!, high + reach)];
  };
  const [minX, maxX] = range(0);
  const [minY, maxY] = range(1);
  return { minX, maxX, minY, maxY };
}

export type SamplingKind = 'fitted' | 'uniform' | 'near' | 'standard';

/** How random codes are drawn, in words. */
export const samplingKinds: Readonly<Record<SamplingKind, { name: string; help: string }>> = {
  fitted: { name: 'Normal, fitted', help: 'From a normal distribution with the mean and covariance of the encoded samples.' },
  near: { name: 'Near the data', help: 'The code of a random sample, moved by a tenth of the spread.' },
  uniform: { name: 'Uniform', help: 'Each dimension on its own, evenly over the range of the encoded samples.' },
  standard: { name: 'Standard normal', help: 'Mean 0 and deviation 1: the prior of a variational autoencoder.' },
};

/** Above this a covariance matrix is not worth its memory and each dimension is drawn on its own. */
const COVARIANCE_LIMIT = 256;

export interface CodeCloud {
  readonly codes: Float32Array;
  readonly count: number;
  readonly size: number;
  readonly ranges: readonly DimensionRange[];
}

/**
 * Draws `wanted` codes (wanted × size).
 * @throws StudioError 'internal' when there are no codes to learn from.
 */
export function sampleCodes(kind: SamplingKind, cloud: CodeCloud, wanted: number, random: RandomStream): Float32Array {
  const { codes, count, size, ranges } = cloud;
  if (count === 0) throw new StudioError('internal', 'Random codes need at least one encoded sample.');
  const out = new Float32Array(wanted * size);
  const factor = kind === 'fitted' && size <= COVARIANCE_LIMIT ? choleskyOfCovariance(cloud) : undefined;
  const normals = new Float32Array(size);
  for (let k = 0; k < wanted; k++) {
    const row = out.subarray(k * size, (k + 1) * size);
    switch (kind) {
      case 'standard':
        random.fillNormal(row);
        break;
      case 'uniform':
        for (let d = 0; d < size; d++) row[d] = ranges[d]!.low + (ranges[d]!.high - ranges[d]!.low) * random.uniform();
        break;
      case 'near': {
        const i = random.integer(count);
        for (let d = 0; d < size; d++) row[d] = codes[i * size + d]! + 0.1 * ranges[d]!.deviation * random.normal();
        break;
      }
      case 'fitted':
        random.fillNormal(normals);
        for (let d = 0; d < size; d++) {
          let value = ranges[d]!.mean;
          if (factor === undefined) value += ranges[d]!.deviation * normals[d]!;
          else for (let e = 0; e <= d; e++) value += factor[d * size + e]! * normals[e]!;
          row[d] = value;
        }
        break;
    }
  }
  return out;
}

/** L with L·Lᵀ = covariance of the codes (size × size). Dimensions that carry nothing get a row of zeros. */
export function choleskyOfCovariance({ codes, count, size, ranges }: CodeCloud): Float64Array {
  const stride = Math.max(1, Math.floor(count / PERCENTILE_SAMPLES));
  const covariance = new Float64Array(size * size);
  const centred = new Float64Array(size);
  let rows = 0;
  for (let i = 0; i < count; i += stride, rows++) {
    for (let d = 0; d < size; d++) centred[d] = codes[i * size + d]! - ranges[d]!.mean;
    for (let d = 0; d < size; d++) {
      const value = centred[d]!;
      for (let e = 0; e <= d; e++) covariance[d * size + e]! += value * centred[e]!;
    }
  }
  const L = new Float64Array(size * size);
  for (let d = 0; d < size; d++) {
    for (let e = 0; e <= d; e++) {
      let sum = covariance[d * size + e]! / rows;
      for (let k = 0; k < e; k++) sum -= L[d * size + k]! * L[e * size + k]!;
      if (d === e) L[d * size + d] = sum > 1e-10 ? Math.sqrt(sum) : 0;
      else L[d * size + e] = L[e * size + e]! > 0 ? sum / L[e * size + e]! : 0;
    }
  }
  return L;
}
