// Reverse-mode differentiation (Griewank and Walther, "Evaluating Derivatives", 2008): the gradient of a scalar is built
// from the same operations as the scalar itself, so it can be differentiated again.
import { StudioError, unreachable } from '../core/errors.ts';
import { sizeOf } from '../core/tensor.ts';
import { topologicalOrder, type OpKind, type Value } from './ir.ts';
import * as ops from './ops.ts';
import { add, broadcastTo, div, exp, greater, mul, neg, reshape, select, sigmoid, sub, sum, transpose } from './ops.ts';

// A cotangent may be smaller than its value where it would only be stretched: the gradient of a mean is one number, and
// element-wise operations stretch it for nothing. Operations that mix elements get it whole.

/**
 * d y / d x for every x of `withRespectTo`; y must be a scalar. An x that y does not depend on gets zeros.
 * @param held values taken for constants, whatever they depend on.
 */
export function gradient(y: Value, withRespectTo: readonly Value[], held: ReadonlySet<Value> = new Set()): Value[] {
  if (y.shape.length !== 0) throw new StudioError('internal', 'Only a scalar has a gradient.');
  const needed = dependents(y, withRespectTo, held);
  const order = topologicalOrder([y]);
  const cotangents = new Map<Value, Value>([[y, ops.scalar(1)]]);
  for (let i = order.length - 1; i >= 0; i--) {
    const value = order[i]!;
    const cotangent = cotangents.get(value);
    if (cotangent === undefined || !needed.has(value) || value.inputs.length === 0) continue;
    const wanted = value.inputs.map(operand => needed.has(operand));
    const contributions = pullback(value, cotangent, wanted);
    value.inputs.forEach((operand, k) => {
      const contribution = contributions[k];
      if (!wanted[k] || contribution === undefined) return;
      const before = cotangents.get(operand);
      cotangents.set(operand, before === undefined ? contribution : add(before, contribution));
    });
  }
  return withRespectTo.map(x => broadcastTo(cotangents.get(x) ?? ops.scalar(0), x.shape));
}

/** The values between the leaves we differentiate by and y. */
function dependents(y: Value, leaves: readonly Value[], held: ReadonlySet<Value>): Set<Value> {
  const needed = new Set(leaves);
  for (const value of topologicalOrder([y])) {
    if (value.op.kind !== 'stopGradient' && !held.has(value) && value.inputs.some(operand => needed.has(operand))) needed.add(value);
  }
  return needed;
}

/** Operations that take a cotangent as small as it comes, when no operand is stretched. */
const elementwise = new Set<OpKind>([
  'neg', 'square', 'exp', 'log', 'sqrt', 'abs', 'erf', 'relu', 'leakyRelu', 'elu', 'sigmoid', 'tanh', 'softplus',
  'add', 'sub', 'mul', 'div', 'max', 'min', 'select',
]);

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, i) => extent === b[i]);
}

/** Sums a cotangent over the axes along which its operand was stretched. */
function unbroadcast(cotangent: Value, shape: readonly number[]): Value {
  const extra = cotangent.shape.length - shape.length;
  const axes = cotangent.shape.map((_, i) => i).filter(i => i < extra || (shape[i - extra] === 1 && cotangent.shape[i] !== 1));
  // Smaller than the operand already: nothing was stretched on the way.
  if (axes.length === 0) return cotangent;
  const summed = sum(cotangent, axes);
  return sizeOf(summed.shape) === sizeOf(shape) ? reshape(summed, shape) : summed;
}

/** What each input of `y` contributes to the gradient, given d loss / d y. Entries that are not wanted may be undefined. */
function pullback(y: Value, small: Value, wanted: readonly boolean[]): (Value | undefined)[] {
  const { op } = y;
  const [a, b, c] = y.inputs as [Value, Value, Value];
  const dy = elementwise.has(op.kind) && y.inputs.every(operand => sameShape(operand.shape, y.shape) || operand.shape.length === 0 && operand.op.kind === 'constant')
    ? small
    : broadcastTo(small, y.shape);
  const both = (da: () => Value, db: () => Value): (Value | undefined)[] => [
    wanted[0] ? unbroadcast(da(), a.shape) : undefined,
    wanted[1] ? unbroadcast(db(), b.shape) : undefined,
  ];
  switch (op.kind) {
    case 'neg': return [neg(dy)];
    case 'square': return [mul(mul(dy, 2), a)];
    case 'exp': return [mul(dy, y)];
    case 'log': return [div(dy, a)];
    case 'sqrt': return [div(mul(dy, 0.5), y)];
    case 'abs': return [mul(dy, ops.sign(a))];
    case 'erf': return [mul(dy, mul(exp(neg(mul(a, a))), 2 / Math.sqrt(Math.PI)))];
    // By the sign of the result, which is that of the operand: nobody needs the operand then, and a product applies the rectifier itself.
    case 'relu': return [mul(dy, ops.step(y, 0, 1))];
    case 'leakyRelu': return [mul(dy, ops.step(op.slope > 0 ? y : a, op.slope, 1))];
    // 1 at zero, as TensorFlow's Elu and Selu have it; the black border of a picture is nothing but zeros until a bias is learned.
    case 'elu': return [select(greater(0, a), mul(dy, add(y, op.alpha)), dy)];
    case 'sigmoid': return [mul(dy, mul(y, sub(1, y)))];
    case 'tanh': return [mul(dy, sub(1, mul(y, y)))];
    case 'softplus': return [mul(dy, sigmoid(a))];
    case 'add': return both(() => dy, () => dy);
    case 'sub': return [wanted[0] ? unbroadcast(dy, a.shape) : undefined, wanted[1] ? neg(unbroadcast(dy, b.shape)) : undefined];
    case 'mul': return both(() => mul(dy, b), () => mul(dy, a));
    case 'div': return both(() => div(dy, b), () => neg(div(mul(dy, y), b)));
    // Where both are equal the first one gets the gradient, as the first maximum of a pooling window does in TensorFlow.
    case 'max': return both(() => select(greater(b, a), 0, dy), () => select(greater(b, a), dy, 0));
    case 'min': return both(() => select(greater(a, b), 0, dy), () => select(greater(a, b), dy, 0));
    case 'select': return [
      undefined,
      wanted[1] ? unbroadcast(select(a, dy, 0), b.shape) : undefined,
      wanted[2] ? unbroadcast(select(a, 0, dy), c.shape) : undefined,
    ];
    case 'matmul': return [
      wanted[0] ? matmulLeft(op, a, b, dy) : undefined,
      wanted[1] ? matmulRight(op, a, b, dy) : undefined,
    ];
    case 'reduceSum': return [small.shape.length === 0 ? small : reshape(dy, kept(a.shape, op.axes))];
    case 'reduceMax': {
      // Shared between equal maxima.
      const peak = reshape(y, kept(a.shape, op.axes));
      const hit = select(greater(peak, a), 0, broadcastTo(ops.scalar(1), a.shape));
      return [mul(div(hit, sum(hit, op.axes, true)), reshape(dy, kept(a.shape, op.axes)))];
    }
    case 'reshape': return [reshape(dy, a.shape)];
    case 'transpose': return [transpose(dy, inverse(op.permutation))];
    case 'broadcast': return [unbroadcast(dy, a.shape)];
    case 'concat': {
      let start = 0;
      return y.inputs.map((part, k) => {
        const from = start;
        start += part.shape[op.axis]!;
        if (!wanted[k]) return undefined;
        const starts = dy.shape.map((_, i) => (i === op.axis ? from : 0));
        const ends = dy.shape.map((extent, i) => (i === op.axis ? from + part.shape[op.axis]! : extent));
        return ops.slice(dy, starts, ends);
      });
    }
    case 'slice': {
      const interior = op.strides.map(stride => stride - 1);
      const high = a.shape.map((extent, i) => extent - op.starts[i]! - ((y.shape[i]! - 1) * op.strides[i]! + 1));
      return [ops.pad(dy, op.starts, high, interior)];
    }
    case 'pad': {
      const strides = op.interior.map(gap => gap + 1);
      const ends = a.shape.map((extent, i) => op.low[i]! + (extent - 1) * strides[i]! + 1);
      return [ops.slice(dy, op.low, ends, strides)];
    }
    // A convolution is linear in image and filter, and each of its gradients is linear in the other two: three operations close the circle.
    case 'conv2d': return [
      wanted[0] ? ops.conv2dInput(dy, b, a.shape, op) : undefined,
      wanted[1] ? ops.conv2dFilter(a, dy, b.shape, op) : undefined,
    ];
    case 'conv2dInput': return [
      wanted[0] ? ops.conv2d(dy, b, op) : undefined,
      wanted[1] ? ops.conv2dFilter(dy, a, b.shape, op) : undefined,
    ];
    case 'conv2dFilter': return [
      wanted[0] ? ops.conv2dInput(b, dy, a.shape, op) : undefined,
      wanted[1] ? ops.conv2d(a, dy, op) : undefined,
    ];
    case 'sign': case 'step': case 'greater': case 'kthLargest': case 'cast': case 'stopGradient': case 'input': case 'state': case 'constant':
      return y.inputs.map(() => undefined);
    default: return unreachable(op);
  }
}

function kept(shape: readonly number[], axes: readonly number[]): number[] {
  return shape.map((extent, i) => (axes.includes(i) ? 1 : extent));
}

function inverse(permutation: readonly number[]): number[] {
  const result: number[] = [];
  permutation.forEach((axis, i) => { result[axis] = i; });
  return result;
}

/** y = op(A)·op(B): dA is dY·op(B)ᵀ, transposed once more when A was given transposed. */
function matmulLeft(op: { transposeA: boolean; transposeB: boolean }, _a: Value, b: Value, dy: Value): Value {
  return op.transposeA
    ? ops.matmul(b, dy, { transposeA: op.transposeB, transposeB: true })
    : ops.matmul(dy, b, { transposeB: !op.transposeB });
}

/** dB is op(A)ᵀ·dY, transposed once more when B was given transposed. */
function matmulRight(op: { transposeA: boolean; transposeB: boolean }, a: Value, _b: Value, dy: Value): Value {
  return op.transposeB
    ? ops.matmul(dy, a, { transposeA: true, transposeB: op.transposeA })
    : ops.matmul(a, dy, { transposeA: !op.transposeA });
}
