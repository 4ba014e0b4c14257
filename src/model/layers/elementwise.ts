// Layers that leave the shape as it is: they belong to the layer before them and are mirrored with its shape.
import { formatShape, sizeOf } from '../../core/tensor.ts';
import { ShapeError } from '../errors.ts';
import type { LayerRule } from './rule.ts';

export const activation: LayerRule<'activation'> = { stem: 'activation', outputShape: (_, input) => input };

export const dropout: LayerRule<'dropout'> = { stem: 'dropout', outputShape: (_, input) => input };

export const topK: LayerRule<'topK'> = {
  stem: 'top_k',
  outputShape(layer, input) {
    const features = sizeOf(input);
    if (layer.k <= features) return input;
    throw new ShapeError('size-mismatch', `topK keeps ${layer.k} activations, its input ${formatShape(input)} has ${features}.`, `Write a k of at most ${features}.`);
  },
};

export const batchNormalization: LayerRule<'batchNormalization'> = {
  stem: 'batch_normalization',
  outputShape: (_, input) => input,
  weights(layer, input) {
    const shape = [input.at(-1)!];
    return [
      ...(layer.scale ? [{ role: 'gamma', shape, initializer: { type: 'ones' }, learned: true } as const] : []),
      ...(layer.center ? [{ role: 'beta', shape, initializer: { type: 'zeros' }, learned: true } as const] : []),
      { role: 'movingMean', shape, initializer: { type: 'zeros' }, learned: false },
      { role: 'movingVariance', shape, initializer: { type: 'ones' }, learned: false },
    ];
  },
};
