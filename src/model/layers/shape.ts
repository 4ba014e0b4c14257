// Layers that only give numbers another shape.
import { sizeOf } from '../../core/tensor.ts';
import type { LayerSpec } from '../../spec/schema.ts';
import { ShapeError } from '../errors.ts';
import type { Shape } from '../model.ts';
import { inWords, type LayerRule } from './rule.ts';

function into(shape: Shape): LayerSpec {
  return shape.length === 1 ? { type: 'flatten' } : { type: 'reshape', targetShape: [...shape] };
}

export const flatten: LayerRule<'flatten'> = {
  stem: 'flatten',
  outputShape: (_, input) => [sizeOf(input)],
  mirror: (_, input) => into(input),
};

export const reshape: LayerRule<'reshape'> = {
  stem: 'reshape',
  outputShape(layer, input) {
    if (sizeOf(layer.targetShape) !== sizeOf(input)) {
      throw new ShapeError('size-mismatch', `reshape to ${inWords(layer.targetShape)} needs ${sizeOf(layer.targetShape)} numbers, its input is ${inWords(input)}${input.length === 1 ? '' : `, ${sizeOf(input)} numbers`}.`,
        'Choose a targetShape with as many numbers, or change the layer before it.');
    }
    return layer.targetShape;
  },
  mirror: (_, input) => into(input),
};
