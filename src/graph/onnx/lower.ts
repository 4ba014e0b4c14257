// Lowers a program to one ONNX model of standard operators (opset 18), which ONNX Runtime compiles for the device. Every value
// remembers the order of its axes in memory (graph/order.ts): for the CPU images lie with channels last and transposes only rename
// axes until an operator insists; elsewhere everything lies as the graph says.
import { unreachable } from '../../core/errors.ts';
import { sizeOf } from '../../core/tensor.ts';
import { topologicalOrder, type Op, type OpOf, type Value } from '../ir.ts';
import { arrange, natural, reshaped, sameMemory, sameNumbers, transposed, without, type Order } from '../order.ts';
import { inParts } from '../parts.ts';
import type { Port, Program } from '../program.ts';
import { conv2d, conv2dFilter, conv2dInput } from './convolution.ts';
import { sameOperator, sign, softplus, step } from './elementwise.ts';
import { Emitter, type Place } from './emit.ts';
import { FILTER, IMAGE, ImageProducts } from './image-products.ts';
import { findPatterns, MOST_ADDED, type Patterns } from './patterns.ts';
import { fastProduct, matmul, type Matrix } from './product.ts';
import { encodeModel, type Attribute, type OnnxNode, type OnnxPort } from './proto.ts';
import { deepestFirst } from './sequence.ts';

const OPSET = 18;

export interface LowerOptions {
  /** Leave the first axis of inputs and outputs open. Every reshape keeps the first axis as "whatever is left". */
  readonly anyBatch?: boolean;
  /** For ONNX Runtime's native CPU kernels: channels last, convolutions as matrix products. Not with an open batch. */
  readonly forCpu?: boolean;
  /** By input, which must be a matrix: how many rows the matrix has that it is gathered from. Two ports take its place, `gatheredNames`. */
  readonly gathered?: ReadonlyMap<string, number>;
}

/** The matrix that an input is gathered from, and the numbers of the rows, int32. */
export const gatheredNames = (input: string): { readonly from: string; readonly rows: string } => ({ from: `${input}:from`, rows: `${input}:rows` });

/** Where a program's state goes in and comes out: "weights" in, "weights:next" out. */
export const nextName = (state: string): string => `${state}:next`;

export function lower(program: Program, options: LowerOptions = {}): Uint8Array {
  return new Lowering(options.forCpu ? inParts(program) : program, options).run();
}

class Lowering {
  private readonly out: Emitter;
  private readonly images: ImageProducts;
  private readonly forCpu: boolean;
  private readonly gathered: ReadonlyMap<string, number>;
  /** Where each value lies: first as it was made, then copies in other orders. */
  private readonly places = new Map<Value, Place[]>();
  private readonly results: Program['outputs'];
  private readonly roots: ReadonlySet<Value>;
  private readonly order: readonly Value[];
  private readonly patterns: Patterns;

  constructor(private readonly program: Program, { anyBatch = false, forCpu = false, gathered = new Map() }: LowerOptions) {
    this.gathered = gathered;
    this.out = new Emitter(anyBatch);
    this.images = new ImageProducts(this.out);
    this.forCpu = forCpu && !anyBatch;
    this.results = [...program.outputs, ...program.updates.map(({ name, value }) => ({ name: nextName(name), value }))];
    this.roots = new Set(this.results.map(({ value }) => value));
    this.order = topologicalOrder(deepestFirst([...this.roots]));
    this.patterns = findPatterns(this.order, this.roots, { forCpu: this.forCpu, isProduct: value => this.isProduct(value) });
  }

  run(): Uint8Array {
    const { program, results } = this;
    for (const value of this.order) {
      if (this.patterns.hidden.has(value)) continue;
      this.places.set(value, this.lowerValue(value));
      // What a result still needs stands where the value does.
      if (this.roots.has(value)) this.plain(value);
    }
    const renamed = this.nameResults();
    return encodeModel({
      name: program.name,
      opset: OPSET,
      nodes: renamed,
      initializers: this.out.initializers,
      inputs: [...program.inputs.flatMap(port => this.gatheredPorts(port)), ...program.state].map(({ name, dtype, shape }) => ({ name, type: dtype, dims: this.openBatch(shape) })),
      outputs: results.map(({ name, value }): OnnxPort => ({ name, type: value.dtype, dims: this.openBatch(value.shape) })),
    });
  }

  private gatheredPorts(port: Port): Port[] {
    const { name, dtype, shape: [rows, ...columns] } = port;
    const count = this.gathered.get(name);
    if (count === undefined) return [port];
    const names = gatheredNames(name);
    return [{ name: names.from, dtype, shape: [count, ...columns] }, { name: names.rows, dtype: 'int32', shape: [rows!] }];
  }

  /** Whether a value is a convolution, plain or transposed, that is computed as a product. */
  private isProduct({ op, inputs }: Value): boolean {
    return op.kind === 'conv2d' || (op.kind === 'conv2dInput' && this.images.reachesAll(inputs[1]!.shape, op.strides));
  }

  /** Gives results their names: the value's own where it has one to give away, a copy of it elsewhere. */
  private nameResults(): OnnxNode[] {
    const { results } = this;
    const inner = results.map(({ value }) => this.plain(value));
    const made = new Set(this.out.nodes.flatMap(node => node.outputs));
    const aliases = new Map<string, string>();
    results.forEach(({ name }, i) => {
      if (made.has(inner[i]!) && !aliases.has(inner[i]!)) aliases.set(inner[i]!, name);
      else this.out.emit('Identity', [inner[i]!], [], name);
    });
    const rename = (name: string): string => aliases.get(name) ?? name;
    return this.out.nodes.map(node => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }));
  }

  private openBatch(shape: readonly number[]): (number | string)[] {
    return shape.map((extent, axis) => (this.out.anyBatch && axis === 0 ? 'batch' : extent));
  }

  /** The tensor of a value with its axes as in the graph. */
  private plain(value: Value): string {
    return this.at(value, natural(value.shape.length));
  }

  private place(value: Value): Place {
    return this.places.get(value)![0]!;
  }

  /** The tensor of a value with its axes in this order. */
  private at(value: Value, order: Order): string {
    const places = this.places.get(value)!;
    const exact = places.find(place => sameNumbers(place.order, order));
    if (exact !== undefined) return exact.name;
    const same = places.find(place => sameMemory(value.shape, place.order, order));
    const name = same === undefined
      ? this.out.transpose(places[0]!.name, order.map(axis => places[0]!.order.indexOf(axis)))
      : this.out.reshape(same.name, arrange(value.shape, order));
    places.push({ name, order });
    return name;
  }

  private lowerValue(value: Value): Place[] {
    const { op, inputs: [a] } = value;
    const biased = this.patterns.biased.get(value);
    if (biased !== undefined) return [this.product(biased.convolution, biased.bias)];
    if (op.kind === 'transpose' && this.forCpu) return this.places.get(a!)!.map(({ name, order }) => ({ name, order: transposed(order, op.permutation) }));
    return [this.compute(value, op, a!)];
  }

  private compute(value: Value, op: Op, a: Value): Place {
    const { out } = this;
    const rank = value.shape.length;
    const plain = (name: string): Place => ({ name, order: natural(rank) });
    switch (op.kind) {
      case 'input': {
        const { from, rows } = gatheredNames(op.name);
        return plain(this.gathered.has(op.name) ? out.emit('Gather', [from, rows]) : op.name);
      }
      case 'state': return plain(op.name);
      case 'constant': return plain(out.floats(op.data instanceof Float32Array ? op.data : Float32Array.from(op.data), value.shape));
      case 'neg': case 'exp': case 'log': case 'sqrt': case 'abs': case 'erf':
      case 'relu': case 'sigmoid': case 'tanh':
      case 'add': case 'sub': case 'mul': case 'div': case 'max': case 'min': case 'greater': case 'select': case 'stopGradient':
        return this.elementwise(sameOperator[op.kind], value);
      case 'sign': return this.each(a, name => sign(out, name));
      case 'softplus': return this.each(a, name => softplus(out, name));
      case 'square': return this.each(a, name => out.emit('Mul', [name, name]));
      case 'leakyRelu': return this.elementwise('LeakyRelu', value, [{ name: 'alpha', float: op.slope }]);
      case 'elu': return this.elementwise('Elu', value, [{ name: 'alpha', float: op.alpha }]);
      case 'step': return this.each(a, name => step(out, name, op));
      case 'cast': return this.each(a, name => this.cast(name, a, value, op.scale));
      case 'matmul': return this.matmul(value, op);
      case 'reduceSum': case 'reduceMax': return this.reduce(value, a, op);
      case 'kthLargest': return plain(out.kthLargest(this.plain(a), op.k));
      case 'reshape': return this.reshape(value, a);
      case 'transpose': return plain(out.transpose(this.plain(a), op.permutation));
      case 'broadcast': {
        const order = a.shape.length === rank ? this.place(a).order : natural(rank);
        const shape = arrange(value.shape, order);
        return { order, name: out.emit('Expand', [this.fit(a, order), out.integers(out.anyBatch ? [1, ...shape.slice(1)] : shape)]) };
      }
      case 'concat': {
        const { order } = this.place(a);
        return { order, name: out.emit('Concat', value.inputs.map(part => this.at(part, order)), [{ name: 'axis', int: order.indexOf(op.axis) }]) };
      }
      case 'slice': {
        const { name, order } = this.place(a);
        const [starts, ends, strides] = [arrange(op.starts, order), arrange(op.ends, order), arrange(op.strides, order)];
        return { order, name: out.slice(name, arrange(a.shape, order), { starts, ends, strides }) };
      }
      case 'pad': {
        const { name, order } = this.place(a);
        const [low, high, interior] = [arrange(op.low, order), arrange(op.high, order), arrange(op.interior, order)];
        return { order, name: out.pad(name, arrange(a.shape, order), { low, high, interior, value: op.value }) };
      }
      case 'conv2d': case 'conv2dInput': case 'conv2dFilter':
        return this.forCpu && (op.kind === 'conv2dFilter' || this.isProduct(value)) ? this.product(value) : this.plainConvolution(value, op);
      default: return unreachable(op);
    }
  }

  /** An operation on a single tensor that moves nothing. */
  private each(a: Value, make: (name: string) => string): Place {
    const { name, order } = this.place(a);
    return { name: make(name), order };
  }

  private elementwise(operator: string, { inputs, shape }: Value, attributes: readonly Attribute[] = []): Place {
    const order = this.commonOrder(shape.length, inputs);
    return { order, name: this.out.emit(operator, inputs.map(operand => this.fit(operand, order)), attributes) };
  }

  /** The order of the largest operand: the others are moved to it. */
  private commonOrder(rank: number, operands: readonly Value[]): Order {
    let largest: Value | undefined;
    for (const operand of operands) {
      if (operand.shape.length === rank && (largest === undefined || sizeOf(operand.shape) > sizeOf(largest.shape))) largest = operand;
    }
    return largest === undefined ? natural(rank) : this.place(largest).order;
  }

  /** The tensor of an operand that is to be stretched to a value of at least its rank with this order. */
  private fit(operand: Value, order: Order): string {
    const missing = order.length - operand.shape.length;
    if (sizeOf(operand.shape) === 1 && !this.out.anyBatch) return this.place(operand).name;
    const own = order.filter(axis => axis >= missing).map(axis => axis - missing);
    const name = this.at(operand, own);
    const shape = order.map(axis => operand.shape[axis - missing] ?? 1);
    // Stretching adds axes in front by itself.
    return sameNumbers(shape.slice(missing), arrange(operand.shape, own)) ? name : this.out.reshape(name, shape);
  }

  private cast(name: string, from: Value, value: Value, scale: number): string {
    const { out } = this;
    if (from.dtype === 'uint8' && value.dtype === 'float32' && scale !== 1) return out.emit('DequantizeLinear', [name, out.float(scale)]);
    const cast = out.cast(name, value.dtype);
    return scale === 1 ? cast : out.emit('Mul', [cast, out.float(scale)]);
  }

  private matmul(value: Value, { transposeA, transposeB }: OpOf<'matmul'>): Place {
    const matrixOf = (operand: Value, transposes: boolean): Matrix => {
      const { name, order } = this.place(operand);
      const [rows, columns] = arrange(operand.shape, order) as [number, number];
      return { name, rows, columns, turned: transposes !== (order[0] === 1) };
    };
    const [a, b] = [matrixOf(value.inputs[0]!, transposeA), matrixOf(value.inputs[1]!, transposeB)];
    if (!this.forCpu) return { name: matmul(this.out, a, b), order: [0, 1] };
    const { name, turned } = fastProduct(this.out, a, b);
    return { name, order: turned ? [1, 0] : [0, 1] };
  }

  /**
   * The sum of an image over all but its channels. As one sum it would be split between threads by columns, and slow down with every
   * thread; so pixels are added by products with ones, in four fifths of the time of sums by rows, and then samples.
   */
  private pixelSum(image: Value, shape: readonly number[]): Place {
    const { out } = this;
    const [batch, height, width, channels] = arrange(image.shape, IMAGE) as [number, number, number, number];
    const rows = height * width <= MOST_ADDED ? 1 : height;
    const pixels = out.reshape(this.at(image, IMAGE), [batch * rows, (height / rows) * width, channels]);
    const sums = this.columnSums(pixels, (height / rows) * width);
    const add = (name: string, axes: readonly number[]): string => out.emit('ReduceSum', [name, out.integers(axes)], [{ name: 'keepdims', int: 1 }]);
    const total = add(rows === 1 ? sums : add(out.reshape(sums, [batch, height, channels]), [1]), [0]);
    return { order: natural(shape.length), name: out.reshape(total, shape) };
  }

  /** The sum of all squares of a tensor, in a third to a half of the time of squares and sums of rows. */
  private squareSum(of: Value, parts: number, shape: readonly number[]): Place {
    const { out } = this;
    const vectors = out.reshape(this.place(of).name, [parts, 1, sizeOf(of.shape) / parts]);
    const sums = out.emit('MatMul', [vectors, out.transpose(vectors, [0, 2, 1])]);
    const total = out.emit('ReduceSum', [sums, out.integers([0, 1, 2])], [{ name: 'keepdims', int: 0 }]);
    return { order: natural(shape.length), name: shape.length === 0 ? total : out.reshape(total, shape) };
  }

  private reduce(value: Value, a: Value, { kind, axes, keepDims }: OpOf<'reduceSum' | 'reduceMax'>): Place {
    const squares = this.patterns.squareSums.get(value);
    if (squares !== undefined) return this.squareSum(squares.of, squares.parts, value.shape);
    const image = this.patterns.pixelSums.get(value);
    if (image !== undefined) return this.pixelSum(image, value.shape);
    const square = this.patterns.squares.has(a);
    const { name, order } = this.place(square ? a.inputs[0]! : a);
    const type = square ? 'ReduceSumSquare' : kind === 'reduceSum' ? 'ReduceSum' : 'ReduceMax';
    const reduced = axes.map(axis => order.indexOf(axis)).sort((p, q) => p - q);
    const lies = arrange(a.shape, order);
    if (type !== 'ReduceMax' && this.sumsColumns(lies, reduced)) {
      const sums = this.columnSums(square ? this.out.emit('Mul', [name, name]) : name, lies[0]!);
      return keepDims ? { order, name: sums } : { order: [0], name: this.out.reshape(sums, [lies[1]!]) };
    }
    const keeps = { name: 'keepdims', int: keepDims ? 1 : 0 };
    return { order: keepDims ? order : without(order, axes), name: this.out.emit(type, [name, this.out.integers(reduced)], [keeps]) };
  }

  /** Sums over a batch: a product with ones takes a fifth of the time of one sum, and of so few numbers rounds no worse. */
  private sumsColumns(shape: readonly number[], reduced: readonly number[]): boolean {
    return this.forCpu && shape.length === 2 && sameNumbers(reduced, [0]) && shape[0]! <= MOST_ADDED;
  }

  /** rows × columns → 1 × columns, of one matrix or many. */
  private columnSums(name: string, rows: number): string {
    return this.out.emit('MatMul', [this.out.filled(1, [1, rows]), name]);
  }

  private reshape({ shape }: Value, a: Value): Place {
    const { name, order } = this.place(a);
    const kept = this.forCpu ? reshaped(a.shape, shape, order) : undefined;
    return kept === undefined
      ? { name: this.out.reshape(this.plain(a), shape), order: natural(shape.length) }
      : { name: this.out.reshape(name, arrange(shape, kept)), order: kept };
  }

  /** A convolution, or the gradient of its filter, by matrix products. */
  private product({ op, inputs, shape }: Value, bias?: Value): Place {
    type Shape4 = [number, number, number, number];
    const [first, second] = inputs as [Value, Value];
    const image = (operand: Value) => ({ name: this.at(operand, IMAGE), shape: arrange(operand.shape, IMAGE) as Shape4 });
    const added = bias && this.out.reshape(this.plain(bias), [sizeOf(bias.shape)]);
    switch (op.kind) {
      case 'conv2d': return this.images.conv2d(image(first), this.at(second, FILTER), second.shape as Shape4, op, shape as Shape4, added);
      case 'conv2dInput': return this.images.conv2dInput(image(first), this.at(second, FILTER), second.shape as Shape4, op, shape as Shape4, added);
      case 'conv2dFilter': return this.images.conv2dFilter(image(first), image(second), op, shape as Shape4);
      default: throw new Error(`${op.kind} is no convolution.`);
    }
  }

  private plainConvolution(value: Value, op: OpOf<'conv2d' | 'conv2dInput' | 'conv2dFilter'>): Place {
    const { out } = this;
    const [a, b] = value.inputs.map(operand => this.plain(operand)) as [string, string];
    const order = natural(4);
    switch (op.kind) {
      case 'conv2d': return { order, name: conv2d(out, a, b, value.inputs[1]!.shape, op) };
      case 'conv2dInput': return { order, name: conv2dInput(out, a, b, value, op) };
      case 'conv2dFilter': return { order, name: conv2dFilter(out, a, b, value, op) };
      default: return unreachable(op);
    }
  }
}
