// The typed tensor operations a program is made of. A program is a directed graph of immutable values; shapes are static,
// so a whole training step can be checked, differentiated, measured and lowered before anything runs.
// Images are batch × channels × height × width here, the layout every engine's convolutions want.

export type ValueType = 'float32' | 'int32' | 'uint8' | 'bool';

export type UnaryKind =
  | 'neg' | 'square' | 'exp' | 'log' | 'sqrt' | 'abs' | 'sign' | 'erf'
  | 'relu' | 'sigmoid' | 'tanh' | 'softplus';
export type BinaryKind = 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min';

export interface ConvGeometry {
  readonly strides: readonly [number, number];
  readonly padLow: readonly [number, number];
  readonly padHigh: readonly [number, number];
}

export type Op =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'state'; readonly name: string }
  | { readonly kind: 'constant'; readonly data: Float32Array | Float64Array | Int32Array | Uint8Array }
  | { readonly kind: UnaryKind }
  | { readonly kind: 'leakyRelu'; readonly slope: number }
  | { readonly kind: 'elu'; readonly alpha: number }
  /** `above` where x > 0, `below` elsewhere: the slope of a rectifier. */
  | { readonly kind: 'step'; readonly below: number; readonly above: number }
  | { readonly kind: BinaryKind }
  /** Element-wise a > b. */
  | { readonly kind: 'greater' }
  /** Element-wise condition ? a : b. */
  | { readonly kind: 'select' }
  /** To the value's type, then times `scale`. */
  | { readonly kind: 'cast'; readonly scale: number }
  /** The identity, through which no gradient flows. */
  | { readonly kind: 'stopGradient' }
  /** rows × inner times inner × columns; either may be given transposed. */
  | { readonly kind: 'matmul'; readonly transposeA: boolean; readonly transposeB: boolean }
  | { readonly kind: 'reduceSum' | 'reduceMax'; readonly axes: readonly number[]; readonly keepDims: boolean }
  /** rows × columns → rows × 1: the k-th largest number of each row. No gradient flows through. */
  | { readonly kind: 'kthLargest'; readonly k: number }
  | { readonly kind: 'reshape' }
  | { readonly kind: 'transpose'; readonly permutation: readonly number[] }
  | { readonly kind: 'broadcast' }
  | { readonly kind: 'concat'; readonly axis: number }
  | { readonly kind: 'slice'; readonly starts: readonly number[]; readonly ends: readonly number[]; readonly strides: readonly number[] }
  /** Adds `value` before (low), after (high) and between (interior) the elements of each axis. */
  | { readonly kind: 'pad'; readonly low: readonly number[]; readonly high: readonly number[]; readonly interior: readonly number[]; readonly value: number }
  /** Image batch × in × height × width, filter out × in × kernel height × kernel width. */
  | ({ readonly kind: 'conv2d' } & ConvGeometry)
  /** The gradient of conv2d with respect to its image, and so the transposed convolution: (dOutput, filter) → image. */
  | ({ readonly kind: 'conv2dInput' } & ConvGeometry)
  /** The gradient of conv2d with respect to its filter: (image, dOutput) → filter. */
  | ({ readonly kind: 'conv2dFilter' } & ConvGeometry);

export type OpKind = Op['kind'];
export type OpOf<K extends OpKind> = Extract<Op, { kind: K }>;

export interface Value {
  readonly id: number;
  readonly op: Op;
  readonly inputs: readonly Value[];
  readonly shape: readonly number[];
  readonly dtype: ValueType;
}

let lastId = 0;

/** Makes a value; the functions of ops.ts, which check shapes, are the ones to call. */
export function makeValue(op: Op, inputs: readonly Value[], shape: readonly number[], dtype: ValueType = 'float32'): Value {
  return { id: ++lastId, op, inputs, shape, dtype };
}

/** All values the roots depend on, each after its inputs, in a deterministic order. */
export function topologicalOrder(roots: readonly Value[]): Value[] {
  const order: Value[] = [];
  const seen = new Set<Value>();
  const stack: { value: Value; next: number }[] = [];
  for (const root of roots) {
    if (seen.has(root)) continue;
    seen.add(root);
    stack.push({ value: root, next: 0 });
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const input = top.value.inputs[top.next++];
      if (input === undefined) {
        order.push(top.value);
        stack.pop();
      } else if (!seen.has(input)) {
        seen.add(input);
        stack.push({ value: input, next: 0 });
      }
    }
  }
  return order;
}
