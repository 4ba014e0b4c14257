// Takes the optimiser's step out of a program. Operation by operation an update passes over its vectors a dozen times; an engine that
// knows a kernel for one pass (engine/onnx/update-kernel.ts) runs the rest of the program first, which then gives gradients as outputs.
import { sizeOf } from '../core/tensor.ts';
import { makeValue, topologicalOrder, type Value } from './ir.ts';
import * as ops from './ops.ts';
import type { Port, Program } from './program.ts';

/** What an update's arithmetic begins with. */
export type Leaf =
  /** A vector of state. */
  | { readonly kind: 'state'; readonly name: string }
  /** What the rest of the program gives: outputs that follow each other in memory, or one number. */
  | { readonly kind: 'outputs'; readonly names: readonly string[] }
  /** One number of a port. */
  | { readonly kind: 'input'; readonly name: string; readonly index: number };

/** Vectors of one length that are updated together, number by number. */
export interface FusedUpdate {
  readonly size: number;
  readonly leaves: ReadonlyMap<Value, Leaf>;
  readonly results: readonly { readonly name: string; readonly value: Value }[];
  /** Vectors of state that are read or written. */
  readonly state: readonly string[];
}

/** A part of a state vector that the rest of the program reads by a port of its own, so that nobody cuts the vector to pieces. */
export interface StateView {
  readonly port: Port;
  readonly state: string;
  readonly offset: number;
}

export interface Fused {
  /** The program without these updates. */
  readonly rest: Program;
  readonly updates: readonly FusedUpdate[];
  readonly views: readonly StateView[];
}

const elementwise: ReadonlySet<string> = new Set(['neg', 'abs', 'square', 'sqrt', 'add', 'sub', 'mul', 'div', 'max', 'min']);

/** Whether a value is computed number by number from values of its own size and single numbers. */
function isArithmetic({ op, inputs, shape }: Value): boolean {
  return elementwise.has(op.kind) && inputs.every(input => input.dtype === 'float32' && [1, sizeOf(shape)].includes(sizeOf(input.shape)));
}

/** The program in two: what an engine runs, and updates for a kernel. Without such updates the program is its own rest. */
export function fuseUpdates(program: Program): Fused {
  const fusible = program.updates.filter(({ value }) => isArithmetic(value));
  const outputs = [...program.outputs];
  const updates = groups(fusible).map((results, group) => gather(results, (leaf, part, value) => {
    const name = `update ${group}:${leaf}:${part}`;
    outputs.push({ name, value });
    return name;
  }));
  const kept = program.updates.filter(update => !fusible.includes(update));
  const fused = new Set(updates.flatMap(({ state }) => state));
  return withViews({ ...program, outputs, updates: kept }, updates, fused);
}

/** Updates that read one another's state belong together. */
function groups(updates: Program['updates']): Program['updates'][] {
  let found: { readonly state: Set<string>; readonly members: Program['updates'][number][] }[] = [];
  for (const update of updates) {
    const size = sizeOf(update.value.shape);
    const state = new Set([update.name, ...arithmetic([update.value]).flatMap(value => vectorOf(value, size) ?? [])]);
    const joined = found.filter(group => [...group.state].some(name => state.has(name)));
    found = [
      ...found.filter(group => !joined.includes(group)),
      { state: new Set([...state, ...joined.flatMap(group => [...group.state])]), members: [...joined.flatMap(group => group.members), update] },
    ];
  }
  return found.map(({ members }) => members);
}

/** The vector of state that a value is, if it has the length of the update; a shorter one is only looked at. */
function vectorOf({ op, shape }: Value, size: number): string | undefined {
  return op.kind === 'state' && sizeOf(shape) === size ? op.name : undefined;
}

/** The arithmetic under these values and what it begins with, each after its inputs. */
function arithmetic(roots: readonly Value[]): Value[] {
  const order: Value[] = [];
  const seen = new Set<Value>();
  const visit = (value: Value): void => {
    if (seen.has(value)) return;
    seen.add(value);
    if (isArithmetic(value)) for (const input of value.inputs) visit(input);
    order.push(value);
  };
  for (const root of roots) visit(root);
  return order;
}

function gather(results: Program['updates'], output: (leaf: number, part: number, value: Value) => string): FusedUpdate {
  const size = sizeOf(results[0]!.value.shape);
  const leaves = new Map<Value, Leaf>();
  const state = new Set(results.map(({ name }) => name));
  for (const value of arithmetic(results.map(({ value: root }) => root))) {
    const { op } = value;
    if (isArithmetic(value) || (op.kind === 'constant' && sizeOf(value.shape) === 1)) continue;
    const vector = vectorOf(value, size);
    if (vector !== undefined) {
      state.add(vector);
      leaves.set(value, { kind: 'state', name: vector });
      continue;
    }
    const port = numberOf(value);
    if (port !== undefined) {
      leaves.set(value, port);
    } else {
      const leaf = leaves.size;
      // Parts go where they belong at once, in whatever shape: nobody strings them together.
      const parts = op.kind === 'concat' && value.shape.length === 1 ? value.inputs : [value];
      leaves.set(value, { kind: 'outputs', names: parts.map((part, i) => output(leaf, i, unshaped(part))) });
    }
  }
  return { size, leaves, results, state: [...state] };
}

/** The number of a port that a value is, if it is no more than that. */
function numberOf({ op, inputs: [source], shape }: Value): Leaf | undefined {
  if (sizeOf(shape) !== 1) return undefined;
  if (op.kind === 'input') return { kind: 'input', name: op.name, index: 0 };
  if (op.kind !== 'slice' || source!.op.kind !== 'input' || source!.shape.length !== 1) return undefined;
  return { kind: 'input', name: source!.op.name, index: op.starts[0]! };
}

function unshaped(value: Value): Value {
  return value.op.kind === 'reshape' ? unshaped(value.inputs[0]!) : value;
}

/** The rest of the program with a port for every part of a fused vector that it reads. */
function withViews(rest: Program, updates: readonly FusedUpdate[], fused: ReadonlySet<string>): Fused {
  const views = new Map<string, StateView>();
  const now = new Map<Value, Value>();
  const roots = [...rest.outputs, ...rest.updates].map(({ value }) => value);
  const order = topologicalOrder(roots);
  // A reshaped slice is one port; the slice itself is none unless somebody else reads it.
  const read = new Set([...roots, ...order.filter(value => viewOf(value, fused) === undefined).flatMap(({ inputs }) => inputs)]);
  for (const value of order) {
    const view = viewOf(value, fused);
    if (view !== undefined && read.has(value)) {
      views.set(view.port.name, view);
      now.set(value, ops.state(view.port.name, view.port.shape));
    } else {
      const inputs = value.inputs.map(input => now.get(input)!);
      now.set(value, inputs.every((input, i) => input === value.inputs[i]) ? value : makeValue(value.op, inputs, value.shape, value.dtype));
    }
  }
  const renewed = <T extends { readonly value: Value }>(result: T): T => ({ ...result, value: now.get(result.value)! });
  const program = { ...rest, outputs: rest.outputs.map(renewed), updates: rest.updates.map(renewed) };
  const state = [...rest.state.filter(({ name }) => !fused.has(name)), ...[...views.values()].map(({ port }) => port)];
  return { rest: { ...program, state }, updates, views: [...views.values()] };
}

/** The part of a fused vector that a value is, if it is no more than that. */
function viewOf(value: Value, fused: ReadonlySet<string>): StateView | undefined {
  const slice = unshaped(value);
  const vector = slice.op.kind === 'slice' && slice.shape.length === 1 ? slice.inputs[0]! : slice;
  if (vector.op.kind !== 'state' || !fused.has(vector.op.name)) return undefined;
  if (slice.op.kind === 'slice' && slice.op.strides.some(stride => stride !== 1)) return undefined;
  const offset = slice.op.kind === 'slice' ? slice.op.starts[0]! : 0;
  const name = `${vector.op.name}[${offset}] ${value.shape.join('×')}`;
  return { port: { name, dtype: 'float32', shape: value.shape }, state: vector.op.name, offset };
}
