// Principal components of codes, for pictures of a latent space. Exact (Jacobi rotations, C. Jacobi 1846) where the
// covariance is small; block power iteration with Rayleigh-Ritz (subspace iteration; Y. Saad, "Numerical Methods for Large
// Eigenvalue Problems", ch. 5) where only a few components of many dimensions are wanted.
import { RandomStream } from '../core/random.ts';

export interface PrincipalComponents {
  /** Mean of the codes (size). */
  readonly mean: Float64Array;
  /** k × size, unit vectors in order of falling variance; in each the number of largest magnitude is positive. */
  readonly components: Float64Array;
  /** Variance along each component (k). */
  readonly variance: Float64Array;
  /** Variance over all dimensions: what shares refer to. */
  readonly totalVariance: number;
}

/** Above this many dimensions components are iterated for, not solved for. */
const EXACT_LIMIT = 64;

/**
 * The first `wanted` principal components of codes (count × size, row-major). Fewer are returned when there are fewer
 * dimensions, padded with zeros, so that a plane can always be asked for.
 */
export function principalComponents(codes: Float32Array, count: number, size: number, wanted: number): PrincipalComponents {
  const { mean, covariance } = covarianceOf(codes, count, size);
  let totalVariance = 0;
  for (let d = 0; d < size; d++) totalVariance += covariance[d * size + d]!;
  const { values, vectors } = size <= EXACT_LIMIT ? symmetricEigen(covariance, size) : largestEigen(covariance, size, wanted);
  const components = new Float64Array(wanted * size);
  const variance = new Float64Array(wanted);
  for (let k = 0; k < Math.min(wanted, size); k++) {
    const vector = vectors.subarray(k * size, (k + 1) * size);
    const sign = signOf(vector);
    for (let d = 0; d < size; d++) components[k * size + d] = sign * vector[d]!;
    variance[k] = Math.max(0, values[k]!);
  }
  return { mean, components, variance, totalVariance };
}

/** Mean (size) and covariance (size × size, divided by their number) of the codes whose values are all finite. */
export function covarianceOf(codes: Float32Array, count: number, size: number): { mean: Float64Array; covariance: Float64Array } {
  const mean = new Float64Array(size);
  const covariance = new Float64Array(size * size);
  const rows = finiteRows(codes, count, size);
  if (rows.length === 0) return { mean, covariance };
  for (const i of rows) for (let d = 0; d < size; d++) mean[d]! += codes[i * size + d]!;
  for (let d = 0; d < size; d++) mean[d]! /= rows.length;
  // Four rows at a time: the covariance, larger than the caches, is walked through a quarter as often.
  const four = Array.from({ length: 4 }, () => new Float64Array(size));
  const [r0, r1, r2, r3] = four as [Float64Array, Float64Array, Float64Array, Float64Array];
  for (let k = 0; k < rows.length; k += 4) {
    four.forEach((centred, j) => {
      const from = k + j < rows.length ? rows[k + j]! * size : -1;
      for (let d = 0; d < size; d++) centred[d] = from < 0 ? 0 : codes[from + d]! - mean[d]!;
    });
    for (let d = 0; d < size; d++) {
      const a0 = r0[d]!;
      const a1 = r1[d]!;
      const a2 = r2[d]!;
      const a3 = r3[d]!;
      const row = d * size;
      for (let e = 0; e <= d; e++) covariance[row + e]! += a0 * r0[e]! + a1 * r1[e]! + a2 * r2[e]! + a3 * r3[e]!;
    }
  }
  for (let d = 0; d < size; d++) {
    for (let e = 0; e <= d; e++) {
      const value = covariance[d * size + e]! / rows.length;
      covariance[d * size + e] = value;
      covariance[e * size + d] = value;
    }
  }
  return { mean, covariance };
}

/** Rows without NaN and infinities: one diverged sample must not spoil the picture of all others. */
function finiteRows(codes: Float32Array, count: number, size: number): Uint32Array {
  const rows = new Uint32Array(count);
  let length = 0;
  for (let i = 0; i < count; i++) {
    let zero = 0;
    for (let at = i * size; at < (i + 1) * size; at++) zero += 0 * codes[at]!;
    if (zero === 0) rows[length++] = i;
  }
  return rows.subarray(0, length);
}

interface Eigen {
  readonly values: Float64Array;
  /** One eigenvector a row. */
  readonly vectors: Float64Array;
}

/** All eigenvalues, falling, and eigenvectors of a symmetric matrix (n × n) by cyclic Jacobi rotations. */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const a = matrix.slice();
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  let scale = 0;
  for (let i = 0; i < n * n; i++) scale += a[i]! * a[i]!;
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += a[p * n + q]! ** 2;
    if (off <= 1e-24 * scale) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j]! - a[i * n + i]!);
  const values = Float64Array.from(order, i => a[i * n + i]!);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => vectors.set(v.subarray(from * n, (from + 1) * n), to * n));
  return { values, vectors };
}

/** One rotation that makes a[p][q] zero; rows of v collect the eigenvectors. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q]!;
  if (apq === 0) return;
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const kp = a[k * n + p]!;
    const kq = a[k * n + q]!;
    a[k * n + p] = c * kp - s * kq;
    a[k * n + q] = s * kp + c * kq;
  }
  for (let k = 0; k < n; k++) {
    const pk = a[p * n + k]!;
    const qk = a[q * n + k]!;
    a[p * n + k] = c * pk - s * qk;
    a[q * n + k] = s * pk + c * qk;
    const vp = v[p * n + k]!;
    const vq = v[q * n + k]!;
    v[p * n + k] = c * vp - s * vq;
    v[q * n + k] = s * vp + c * vq;
  }
}

/** The `wanted` largest eigenvalues of a symmetric matrix without negative ones (n × n), by subspace iteration. */
export function largestEigen(matrix: Float64Array, n: number, wanted: number): Eigen {
  const block = Math.min(n, wanted + 8);
  let basis = startingBlock(block, n);
  let values = new Float64Array(block);
  for (let iteration = 0; iteration < 500; iteration++) {
    let image = multiply(basis, matrix, block, n);
    orthonormalise(image, block, n);
    basis = image;
    image = multiply(basis, matrix, block, n);
    const ritz = rayleighRitz(basis, image, block, n);
    basis = ritz.vectors;
    const settled = ritz.values.slice(0, wanted).every((value, k) => Math.abs(value - values[k]!) <= 1e-12 * Math.abs(ritz.values[0]!));
    values = Float64Array.from(ritz.values);
    if (settled) break;
  }
  return { values, vectors: basis };
}

/** Random orthonormal rows (r × n) that favour no axis: the same every time. */
export function startingBlock(r: number, n: number): Float64Array<ArrayBuffer> {
  const rows = Float64Array.from(new RandomStream(0, 'sampling').fillNormal(new Float32Array(r * n)));
  orthonormalise(rows, r, n);
  return rows;
}

/** The best eigenvectors inside a subspace, from its orthonormal rows (r × n) and their images under the matrix. */
export function rayleighRitz(basis: Float64Array, image: Float64Array, r: number, n: number): { readonly values: Float64Array; readonly vectors: Float64Array<ArrayBuffer> } {
  const small = new Float64Array(r * r);
  for (let i = 0; i < r; i++) for (let j = 0; j < r; j++) small[i * r + j] = dot(basis, i * n, image, j * n, n);
  const { values, vectors } = symmetricEigen(small, r);
  return { values, vectors: multiplyRows(vectors, basis, r, n) };
}

function dot(a: Float64Array, from: number, b: Float64Array, at: number, n: number): number {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += a[from + k]! * b[at + k]!;
  return sum;
}

/** rows (r × n) times a symmetric matrix (n × n). */
function multiply(rows: Float64Array, matrix: Float64Array, r: number, n: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(r * n);
  for (let i = 0; i < r; i++) for (let j = 0; j < n; j++) out[i * n + j] = dot(rows, i * n, matrix, j * n, n);
  return out;
}

/** weights (r × r) times rows (r × n). */
function multiplyRows(weights: Float64Array, rows: Float64Array, r: number, n: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(r * n);
  for (let i = 0; i < r; i++) {
    for (let j = 0; j < r; j++) {
      const weight = weights[i * r + j]!;
      for (let k = 0; k < n; k++) out[i * n + k]! += weight * rows[j * n + k]!;
    }
  }
  return out;
}

/** A row that keeps this share of its length has lost nothing to rounding, and is not made orthogonal again. */
const KEPT = 0.7;

/**
 * Gram-Schmidt, twice where the first time took much away (L. Giraud et al., "The loss of orthogonality in the Gram-Schmidt
 * orthogonalization process", 2005); a row that vanishes becomes the unit vector that is still free.
 */
export function orthonormalise(rows: Float64Array, r: number, n: number): void {
  for (let i = 0; i < r; i++) {
    const row = rows.subarray(i * n, (i + 1) * n);
    for (let unit = -1; unit < n; unit++) {
      if (unit >= 0) {
        row.fill(0);
        row[unit] = 1;
      }
      const before = Math.sqrt(dot(row, 0, row, 0, n));
      removeFrom(row, rows, i, n);
      let length = Math.sqrt(dot(row, 0, row, 0, n));
      if (length < KEPT * before) {
        removeFrom(row, rows, i, n);
        length = Math.sqrt(dot(row, 0, row, 0, n));
      }
      if (length > 1e-10 * before && length > 1e-300) {
        for (let k = 0; k < n; k++) row[k]! /= length;
        break;
      }
    }
  }
}

/** Takes from a row what it shares with the first `count` of orthonormal rows, four of them at a time: a sum has to wait for itself. */
function removeFrom(row: Float64Array, rows: Float64Array, count: number, n: number): void {
  let j = 0;
  for (; j + 4 <= count; j += 4) {
    const [a, b, c, d] = [j * n, (j + 1) * n, (j + 2) * n, (j + 3) * n];
    let [p, q, s, t] = [0, 0, 0, 0];
    for (let k = 0; k < n; k++) {
      const value = row[k]!;
      p += rows[a + k]! * value;
      q += rows[b + k]! * value;
      s += rows[c + k]! * value;
      t += rows[d + k]! * value;
    }
    for (let k = 0; k < n; k++) row[k]! -= p * rows[a + k]! + q * rows[b + k]! + s * rows[c + k]! + t * rows[d + k]!;
  }
  for (; j < count; j++) {
    const overlap = dot(rows, j * n, row, 0, n);
    for (let k = 0; k < n; k++) row[k]! -= overlap * rows[j * n + k]!;
  }
}

/** +1 or −1 so that the number of largest magnitude becomes positive; near ties go to the first, so noise does not flip it. */
function signOf(vector: Float64Array): number {
  let largest = 0;
  for (const value of vector) largest = Math.max(largest, Math.abs(value));
  return (vector.find(value => Math.abs(value) >= largest * (1 - 1e-9)) ?? 1) < 0 ? -1 : 1;
}
