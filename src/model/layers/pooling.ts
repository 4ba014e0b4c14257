// Layers that make images smaller or larger without learning anything.
import type { LayerOf, LayerSpec } from '../../spec/schema.ts';
import { ShapeError } from '../errors.ts';
import type { Shape } from '../model.ts';
import { checkFits, slidingLength } from './convolution.ts';
import { imageShape, type LayerRule } from './rule.ts';

type Pooling = 'maxPooling2d' | 'averagePooling2d';

function outputShape(layer: LayerOf<Pooling>, input: Shape): Shape {
  const [height, width, channels] = imageShape(layer.type, input);
  const strides = layer.strides ?? layer.poolSize;
  const lengths = [
    slidingLength(height, layer.poolSize[0], strides[0], layer.padding, 0),
    slidingLength(width, layer.poolSize[1], strides[1], layer.padding, 1),
  ];
  checkFits(lengths, input, 'the window', layer.poolSize);
  return [...lengths, channels];
}

function mirror(layer: LayerOf<Pooling>, input: Shape, output: Shape): LayerSpec {
  const size = layer.strides ?? layer.poolSize;
  const restored = [output[0]! * size[0], output[1]! * size[1]];
  if (restored[0] !== input[0] || restored[1] !== input[1]) {
    throw new ShapeError('cannot-mirror', `${layer.type} makes ${output.slice(0, 2).join('×')} of ${input.slice(0, 2).join('×')}, and repeating that ${size.join('×')} times gives ${restored.join('×')}.`,
      `Pool where height and width are multiples of ${size.join(' and ')}, use a conv2d with strides, or write the decoder as a list.`);
  }
  return { type: 'upSampling2d', size };
}

export const maxPooling2d: LayerRule<'maxPooling2d'> = { stem: 'max_pooling2d', outputShape, mirror };
export const averagePooling2d: LayerRule<'averagePooling2d'> = { stem: 'average_pooling2d', outputShape, mirror };

export const upSampling2d: LayerRule<'upSampling2d'> = {
  stem: 'up_sampling2d',
  outputShape(layer, input) {
    const [height, width, channels] = imageShape('upSampling2d', input);
    return [height * layer.size[0], width * layer.size[1], channels];
  },
  mirror: layer => ({ type: 'averagePooling2d', poolSize: layer.size, padding: 'valid' }),
};
