import { expect, it } from 'vitest';
import { loadSpec, requireSpec } from '../spec/load.ts';
import { buildModel } from './build.ts';
import { codeReach } from './code-reach.ts';

const flatten = { type: 'flatten' };
const dense = (units: number, activation: unknown) => ({ type: 'dense', units, activation });
const reach = (parts: Record<string, unknown>) => codeReach(buildModel(requireSpec(loadSpec(JSON.stringify({ data: 'glyphs', encoder: [flatten], ...parts }), 'test.aeconf')), [28, 28, 1]));

it.each<[string, unknown, unknown]>([
  ['a sigmoid', { type: 'plain', units: 4, activation: 'sigmoid' }, { kind: 'range', activation: 'sigmoid', low: 0, high: 1 }],
  ['a tangent', { type: 'plain', units: 4, activation: 'tanh' }, { kind: 'range', activation: 'tanh', low: -1, high: 1 }],
  ['a rectifier', { type: 'plain', units: 4, activation: 'relu' }, { kind: 'range', activation: 'relu', low: 0 }],
  ['no activation', { type: 'plain', units: 4 }, undefined],
  ['a gaussian latent', { type: 'gaussian', units: 4 }, undefined],
  ['a sphere', { type: 'spherical', units: 4 }, { kind: 'sphere' }],
])('knows what %s can give', (_, latent, expected) => {
  expect(reach({ latent })).toEqual(expected);
});

it('looks through layers that only move numbers, when the output of the encoder is the code', () => {
  expect(reach({ encoder: [flatten, dense(32, 'tanh'), { type: 'reshape', targetShape: [4, 4, 2] }], latent: 'plain', decoder: [flatten, dense(784, 'sigmoid')] })).toMatchObject({ activation: 'tanh' });
  expect(reach({ encoder: [flatten, dense(32, 'sigmoid'), { type: 'batchNormalization' }], latent: 'plain' })).toBeUndefined();
});

it('tells how long the entries of a codebook are', () => {
  expect(reach({ encoder: [flatten, dense(12, 'linear')], latent: { type: 'quantized', codes: 8, dimension: 4 } })).toEqual({ kind: 'entries', size: 4 });
});
