import { expect, it } from 'vitest';
import type { ReportRun } from '../../protocol/messages.ts';
import { compareWithBaseline, verdictOf } from './baseline.ts';

const run = (values: Record<string, number>, lossName = 'mse', baseline: ReportRun['baseline'] = { kind: 'pca', components: 32, mse: 0.02 }): ReportRun => ({
  run: { id: 'a', name: 'a', state: 'finished', epoch: 5, epochs: 5, star: false }, lossName, values, latentShape: [32], generated: [], robustness: [], ...(baseline === undefined ? {} : { baseline }),
});

it('compares the mean squared error, not a loss that holds more or sums up', () => {
  const summed = { kind: 'pca', components: 32, mse: 0.02, levels: { mse: 0.02, reconstruction: 15.68 } } as const;
  expect(compareWithBaseline(run({ loss: 0.03, mse: 0.01 }, 'binaryCrossentropy'))).toMatchObject({ model: 0.01, baseline: 0.02, components: 32 });
  expect(compareWithBaseline(run({ loss: 21, reconstruction: 7.84, kl: 13.2 }, 'mse', summed))?.model).toBeCloseTo(0.01, 12);
  expect(compareWithBaseline(run({ loss: 0.015 }, 'mse', { kind: 'pca', components: 32, mse: 0.02, levels: { mse: 0.02, loss: 0.02 } }))?.model).toBeCloseTo(0.015, 12);
  expect(compareWithBaseline(run({ loss: 0.015 }))?.model).toBeUndefined();
});

it('takes what was measured for the comparison where nothing else was, and says nothing without one', () => {
  expect(compareWithBaseline(run({ loss: 0.3 }, 'binaryCrossentropy', { kind: 'pca', components: 32, mse: 0.02, model: 0.011 }))?.model).toBe(0.011);
  expect(compareWithBaseline(run({ loss: 0.3 }, 'binaryCrossentropy'))?.model).toBeUndefined();
  const { baseline: _none, ...without } = run({ loss: 0.3 });
  expect(compareWithBaseline(without)).toBeUndefined();
});

it('speaks of percent while they say something, then of times, and in the end of very many', () => {
  const of = (model: number) => verdictOf({ runId: 'a', components: 2, baseline: 0.02, model }).replace(/.*error is (.*?)[,.]?( so it.*)?$/, '$1');
  expect([0.01, 0.0198, 0.0202, 0.19].map(of)).toEqual(['50 % lower', '1.0 % lower', '1.0 % higher', '850 % higher']);
  expect([0.2, 5, 20, 8e10].map(of)).toEqual(['10 times as high', '250 times as high', 'over 1,000 times as high', 'over 1,000 times as high']);
  expect(verdictOf({ runId: 'a', components: 2, baseline: 0.02 })).toBe('');
});
