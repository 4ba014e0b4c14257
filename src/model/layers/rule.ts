// What the model needs to know of a layer type: its name, what shape it gives, what it learns, and what undoes it.
import { formatShape } from '../../core/tensor.ts';
import type { InitializerSpec, LayerSpec } from '../../spec/schema.ts';
import { ShapeError } from '../errors.ts';
import type { ModelLayerOf, ModelLayerType, ParameterRole, Shape } from '../model.ts';

/** A parameter before it has a name and a part. */
export interface Weight {
  readonly role: ParameterRole;
  readonly shape: Shape;
  readonly initializer: InitializerSpec;
  /** false for statistics, such as moving averages: they are not changed by gradients. */
  readonly learned: boolean;
}

export interface LayerRule<T extends ModelLayerType = ModelLayerType> {
  /** Keras's stem for names made from the type: "batch_normalization". */
  readonly stem: string;
  /** Throws ShapeError when the layer cannot take that input. */
  outputShape(layer: ModelLayerOf<T>, input: Shape): Shape;
  /** In Keras's order of variables. */
  weights?(layer: ModelLayerOf<T>, input: Shape): readonly Weight[];
  /**
   * The layer that restores `input` from `output`; `undefined` for a layer that changes no shape and belongs to the one before it.
   * Throws ShapeError when the shape cannot be restored.
   */
  readonly mirror?: (layer: ModelLayerOf<T>, input: Shape, output: Shape) => LayerSpec;
}

/** Height, width and channels of an image, or a ShapeError. */
export function imageShape(type: ModelLayerType, input: Shape): readonly [height: number, width: number, channels: number] {
  const [height, width, channels] = input;
  if (input.length === 3) return [height!, width!, channels!];
  throw new ShapeError('needs-image', `${type} needs an image of height × width × channels, its input is ${inWords(input)}.`,
    `Put a reshape before it, for example { "type": "reshape", "targetShape": ${reshapeExample(input)} }.`);
}

/** "a vector of 784" or "28×28×1". */
export function inWords(shape: Shape): string {
  return shape.length === 1 ? `a vector of ${shape[0]}` : formatShape(shape);
}

function reshapeExample(input: Shape): string {
  const size = input.reduce((product, extent) => product * extent, 1);
  // The most square image: as many pixels as a square number divides.
  let side = 1;
  for (let s = 2; s * s <= size; s++) if (size % (s * s) === 0) side = s;
  return `[${side}, ${side}, ${size / (side * side)}]`;
}
