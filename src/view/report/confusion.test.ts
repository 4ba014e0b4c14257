import { expect, it } from 'vitest';
import { mostConfused, percent, rowSums, shade } from './confusion.ts';

const matrix = [[8, 2, 0], [0, 5, 5], [1, 0, 0]];

it('finds the pairs that are taken for each other, the worst first', () => {
  expect(mostConfused(matrix, 2)).toEqual([
    { actual: 1, predicted: 2, count: 5, share: 0.5 },
    { actual: 0, predicted: 1, count: 2, share: 0.2 },
  ]);
  expect(mostConfused([[3, 0], [0, 2]], 5)).toEqual([]);
});

it('sums rows and shades by the share of the row, so that small errors are seen', () => {
  expect(rowSums(matrix)).toEqual([10, 10, 1]);
  expect(shade(4, 100)).toBeCloseTo(0.2);
  expect(shade(10, 10)).toBe(1);
  expect(shade(0, 0)).toBe(0);
});

it('prints shares for people', () => {
  expect([0.03816, 1, 0, -0.021, NaN].map(v => percent(v))).toEqual(['3.8 %', '100.0 %', '0.0 %', '−2.1 %', '–']);
});
