import { describe, expect, it } from 'vitest';
import type { PictureEpoch, PictureRun } from '../../protocol/messages.ts';
import { bestRun, compareRuns, spreadOf, winsOf, withoutMiddle } from './compare.ts';
import { sectionsOf } from './sections.ts';

const samples = { shape: [1, 2, 1], latentShape: [1], count: 3, original: Float32Array.of(0, 1, 0, 1, 0, 1) };
const run = (id: string): PictureRun => ({ run: { id, name: id, state: 'finished', epoch: 1, epochs: 1, star: false }, samples, epochs: [1], lossName: 'mse' });
const section = sectionsOf([run('a'), run('b')])[0]!;
/** Every pixel is off by that much, sample by sample; the loss is the mean squared error times `factor`. */
const epoch = (off: readonly number[], factor = 1): PictureEpoch => ({
  epoch: 1, code: new Float32Array(3), reconstruction: samples.original.map((value, i) => value + off[Math.floor(i / 2)]!), error: Float32Array.from(off, o => factor * o * o),
});
const compared = (a: PictureEpoch, b: PictureEpoch) => compareRuns(section, new Map([['a', a], ['b', b]]))!;

describe('compareRuns', () => {
  it('finds the run that is nearer to each original, and none where both are as near', () => {
    const comparison = compared(epoch([0.1, 0.5, 0.2]), epoch([0.2, 0.25, 0.2]));
    expect([0, 1, 2].map(sample => bestRun(comparison, sample))).toEqual(['a', 'b', undefined]);
    expect(Object.fromEntries(winsOf(comparison, 3))).toEqual({ a: 1, b: 1 });
    expect(spreadOf(comparison, 3)[1]).toBeCloseTo(0.5 ** 2 - 0.25 ** 2, 6);
  });

  it('knows whether the losses of the runs are what it compares by: a sum and a mean are not', () => {
    expect(compared(epoch([0.1, 0.5, 0.2]), epoch([0.2, 0.25, 0.2])).own).toBe(true);
    const other = compared(epoch([0.1, 0.5, 0.2], 784), epoch([0.2, 0.25, 0.2]));
    expect(other.own).toBe(false);
    expect(bestRun(other, 0)).toBe('a');
  });

  it('waits for the second run, and gives a run that diverged no sample', () => {
    expect(compareRuns(section, new Map([['a', epoch([0, 0, 0])]]))).toBeUndefined();
    expect(bestRun(compared(epoch([Number.NaN, 0, 0]), epoch([0.5, 0, 0])), 0)).toBe('b');
  });
});

it('shortens a long name in its middle', () => {
  expect(withoutMiddle('a-rather-long-name-16', 11)).toBe('a-rat…me-16');
  expect(withoutMiddle('short', 11)).toBe('short');
});
