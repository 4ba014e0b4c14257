// The page of `npm run bench:disk -- --keep`: the ratio is that of neighbouring turns, not of medians.
import { expect, it } from 'vitest';
import { page } from '../../bench/disk-report.mjs';

it('says throughput from disk against memory, round by round', () => {
  const turn = (stepsPerSecond: number) => ({ stepsPerSecond, cpuPerStep: 1.5, peak: 300, others: 0 });
  const rounds = [[100, 90], [200, 190], [50, 40]].map(([held, stored]) => ({ held: turn(held!), stored: turn(stored!) }));
  const text = page({ date: '2026-12-01 10:00', commit: 'abc1234', machine: 'a machine', threads: 2, command: 'npm run bench:disk -- --keep', samples: 1_913_265, units: [64], batch: 256, corruption: false, rounds });
  expect(text).toContain('Throughput from disk against memory: **0.900** (0.800–0.950).');
  expect(text).toContain('| in memory | 25,600 | 1.50 | 300 |');
  expect(text).toContain('| from disk | 23,040 | 1.50 | 300 |');
  expect(text).toContain('commit abc1234, 2 threads; `npm run bench:disk -- --keep`; a machine.');
});
