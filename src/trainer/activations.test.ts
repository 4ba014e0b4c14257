// What each layer makes of a sample, against every layer by itself in float64, against arithmetic written out, and against the reconstruction.
import * as path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyLayers } from '../graph/objective.ts';
import { fromFlat, toFlat } from '../graph/layers.ts';
import * as ops from '../graph/ops.ts';
import { evaluate } from '../graph/reference.ts';
import { buildModel } from '../model/build.ts';
import { keyOf } from '../model/model.ts';
import { runFiles } from '../runs/events.ts';
import { readTensors } from '../runs/reader.ts';
import { activationsOf, activationTensors } from './activations.ts';
import { openModel } from './opened-run.ts';
import { loseCheckpoints, makePlace, removePlace, trainAt, type Place } from './testing.ts';

const convolutional = {
  'encoder': [
    { type: 'conv2d', filters: 3, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }, { type: 'batchNormalization' }, { type: 'dropout', rate: 0.3 },
    { type: 'conv2d', filters: 4, kernelSize: 3, padding: 'same', activation: { type: 'leakyRelu', slope: 0.2 } }, { type: 'maxPooling2d', poolSize: 2 }, { type: 'flatten' },
  ],
  'latent': { type: 'gaussian', units: 3 },
  'decoder': [
    { type: 'dense', units: 196, activation: 'relu' }, { type: 'reshape', targetShape: [7, 7, 4] }, { type: 'upSampling2d', size: 2 },
    { type: 'conv2dTranspose', filters: 3, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }, { type: 'conv2d', filters: 1, kernelSize: 3, padding: 'same', activation: 'sigmoid' },
  ],
  'corruption': [],
};
const kinds: Readonly<Record<string, object>> = { dense: {}, convolutional, spherical: { latent: { type: 'spherical', units: 3 } }, quantized: { latent: { type: 'quantized', codes: 8, dimension: 4 } } };

let place: Place;
const folders: Record<string, string> = {};
beforeAll(async () => {
  place = makePlace();
  for (const [name, parts] of Object.entries(kinds)) ({ folder: folders[name]! } = await trainAt(place, { overrides: { 'training.epochs': 2, name, ...parts } }));
}, 120_000);
afterAll(() => { removePlace(place); });

function furthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a).toHaveLength(b.length);
  return Array.from(a, (value, i) => Math.abs(value - b[i]!)).reduce((most, each) => Math.max(most, each), 0);
}

it.each(Object.keys(kinds))('are those of every layer by itself in float64, of a %s model', async name => {
  const found = await activationsOf(folders[name]!, { sample: 4 });
  const { info, spec, programs, state } = await openModel(folders[name]!);
  const model = buildModel(spec, info.dataset.shape);
  const weights = programs.unpack(state);
  const parameter = (of: string) => ops.constant(Float64Array.from(weights[of]!.data), weights[of]!.shape);
  expect(found.layers.map(({ key }) => key)).toEqual(model.layers.map(keyOf));
  let before: Float64Array = Float64Array.from((found.corrupted ?? found.original).data);
  for (const [i, layer] of model.layers.entries()) {
    const x = fromFlat(ops.constant(before, [1, before.length]), layer.inputShape);
    before = evaluate([toFlat(applyLayers([layer], x, { mode: 'infer', parameter }), layer.outputShape)], {})[0]!;
    const { output, distribution } = found.layers[i]!;
    expect(output.shape).toEqual(layer.outputShape);
    expect(furthest(output.data, before), keyOf(layer)).toBeLessThan(2e-5);
    expect(distribution.zeros).toBe(output.data.filter(value => value === 0).length);
  }
  expect(found.layers.some(({ distribution: { zeros } }) => zeros > 0)).toBe(true);
});

it.each(Object.keys(kinds))('end in what the run kept as the reconstruction, of a %s model', async name => {
  const { tensors: pictures } = await readTensors(path.join(folders[name]!, runFiles.picture(2)));
  const { tensors: samples } = await readTensors(path.join(folders[name]!, runFiles.pictureSamples));
  for (const sample of [0, 5]) {
    const { reconstruction, layers, epoch, count, index, label } = await activationsOf(folders[name]!, { sample });
    const row = <T extends 'reconstruction' | 'code'>(of: T, length: number) => pictures[of]!.data.subarray(sample * length, (sample + 1) * length);
    expect(furthest(reconstruction.data, row('reconstruction', 784))).toBeLessThan(1e-5);
    expect(layers.at(-1)!.output.data).toEqual(reconstruction.data);
    const code = layers.find(({ key }) => key === 'latent/latent')!.output.data;
    expect(furthest(code, row('code', code.length))).toBeLessThan(1e-5);
    expect([epoch, count, index, label]).toEqual([2, 6, samples['index']!.data[sample], String(samples['labels']!.data[sample])]);
  }
});

it('are relu(x W + b) for a dense layer, then the moving averages of batch normalisation, and dropout leaves them', async () => {
  const found = await activationsOf(folders['dense']!, { sample: 1 });
  const { programs, state } = await openModel(folders['dense']!);
  const weights = programs.unpack(state);
  const of = (name: string) => weights[`encoder/${name}`]!.data;
  const layer = (key: string) => found.layers.find(each => each.key === `encoder/${key}`)!.output.data;
  const x = Array.from(found.corrupted!.data);
  const hidden = Array.from({ length: 24 }, (_, unit) => Math.max(0, x.reduce((sum: number, value: number, i: number) => sum + value * of('dense/kernel')[i * 24 + unit]!, of('dense/bias')[unit]!)));
  expect(furthest(layer('dense'), hidden)).toBeLessThan(1e-5);
  const bn = (role: string) => of(`batch_normalization/${role}`);
  const normal = hidden.map((value, i) => (value - bn('moving_mean')[i]!) / Math.sqrt(bn('moving_variance')[i]! + 1e-3) * bn('gamma')[i]! + bn('beta')[i]!);
  expect(furthest(layer('batch_normalization'), normal)).toBeLessThan(1e-5);
  expect(layer('dropout')).toEqual(layer('batch_normalization'));
  expect(Object.keys(activationTensors(found))).toEqual(['original', 'corrupted', ...found.layers.map(({ key }) => key), 'reconstruction']);
});

it('say which samples there are, and what is missing', async () => {
  await expect(activationsOf(folders['dense']!, { sample: 6 })).rejects.toMatchObject({ reason: 'usage', message: 'The run keeps 6 samples, 0 to 5; there is no sample 6.' });
  const { folder } = await trainAt(place, { overrides: { 'training.epochs': 1 } });
  loseCheckpoints(folder);
  await expect(activationsOf(folder, { sample: 0 })).rejects.toMatchObject({ reason: 'run', message: expect.stringContaining('has no checkpoint') as string });
});
