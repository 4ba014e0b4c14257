// Which weights make a picture, and which weight is which pixel. A dense unit that sees an image has one weight for each of its pixels, in the
// order in which the image is flattened (channels last); one that draws an image, too. A filter has a small picture for each channel.
import { formatShape, sizeOf } from '../core/tensor.ts';
import type { Model, ModelLayer, ModelLayerType, Parameter, ParameterRole, Shape } from './model.ts';

/** How the numbers of a kernel lie in its pictures: number (unit, y, x, channel) is at the sum of its strides. */
export interface PicturePlan {
  /** What there is one picture of: "unit", "filter", "input". */
  readonly unit: string;
  /** What the pictures show, in a sentence. */
  readonly says: string;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** The channels are red, green and blue. */
  readonly colors?: true;
  /** Distances in the kernel's numbers. */
  readonly strides: { readonly unit: number; readonly y: number; readonly x: number; readonly channel: number };
}

/** Parameters that weigh their inputs. */
const weighing: ReadonlySet<ParameterRole> = new Set(['kernel', 'meanKernel', 'logVarianceKernel', 'codebook']);
/** Layers that leave every number where it is. */
const keepingOrder: ReadonlySet<ModelLayerType> = new Set(['flatten', 'reshape', 'activation', 'dropout', 'batchNormalization', 'topK']);
/** A matrix that is no picture is drawn whole up to this size. */
const MATRIX = 512;

/** The pictures of a layer's kernel; undefined where it has none that say something. */
export function picturePlan(model: Pick<Model, 'inputShape' | 'layers'>, layer: ModelLayer, parameter: Parameter): PicturePlan | undefined {
  const { shape, role } = parameter;
  if (!weighing.has(role)) return undefined;
  if (shape.length === 4) {
    const drawing = layer.spec.type === 'conv2dTranspose';
    return colored(filters(layer, shape), isSample(model, layer, drawing ? layer.outputShape : layer.inputShape, drawing ? 'after' : 'before'));
  }
  if (role !== 'codebook') {
    const before = imageBefore(model, layer);
    if (before !== undefined && sizeOf(before) === shape[0]) {
      const sample = isSample(model, layer, before, 'before');
      return colored(receptiveFields(shape, before, sample), sample);
    }
    const after = imageAfter(model, layer);
    if (after !== undefined && sizeOf(after) === shape[1]) {
      const sample = isSample(model, layer, after, 'after');
      return colored(drawnImages(shape, after, sample), sample);
    }
  }
  return matrix(shape, role === 'codebook');
}

/** Three channels of a sample are its colours. */
function colored(plan: PicturePlan, sample: boolean): PicturePlan {
  return sample && plan.channels === 3 ? { ...plan, colors: true } : plan;
}

function filters({ spec, inputShape }: ModelLayer, [height = 1, width = 1, first = 1, second = 1]: Shape): PicturePlan {
  const [y, x] = [width * first * second, first * second];
  if (spec.type === 'conv2dTranspose') {
    // h × w × out × in: what one channel of the input puts on each channel of the output.
    return { unit: 'channel', says: `What each of ${second} channels draws, ${height}×${width}, where it is active.`, count: second, height, width, channels: first, strides: { unit: 1, y, x, channel: second } };
  }
  return { unit: 'filter', says: `What each of ${second} filters looks for, ${height}×${width}${inputShape[2] === 1 ? '' : `, in each of ${first} channels`}.`, count: second, height, width, channels: first, strides: { unit: 1, y, x, channel: second } };
}

/** inputs × units: a column is a unit. */
function receptiveFields([, units = 1]: Shape, image: Shape, sample: boolean): PicturePlan {
  const [height = 1, width = 1, channels = 1] = image;
  return {
    unit: 'unit', says: `What each unit looks for in ${sample ? 'the input' : `its input of ${formatShape(image)}`}.`, count: units, height, width, channels,
    strides: { unit: 1, y: width * channels * units, x: channels * units, channel: units },
  };
}

/** inputs × units: a row is what one input adds to all outputs. */
function drawnImages([inputs = 1, outputs = 1]: Shape, image: Shape, sample: boolean): PicturePlan {
  const [height = 1, width = 1, channels = 1] = image;
  return {
    unit: 'input', says: `What each number that comes in adds to ${sample ? 'the reconstruction' : `an output of ${formatShape(image)}`}, before the activation.`, count: inputs, height, width, channels,
    strides: { unit: outputs, y: width * channels, x: channels, channel: 1 },
  };
}

function matrix([height = 1, width = 1]: Shape, codebook: boolean): PicturePlan | undefined {
  if (height > MATRIX || width > MATRIX) return undefined;
  const says = codebook ? 'One entry of the codebook in each row.' : 'The matrix: one input in each row, one unit in each column.';
  return { unit: 'matrix', says, count: 1, height, width, channels: 1, strides: { unit: 0, y: width, x: 1, channel: 0 } };
}

/** The nearest image before a layer, in whose order its inputs lie. */
function imageBefore({ layers }: Pick<Model, 'layers'>, layer: ModelLayer): Shape | undefined {
  for (let i = layers.indexOf(layer) - 1; i >= 0 && keepingOrder.has(layers[i]!.spec.type); i--) {
    if (layers[i]!.inputShape.length === 3) return layers[i]!.inputShape;
  }
  return undefined;
}

/** The nearest image after a layer, in whose order its outputs lie; after the last layer that is the sample. */
function imageAfter({ inputShape, layers }: Pick<Model, 'inputShape' | 'layers'>, layer: ModelLayer): Shape | undefined {
  let i = layers.indexOf(layer) + 1;
  for (; i < layers.length && keepingOrder.has(layers[i]!.spec.type); i++) {
    if (layers[i]!.outputShape.length === 3) return layers[i]!.outputShape;
  }
  return i === layers.length && inputShape.length === 3 ? inputShape : undefined;
}

/** Whether nothing but layers that keep the order stand between a layer and the model's own input or output. */
function isSample({ inputShape, layers }: Pick<Model, 'inputShape' | 'layers'>, layer: ModelLayer, image: Shape, side: 'before' | 'after'): boolean {
  if (formatShape(image) !== formatShape(inputShape)) return false;
  const at = layers.indexOf(layer);
  return (side === 'before' ? layers.slice(0, at) : layers.slice(at + 1)).every(({ spec }) => keepingOrder.has(spec.type));
}

export interface Cut {
  /** Which units, in the order shown. */
  readonly units: Uint32Array<ArrayBuffer>;
  /** Length of the weight vector of each unit shown. */
  readonly norms: Float32Array<ArrayBuffer>;
  /** Channels shown of each. */
  readonly channels: number;
  /** units × channels × height × width. */
  readonly values: Float32Array<ArrayBuffer>;
}

/** Numbers that all pictures of a kernel may have together. */
export const MOST_NUMBERS = 2_000_000;
/** Pictures side by side. */
export const MOST_UNITS = 1024;
/** Channels of one unit: beyond that nobody sees anything. */
export const MOST_CHANNELS = 64;

/** The pictures, in order of their units or the strongest first; as many as can be looked at. */
export function cutPictures(kernel: Float32Array, plan: PicturePlan, order: 'unit' | 'norm'): Cut {
  const { count, height, width, strides } = plan;
  const norms = unitNorms(kernel, plan);
  const sorted = Uint32Array.from({ length: count }, (_, unit) => unit);
  if (order === 'norm') sorted.sort((a, b) => norms[b]! - norms[a]! || a - b);
  const channels = Math.min(plan.channels, MOST_CHANNELS);
  const size = channels * height * width;
  const units = sorted.slice(0, Math.max(1, Math.min(count, MOST_UNITS, Math.floor(MOST_NUMBERS / size))));
  const values = new Float32Array(units.length * size);
  let at = 0;
  for (const unit of units) {
    for (let channel = 0; channel < channels; channel++) {
      for (let y = 0; y < height; y++) {
        const row = unit * strides.unit + channel * strides.channel + y * strides.y;
        for (let x = 0; x < width; x++) values[at++] = kernel[row + x * strides.x]!;
      }
    }
  }
  return { units, norms: Float32Array.from(units, unit => norms[unit]!), channels, values };
}

function unitNorms(kernel: Float32Array, { count, height, width, channels, strides }: PicturePlan): Float64Array {
  const squares = new Float64Array(count);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < channels; channel++) {
        const at = y * strides.y + x * strides.x + channel * strides.channel;
        for (let unit = 0; unit < count; unit++) squares[unit]! += kernel[at + unit * strides.unit]! ** 2;
      }
    }
  }
  return squares.map(Math.sqrt);
}
