import { describe, expect, it } from 'vitest';
import type { ReportRun, RobustnessReport, Scores } from '../../protocol/messages.ts';
import { distinctNames } from '../runs.ts';
import { measuresOf, noiseName, robustnessFigure, testNames } from './robustness.ts';

const scores = (mean: number, ssim = false): Scores => {
  const spread = { mean, stddev: 0.1, lowerQuartile: mean * 0.9, median: mean, upperQuartile: mean * 1.1 };
  return { mse: spread, psnr: spread, ...(ssim ? { ssim: spread } : {}) };
};
const test = (name: string, takers: readonly (readonly [string, readonly number[]])[], input: readonly number[], strengths = [0.1, 0.3, 0.5]): RobustnessReport => ({
  format: 1, name, created: 1, corruption: { type: 'uniform', amount: 0.1, clip: true } as unknown as RobustnessReport['corruption'], seed: 0, split: 'validation', samples: 10,
  runs: takers.map(([id]) => ({ id, name: id.replace(/\d/, ''), checkpoint: 'best', epoch: 3, denoising: false })), clean: takers.map(() => scores(0.5)),
  strengths: strengths.map((strength, i) => ({ strength, corrupted: scores(input[i]!), runs: takers.map(([, y]) => scores(y[i]!)), picture: `robustness/${name}-${i}.png` })), picture: `robustness/${name}.png`,
});
const run = (id: string, robustness: readonly RobustnessReport[]): ReportRun => ({
  run: { id, name: id, state: 'finished', epoch: 1, epochs: 1, star: false }, lossName: 'mse', values: {}, latentShape: [2], generated: [], robustness,
});

const namesOf = (runs: readonly ReportRun[]) => distinctNames(runs.map(r => r.run));

describe('robustnessFigure', () => {
  it('draws each run with its spread from the clean samples on, and the input once where all were given the same', () => {
    const runs = [run('plain', [test('uniform', [['plain', [1, 2, 3]]], [2, 4, 6])]), run('dae', [test('uniform', [['dae', [1, 1, 2]]], [2, 4.001, 6])])];
    const { series, ticksX } = robustnessFigure(runs, 'uniform', 'mse', namesOf(runs));
    expect(series.map(s => [s.name, s.reference ?? false, s.x])).toEqual([['plain', false, [0, 0.1, 0.3, 0.5]], ['dae', false, [0, 0.1, 0.3, 0.5]], ['Noisy input', true, [0.1, 0.3, 0.5]]]);
    expect(series[1]!.low).toEqual([0.45, 0.9, 0.9, 1.8]);
    expect(ticksX).toEqual([0, 0.1, 0.3, 0.5]);
  });

  it('takes companions of a test as lines, each run once, and tells equal names apart', () => {
    const runs = [run('a1', [test('uniform', [['a1', [1, 2, 3]], ['b', [2, 3, 4]]], [2, 4, 6])]), run('a2', [test('uniform', [['a2', [9, 9, 9]], ['b', [2, 3, 4]]], [3, 5, 9])])];
    expect(robustnessFigure(runs, 'uniform', 'psnr', new Map()).series.map(s => s.name)).toEqual(['a · a1', 'b', 'a · a2', 'Input of a1', 'Input of a2']);
  });

  it('calls runs by the names they have now, and says that the strength is one of noise', () => {
    const renamed = run('a1', [test('uniform-for-me', [['a1', [1, 2, 3]], ['b', [2, 3, 4]]], [2, 4, 6])]);
    const runs = [{ ...renamed, run: { ...renamed.run, name: 'the good one' } }];
    const figure = robustnessFigure(runs, 'uniform-for-me', 'mse', namesOf(runs));
    expect(figure.series.map(s => s.name)).toEqual(['the good one', 'b', 'Noisy input']);
    expect(figure.xTitle).toBe('Strength of uniform noise');
  });

  it('spreads strengths that grow by factors, which leaves no place for zero', () => {
    const { logX, series } = robustnessFigure([run('dae', [test('s', [['dae', [1, 2, 3, 4]]], [1, 2, 3, 4], [0.01, 0.05, 0.2, 0.9])])], 's', 'mse', new Map());
    expect(logX).toBe(true);
    expect(series[0]!.x[0]).toBe(0.01);
  });
});

it('calls noise as people do', () => {
  expect((['gaussian', 'saltAndPepper', 'masking', 'occlusion'] as const).map(type => noiseName({ type } as RobustnessReport['corruption']))).toEqual(['gaussian noise', 'salt-and-pepper noise', 'masking noise', 'occlusion']);
});

it('offers the tests and measures that are there', () => {
  const runs = [run('a', [test('uniform', [['a', [1]]], [2], [1])]), run('b', [test('gaussian', [['b', [1]]], [2], [1]), test('uniform', [['b', [1]]], [2], [1])])];
  expect(testNames(runs)).toEqual(['uniform', 'gaussian']);
  expect(measuresOf(runs[0]!.robustness)).toEqual(['mse', 'psnr']);
});
