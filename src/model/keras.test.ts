// Shapes, names and variables against those Keras 3 itself gives (testdata/keras_shapes.py wrote them down).
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadSpec, requireSpec } from '../spec/load.ts';
import { traceModel } from './build.ts';

interface Golden {
  readonly shapes: readonly (readonly [type: string, settings: object, size: number, output: number[] | null])[];
  readonly layers: readonly (readonly [name: string, output: number[]])[];
  readonly variables: readonly (readonly [path: string, shape: number[], trainable: boolean])[];
}
const golden = JSON.parse(readFileSync(new URL('testdata/keras_shapes.json', import.meta.url), 'utf8')) as Golden;

function trace(encoder: readonly object[], shape: readonly number[]) {
  return traceModel(requireSpec(loadSpec(JSON.stringify({ data: 'glyphs', encoder }), 'test.aeconf')), shape);
}

it('gives the output shape of Keras for every kernel, stride, padding and output padding, and refuses what Keras refuses', () => {
  expect(golden.shapes.length).toBeGreaterThan(500);
  const wrong = golden.shapes.filter(([type, settings, size, output]) => {
    const ours = trace([{ type, ...settings }], [size, size, 3]).layers.find(({ part }) => part === 'encoder')?.outputShape ?? null;
    return JSON.stringify(ours) !== JSON.stringify(output);
  });
  expect(wrong).toEqual([]);
});

it('names layers and orders their variables as Keras does', () => {
  const { layers } = trace([
    { type: 'conv2d', filters: 4 }, { type: 'batchNormalization' }, { type: 'maxPooling2d' }, { type: 'conv2dTranspose', filters: 2 },
    { type: 'averagePooling2d' }, { type: 'upSampling2d' }, { type: 'dropout', rate: 0.1 }, { type: 'activation', activation: 'relu' },
    { type: 'conv2d', filters: 4 }, { type: 'flatten' }, { type: 'dense', units: 6 }, { type: 'batchNormalization', center: false },
    { type: 'dense', units: 18 }, { type: 'reshape', targetShape: [3, 3, 2] },
  ], [28, 28, 1]);
  const encoder = layers.filter(({ part }) => part === 'encoder');
  expect(encoder.map(({ name, outputShape }) => [name, outputShape])).toEqual(golden.layers);
  expect(encoder.flatMap(({ parameters }) => parameters).map(({ name, shape, trainable }) => [name.replace('encoder/', ''), shape, trainable]))
    .toEqual(golden.variables.map(([path, ...rest]) => [path.replace(/^sequential\w*\//, ''), ...rest]));
});
