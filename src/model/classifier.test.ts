import { describe, expect, it } from 'vitest';
import { loadSpec, requireSpec } from '../spec/load.ts';
import type { Spec } from '../spec/schema.ts';
import { traceModel } from './build.ts';
import { buildClassifier } from './classifier.ts';
import { ModelError } from './errors.ts';
import { countParameters } from './summary.ts';

function specOf(probe: object): Spec {
  return requireSpec(loadSpec(JSON.stringify({ data: 'glyphs', encoder: [{ type: 'flatten' }], latent: { type: 'plain', units: 12 }, probe }), 'test.aeconf'));
}
const layersOf = (layers: readonly object[]) => specOf({ layers }).probe!.layers;
const types = (layers: readonly object[], shape: readonly number[]) => buildClassifier(layersOf(layers), 'pixels', shape, 10).layers.map(({ spec }) => spec.type);

// "Dense 64, Dropout, Dense 32, Dropout, BatchNorm, Dense 10 softmax": 12,608 + 2,080 + 128 + 330.
const published = [
  { type: 'dense', units: 64, activation: 'relu' }, { type: 'dropout', rate: 0.2 }, { type: 'dense', units: 32, activation: 'relu' }, { type: 'dropout', rate: 0.2 },
  { type: 'batchNormalization' },
];

it('has the published numbers of parameters on codes of 196', () => {
  const { parameters } = buildClassifier(layersOf(published), 'codes', [196], 10);
  expect(countParameters(parameters)).toEqual({ total: 15_146, trainable: 15_082, notTrainable: 64 });
  expect(parameters.at(-2)).toMatchObject({ name: 'classifier/dense_2/kernel', shape: [32, 10] });
});

describe('flattens by itself', () => {
  it('images before a first dense layer and before a linear classifier, vectors never', () => {
    expect(types([{ type: 'dense', units: 4 }], [28, 28, 1])).toEqual(['flatten', 'dense', 'dense']);
    expect(types([], [28, 28, 1])).toEqual(['flatten', 'dense']);
    expect(types([], [784])).toEqual(['dense']);
  });

  it('what is still an image before the last layer', () => {
    expect(types([{ type: 'conv2d', filters: 2 }], [28, 28, 1])).toEqual(['conv2d', 'flatten', 'dense']);
    expect(types([{ type: 'conv2d', filters: 2 }, { type: 'flatten' }], [28, 28, 1])).toEqual(['conv2d', 'flatten', 'dense']);
  });

  it('but no dense layer further on, as Keras', () => {
    expect(() => buildClassifier(layersOf([{ type: 'conv2d', filters: 2 }, { type: 'dense', units: 3 }]), 'pixels', [28, 28, 1], 10))
      .toThrow('probe.layers[1]: on pixels (28×28×1): dense needs a vector, its input is 26×26×2. Put { "type": "flatten" } before it.');
  });
});

describe('a spec whose probe does not fit', () => {
  const issuesOf = (probe: object) => traceModel(specOf(probe), [28, 28, 1]).issues;

  it('is told of at the layer, with what it was tried on', () => {
    expect(issuesOf({ layers: [{ type: 'conv2d', filters: 2 }] })).toMatchObject([{
      path: ['probe', 'layers', 0], code: 'needs-image', severity: 'error',
      message: 'on codes (a vector of 12): conv2d needs an image of height × width × channels, its input is a vector of 12.',
      cure: 'Leave "codes" out of probe.on, or begin with layers that take a vector, such as dense.',
    }]);
  });

  it('is told of once where pixels and reconstructions fail alike', () => {
    expect(issuesOf({ on: ['pixels', 'reconstructions'], layers: [{ type: 'maxPooling2d', poolSize: 40 }] })).toHaveLength(1);
  });

  it('fits after the cure', () => {
    expect(issuesOf({ on: ['pixels'], layers: [{ type: 'conv2d', filters: 2 }] })).toEqual([]);
  });

  it('is told of where its keys contradict each other, as in other parts', () => {
    const probe = { layers: [{ type: 'dense', units: 2, name: 'a' }, { type: 'dense', units: 2, name: 'a' }], optimizer: { type: 'sgd', clipNorm: 1, clipValue: 1 } };
    const { diagnostics } = loadSpec(JSON.stringify({ data: { type: 'glyphs', validation: 0 }, encoder: [], probe }), 'test.aeconf');
    expect(diagnostics.map(({ path, code }) => [path, code])).toEqual([
      ['probe', 'conflict'], ['probe.layers[1].name', 'duplicate-layer-name'], ['probe.optimizer.clipValue', 'conflict'],
    ]);
  });

  it('throws for whoever builds it', () => {
    expect(() => buildClassifier(layersOf([{ type: 'conv2d', filters: 2 }]), 'codes', [12], 3)).toThrow(ModelError);
  });
});
