// What a trained layer has learned, made to be looked at: each of its tensors in numbers, as a histogram, and as pictures where that
// means something.
import type { HostTensor } from '../core/tensor.ts';
import type { Model, ModelLayer, ParameterRole, Shape } from './model.ts';
import { cutPictures, picturePlan, type Cut, type PicturePlan } from './weight-pictures.ts';

export interface Distribution {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Standard deviation. */
  readonly deviation: number;
  /** How many are exactly zero. */
  readonly zeros: number;
  /** How many are infinite or no number; they count in nothing else. */
  readonly broken: number;
  /** Numbers in each of as many equal parts of min to max. */
  readonly bins: readonly number[];
}

export type WeightPictures = Omit<PicturePlan, 'strides'> & Cut & {
  /** Channels that each unit has; `channels` of them are shown. */
  readonly allChannels: number;
  /** One for each unit shown, where the layer has biases for them. */
  readonly biases?: Float32Array;
};

export interface WeightTensor {
  /** "encoder/dense/kernel". */
  readonly name: string;
  /** "kernel", "moving mean". */
  readonly title: string;
  readonly shape: Shape;
  readonly trainable: boolean;
  readonly distribution: Distribution;
  readonly pictures?: WeightPictures;
}

/** The tensors of a layer in their order. `tensors` by the names of parameters; what is missing there is left out. */
export function layerWeights(model: Pick<Model, 'inputShape' | 'layers'>, layer: ModelLayer, tensors: Readonly<Record<string, HostTensor>>, order: 'unit' | 'norm'): WeightTensor[] {
  return layer.parameters.flatMap((parameter): WeightTensor[] => {
    const data = tensors[parameter.name]?.data;
    if (!(data instanceof Float32Array)) return [];
    const plan = picturePlan(model, layer, parameter);
    return [{
      name: parameter.name, title: titleOf(parameter.role), shape: parameter.shape, trainable: parameter.trainable, distribution: distributionOf(data),
      ...(plan === undefined ? {} : { pictures: picturesOf(data, plan, order, biasesOf(layer, parameter.role, plan, tensors)) }),
    }];
  });
}

function picturesOf(kernel: Float32Array, plan: PicturePlan, order: 'unit' | 'norm', biases: Float32Array | undefined): WeightPictures {
  const cut = cutPictures(kernel, plan, order);
  const { strides: _, ...shown } = plan;
  return { ...shown, ...cut, allChannels: plan.channels, ...(biases === undefined ? {} : { biases: Float32Array.from(cut.units, unit => biases[unit]!) }) };
}

const biasRoles: Readonly<Partial<Record<ParameterRole, ParameterRole>>> = { kernel: 'bias', meanKernel: 'meanBias', logVarianceKernel: 'logVarianceBias' };

/** The biases that belong to the units of the pictures: those of what comes out, not of what comes in. */
function biasesOf({ parameters }: ModelLayer, role: ParameterRole, { unit, count }: PicturePlan, tensors: Readonly<Record<string, HostTensor>>): Float32Array | undefined {
  if (unit !== 'unit' && unit !== 'filter') return undefined;
  const bias = parameters.find(parameter => parameter.role === biasRoles[role]);
  const data = bias && tensors[bias.name]?.data;
  return data instanceof Float32Array && data.length === count ? data : undefined;
}

/** "movingMean" → "moving mean". */
function titleOf(role: ParameterRole): string {
  return role.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
}

const BINS = 61;

export function distributionOf(values: ArrayLike<number>, parts = BINS): Distribution {
  let [min, max, sum, zeros, broken] = [Infinity, -Infinity, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) {
      broken++;
      continue;
    }
    if (value < min) min = value;
    if (value > max) max = value;
    if (value === 0) zeros++;
    sum += value;
  }
  const whole = values.length - broken;
  if (whole === 0) return { count: values.length, min: 0, max: 0, mean: 0, deviation: 0, zeros: 0, broken, bins: [] };
  const mean = sum / whole;
  const bins = new Array<number>(min === max ? 1 : parts).fill(0);
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    squares += (value - mean) ** 2;
    const bin = min === max ? 0 : Math.min(Math.floor((value - min) / (max - min) * parts), parts - 1);
    bins[bin]!++;
  }
  return { count: values.length, min, max, mean, deviation: Math.sqrt(squares / whole), zeros, broken, bins };
}
