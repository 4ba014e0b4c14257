// Parameters travel between host and device in few, long vectors: one for trainable weights, one for frozen ones, one for
// moving statistics, one for the optimiser's slots. Fewer tensors mean less work per step; checkpoints hold single tensors.
import { StudioError } from '../core/errors.ts';
import { formatShape, sizeOf, tensor, type HostTensor } from '../core/tensor.ts';
import type { Model, Parameter } from '../model/model.ts';
import type { Value } from './ir.ts';
import * as ops from './ops.ts';
import type { Port, State } from './program.ts';

type Group = 'weights' | 'frozen' | 'statistics';

interface Place {
  readonly group: Group;
  readonly offset: number;
  readonly parameter: Parameter;
}

function groupOf({ role, trainable }: Parameter): Group {
  if (role === 'movingMean' || role === 'movingVariance') return 'statistics';
  return trainable ? 'weights' : 'frozen';
}

const slotName = (slot: number, parameter: string): string => `optimizer/${slot}/${parameter}`;

export class PackedParameters {
  private readonly places: readonly Place[];
  private readonly sizes: Readonly<Record<Group, number>>;

  /** `slotStarts`: the start value of each optimiser slot. */
  constructor(model: Model, readonly slotStarts: readonly number[]) {
    const sizes = { weights: 0, frozen: 0, statistics: 0 };
    this.places = model.parameters.map(parameter => {
      const group = groupOf(parameter);
      const offset = sizes[group];
      sizes[group] += sizeOf(parameter.shape);
      return { group, offset, parameter };
    });
    this.sizes = sizes;
  }

  get trainable(): Parameter[] { return this.of('weights').map(place => place.parameter); }
  get statistics(): Parameter[] { return this.of('statistics').map(place => place.parameter); }
  get trainableSize(): number { return this.sizes.weights; }

  of(group: Group): Place[] {
    return this.places.filter(place => place.group === group);
  }

  /** One optimiser slot of all weights, as a value of the state port "optimizer". */
  slot(i: number): Value {
    const n = this.sizes.weights;
    return ops.slice(ops.state('optimizer', [n * this.slotStarts.length]), [i * n], [(i + 1) * n]);
  }

  /** Parameters by name as slices of the state's ports, each made once so that gradients meet in one value. */
  read(): { parameter: (name: string) => Value; ports: Port[] } {
    const values = new Map<string, Value>();
    for (const { group, offset, parameter } of this.places) {
      const whole = ops.state(group, [this.sizes[group]]);
      values.set(parameter.name, ops.reshape(ops.slice(whole, [offset], [offset + sizeOf(parameter.shape)]), parameter.shape));
    }
    const ports = (['weights', 'frozen', 'statistics'] as const)
      .filter(group => this.sizes[group] > 0)
      .map(group => ({ name: group, dtype: 'float32', shape: [this.sizes[group]] }) as const);
    return {
      ports,
      parameter(name) {
        const value = values.get(name);
        if (value === undefined) throw new StudioError('internal', `The model has no parameter "${name}".`);
        return value;
      },
    };
  }

  /** Single tensors → state. Without 'exact', optimiser slots that are missing get their start values. */
  pack(tensors: Readonly<Record<string, HostTensor>>, optimizerSlots: 'exact' | 'start' = 'start'): State {
    const state: Record<string, HostTensor> = {};
    for (const group of ['weights', 'frozen', 'statistics'] as const) {
      if (this.sizes[group] === 0) continue;
      const whole = new Float32Array(this.sizes[group]);
      for (const { offset, parameter } of this.of(group)) whole.set(take(tensors, parameter.name, parameter.shape), offset);
      state[group] = tensor(whole);
    }
    if (this.slotStarts.length > 0 && this.sizes.weights > 0) {
      const n = this.sizes.weights;
      const whole = new Float32Array(n * this.slotStarts.length);
      this.slotStarts.forEach((start, slot) => {
        for (const { offset, parameter } of this.of('weights')) {
          const name = slotName(slot, parameter.name);
          const from = slot * n + offset;
          if (optimizerSlots === 'exact' || name in tensors) whole.set(take(tensors, name, parameter.shape), from);
          else whole.fill(start, from, from + sizeOf(parameter.shape));
        }
      });
      state['optimizer'] = tensor(whole);
    }
    return state;
  }

  /** Calls back for every single tensor with the packed vector it lies in. */
  forEach(visit: (name: string, vector: string, offset: number, shape: readonly number[]) => void): void {
    for (const { group, offset, parameter } of this.places) visit(parameter.name, group, offset, parameter.shape);
    this.slotStarts.forEach((_, slot) => {
      for (const { offset, parameter } of this.of('weights')) {
        visit(slotName(slot, parameter.name), 'optimizer', slot * this.sizes.weights + offset, parameter.shape);
      }
    });
  }
}

/** State → single tensors by name. */
export function splitPacked(packed: PackedParameters, state: State): Record<string, HostTensor> {
  const result: Record<string, HostTensor> = {};
  packed.forEach((name, vector, offset, shape) => {
    const whole = state[vector];
    if (whole !== undefined) result[name] = tensor(whole.data.slice(offset, offset + sizeOf(shape)), shape);
  });
  return result;
}

function take(tensors: Readonly<Record<string, HostTensor>>, name: string, shape: readonly number[]): Float32Array {
  const found = tensors[name];
  if (found === undefined) throw new StudioError('run', `The weights hold no "${name}"; they belong to another model.`);
  if (found.shape.length !== shape.length || found.shape.some((extent, i) => extent !== shape[i])) {
    throw new StudioError('run', `"${name}" is ${formatShape(found.shape)} in the weights but ${formatShape(shape)} in the model; they belong to another model.`);
  }
  if (!(found.data instanceof Float32Array)) throw new StudioError('run', `"${name}" is ${found.dtype} in the weights; float32 is needed.`);
  return found.data;
}
