// t-SNE: neighbours of codes stay neighbours in the plane. L. van der Maaten and G. Hinton, "Visualizing Data using t-SNE"
// (2008); gradients by a quadtree over sparse neighbours as in L. van der Maaten, "Accelerating t-SNE using Tree-Based
// Algorithms" (2014), with his learning rates, momenta and early exaggeration.
import { RandomStream } from '../core/random.ts';

export interface TsneOptions {
  /** How many neighbours count for a point, about. Cut to a third of the other points. */
  readonly perplexity?: number;
  readonly iterations?: number;
  /** How coarsely far points are lumped together: a cell counts as one point when its width is below this share of its distance. 0 is exact. */
  readonly theta?: number;
  readonly seed?: number;
  /** Places to start from (count × 2), such as those of the epoch before. */
  readonly start?: Float32Array;
}

const EXAGGERATION = 12;
/** Iterations with exaggerated attraction, which gathers clusters first. */
const EXAGGERATED = 250;
/** Standard deviation of places at the start. */
const START_STDDEV = 1e-4;

/** An embedding that is computed bit by bit, so that a page can draw it on its way. */
export class Tsne {
  /** count × 2. */
  readonly places: Float64Array;
  /** Steps taken. */
  iteration = 0;
  readonly iterations: number;
  private readonly search: NeighbourSearch;
  private neighbours: Neighbours | undefined;
  private readonly velocity: Float64Array;
  private readonly gains: Float64Array;
  private readonly gradient: Float64Array;
  private readonly theta: number;
  private readonly exaggerated: number;
  private readonly rate: number;

  /** @param codes count × size. */
  constructor(codes: ArrayLike<number>, readonly count: number, size: number, options: TsneOptions = {}) {
    const { perplexity = 30, iterations = 750, theta = 0.5, seed = 0, start } = options;
    this.iterations = iterations;
    this.theta = theta;
    this.search = new NeighbourSearch(codes, count, size, Math.max(1, Math.min(perplexity, (count - 1) / 3)));
    const given = start?.length === count * 2 ? start : undefined;
    // Places that are known already need no gathering.
    this.exaggerated = given === undefined ? Math.min(EXAGGERATED, iterations / 3) : 0;
    this.rate = Math.max(count / EXAGGERATION, 50);
    const random = new RandomStream(seed, 'sampling', 1);
    this.places = given === undefined ? Float64Array.from({ length: count * 2 }, () => START_STDDEV * random.normal()) : Float64Array.from(given);
    this.velocity = new Float64Array(count * 2);
    this.gradient = new Float64Array(count * 2);
    this.gains = new Float64Array(count * 2).fill(1);
  }

  get done(): boolean {
    return this.iteration >= this.iterations || this.count < 3;
  }

  /** Finds neighbours, then takes steps, until a time limit or the end. @param milliseconds how long it may take, about. */
  run(milliseconds = Infinity): void {
    const end = performance.now() + milliseconds;
    while (!this.done) {
      if (this.neighbours !== undefined) this.step(this.neighbours);
      else if (this.search.next()) this.neighbours = this.search.result();
      if (performance.now() >= end) return;
    }
  }

  private step(neighbours: Neighbours): void {
    const early = this.iteration < this.exaggerated;
    this.computeGradient(neighbours, early ? EXAGGERATION : 1);
    const momentum = early ? 0.5 : 0.8;
    const { places, velocity, gains, gradient } = this;
    for (let i = 0; i < places.length; i++) {
      gains[i] = Math.sign(gradient[i]!) === Math.sign(velocity[i]!) ? Math.max(0.01, gains[i]! * 0.8) : gains[i]! + 0.2;
      velocity[i] = momentum * velocity[i]! - this.rate * gains[i]! * gradient[i]!;
      places[i] = places[i]! + velocity[i]!;
    }
    center(places);
    this.iteration++;
  }

  /** 4·Σⱼ (pᵢⱼ − qᵢⱼ)(yᵢ − yⱼ)/(1 + ‖yᵢ − yⱼ‖²): attraction along neighbours, repulsion by the tree. */
  private computeGradient({ first, index, weight }: Neighbours, exaggeration: number): void {
    const { places, gradient, count } = this;
    const tree = new Quadtree(places, count);
    let total = 0;
    const push = new Float64Array(3);
    for (let i = 0; i < count; i++) {
      push.fill(0);
      tree.repel(places[2 * i]!, places[2 * i + 1]!, this.theta, push);
      gradient[2 * i] = push[0]!;
      gradient[2 * i + 1] = push[1]!;
      total += push[2]!;
    }
    for (let i = 0; i < count; i++) {
      const x = places[2 * i]!;
      const y = places[2 * i + 1]!;
      let pullX = 0;
      let pullY = 0;
      for (let k = first[i]!; k < first[i + 1]!; k++) {
        const j = index[k]!;
        const dx = x - places[2 * j]!;
        const dy = y - places[2 * j + 1]!;
        const pull = weight[k]! / (1 + dx * dx + dy * dy);
        pullX += pull * dx;
        pullY += pull * dy;
      }
      gradient[2 * i] = 4 * (exaggeration * pullX - gradient[2 * i]! / total);
      gradient[2 * i + 1] = 4 * (exaggeration * pullY - gradient[2 * i + 1]! / total);
    }
  }

  /** Σ p·log(p/q) over neighbours, with q summed exactly: how much is lost. For tests and captions; O(count²). */
  divergence(): number {
    const { places, count } = this;
    while (this.neighbours === undefined) if (this.search.next()) this.neighbours = this.search.result();
    const { first, index, weight } = this.neighbours;
    const closeness = (i: number, j: number): number =>
      1 / (1 + (places[2 * i]! - places[2 * j]!) ** 2 + (places[2 * i + 1]! - places[2 * j + 1]!) ** 2);
    let total = 0;
    for (let i = 0; i < count; i++) for (let j = 0; j < count; j++) if (i !== j) total += closeness(i, j);
    let sum = 0;
    for (let i = 0; i < count; i++) {
      for (let k = first[i]!; k < first[i + 1]!; k++) sum += weight[k]! * Math.log(weight[k]! * total / closeness(i, index[k]!));
    }
    return sum;
  }
}

/** Symmetric affinities as rows: the neighbours of i are index[first[i]] … index[first[i + 1] − 1]. */
interface Neighbours {
  readonly first: Int32Array;
  readonly index: Int32Array;
  readonly weight: Float64Array;
}

/** Compares every point with all others, one point at a time. */
class NeighbourSearch {
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

function center(places: Float64Array): void {
  const count = places.length / 2;
  let x = 0;
  let y = 0;
  for (let i = 0; i < count; i++) {
    x += places[2 * i]!;
    y += places[2 * i + 1]!;
  }
  for (let i = 0; i < count; i++) {
    places[2 * i] = places[2 * i]! - x / count;
    places[2 * i + 1] = places[2 * i + 1]! - y / count;
  }
}

/** Points closer together than this share of the whole extent share a leaf. */
const DEEPEST = 40;

/** A quadtree in flat arrays. Node n has its points' number and centre; its children are child[4n] … child[4n + 3], −1 for none. */
class Quadtree {
  private readonly child: Int32Array;
  private readonly mass: Float64Array;
  private readonly sumX: Float64Array;
  private readonly sumY: Float64Array;
  private readonly width: Float64Array;
  private readonly stack: Int32Array;
  private readonly leaf: Uint8Array;
  private nodes = 1;

  constructor(places: Float64Array, count: number) {
    // Every point makes one leaf; a split path is shared or short, and grows the arrays only through the deepest-level rule.
    const capacity = Math.max(64, count * 12);
    this.child = new Int32Array(capacity * 4).fill(-1);
    this.mass = new Float64Array(capacity);
    this.sumX = new Float64Array(capacity);
    this.sumY = new Float64Array(capacity);
    this.width = new Float64Array(capacity);
    this.stack = new Int32Array(4 * (DEEPEST + 2));
    let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < count; i++) {
      left = Math.min(left, places[2 * i]!);
      right = Math.max(right, places[2 * i]!);
      bottom = Math.min(bottom, places[2 * i + 1]!);
      top = Math.max(top, places[2 * i + 1]!);
    }
    const extent = Math.max(right - left, top - bottom, 1e-12) * 1.0001;
    this.width[0] = extent;
    for (let i = 0; i < count; i++) this.insert(places[2 * i]!, places[2 * i + 1]!, left, bottom, extent);
    // From here on sums are means, and the flag spares four lookups a visit.
    this.leaf = new Uint8Array(this.nodes);
    for (let node = 0; node < this.nodes; node++) {
      this.leaf[node] = Number(this.isLeaf(node));
      this.sumX[node] = this.sumX[node]! / this.mass[node]!;
      this.sumY[node] = this.sumY[node]! / this.mass[node]!;
    }
  }

  private add(node: number, x: number, y: number, mass: number): void {
    this.mass[node] = this.mass[node]! + mass;
    this.sumX[node] = this.sumX[node]! + x * mass;
    this.sumY[node] = this.sumY[node]! + y * mass;
  }

  private isLeaf(node: number): boolean {
    const base = 4 * node;
    return this.child[base] === -1 && this.child[base + 1] === -1 && this.child[base + 2] === -1 && this.child[base + 3] === -1;
  }

  private insert(x: number, y: number, left: number, bottom: number, extent: number): void {
    let node = 0;
    for (let depth = 0; ; depth++) {
      const mass = this.mass[node]!;
      const full = this.nodes + 2 > this.mass.length;
      if (mass === 0 || ((depth >= DEEPEST || full) && this.isLeaf(node))) {
        this.add(node, x, y, 1);
        return;
      }
      const half = extent / 2;
      if (this.isLeaf(node)) {
        // Push what is here down; it all lies at one place.
        const [px, py] = [this.sumX[node]! / mass, this.sumY[node]! / mass];
        if (px === x && py === y) {
          this.add(node, x, y, 1);
          return;
        }
        const quadrant = (px >= left + half ? 1 : 0) + (py >= bottom + half ? 2 : 0);
        this.add(this.childOf(node, quadrant, half), px, py, mass);
      }
      this.add(node, x, y, 1);
      const quadrant = (x >= left + half ? 1 : 0) + (y >= bottom + half ? 2 : 0);
      if (quadrant & 1) left += half;
      if (quadrant & 2) bottom += half;
      node = this.childOf(node, quadrant, half);
      extent = half;
    }
  }

  private childOf(node: number, quadrant: number, width: number): number {
    const at = 4 * node + quadrant;
    if (this.child[at] === -1) {
      this.child[at] = this.nodes;
      this.width[this.nodes++] = width;
    }
    return this.child[at]!;
  }

  /** Adds Σ (y − yⱼ)/(1 + d²)² to push[0] and push[1], and Σ 1/(1 + d²) to push[2]; the point itself does not count. */
  repel(x: number, y: number, theta: number, push: Float64Array): void {
    const { stack, mass, sumX, sumY, width, child } = this;
    const coarse = theta * theta;
    let [pushX, pushY, total] = [0, 0, 0];
    let depth = 1;
    stack[0] = 0;
    while (depth > 0) {
      const node = stack[--depth]!;
      const count = mass[node]!;
      const dx = x - sumX[node]!;
      const dy = y - sumY[node]!;
      const squared = dx * dx + dy * dy;
      const leaf = this.leaf[node] === 1;
      if (leaf || width[node]! * width[node]! < coarse * squared) {
        const close = 1 / (1 + squared);
        // A point's own leaf lies at no distance, or at one of rounding.
        const part = (leaf && squared < 1e-24 ? count - 1 : count) * close;
        total += part;
        pushX += part * close * dx;
        pushY += part * close * dy;
        continue;
      }
      const base = 4 * node;
      if (child[base] !== -1) stack[depth++] = child[base]!;
      if (child[base + 1] !== -1) stack[depth++] = child[base + 1]!;
      if (child[base + 2] !== -1) stack[depth++] = child[base + 2]!;
      if (child[base + 3] !== -1) stack[depth++] = child[base + 3]!;
    }
    push[0] = push[0]! + pushX;
    push[1] = push[1]! + pushY;
    push[2] = push[2]! + total;
  }
}
