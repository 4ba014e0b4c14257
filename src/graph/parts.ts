// Rewrites a program so that its convolutions, and what lies between them, run on a part of the batch at a time. The windows of
// a convolution (onnx/columns.ts) are several times as large as its image; in parts they stay in the processor's caches, and so
// do the images. The results are the same but for the order of sums over the batch.
import { sizeOf } from '../core/tensor.ts';
import { makeValue, topologicalOrder, type Op, type OpOf, type Value } from './ir.ts';
import * as ops from './ops.ts';
import type { Program } from './program.ts';

/** Bytes of windows that one part may have: 8 images of 28×28 with 32 channels, seen by 3×3 windows with strides of 2. Twice as many took 2 % longer, half as many too, whole batches an eighth. */
const WINDOW_BYTES = 2e6;
/** More parts than this cost more in single operations than they save. */
const MOST_PARTS = 32;

type Convolution = OpOf<'conv2d' | 'conv2dInput' | 'conv2dFilter'>;

/** The program in as many parts as its largest convolution wants; itself when that is one. */
export function inParts(program: Program): Program {
  return cutsOf(program).reduce((cut, { batch, count }) => (count > 1 ? splitProgram(cut, batch, count) : cut), program);
}

/** Estimated bytes that the windows of one convolution take at a time, beside the program's own values. */
export function windowMemory(program: Program): number {
  return Math.max(0, ...cutsOf(program).map(({ bytes, count }) => bytes / count));
}

interface Cut {
  readonly batch: number;
  /** Of the largest convolution's windows. */
  readonly bytes: number;
  readonly count: number;
}

/** By the samples that convolutions see at once: a decoder sees several codes of every image where those are drawn more than once. */
function cutsOf(program: Program): readonly Cut[] {
  const convolutions = topologicalOrder([...program.outputs, ...program.updates].map(({ value }) => value)).filter(({ op }) => isConvolution(op));
  return [...new Set(convolutions.map(batchOf))].map(batch => {
    const bytes = Math.max(...convolutions.filter(convolution => batchOf(convolution) === batch).map(windowBytes));
    return { batch, bytes, count: Math.max(1, Math.min(batch, MOST_PARTS, Math.ceil(bytes / WINDOW_BYTES))) };
  });
}

/** The program with its convolutions of `batch` samples in `count` parts. */
export function splitProgram(program: Program, batch: number, count: number): Program {
  const rewriting = new Rewriting(batch, count);
  const roots = [...program.outputs, ...program.updates].map(({ value }) => value);
  for (const value of topologicalOrder(roots)) rewriting.take(value);
  const renewed = <T extends { readonly value: Value }>(result: T): T => ({ ...result, value: rewriting.whole(result.value) });
  return { ...program, outputs: program.outputs.map(renewed), updates: program.updates.map(renewed) };
}

/** The first operand of a convolution is an image, or the gradient of one. */
function batchOf({ inputs }: Value): number {
  return inputs[0]!.shape[0]!;
}

function isConvolution(op: Op): op is Convolution {
  return op.kind === 'conv2d' || op.kind === 'conv2dInput' || op.kind === 'conv2dFilter';
}

/** All windows of a convolution's image, or of what the transposed one makes of its own image. */
function windowBytes({ op, inputs, shape }: Value): number {
  const [first, second] = inputs as [Value, Value];
  const [filter, small] = op.kind === 'conv2dFilter' ? [shape, second.shape] : [second.shape, op.kind === 'conv2d' ? shape : first.shape];
  const places = small[0]! * small[2]! * small[3]!;
  return 4 * places * sizeOf(filter.slice(1));
}

class Rewriting {
  /** The values that are in one piece, by the old ones. */
  private readonly wholes = new Map<Value, Value>();
  /** The values that are in parts along their first axis. */
  private readonly parts = new Map<Value, readonly Value[]>();
  /** Where each part begins; the last entry is the batch. */
  private readonly bounds: readonly number[];

  constructor(private readonly batch: number, count: number) {
    this.bounds = Array.from({ length: count + 1 }, (_, i) => Math.round((i * batch) / count));
  }

  take(value: Value): void {
    if (value.inputs.length === 0) this.wholes.set(value, value);
    else if (isConvolution(value.op) && batchOf(value) === this.batch) {
      if (value.op.kind === 'conv2dFilter') this.wholes.set(value, this.summed(value));
      else this.parts.set(value, this.each(value));
    } else if (this.sumsParts(value)) this.wholes.set(value, this.summed(value));
    else if (this.staysInParts(value)) this.parts.set(value, this.each(value));
    else this.wholes.set(value, remade(value, value.inputs.map(operand => this.whole(operand)), value.shape));
  }

  /** A value in one piece. */
  whole(value: Value): Value {
    let whole = this.wholes.get(value);
    if (whole === undefined) this.wholes.set(value, whole = ops.concat(this.parts.get(value)!, 0));
    return whole;
  }

  private partsOf(value: Value): readonly Value[] {
    let parts = this.parts.get(value);
    if (parts === undefined) {
      const whole = this.whole(value);
      const rest = whole.shape.slice(1);
      this.parts.set(value, parts = this.bounds.slice(1).map((end, i) =>
        ops.slice(whole, [this.bounds[i]!, ...rest.map(() => 0)], [end, ...rest])));
    }
    return parts;
  }

  private isInParts(value: Value): boolean {
    return this.parts.has(value) && !this.wholes.has(value);
  }

  /** Whether an operand has one row for each sample; else it counts for all of them. */
  private hasSamples(operand: Value, rank: number): boolean {
    return operand.shape.length === rank && operand.shape[0] === this.batch;
  }

  /** A sum over the batch of something in parts. */
  private sumsParts({ op, inputs }: Value): boolean {
    return op.kind === 'reduceSum' && op.axes[0] === 0 && this.isInParts(inputs[0]!);
  }

  /** Whether an operation does with each sample what it does with all of them, and gets samples in parts. */
  private staysInParts({ op, inputs, shape }: Value): boolean {
    const [a] = inputs as [Value];
    if (shape[0] !== this.batch || !inputs.some(operand => this.isInParts(operand))) return false;
    switch (op.kind) {
      // Convolutions of other batches are whole.
      case 'conv2d': case 'conv2dInput': case 'conv2dFilter': case 'matmul': return false;
      case 'transpose': return op.permutation[0] === 0;
      case 'reduceSum': case 'reduceMax': return op.axes[0] !== 0;
      case 'concat': return op.axis !== 0;
      case 'slice': return op.starts[0] === 0 && op.ends[0] === this.batch && op.strides[0] === 1;
      case 'pad': return op.low[0] === 0 && op.high[0] === 0 && op.interior[0] === 0;
      case 'reshape': return a.shape[0] === this.batch;
      default: return inputs.every(operand => !this.isInParts(operand) || this.hasSamples(operand, shape.length));
    }
  }

  private each(value: Value): Value[] {
    const rank = value.op.kind === 'reshape' || value.op.kind === 'reduceSum' || value.op.kind === 'reduceMax' ? value.inputs[0]!.shape.length : value.shape.length;
    const operands = value.inputs.map((operand, k) => {
      const perSample = isConvolution(value.op) ? k === 0 : this.hasSamples(operand, rank);
      return perSample ? this.partsOf(operand) : this.whole(operand);
    });
    return this.bounds.slice(1).map((end, i) => {
      const extent = end - this.bounds[i]!;
      const inputs = operands.map(operand => ('op' in operand ? operand : operand[i]!));
      return remade(value, inputs, [extent, ...value.shape.slice(1)], extent);
    });
  }

  /** Sums over the batch: each part's own, added. */
  private summed(value: Value): Value {
    const operands = value.inputs.map(operand => this.partsOf(operand));
    return this.bounds.slice(1)
      .map((_, i) => remade(value, operands.map(parts => parts[i]!), value.shape))
      .reduce((sum, part) => ops.add(sum, part));
  }
}

/** The same operation on other operands; `extent` is what is left of the batch. */
function remade({ op, dtype }: Value, inputs: readonly Value[], shape: readonly number[], extent?: number): Value {
  const cut = extent !== undefined && op.kind === 'slice' ? { ...op, ends: [extent, ...op.ends.slice(1)] } : op;
  return makeValue(cut, inputs, shape, dtype);
}
