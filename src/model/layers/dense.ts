// Dense: every output is a weighted sum of all inputs.
import type { LayerOf } from '../../spec/schema.ts';
import { ShapeError } from '../errors.ts';
import type { LayerRule } from './rule.ts';
import { inWords } from './rule.ts';

export const dense: LayerRule<'dense'> = {
  stem: 'dense',
  outputShape(layer, input) {
    if (input.length !== 1) {
      throw new ShapeError('needs-vector', `dense needs a vector, its input is ${inWords(input)}.`, 'Put { "type": "flatten" } before it.', { type: 'flatten' });
    }
    return [layer.units];
  },
  weights(layer, input) {
    return [
      { role: 'kernel', shape: [input[0]!, layer.units], initializer: layer.kernelInitializer, learned: true },
      ...(layer.useBias ? [{ role: 'bias', shape: [layer.units], initializer: layer.biasInitializer, learned: true } as const] : []),
    ];
  },
  mirror: (layer, input): LayerOf<'dense'> => ({
    type: 'dense', units: input[0]!, activation: { type: 'linear' }, useBias: layer.useBias,
    kernelInitializer: layer.kernelInitializer, biasInitializer: layer.biasInitializer, trainable: true,
  }),
};
