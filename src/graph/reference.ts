// The meaning of every operation, in float64 and as plainly as possible: what engines and gradients are checked against.
import { StudioError, unreachable } from '../core/errors.ts';
import { sizeOf } from '../core/tensor.ts';
import { topologicalOrder, type ConvGeometry, type Value } from './ir.ts';

export type Feeds = Readonly<Record<string, ArrayLike<number>>>;

/** Values of the roots, row-major; `feeds` gives inputs and state by name. */
export function evaluate(roots: readonly Value[], feeds: Feeds): Float64Array[] {
  const results = new Map<Value, Float64Array>();
  for (const value of topologicalOrder(roots)) {
    results.set(value, compute(value, value.inputs.map(operand => results.get(operand)!), feeds));
  }
  return roots.map(root => results.get(root)!);
}

function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
  return strides;
}

/** Visits every index of a shape in row-major order. */
function forEachIndex(shape: readonly number[], visit: (index: readonly number[], flat: number) => void): void {
  const index = shape.map(() => 0);
  const size = sizeOf(shape);
  for (let flat = 0; flat < size; flat++) {
    visit(index, flat);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

/** Positions in an operand of the given shape for each element of the broadcast result. */
function reader(shape: readonly number[], resultRank: number): (index: readonly number[]) => number {
  const strides = stridesOf(shape);
  const shift = resultRank - shape.length;
  return index => {
    let flat = 0;
    for (let i = 0; i < shape.length; i++) if (shape[i] !== 1) flat += index[i + shift]! * strides[i]!;
    return flat;
  };
}

function elementwise(value: Value, operands: readonly Float64Array[], f: (...args: number[]) => number): Float64Array {
  const out = new Float64Array(sizeOf(value.shape));
  const readers = value.inputs.map(operand => reader(operand.shape, value.shape.length));
  const args = new Array<number>(operands.length);
  forEachIndex(value.shape, (index, flat) => {
    for (let k = 0; k < operands.length; k++) args[k] = operands[k]![readers[k]!(index)]!;
    out[flat] = f(...args);
  });
  return out;
}

/** Numerical Recipes' erfc with Chebyshev fitting is good to 1e-7 only; this series and continued fraction reach float64. */
function erf(x: number): number {
  const z = Math.abs(x);
  if (z < 2.5) {
    let term = z;
    let total = z;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n++) {
      term *= -(z * z) / n;
      total += term / (2 * n + 1);
    }
    return Math.sign(x) * total * 2 / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 60; n >= 1; n--) fraction = (n / 2) / (z + fraction);
  return Math.sign(x) * (1 - Math.exp(-z * z) / ((z + fraction) * Math.sqrt(Math.PI)));
}

function compute(value: Value, operands: readonly Float64Array[], feeds: Feeds): Float64Array {
  const { op } = value;
  const [a, b] = operands as [Float64Array, Float64Array];
  const map = (f: (...args: number[]) => number): Float64Array => elementwise(value, operands, f);
  switch (op.kind) {
    case 'input': case 'state': {
      const fed = feeds[op.name];
      if (fed?.length !== sizeOf(value.shape)) throw new StudioError('internal', `"${op.name}" was not fed, or with the wrong size.`);
      return Float64Array.from(fed);
    }
    case 'constant': return Float64Array.from(op.data);
    case 'neg': return map(x => -x);
    case 'square': return map(x => x * x);
    case 'exp': return map(Math.exp);
    case 'log': return map(Math.log);
    case 'sqrt': return map(Math.sqrt);
    case 'abs': return map(Math.abs);
    case 'sign': return map(Math.sign);
    case 'erf': return map(erf);
    case 'relu': return map(x => Math.max(x, 0));
    case 'leakyRelu': return map(x => (x > 0 ? x : op.slope * x));
    case 'step': return map(x => (x > 0 ? op.above : op.below));
    case 'elu': return map(x => (x > 0 ? x : op.alpha * Math.expm1(x)));
    case 'sigmoid': return map(x => 1 / (1 + Math.exp(-x)));
    case 'tanh': return map(Math.tanh);
    case 'softplus': return map(x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
    case 'add': return map((x, y) => x + y);
    case 'sub': return map((x, y) => x - y);
    case 'mul': return map((x, y) => x * y);
    case 'div': return map((x, y) => x / y);
    case 'max': return map(Math.max);
    case 'min': return map(Math.min);
    case 'greater': return map((x, y) => (x > y ? 1 : 0));
    case 'select': return map((condition, x, y) => (condition !== 0 ? x : y));
    case 'cast': return map(x => x * op.scale);
    case 'stopGradient': case 'reshape': return a;
    case 'broadcast': return map(x => x);
    case 'matmul': return matmul(value, a, b, op.transposeA, op.transposeB);
    case 'reduceSum': case 'reduceMax': {
      const out = new Float64Array(sizeOf(value.shape)).fill(op.kind === 'reduceSum' ? 0 : -Infinity);
      const source = value.inputs[0]!.shape;
      const keptStrides = stridesOf(source.map((extent, i) => (op.axes.includes(i) ? 1 : extent)));
      forEachIndex(source, (index, flat) => {
        let target = 0;
        for (let i = 0; i < source.length; i++) if (!op.axes.includes(i)) target += index[i]! * keptStrides[i]!;
        out[target] = op.kind === 'reduceSum' ? out[target]! + a[flat]! : Math.max(out[target]!, a[flat]!);
      });
      return out;
    }
    case 'kthLargest': {
      const columns = value.inputs[0]!.shape[1]!;
      return Float64Array.from({ length: value.shape[0]! }, (_, row) => a.slice(row * columns, (row + 1) * columns).sort().at(-op.k)!);
    }
    case 'transpose': {
      const strides = stridesOf(value.inputs[0]!.shape);
      return gather(value.shape, a, index => op.permutation.reduce((flat, axis, i) => flat + index[i]! * strides[axis]!, 0));
    }
    case 'slice': {
      const strides = stridesOf(value.inputs[0]!.shape);
      return gather(value.shape, a, index => index.reduce((flat, k, i) => flat + (op.starts[i]! + k * op.strides[i]!) * strides[i]!, 0));
    }
    case 'pad': {
      const out = new Float64Array(sizeOf(value.shape)).fill(op.value);
      const strides = stridesOf(value.shape);
      forEachIndex(value.inputs[0]!.shape, (index, flat) => {
        out[index.reduce((to, k, i) => to + (op.low[i]! + k * (op.interior[i]! + 1)) * strides[i]!, 0)] = a[flat]!;
      });
      return out;
    }
    case 'concat': {
      const out = new Float64Array(sizeOf(value.shape));
      const strides = stridesOf(value.shape);
      let start = 0;
      value.inputs.forEach((part, k) => {
        forEachIndex(part.shape, (index, flat) => {
          out[index.reduce((to, n, i) => to + (n + (i === op.axis ? start : 0)) * strides[i]!, 0)] = operands[k]![flat]!;
        });
        start += part.shape[op.axis]!;
      });
      return out;
    }
    case 'conv2d': {
      const out = new Float64Array(sizeOf(value.shape));
      forEachTap(value.inputs[0]!.shape, value.inputs[1]!.shape, value.shape, op, (x, w, y) => { out[y] = out[y]! + a[x]! * b[w]!; });
      return out;
    }
    case 'conv2dInput': {
      const out = new Float64Array(sizeOf(value.shape));
      forEachTap(value.shape, value.inputs[1]!.shape, value.inputs[0]!.shape, op, (x, w, y) => { out[x] = out[x]! + a[y]! * b[w]!; });
      return out;
    }
    case 'conv2dFilter': {
      const out = new Float64Array(sizeOf(value.shape));
      forEachTap(value.inputs[0]!.shape, value.shape, value.inputs[1]!.shape, op, (x, w, y) => { out[w] = out[w]! + a[x]! * b[y]!; });
      return out;
    }
    default: return unreachable(op);
  }
}

function gather(shape: readonly number[], source: Float64Array, from: (index: readonly number[]) => number): Float64Array {
  const out = new Float64Array(sizeOf(shape));
  forEachIndex(shape, (index, flat) => { out[flat] = source[from(index)]!; });
  return out;
}

function matmul(value: Value, a: Float64Array, b: Float64Array, transposeA: boolean, transposeB: boolean): Float64Array {
  const [rows, columns] = value.shape as [number, number];
  const inner = value.inputs[0]!.shape[transposeA ? 0 : 1]!;
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let total = 0;
      for (let k = 0; k < inner; k++) total += a[transposeA ? k * rows + i : i * inner + k]! * b[transposeB ? j * inner + k : k * columns + j]!;
      out[i * columns + j] = total;
    }
  }
  return out;
}

/** Visits every product image[x]·filter[w] that goes into output[y] of a convolution. */
function forEachTap(
  image: readonly number[], filter: readonly number[], output: readonly number[], { strides, padLow }: ConvGeometry,
  visit: (x: number, w: number, y: number) => void,
): void {
  const [, , height, width] = image as [number, number, number, number];
  const xs = stridesOf(image);
  const ws = stridesOf(filter);
  const [, channels, kernelHeight, kernelWidth] = filter as [number, number, number, number];
  forEachIndex(output, (at, y) => {
    const [n, out, row, column] = at as unknown as [number, number, number, number];
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < kernelHeight; i++) {
        const r = row * strides[0] + i - padLow[0];
        if (r < 0 || r >= height) continue;
        for (let j = 0; j < kernelWidth; j++) {
          const k = column * strides[1] + j - padLow[1];
          if (k < 0 || k >= width) continue;
          visit(n * xs[0]! + c * xs[1]! + r * xs[2]! + k, out * ws[0]! + c * ws[1]! + i * ws[2]! + j, y);
        }
      }
    }
  });
}
