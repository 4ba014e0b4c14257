import { describe, expect, it } from 'vitest';
import { formatDiagnostic } from '../spec/diagnostics.ts';
import { checkConfig } from './check.ts';
import { pretrainingLevels, type PretrainingLevel } from './pretraining.ts';

const sigmoid = (units: number) => ({ type: 'dense', units, activation: 'sigmoid' });
const deep = [{ type: 'flatten' }, sigmoid(100), sigmoid(50)];

/** Levels as "encoder layers / decoder layers". */
function levels(parts: object): string[] {
  const { diagnostics, model } = checkConfig(JSON.stringify({ data: 'mnist', ...parts }), 'a.aeconf');
  expect(diagnostics.map(formatDiagnostic)).toEqual([]);
  const found = pretrainingLevels(model!.layers) as readonly PretrainingLevel[];
  // Together they are the whole way, and each stands on those before it.
  expect(found.flatMap(({ up }) => up)).toEqual(model!.layers.filter(({ part, spec }) => part === 'encoder' || spec.type === 'dense' && part === 'latent'));
  found.forEach(({ below }, i) => { expect(below).toEqual(found.slice(0, i).flatMap(({ up }) => up)); });
  return found.map(({ name, up, down }) => `${name}: ${up.map(layer => layer.name).join(' ')} / ${down.map(layer => layer.name).join(' ')}`);
}

/** What is wrong, without the file. */
function findings(pretraining: unknown, parts: object): string[] {
  return checkConfig(JSON.stringify({ data: 'mnist', pretraining, ...parts }), 'a').diagnostics.map(formatDiagnostic).map(text => text.replace(/^.*?: /, ''));
}

describe('the levels of a model', () => {
  it('pair dense layers with their transposes', () => {
    expect(levels({ encoder: deep, latent: { type: 'plain', units: 30 } })).toEqual([
      'dense: flatten dense / dense_2 reshape', 'dense_1: dense_1 / dense_1', 'latent: latent / dense',
    ]);
    expect(levels({ encoder: deep })).toEqual(['dense: flatten dense / dense_1 reshape', 'dense_1: dense_1 / dense']);
  });

  it('keep activation, normalisation, pooling and dropout with the layer they follow', () => {
    expect(levels({
      encoder: [
        { type: 'conv2d', filters: 8, padding: 'same' }, { type: 'batchNormalization' }, { type: 'activation', activation: 'relu' }, { type: 'maxPooling2d' },
        { type: 'conv2d', filters: 16, strides: 2, padding: 'same', activation: 'relu' }, { type: 'batchNormalization' },
        { type: 'flatten' }, { type: 'dense', units: 20, activation: 'relu' }, { type: 'dropout', rate: 0.1 },
      ],
      latent: { type: 'plain', units: 4 },
    })).toEqual([
      'conv2d: conv2d batch_normalization activation max_pooling2d / up_sampling2d batch_normalization_1 activation conv2d_transpose_1',
      'conv2d_1: conv2d_1 batch_normalization_1 / conv2d_transpose',
      'dense: flatten dense dropout / dense_1 reshape batch_normalization',
      'latent: latent / dense',
    ]);
  });

  it('leave out a latent that is more than a dense layer', () => {
    expect(levels({ encoder: deep, latent: { type: 'gaussian', units: 30 } })).toEqual(['dense: flatten dense / dense_2 reshape', 'dense_1: dense_1 / dense_1']);
    expect(levels({ encoder: [{ type: 'conv2d', filters: 8, strides: 2, padding: 'same' }], latent: { type: 'quantized', codes: 16 } })).toEqual(['conv2d: conv2d / conv2d_transpose']);
  });

  it('may have a decoder of their own', () => {
    expect(levels({ encoder: deep, decoder: [{ type: 'dense', units: 100, activation: 'tanh' }, { type: 'dropout', rate: 0.2 }, { type: 'dense', units: 784 }] }))
      .toEqual(['dense: flatten dense / dense_1', 'dense_1: dense_1 / dense dropout']);
  });
});

describe('what can be pretrained', () => {
  it.each([
    ['a deep belief network', 'rbm', { encoder: deep, latent: { type: 'plain', units: 30 } }],
    ['Gaussian units at both ends', { type: 'rbm', visible: 'gaussian' }, { encoder: deep, latent: { type: 'plain', units: 30 }, decoder: { type: 'mirror', outputActivation: 'linear' } }],
    ['any layer, layer by layer', 'layerwise', { encoder: [{ type: 'conv2d', filters: 4 }, { type: 'flatten' }], latent: { type: 'gaussian', units: 3 } }],
  ])('%s', (_, pretraining, parts) => { expect(findings(pretraining, parts)).toEqual([]); });

  it.each([
    ['other activations', 'rbm', { encoder: [{ type: 'flatten' }, { type: 'dense', units: 9, activation: 'relu' }] },
      'error: encoder[1]: "dense" is relu; units of a Boltzmann machine are binary (sigmoid) or Gaussian (linear). Take "sigmoid"'],
    ['other layers', 'rbm', { encoder: [{ type: 'conv2d', filters: 2 }] }, 'error: encoder[0]: pretraining by Boltzmann machines works with dense layers, not conv2d. Remove it, or write "pretraining": "layerwise".'],
    ['activations apart', 'rbm', { encoder: [{ type: 'flatten' }, { type: 'dense', units: 9 }, { type: 'activation', activation: 'sigmoid' }] }, 'error: encoder[2]: pretraining by Boltzmann machines works with dense layers, not activation. Write the activation into'],
    ['other latents', 'rbm', { encoder: deep, latent: { type: 'gaussian', units: 2 } }, 'error: latent.type: pretraining by Boltzmann machines needs a plain latent, not gaussian.'],
    ['layers without bias', 'rbm', { encoder: [{ type: 'flatten' }, { ...sigmoid(9), useBias: false }] }, 'error: encoder[1]: "dense" has no bias'],
    ['frozen layers', 'layerwise', { encoder: [{ type: 'flatten' }, { ...sigmoid(9), trainable: false }] }, 'error: encoder[1]: "dense" is frozen, so it cannot be pretrained.'],
    ['a model without weights', 'layerwise', { encoder: [{ type: 'maxPooling2d' }] }, 'error: encoder: pretraining finds no dense or conv2d layer in the encoder.'],
    ['an output that is no probability', 'rbm', { encoder: deep, decoder: { type: 'mirror', outputActivation: 'linear' } },
      'error: decoder.outputActivation: the decoder\'s "dense_1" is linear, but it gives the visible units that "dense" takes, and those are binary. Give it the activation "sigmoid", or write "visible": "gaussian".'],
    ['an output that is not Gaussian', { type: 'rbm', visible: 'gaussian' }, { encoder: deep }, 'error: decoder.outputActivation: the decoder\'s "dense_1" is sigmoid, but it gives the visible units that "dense" takes, and those are gaussian.'],
    ['a decoder with another activation', 'rbm', { encoder: deep, decoder: [{ type: 'dense', units: 100 }, sigmoid(784)] }, 'error: decoder[0]: the decoder\'s "dense" is linear, but it gives the units that "dense_1" takes, and those are binary. Give it the activation "sigmoid".'],
    ['a decoder of other sizes', 'rbm', { encoder: deep, decoder: [sigmoid(90), sigmoid(784)] }, 'error: decoder[1]: pretraining pairs the decoder\'s "dense_1" with "dense", which gives 100; it takes 90. Write "decoder": "mirror"'],
    ['a decoder of other depth', 'layerwise', { encoder: deep, decoder: [sigmoid(784)] }, 'error: decoder[0]: pretraining pairs layers of encoder and decoder, but 2 in the encoder have weights and 1 in the decoder.'],
    ['weights that come from elsewhere', 'rbm', { encoder: deep, init: { from: 'x' } }, 'error: pretraining: "init" and "pretraining" both say what the weights are before training. Keep one of them.'],
  ])('not %s', (_, pretraining, parts, expected) => { expect(findings(pretraining, parts).join('\n')).toContain(expected); });
});
