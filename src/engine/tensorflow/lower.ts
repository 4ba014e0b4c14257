// Lowers a program to calls of TensorFlow's kernels, one operation after the other. TensorFlow's kernels for the CPU want
// images with channels last and filters as height × width × in × out, which is how data sets and Keras's weights lie anyway; so
// every value remembers the order of its axes in memory (graph/order.ts) and is moved only where a kernel insists.
import { unreachable } from '../../core/errors.ts';
import { sizeOf } from '../../core/tensor.ts';
import { topologicalOrder, type ConvGeometry, type Op, type OpOf, type Value } from '../../graph/ir.ts';
import { broadcastShape } from '../../graph/ops.ts';
import type { Program } from '../../graph/program.ts';
import { arrange, natural, reshaped, sameMemory, sameNumbers, transposed, without, type Order } from '../../graph/order.ts';
import { PlanBuilder, type Attribute, type Plan, type Result } from './plan.ts';

export function lower(program: Program): Plan {
  return new Lowering().run(program);
}

/** Kernels that do to each element what an operation of ours does. */
const sameKernel = {
  neg: 'Neg', square: 'Square', exp: 'Exp', log: 'Log', sqrt: 'Sqrt', abs: 'Abs', sign: 'Sign', erf: 'Erf',
  relu: 'Relu', sigmoid: 'Sigmoid', tanh: 'Tanh', softplus: 'Softplus',
  add: 'AddV2', sub: 'Sub', mul: 'Mul', div: 'RealDiv', max: 'Maximum', min: 'Minimum', greater: 'Greater', select: 'SelectV2',
} as const;

/** Batch × height × width × channels: what all of TensorFlow's convolutions can do, on CPUs the only way. */
const IMAGE: Order = [0, 2, 3, 1];
/** Filters are out × in × height × width in the graph, height × width × in × out in TensorFlow. */
const FILTER: Order = [2, 3, 1, 0];

/** A tensor and the order of the value's axes in its memory. */
interface Place {
  readonly slot: number;
  readonly order: Order;
}

const ints = (name: string, value: number | readonly number[]): Attribute => ({ name, type: 'int', value });

class Lowering {
  private readonly plan = new PlanBuilder();
  /** Where each value lies: first as it was made, then copies in other orders. */
  private readonly places = new Map<Value, Place[]>();

  run(program: Program): Plan {
    const roots = [...program.outputs, ...program.updates].map(({ value }) => value);
    for (const value of topologicalOrder(roots)) this.places.set(value, this.lowerValue(value));
    const updated = new Set<number>();
    const updates = program.updates.map(({ name, value }): Result => {
      const slot = this.handOver(value, updated);
      updated.add(slot);
      return { name, slot };
    });
    const outputs = program.outputs.map(({ name, value }) => {
      const slot = this.at(value, natural(value.shape.length));
      // The addon cannot read bytes.
      return { name, shape: value.shape, type: value.dtype, slot: value.dtype === 'uint8' ? this.plan.call('Cast', [slot], [{ name: 'DstT', type: 'type', value: 'int32' }]) : slot };
    });
    return this.plan.finish(outputs, updates);
  }

  /** A tensor of its own for a value that becomes state: not one that is fed, constant, or state already. */
  private handOver(value: Value, taken: ReadonlySet<number>): number {
    const slot = this.at(value, natural(value.shape.length));
    // What is fed is not copied, and neither is what a kernel only looks at from another side.
    if (fromInput(value)) return this.plan.call('Mul', [slot, this.plan.scalar(1)]);
    return this.plan.isComputed(slot) && !taken.has(slot) ? slot : this.plan.call('Identity', [slot]);
  }

  /** The tensor of a value with its axes in this order. */
  private at(value: Value, order: Order): number {
    const places = this.places.get(value)!;
    const exact = places.find(place => sameNumbers(place.order, order));
    if (exact !== undefined) return exact.slot;
    const same = places.find(place => sameMemory(value.shape, place.order, order));
    const slot = same === undefined
      ? this.plan.call('Transpose', [places[0]!.slot, this.plan.integers(order.map(axis => places[0]!.order.indexOf(axis)))])
      : this.reshape(same.slot, arrange(value.shape, order));
    places.push({ slot, order });
    return slot;
  }

  private reshape(slot: number, shape: readonly number[]): number {
    return this.plan.call('Reshape', [slot, this.plan.integers(shape)]);
  }

  private lowerValue(value: Value): Place[] {
    const { op, inputs: [a] } = value;
    switch (op.kind) {
      case 'stopGradient': return this.places.get(a!)!;
      case 'transpose': return this.places.get(a!)!.map(({ slot, order }) => ({ slot, order: transposed(order, op.permutation) }));
      default: return [this.compute(value, op, a!)];
    }
  }

  private compute(value: Value, op: Exclude<Op, OpOf<'stopGradient' | 'transpose'>>, a: Value): Place {
    const rank = value.shape.length;
    const plain = (slot: number): Place => ({ slot, order: natural(rank) });
    switch (op.kind) {
      case 'input': return plain(this.plan.input(op.name));
      case 'state': return plain(this.plan.stateOf(op.name));
      case 'constant': return plain(rank === 0 ? this.plan.scalar(op.data[0]!) : this.plan.constant('float32', Float32Array.from(op.data), value.shape));
      case 'neg': case 'square': case 'exp': case 'log': case 'sqrt': case 'abs': case 'sign': case 'erf':
      case 'relu': case 'sigmoid': case 'tanh': case 'softplus':
      case 'add': case 'sub': case 'mul': case 'div': case 'max': case 'min': case 'greater': case 'select':
        return this.elementwise(sameKernel[op.kind], value);
      case 'leakyRelu': return this.elementwise('LeakyRelu', value, [{ name: 'alpha', type: 'float', value: op.slope }]);
      case 'elu': {
        // TensorFlow's has alpha 1; where it is negative, its result is.
        const elu = this.elementwise('Elu', value);
        return op.alpha === 1 ? elu : this.after(elu, 'LeakyRelu', [], [{ name: 'alpha', type: 'float', value: op.alpha }]);
      }
      case 'step': {
        const { slot, order } = this.places.get(a)![0]!;
        const positive = this.plan.call('Greater', [slot, this.plan.scalar(0)]);
        return { order, slot: this.plan.call('SelectV2', [positive, this.plan.scalar(op.above), this.plan.scalar(op.below)]) };
      }
      case 'cast': {
        const cast = this.elementwise('Cast', value, [{ name: 'DstT', type: 'type', value: value.dtype }]);
        return op.scale === 1 ? cast : this.after(cast, 'Mul', [this.plan.scalar(op.scale)]);
      }
      case 'matmul': return this.matmul(value, op);
      case 'reduceSum': case 'reduceMax': {
        const { slot, order } = this.places.get(a)![0]!;
        const axes = op.axes.map(axis => order.indexOf(axis));
        const reduced = this.plan.call(op.kind === 'reduceSum' ? 'Sum' : 'Max', [slot, this.plan.integers(axes)], [{ name: 'keep_dims', type: 'bool', value: op.keepDims }]);
        return { slot: reduced, order: op.keepDims ? order : without(order, op.axes) };
      }
      case 'kthLargest': {
        const largest = this.plan.call('TopKV2', [this.at(a, natural(2)), this.plan.integers([op.k], [])], [], 2);
        return plain(this.plan.call('Slice', [largest, this.plan.integers([0, op.k - 1]), this.plan.integers([value.shape[0]!, 1])]));
      }
      case 'reshape': {
        const { slot, order } = this.places.get(a)![0]!;
        const kept = reshaped(a.shape, value.shape, order);
        return kept === undefined
          ? plain(this.reshape(this.at(a, natural(a.shape.length)), value.shape))
          : { slot: this.reshape(slot, arrange(value.shape, kept)), order: kept };
      }
      case 'broadcast': {
        const order = a.shape.length === rank ? this.places.get(a)![0]!.order : natural(rank);
        return { order, slot: this.plan.call('BroadcastTo', [this.fit(a, order), this.plan.integers(arrange(value.shape, order))]) };
      }
      case 'concat': {
        const { order } = this.places.get(a)![0]!;
        const parts = value.inputs.map(part => this.at(part, order));
        return { order, slot: this.plan.call('ConcatV2', [...parts, this.plan.integers([order.indexOf(op.axis)], [])], [ints('N', parts.length), { name: 'T', type: 'type', value: value.dtype }]) };
      }
      case 'slice': return this.slice(value, a, op);
      case 'pad': return this.pad(value, a, op);
      case 'conv2d': case 'conv2dInput': case 'conv2dFilter': return this.convolution(value, op);
      default: return unreachable(op);
    }
  }

  /** A kernel on what was just made. */
  private after({ slot, order }: Place, kernel: string, more: readonly number[], attributes: readonly Attribute[] = []): Place {
    return { order, slot: this.plan.call(kernel, [slot, ...more], attributes) };
  }

  private elementwise(kernel: string, value: Value, attributes: readonly Attribute[] = []): Place {
    const operands = unstretched(value);
    const order = this.commonOrder(value.shape.length, operands);
    return { order, slot: this.plan.call(kernel, operands.map(operand => this.fit(operand, order)), attributes) };
  }

  /** The order of the largest operand: the others are moved to it. */
  private commonOrder(rank: number, operands: readonly Value[]): Order {
    let largest: Value | undefined;
    for (const operand of operands) {
      if (operand.shape.length === rank && (largest === undefined || sizeOf(operand.shape) > sizeOf(largest.shape))) largest = operand;
    }
    return largest === undefined ? natural(rank) : this.places.get(largest)![0]!.order;
  }

  /** The tensor of an operand that is to be stretched to a value of at least its rank with this order. */
  private fit(operand: Value, order: Order): number {
    const missing = order.length - operand.shape.length;
    if (sizeOf(operand.shape) === 1) return this.places.get(operand)![0]!.slot;
    const own = order.filter(axis => axis >= missing).map(axis => axis - missing);
    const slot = this.at(operand, own);
    const shape = order.map(axis => operand.shape[axis - missing] ?? 1);
    // Stretching adds axes in front by itself.
    return sameNumbers(shape.slice(missing), arrange(operand.shape, own)) ? slot : this.reshape(slot, shape);
  }

  private matmul(value: Value, { transposeA, transposeB }: OpOf<'matmul'>): Place {
    const [a, b] = value.inputs.map(operand => this.places.get(operand)![0]!) as [Place, Place];
    const turned = ({ order }: Place): boolean => order[0] === 1;
    return {
      order: natural(2),
      slot: this.plan.call('MatMul', [a.slot, b.slot], [
        { name: 'transpose_a', type: 'bool', value: transposeA !== turned(a) },
        { name: 'transpose_b', type: 'bool', value: transposeB !== turned(b) },
      ]),
    };
  }

  private slice(value: Value, a: Value, { starts, ends, strides }: OpOf<'slice'>): Place {
    const { slot, order } = this.places.get(a)![0]!;
    const numbers = (list: readonly number[]): number => this.plan.integers(arrange(list, order));
    return {
      order,
      slot: strides.every(stride => stride === 1)
        ? this.plan.call('Slice', [slot, numbers(starts), numbers(value.shape)])
        : this.plan.call('StridedSlice', [slot, numbers(starts), numbers(ends), numbers(strides)]),
    };
  }

  /** Gaps between elements are the gradient of a slice with strides, which writes into zeros. */
  private pad(value: Value, a: Value, { low, high, interior, value: fill }: OpOf<'pad'>): Place {
    const { slot, order } = this.places.get(a)![0]!;
    if (interior.every(gap => gap === 0)) {
      const pairs = arrange(low.map((before, axis) => [before, high[axis]!]), order).flat();
      return { order, slot: this.plan.call('PadV2', [slot, this.plan.integers(pairs, [low.length, 2]), this.plan.scalar(fill)]) };
    }
    const numbers = (list: readonly number[]): number => this.plan.integers(arrange(list, order));
    const steps = interior.map(gap => gap + 1);
    const ends = low.map((before, axis) => before + (a.shape[axis]! - 1) * steps[axis]! + 1);
    const spread = (source: number): number => this.plan.call('StridedSliceGrad', [numbers(value.shape), numbers(low), numbers(ends), numbers(steps), source]);
    if (fill === 0) return { order, slot: spread(slot) };
    const ones = this.plan.constant('float32', new Float32Array(sizeOf(a.shape)).fill(1), arrange(a.shape, order));
    const inside = this.plan.call('Greater', [spread(ones), this.plan.scalar(0)]);
    return { order, slot: this.plan.call('SelectV2', [inside, spread(slot), this.plan.scalar(fill)]) };
  }

  private convolution(value: Value, op: OpOf<'conv2d' | 'conv2dInput' | 'conv2dFilter'>): Place {
    const [first, second] = value.inputs as [Value, Value];
    const attributes = geometryOf(op);
    if (op.kind === 'conv2d') {
      return { order: IMAGE, slot: this.plan.call('Conv2D', [this.at(first, IMAGE), this.at(second, FILTER)], attributes) };
    }
    if (op.kind === 'conv2dInput') {
      const size = this.plan.integers(arrange(value.shape, IMAGE));
      return { order: IMAGE, slot: this.plan.call('Conv2DBackpropInput', [size, this.at(second, FILTER), this.at(first, IMAGE)], attributes) };
    }
    const size = this.plan.integers(arrange(value.shape, FILTER));
    return { order: FILTER, slot: this.plan.call('Conv2DBackpropFilter', [this.at(first, IMAGE), size, this.at(second, IMAGE)], attributes) };
  }
}

function geometryOf({ strides, padLow, padHigh }: ConvGeometry): Attribute[] {
  const pads = [0, 0, padLow[0], padHigh[0], padLow[1], padHigh[1], 0, 0];
  const padded = pads.some(n => n > 0);
  return [
    ints('strides', [1, ...strides, 1]),
    { name: 'padding', type: 'string', value: padded ? 'EXPLICIT' : 'VALID' },
    ...(padded ? [ints('explicit_paddings', pads)] : []),
    { name: 'data_format', type: 'string', value: 'NHWC' },
  ];
}

/** Whether a value may share the memory of something that is fed, because nothing has computed with it. */
function fromInput({ op, inputs }: Value): boolean {
  if (op.kind === 'input') return true;
  const only: readonly Op['kind'][] = ['stopGradient', 'reshape', 'transpose', 'broadcast', 'slice', 'concat', 'pad', 'reduceSum', 'reduceMax', 'cast'];
  return only.includes(op.kind) && inputs.some(fromInput);
}

/** The operands of an element-wise operation, those that were stretched as they were before: the kernel stretches as well. */
function unstretched({ inputs, shape }: Value): readonly Value[] {
  const before = inputs.map(operand => (operand.op.kind === 'broadcast' ? operand.inputs[0]! : operand));
  const result = before.reduce<readonly number[]>((joint, operand) => broadcastShape(joint, operand.shape), []);
  return sameNumbers(result, shape) ? before : inputs;
}
