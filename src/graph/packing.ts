// Parameters live on the device as few, long vectors: small trainable weights share one, large ones have one each, frozen weights
// and moving statistics one each. Few operations update them, and large ones are never copied. Checkpoints hold single tensors.
import { StudioError } from '../core/errors.ts';
import { formatShape, sizeOf, tensor, type HostTensor } from '../core/tensor.ts';
import type { Model, Parameter } from '../model/model.ts';
import type { Value } from './ir.ts';
import * as ops from './ops.ts';
import type { Port, State } from './program.ts';

/** A parameter of at least this many numbers is a vector of its own; smaller ones share one. */
const LARGE = 16_384;

interface Place {
  /** Name of the state vector: "weights/1". */
  readonly vector: string;
  readonly offset: number;
  readonly parameter: Parameter;
}

/** Trainable weights that are updated together, and the optimiser's slots beside them. */
export interface Bucket {
  readonly weights: string;
  readonly slots: readonly string[];
  readonly size: number;
  readonly parameters: readonly Parameter[];
}

const slotName = (slot: number, parameter: string): string => `optimizer/${slot}/${parameter}`;

export class PackedParameters {
  readonly buckets: readonly Bucket[];
  /** Moving averages, in the order in which the vector "statistics" holds them. */
  readonly statistics: readonly Parameter[];
  private readonly places: readonly Place[];
  private readonly sizes = new Map<string, number>();

  /** `slotStarts`: the start value of each optimiser slot. */
  constructor(model: Pick<Model, 'parameters'>, readonly slotStarts: readonly number[]) {
    let large = 0;
    const vectorOf = ({ statistic, trainable, shape }: Parameter): string => {
      if (statistic) return 'statistics';
      if (!trainable) return 'frozen';
      return `weights/${sizeOf(shape) >= LARGE ? ++large : 0}`;
    };
    this.places = model.parameters.map(parameter => {
      const vector = vectorOf(parameter);
      const offset = this.sizes.get(vector) ?? 0;
      this.sizes.set(vector, offset + sizeOf(parameter.shape));
      return { vector, offset, parameter };
    });
    const parametersIn = (vector: string): Parameter[] => this.places.filter(place => place.vector === vector).map(place => place.parameter);
    this.statistics = parametersIn('statistics');
    this.buckets = [...this.sizes].filter(([vector]) => vector.startsWith('weights/')).map(([weights, size]) => ({
      weights,
      size,
      slots: slotStarts.map((_, slot) => slotName(slot, weights)),
      parameters: parametersIn(weights),
    }));
  }

  /** Parameters by name as slices of the state's ports, each made once so that gradients meet in one value. */
  read(): { parameter: (name: string) => Value; ports: Port[] } {
    const vectors = new Map([...this.sizes].map(([name, size]) => [name, ops.state(name, [size])]));
    const values = new Map(this.places.map(({ vector, offset, parameter }) => {
      const slice = ops.slice(vectors.get(vector)!, [offset], [offset + sizeOf(parameter.shape)]);
      return [parameter.name, ops.reshape(slice, parameter.shape)];
    }));
    return {
      ports: [...this.sizes].map(([name, size]) => ({ name, dtype: 'float32', shape: [size] })),
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
    for (const [vector, size] of this.sizes) state[vector] = tensor(new Float32Array(size));
    for (const { weights, slots } of this.buckets) {
      slots.forEach((name, slot) => { state[name] = tensor(new Float32Array(this.sizes.get(weights)!).fill(this.slotStarts[slot]!)); });
    }
    this.forEach((name, vector, offset, shape) => {
      const isSlot = !this.sizes.has(vector);
      if (isSlot && optimizerSlots === 'start' && !(name in tensors)) return;
      (state[vector]!.data as Float32Array).set(take(tensors, name, shape), offset);
    });
    return state;
  }

  /** Calls back for every single tensor with the vector it lies in. */
  forEach(visit: (name: string, vector: string, offset: number, shape: readonly number[]) => void): void {
    for (const { vector, offset, parameter } of this.places) visit(parameter.name, vector, offset, parameter.shape);
    this.slotStarts.forEach((_, slot) => {
      for (const { vector, offset, parameter } of this.places) {
        if (vector.startsWith('weights/')) visit(slotName(slot, parameter.name), slotName(slot, vector), offset, parameter.shape);
      }
    });
  }
}

/** State → single tensors by name, in the memory of the state. */
export function splitPacked(packed: PackedParameters, state: State): Record<string, HostTensor> {
  const result: Record<string, HostTensor> = {};
  packed.forEach((name, vector, offset, shape) => {
    const whole = state[vector];
    if (whole !== undefined) result[name] = tensor(whole.data.subarray(offset, offset + sizeOf(shape)), shape);
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
