import { expect, it } from 'vitest';
import { loadSpec } from '../spec/load.ts';
import { buildModel } from './build.ts';
import type { Model, ModelLayer } from './model.ts';
import { MOST_CHANNELS, MOST_UNITS, cutPictures, picturePlan, type PicturePlan } from './weight-pictures.ts';
import { distributionOf, layerWeights } from './weights.ts';

function model(encoder: readonly object[], latent: object = { type: 'plain', units: 3 }, shape = [6, 4, 2]): Model {
  const { spec } = loadSpec(JSON.stringify({ data: { type: 'npy', images: 'a.npy', shape }, encoder, latent }), 'a');
  return buildModel(spec!, shape);
}
function plan(built: Model, name: string, part = 'encoder'): PicturePlan | undefined {
  const layer = built.layers.find(each => each.name === name && each.part === part) as ModelLayer;
  return picturePlan(built, layer, layer.parameters[0]!);
}

it('knows which layers look at the input, which draw the output, and which do neither', () => {
  const built = model([{ type: 'flatten' }, { type: 'dropout', rate: 0.2 }, { type: 'dense', units: 9 }, { type: 'dense', units: 7 }]);
  expect(plan(built, 'dense')).toMatchObject({ unit: 'unit', count: 9, height: 6, width: 4, channels: 2, says: 'What each unit looks for in the input.' });
  expect(plan(built, 'dense_1')).toMatchObject({ unit: 'matrix', count: 1, height: 9, width: 7 });
  expect(plan(built, 'dense_2', 'decoder')).toMatchObject({ unit: 'input', count: 9, height: 6, width: 4, channels: 2, says: 'What each number that comes in adds to the reconstruction, before the activation.' });
});

it('cuts filters by channel, and the pictures of a dense layer behind a convolution by its channels', () => {
  const built = model([{ type: 'conv2d', filters: 5, kernelSize: [3, 2] }, { type: 'flatten' }, { type: 'dense', units: 8 }]);
  expect(plan(built, 'conv2d')).toMatchObject({ unit: 'filter', count: 5, height: 3, width: 2, channels: 2 });
  expect(plan(built, 'dense')).toMatchObject({ unit: 'unit', count: 8, height: 4, width: 3, channels: 5, says: 'What each unit looks for in its input of 4×3×5.' });
  expect(plan(built, 'conv2d_transpose', 'decoder')).toMatchObject({ unit: 'channel', count: 5, height: 3, width: 2, channels: 2 });
});

it('knows the colours of a sample, but takes no three channels within the model for them', () => {
  const built = model([{ type: 'conv2d', filters: 3, padding: 'same' }, { type: 'conv2d', filters: 4, padding: 'same' }, { type: 'flatten' }], undefined, [6, 4, 3]);
  const colors = (name: string, part?: string) => plan(built, name, part)?.colors;
  expect([colors('conv2d'), colors('conv2d_1'), colors('conv2d_transpose', 'decoder'), colors('conv2d_transpose_1', 'decoder')]).toEqual([true, undefined, undefined, true]);
  const dense = model([{ type: 'flatten' }, { type: 'dense', units: 9 }], undefined, [6, 4, 3]);
  expect([plan(dense, 'dense')?.colors, plan(dense, 'dense_1', 'decoder')?.colors]).toEqual([true, true]);
});

it('has no picture of a large matrix between vectors', () => {
  const built = model([{ type: 'flatten' }, { type: 'dense', units: 600 }, { type: 'dense', units: 7 }]);
  expect(plan(built, 'dense_1')).toBeUndefined();
});

it('shows the strongest first when asked, and no more than can be looked at', () => {
  const small: PicturePlan = { unit: 'unit', says: '', count: 3, height: 1, width: 2, channels: 1, strides: { unit: 1, y: 6, x: 3, channel: 0 } };
  const kernel = Float32Array.from([1, 5, 3, 2, 0, 4]);
  expect([...cutPictures(kernel, small, 'unit').values]).toEqual([1, 2, 5, 0, 3, 4]);
  const strongest = cutPictures(kernel, small, 'norm');
  expect([[...strongest.units], [...strongest.norms].map(norm => norm.toFixed(3)), [...strongest.values]]).toEqual([[1, 2, 0], ['5.000', '5.000', '2.236'], [5, 0, 3, 4, 1, 2]]);
  const many: PicturePlan = { unit: 'filter', says: '', count: 2000, height: 1, width: 1, channels: 100, strides: { unit: 1, y: 0, x: 0, channel: 2000 } };
  const cut = cutPictures(new Float32Array(200_000).fill(1), many, 'unit');
  expect([cut.units.length, cut.channels, cut.values.length]).toEqual([MOST_UNITS, MOST_CHANNELS, MOST_UNITS * MOST_CHANNELS]);
  // The length of a weight vector counts the channels that are not shown, too.
  expect(cut.norms[0]).toBe(10);
});

it('gives every tensor its numbers, and units their biases in the order shown', () => {
  const built = model([{ type: 'flatten' }], { type: 'plain', units: 2 }, [1, 2, 1]);
  const layer = built.layers.find(({ part }) => part === 'latent')!;
  const tensors = { 'latent/latent/kernel': { dtype: 'float32', shape: [2, 2], data: Float32Array.from([1, 2, 0, 2]) }, 'latent/latent/bias': { dtype: 'float32', shape: [2], data: Float32Array.from([7, 8]) } } as const;
  const [kernel, bias] = layerWeights(built, layer, tensors, 'norm');
  expect(kernel).toMatchObject({ title: 'kernel', distribution: { count: 4, min: 0, max: 2, mean: 1.25, zeros: 1 } });
  expect([[...kernel!.pictures!.units], [...kernel!.pictures!.biases!]]).toEqual([[1, 0], [8, 7]]);
  expect(bias!.pictures).toBeUndefined();
  // A checkpoint of another version may lack one.
  expect(layerWeights(built, layer, {}, 'unit')).toEqual([]);
});

it('sums up numbers, those that are none apart', () => {
  expect(distributionOf([0, 1, 1, 2, NaN, Infinity], 2)).toEqual({ count: 6, min: 0, max: 2, mean: 1, deviation: Math.sqrt(0.5), zeros: 1, broken: 2, bins: [1, 3] });
  expect(distributionOf([3, 3])).toMatchObject({ min: 3, max: 3, deviation: 0, bins: [2] });
  expect(distributionOf([NaN])).toMatchObject({ broken: 1, bins: [] });
});
