import { describe, expect, it } from 'vitest';
import { RandomStream } from '../core/random.ts';
import { covarianceOf, largestEigen, principalComponents, symmetricEigen } from './pca.ts';

/** Independent normals of the given deviations, turned so that axis k lies along a known orthonormal direction. */
function cloud(count: number, size: number, deviation: (k: number) => number): { codes: Float32Array; direction: (k: number) => Float64Array } {
  const random = new RandomStream(5, 'sampling');
  // Householder reflection of the unit vectors.
  const w = Float64Array.from({ length: size }, (_, d) => Math.sin(d + 1));
  const norm = w.reduce((sum, value) => sum + value * value, 0);
  const direction = (k: number) => Float64Array.from({ length: size }, (_, d) => (d === k ? 1 : 0) - (2 * w[k]! * w[d]!) / norm);
  const directions = Array.from({ length: size }, (_, k) => direction(k));
  const codes = new Float32Array(count * size);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < size; k++) {
      const s = deviation(k) === 0 ? 0 : deviation(k) * random.normal();
      if (s !== 0) for (let d = 0; d < size; d++) codes[i * size + d]! += s * directions[k]![d]!;
    }
  }
  for (let i = 0; i < count * size; i++) codes[i]! += 3;
  return { codes, direction };
}

const overlap = (a: Float64Array, b: Float64Array) => Math.abs(a.reduce((sum, value, d) => sum + value * b[d]!, 0));

describe('symmetricEigen', () => {
  it('solves a matrix with known eigenvalues', () => {
    const { values, vectors } = symmetricEigen(new Float64Array([2, 1, 0, 1, 2, 0, 0, 0, 5]), 3);
    expect([...values].map(value => value.toFixed(10))).toEqual(['5.0000000000', '3.0000000000', '1.0000000000']);
    expect(Math.abs(vectors[3]!)).toBeCloseTo(Math.SQRT1_2, 10);
    expect(vectors[3]! * vectors[4]!).toBeCloseTo(0.5, 10);
  });
});

describe('largestEigen', () => {
  it('agrees with the exact solution', () => {
    const random = new RandomStream(9, 'sampling');
    const n = 40;
    const root = Float64Array.from({ length: n * n }, () => random.normal());
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) for (let k = 0; k < n; k++) matrix[i * n + j]! += root[i * n + k]! * root[j * n + k]!;
    const exact = symmetricEigen(matrix, n);
    const few = largestEigen(matrix, n, 3);
    for (let k = 0; k < 3; k++) {
      expect(few.values[k]! / exact.values[k]!).toBeCloseTo(1, 9);
      expect(overlap(few.vectors.subarray(k * n, (k + 1) * n), exact.vectors.subarray(k * n, (k + 1) * n))).toBeGreaterThan(0.99999);
    }
  });
});

describe('principalComponents', () => {
  for (const size of [8, 200]) {
    it(`finds the directions of largest variance in ${size} dimensions`, () => {
      const { codes, direction } = cloud(2000, size, k => [5, 2, 0.3, 0.2][k] ?? 0.05);
      const { mean, components, variance, totalVariance } = principalComponents(codes, 2000, size, 2);
      expect(mean[0]!).toBeCloseTo(3, 0);
      expect(overlap(components.subarray(0, size), direction(0))).toBeGreaterThan(0.999);
      expect(overlap(components.subarray(size, 2 * size), direction(1))).toBeGreaterThan(0.99);
      expect(Math.sqrt(variance[0]!)).toBeCloseTo(5, 0);
      expect((variance[0]! + variance[1]!) / totalVariance).toBeGreaterThan(0.97);
    });
  }
  it('has deterministic signs: the largest number of a component is positive', () => {
    const { codes } = cloud(300, 6, k => 3 - k * 0.4);
    const flipped = codes.map(value => -value);
    const a = principalComponents(codes, 300, 6, 2).components;
    const b = principalComponents(flipped, 300, 6, 2).components;
    a.forEach((value, k) => expect(b[k]).toBeCloseTo(value, 5));
  });
  it('finds as many directions as are wanted where some dimensions never vary', () => {
    const size = 80;
    const codes = new RandomStream(6, 'sampling').fillNormal(new Float32Array(500 * size));
    for (let i = 0; i < codes.length; i++) codes[i]! *= i % size < 40 ? 0 : 1 + (i % size) / 10;
    const { variance } = principalComponents(codes, 500, size, 20);
    const { covariance } = covarianceOf(codes, 500, size);
    symmetricEigen(covariance, size).values.subarray(0, 20).forEach((value, k) => expect(variance[k]! / value).toBeCloseTo(1, 6));
  });
  it('pads when there are fewer dimensions than wanted, and lives with no variance', () => {
    const result = principalComponents(new Float32Array([1, 1, 1]), 3, 1, 2);
    expect([...result.components]).toEqual([1, 0]);
    expect([...result.variance]).toEqual([0, 0]);
    expect(principalComponents(new Float32Array(0), 0, 3, 2).totalVariance).toBe(0);
  });
  it('leaves out codes that are not finite', () => {
    const { mean, components } = principalComponents(Float32Array.of(1, 2, NaN, 1, 2, 4, Infinity, 0, 3, 6), 5, 2, 1);
    expect([...mean]).toEqual([2, 4]);
    expect(components[1]).toBeCloseTo(2 / Math.sqrt(5), 12);
    expect(principalComponents(new Float32Array(4).fill(NaN), 2, 2, 2).totalVariance).toBe(0);
  });
  it('takes 70,000 codes of 50 numbers in less than a second', () => {
    const codes = new RandomStream(2, 'sampling').fillNormal(new Float32Array(70_000 * 50));
    const start = process.cpuUsage().user; // microseconds of our own, however busy the machine is
    principalComponents(codes, 70_000, 50, 2);
    expect(process.cpuUsage().user - start).toBeLessThan(1e6);
  });
  it('takes 1,000 codes of 1,024 numbers in a few seconds', () => {
    const codes = new RandomStream(3, 'sampling').fillNormal(new Float32Array(1000 * 1024));
    for (let i = 0; i < codes.length; i += 1024) {
      codes[i + 7]! *= 20;
      codes[i + 700]! *= 10;
    }
    const start = process.cpuUsage().user; // microseconds of our own, however busy the machine is
    const { components } = principalComponents(codes, 1000, 1024, 2);
    expect(process.cpuUsage().user - start).toBeLessThan(6e6);
    expect(components[7]).toBeGreaterThan(0.99);
    expect(components[1024 + 700]).toBeGreaterThan(0.95);
  });
});
