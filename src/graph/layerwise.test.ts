// A level of layer-wise pretraining: what it is compared with, what it changes, and the gradient by which it does.
import { describe, expect, it } from 'vitest';
import { buildModel } from '../model/build.ts';
import { pretrainingLevels, type PretrainingLevel } from '../model/pretraining.ts';
import { loadSpec, requireSpec } from '../spec/load.ts';
import { layerwisePrograms } from './layerwise.ts';
import { BATCH, feedsOf, gradientError, SHAPE } from './model-testing.ts';
import type { ModelPrograms } from './program.ts';
import { buildPrograms } from './programs.ts';
import { evaluate, type Feeds } from './reference.ts';

const spec = requireSpec(loadSpec(JSON.stringify({
  data: 'glyphs', corruption: [{ type: 'gaussian' }],
  encoder: [
    { type: 'conv2d', filters: 3, strides: 2, padding: 'same' }, { type: 'batchNormalization' }, { type: 'activation', activation: 'tanh' },
    { type: 'flatten' }, { type: 'dense', units: 5, activation: 'sigmoid' }, { type: 'dropout', rate: 0.3 },
  ],
  pretraining: { type: 'layerwise', optimizer: { type: 'sgd', learningRate: 1 } }, training: { loss: 'binaryCrossentropy' },
}), 'test.aeconf'));
const options = { data: { dtype: 'float32', scale: 1 } } as const;
const model = buildModel(spec, SHAPE);
const whole = buildPrograms(model, spec, options);
const tensors = whole.unpack(whole.initialState(1));
const pretraining = spec.pretraining?.type === 'layerwise' ? spec.pretraining : undefined;

/** The programs of a level, as those of a model that starts from the whole one's weights. */
function level(index: number): ReturnType<typeof layerwisePrograms> & Pick<ModelPrograms, 'initialState'> {
  const programs = layerwisePrograms((pretrainingLevels(model.layers) as readonly PretrainingLevel[])[index]!, model, spec, pretraining!, options);
  return { ...programs, initialState: () => programs.start(tensors) };
}

describe('a level', () => {
  it.each([0, 1])('%i descends along the gradient found by finite differences', index => {
    expect(gradientError(level(index) as ReturnType<typeof level> & ModelPrograms)).toBeLessThan(1e-6);
  });

  it('is compared with what the finished layers below make of clean samples', () => {
    const programs = level(1);
    const program = programs.evaluate(BATCH);
    expect(program.inputs.map(({ name }) => name)).toEqual(['target']);
    const feeds = feedsOf(programs as typeof programs & ModelPrograms, program, programs.initialState(0));
    const [loss] = evaluate(program.outputs.map(({ value }) => value), feeds as Feeds);
    // The same by the programs of the model up to the convolution, and of the dense layers above it.
    const named = (key: string): Float64Array => {
      const at = Object.keys(tensors).indexOf(key);
      expect(at, key).toBeGreaterThan(-1);
      const [vector, offset] = placeOf(key);
      return feeds[vector]!.slice(offset, offset + tensors[key]!.data.length);
    };
    const placeOf = (key: string): [string, number] => {
      const marked = programs.start(Object.fromEntries(Object.entries(tensors).map(([name, { shape, data }]) => [name, { shape, dtype: 'float32' as const, data: new Float32Array(data.length).fill(name === key ? 1 : 0) }])));
      const [vector, { data }] = Object.entries(marked).find(([, value]) => value.data.includes(1))!;
      return [vector, data.indexOf(1)];
    };
    const below = buildPrograms(buildModel({ ...spec, corruption: [], encoder: spec.encoder.slice(0, 3) }, SHAPE), { ...spec, corruption: [], encoder: spec.encoder.slice(0, 3) }, options);
    const lower = below.start(Object.fromEntries(Object.entries(below.unpack(below.initialState(0))).map(([name, value]) =>
      [name, name.startsWith('encoder/') && name in tensors ? { ...value, data: Float32Array.from(named(name)) } : value])));
    const state = Object.fromEntries(Object.entries(lower).map(([name, { data }]) => [name, Float64Array.from(data)]));
    const hidden = evaluate([below.encode(BATCH).outputs[0]!.value], { ...state, target: feeds['target']! })[0]!;
    const [kernel, bias, back, backBias] = ['encoder/dense/kernel', 'encoder/dense/bias', 'decoder/dense/kernel', 'decoder/dense/bias'].map(named) as [Float64Array, Float64Array, Float64Array, Float64Array];
    // Behind the decoder's dense layer stand reshape, batch normalisation and tanh, as behind the convolution.
    const inputs = hidden.length / BATCH;
    const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map(role => named(`decoder/batch_normalization/${role}`)) as [Float64Array, Float64Array, Float64Array, Float64Array];
    for (let n = 0; n < BATCH; n++) {
      const code = Array.from(bias, (b, j) => {
        let sum = b;
        for (let i = 0; i < inputs; i++) sum += hidden[n * inputs + i]! * kernel[i * 5 + j]!;
        return 1 / (1 + Math.exp(-sum));
      });
      let error = 0;
      for (let i = 0; i < inputs; i++) {
        const sum = code.reduce((total, value, j) => total + value * back[j * inputs + i]!, backBias[i]!);
        const channel = i % 3;
        const normal = (sum - mean[channel]!) / Math.sqrt(variance[channel]! + 0.001) * gamma[channel]! + beta[channel]!;
        error += (Math.tanh(normal) - hidden[n * inputs + i]!) ** 2 / inputs;
      }
      expect(loss![n]).toBeCloseTo(error, 6);
    }
  });

  it('changes its own layers only, and gives them back', () => {
    const programs = level(1);
    expect(Object.keys(programs.finish(programs.start(tensors))).sort()).toEqual([
      'decoder/batch_normalization/beta', 'decoder/batch_normalization/gamma', 'decoder/batch_normalization/moving_mean', 'decoder/batch_normalization/moving_variance',
      'decoder/dense/bias', 'decoder/dense/kernel', 'encoder/dense/bias', 'encoder/dense/kernel',
    ]);
    expect(programs.trainStep(BATCH).updates.map(({ name }) => name)).not.toContain('frozen');
  });
});
