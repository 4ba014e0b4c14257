// What each layer computes. One entry per layer type, beside its schema (src/spec/schema.ts) and its shapes and parameters
// (src/model/layers.ts). Images are batch × channels × height × width here; kernels come in Keras's shapes.
import type { ModelLayer, ModelLayerType, ParameterRole, Shape } from '../model/model.ts';
import { sizeOf } from '../core/tensor.ts';
import { StudioError } from '../core/errors.ts';
import { activate } from './activations.ts';
import type { ConvGeometry, Value } from './ir.ts';
import type { Forward, LayerContext } from './layer-context.ts';
import { gaussian, quantized, spherical, wasserstein } from './latents.ts';
import * as ops from './ops.ts';

/** Axis of features: 1 both for vectors (batch × features) and for images (batch × channels × height × width). */
const FEATURES = 1;

/** [height, width, channels] → [channels, height, width]; other shapes stay. */
export function graphShape(shape: Shape): number[] {
  return shape.length === 3 ? [shape[2]!, shape[0]!, shape[1]!] : [...shape];
}

/** batch × features in channels-last order → the layout of the graph. */
export function fromFlat(x: Value, shape: Shape): Value {
  const batch = x.shape[0]!;
  return shape.length === 3 ? ops.transpose(ops.reshape(x, [batch, ...shape]), [0, 3, 1, 2]) : ops.reshape(x, [batch, ...shape]);
}

/** The reverse: batch × features, channels last. */
export function toFlat(x: Value, shape: Shape): Value {
  const batch = x.shape[0]!;
  return ops.reshape(shape.length === 3 ? ops.transpose(x, [0, 2, 3, 1]) : x, [batch, sizeOf(shape)]);
}

const forwards: { [T in ModelLayerType]: Forward<T> } = {
  gaussian, quantized, spherical, wasserstein,

  dense(spec, x, context) {
    const product = ops.matmul(x, context.parameter('kernel'));
    return activate(spec.activation, spec.useBias ? ops.add(product, context.parameter('bias')) : product, FEATURES);
  },

  conv2d(spec, x, context) {
    const { layer } = context;
    const filter = ops.transpose(context.parameter('kernel'), [3, 2, 0, 1]);   // h × w × in × out → out × in × h × w
    const geometry = convGeometry(layer.inputShape, layer.outputShape, spec.kernelSize, spec.strides, spec.padding);
    return activate(spec.activation, withChannelBias(ops.conv2d(x, filter, geometry), spec.useBias, context), FEATURES);
  },

  conv2dTranspose(spec, x, context) {
    const { layer } = context;
    // The convolution that would lead from this layer's output back to its input; h × w × out × in → in × out × h × w.
    const filter = ops.transpose(context.parameter('kernel'), [3, 2, 0, 1]);
    const geometry = convGeometry(layer.outputShape, layer.inputShape, spec.kernelSize, spec.strides, spec.padding);
    const image = ops.conv2dInput(x, filter, [x.shape[0]!, ...graphShape(layer.outputShape)], geometry);
    return activate(spec.activation, withChannelBias(image, spec.useBias, context), FEATURES);
  },

  flatten: (_spec, x, { layer }) => toFlat(x, layer.inputShape),

  reshape: (_spec, x, { layer }) => fromFlat(toFlat(x, layer.inputShape), layer.outputShape),

  activation: (spec, x) => activate(spec.activation, x, FEATURES),

  dropout(spec, x, context) {
    if (context.mode !== 'train' || spec.rate === 0) return x;
    const keep = context.random({ kind: 'keep', probability: 1 - spec.rate }, x.shape.slice(1));
    return ops.mul(x, ops.cast(keep, 'float32', 1 / (1 - spec.rate)));
  },

  batchNormalization(spec, x, context) {
    const perFeature = (value: Value): Value => ops.reshape(value, x.shape.map((extent, axis) => (axis === FEATURES ? extent : 1)));
    // Keras runs a frozen batch normalisation by its moving averages, in training as well.
    const byBatch = context.mode === 'train' && spec.trainable;
    const axes = x.shape.map((_, axis) => axis).filter(axis => axis !== FEATURES);
    const mean = byBatch ? ops.mean(x, axes, true) : perFeature(context.parameter('movingMean'));
    const centered = ops.sub(x, mean);
    const variance = byBatch ? ops.mean(ops.square(centered), axes, true) : perFeature(context.parameter('movingVariance'));
    if (byBatch) {
      context.hold(mean);
      context.hold(variance);
      const move = (role: ParameterRole, batchValue: Value): void => {
        const moving = context.parameter(role);
        const now = ops.reshape(batchValue, moving.shape);
        context.update(role, ops.add(ops.mul(moving, spec.momentum), ops.mul(now, 1 - spec.momentum)));
      };
      move('movingMean', mean);
      move('movingVariance', variance);
    }
    let factor = ops.div(1, ops.sqrt(ops.add(variance, spec.epsilon)));
    if (spec.scale) factor = ops.mul(factor, perFeature(context.parameter('gamma')));
    const normalized = ops.mul(centered, factor);
    return spec.center ? ops.add(normalized, perFeature(context.parameter('beta'))) : normalized;
  },

  topK(spec, x) {
    const flat = ops.reshape(x, [x.shape[0]!, sizeOf(x.shape.slice(1))]);
    return ops.reshape(ops.select(ops.greater(ops.kthLargest(flat, spec.k), flat), 0, flat), x.shape);
  },

  maxPooling2d(spec, x, { layer }) {
    return windows(x, layer, spec.poolSize, spec.strides ?? spec.poolSize, spec.padding, -Infinity).reduce((a, b) => ops.max(a, b));
  },

  averagePooling2d(spec, x, { layer }) {
    const strides = spec.strides ?? spec.poolSize;
    const total = windows(x, layer, spec.poolSize, strides, spec.padding, 0).reduce((a, b) => ops.add(a, b));
    return ops.mul(total, windowShare(layer, spec.poolSize, strides, spec.padding));
  },

  upSampling2d(spec, x) {
    const [batch, channels, height, width] = x.shape as [number, number, number, number];
    const [down, across] = spec.size;
    const apart = ops.reshape(x, [batch, channels, height, 1, width, 1]);
    return ops.reshape(ops.broadcastTo(apart, [batch, channels, height, down, width, across]), [batch, channels, height * down, width * across]);
  },
};

/** Applies one layer to x, which has the layout of the graph. */
export function forward(x: Value, context: LayerContext): Value {
  const { spec } = context.layer;
  const apply = forwards[spec.type] as Forward<ModelLayerType>;
  return apply(spec, x, context);
}

function withChannelBias(image: Value, useBias: boolean, context: LayerContext): Value {
  if (!useBias) return image;
  const bias = context.parameter('bias');
  return ops.add(image, ops.reshape(bias, [1, bias.shape[0]!, 1, 1]));
}

type Pair = readonly [number, number];
type Padding = 'valid' | 'same' | readonly [number, number];

/** Rows or columns added before and after, by TensorFlow's rule for "same": the odd one comes last. */
function paddingOf(padding: Padding, axis: 0 | 1, inputExtent: number, outputExtent: number, window: number, stride: number): Pair {
  if (padding === 'valid') return [0, 0];
  if (padding !== 'same') return [padding[axis], padding[axis]];
  const total = Math.max((outputExtent - 1) * stride + window - inputExtent, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** Geometry of the convolution from `from` to `to`, both [height, width, channels]. */
function convGeometry(from: Shape, to: Shape, kernelSize: Pair, strides: Pair, padding: Padding): ConvGeometry {
  const [top, bottom] = paddingOf(padding, 0, from[0]!, to[0]!, kernelSize[0], strides[0]);
  const [left, right] = paddingOf(padding, 1, from[1]!, to[1]!, kernelSize[1], strides[1]);
  return { strides, padLow: [top, left], padHigh: [bottom, right] };
}

/** The image once for each position in the pooling window, row by row: element (i, j) of entry k is the k-th value of window (i, j). */
function windows(x: Value, layer: ModelLayer, poolSize: Pair, strides: Pair, padding: Padding, fill: number): Value[] {
  const { padLow, padHigh } = convGeometry(layer.inputShape, layer.outputShape, poolSize, strides, padding);
  const padded = ops.pad(x, [0, 0, ...padLow], [0, 0, ...padHigh], [0, 0, 0, 0], fill);
  const [height, width] = layer.outputShape as [number, number];
  const [batch, channels] = x.shape as [number, number];
  const result: Value[] = [];
  for (let i = 0; i < poolSize[0]; i++) {
    for (let j = 0; j < poolSize[1]; j++) {
      const ends = [batch, channels, i + (height - 1) * strides[0] + 1, j + (width - 1) * strides[1] + 1];
      result.push(ops.slice(padded, [0, 0, i, j], ends, [1, 1, ...strides]));
    }
  }
  if (result.length === 0) throw new StudioError('internal', 'A pooling window is empty.');
  return result;
}

/** 1 / (values of the window that lie inside the image), height × width: padding does not count in an average. */
function windowShare(layer: ModelLayer, poolSize: Pair, strides: Pair, padding: Padding): Value {
  const { padLow } = convGeometry(layer.inputShape, layer.outputShape, poolSize, strides, padding);
  const [height, width] = layer.outputShape as [number, number];
  const inside = (axis: 0 | 1, at: number): number => {
    const start = at * strides[axis] - padLow[axis];
    return Math.min(start + poolSize[axis], layer.inputShape[axis]!) - Math.max(start, 0);
  };
  const share = Float64Array.from({ length: height * width }, (_, i) => 1 / (inside(0, Math.floor(i / width)) * inside(1, i % width)));
  return ops.constant(share, [height, width]);
}
