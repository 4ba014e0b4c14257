// What a picture of weights claims is what the programs compute: a unit's picture laid over its input and summed up is what it answers, and
// what an input draws is its picture. So pixels, rows, columns and channels lie where they belong.
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/core/random.ts';
import { sizeOf, tensor, type HostTensor } from '../../src/core/tensor.ts';
import { buildPrograms } from '../../src/graph/programs.ts';
import { evaluate } from '../../src/graph/reference.ts';
import { buildModel } from '../../src/model/build.ts';
import { layerWeights, type WeightPictures } from '../../src/model/weights.ts';
import { loadSpec, requireSpec } from '../../src/spec/load.ts';

/** Neither square nor grey, so that no two axes can be taken for each other. */
const SHAPE = [5, 4, 3];

function normals(count: number, seed: number): Float32Array {
  return new RandomStream(seed, 'weights').fillNormal(new Float32Array(count));
}

/** A model with weights drawn at random, biases too, and what runs it. */
function drawn(parts: object) {
  const spec = requireSpec(loadSpec(JSON.stringify({ data: { type: 'npy', images: 'a.npy', shape: SHAPE }, ...parts }), 'a'));
  const model = buildModel(spec, SHAPE);
  const programs = buildPrograms(model, spec, { data: { dtype: 'float32', scale: 1 } });
  const tensors = Object.fromEntries(model.parameters.map(({ name, shape }, i): [string, HostTensor] => [name, tensor(normals(sizeOf(shape), i), shape)]));
  const state = programs.start(tensors);
  const run = (which: 'encode' | 'decode', feed: Record<string, ArrayLike<number>>) => {
    const program = programs[which](1);
    return evaluate([program.outputs[0]!.value], { ...Object.fromEntries(Object.entries(state).map(([name, { data }]) => [name, data])), ...feed })[0]!;
  };
  const weightsOf = (part: string, name: string) => layerWeights(model, model.layers.find(layer => layer.part === part && layer.name === name)!, tensors, 'unit');
  const picturesOf = (part: string, name: string): WeightPictures => weightsOf(part, name)[0]!.pictures!;
  return { run, picturesOf, tensors };
}

/** A unit's picture laid over an image (height × width × channels, as samples lie): the sum of all products. */
function overlaid({ height, width, channels, values }: WeightPictures, unit: number, image: ArrayLike<number>): number {
  let sum = 0;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) sum += values[((unit * channels + c) * height + y) * width + x]! * image[(y * width + x) * channels + c]!;
    }
  }
  return sum;
}

/** The picture as a sample lies: channels last. */
function asSample({ height, width, channels, values }: WeightPictures, unit: number): number[] {
  return Array.from({ length: height * width * channels }, (_, i) => {
    const [c, x, y] = [i % channels, Math.floor(i / channels) % width, Math.floor(i / channels / width)];
    return values[((unit * channels + c) * height + y) * width + x]!;
  });
}

function toBeClose(received: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(received.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) expect(received[i]!).toBeCloseTo(expected[i]!, 4);
}

describe('the pictures of weights', () => {
  const image = normals(sizeOf(SHAPE), 100);

  it('of a dense unit at the input are what it looks for, channels last', () => {
    const { run, picturesOf, tensors } = drawn({ encoder: [{ type: 'flatten' }], latent: { type: 'plain', units: 6 } });
    const pictures = picturesOf('latent', 'latent');
    expect(pictures).toMatchObject({ height: 5, width: 4, channels: 3, count: 6 });
    const bias = tensors['latent/latent/bias']!.data;
    expect([...pictures.biases!]).toEqual([...bias]);
    toBeClose(run('encode', { target: image }), Float64Array.from(bias, (b, unit) => overlaid(pictures, unit, image) + b));
  });

  it('of a dense layer at the output are what each number of the code draws', () => {
    const { run, picturesOf, tensors } = drawn({ encoder: [{ type: 'flatten' }], latent: { type: 'plain', units: 6 }, decoder: [{ type: 'dense', units: 60 }, { type: 'reshape', targetShape: SHAPE }] });
    const pictures = picturesOf('decoder', 'dense');
    expect(pictures).toMatchObject({ unit: 'input', height: 5, width: 4, channels: 3, count: 6 });
    expect(pictures.biases).toBeUndefined();
    const bias = tensors['decoder/dense/bias']!.data;
    for (let unit = 0; unit < 6; unit++) {
      const code = Float32Array.from({ length: 6 }, (_, i) => (i === unit ? 1 : 0));
      toBeClose(run('decode', { code }), asSample(pictures, unit).map((weight, i) => weight + bias[i]!));
    }
  });

  it('of a filter are what it looks for, channel by channel', () => {
    // One place only where a filter of the image's own size fits.
    const { run, picturesOf, tensors } = drawn({ encoder: [{ type: 'conv2d', filters: 7, kernelSize: [5, 4] }] });
    const pictures = picturesOf('encoder', 'conv2d');
    expect(pictures).toMatchObject({ unit: 'filter', height: 5, width: 4, channels: 3, count: 7 });
    toBeClose(run('encode', { target: image }), Float64Array.from(tensors['encoder/conv2d/bias']!.data, (b, unit) => overlaid(pictures, unit, image) + b));
  });

  it('of a transposed convolution are what each channel draws', () => {
    const { run, picturesOf, tensors } = drawn({ encoder: [{ type: 'conv2d', filters: 7, kernelSize: [5, 4] }], decoder: [{ type: 'conv2dTranspose', filters: 3, kernelSize: [5, 4] }] });
    const pictures = picturesOf('decoder', 'conv2d_transpose');
    const bias = tensors['decoder/conv2d_transpose/bias']!.data;
    for (let unit = 0; unit < 7; unit++) {
      const code = Float32Array.from({ length: 7 }, (_, i) => (i === unit ? 1 : 0));
      toBeClose(run('decode', { code }), asSample(pictures, unit).map((weight, i) => weight + bias[i % 3]!));
    }
  });

  it('of a dense unit behind a convolution lie as the flattened channels do', () => {
    const parts = { encoder: [{ type: 'conv2d', filters: 2, kernelSize: [2, 2] }] };
    const whole = drawn({ encoder: [...parts.encoder, { type: 'flatten' }], latent: { type: 'plain', units: 3 } });
    const pictures = whole.picturesOf('latent', 'latent');
    expect(pictures).toMatchObject({ unit: 'unit', height: 4, width: 3, channels: 2, count: 3 });
    // The same convolution alone, whose code is the feature map.
    const before = drawn({ ...parts, decoder: [{ type: 'flatten' }, { type: 'dense', units: 60 }] });
    expect([...before.tensors['encoder/conv2d/kernel']!.data]).toEqual([...whole.tensors['encoder/conv2d/kernel']!.data]);
    const features = before.run('encode', { target: image });
    toBeClose(whole.run('encode', { target: image }), Float64Array.from(whole.tensors['latent/latent/bias']!.data, (b, unit) => overlaid(pictures, unit, features) + b));
  });
});
