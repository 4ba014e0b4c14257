import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as metrics from '../analysis/metrics.ts';
import { corruptSamples } from '../data/corruption.ts';
import { heldValues } from '../data/rows.ts';
import { renameRun } from '../runs/notes.ts';
import { spreadOf } from '../runs/robustness.ts';
import type { RobustnessSpec } from '../spec/schema.ts';
import { cpuSession, openModel, openRun, type OpenedRun } from './opened-run.ts';
import { atStrength, testRobustness, type RobustnessResult, type TestedModel } from './robustness.ts';
import { makePlace, removePlace, trainAt, type Place } from './testing.ts';

let place: Place;
let plain: OpenedRun;
let denoising: TestedModel;
let result: RobustnessResult;
const noise: RobustnessSpec = { corruption: { type: 'uniform', amount: 0.3, clip: true }, strengths: [0.3, 0.8], samples: 4 };

beforeAll(async () => {
  place = makePlace();
  const short = { 'training.epochs': 2 };
  plain = await openRun((await trainAt(place, { overrides: { ...short, name: 'plain', corruption: [] } })).folder, { dataFolders: [] });
  const trained = await openModel((await trainAt(place, { overrides: { ...short, seed: 8 } })).folder);
  const session = await cpuSession(1);
  await session.setState(trained.state);
  denoising = { trained, session };
  result = await testRobustness(plain, [denoising], noise, 'uniform-against-tiny');
});
afterAll(async () => {
  await plain.close();
  await denoising.session.dispose();
  removePlace(place);
});

describe('a test of robustness', () => {
  it('names what was tested, and has a picture of every strength and one of all', () => {
    const { report, pictures } = result;
    expect(report).toMatchObject({
      name: 'uniform-against-tiny', seed: 7, split: 'validation', samples: 60, corruption: noise.corruption, picture: 'robustness/uniform-against-tiny.png',
      runs: [{ name: 'plain', denoising: false, epoch: 2 }, { name: 'tiny', denoising: true }],
    });
    expect(report.strengths.map(({ strength, picture }) => [strength, picture])).toEqual([0.3, 0.8].map(strength => [strength, `robustness/uniform-against-tiny-${strength}.png`]));
    expect([...pictures.keys()].sort()).toEqual([...report.strengths.map(({ picture }) => picture), report.picture].sort());
    for (const png of pictures.values()) expect([...png.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
  });

  it('scores the noisy input as the measures do, with noise from seed and position', () => {
    const { dataset: { validation, scale, shape } } = plain.experiment;
    const { count } = validation;
    const clean = Float32Array.from(heldValues(validation), value => value * scale);
    result.report.strengths.forEach(({ strength, corrupted }) => {
      const noisy = corruptSamples(clean, shape, [{ type: 'uniform', amount: strength, clip: true }], 7, [0], 0);
      const each = (measure: (a: Float32Array, b: Float32Array) => number): number[] =>
        Array.from({ length: count }, (_, i) => measure(clean.subarray(i * 784, (i + 1) * 784), noisy.subarray(i * 784, (i + 1) * 784)));
      const expected = { mse: spreadOf(each(metrics.mse)), psnr: spreadOf(each(metrics.psnr)), ssim: spreadOf(each((a, b) => metrics.ssim(a, b, shape))) };
      for (const name of ['mse', 'psnr', 'ssim'] as const) {
        for (const [key, value] of Object.entries(expected[name])) expect(corrupted[name]![key as keyof typeof corrupted.mse], `${name} ${key}`).toBeCloseTo(value, 4);
      }
    });
  });

  it('scores reconstructions of noisy input against the clean samples, also by a model that was trained without noise', async () => {
    const { experiment: { dataset: { validation, scale, shape } }, evaluator } = plain;
    const values = heldValues(validation);
    const clean = Float32Array.from(values, value => value * scale);
    const noisy = corruptSamples(clean, shape, [atStrength(noise.corruption, 0.8)], 7, [0], 0);
    // The same through the programs of the run, which take bytes: to the nearest one.
    const bytes = { count: 60, positions: Int32Array.from({ length: 60 }, (_, i) => i), values: Uint8Array.from(noisy, value => Math.round(255 * value)) };
    const { reconstruction } = await evaluator.reconstruct(bytes);
    expect(result.report.strengths[1]!.runs[0]!.mse.mean).toBeCloseTo(metrics.mse(clean, reconstruction), 4);
    const { reconstruction: undisturbed } = await evaluator.reconstruct({ ...bytes, values: values.slice() });
    expect(result.report.clean[0]!.mse.mean).toBeCloseTo(metrics.mse(clean, undisturbed), 5);
    expect(Math.abs(result.report.clean[0]!.mse.mean - result.report.strengths[1]!.runs[0]!.mse.mean)).toBeGreaterThan(1e-3);
  });

  it('gives the same scores again', async () => {
    const again = await testRobustness(plain, [], { ...noise, strengths: [0.8] }, 'again');
    expect(again.report.strengths[0]!.runs[0]).toEqual(result.report.strengths[1]!.runs[0]);
    expect(again.report.strengths[0]!.corrupted).toEqual(result.report.strengths[1]!.corrupted);
  });

  it('refuses what makes no sense', async () => {
    const other = { ...denoising, trained: { ...denoising.trained, info: { ...denoising.trained.info, dataset: { ...denoising.trained.info.dataset, shape: [8, 8, 1] } } } };
    await expect(testRobustness(plain, [other], noise, 'x')).rejects.toMatchObject({ reason: 'usage', message: expect.stringMatching(/samples of 8×8×1, these are of 28×28×1/) as string });
    expect(() => atStrength({ type: 'masking', amount: 0, clip: true }, 1.5)).toThrow(/at most 1, not 1\.5/);
    expect(() => atStrength({ type: 'occlusion', size: [1, 1], value: 0, clip: true }, 2.5)).toThrow(/whole pixels/);
    expect(atStrength({ type: 'occlusion', size: [1, 1], value: 0, clip: true }, 6)).toMatchObject({ size: [6, 6] });
    expect(atStrength({ type: 'gaussian', mean: 0.5, stddev: 1, clip: true }, 0.2)).toMatchObject({ mean: 0.5, stddev: 0.2 });
  });
});

describe('models of one table in numbers of their own', () => {
  const columns = [{ center: 40, spread: 9 }, { center: -3, spread: 0.5 }, { center: 1200, spread: 300 }];
  const rows = Array.from({ length: 120 }, (_, i) => columns.map(({ center, spread }, c) => (center + spread * Math.sin(i * (c + 1.7) + c)).toFixed(6)).join(','));
  const config = (normalize: string): string => `{ "data": { "type": "csv", "path": "table.csv", ${normalize} "validation": 0.25 }, "encoder": [], "latent": { "type": "plain", "units": 2 },
    "decoder": { "type": "mirror", "outputActivation": "linear" }, "training": { "epochs": 3, "batchSize": 16, "optimizer": { "type": "adam", "learningRate": 0.05 } } }`;
  const test: RobustnessSpec = { corruption: { type: 'gaussian', mean: 0, stddev: 0.3, clip: false }, strengths: [0.3], samples: 3 };
  let table: Place;
  const folders: Record<string, string> = {};
  beforeAll(async () => {
    table = makePlace(config(''));
    fs.writeFileSync(path.join(table.folder, 'table.csv'), `${rows.join('\n')}\n`);
    for (const [name, normalize] of Object.entries({ standard: '"normalize": "standard",', minMax: '"normalize": "minMax",', plain: '' })) {
      fs.writeFileSync(table.configPath, config(normalize));
      folders[name] = (await trainAt(table, { overrides: { name } })).folder;
    }
  });
  afterAll(() => { removePlace(table); });

  const against = async (first: string, other: string): Promise<{ readonly first: OpenedRun; readonly report: RobustnessResult['report'] }> => {
    const opened = await openRun(folders[first]!, { dataFolders: [] });
    const trained = await openModel(folders[other]!);
    const session = await cpuSession(1);
    await session.setState(trained.state);
    try {
      return { first: opened, report: (await testRobustness(opened, [{ trained, session }], test, 'x')).report };
    } finally {
      await session.dispose();
      await opened.close();
    }
  };

  it('asks each in its own and tells the errors of all in those of the first', async () => {
    for (const other of ['minMax', 'plain']) {
      const { report } = await against('standard', other);
      // The other run alone, on its own numbers: its squared error of each column, weighed as the first weighs it.
      const own = await openRun(folders[other]!, { dataFolders: [] });
      const { validation } = own.experiment.dataset;
      const values = Float32Array.from(heldValues(validation));
      const { reconstruction } = await own.evaluator.reconstruct({ count: validation.count, positions: Int32Array.from({ length: validation.count }, (_, i) => i), values });
      await own.close();
      const spreadOfFirst = (await openModel(folders['standard']!)).normalization!.spread;
      const factors = spreadOfFirst.map((spread, c) => (own.normalization?.spread[c] ?? 1) / spread);
      const expected = values.reduce((sum, value, i) => sum + ((value - reconstruction[i]!) * factors[i % 3]!) ** 2, 0) / values.length;
      expect(report.clean[1]!.mse.mean / expected, other).toBeCloseTo(1, 3);
      expect(report.note).toBe(`${other} was trained on other numbers for the same columns: it was given its own, and its errors are told in those of standard.`);
    }
  });

  it('gives a run beside itself the scores of the first', async () => {
    const { report: { clean, strengths, note } } = await against('minMax', 'minMax');
    expect(clean[1]).toEqual(clean[0]);
    expect(strengths[0]!.runs[1]).toEqual(strengths[0]!.runs[0]);
    expect(note).toBeUndefined();
  });
});

it('shows a run under the name it has now', async () => {
  const { folder } = await trainAt(place, { overrides: { 'training.epochs': 1, 'name': 'before' } });
  await renameRun(folder, 'After');
  const run = await openRun(folder, { dataFolders: [] });
  const { report } = await testRobustness(run, [], { ...noise, strengths: [0.3] }, 'renamed');
  await run.close();
  expect(report.runs.map(({ name }) => name)).toEqual(['After']);
});
