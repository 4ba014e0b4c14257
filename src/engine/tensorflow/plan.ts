// A program as a flat list of calls of TensorFlow's kernels over numbered slots. All that can be known beforehand is settled here:
// which calls are needed at all, attributes, constants, and after which call a tensor is used no more.
import type { TensorData } from '../../core/tensor.ts';
import type { ValueType } from '../../graph/ir.ts';

export type Attribute =
  | { readonly name: string; readonly type: 'int'; readonly value: number | readonly number[] }
  | { readonly name: string; readonly type: 'float'; readonly value: number }
  | { readonly name: string; readonly type: 'bool'; readonly value: boolean }
  | { readonly name: string; readonly type: 'string'; readonly value: string }
  | { readonly name: string; readonly type: 'type'; readonly value: ValueType };

export interface KernelCall {
  /** TensorFlow's name of the operation. */
  readonly kernel: string;
  /** Those that do not follow from the types of the inputs. */
  readonly attributes: readonly Attribute[];
  readonly inputs: readonly number[];
  /** Where the first result goes; of several the others are given back at once. */
  readonly output: number;
  readonly results: number;
  /** Slots that nothing reads after this call. */
  readonly lastUses: readonly number[];
}

export interface Constant {
  readonly slot: number;
  readonly type: ValueType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export interface Result {
  readonly name: string;
  readonly slot: number;
}

export interface Plan {
  readonly slots: number;
  /** What is fed and needed, and what is read from the session's state. */
  readonly inputs: readonly Result[];
  readonly state: readonly Result[];
  readonly constants: readonly Constant[];
  readonly calls: readonly KernelCall[];
  readonly outputs: readonly (Result & { readonly shape: readonly number[]; readonly type: ValueType })[];
  /** Each slot is the result of a call and named once, so that the session can keep it. */
  readonly updates: readonly Result[];
  /** Outputs that nobody keeps: given back once they are read. */
  readonly read: readonly number[];
}

/** Collects calls; `finish` drops those that nothing needs and finds the last uses. */
export class PlanBuilder {
  private readonly calls: Omit<KernelCall, 'lastUses'>[] = [];
  private readonly constants = new Map<string, Constant>();
  private readonly inputs = new Map<string, number>();
  private readonly state = new Map<string, number>();
  private readonly computed = new Set<number>();
  private slots = 0;

  input(name: string): number {
    return slotOf(this.inputs, name, () => this.slots++);
  }

  stateOf(name: string): number {
    return slotOf(this.state, name, () => this.slots++);
  }

  call(kernel: string, inputs: readonly number[], attributes: readonly Attribute[] = [], results = 1): number {
    const output = this.slots++;
    this.computed.add(output);
    this.calls.push({ kernel, attributes, inputs, output, results });
    return output;
  }

  constant(type: ValueType, data: TensorData, shape: readonly number[]): number {
    const slot = this.slots++;
    this.constants.set(`#${slot}`, { slot, type, shape, data });
    return slot;
  }

  /** A number, shared between all that need the same one. */
  scalar(value: number): number {
    return this.shared(`${Object.is(value, -0) ? '-' : ''}${Math.fround(value)}`, 'float32', Float32Array.of(value), []);
  }

  /** Axes, shapes and the like, which kernels take as tensors. */
  integers(values: readonly number[], shape: readonly number[] = [values.length]): number {
    return this.shared(`${values.join()}:${shape.join()}`, 'int32', Int32Array.from(values), shape);
  }

  /** Whether the slot holds the result of a call. */
  isComputed(slot: number): boolean {
    return this.computed.has(slot);
  }

  finish(outputs: Plan['outputs'], updates: readonly Result[]): Plan {
    const kept = new Set([...outputs, ...updates].map(({ slot }) => slot));
    const owned = new Set([...this.computed, ...this.inputs.values()]);
    const needed = new Set(kept);
    const calls: KernelCall[] = [];
    for (const call of this.calls.toReversed()) {
      if (!needed.has(call.output)) continue;
      // Seen from the end, a slot's first appearance is its last use.
      const lastUses = [...new Set(call.inputs)].filter(slot => !needed.has(slot) && owned.has(slot));
      for (const slot of call.inputs) needed.add(slot);
      calls.push({ ...call, lastUses });
    }
    const used = ([, slot]: readonly [string, number]): boolean => needed.has(slot);
    const named = ([name, slot]: readonly [string, number]): Result => ({ name, slot });
    const updated = new Set(updates.map(({ slot }) => slot));
    return {
      slots: this.slots,
      inputs: [...this.inputs].filter(used).map(named),
      state: [...this.state].filter(used).map(named),
      constants: [...this.constants.values()].filter(({ slot }) => needed.has(slot)),
      calls: calls.reverse(), outputs, updates,
      read: [...new Set(outputs.map(({ slot }) => slot))].filter(slot => owned.has(slot) && !updated.has(slot)),
    };
  }

  private shared(key: string, type: ValueType, data: TensorData, shape: readonly number[]): number {
    let found = this.constants.get(key);
    if (found === undefined) {
      found = { slot: this.slots++, type, shape, data };
      this.constants.set(key, found);
    }
    return found.slot;
  }
}

function slotOf(slots: Map<string, number>, name: string, make: () => number): number {
  const slot = slots.get(name) ?? make();
  slots.set(name, slot);
  return slot;
}
