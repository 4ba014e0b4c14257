// Operations that are lowered as one, for which ONNX Runtime has a faster way than for each by itself.
import { sizeOf } from '../../core/tensor.ts';
import type { Value } from '../ir.ts';
import { sameNumbers } from '../order.ts';

export interface Patterns {
  /** Squares that are only summed: the sum squares for itself. */
  readonly squares: ReadonlySet<Value>;
  /** A convolution and its bias by their sum, when nothing else needs the convolution: the product adds it. */
  readonly biased: ReadonlyMap<Value, { readonly convolution: Value; readonly bias: Value }>;
  /** Images by their sums over everything but channels, whatever steps these are taken in. */
  readonly pixelSums: ReadonlyMap<Value, Value>;
  /** Tensors by the sums of all their squares, and in how many equal parts these are to be summed. */
  readonly squareSums: ReadonlyMap<Value, { readonly of: Value; readonly parts: number }>;
  /** Values that are no nodes of their own. */
  readonly hidden: ReadonlySet<Value>;
}

export interface PatternOptions {
  readonly forCpu: boolean;
  /** Whether a value is a convolution that is computed as a product. */
  readonly isProduct: (value: Value) => boolean;
}

/** So many rows or pixels are added up in one product with ones, one after another: rounding grows with their number. */
export const MOST_ADDED = 1024;
/** Squares that a product of a vector with itself adds up; it does so in dozens of sums side by side. */
const MOST_SQUARES = 16_384;
/** Fewer are squared and summed row by row as fast. */
const FEWEST_SQUARES = 4 * MOST_SQUARES;

/** @param order all values of a program, operands first. @param roots those that are results, and so are never hidden. */
export function findPatterns(order: readonly Value[], roots: ReadonlySet<Value>, { forCpu, isProduct }: PatternOptions): Patterns {
  const squares = summedSquares(order, roots, forCpu);
  const biased = new Map<Value, { readonly convolution: Value; readonly bias: Value }>();
  const pixelSums = new Map<Value, Value>();
  const squareSums = new Map<Value, { readonly of: Value; readonly parts: number }>();
  const hidden = new Set(squares);
  if (!forCpu) return { squares, biased, pixelSums, squareSums, hidden };
  const uses = new Map<Value, number>();
  for (const operand of order.flatMap(({ inputs }) => inputs)) uses.set(operand, (uses.get(operand) ?? 0) + 1);
  const isInner = (value: Value): boolean => uses.get(value) === 1 && !roots.has(value);
  for (const value of order) {
    const [first, second] = value.inputs as [Value, Value];
    if (value.op.kind === 'add' && isInner(first) && isProduct(first) && sameNumbers(second.shape, [1, first.shape[1]!, 1, 1])) {
      biased.set(value, { convolution: first, bias: second });
      hidden.add(first);
    }
    const squared = stepsOfSquareSum(value, isInner);
    if (squared !== undefined) {
      squareSums.set(value, squared);
      for (const step of squared.inner) hidden.add(step);
      continue;
    }
    const steps = stepsOfPixelSum(value, isInner);
    if (steps === undefined || squares.has(steps.image)) continue;
    pixelSums.set(value, steps.image);
    for (const step of steps.inner) hidden.add(step);
  }
  return { squares, biased, pixelSums, squareSums, hidden };
}

/** On the CPU only those that become a single number: of rows the kernel is twice as slow as a product and a sum. */
function summedSquares(order: readonly Value[], roots: ReadonlySet<Value>, forCpu: boolean): Set<Value> {
  const squares = new Set(order.filter(value => value.op.kind === 'square' && !roots.has(value)));
  for (const value of order) {
    if (value.op.kind !== 'reduceSum' || (forCpu && sizeOf(value.shape) > 1)) for (const operand of value.inputs) squares.delete(operand);
  }
  return squares;
}

/** The tensor whose squares are all summed, in whatever steps: as a product with itself, where it has equal parts of the right size. */
function stepsOfSquareSum(value: Value, isInner: (value: Value) => boolean): { readonly of: Value; readonly parts: number; readonly inner: readonly Value[] } | undefined {
  if (value.op.kind !== 'reduceSum' || sizeOf(value.shape) !== 1) return undefined;
  const inner: Value[] = [];
  let before = value.inputs[0]!;
  while ((before.op.kind === 'reduceSum' || before.op.kind === 'reshape') && isInner(before)) {
    inner.push(before);
    before = before.inputs[0]!;
  }
  const size = sizeOf(before.shape);
  if (before.op.kind !== 'square' || !isInner(before) || size < FEWEST_SQUARES) return undefined;
  for (let parts = Math.ceil(size / MOST_SQUARES); parts <= MOST_ADDED; parts++) {
    if (size % parts === 0) return { of: before.inputs[0]!, parts, inner: [...inner, before] };
  }
  return undefined;
}

/** The image whose pixels and samples are summed, channel by channel, and the sums over some axes that come first (`sum` in ops.ts takes long ones axis by axis). */
function stepsOfPixelSum(value: Value, isInner: (value: Value) => boolean): { readonly image: Value; readonly inner: readonly Value[] } | undefined {
  if (value.op.kind !== 'reduceSum' || value.inputs[0]!.shape.length !== 4) return undefined;
  const axes = new Set(value.op.axes);
  const inner: Value[] = [];
  let image = value.inputs[0]!;
  while (image.op.kind === 'reduceSum' && image.op.keepDims && isInner(image)) {
    inner.push(image);
    for (const axis of image.op.axes) axes.add(axis);
    image = image.inputs[0]!;
  }
  const [, , height, width] = image.shape as [number, number, number, number];
  const channelsStay = !axes.has(1) && [0, 2, 3].every(axis => axes.has(axis) || image.shape[axis] === 1);
  return channelsStay && height * width > 1 && width <= MOST_ADDED ? { image, inner } : undefined;
}
