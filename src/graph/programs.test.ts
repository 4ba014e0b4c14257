// Whole models: the gradient of every layer, activation and loss against finite differences in float64, what random inputs
// and frozen layers do, and that packed state and single tensors are the same numbers.
import { describe, expect, it } from 'vitest';
import { tensor, type HostTensor } from '../core/tensor.ts';
import { buildModel } from '../model/build.ts';
import { loadSpec } from '../spec/load.ts';
import { Activation } from '../spec/schema.ts';
import { buildPrograms } from './programs.ts';
import { BATCH, feedsOf, gradientError, programsOf } from './model-testing.ts';
import type { Program } from './program.ts';
import { evaluate, type Feeds } from './reference.ts';

const dense = [{ type: 'flatten' }, { type: 'dense', units: 7, activation: 'tanh' }];
const models: Record<string, object> = {
  'dense, mirrored': { encoder: dense, latent: { type: 'plain', units: 3 } },
  'conv2d, every padding': {
    encoder: [
      { type: 'conv2d', filters: 3, kernelSize: [3, 2], strides: 2, padding: 'same', activation: 'elu' },
      { type: 'conv2d', filters: 2, kernelSize: 2, padding: 1, activation: 'softplus' }, { type: 'conv2d', filters: 2, kernelSize: 2, useBias: false },
    ],
  },
  'conv2dTranspose with output padding': {
    encoder: [{ type: 'conv2d', filters: 2, kernelSize: 3, strides: 2, padding: 1 }],
    decoder: [{ type: 'conv2dTranspose', filters: 2, kernelSize: 3, strides: 2, padding: 1, outputPadding: [1, 0], activation: 'sigmoid' }],
  },
  'conv2dTranspose, same and valid': {
    encoder: [{ type: 'conv2d', filters: 2, kernelSize: 2, strides: [3, 5], padding: 'same' }],
    decoder: [
      { type: 'conv2dTranspose', filters: 3, kernelSize: [3, 5], strides: [3, 5], padding: 'same', activation: 'selu' },
      { type: 'conv2dTranspose', filters: 2, kernelSize: 2, padding: 'valid' }, { type: 'conv2d', filters: 2, kernelSize: 2 },
    ],
  },
  'batch normalisation of images and of vectors': {
    encoder: [
      { type: 'conv2d', filters: 2, kernelSize: 3 }, { type: 'batchNormalization' }, { type: 'activation', activation: 'swish' },
      { type: 'flatten' }, { type: 'dense', units: 4 }, { type: 'batchNormalization', center: false }, { type: 'batchNormalization', scale: false },
    ],
    decoder: [{ type: 'dense', units: 60 }],
  },
  'frozen batch normalisation': { encoder: [...dense, { type: 'batchNormalization', trainable: false }], decoder: [{ type: 'dense', units: 60 }] },
  dropout: { encoder: [...dense, { type: 'dropout', rate: 0.3 }], decoder: [{ type: 'dense', units: 60 }] },
  'max pooling and up-sampling': {
    encoder: [{ type: 'conv2d', filters: 3, kernelSize: 2, padding: 'same' }, { type: 'maxPooling2d', padding: 'same' }],
    decoder: [{ type: 'upSampling2d' }, { type: 'conv2d', filters: 2, kernelSize: [1, 2] }],
  },
  'overlapping pools': {
    encoder: [
      { type: 'conv2d', filters: 3, kernelSize: 2, padding: 'same' }, { type: 'maxPooling2d', poolSize: 3, strides: 1 },
      { type: 'averagePooling2d', poolSize: 2, strides: 1, padding: 'same' }, { type: 'flatten' },
    ],
    decoder: [{ type: 'dense', units: 60 }, { type: 'reshape', targetShape: [6, 5, 2] }],
  },
  'global clipping': { encoder: dense, latent: { units: 2, type: 'plain' }, training: { optimizer: { type: 'sgd', learningRate: 1, globalClipNorm: 1e6 } } },
};

describe('a training step descends along the gradient found by finite differences', () => {
  for (const [name, parts] of Object.entries(models)) {
    it(name, () => { expect(gradientError(programsOf(parts))).toBeLessThan(1e-6); });
  }
  for (const variant of Activation.anyOf) {
    const activation = variant.properties.type.const;
    it(`activation ${activation}`, () => {
      const encoder = [{ type: 'conv2d', filters: 2, kernelSize: 3, activation }, { type: 'flatten' }, { type: 'dense', units: 4, activation }];
      expect(gradientError(programsOf({ encoder, decoder: [{ type: 'dense', units: 60 }] }))).toBeLessThan(1e-6);
    });
  }
  for (const loss of ['mse', 'mae', 'binaryCrossentropy']) {
    for (const outputActivation of ['sigmoid', 'softmax']) {
      it(`loss ${loss} of ${outputActivation}`, () => {
        const parts = { encoder: dense, decoder: [{ type: 'dense', units: 60, activation: outputActivation }], training: { loss, optimizer: { type: 'sgd', learningRate: 1 } } };
        expect(gradientError(programsOf(parts))).toBeLessThan(1e-6);
      });
    }
  }
});

describe('programs', () => {
  const convolutional = {
    encoder: [{ type: 'conv2d', filters: 3, kernelSize: 3, strides: 2, padding: 'same' }, { type: 'batchNormalization' }, { type: 'flatten' }, { type: 'dropout', rate: 0.5 }],
    latent: { type: 'plain', units: 4 }, corruption: [{ type: 'gaussian' }],
  };

  it('evaluate, encode, decode and reconstruct tell one story', () => {
    const programs = programsOf(convolutional);
    const whole = programs.reconstruct(BATCH);
    const feeds = feedsOf(programs, whole, programs.initialState(0));
    const [loss, code, reconstruction] = evaluate(whole.outputs.map(({ value }) => value), feeds);
    const alone = (program: Program, extra: Feeds = {}): Float64Array => evaluate([program.outputs[0]!.value], { ...feeds, ...extra })[0]!;
    expect(alone(programs.evaluate(BATCH))).toEqual(loss);
    expect(alone(programs.encode(BATCH))).toEqual(code);
    expect(alone(programs.decode(BATCH), { code: code! })).toEqual(reconstruction);
    const target = feeds['target']!;
    const perSample = Array.from({ length: BATCH }, (_, n) => {
      let total = 0;
      for (let i = 0; i < 60; i++) total += (reconstruction![n * 60 + i]! - target[n * 60 + i]!) ** 2;
      return total / 60;
    });
    perSample.forEach((expected, n) => { expect(loss![n]).toBeCloseTo(expected, 12); });
  });

  it('asks for random numbers per sample by the layer\'s name', () => {
    expect(programsOf(convolutional).random).toEqual([{ name: 'encoder/dropout/random', kind: 'keep', probability: 0.5, perSample: 27 }]);
  });

  it('moves the statistics of a batch normalisation as Keras does, and of no frozen one', () => {
    const programs = programsOf({ encoder: [{ type: 'flatten' }, { type: 'batchNormalization', momentum: 0.9 }], decoder: [{ type: 'dense', units: 60 }] });
    const program = programs.trainStep(2);
    const target = Float64Array.from({ length: 120 }, (_, i) => (i < 60 ? 1 : 3));
    const state = Object.fromEntries(Object.entries(programs.initialState(0)).map(([name, { data }]) => [name, data]));
    const after = evaluate([program.updates.find(({ name }) => name === 'statistics')!.value], { ...state, target, hyper: [1] })[0]!;
    expect(after[0]).toBeCloseTo(0.1 * 2, 6);           // mean of 1 and 3 is 2
    expect(after[60]).toBeCloseTo(0.9 + 0.1 * 1, 6);    // their variance, not corrected for the small sample, is 1
    const frozen = programsOf({ encoder: [{ type: 'flatten' }, { type: 'batchNormalization', trainable: false }], decoder: [{ type: 'dense', units: 60 }] });
    expect(frozen.trainStep(2).updates.map(({ name }) => name)).toEqual(['weights/0']);
  });

  it('packs and unpacks without changing a number, optimiser and all', () => {
    const text = JSON.stringify({ data: 'glyphs', encoder: [{ type: 'flatten' }, { type: 'dense', units: 40 }], latent: { type: 'plain', units: 4 } });
    const { spec } = loadSpec(text, 'test.aeconf');
    const programs = buildPrograms(buildModel(spec!, [28, 28, 1]), spec!, { data: { dtype: 'uint8', scale: 1 / 255 } });
    const state = programs.initialState(5);
    expect(Object.keys(state).sort()).toEqual(['optimizer/0/weights/0', 'optimizer/0/weights/1', 'optimizer/0/weights/2',
      'optimizer/1/weights/0', 'optimizer/1/weights/1', 'optimizer/1/weights/2', 'weights/0', 'weights/1', 'weights/2']);
    for (const { data } of Object.values(state)) (data as Float32Array).forEach((_, i) => { data[i] = i % 97; });
    const tensors = programs.unpack(state);
    expect(tensors['encoder/dense/kernel']!.shape).toEqual([784, 40]);
    expect(programs.pack(tensors)).toEqual(state);
    const { ['encoder/dense/bias']: _gone, ...rest } = tensors;
    expect(() => programs.pack(rest)).toThrow('no "encoder/dense/bias"');
    const wrong: Record<string, HostTensor> = { ...tensors, 'encoder/dense/bias': tensor(new Float32Array(3)) };
    expect(() => programs.pack(wrong)).toThrow('"encoder/dense/bias" is 3 in the weights but 40 in the model');
  });

  it('starts each layer the same whatever stands beside it', () => {
    const first = (encoder: object[]): HostTensor => {
      const programs = programsOf({ encoder, latent: { type: 'plain', units: 2 } });
      return programs.unpack(programs.initialState(9))['encoder/dense/kernel']!;
    };
    expect(first([...dense, { type: 'dense', units: 5 }])).toEqual(first(dense));
  });
});
