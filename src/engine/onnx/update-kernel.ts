// An optimiser's step as one pass over its vectors, in WebAssembly with 128-bit vectors, made from the same graph that other engines
// run operation by operation. Every operation rounds as it does there (IEEE float32, nothing is contracted), so the numbers are the same,
// but for those too small to be normal (below 1.2e-38): what is kept of them is zero, as in TensorFlow. The momentum of a weight without a
// gradient decays into them and stays, and processors take some hundred cycles for each in every step from there on.
// The vectors live in the kernel's memory for good; ONNX Runtime reads weights and writes gradients there, and nothing is copied.
// Where several threads give gradients, each of its part of the batch, the pass adds them up, and each thread takes its share of it.
import { StudioError } from '../../core/errors.ts';
import { sizeOf, type HostTensor } from '../../core/tensor.ts';
import { assemble, code, type Kernel } from '../../core/wasm.ts';
import type { FusedUpdate, Leaf } from '../../graph/fusion.ts';
import type { Value } from '../../graph/ir.ts';

/** Vectors begin at whole cache lines. */
const LINE = 64;
/** Bytes that a vector instruction takes at once. */
const VECTOR = 16;
const PAGE = 65_536;
/** The smallest normal float32. */
const SMALLEST = 2 ** -126;
/** What one WebAssembly memory can hold. */
const MOST_BYTES = 2 ** 32;

const paddedBytes = (size: number): number => Math.ceil(size * 4 / LINE) * LINE;

/** Where everything lies in the memory of an update, in bytes. */
interface Layout {
  /** State and outputs by name. */
  readonly places: ReadonlyMap<string, number>;
  readonly leaves: ReadonlyMap<Value, { readonly at: number; readonly single: boolean }>;
  readonly bytes: number;
}

/** Numbers first, then vectors. `outputs`: the shapes of what the rest of the program gives, in that many `parts`, one behind the other. */
function layoutOf({ size, leaves, state }: FusedUpdate, outputs: ReadonlyMap<string, readonly number[]>, parts: number): Layout {
  const isSingle = (value: Value, leaf: Leaf): boolean => leaf.kind === 'input' || (size > 1 && sizeOf(value.shape) === 1);
  const padded = paddedBytes(size);
  const places = new Map<string, number>();
  const found = new Map<Value, { at: number; single: boolean }>();
  let bytes = 0;
  const place = (value: Value, leaf: Leaf, single: boolean): void => {
    let at = bytes;
    if (leaf.kind === 'state') at = places.get(leaf.name)!;
    else bytes += single ? 4 : padded * (leaf.kind === 'outputs' ? parts : 1);
    found.set(value, { at, single });
    if (leaf.kind !== 'outputs') return;
    for (const name of leaf.names) {
      places.set(name, at);
      at += 4 * sizeOf(outputs.get(name)!);
    }
  };
  for (const [value, leaf] of leaves) if (isSingle(value, leaf)) place(value, leaf, true);
  bytes = Math.ceil(bytes / LINE) * LINE;
  for (const name of state) {
    places.set(name, bytes);
    bytes += padded;
  }
  for (const [value, leaf] of leaves) if (!isSingle(value, leaf)) place(value, leaf, false);
  return { places, leaves: found, bytes };
}

/** Memories by what lies where in them: programs that differ in their batch alone share them. */
export type KernelMemories = Map<string, WebAssembly.Memory>;

/** What another thread needs to take its share of a pass, as a message carries it. */
export interface KernelCode {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

/** Does the bytes from `begin` to `end` of every vector, both at whole vector instructions. */
export type Pass = (end: number, begin: number) => void;

export function passOf({ module, memory }: KernelCode): Pass {
  return new WebAssembly.Instance(module, { host: { memory } }).exports['pass'] as Pass;
}

export class UpdateKernel {
  readonly code: KernelCode;
  private readonly layout: Layout;
  private readonly numbers: Float32Array;
  private readonly pass: Pass;

  /** Whether a memory can hold what an update needs. */
  static fits({ size, state, leaves }: FusedUpdate, parts = 1): boolean {
    return (size * 4 + LINE) * (state.length + leaves.size * parts) < MOST_BYTES;
  }

  /** @param threads how many give gradients and update; with more than one, the memory is shared */
  constructor(private readonly update: FusedUpdate, private readonly outputs: ReadonlyMap<string, readonly number[]>, memories: KernelMemories, private readonly threads = 1) {
    const shared = threads > 1;
    const layout = this.layout = layoutOf(update, outputs, threads);
    const key = JSON.stringify([...layout.places, layout.bytes, threads]);
    const pages = Math.ceil(layout.bytes / PAGE);
    const memory = memories.get(key) ?? new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
    memories.set(key, memory);
    this.numbers = new Float32Array(memory.buffer, 0, pages * PAGE / 4);
    this.code = { memory, module: new WebAssembly.Module(assemble([bodyOf(update, layout, threads)], { pages, shared })) };
    this.pass = passOf(this.code);
  }

  get state(): readonly string[] {
    return this.update.state;
  }

  /** Outputs of the rest of the program that are to be written here. */
  get wanted(): string[] {
    return [...this.layout.places.keys()].filter(name => this.outputs.has(name));
  }

  /** The memory of a vector of state or an output, or of a piece of it. */
  view(name: string, offset = 0, length = this.outputs.has(name) ? sizeOf(this.outputs.get(name)!) : this.update.size): Float32Array {
    const start = this.layout.places.get(name)! / 4 + offset;
    return this.numbers.subarray(start, start + length);
  }

  /** The memory of an output as a thread gives it. */
  viewOfPart(name: string, part: number): Float32Array {
    return this.view(name, part * paddedBytes(this.update.size) / 4);
  }

  /** Where the share of each thread in a pass begins, in bytes, and at last where the whole ends. */
  get shares(): number[] {
    const lines = paddedBytes(this.update.size) / LINE;
    const end = Math.ceil(this.update.size * 4 / VECTOR) * VECTOR;
    return Array.from({ length: this.threads + 1 }, (_, part) => Math.min(end, Math.round(lines * part / this.threads) * LINE));
  }

  /** Updates the state in its place. */
  run(feeds: Readonly<Record<string, HostTensor>>): void {
    this.take(feeds);
    this.pass(Math.ceil(this.update.size * 4 / VECTOR) * VECTOR, 0);
  }

  /** Updates the first share of the state. */
  runFirst(): void {
    const [begin, end] = this.shares as [number, number];
    if (end > begin) this.pass(end, begin);
  }

  /** Notes the numbers that belong to the step. */
  take(feeds: Readonly<Record<string, HostTensor>>): void {
    for (const [value, leaf] of this.update.leaves) {
      if (leaf.kind !== 'input') continue;
      const number = feeds[leaf.name]?.data[leaf.index];
      if (number === undefined) throw new StudioError('internal', `The update was not fed "${leaf.name}".`);
      this.numbers[this.layout.leaves.get(value)!.at / 4] = Number(number);
    }
  }
}

const instructions: Readonly<Record<string, number>> = { neg: code.neg, abs: code.abs, sqrt: code.sqrt, add: code.add, sub: code.sub, mul: code.mul, div: code.div, max: code.max, min: code.min };

/** Single numbers before the loop, one vector of everything else at a time in it. All results are known before the first is stored. */
function bodyOf({ size, results, leaves: kinds }: FusedUpdate, { leaves, places }: Layout, parts: number): Kernel {
  const locals = new Map<Value, number>();
  const body = { name: 'pass', before: [] as number[], loop: [] as number[], vectors: 0 };
  for (const value of topologicalUpTo(results.map(({ value: root }) => root), leaves)) {
    const leaf = leaves.get(value);
    const single = leaf?.single ?? (value.op.kind === 'constant' || (size > 1 && sizeOf(value.shape) === 1));
    const into = single ? body.before : body.loop;
    const local = body.vectors++;
    locals.set(value, local);
    if (leaf !== undefined) {
      into.push(...(single ? code.splatAt(leaf.at) : code.loadAt(leaf.at)));
      const summands = !single && kinds.get(value)!.kind === 'outputs' ? parts : 1;
      for (let part = 1; part < summands; part++) into.push(...code.loadAt(leaf.at + part * paddedBytes(size)), ...code.vector(code.add));
    }
    else if (value.op.kind === 'constant') into.push(...code.constant(value.op.data[0]!));
    else {
      const operands = value.op.kind === 'square' ? [value.inputs[0]!, value.inputs[0]!] : value.inputs;
      for (const operand of operands) into.push(...code.get(locals.get(operand)!));
      into.push(...code.vector(value.op.kind === 'square' ? code.mul : instructions[value.op.kind]!));
    }
    into.push(...code.set(local));
  }
  const smallest = body.vectors++;
  const kept = body.vectors++;
  body.before.push(...code.constant(SMALLEST), ...code.set(smallest));
  for (const { name, value } of results) {
    const local = locals.get(value)!;
    // Not a number is not below anything, and stays.
    const isTiny = [...code.get(local), ...code.vector(code.abs), ...code.get(smallest), ...code.vector(code.less)];
    body.loop.push(...code.get(local), ...isTiny, ...code.vector(code.andNot), ...code.set(kept), ...code.storeAt(places.get(name)!, kept));
  }
  return body;
}

/** Values after their inputs, down to the leaves. */
function topologicalUpTo(roots: readonly Value[], leaves: ReadonlyMap<Value, unknown>): Value[] {
  const order: Value[] = [];
  const seen = new Set<Value>();
  const visit = (value: Value): void => {
    if (seen.has(value)) return;
    seen.add(value);
    if (!leaves.has(value)) for (const input of value.inputs) visit(input);
    order.push(value);
  };
  for (const root of roots) visit(root);
  return order;
}
