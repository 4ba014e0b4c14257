// Latents that are more than a dense layer: what they learn and what shape their codes have.
import { formatShape } from '../../core/tensor.ts';
import type { LatentLayerSpec, Shape } from '../model.ts';
import { ShapeError } from '../errors.ts';
import { inWords, type LayerRule, type Weight } from './rule.ts';

type WithUnits = Extract<LatentLayerSpec, { units: number }>;

/** Numbers in one entry of a codebook: all channels of a position unless said otherwise. */
export function entrySize(layer: Extract<LatentLayerSpec, { type: 'quantized' }>, input: Shape): number {
  return layer.dimension ?? input.at(-1)!;
}

function vectorOfUnits(layer: WithUnits, input: Shape): Shape {
  if (input.length === 1) return [layer.units];
  throw new ShapeError('needs-vector', `a ${layer.type} latent needs a vector, its input is ${inWords(input)}.`, 'Put { "type": "flatten" } before it.', { type: 'flatten' });
}

/** A dense layer's weights under the roles given. */
function denseWeights(layer: WithUnits, input: Shape, kernel: Weight['role'], bias: Weight['role']): Weight[] {
  return [
    { role: kernel, shape: [input[0]!, layer.units], initializer: layer.kernelInitializer, learned: true },
    ...(layer.useBias ? [{ role: bias, shape: [layer.units], initializer: layer.biasInitializer, learned: true } as const] : []),
  ];
}

const mirror = (layer: WithUnits, input: Shape) => ({
  type: 'dense', units: input[0]!, activation: { type: 'linear' }, useBias: layer.useBias,
  kernelInitializer: layer.kernelInitializer, biasInitializer: layer.biasInitializer, trainable: true,
} as const);

export const gaussian: LayerRule<'gaussian'> = {
  stem: 'latent',
  outputShape: vectorOfUnits,
  weights: (layer, input) => [
    ...denseWeights(layer, input, 'meanKernel', 'meanBias'),
    ...denseWeights(layer, input, 'logVarianceKernel', 'logVarianceBias'),
  ],
  mirror,
};

export const wasserstein: LayerRule<'wasserstein'> = {
  stem: 'latent',
  outputShape: vectorOfUnits,
  weights: (layer, input) => denseWeights(layer, input, 'kernel', 'bias'),
  mirror,
};

export const spherical: LayerRule<'spherical'> = {
  stem: 'latent',
  outputShape: vectorOfUnits,
  weights: (layer, input) => denseWeights(layer, input, 'kernel', 'bias'),
  mirror,
};

export const quantized: LayerRule<'quantized'> = {
  stem: 'latent',
  outputShape(layer, input) {
    const channels = input.at(-1)!;
    if (channels % entrySize(layer, input) === 0) return input;
    throw new ShapeError('size-mismatch', `entries of ${layer.dimension} numbers do not divide the ${channels} ${input.length === 1 ? 'features' : 'channels'} of ${formatShape(input)}.`,
      `Write a dimension that divides ${channels}, or leave it out.`);
  },
  weights(layer, input) {
    const bound = 1 / layer.codes;
    return [
      { role: 'codebook', shape: [layer.codes, entrySize(layer, input)], initializer: { type: 'randomUniform', minval: -bound, maxval: bound }, learned: false },
      { role: 'uses', shape: [layer.codes], initializer: { type: 'zeros' }, learned: false },
    ];
  },
};
