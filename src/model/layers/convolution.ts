// Convolutions over images. Output lengths follow Keras 3 (keras/src/ops/operation_utils.py compute_conv_output_shape, and
// backend/common/backend_utils.py for the transposed form); integer padding, which Keras lacks, follows PyTorch.
import type { LayerOf, LayerSpec } from '../../spec/schema.ts';
import { ShapeError } from '../errors.ts';
import type { Shape } from '../model.ts';
import { imageShape, type LayerRule } from './rule.ts';

type Padding = LayerOf<'conv2d'>['padding'];
const axes = [0, 1] as const;
const sides = ['height', 'width'] as const;

/** Output length of a window of `kernel` sliding by `stride` over `input`; below 1 when the window does not fit. */
export function slidingLength(input: number, kernel: number, stride: number, padding: Padding, axis: 0 | 1): number {
  if (padding === 'same') return Math.ceil(input / stride);
  const padded = padding === 'valid' ? input : input + 2 * padding[axis];
  return Math.floor((padded - kernel) / stride) + 1;
}

/** Output length of a transposed convolution. Without `outputPadding`: Keras's rule, and none for integer padding. */
export function transposedLength(input: number, kernel: number, stride: number, padding: Padding, axis: 0 | 1, outputPadding?: number): number {
  const whole = (input - 1) * stride;
  if (padding === 'same') return outputPadding === undefined ? input * stride : whole + (kernel % 2) + outputPadding;
  if (padding === 'valid') return whole + kernel + (outputPadding ?? Math.max(stride - kernel, 0));
  return whole + kernel - 2 * padding[axis] + (outputPadding ?? 0);
}

/** ShapeError when a window does not fit into its input even once. */
export function checkFits(lengths: readonly number[], input: Shape, what: string, window: readonly number[]): void {
  const axis = lengths.findIndex(length => length < 1);
  if (axis === -1) return;
  throw new ShapeError('kernel-too-large', `${what} ${window.join('×')} does not fit into the ${sides[axis]} of its input, ${input.join('×')}.`,
    'Take a smaller one, "padding": "same", or fewer layers that shrink the image before it.');
}

function affine(layer: LayerOf<'conv2d' | 'conv2dTranspose'>) {
  const { kernelSize, strides, padding, useBias, kernelInitializer, biasInitializer } = layer;
  return { kernelSize, strides, padding, activation: { type: 'linear' }, useBias, kernelInitializer, biasInitializer, trainable: true } as const;
}

function weights(layer: LayerOf<'conv2d' | 'conv2dTranspose'>, channels: readonly [number, number]) {
  return [
    { role: 'kernel', shape: [...layer.kernelSize, ...channels], initializer: layer.kernelInitializer, learned: true } as const,
    ...(layer.useBias ? [{ role: 'bias', shape: [layer.filters], initializer: layer.biasInitializer, learned: true } as const] : []),
  ];
}

export const conv2d: LayerRule<'conv2d'> = {
  stem: 'conv2d',
  outputShape(layer, input) {
    const image = imageShape('conv2d', input);
    const lengths = axes.map(axis => slidingLength(image[axis], layer.kernelSize[axis], layer.strides[axis], layer.padding, axis));
    checkFits(lengths, input, 'the kernel', layer.kernelSize);
    return [...lengths, layer.filters];
  },
  weights: (layer, input) => weights(layer, [input[2]!, layer.filters]),
  mirror(layer, input, output): LayerSpec {
    const back: LayerOf<'conv2dTranspose'> = { type: 'conv2dTranspose', filters: input[2]!, ...affine(layer) };
    const length = (axis: 0 | 1, outputPadding?: number) => transposedLength(output[axis]!, layer.kernelSize[axis], layer.strides[axis], layer.padding, axis, outputPadding);
    if (axes.every(axis => length(axis) === input[axis])) return back;
    const outputPadding = axes.map(axis => input[axis]! - length(axis, 0)) as [number, number];
    if (outputPadding.some((padding, axis) => padding < 0 || padding >= layer.strides[axis]!)) {
      throw new ShapeError('cannot-mirror', `no transposed convolution with kernel ${layer.kernelSize.join('×')} and strides ${layer.strides.join('×')} leads from ${output.join('×')} back to ${input.join('×')}.`,
        'Choose an odd kernelSize, or write the decoder as a list.');
    }
    return { ...back, outputPadding };
  },
};

export const conv2dTranspose: LayerRule<'conv2dTranspose'> = {
  stem: 'conv2d_transpose',
  outputShape(layer, input) {
    const image = imageShape('conv2dTranspose', input);
    const lengths = axes.map(axis => transposedLength(image[axis], layer.kernelSize[axis], layer.strides[axis], layer.padding, axis, layer.outputPadding?.[axis]));
    if (lengths.some(length => length < 1)) {
      throw new ShapeError('kernel-too-large', `the padding takes away all of the output, ${lengths.join('×')}.`, 'Take less padding or a larger kernelSize.');
    }
    return [...lengths, layer.filters];
  },
  // Keras: [height, width, out, in].
  weights: (layer, input) => weights(layer, [layer.filters, input[2]!]),
  mirror: (layer, input) => ({ type: 'conv2d', filters: input[2]!, ...affine(layer) }),
};
