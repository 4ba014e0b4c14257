// One small graph per operation, with numbers to feed it: used by the tests of gradients and of engines.
import { RandomStream } from '../core/random.ts';
import { sizeOf } from '../core/tensor.ts';
import type { Value } from './ir.ts';
import * as ops from './ops.ts';

export interface OperationCase { readonly shapes: readonly (readonly number[])[]; readonly build: (...leaves: Value[]) => Value; readonly positive?: boolean }

const geometry = { strides: [2, 1], padLow: [1, 0], padHigh: [0, 1] } as const;
const centred = { strides: [2, 2], padLow: [1, 0], padHigh: [1, 1] } as const;
const leftover = { strides: [2, 3], padLow: [0, 1], padHigh: [0, 0] } as const;

const biased = (y: Value, bias: Value): Value => ops.add(y, ops.reshape(bias, [1, bias.shape[0]!, 1, 1]));

export const operationCases: Record<string, OperationCase> = {
  neg: { shapes: [[3]], build: x => ops.neg(x) },
  square: { shapes: [[3]], build: x => ops.square(x) },
  exp: { shapes: [[3]], build: x => ops.exp(x) },
  log: { shapes: [[3]], build: x => ops.log(x), positive: true },
  sqrt: { shapes: [[3]], build: x => ops.sqrt(x), positive: true },
  abs: { shapes: [[5]], build: x => ops.abs(x) },
  sign: { shapes: [[5]], build: x => ops.mul(ops.sign(x), x) },
  erf: { shapes: [[5]], build: x => ops.erf(x) },
  relu: { shapes: [[5]], build: x => ops.relu(x) },
  leakyRelu: { shapes: [[5]], build: x => ops.leakyRelu(x, 0.1) },
  step: { shapes: [[5]], build: x => ops.mul(ops.step(x, 0.5, -2), ops.square(x)) },
  elu: { shapes: [[5]], build: x => ops.elu(x, 1.3) },
  sigmoid: { shapes: [[5]], build: x => ops.sigmoid(x) },
  tanh: { shapes: [[5]], build: x => ops.tanh(x) },
  softplus: { shapes: [[5]], build: x => ops.softplus(x) },
  kthLargest: { shapes: [[3, 5]], build: x => ops.select(ops.greater(ops.kthLargest(x, 2), x), 0, ops.square(x)) },
  'add, stretched': { shapes: [[2, 3], [3]], build: (a, b) => ops.add(a, b) },
  'sub, stretched': { shapes: [[3], [2, 3]], build: (a, b) => ops.sub(a, b) },
  'mul, stretched': { shapes: [[2, 1, 3], [4, 1]], build: (a, b) => ops.mul(a, b) },
  'div, stretched': { shapes: [[2, 3], [2, 1]], build: (a, b) => ops.div(a, b), positive: true },
  max: { shapes: [[4], [4]], build: (a, b) => ops.max(a, b) },
  min: { shapes: [[4], [4]], build: (a, b) => ops.min(a, b) },
  'select and greater': { shapes: [[4], [4]], build: (a, b) => ops.select(ops.greater(a, b), ops.square(a), ops.exp(b)) },
  matmul: { shapes: [[3, 2], [2, 4]], build: (a, b) => ops.matmul(a, b) },
  'matmul, first transposed': { shapes: [[2, 3], [2, 4]], build: (a, b) => ops.matmul(a, b, { transposeA: true }) },
  'matmul, second transposed': { shapes: [[3, 2], [4, 2]], build: (a, b) => ops.matmul(a, b, { transposeB: true }) },
  'matmul, first transposed and large': { shapes: [[5, 9], [5, 1]], build: (a, b) => ops.matmul(a, b, { transposeA: true }) },
  'matmul, both transposed': { shapes: [[2, 3], [4, 2]], build: (a, b) => ops.matmul(a, b, { transposeA: true, transposeB: true }) },
  reduceSum: { shapes: [[2, 3, 2]], build: x => ops.sum(x, [0, 2]) },
  'reduceSum, kept': { shapes: [[2, 3, 2]], build: x => ops.sum(x, [1], true) },
  'reduceSum of a square': { shapes: [[2, 3, 2]], build: x => ops.sum(ops.square(x), [1]) },
  reduceMax: { shapes: [[3, 4]], build: x => ops.reduceMax(x, [1]) },
  reshape: { shapes: [[2, 6]], build: x => ops.reshape(x, [3, 4]) },
  transpose: { shapes: [[2, 3, 4]], build: x => ops.transpose(x, [2, 0, 1]) },
  broadcast: { shapes: [[3, 1]], build: x => ops.broadcastTo(x, [2, 3, 4]) },
  concat: { shapes: [[2, 3], [2, 1]], build: (a, b) => ops.concat([a, b], 1) },
  slice: { shapes: [[5, 4]], build: x => ops.slice(x, [1, 0], [5, 3], [2, 1]) },
  pad: { shapes: [[2, 3]], build: x => ops.pad(x, [1, 0], [0, 2], [2, 1]) },
  conv2d: { shapes: [[2, 2, 5, 4], [3, 2, 3, 2]], build: (x, w) => ops.conv2d(x, w, geometry) },
  'conv2d, rows left over': { shapes: [[1, 1, 6, 6], [2, 1, 3, 2]], build: (x, w) => ops.conv2d(x, w, leftover) },
  'conv2d of one channel': { shapes: [[2, 1, 5, 5], [4, 1, 3, 3]], build: (x, w) => ops.conv2d(x, w, centred) },
  'conv2d of many channels': { shapes: [[2, 5, 5, 4], [3, 5, 3, 3]], build: (x, w) => ops.conv2d(x, w, centred) },
  'conv2d of many channels, rows left over': { shapes: [[1, 4, 6, 7], [2, 4, 3, 2]], build: (x, w) => ops.conv2d(x, w, { ...leftover, strides: [2, 2] }) },
  'conv2d, stride larger than the filter': { shapes: [[1, 4, 6, 6], [2, 4, 2, 1]], build: (x, w) => ops.conv2d(x, w, leftover) },
  'conv2d by points': { shapes: [[2, 4, 3, 3], [2, 4, 1, 1]], build: (x, w) => ops.conv2d(x, w, { strides: [1, 1], padLow: [0, 0], padHigh: [0, 0] }) },
  conv2dInput: { shapes: [[2, 3, 2, 4], [3, 2, 3, 2]], build: (dy, w) => ops.conv2dInput(dy, w, [2, 2, 5, 4], geometry) },
  // Extents that the strides do and do not divide, filters that overlap by one and by two, many and few channels of the result.
  'conv2dInput of many channels': { shapes: [[2, 2, 3, 3], [2, 8, 4, 3]], build: (dy, w) => ops.conv2dInput(dy, w, [2, 8, 6, 5], { strides: [2, 2], padLow: [1, 1], padHigh: [1, 1] }) },
  'conv2dInput of many channels, no strides': { shapes: [[2, 1, 4, 3], [1, 16, 3, 3]], build: (dy, w) => ops.conv2dInput(dy, w, [2, 16, 4, 3], { strides: [1, 1], padLow: [1, 1], padHigh: [1, 1] }) },
  'conv2dInput, folded': { shapes: [[1, 2, 3, 3], [2, 3, 3, 3]], build: (dy, w) => ops.conv2dInput(dy, w, [1, 3, 7, 8], { strides: [2, 3], padLow: [0, 1], padHigh: [0, 0] }) },
  'conv2d and its bias': { shapes: [[2, 3, 5, 4], [4, 3, 3, 2], [4]], build: (x, w, b) => ops.tanh(biased(ops.conv2d(x, w, centred), b)) },
  'conv2d that is wanted with and without its bias': { shapes: [[1, 2, 3, 3], [4, 2, 2, 2], [4]], build: (x, w, b) => {
    const y = ops.conv2d(x, w, centred);
    return ops.mul(biased(y, b), y);
  } },
  'conv2d and its bias, more pixels than are added in one go': { shapes: [[2, 1, 33, 32], [2, 1, 1, 1], [2]], build: (x, w, b) => ops.tanh(biased(ops.conv2d(x, w, { strides: [1, 1], padLow: [0, 0], padHigh: [0, 0] }), b)) },
  'conv2dInput and its bias, a product for each kind of row': { shapes: [[2, 4, 3, 3], [4, 8, 3, 3], [8]], build: (dy, w, b) => ops.tanh(biased(ops.conv2dInput(dy, w, [2, 8, 6, 5], { strides: [2, 2], padLow: [1, 1], padHigh: [1, 1] }), b)) },
  conv2dFilter: { shapes: [[2, 2, 5, 4], [2, 3, 2, 4]], build: (x, dy) => ops.conv2dFilter(x, dy, [3, 2, 3, 2], geometry) },
};

/** What engines do in another way when it is large; too large for finite differences, which the same operation has above. */
export const largeCases: Record<string, OperationCase> = {
  'conv2dInput and its bias, folded': { shapes: [[2, 16, 3, 3], [16, 3, 3, 3], [3]], build: (dy, w, b) => ops.tanh(biased(ops.conv2dInput(dy, w, [2, 3, 6, 6], { strides: [2, 2], padLow: [0, 0], padHigh: [1, 1] }), b)) },
  'conv2dInput and its bias, a product for each kind of pixel': { shapes: [[2, 24, 3, 3], [24, 32, 3, 3], [32]], build: (dy, w, b) => ops.tanh(biased(ops.conv2dInput(dy, w, [2, 32, 6, 5], { strides: [2, 2], padLow: [1, 1], padHigh: [1, 1] }), b)) },
  'the sum of many squares': { shapes: [[90, 784], [1, 784]], build: (x, y) => ops.mean(ops.square(ops.sub(x, y))) },
  'the sum of many squares of long rows': { shapes: [[20, 4096]], build: x => ops.mul(ops.sum(ops.square(x)), 0.001) },
};

/** A scalar that weighs every element differently, so that no error cancels. */
export function weigh(y: Value): Value {
  const weights = Float64Array.from({ length: sizeOf(y.shape) }, (_, i) => Math.sin(i + 1) + 1.5);
  return ops.sum(ops.mul(y, ops.constant(weights, y.shape)));
}

export function leaves({ shapes, positive }: OperationCase): { values: Value[]; feeds: Record<string, Float64Array> } {
  const random = new RandomStream(7, 'sampling');
  const feeds: Record<string, Float64Array> = {};
  const values = shapes.map((shape, i) => {
    feeds[`x${i}`] = Float64Array.from({ length: sizeOf(shape) }, () => (positive ? 0.5 + random.uniform() : random.normal()));
    return ops.input(`x${i}`, shape);
  });
  return { values, feeds };
}
