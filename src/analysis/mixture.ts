// A mixture of Gaussians fitted to codes, to draw new codes from where a latent has no prior of its own. Expectation
// maximisation (A. Dempster, N. Laird, D. Rubin, 1977) from a k-means++ start (D. Arthur and S. Vassilvitskii, 2007). Whole
// covariances while they can be estimated well, variances alone in more dimensions.
import { RandomStream } from '../core/random.ts';

export interface Mixture {
  readonly size: number;
  readonly covariance: 'full' | 'diagonal';
  /** One for each component; they sum to one. */
  readonly weights: Float64Array;
  /** components × size. */
  readonly means: Float64Array;
  /** Lower Cholesky factors of the covariances (components × size × size), or standard deviations (components × size). */
  readonly factors: Float64Array;
  /** Mean log-density of the codes in nats before each step; it rises. */
  readonly logLikelihoods: readonly number[];
}

export interface MixtureOptions {
  /** Fewer are fitted when there are not as many different codes. */
  readonly components: number;
  readonly seed: number;
  readonly iterations?: number;
}

/** Dimensions up to which covariances are whole. */
export const FULL_LIMIT = 16;
/** Added to variances, as a share of the mean variance of the codes. */
const REGULARISATION = 1e-6;
/** A step that gains less than this many nats per code is the last one. */
const TOLERANCE = 1e-4;

/** @param codes count × size, finite. */
export function fitMixture(codes: Float32Array, count: number, size: number, { components, seed, iterations = 200 }: MixtureOptions): Mixture {
  const centers = spreadCenters(codes, count, size, components, new RandomStream(seed, 'sampling', 1));
  const found = centers.length / size;
  const floor = REGULARISATION * meanVariance(codes, count, size) + 1e-12;
  // components × count: how much of each code belongs to each component.
  const shares = nearestShares(codes, count, size, centers);
  let mixture = maximise(codes, count, size, found, shares, floor, []);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const logLikelihood = expectation(codes, count, mixture, shares);
    const { logLikelihoods } = mixture;
    const gain = logLikelihood - (logLikelihoods.at(-1) ?? -Infinity);
    if (gain < TOLERANCE) return { ...mixture, logLikelihoods: [...logLikelihoods, logLikelihood] };
    mixture = maximise(codes, count, size, found, shares, floor, [...logLikelihoods, logLikelihood]);
  }
  return mixture;
}

/** Draws codes: count × size. */
export function drawFromMixture({ size, covariance, weights, means, factors }: Mixture, count: number, stream: RandomStream): Float32Array {
  const codes = new Float32Array(count * size);
  const noise = new Float64Array(size);
  for (let i = 0; i < count; i++) {
    let at = stream.uniform();
    let k = 0;
    while (k < weights.length - 1 && at >= weights[k]!) at -= weights[k++]!;
    for (let d = 0; d < size; d++) noise[d] = stream.normal();
    for (let d = 0; d < size; d++) {
      let value = means[k * size + d]!;
      if (covariance === 'diagonal') value += factors[k * size + d]! * noise[d]!;
      else for (let e = 0; e <= d; e++) value += factors[(k * size + d) * size + e]! * noise[e]!;
      codes[i * size + d] = value;
    }
  }
  return codes;
}

/** Codes far from each other: each is drawn with a probability that grows with the squared distance to those before. */
function spreadCenters(codes: Float32Array, count: number, size: number, wanted: number, stream: RandomStream): Float64Array {
  const centers: number[] = [];
  const distances = new Float64Array(count).fill(Infinity);
  let chosen = stream.integer(count);
  while (centers.length < wanted * size) {
    const center = codes.subarray(chosen * size, (chosen + 1) * size);
    centers.push(...center);
    let total = 0;
    for (let i = 0; i < count; i++) {
      distances[i] = Math.min(distances[i]!, squaredDistance(codes, i * size, center, 0, size));
      total += distances[i]!;
    }
    if (total === 0) break;
    let at = stream.uniform() * total;
    chosen = 0;
    // Rounding must not carry it to a code that is a center already.
    while (chosen < count - 1 && (at >= distances[chosen]! || distances[chosen] === 0)) at -= distances[chosen++]!;
  }
  return Float64Array.from(centers);
}

function squaredDistance(a: ArrayLike<number>, from: number, b: ArrayLike<number>, at: number, size: number): number {
  let sum = 0;
  for (let d = 0; d < size; d++) sum += (a[from + d]! - b[at + d]!) ** 2;
  return sum;
}

function meanVariance(codes: Float32Array, count: number, size: number): number {
  let sum = 0;
  for (let d = 0; d < size; d++) {
    let mean = 0;
    let squares = 0;
    for (let i = d; i < codes.length; i += size) {
      mean += codes[i]! / count;
      squares += codes[i]! ** 2 / count;
    }
    sum += Math.max(0, squares - mean * mean);
  }
  return sum / size;
}

/** Every code belongs to the center next to it. */
function nearestShares(codes: Float32Array, count: number, size: number, centers: Float64Array): Float64Array {
  const components = centers.length / size;
  const shares = new Float64Array(components * count);
  for (let i = 0; i < count; i++) {
    let nearest = 0;
    let least = Infinity;
    for (let k = 0; k < components; k++) {
      const distance = squaredDistance(codes, i * size, centers, k * size, size);
      if (distance < least) [nearest, least] = [k, distance];
    }
    shares[nearest * count + i] = 1;
  }
  return shares;
}

/** Weights, means and covariances from the shares; a share below this changes nothing. */
const NEGLIGIBLE = 1e-10;

function maximise(codes: Float32Array, count: number, size: number, components: number, shares: Float64Array, floor: number, logLikelihoods: readonly number[]): Mixture {
  const covariance = size <= FULL_LIMIT ? 'full' : 'diagonal';
  const weights = new Float64Array(components);
  const means = new Float64Array(components * size);
  const factors = new Float64Array(components * size * (covariance === 'full' ? size : 1));
  const difference = new Float64Array(size);
  for (let k = 0; k < components; k++) {
    const mean = means.subarray(k * size, (k + 1) * size);
    let total = 1e-12;
    for (let i = 0; i < count; i++) {
      const share = shares[k * count + i]!;
      total += share;
      for (let d = 0; d < size; d++) mean[d]! += share * codes[i * size + d]!;
    }
    for (let d = 0; d < size; d++) mean[d]! /= total;
    weights[k] = total / count;
    const matrix = new Float64Array(size * (covariance === 'full' ? size : 1));
    for (let i = 0; i < count; i++) {
      const share = shares[k * count + i]! / total;
      if (share < NEGLIGIBLE / count) continue;
      for (let d = 0; d < size; d++) difference[d] = codes[i * size + d]! - mean[d]!;
      if (covariance === 'diagonal') for (let d = 0; d < size; d++) matrix[d]! += share * difference[d]! ** 2;
      else for (let d = 0; d < size; d++) for (let e = 0; e <= d; e++) matrix[d * size + e]! += share * difference[d]! * difference[e]!;
    }
    if (covariance === 'diagonal') factors.set(matrix.map(variance => Math.sqrt(variance + floor)), k * size);
    else factors.set(cholesky(matrix, size, floor), k * size * size);
  }
  const sum = weights.reduce((a, b) => a + b);
  return { size, covariance, weights: weights.map(weight => weight / sum), means, factors, logLikelihoods };
}

/** L with L·Lᵀ = A + floor·I, from the lower half of A. */
function cholesky(matrix: Float64Array, size: number, floor: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let d = 0; d < size; d++) {
    for (let e = 0; e <= d; e++) {
      let value = matrix[d * size + e]! + (d === e ? floor : 0);
      for (let f = 0; f < e; f++) value -= factor[d * size + f]! * factor[e * size + f]!;
      factor[d * size + e] = d === e ? Math.sqrt(Math.max(value, floor)) : value / factor[e * size + e]!;
    }
  }
  return factor;
}

/** Writes to `shares` how probable each component is for each code. @returns the mean log-density. */
function expectation(codes: Float32Array, count: number, mixture: Mixture, shares: Float64Array): number {
  const components = mixture.weights.length;
  const constants = Array.from({ length: components }, (_, k) => Math.log(mixture.weights[k]!) - logVolume(mixture, k) - 0.5 * mixture.size * Math.log(2 * Math.PI));
  const solved = new Float64Array(mixture.size);
  let total = 0;
  for (let i = 0; i < count; i++) {
    let peak = -Infinity;
    for (let k = 0; k < components; k++) {
      const density = constants[k]! - 0.5 * mahalanobis(codes, i, mixture, k, solved);
      shares[k * count + i] = density;
      if (density > peak) peak = density;
    }
    let sum = 0;
    for (let k = 0; k < components; k++) sum += shares[k * count + i] = Math.exp(shares[k * count + i]! - peak);
    for (let k = 0; k < components; k++) shares[k * count + i]! /= sum;
    total += peak + Math.log(sum);
  }
  return total / count;
}

/** Logarithm of the determinant of a factor. */
function logVolume({ size, covariance, factors }: Mixture, k: number): number {
  let sum = 0;
  for (let d = 0; d < size; d++) sum += Math.log(covariance === 'full' ? factors[(k * size + d) * size + d]! : factors[k * size + d]!);
  return sum;
}

/** Squared distance of a code from a mean in units of the covariance. */
function mahalanobis(codes: Float32Array, i: number, { size, covariance, means, factors }: Mixture, k: number, solved: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < size; d++) {
    let value = codes[i * size + d]! - means[k * size + d]!;
    if (covariance === 'diagonal') value /= factors[k * size + d]!;
    else {
      const row = (k * size + d) * size;
      for (let e = 0; e < d; e++) value -= factors[row + e]! * solved[e]!;
      value /= factors[row + d]!;
    }
    solved[d] = value;
    sum += value * value;
  }
  return sum;
}
