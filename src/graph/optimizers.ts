// Optimisers with Keras 3's formulas and defaults. All trainable weights are one packed vector, so an update is a handful of
// operations however many layers there are. What depends on the step number alone is computed on the host (`hyper`).
import { unreachable } from '../core/errors.ts';
import type { OptimizerSpec } from '../spec/schema.ts';
import type { Value } from './ir.ts';
import * as ops from './ops.ts';
import { add, div, mul, sqrt, square, sub } from './ops.ts';

export interface Optimizer {
  /** Start values of its state, one per slot; each slot is as long as the weights. */
  readonly slots: readonly number[];
  /** Length of the `hyper` port. */
  readonly hyperSize: number;
  /** Scalars of one step; `step` counts from 1. */
  hyper(step: number, learningRate: number): number[];
  /** One step. `hyper(i)` is the i-th scalar; weights, gradient and slots are vectors of one length. */
  update(weights: Value, gradient: Value, slots: readonly Value[], hyper: (i: number) => Value): { weights: Value; slots: Value[] };
}

/** before + (now − before)·rate: a moving average. */
function toward(before: Value, now: Value, rate: number): Value {
  return add(before, mul(sub(now, before), rate));
}

export function buildOptimizer(spec: OptimizerSpec): Optimizer {
  switch (spec.type) {
    case 'sgd': return sgd(spec.momentum, spec.nesterov);
    case 'adam': return adam(spec, 0);
    case 'adamw': return adam(spec, spec.weightDecay);
    case 'nadam': return nadam(spec);
    case 'adadelta': return adadelta(spec.rho, spec.epsilon);
    case 'rmsprop': return rmsprop(spec.rho, spec.momentum, spec.epsilon, spec.centered);
    case 'adagrad': return adagrad(spec.initialAccumulatorValue, spec.epsilon);
    default: return unreachable(spec);
  }
}

const rateOnly = { hyperSize: 1, hyper: (_step: number, learningRate: number): number[] => [learningRate] };

function sgd(momentum: number, nesterov: boolean): Optimizer {
  return {
    ...rateOnly,
    slots: momentum > 0 ? [0] : [],
    update(weights, gradient, slots, hyper) {
      const step = mul(gradient, hyper(0));
      const velocity = slots[0];
      if (velocity === undefined) return { weights: sub(weights, step), slots: [] };
      const next = sub(mul(velocity, momentum), step);
      return { weights: add(weights, nesterov ? sub(mul(next, momentum), step) : next), slots: [next] };
    },
  };
}

/**
 * A power as Keras computes it. In float32, 1 − 0.999 is too small by 1.3e-5, which makes every step of Adam smaller by 6e-6; a loss
 * shows that in its fifth digit after twenty steps.
 */
function float32Power(base: number, exponent: number): number {
  return Math.fround(Math.fround(base) ** exponent);
}

interface Moments { readonly beta1: number; readonly beta2: number; readonly epsilon: number }

function adam({ beta1, beta2, epsilon }: Moments, weightDecay: number): Optimizer {
  return {
    slots: [0, 0],
    hyperSize: 2,
    hyper: (step, rate) => [rate * Math.sqrt(1 - float32Power(beta2, step)) / (1 - float32Power(beta1, step)), rate * weightDecay],
    update(weights, gradient, [mean, variance], hyper) {
      const decayed = weightDecay > 0 ? sub(weights, mul(weights, hyper(1))) : weights;
      const nextMean = toward(mean!, gradient, 1 - beta1);
      const nextVariance = toward(variance!, square(gradient), 1 - beta2);
      return {
        weights: sub(decayed, div(mul(nextMean, hyper(0)), add(sqrt(nextVariance), epsilon))),
        slots: [nextMean, nextVariance],
      };
    },
  };
}

function nadam({ beta1, beta2, epsilon }: Moments): Optimizer {
  const schedule = (step: number): number => beta1 * (1 - 0.5 * 0.96 ** step);
  let known = { step: 0, product: 1 };
  const product = (step: number): number => {
    if (step < known.step) known = { step: 0, product: 1 };
    let { product: value } = known;
    for (let t = known.step + 1; t <= step; t++) value *= schedule(t);
    known = { step, product: value };
    return value;
  };
  return {
    slots: [0, 0],
    hyperSize: 3,
    hyper(step, rate) {
      const now = schedule(step);
      const next = schedule(step + 1);
      const past = product(step);
      return [rate * next / (1 - past * next), rate * (1 - now) / (1 - past), 1 / (1 - beta2 ** step)];
    },
    update(weights, gradient, [mean, variance], hyper) {
      const nextMean = toward(mean!, gradient, 1 - beta1);
      const nextVariance = toward(variance!, square(gradient), 1 - beta2);
      const direction = add(mul(nextMean, hyper(0)), mul(gradient, hyper(1)));
      return {
        weights: sub(weights, div(direction, add(sqrt(mul(nextVariance, hyper(2))), epsilon))),
        slots: [nextMean, nextVariance],
      };
    },
  };
}

function adadelta(rho: number, epsilon: number): Optimizer {
  return {
    ...rateOnly,
    slots: [0, 0],
    update(weights, gradient, [gradients, steps], hyper) {
      const nextGradients = toward(gradients!, square(gradient), 1 - rho);
      const step = mul(gradient, div(sqrt(add(steps!, epsilon)), sqrt(add(nextGradients, epsilon))));
      return {
        weights: sub(weights, mul(step, hyper(0))),
        slots: [nextGradients, toward(steps!, square(step), 1 - rho)],
      };
    },
  };
}

function rmsprop(rho: number, momentum: number, epsilon: number, centered: boolean): Optimizer {
  return {
    ...rateOnly,
    slots: [0, ...(momentum > 0 ? [0] : []), ...(centered ? [0] : [])],
    update(weights, gradient, slots, hyper) {
      const velocity = momentum > 0 ? slots[1] : undefined;
      const mean = centered ? slots[slots.length - 1] : undefined;
      const nextSquares = toward(slots[0]!, square(gradient), 1 - rho);
      const nextMean = mean === undefined ? undefined : toward(mean, gradient, 1 - rho);
      const denominator = nextMean === undefined ? nextSquares : sub(nextSquares, square(nextMean));
      const step = div(mul(gradient, hyper(0)), sqrt(add(denominator, epsilon)));
      const nextVelocity = velocity === undefined ? undefined : add(mul(velocity, momentum), step);
      return {
        weights: sub(weights, nextVelocity ?? step),
        slots: [nextSquares, ...(nextVelocity ? [nextVelocity] : []), ...(nextMean ? [nextMean] : [])],
      };
    },
  };
}

function adagrad(initialAccumulatorValue: number, epsilon: number): Optimizer {
  return {
    ...rateOnly,
    slots: [initialAccumulatorValue],
    update(weights, gradient, [squares], hyper) {
      const next = add(squares!, square(gradient));
      return { weights: sub(weights, div(mul(gradient, hyper(0)), sqrt(add(next, epsilon)))), slots: [next] };
    },
  };
}

interface Clipping { readonly clipNorm?: number; readonly clipValue?: number; readonly globalClipNorm?: number }

/** Bounds gradients, one entry per weight, in Keras's order of precedence. */
export function clipGradients(gradients: readonly Value[], { clipNorm, clipValue, globalClipNorm }: Clipping): Value[] {
  const squares = (gradient: Value): Value => ops.sum(square(gradient));
  // norm / max(norm, limit) is min(1, limit / norm) without a division by zero.
  const scaleTo = (limit: number, squared: Value): Value => div(ops.scalar(limit), ops.max(sqrt(squared), limit));
  if (clipNorm !== undefined) return gradients.map(gradient => mul(gradient, scaleTo(clipNorm, squares(gradient))));
  if (globalClipNorm !== undefined && gradients.length > 0) {
    const factor = scaleTo(globalClipNorm, gradients.map(squares).reduce((a, b) => add(a, b)));
    return gradients.map(gradient => mul(gradient, factor));
  }
  if (clipValue !== undefined) return gradients.map(gradient => ops.min(ops.max(gradient, -clipValue), clipValue));
  return [...gradients];
}
