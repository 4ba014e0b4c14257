import { afterEach, expect, it } from 'vitest';
import { MEASURED_SAMPLES } from '../core/measured.ts';
import { drawnOnce } from '../data/binarize.ts';
import type { Split } from '../data/dataset.ts';
import { heldValues } from '../data/rows.ts';
import type { SplitName } from '../runs/events.ts';
import { lastValues, readRun } from '../runs/reader.ts';
import { picturedPositions, spreadPositions } from './evaluate.ts';
import type { Experiment } from './experiment.ts';
import { openRun } from './opened-run.ts';
import { makePlace, removePlace, trainAt, type Place } from './testing.ts';

const places: Place[] = [];
afterEach(() => { places.splice(0).forEach(removePlace); });

const metrics = ['ssim', 'mse', 'mae'] as const;
const config = (test: number, more = '', train = '100'): string => `{
  "data": { "type": "glyphs", "train": ${train}, "test": ${test} },
  "corruption": [{ "type": "gaussian", "stddev": 0.1 }],
  "encoder": [{ "type": "flatten" }, { "type": "dense", "units": 16, "activation": "sigmoid" }],
  ${more === '' ? '"latent": { "type": "plain", "units": 4 },' : more}
  "training": { "epochs": 1, "metrics": ["ssim", "mse", "mae"] },
  "views": { "samples": 4, "latentSamples": 20 },
}`;

interface Measured {
  /** Of the last epoch. */
  readonly told: Readonly<Record<string, number>>;
  /** Of every sample of the split, in their order. */
  readonly each: readonly Float32Array[];
}

async function measured(text: string): Promise<Measured & { readonly train: Measured }> {
  const place = makePlace(text);
  places.push(place);
  const { folder } = await trainAt(place);
  const { events } = await readRun(folder);
  const run = await openRun(folder, { dataFolders: [] }, { checkpoint: 'last' });
  const of = async (name: SplitName, split: Split): Promise<Measured> => {
    const rows = await run.evaluator.measure(split, metrics);
    return { told: lastValues(events, name), each: metrics.map((_, column) => rows.filter((_, i) => i % metrics.length === column)) };
  };
  try {
    const { dataset, spec } = run.experiment;
    const train = spec.data.binarize === 'sample' ? drawnOnce({ ...dataset.train, values: heldValues(dataset.train).slice(), stored: undefined }, dataset.scale, spec.seed) : dataset.train;
    return { ...await of('validation', dataset.validation), train: await of('train', train) };
  } finally {
    await run.close();
  }
}

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

it('measures all samples of a small validation set after an epoch', async () => {
  const { told, each } = await measured(config(60));
  metrics.forEach((name, i) => { expect(told[name], name).toBeCloseTo(mean(each[i]!), 6); });
  expect(told['loss']).toBeCloseTo(told['mse']!, 6);
});

it('measures evenly spread samples of a larger one, with the noise of each, and the mean squared error on all', async () => {
  const count = MEASURED_SAMPLES + 700;
  const { told, each: [ssim, mse, mae] } = await measured(config(count));
  const chosen = (values: Float32Array): number => mean(Float64Array.from(spreadPositions(MEASURED_SAMPLES, count), position => values[position]!));
  expect(told['mse']).toBeCloseTo(mean(mse!), 6);
  expect(told['ssim']).toBeCloseTo(chosen(ssim!), 6);
  expect(told['mae']).toBeCloseTo(chosen(mae!), 6);
  expect(Math.abs(chosen(ssim!) - mean(ssim!))).toBeGreaterThan(1e-6);
});

it('measures training samples in the same way: all of few, evenly spread ones of many, with the noise of each', async () => {
  const few = (await measured(config(60))).train;
  metrics.forEach((name, i) => { expect(few.told[name], name).toBeCloseTo(mean(few.each[i]!), 6); });
  // The mean over the batches of an epoch in which the model was still learning is another number.
  expect(Math.abs(few.told['loss']! - few.told['mse']!)).toBeGreaterThan(1e-4);
  const count = MEASURED_SAMPLES + 700;
  const { told, each } = (await measured(config(60, '', String(count)))).train;
  metrics.forEach((name, i) => {
    expect(told[name], name).toBeCloseTo(mean(Float64Array.from(spreadPositions(MEASURED_SAMPLES, count), position => each[i]![position]!)), 6);
    expect(Math.abs(told[name]! - mean(each[i]!)), name).toBeGreaterThan(1e-7);
  });
});

it('draws the pixels of training samples once, as those of validation samples are', async () => {
  const { told, each } = (await measured(config(60, '', '100, "binarize": "sample"'))).train;
  metrics.forEach((name, i) => { expect(told[name], name).toBeCloseTo(mean(each[i]!), 6); });
});

it('does so where codes and penalties are drawn at random', async () => {
  const { told } = await measured(config(MEASURED_SAMPLES + 100, '"latent": { "type": "gaussian", "units": 3 }, "penalties": [{ "type": "contractive", "weight": 0.01, "method": "estimate", "projections": 2 }],'));
  for (const name of metrics) expect(told[name], name).toSatisfy(Number.isFinite);
  expect(told['ssim']).toBeLessThan(1);
});

it('looks at no more samples at a time than there are, however large the batches', async () => {
  const { told } = await measured(config(60).replace('"epochs": 1', '"epochs": 1, "batchSize": 1000000000'));
  expect(told['mse']).toBeGreaterThan(0);
});

it('pictures samples spread over the set, or drawn by the seed, none of them twice', () => {
  const positions = (pick: 'spread' | 'random', seed: number, wanted = 16, count = 1000): number[] =>
    [...picturedPositions({ views: { pick }, seed } as Experiment['spec'], wanted, count)];
  expect(positions('spread', 0).slice(0, 3)).toEqual([0, 62, 125]);
  const drawn = positions('random', 1);
  expect(new Set(drawn).size).toBe(16);
  expect(drawn.every(position => position >= 0 && position < 1000)).toBe(true);
  expect(positions('random', 1)).toEqual(drawn);
  expect(positions('random', 2)).not.toEqual(drawn);
  expect(positions('random', 1, 16, 10)).toEqual(positions('spread', 1, 16, 10));
  expect(positions('random', 1, 9, 10).sort((a, b) => a - b).length).toBe(9);
});
