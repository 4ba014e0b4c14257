// Layers that leave the shape as it is: they belong to the layer before them and are mirrored with its shape.
import type { LayerRule } from './rule.ts';

export const activation: LayerRule<'activation'> = { stem: 'activation', outputShape: (_, input) => input };

export const dropout: LayerRule<'dropout'> = { stem: 'dropout', outputShape: (_, input) => input };

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
