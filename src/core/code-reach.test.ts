import { expect, it } from 'vitest';
import { beyondRange, nearestCodes, nearestEntries } from './code-reach.ts';

const rounded = (codes: Float32Array) => [...codes].map(value => Math.round(value * 1e4) / 1e4);

it('brings codes to the sphere, each by itself', () => {
  expect(rounded(nearestCodes(Float32Array.of(3, 4, 0, -2), 2, { kind: 'sphere' }))).toEqual([0.6, 0.8, 0, -1]);
});

it('replaces pieces by the nearest entries, where the codebook is known', () => {
  const codes = Float32Array.of(0.1, 0.2, 0.9, 1.2);
  expect([...nearestEntries(codes, Float32Array.of(0, 0, 1, 1), 2)]).toEqual([0, 0, 1, 1]);
  expect([...nearestCodes(codes, 4, { kind: 'entries', size: 2 }, Float32Array.of(0, 0, 1, 1))]).toEqual([0, 0, 1, 1]);
  expect(nearestCodes(codes, 4, { kind: 'entries', size: 2 })).toBe(codes);
});

it('leaves codes that may be any numbers, or lie in a range, as they are', () => {
  const codes = Float32Array.of(3, -4);
  expect(nearestCodes(codes, 2, undefined)).toBe(codes);
  expect(nearestCodes(codes, 2, { kind: 'range', activation: 'sigmoid', low: 0, high: 1 })).toBe(codes);
});

it('finds the numbers that an activation cannot give', () => {
  expect(beyondRange([0, 1, 1.0000001, -0.2, 1.5], { kind: 'range', activation: 'sigmoid', low: 0, high: 1 })).toEqual([3, 4]);
  expect(beyondRange([-1, 7], { kind: 'range', activation: 'relu', low: 0 })).toEqual([0]);
  expect(beyondRange([-1, 7], undefined)).toEqual([]);
  expect(beyondRange([3, 4], { kind: 'sphere' })).toEqual([]);
});
