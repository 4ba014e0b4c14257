// From codes to places in the plane and back. Every picture of the page is one Projection: two chosen dimensions, the
// plane of the first two principal components, an embedding that keeps neighbours, or for a single dimension a dot histogram.
// Orientation: principal axes have arbitrary signs and turn freely when two of them carry equal variance, so the plane of a
// new epoch is turned (or mirrored) onto the one shown before: orthogonal Procrustes, P. Schönemann (1966), solved for 2 × 2.
import { principalComponents } from '../../analysis/pca.ts';

export interface Axis {
  readonly name: string;
  /** Share of the variance of all codes along this axis, in [0, 1]. */
  readonly share?: number;
}

export interface Projection {
  readonly kind: 'axes' | 'pca' | 'tsne' | 'histogram';
  readonly axes: readonly [Axis, Axis];
  /** codes (count × latent size) → points (count × 2). */
  project(codes: Float32Array, count: number): Float32Array;
  /** Places of single codes that are no samples (count × 2): the probe, a path. */
  locate(codes: Float32Array, count: number): Float32Array;
  /** The code at a place; `base` (latent size) supplies the dimensions that the picture does not show. */
  lift(x: number, y: number, base: Float32Array): Float32Array;
}

/** Two dimensions of the latent as they are. */
export function chosenAxes(size: number, first: number, second: number, name: (dimension: number) => string): Projection {
  const project = (codes: Float32Array, count: number) => {
    const points = new Float32Array(count * 2);
    for (let i = 0; i < count; i++) {
      points[2 * i] = codes[i * size + first]!;
      points[2 * i + 1] = codes[i * size + second]!;
    }
    return points;
  };
  return {
    kind: 'axes',
    axes: [{ name: name(first) }, { name: name(second) }],
    project,
    locate: project,
    lift(x, y, base) {
      const code = base.slice();
      code[first] = x;
      code[second] = y;
      return code;
    },
  };
}

/** At most about this many multiplications for the covariance: more samples than needed do not move the axes. */
const COVARIANCE_WORK = 3e8;

/**
 * The plane of the first two principal components of codes (count × size).
 * @param before points (count × 2) of the same samples in the picture shown before, to keep the orientation
 */
export function principalPlane(codes: Float32Array, count: number, size: number, before?: Float32Array): Projection {
  const stride = Math.max(1, Math.ceil(count / Math.max(500, COVARIANCE_WORK / (size * size))));
  const rows = Math.ceil(count / stride);
  const sampled = stride === 1 ? codes : everyNth(codes, count, size, stride);
  const { mean, components, variance, totalVariance } = principalComponents(sampled, rows, size, 2);
  const own: Basis = {
    mean,
    u: Float64Array.from(components.subarray(0, size)),
    v: Float64Array.from(components.subarray(size, 2 * size)),
  };
  const turn = before?.length === count * 2 ? bestTurn(projectOnto(own, codes, count), before) : IDENTITY;
  const basis: Basis = {
    mean,
    u: own.u.map((value, d) => turn.a * value + turn.b * own.v[d]!),
    v: own.u.map((value, d) => turn.c * value + turn.d * own.v[d]!),
  };
  const [first = 0, second = 0] = variance;
  const share = (p: number, q: number) => (totalVariance > 0 ? (p * p * first + q * q * second) / totalVariance : 0);
  return {
    kind: 'pca',
    axes: [{ name: 'PCA 1', share: share(turn.a, turn.b) }, { name: 'PCA 2', share: share(turn.c, turn.d) }],
    project: (given, n) => projectOnto(basis, given, n),
    locate: (given, n) => projectOnto(basis, given, n),
    lift(x, y) {
      const code = new Float32Array(size);
      for (let d = 0; d < size; d++) code[d] = mean[d]! + x * basis.u[d]! + y * basis.v[d]!;
      return code;
    },
  };
}

/** Samples that say where in an embedding a code lies, and what code lies at a place. */
const EMBEDDED_NEIGHBOURS = 4;

/**
 * Places that were found for samples one by one. It has no formula: what lies between samples is told by the nearest of them,
 * weighed by the inverse square of their distance.
 * @param places count × 2; a sample that was not embedded has NaN
 */
export function embeddedPlane(codes: Float32Array, count: number, size: number, places: Float32Array): Projection {
  const embedded = Array.from({ length: count }, (_, i) => i).filter(i => Number.isFinite(places[2 * i]!));
  /** Mean over the nearest samples of `values` (count × width); `from` (count × width of `at`) is where they lie. */
  const mean = (at: ArrayLike<number>, from: Float32Array, values: Float32Array, width: number): Float32Array => {
    const nearest: { i: number; squared: number }[] = [];
    for (const i of embedded) {
      let squared = 0;
      for (let d = 0; d < at.length; d++) squared += (at[d]! - from[i * at.length + d]!) ** 2;
      if (nearest.length === EMBEDDED_NEIGHBOURS && squared >= nearest[EMBEDDED_NEIGHBOURS - 1]!.squared) continue;
      if (nearest.length === EMBEDDED_NEIGHBOURS) nearest.pop();
      nearest.splice(nearest.findLastIndex(other => other.squared <= squared) + 1, 0, { i, squared });
    }
    const out = new Float32Array(width);
    // A sample's own place is exactly that sample.
    const weights = nearest.map(({ squared }) => 1 / Math.max(squared, (nearest[0]?.squared ?? 0) * 1e-3, 1e-12));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    nearest.forEach(({ i }, k) => { for (let d = 0; d < width; d++) out[d] = out[d]! + weights[k]! / total * values[i * width + d]!; });
    return out;
  };
  return {
    kind: 'tsne',
    axes: [{ name: 't-SNE 1' }, { name: 't-SNE 2' }],
    project: () => places,
    locate(given, n) {
      const out = new Float32Array(n * 2);
      for (let k = 0; k < n; k++) out.set(mean(given.subarray(k * size, (k + 1) * size), codes, places, 2), 2 * k);
      return out;
    },
    lift: (x, y) => mean([x, y], places, codes, size),
  };
}

interface Basis {
  readonly mean: ArrayLike<number>;
  readonly u: Float64Array;
  readonly v: Float64Array;
}

function projectOnto({ mean, u, v }: Basis, codes: Float32Array, count: number): Float32Array {
  const size = u.length;
  const points = new Float32Array(count * 2);
  for (let i = 0; i < count; i++) {
    let x = 0;
    let y = 0;
    for (let d = 0; d < size; d++) {
      const value = codes[i * size + d]! - mean[d]!;
      x += value * u[d]!;
      y += value * v[d]!;
    }
    points[2 * i] = x;
    points[2 * i + 1] = y;
  }
  return points;
}

function everyNth(codes: Float32Array, count: number, size: number, stride: number): Float32Array {
  const rows = Math.ceil(count / stride);
  const out = new Float32Array(rows * size);
  for (let k = 0; k < rows; k++) out.set(codes.subarray(k * stride * size, (k * stride + 1) * size), k * size);
  return out;
}

/** x′ = a·x + b·y, y′ = c·x + d·y: a rotation, or a rotation with a mirror. */
export interface Turn {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}
const IDENTITY: Turn = { a: 1, b: 0, c: 0, d: 1 };

/**
 * The rotation, mirrored or not, that brings `points` nearest to `target` in the sum of squares (both count × 2; their
 * means are taken out first). The identity when there is nothing to compare.
 */
export function bestTurn(points: Float32Array, target: Float32Array): Turn {
  const count = Math.min(points.length, target.length) / 2;
  let [n, px, py, tx, ty] = [0, 0, 0, 0, 0];
  const usable = (i: number) => Number.isFinite(points[2 * i]! + points[2 * i + 1]! + target[2 * i]! + target[2 * i + 1]!);
  for (let i = 0; i < count; i++) {
    if (!usable(i)) continue;
    n++;
    px += points[2 * i]!;
    py += points[2 * i + 1]!;
    tx += target[2 * i]!;
    ty += target[2 * i + 1]!;
  }
  if (n === 0) return IDENTITY;
  // M = Σ target · pointsᵀ
  let [xx, xy, yx, yy] = [0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    if (!usable(i)) continue;
    const x = points[2 * i]! - px / n;
    const y = points[2 * i + 1]! - py / n;
    const u = target[2 * i]! - tx / n;
    const v = target[2 * i + 1]! - ty / n;
    xx += u * x;
    xy += u * y;
    yx += v * x;
    yy += v * y;
  }
  const rotation = Math.hypot(xx + yy, yx - xy);
  const mirror = Math.hypot(xx - yy, yx + xy);
  if (!(Math.max(rotation, mirror) > 0)) return IDENTITY;
  if (rotation >= mirror) {
    const [cos, sin] = [(xx + yy) / rotation, (yx - xy) / rotation];
    return { a: cos, b: -sin, c: sin, d: cos };
  }
  const [cos, sin] = [(xx - yy) / mirror, (yx + xy) / mirror];
  return { a: cos, b: sin, c: sin, d: -cos };
}

/** Height of the tallest stack over the width of all. */
const HEIGHT = 0.6;

/**
 * A latent of one dimension as a dot histogram: x is the code, y counts the samples stacked below, ordered by group so that
 * classes form bands.
 * @param groups class of each sample, if known
 */
export function dotHistogram(name: string, bins: number, groups?: ArrayLike<number>): Projection {
  return {
    kind: 'histogram',
    axes: [{ name }, { name: 'samples' }],
    project(codes, count) {
      let low = Infinity;
      let high = -Infinity;
      for (let i = 0; i < count; i++) {
        const value = codes[i]!;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      const width = high > low ? (high - low) / bins : 1;
      const binOf = (i: number) => Math.min(bins - 1, Math.max(0, Math.floor((codes[i]! - low) / width)));
      const stacks = Array.from({ length: bins }, (): number[] => []);
      for (let i = 0; i < count; i++) if (Number.isFinite(codes[i]!)) stacks[binOf(i)]!.push(i);
      const tallest = stacks.reduce((most, stack) => Math.max(most, stack.length), 1);
      const rise = (HEIGHT * bins * width) / tallest;
      const points = new Float32Array(count * 2).fill(NaN);
      for (const stack of stacks) {
        if (groups !== undefined) stack.sort((a, b) => groups[a]! - groups[b]! || a - b);
        stack.forEach((i, level) => {
          points[2 * i] = codes[i]!;
          points[2 * i + 1] = (level + 0.5) * rise;
        });
      }
      return points;
    },
    locate: (codes, count) => Float32Array.from({ length: count * 2 }, (_, k) => (k % 2 === 0 ? codes[k / 2]! : 0)),
    lift: x => new Float32Array([x]),
  };
}
