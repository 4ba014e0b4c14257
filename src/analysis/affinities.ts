// The nearest neighbours of every point with their affinities, as t-SNE defines them (van der Maaten and Hinton 2008, section 2;
// sparse as in van der Maaten 2014, section 4.1).
/** Symmetric affinities as rows: the neighbours of i are index[first[i]] … index[first[i + 1] − 1]. */
export interface Neighbours {
  readonly first: Int32Array;
  readonly index: Int32Array;
  readonly weight: Float64Array;
}

/** Compares every point with all others, one point at a time. */
export class NeighbourSearch {
  private readonly rows: Map<number, number>[];
  private readonly distances: Float64Array;
  private readonly wanted: number;
  private row = 0;

  constructor(private readonly codes: ArrayLike<number>, private readonly count: number, private readonly size: number, private readonly perplexity: number) {
    this.wanted = Math.min(count - 1, Math.ceil(3 * perplexity));
    this.rows = Array.from({ length: count }, () => new Map<number, number>());
    this.distances = new Float64Array(count);
  }

  /** Finds the neighbours of one more point. @returns whether it was the last. */
  next(): boolean {
    const { codes, count, size, distances, rows } = this;
    const i = this.row++;
    for (let j = 0; j < count; j++) {
      let sum = 0;
      for (let d = 0; d < size; d++) {
        const difference = codes[i * size + d]! - codes[j * size + d]!;
        sum += difference * difference;
      }
      distances[j] = sum;
    }
    distances[i] = Infinity;
    const nearest = smallest(distances, this.wanted);
    const p = conditional(nearest.map(j => distances[j]!), this.perplexity);
    // pᵢⱼ = (p(j|i) + p(i|j)) / 2n
    nearest.forEach((j, k) => {
      const half = p[k]! / (2 * count);
      rows[i]!.set(j, (rows[i]!.get(j) ?? 0) + half);
      rows[j]!.set(i, (rows[j]!.get(i) ?? 0) + half);
    });
    return this.row === count;
  }

  result(): Neighbours {
    const { count, rows } = this;
    const first = new Int32Array(count + 1);
    rows.forEach((row, i) => { first[i + 1] = first[i]! + row.size; });
    const index = new Int32Array(first[count]!);
    const weight = new Float64Array(first[count]!);
    rows.forEach((row, i) => {
      let k = first[i]!;
      for (const [j, p] of row) {
        index[k] = j;
        weight[k++] = Math.max(p, 1e-12);
      }
    });
    return { first, index, weight };
  }
}

/** Positions of the `wanted` smallest numbers, nearest first. */
function smallest(values: Float64Array, wanted: number): number[] {
  const limit = values.slice().sort()[wanted - 1] ?? Infinity;
  const positions: number[] = [];
  for (let i = 0; i < values.length && positions.length < wanted; i++) if (values[i]! < limit) positions.push(i);
  for (let i = 0; i < values.length && positions.length < wanted; i++) if (values[i] === limit) positions.push(i);
  return positions.sort((a, b) => values[a]! - values[b]!);
}

/** Shares of a Gaussian around a point, so wide that 2 to their entropy is the perplexity: found by bisection. */
function conditional(squared: readonly number[], perplexity: number): Float64Array {
  const wanted = Math.log(perplexity);
  const nearest = squared[0] ?? 0;
  let low = 0;
  let high = Infinity;
  let precision = 1 / Math.max(1e-12, squared.reduce((sum, d) => sum + d - nearest, 0) / squared.length || 1);
  const p = new Float64Array(squared.length);
  for (let trial = 0; trial < 64; trial++) {
    let sum = 0;
    let moment = 0;
    squared.forEach((d, k) => {
      // Distances count from the nearest one, so that nothing underflows.
      p[k] = Math.exp(-precision * (d - nearest));
      sum += p[k]!;
      moment += p[k]! * (d - nearest);
    });
    for (let k = 0; k < p.length; k++) p[k] = p[k]! / sum;
    const entropy = Math.log(sum) + precision * moment / sum;
    if (Math.abs(entropy - wanted) < 1e-5) break;
    if (entropy > wanted) low = precision;
    else high = precision;
    precision = high === Infinity ? precision * 2 : (low + high) / 2;
  }
  return p;
}
