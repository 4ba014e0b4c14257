// Collects the nodes and constants of one ONNX model, and knows how shapes are changed in ONNX. What is computed stands in
// lower.ts and the files beside it.
import { sizeOf } from '../../core/tensor.ts';
import type { OpOf } from '../ir.ts';
import type { Order } from '../order.ts';
import { elementType, type Attribute, type ElementType, type OnnxNode, type OnnxTensor } from './proto.ts';

/** A tensor of the model, and the order in which the axes of the value lie in it. */
export interface Place {
  readonly name: string;
  readonly order: Order;
}

export class Emitter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  private readonly vectors = new Map<string, string>();
  private count = 0;

  /** @param anyBatch the first axis is open: every reshape keeps it as "whatever is left". */
  constructor(readonly anyBatch: boolean) {}

  /** A node with one output, whose name is returned. */
  emit(type: string, inputs: readonly string[], attributes: readonly Attribute[] = [], output = this.newName()): string {
    this.nodes.push({ type, inputs, outputs: [output], attributes });
    return output;
  }

  private newName(): string {
    return `v${++this.count}`;
  }

  /** The last of the k largest of each row, which come sorted. */
  kthLargest(name: string, k: number): string {
    const [values, places] = [this.newName(), this.newName()];
    this.nodes.push({ type: 'TopK', inputs: [name, this.integers([k])], outputs: [values, places], attributes: [{ name: 'axis', int: 1 }] });
    return this.emit('Slice', [values, this.integers([k - 1]), this.integers([k]), this.integers([1])]);
  }

  private initializer(tensor: Omit<OnnxTensor, 'name'>): string {
    const name = `c${++this.count}`;
    this.initializers.push({ name, ...tensor });
    return name;
  }

  /** A vector of int64, shared between all that need the same one. */
  integers(values: readonly number[]): string {
    const key = values.join();
    let name = this.vectors.get(key);
    if (name === undefined) {
      const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
      name = this.initializer({ type: 'int64', dims: [values.length], bytes });
      this.vectors.set(key, name);
    }
    return name;
  }

  float(value: number): string {
    return this.floats(Float32Array.of(value), []);
  }

  floats(data: Float32Array, dims: readonly number[]): string {
    return this.initializer({ type: 'float32', dims, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });
  }

  /** The same number everywhere, shared between all of that number and shape. */
  filled(value: number, dims: readonly number[]): string {
    const key = `${value} ${dims.join()}`;
    let name = this.vectors.get(key);
    if (name === undefined) this.vectors.set(key, name = this.floats(new Float32Array(sizeOf(dims)).fill(value), dims));
    return name;
  }

  cast(name: string, type: ElementType): string {
    return this.emit('Cast', [name], [{ name: 'to', int: elementType[type] }]);
  }

  reshape(name: string, shape: readonly number[]): string {
    return this.emit('Reshape', [name, this.integers(this.anyBatch && shape.length > 0 ? [-1, ...shape.slice(1)] : shape)]);
  }

  transpose(name: string, permutation: readonly number[]): string {
    return this.emit('Transpose', [name], [{ name: 'perm', ints: permutation }]);
  }

  concat(names: readonly string[], axis: number): string {
    return names.length === 1 ? names[0]! : this.emit('Concat', names, [{ name: 'axis', int: axis }]);
  }

  slice(name: string, shape: readonly number[], { starts, ends, strides }: Pick<OpOf<'slice'>, 'starts' | 'ends' | 'strides'>): string {
    const axes = shape.map((_, i) => i).filter(i => starts[i] !== 0 || ends[i] !== shape[i] || strides[i] !== 1);
    if (axes.length === 0) return name;
    const of = (values: readonly number[]): string => this.integers(axes.map(axis => values[axis]!));
    return this.emit('Slice', [name, of(starts), of(ends), this.integers(axes), of(strides)]);
  }

  /** Gaps between elements are made by padding a new axis of extent 1 behind each, and folding it in. */
  pad(name: string, shape: readonly number[], { low, high, interior, value }: Omit<OpOf<'pad'>, 'kind'>): string {
    const fill = this.float(value);
    let current = name;
    let extents = [...shape];
    interior.forEach((gap, axis) => {
      if (gap === 0) return;
      const apart = this.reshape(current, [...extents.slice(0, axis + 1), 1, ...extents.slice(axis + 1)]);
      const zeros = new Array<number>(extents.length + 1).fill(0);
      const after = zeros.map((_, i) => (i === axis + 1 ? gap : 0));
      const spread = this.emit('Pad', [apart, this.integers([...zeros, ...after]), fill]);
      const spaced = extents.map((extent, i) => (i === axis ? extent * (gap + 1) : extent));
      const folded = this.reshape(spread, spaced);
      // The gap behind the last element is one too many.
      extents = spaced.map((extent, i) => (i === axis ? extent - gap : extent));
      current = this.slice(folded, spaced, { starts: spaced.map(() => 0), ends: extents, strides: spaced.map(() => 1) });
    });
    if (low.every(n => n === 0) && high.every(n => n === 0)) return current;
    return this.emit('Pad', [current, this.integers([...low, ...high]), fill]);
  }
}
