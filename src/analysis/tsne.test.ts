import { describe, expect, it } from 'vitest';
import { RandomStream } from '../core/random.ts';
import { Tsne } from './tsne.ts';

/** `clusters` groups of points in `size` dimensions, far apart. */
function groups(clusters: number, each: number, size: number): Float32Array {
  const random = new RandomStream(5, 'sampling');
  const centres = Array.from({ length: clusters * size }, () => 10 * random.normal());
  return Float32Array.from({ length: clusters * each * size }, (_, k) => {
    const point = Math.floor(k / size);
    return centres[(point % clusters) * size + k % size]! + random.normal();
  });
}

/** Share of points whose nearest other point in the plane is of their own group. */
function purity(places: Float64Array, clusters: number): number {
  const count = places.length / 2;
  let right = 0;
  for (let i = 0; i < count; i++) {
    let best = -1;
    let nearest = Infinity;
    for (let j = 0; j < count; j++) {
      const d = (places[2 * i]! - places[2 * j]!) ** 2 + (places[2 * i + 1]! - places[2 * j + 1]!) ** 2;
      if (j !== i && d < nearest) [nearest, best] = [d, j];
    }
    if (best % clusters === i % clusters) right++;
  }
  return right / count;
}

describe('t-SNE', () => {
  it('keeps groups together', () => {
    const tsne = new Tsne(groups(5, 40, 12), 200, 12, { iterations: 300, perplexity: 15 });
    const before = tsne.divergence();
    tsne.run();
    expect(tsne.done).toBe(true);
    expect(purity(tsne.places, 5)).toBe(1);
    expect(tsne.divergence()).toBeLessThan(before / 3);
  });

  it('by the tree comes as far as exactly', () => {
    const codes = groups(4, 30, 6);
    const run = (theta: number): number => {
      const tsne = new Tsne(codes, 120, 6, { iterations: 250, perplexity: 10, theta });
      tsne.run();
      return tsne.divergence();
    };
    expect(run(0.5)).toBeLessThan(run(0) * 1.15);
  });

  it('descends along its gradient: exact repulsion and attraction against finite differences', () => {
    const codes = groups(2, 6, 3);
    const tsne = new Tsne(codes, 12, 3, { theta: 0, perplexity: 3, start: groups(1, 12, 2) });
    tsne.divergence();
    const internal = tsne as unknown as { computeGradient(neighbours: unknown, exaggeration: number): void; neighbours: unknown; gradient: Float64Array };
    internal.computeGradient(internal.neighbours, 1);
    const { places } = tsne;
    const h = 1e-5;
    for (let i = 0; i < places.length; i++) {
      const before = places[i]!;
      places[i] = before + h;
      const above = tsne.divergence();
      places[i] = before - h;
      const below = tsne.divergence();
      places[i] = before;
      expect(internal.gradient[i]).toBeCloseTo((above - below) / (2 * h), 6);
    }
  });

  it('gives the same picture for the same seed, goes on from given places, and survives equal points', () => {
    const codes = groups(3, 10, 4);
    const run = (options: object): Float64Array => {
      const tsne = new Tsne(codes, 30, 4, { iterations: 60, ...options });
      tsne.run();
      return tsne.places;
    };
    expect(run({ seed: 2 })).toEqual(run({ seed: 2 }));
    expect(run({ seed: 2 })).not.toEqual(run({ seed: 3 }));
    const settled = run({ iterations: 400 });
    const moved = run({ start: Float32Array.from(settled), iterations: 5 });
    const spread = Math.max(...settled) - Math.min(...settled);
    expect(Math.max(...settled.map((value, i) => Math.abs(value - moved[i]!)))).toBeLessThan(spread / 4);
    const equal = new Tsne(new Float32Array(40), 20, 2, { iterations: 30 });
    equal.run();
    expect(equal.places.every(Number.isFinite)).toBe(true);
  });

  it('stops for a while when it is asked to', () => {
    const tsne = new Tsne(groups(5, 100, 8), 500, 8);
    tsne.run(0.01);
    expect(tsne.iteration).toBe(0);
    expect(tsne.done).toBe(false);
    for (let turns = 0; tsne.iteration === 0; turns++) {
      expect(turns).toBeLessThan(2000);
      tsne.run(0.01);
    }
    expect(tsne.done).toBe(false);
  });
});
