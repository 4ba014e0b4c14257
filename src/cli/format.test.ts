import { expect, it } from 'vitest';
import { formatBytes, formatDuration, formatLoss } from './format.ts';

it('writes durations', () => {
  expect([0, 7.4, 65, 725, 10_929].map(formatDuration)).toEqual(['0:00', '0:07', '1:05', '12:05', '3:02:09']);
});

it('writes losses with the digits that matter', () => {
  expect([0.014321, 0.9, 1.43215, 143.21, 0.000012, 0, -0.5, NaN, Infinity].map(formatLoss))
    .toEqual(['0.01432', '0.90000', '1.432', '143.2', '1.200e-5', '0.00000', '-0.50000', 'NaN', 'Infinity']);
});

it('writes sizes', () => {
  expect([0, 999, 1000, 1_449_000, 2.5e9, 999_960].map(formatBytes)).toEqual(['0 bytes', '999 bytes', '1.0 kB', '1.4 MB', '2.5 GB', '1.0 MB']);
});
