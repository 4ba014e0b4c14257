import { describe, expect, it } from 'vitest';
import { loadSpec, requireSpec } from '../spec/load.ts';
import { buildModel, traceModel } from './build.ts';
import { ModelError } from './errors.ts';
import type { Model, Part, Shape } from './model.ts';
import { formatSummary, summarize } from './summary.ts';
import { fans } from './trace.ts';

const image: Shape = [28, 28, 1];

function spec(parts: Record<string, unknown>) {
  return requireSpec(loadSpec(JSON.stringify({ data: 'glyphs', encoder: [], ...parts }), 'test.aeconf'));
}
const build = (parts: Record<string, unknown>, inputShape = image) => buildModel(spec(parts), inputShape);
const shapes = (model: Model, part: Part) => model.layers.filter(layer => layer.part === part).map(layer => layer.outputShape.join('×'));
const flatten = { type: 'flatten' };
const conv = (filters: number, rest: object = {}) => ({ type: 'conv2d', filters, ...rest });

/** System C of SYSTEMS.md. */
const dense = (units: number, rest: object = {}) => ({ type: 'dense', units, kernelInitializer: 'randomNormal', ...rest });
const block = (units: number, ...dropout: object[]) => [dense(units), { type: 'batchNormalization' }, ...dropout, { type: 'activation', activation: 'leakyRelu' }];
const systemC = {
  encoder: [flatten, ...block(512, { type: 'dropout', rate: 0.2 }), ...block(512, { type: 'dropout', rate: 0.2 }), ...block(256)],
  latent: { type: 'plain', units: 196, kernelInitializer: 'randomNormal' },
  decoder: [...block(256), ...block(512), dense(784, { activation: 'sigmoid' })],
};

describe('parameter counts', () => {
  it('are those published for the batch-normalised autoencoder (system C)', () => {
    const summary = summarize(build(systemC));
    expect(summary.whole).toEqual({ total: 1_438_676, trainable: 1_434_580, notTrainable: 4_096 });
    expect(summary.rows.map(row => row.parameters).filter(count => count > 0)).toEqual([
      401_920, 2_048, 262_656, 2_048, 131_328, 1_024, 50_372, 50_432, 1_024, 131_584, 2_048, 402_192,
    ]);
    expect(summary.encoder.total + summary.decoder.total).toBe(summary.whole.total);
  });

  it('are the same for its mirror, except for the last layer\'s missing dropout', () => {
    const mirrored = summarize(build({ ...systemC, decoder: 'mirror' }));
    expect(mirrored.rows.filter(row => row.part === 'decoder' && row.parameters > 0).map(row => row.parameters)).toEqual([50_432, 1_024, 131_584, 2_048, 262_656, 2_048, 402_192]);
  });

  it('leave a frozen layer out of the trainable ones', () => {
    const { whole } = summarize(build({ encoder: [flatten, dense(10, { trainable: false })], latent: { type: 'plain', units: 2 } }));
    expect(whole.notTrainable).toBe(7850);
  });
});

describe('names and variables are Keras\'s', () => {
  const model = build({ encoder: [conv(4, { padding: 'same' }), { type: 'batchNormalization' }, flatten, dense(5), dense(5, { name: 'dense_1' }), dense(5)], latent: { type: 'plain', units: 2 } });
  it('names layers by type and count, past names that are taken', () => {
    expect(model.layers.filter(({ part }) => part === 'encoder').map(({ name }) => name)).toEqual(['conv2d', 'batch_normalization', 'flatten', 'dense', 'dense_1', 'dense_2']);
    expect(new Set(model.parameters.map(({ name }) => name)).size).toBe(model.parameters.length);
  });
  it('orders and initialises the variables', () => {
    expect(model.parameters.slice(0, 6).map(({ name, shape, trainable, initializer }) => [name, shape, trainable, initializer.type])).toEqual([
      ['encoder/conv2d/kernel', [3, 3, 1, 4], true, 'glorotUniform'],
      ['encoder/conv2d/bias', [4], true, 'zeros'],
      ['encoder/batch_normalization/gamma', [4], true, 'ones'],
      ['encoder/batch_normalization/beta', [4], true, 'zeros'],
      ['encoder/batch_normalization/moving_mean', [4], false, 'zeros'],
      ['encoder/batch_normalization/moving_variance', [4], false, 'ones'],
    ]);
  });
  it('counts fans over the receptive field', () => {
    expect(fans([784, 32])).toEqual({ fanIn: 784, fanOut: 32 });
    expect(fans([3, 3, 6, 39])).toEqual({ fanIn: 54, fanOut: 351 });
    expect(fans([10])).toEqual({ fanIn: 10, fanOut: 10 });
    // A transposed kernel is height × width × out × in, and Keras looks at the last two axes all the same.
    const transposed = build({ encoder: [conv(8, { strides: 2, padding: 'same' })] }).parameters.find(({ name }) => name === 'decoder/conv2d_transpose/kernel');
    expect(transposed).toMatchObject({ shape: [3, 3, 1, 8], fanIn: 9, fanOut: 72 });
  });
  it('makes the latent one dense layer, or none', () => {
    expect(model.layers.find(({ part }) => part === 'latent')).toMatchObject({ name: 'latent', outputShape: [2], specPath: ['latent'] });
    expect(model.parameters.map(({ name }) => name)).toContain('latent/latent/kernel');
    expect(build({ encoder: [flatten, dense(5)] }).layers.some(({ part }) => part === 'latent')).toBe(false);
  });
});

describe('output shapes', () => {
  // Worked out with Keras 3's rules; for integer padding with PyTorch's.
  it.each([
    [[28, 28, 1], conv(6, { strides: 2, padding: 'same' }), '14×14×6'],
    [[27, 28, 1], conv(6, { strides: 2, padding: 'same' }), '14×14×6'],
    [[28, 28, 1], conv(6, { strides: 2 }), '13×13×6'],
    [[28, 28, 1], conv(6, { strides: 2, padding: 1 }), '14×14×6'],
    [[28, 28, 1], conv(6, { kernelSize: [5, 3], strides: [3, 1], padding: [0, 1] }), '8×28×6'],
    [[7, 7, 2], { type: 'conv2dTranspose', filters: 3, strides: 2, padding: 'same' }, '14×14×3'],
    [[7, 7, 2], { type: 'conv2dTranspose', filters: 3, strides: 2, padding: 'same', outputPadding: 0 }, '13×13×3'],
    [[7, 7, 2], { type: 'conv2dTranspose', filters: 3, strides: 2, padding: 'same', outputPadding: 1 }, '14×14×3'],
    [[7, 7, 2], { type: 'conv2dTranspose', filters: 3, strides: 2 }, '15×15×3'],
    [[7, 7, 2], { type: 'conv2dTranspose', filters: 3, strides: 2, outputPadding: 1 }, '16×16×3'],
    [[7, 7, 2], { type: 'conv2dTranspose', filters: 3, kernelSize: 2, strides: 3 }, '21×21×3'],
    [[7, 7, 2], { type: 'conv2dTranspose', filters: 3, strides: 2, padding: 1 }, '13×13×3'],
    [[7, 7, 2], { type: 'conv2dTranspose', filters: 3, strides: 2, padding: 1, outputPadding: 1 }, '14×14×3'],
    [[7, 7, 2], { type: 'maxPooling2d' }, '3×3×2'],
    [[7, 7, 2], { type: 'averagePooling2d', padding: 'same' }, '4×4×2'],
    [[7, 7, 2], { type: 'maxPooling2d', poolSize: 3, strides: 1 }, '5×5×2'],
    [[7, 7, 2], { type: 'upSampling2d', size: [2, 3] }, '14×21×2'],
    [[7, 7, 2], flatten, '98'],
    [[12], { type: 'reshape', targetShape: [2, 2, 3] }, '2×2×3'],
  ])('%j through %j is %s', (input, layer, expected) => {
    expect(traceModel(spec({ encoder: [layer] }), input).layers[0]?.outputShape.join('×')).toBe(expected);
  });
});

describe('mirror', () => {
  const selu = { activation: 'selu' };
  const systemB = {
    encoder: [
      conv(6, { strides: 2, padding: 1, ...selu }), conv(39, { strides: 2, padding: 1, ...selu }), conv(72, { strides: 2, ...selu }),
      flatten, dense(145, selu), dense(98, selu), dense(52, selu),
    ],
    latent: { type: 'plain', units: 2 },
  };
  it('leads back 3 → 7 → 14 → 28 for the SELU autoencoder (system B), SELU everywhere but at the end', () => {
    const model = build(systemB);
    expect(shapes(model, 'encoder')).toEqual(['14×14×6', '7×7×39', '3×3×72', '648', '145', '98', '52']);
    expect(shapes(model, 'decoder')).toEqual(['52', '98', '145', '648', '3×3×72', '7×7×39', '14×14×6', '28×28×1']);
    const decoder = model.layers.filter(({ part }) => part === 'decoder').map(layer => layer.spec);
    expect(decoder.map(layer => ('activation' in layer ? layer.activation.type : '-'))).toEqual(['selu', 'selu', 'selu', 'selu', '-', 'selu', 'selu', 'sigmoid']);
    expect(decoder.map(layer => (layer.type === 'conv2dTranspose' ? layer.outputPadding : undefined)).slice(5)).toEqual([undefined, [1, 1], [1, 1]]);
    expect(model.outputActivation).toEqual({ type: 'sigmoid' });
    expect(model.layers.at(-1)!.specPath).toEqual(['encoder', 0]);
  });

  it('brings back the input shape for every size, kernel, stride and padding that can be undone', () => {
    let undone = 0;
    for (const size of [7, 8, 9, 27, 28]) for (const kernelSize of [1, 2, 3, 4, 5]) for (const strides of [1, 2, 3]) for (const padding of ['valid', 'same', 0, 1]) {
      const { model, issues } = traceModel(spec({ encoder: [conv(3, { kernelSize, strides, padding })] }), [size, size, 2]);
      if (model === undefined) expect(issues).toMatchObject([{ code: 'cannot-mirror' }]);
      else {
        expect(model.layers.at(-1)!.outputShape).toEqual([size, size, 2]);
        undone++;
      }
    }
    expect(undone).toBeGreaterThan(290);
    for (const size of [3, 4]) for (const kernelSize of [1, 2, 3, 4]) for (const strides of [1, 2, 3]) for (const padding of ['valid', 'same', 1]) {
      const { model, issues } = traceModel(spec({ encoder: [{ type: 'conv2dTranspose', filters: 3, kernelSize, strides, padding }] }), [size, size, 2]);
      expect(model?.layers.at(-1)!.outputShape ?? issues[0]!.code).toEqual([size, size, 2]);
    }
  });

  it('gives every restored shape the activation and normalisation it had, and no dropout', () => {
    const model = build({
      encoder: [
        conv(4, { padding: 'same' }), { type: 'batchNormalization' }, { type: 'activation', activation: 'relu' }, { type: 'maxPooling2d' },
        conv(8, { padding: 'same', activation: 'elu' }), { type: 'maxPooling2d' }, { type: 'dropout', rate: 0.5 },
        flatten, dense(20), { type: 'activation', activation: 'tanh' },
      ],
      latent: { type: 'plain', units: 3 },
    });
    expect(model.layers.filter(({ part }) => part === 'decoder').map(({ spec: layer, outputShape }) => [layer.type, 'activation' in layer ? layer.activation.type : '', outputShape.join('×')])).toEqual([
      ['dense', 'tanh', '20'],
      ['dense', 'elu', '392'],
      ['reshape', '', '7×7×8'],
      ['upSampling2d', '', '14×14×8'],
      ['conv2dTranspose', 'linear', '14×14×4'],
      ['upSampling2d', '', '28×28×4'],
      ['batchNormalization', '', '28×28×4'],
      ['activation', 'relu', '28×28×4'],
      ['conv2dTranspose', 'sigmoid', '28×28×1'],
    ]);
  });

  it('moves an activation in front of a reshape, so that the output activation stands at the last weights', () => {
    const decoder = build({ encoder: [flatten, dense(9, { activation: 'relu' })], latent: { type: 'plain', units: 2 } }).layers.filter(({ part }) => part === 'decoder');
    expect(decoder.map(({ name, spec: layer }) => [name, 'activation' in layer ? layer.activation.type : ''])).toEqual([['dense', 'relu'], ['dense_1', 'sigmoid'], ['reshape', '']]);
  });

  it('says what cannot be undone', () => {
    const { issues } = traceModel(spec({ encoder: [conv(4), { type: 'maxPooling2d' }, conv(4), { type: 'maxPooling2d' }] }), image);
    expect(issues).toMatchObject([{ path: ['encoder', 3], code: 'cannot-mirror', message: 'decoder "mirror": maxPooling2d makes 5×5 of 11×11, and repeating that 2×2 times gives 10×10.' }]);
  });
});

describe('defaults', () => {
  const drawn = (layers: Model['layers']) => layers.flatMap(({ spec: layer }) => ('activation' in layer && 'kernelInitializer' in layer ? [`${layer.activation.type} ${layer.kernelInitializer.type}`] : []));
  it('reach a mirrored decoder through the encoder', () => {
    const model = build({
      defaults: { activation: 'selu', kernelInitializer: 'lecunNormal', padding: 1, useBias: false },
      encoder: [conv(4, { strides: 2 }), conv(5, { strides: 2 }), flatten, dense(9, { kernelInitializer: undefined })], latent: { type: 'plain', units: 2 },
    });
    expect([...shapes(model, 'encoder'), ...shapes(model, 'decoder')]).toEqual(['14×14×4', '7×7×5', '245', '9', '9', '245', '7×7×5', '14×14×4', '28×28×1']);
    const selu = 'selu lecunNormal';
    expect(drawn(model.layers)).toEqual([selu, selu, selu, 'linear lecunNormal', selu, selu, selu, 'sigmoid lecunNormal']);
    expect(model.parameters.some(({ role }) => role === 'bias')).toBe(false);
  });
  it('let pretraining by Boltzmann machines have its sigmoids', () => {
    const model = build({ defaults: { activation: 'sigmoid' }, encoder: [flatten, dense(9), dense(8)], latent: { type: 'plain', units: 2 }, pretraining: 'rbm' });
    expect(drawn(model.layers).map(text => text.split(' ')[0])).toEqual(['sigmoid', 'sigmoid', 'linear', 'sigmoid', 'sigmoid', 'sigmoid']);
  });
});

describe('what does not fit', () => {
  it.each([
    ['a dense on an image', { encoder: [dense(5)] }, 'encoder[0]: dense needs a vector, its input is 28×28×1. Put { "type": "flatten" } before it.'],
    ['a latent on an image', { encoder: [conv(2)], latent: { type: 'plain', units: 5 } }, 'latent: dense needs a vector, its input is 26×26×2. Put { "type": "flatten" } at the end of the encoder.'],
    ['a convolution on a vector', { encoder: [flatten, conv(2)] }, 'encoder[1]: conv2d needs an image of height × width × channels, its input is a vector of 784. Put a reshape before it, for example { "type": "reshape", "targetShape": [28, 28, 1] }.'],
    ['a kernel that is too large', { encoder: [conv(2, { kernelSize: 29 })] }, 'encoder[0]: the kernel 29×29 does not fit into the height of its input, 28×28×1. Take a smaller one, "padding": "same", or fewer layers that shrink the image before it.'],
    ['a reshape to another size', { encoder: [{ type: 'reshape', targetShape: [5] }] }, 'encoder[0]: reshape to a vector of 5 needs 5 numbers, its input is 28×28×1, 784 numbers. Choose a targetShape with as many numbers, or change the layer before it.'],
    ['a decoder that ends elsewhere', { encoder: [conv(4, { strides: 2, padding: 1 })], decoder: [{ type: 'conv2dTranspose', filters: 1, strides: 2, padding: 1 }] }, 'decoder[0]: decoder ends in 27×27×1, the input is 28×28×1. Change strides, padding or outputPadding of the transposed convolutions, or write "decoder": "mirror".'],
    ['too few units at the end', { encoder: [flatten], decoder: [dense(700), { type: 'activation', activation: 'sigmoid' }] }, 'decoder[0].units: decoder ends in 700, the input is 28×28×1. Give this layer 784 units.'],
    ['an occlusion larger than the image', { corruption: [{ type: 'occlusion', size: 30 }] }, 'corruption[0].size: a block of 30×30 does not fit into images of 28×28. Write a smaller size.'],
  ])('%s', (_, parts, message) => {
    let thrown: unknown;
    try {
      build(parts);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ModelError);
    expect(thrown).toMatchObject({ reason: 'spec', message });
  });
  it('keeps what fits before it', () => {
    const traced = traceModel(spec({ encoder: [conv(2), dense(5), dense(6)] }), image);
    expect(traced.layers.map(({ name }) => name)).toEqual(['conv2d']);
    expect(traced.model).toBeUndefined();
  });
  it('accepts a decoder that ends in a vector with as many numbers as the input', () => {
    expect(build({ encoder: [flatten, dense(2)], decoder: [dense(784)] }).layers.at(-1)?.outputShape).toEqual([784]);
  });
});

describe('summary', () => {
  it('prints as a table', () => {
    expect(formatSummary(summarize(build({ encoder: [flatten, dense(32, { activation: 'relu' })], decoder: [dense(784, { activation: 'sigmoid' })] })), 'mnist-32')).toBe(
`mnist-32
════════════════════════════════════════════
  Layer    Type     Output shape  Parameters
════════════════════════════════════════════
  input             28×28×1
Encoder ────────────────────────────────────
  flatten  flatten  784                    0
  dense    dense    32                25,120
Decoder ────────────────────────────────────
  dense    dense    784               25,872
════════════════════════════════════════════
  Parameters   total  trainable  not trainable
  Encoder     25,120     25,120              0
  Decoder     25,872     25,872              0
  Whole       50,992     50,992              0
  Code: 32 (32 of 784 numbers)
`);
  });
});

it('warns of a metric of images where samples are vectors', () => {
  const issues = (inputShape: Shape) => traceModel(spec({ encoder: [dense(3)], decoder: 'mirror', training: { metrics: ['mse', 'ssim'] } }), inputShape).issues;
  expect(issues([784])).toMatchObject([{ path: ['training', 'metrics', 1], severity: 'warning', code: 'needs-image', message: 'ssim needs images, the samples are vectors of 784: it is not measured.' }]);
  expect(traceModel(spec({ encoder: [flatten, dense(3)], training: { metrics: ['ssim'] } }), image).issues).toEqual([]);
});
