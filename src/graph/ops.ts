// How values are made: one function per operation, which checks its operands and infers the shape. Trivial cases (adding
// zero, reshaping to the same shape) make no operation at all, so that callers need not look out for them.
import { StudioError } from '../core/errors.ts';
import { formatShape, sizeOf } from '../core/tensor.ts';
import { makeValue, type BinaryKind, type ConvGeometry, type UnaryKind, type Value, type ValueType } from './ir.ts';

function fail(message: string): never {
  throw new StudioError('internal', message);
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, i) => extent === b[i]);
}

// ── Leaves ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export function input(name: string, shape: readonly number[], dtype: ValueType = 'float32'): Value {
  return makeValue({ kind: 'input', name }, [], shape, dtype);
}

export function state(name: string, shape: readonly number[]): Value {
  return makeValue({ kind: 'state', name }, [], shape);
}

export function constant(data: Float32Array | Float64Array, shape: readonly number[] = [data.length]): Value {
  if (data.length !== sizeOf(shape)) fail(`A constant of ${data.length} numbers cannot have the shape ${formatShape(shape)}.`);
  return makeValue({ kind: 'constant', data }, [], shape);
}

/** A number, kept in float64 so that a float64 check sees it exactly. */
export function scalar(value: number): Value {
  return constant(Float64Array.of(value), []);
}

/** The number a value is known to be everywhere, if it is a scalar constant. */
function scalarOf(value: Value): number | undefined {
  return value.op.kind === 'constant' && value.shape.length === 0 ? value.op.data[0] : undefined;
}

export type Operand = Value | number;
function lift(operand: Operand): Value {
  return typeof operand === 'number' ? scalar(operand) : operand;
}

// ── Element-wise ────────────────────────────────────────────────────────────────────────────────────────────────────

function unary(kind: UnaryKind, x: Value): Value {
  return makeValue({ kind }, [x], x.shape);
}
export function neg(x: Value): Value {
  const known = scalarOf(x);
  return known === undefined ? unary('neg', x) : scalar(-known);
}
export const square = (x: Value): Value => unary('square', x);
export const exp = (x: Value): Value => unary('exp', x);
export const log = (x: Value): Value => unary('log', x);
export const sqrt = (x: Value): Value => unary('sqrt', x);
export const abs = (x: Value): Value => unary('abs', x);
export const sign = (x: Value): Value => unary('sign', x);
/** The error function. */
export const erf = (x: Value): Value => unary('erf', x);
export const relu = (x: Value): Value => unary('relu', x);
export const sigmoid = (x: Value): Value => unary('sigmoid', x);
export const tanh = (x: Value): Value => unary('tanh', x);
/** log(1 + eˣ), safe for large |x|. */
export const softplus = (x: Value): Value => unary('softplus', x);
export const leakyRelu = (x: Value, slope: number): Value => makeValue({ kind: 'leakyRelu', slope }, [x], x.shape);
export const elu = (x: Value, alpha: number): Value => makeValue({ kind: 'elu', alpha }, [x], x.shape);
/** `above` where x > 0, `below` elsewhere. */
export const step = (x: Value, below: number, above: number): Value => makeValue({ kind: 'step', below, above }, [x], x.shape);
export const stopGradient = (x: Value): Value => makeValue({ kind: 'stopGradient' }, [x], x.shape, x.dtype);

/** x as another type, times `scale`: bytes become numbers in [0, 1] in one pass. */
export function cast(x: Value, dtype: ValueType, scale = 1): Value {
  if (x.dtype === dtype) return mul(x, scale);
  return makeValue({ kind: 'cast', scale }, [x], x.shape, dtype);
}

/** NumPy's broadcasting: axes are aligned at the end, and an extent of 1 stretches. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const m = a[i - rank + a.length] ?? 1;
    const n = b[i - rank + b.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1) fail(`Shapes ${formatShape(a)} and ${formatShape(b)} do not fit together.`);
    return m === 1 ? n : m;
  });
}

function binary(kind: BinaryKind, a: Operand, b: Operand): Value {
  const x = lift(a);
  const y = lift(b);
  return makeValue({ kind }, [x, y], broadcastShape(x.shape, y.shape));
}

export function add(a: Operand, b: Operand): Value {
  const x = lift(a);
  const y = lift(b);
  if (scalarOf(x) === 0) return y;
  if (scalarOf(y) === 0) return x;
  return binary('add', x, y);
}
export function sub(a: Operand, b: Operand): Value {
  const x = lift(a);
  const y = lift(b);
  if (scalarOf(y) === 0) return x;
  return scalarOf(x) === 0 ? neg(y) : binary('sub', x, y);
}
export function mul(a: Operand, b: Operand): Value {
  const x = lift(a);
  const y = lift(b);
  const known = scalarOf(x);
  const factor = scalarOf(y);
  if (known !== undefined && factor !== undefined) return scalar(known * factor);
  if (known !== undefined) return mul(y, x);
  if (factor === undefined) {
    // (x·2)·step(y) is x·(2·step(y)), and the 2 goes into the constants of the step.
    const scaled = x.op.kind === 'mul' && y.op.kind === 'step' ? scalarOf(x.inputs[1]!) : undefined;
    return scaled === undefined ? binary('mul', x, y) : mul(x.inputs[0]!, mul(y, scaled));
  }
  if (factor === 1) return x;
  if (x.op.kind === 'step') return step(x.inputs[0]!, x.op.below * factor, x.op.above * factor);
  // (x·2)·3 is x·6: one pass over the numbers in place of two.
  const inner = x.op.kind === 'mul' ? scalarOf(x.inputs[1]!) : undefined;
  return inner === undefined ? binary('mul', x, y) : mul(x.inputs[0]!, inner * factor);
}
export function div(a: Operand, b: Operand): Value {
  const x = lift(a);
  const y = lift(b);
  return scalarOf(y) === 1 ? x : binary('div', x, y);
}
export const max = (a: Operand, b: Operand): Value => binary('max', a, b);
export const min = (a: Operand, b: Operand): Value => binary('min', a, b);

export function greater(a: Operand, b: Operand): Value {
  const x = lift(a);
  const y = lift(b);
  return makeValue({ kind: 'greater' }, [x, y], broadcastShape(x.shape, y.shape), 'bool');
}

export function select(condition: Value, a: Operand, b: Operand): Value {
  const x = lift(a);
  const y = lift(b);
  if (condition.dtype !== 'bool') fail('select needs a condition.');
  return makeValue({ kind: 'select' }, [condition, x, y], broadcastShape(condition.shape, broadcastShape(x.shape, y.shape)));
}

// ── Products and sums ───────────────────────────────────────────────────────────────────────────────────────────────

export function matmul(a: Value, b: Value, options: { transposeA?: boolean; transposeB?: boolean } = {}): Value {
  const { transposeA = false, transposeB = false } = options;
  if (a.shape.length !== 2 || b.shape.length !== 2) fail(`matmul needs matrices, not ${formatShape(a.shape)} and ${formatShape(b.shape)}.`);
  const [rows, inner] = transposeA ? [a.shape[1]!, a.shape[0]!] : [a.shape[0]!, a.shape[1]!];
  const [innerB, columns] = transposeB ? [b.shape[1]!, b.shape[0]!] : [b.shape[0]!, b.shape[1]!];
  if (inner !== innerB) fail(`matmul cannot join ${formatShape(a.shape)} and ${formatShape(b.shape)}.`);
  return makeValue({ kind: 'matmul', transposeA, transposeB }, [a, b], [rows, columns]);
}

function reduce(kind: 'reduceSum' | 'reduceMax', x: Value, axes: readonly number[], keepDims: boolean): Value {
  if (axes.length === 0) return x;
  const reduced = new Set(axes);
  const shape = keepDims
    ? x.shape.map((extent, i) => (reduced.has(i) ? 1 : extent))
    : x.shape.filter((_, i) => !reduced.has(i));
  return makeValue({ kind, axes: [...axes].sort((p, q) => p - q), keepDims }, [x], shape);
}
/** So many numbers are not added up in one go. */
const LONG_SUM = 1024;

/**
 * A long sum takes one axis after another, the last one first, and a long last axis in pieces: float32 loses digits when thousands
 * of numbers are added to one that grows, most of all when they are alike, as the black of pictures is.
 */
export function sum(x: Value, axes: readonly number[] = x.shape.map((_, i) => i), keepDims = false): Value {
  const last = x.shape.length - 1;
  const pieces = axes.includes(last) ? piecesOf(x.shape[last]!) : 1;
  if (pieces > 1) {
    const apart = sum(reshape(x, [...x.shape.slice(0, last), pieces, x.shape[last]! / pieces]), [...axes, last + 1], keepDims);
    return keepDims ? reshape(apart, apart.shape.slice(0, -1)) : apart;
  }
  const count = axes.reduce((n, axis) => n * x.shape[axis]!, 1);
  const before = count < LONG_SUM ? [] : axes.toSorted((a, b) => b - a).slice(0, -1);
  return reduce('reduceSum', before.reduce((partial, axis) => reduce('reduceSum', partial, [axis], true), x), axes, keepDims);
}

/** Into how many equal parts a sum of that length is cut, each of at most LONG_SUM; 1 where none are equal. */
function piecesOf(length: number): number {
  for (let pieces = Math.ceil(length / LONG_SUM); pieces <= LONG_SUM && pieces > 1; pieces++) if (length % pieces === 0) return pieces;
  return 1;
}

export function reduceMax(x: Value, axes: readonly number[], keepDims = false): Value {
  return reduce('reduceMax', x, axes, keepDims);
}
export function mean(x: Value, axes: readonly number[] = x.shape.map((_, i) => i), keepDims = false): Value {
  const count = axes.reduce((n, axis) => n * x.shape[axis]!, 1);
  return mul(sum(x, axes, keepDims), 1 / count);
}

/** rows × columns → rows × 1: the k-th largest number of each row, as a threshold: no gradient flows through it. */
export function kthLargest(x: Value, k: number): Value {
  if (x.shape.length !== 2 || k < 1 || k > x.shape[1]!) fail(`There is no ${k}-th largest number in rows of ${formatShape(x.shape)}.`);
  return makeValue({ kind: 'kthLargest', k }, [x], [x.shape[0]!, 1]);
}

// ── Shapes ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export function reshape(x: Value, shape: readonly number[]): Value {
  if (sizeOf(shape) !== sizeOf(x.shape)) fail(`${formatShape(x.shape)} cannot be reshaped to ${formatShape(shape)}.`);
  if (sameShape(shape, x.shape)) return x;
  const source = x.op.kind === 'reshape' ? x.inputs[0]! : x;
  return sameShape(shape, source.shape) ? source : makeValue({ kind: 'reshape' }, [source], shape, x.dtype);
}

/** Axis i of the result is axis permutation[i] of x. Moving axes of extent 1 only is a reshape. */
export function transpose(x: Value, permutation: readonly number[]): Value {
  const shape = permutation.map(axis => x.shape[axis]!);
  const moved = permutation.filter(axis => x.shape[axis] !== 1);
  if (moved.every((axis, i) => i === 0 || axis > moved[i - 1]!)) return reshape(x, shape);
  return makeValue({ kind: 'transpose', permutation }, [x], shape, x.dtype);
}

export function broadcastTo(x: Value, shape: readonly number[]): Value {
  if (sameShape(x.shape, shape)) return x;
  if (!sameShape(broadcastShape(x.shape, shape), shape)) fail(`${formatShape(x.shape)} cannot be stretched to ${formatShape(shape)}.`);
  return makeValue({ kind: 'broadcast' }, [x], shape, x.dtype);
}

export function concat(values: readonly Value[], axis: number): Value {
  const first = values[0] ?? fail('Nothing to join.');
  if (values.length === 1) return first;
  const shape = [...first.shape];
  shape[axis] = values.reduce((n, value) => n + value.shape[axis]!, 0);
  return makeValue({ kind: 'concat', axis }, values, shape, first.dtype);
}

/** Elements start, start + stride, ... below end along every axis. */
export function slice(x: Value, starts: readonly number[], ends: readonly number[], strides: readonly number[] = starts.map(() => 1)): Value {
  const shape = starts.map((start, i) => Math.max(0, Math.ceil((ends[i]! - start) / strides[i]!)));
  if (starts.some((start, i) => start < 0 || ends[i]! > x.shape[i]!)) fail(`Slice ${starts.join()} to ${ends.join()} lies outside of ${formatShape(x.shape)}.`);
  if (sameShape(shape, x.shape)) return x;
  return makeValue({ kind: 'slice', starts, ends, strides }, [x], shape, x.dtype);
}

export function pad(
  x: Value, low: readonly number[], high: readonly number[],
  interior: readonly number[] = low.map(() => 0), value = 0,
): Value {
  const shape = x.shape.map((extent, i) => low[i]! + high[i]! + extent + Math.max(0, extent - 1) * interior[i]!);
  if (sameShape(shape, x.shape)) return x;
  return makeValue({ kind: 'pad', low, high, interior, value }, [x], shape, x.dtype);
}

// ── Convolution ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** image batch × in × h × w, filter out × in × kh × kw → batch × out × oh × ow. */
export function conv2d(image: Value, filter: Value, geometry: ConvGeometry): Value {
  const [batch, channels] = image.shape as [number, number];
  const [out, channelsF] = filter.shape as [number, number];
  if (channels !== channelsF) fail(`conv2d cannot join ${formatShape(image.shape)} and ${formatShape(filter.shape)}.`);
  const extent = (axis: 0 | 1): number =>
    Math.floor((image.shape[axis + 2]! + geometry.padLow[axis] + geometry.padHigh[axis] - filter.shape[axis + 2]!) / geometry.strides[axis]) + 1;
  return makeValue({ kind: 'conv2d', ...pick(geometry) }, [image, filter], [batch, out, extent(0), extent(1)]);
}

/** dOutput batch × out × oh × ow, filter out × in × kh × kw → the given image shape, batch × in × h × w. */
export function conv2dInput(dOutput: Value, filter: Value, imageShape: readonly number[], geometry: ConvGeometry): Value {
  if (dOutput.shape[1] !== filter.shape[0]) fail(`conv2dInput cannot join ${formatShape(dOutput.shape)} and ${formatShape(filter.shape)}.`);
  return makeValue({ kind: 'conv2dInput', ...pick(geometry) }, [dOutput, filter], imageShape);
}

/** image batch × in × h × w, dOutput batch × out × oh × ow → the given filter shape, out × in × kh × kw. */
export function conv2dFilter(image: Value, dOutput: Value, filterShape: readonly number[], geometry: ConvGeometry): Value {
  return makeValue({ kind: 'conv2dFilter', ...pick(geometry) }, [image, dOutput], filterShape);
}

function pick({ strides, padLow, padHigh }: ConvGeometry): ConvGeometry {
  return { strides, padLow, padHigh };
}
