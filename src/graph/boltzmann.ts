// One restricted Boltzmann machine: contrastive divergence as a program. Sources: G. E. Hinton and R. R. Salakhutdinov,
// "Reducing the Dimensionality of Data with Neural Networks" (2006); G. E. Hinton, "A Practical Guide to Training Restricted
// Boltzmann Machines" (2010): hidden units driven by data are drawn, reconstructions and everything learned from are
// probabilities, only kernels decay, momentum is 0.5 at first. Gaussian units have variance one.
import type { RandomFeed } from '../core/random.ts';
import { add, greater, matmul, mean, mul, select, sigmoid, square, sub } from './ops.ts';
import * as ops from './ops.ts';
import type { Value } from './ir.ts';

export type Units = 'binary' | 'gaussian';

/** Who is connected: kinds of units of both sides, and how many. */
export interface Machine {
  readonly visible: Units;
  readonly hidden: Units;
  readonly visibleUnits: number;
  readonly hiddenUnits: number;
}

export interface MachineWeights {
  /** visible × hidden. */
  readonly kernel: Value;
  readonly visibleBias: Value;
  readonly hiddenBias: Value;
}
export const weightNames = ['kernel', 'visibleBias', 'hiddenBias'] as const;

/** What units do on average, given what comes in: the probability of a 1, or the mean. */
function expected(units: Units, input: Value): Value {
  return units === 'binary' ? sigmoid(input) : input;
}

/** Hidden units on average, given visible ones: batch × hidden. */
export function upward({ hidden }: Machine, { kernel, hiddenBias }: MachineWeights, v: Value): Value {
  return expected(hidden, add(matmul(v, kernel), hiddenBias));
}

/** Visible units on average, given hidden ones: batch × visible. */
export function downward({ visible }: Machine, { kernel, visibleBias }: MachineWeights, h: Value): Value {
  return expected(visible, add(matmul(h, kernel, { transposeB: true }), visibleBias));
}

/** The random numbers that drawing hidden units takes, for the Gibbs step of that number. */
export function drawFeed({ hidden, hiddenUnits }: Machine, step: number): RandomFeed {
  return { name: `hidden/${step}`, kind: hidden === 'binary' ? 'uniform' : 'normal', perSample: hiddenUnits };
}

/** Hidden units drawn: 1 where the random number lies below the probability; or the mean with noise. */
function drawn({ hidden }: Machine, average: Value, random: Value): Value {
  return hidden === 'gaussian' ? add(average, random) : select(greater(average, random), ops.broadcastTo(ops.scalar(1), average.shape), 0);
}

/** The visible units once drawn hidden units have had their say: batch × visible. */
export function reconstruct(machine: Machine, weights: MachineWeights, v: Value, random: Value): Value {
  return downward(machine, weights, drawn(machine, upward(machine, weights, v), random));
}

export interface Divergence {
  /** The direction in which each weight rises. */
  readonly rise: MachineWeights;
  /** batch × visible: after the first Gibbs step. */
  readonly reconstruction: Value;
}

/** CD-k, with one tensor of random numbers (batch × hidden) for each of the k Gibbs steps. @param v batch × visible, data. */
export function contrastiveDivergence(machine: Machine, weights: MachineWeights, v: Value, randoms: readonly Value[]): Divergence {
  const batch = v.shape[0]!;
  const hidden = upward(machine, weights, v);
  const reconstruction = downward(machine, weights, drawn(machine, hidden, randoms[0]!));
  const fantasy = randoms.slice(1).reduce((now, random) => reconstruct(machine, weights, now, random), reconstruction);
  const fantasyHidden = upward(machine, weights, fantasy);
  const together = (x: Value, y: Value): Value => matmul(x, y, { transposeA: true });
  return {
    reconstruction,
    rise: {
      kernel: mul(sub(together(v, hidden), together(fantasy, fantasyHidden)), 1 / batch),
      visibleBias: mean(sub(v, fantasy), [0]),
      hiddenBias: mean(sub(hidden, fantasyHidden), [0]),
    },
  };
}

/** One step with momentum: velocity ← momentum·velocity + rate·(rise − decay·kernel), weight ← weight + velocity. Rate and momentum are vectors of one. */
export function climb(weights: MachineWeights, velocities: MachineWeights, rise: MachineWeights, rate: Value, momentum: Value, decay: number): { weights: MachineWeights; velocities: MachineWeights } {
  const next = (name: keyof MachineWeights): Value => {
    const up = name === 'kernel' ? sub(rise.kernel, mul(weights.kernel, decay)) : rise[name];
    return add(mul(velocities[name], momentum), mul(up, rate));
  };
  const moved = { kernel: next('kernel'), visibleBias: next('visibleBias'), hiddenBias: next('hiddenBias') };
  return {
    velocities: moved,
    weights: { kernel: add(weights.kernel, moved.kernel), visibleBias: add(weights.visibleBias, moved.visibleBias), hiddenBias: add(weights.hiddenBias, moved.hiddenBias) },
  };
}

/** Mean squared difference of each sample: batch. */
export function squaredError(v: Value, reconstruction: Value): Value {
  return mean(square(sub(v, reconstruction)), [1]);
}
