// t-SNE: neighbours of codes stay neighbours in the plane. L. van der Maaten and G. Hinton, "Visualizing Data using t-SNE"
// (2008); gradients by a quadtree over sparse neighbours as in L. van der Maaten, "Accelerating t-SNE using Tree-Based
// Algorithms" (2014), with his momenta and early exaggeration, and a learning rate of N/12 (A. Belkina et al., "Automated optimized parameters
// for t-distributed stochastic neighbor embedding", 2019, for an exaggeration of 12).
import { RandomStream } from '../core/random.ts';
import { NeighbourSearch, type Neighbours } from './affinities.ts';
import { Quadtree } from './quadtree.ts';

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
  private readonly tree: Quadtree;
  private readonly exaggerated: number;
  private readonly rate: number;

  /** @param codes count × size. */
  constructor(codes: ArrayLike<number>, readonly count: number, size: number, options: TsneOptions = {}) {
    const { perplexity = 30, iterations = 750, theta = 0.5, seed = 0, start } = options;
    this.iterations = iterations;
    this.tree = new Quadtree(count, theta);
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
    const { places, gradient, count, tree } = this;
    tree.build(places);
    let total = 0;
    const push = new Float64Array(3);
    for (let i = 0; i < count; i++) {
      push.fill(0);
      tree.repel(places[2 * i]!, places[2 * i + 1]!, push);
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
