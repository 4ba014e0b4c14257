import { expect, it } from 'vitest';
import { RandomStream } from '../core/random.ts';
import { idleUnits } from './idle-units.ts';

const of = (latentShape: readonly number[], type: 'plain' | 'spherical' | 'gaussian' | 'quantized' = 'plain') => ({ spec: { latent: { type } }, model: { latentShape } });

/** Codes whose numbers vary about a mean by a deviation each. */
function codes(units: readonly (readonly [mean: number, deviation: number])[], samples = 500): Float32Array {
  const random = new RandomStream(3, 'sampling');
  return Float32Array.from({ length: samples * units.length }, (_, i) => {
    const [mean, deviation] = units[i % units.length]!;
    return mean + deviation * random.normal();
  });
}

it('counts units that are the same for all samples, or nearly', () => {
  expect(idleUnits(codes([[0, 1], [5, 0], [0, 0.005], [0, 0.05]]), of([4]))).toBe(2);
  expect(idleUnits(codes([[0, 1], [3, 0.4]]), of([2], 'spherical'))).toBe(0);
  expect(idleUnits(codes([[0, 0], [2, 0]]), of([2]))).toBe(2);
  // What varies by its last digits only does not vary.
  expect(idleUnits(codes([[1000, 1e-4], [2, 0]]), of([2]))).toBe(2);
});

it('counts a channel of an image when it varies nowhere', () => {
  // 1 × 2 positions of 2 channels: the first one varies at the second position.
  expect(idleUnits(codes([[0, 0], [0, 0], [0, 1], [0, 0]]), of([1, 2, 2]))).toBe(1);
});

it('leaves latents alone that tell what is used of them', () => {
  expect(idleUnits(codes([[0, 0]]), of([1], 'gaussian'))).toBeUndefined();
  expect(idleUnits(codes([[0, 0]]), of([1], 'quantized'))).toBeUndefined();
});
