import { describe, expect, it } from 'vitest';
import type { PictureRun, PictureSamples } from '../../protocol/messages.ts';
import { describeErrors, describeShown, epochFor, sectionsOf, unionEpochs } from './sections.ts';

const samples = (original: number[], corrupted?: number[]): PictureSamples => ({
  shape: [1, 1, 1], latentShape: [1], count: original.length, original: Float32Array.from(original), ...(corrupted ? { corrupted: Float32Array.from(corrupted) } : {}),
});
const run = (id: string, own?: PictureSamples, epochs: number[] = [1]): PictureRun => ({
  run: { id, name: id, state: 'finished', epoch: 1, epochs: 1, star: false }, epochs, lossName: 'mse', ...(own ? { samples: own } : {}),
});

describe('sections', () => {
  it('stacks runs with the same originals and parts others', () => {
    const sections = sectionsOf([run('a', samples([0, 1])), run('b', samples([1, 0])), run('c', samples([0, 1])), run('d')]);
    expect(sections.map(s => s.runs.map(r => r.run.id))).toEqual([['a', 'c'], ['b']]);
  });

  it('shares the corrupted row only when all runs saw the same noise', () => {
    expect(sectionsOf([run('a', samples([0], [1])), run('b', samples([0], [1]))])[0]!.sharesCorrupted).toBe(true);
    expect(sectionsOf([run('a', samples([0], [1])), run('b', samples([0]))])[0]!.sharesCorrupted).toBe(false);
  });

  it('shows the newest epoch a run has up to the one asked for', () => {
    expect([epochFor([1, 5, 10], 7), epochFor([5, 10], 2), epochFor([], 2)]).toEqual([5, 5, undefined]);
    expect(unionEpochs([run('a', undefined, [1, 3]), run('b', undefined, [2, 3])])).toEqual([1, 2, 3]);
  });

  it('puts the errors into words', () => {
    const own = { ...samples([0, 1]), labels: ['Bag', 'Boot'] };
    expect(describeErrors({ epoch: 1, reconstruction: new Float32Array(2), code: new Float32Array(2), error: Float32Array.of(0.25, 0.75) }, own))
      .toBe('mean error 0.5000 over 2 samples, worst 0.7500 (sample 2, Boot)');
  });

  it('tells how far a run is until it has something to show', () => {
    const epoch = { epoch: 1, reconstruction: new Float32Array(1), code: new Float32Array(1), error: Float32Array.of(0.25) };
    expect(describeShown(run('a', samples([0])), epoch)).toBe('epoch 1: mean error 0.2500 over 1 samples, worst 0.2500 (sample 1)');
    expect(describeShown(run('a', samples([0])), undefined)).toBe('finished, epoch 1 of 1');
  });
});
