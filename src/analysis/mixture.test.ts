import { describe, expect, it } from 'vitest';
import { RandomStream } from '../core/random.ts';
import { covarianceOf } from './pca.ts';
import { drawFromMixture, fitMixture, FULL_LIMIT, type Mixture } from './mixture.ts';

/** Three clouds: a round one, a long oblique one and a small far one, of 50, 30 and 20 %. */
function clouds(count: number, size: number, seed = 1): Float32Array {
  const random = new RandomStream(seed, 'sampling');
  const codes = new Float32Array(count * size);
  for (let i = 0; i < count; i++) {
    const at = random.uniform();
    const along = random.normal();
    for (let d = 0; d < size; d++) {
      const noise = random.normal();
      codes[i * size + d] = at < 0.5 ? noise : at < 0.8 ? 10 + 2 * along + 0.2 * noise : -8 + 0.1 * noise;
    }
  }
  return codes;
}

const order = ({ weights }: Mixture): number[] => [...weights.keys()].sort((a, b) => weights[b]! - weights[a]!);

describe('a mixture', () => {
  it('finds the clouds that were there', () => {
    const mixture = fitMixture(clouds(4000, 2), 4000, 2, { components: 3, seed: 0 });
    const [round, long, small] = order(mixture) as [number, number, number];
    expect([round, long, small].map(k => mixture.weights[k])).toEqual([0.5, 0.3, 0.2].map(weight => expect.closeTo(weight, 1) as number));
    for (const [k, mean] of [[round, 0], [long, 10], [small, -8]] as const) {
      for (let d = 0; d < 2; d++) expect(Math.abs(mixture.means[k * 2 + d]! - mean)).toBeLessThan(0.3);
    }
    // The long one: variance 4.04 each way, covariance 4.
    const [a, , b, c] = mixture.factors.subarray(long * 4, long * 4 + 4);
    expect(a! * a!).toBeCloseTo(4.04, 0);
    expect(a! * b!).toBeCloseTo(4, 0);
    expect(c! * c!).toBeLessThan(0.2);
    expect(mixture.logLikelihoods.at(-1)).toBeGreaterThan(mixture.logLikelihoods[0]!);
  });

  for (const size of [1, 3, FULL_LIMIT, FULL_LIMIT + 4]) {
    it(`gains likelihood in every step in ${size} dimensions`, () => {
      const { logLikelihoods, covariance, weights } = fitMixture(clouds(600, size, 3), 600, size, { components: 5, seed: 2 });
      expect(covariance).toBe(size <= FULL_LIMIT ? 'full' : 'diagonal');
      expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      expect(logLikelihoods.length).toBeGreaterThan(2);
      logLikelihoods.slice(1).forEach((value, i) => { expect(value).toBeGreaterThan(logLikelihoods[i]! - 1e-5); });
    });
  }

  it('has the log-density of a single normal in closed form', () => {
    const codes = new RandomStream(5, 'sampling').fillNormal(new Float32Array(3000 * 2), 0, 2);
    const { logLikelihoods } = fitMixture(codes, 3000, 2, { components: 1, seed: 0 });
    const { covariance: [xx, xy, , yy] } = covarianceOf(codes, 3000, 2);
    expect(logLikelihoods.at(-1)).toBeCloseTo(-Math.log(2 * Math.PI) - 0.5 * Math.log(xx! * yy! - xy! * xy!) - 1, 4);
  });

  for (const size of [2, FULL_LIMIT + 2]) {
    it(`draws codes like those it was fitted to, in ${size} dimensions`, () => {
      const codes = clouds(3000, size, 7);
      const drawn = drawFromMixture(fitMixture(codes, 3000, size, { components: 3, seed: 1 }), 6000, new RandomStream(1, 'sampling'));
      const [theirs, ours] = [covarianceOf(codes, 3000, size), covarianceOf(drawn, 6000, size)];
      for (let d = 0; d < size; d++) {
        expect(Math.abs(ours.mean[d]! - theirs.mean[d]!)).toBeLessThan(0.5);
        expect(Math.abs(ours.covariance[d * size + d]! / theirs.covariance[d * size + d]! - 1)).toBeLessThan(0.1);
      }
      expect(drawFromMixture(fitMixture(codes, 3000, size, { components: 3, seed: 1 }), 6000, new RandomStream(1, 'sampling'))).toEqual(drawn);
    });
  }

  it('lives with codes that are all the same, or fewer than components', () => {
    const same = fitMixture(new Float32Array(20).fill(0.5), 10, 2, { components: 4, seed: 0 });
    expect(same.weights).toHaveLength(1);
    drawFromMixture(same, 5, new RandomStream(0, 'sampling')).forEach(value => { expect(value).toBeCloseTo(0.5, 4); });
    const few = fitMixture(Float32Array.of(0, 1, 2), 3, 1, { components: 10, seed: 0 });
    expect(few.weights.length).toBeLessThanOrEqual(3);
    expect(few.factors.every(factor => factor > 0 && Number.isFinite(factor))).toBe(true);
  });
});
