// The learning rate of every step. A pure function of the position, so that a resumed run needs nothing stored.
// Cosine: I. Loshchilov and F. Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts" (2017), without restarts;
// steps count as in Keras's schedules, which see the number of steps already taken.
import { unreachable } from '../core/errors.ts';
import type { LearningRateSpec } from '../spec/schema.ts';

export interface ScheduleLength {
  readonly stepsPerEpoch: number;
  /** Epochs of the whole training. */
  readonly epochs: number;
}

/**
 * The rate of the step that follows `stepsTaken` earlier ones (0 for the very first).
 * During the warm-up it rises linearly from zero; the schedule proper begins after it.
 */
export function learningRateAt(spec: LearningRateSpec, stepsTaken: number, length: ScheduleLength): number {
  const warmupSteps = Math.round(spec.warmupEpochs * length.stepsPerEpoch);
  if (stepsTaken < warmupSteps) return spec.learningRate * (stepsTaken / warmupSteps);
  const steps = stepsTaken - warmupSteps;
  const epochs = steps / length.stepsPerEpoch;
  switch (spec.type) {
    case 'constant':
      return spec.learningRate;
    case 'step':
      return spec.learningRate * spec.factor ** Math.floor(epochs / spec.epochs);
    case 'exponential':
      return spec.learningRate * spec.factor ** epochs;
    case 'cosine': {
      const whole = Math.max(1, length.epochs * length.stepsPerEpoch - warmupSteps);
      const done = Math.min(1, steps / whole);
      return spec.minimum + (spec.learningRate - spec.minimum) * 0.5 * (1 + Math.cos(Math.PI * done));
    }
    default:
      return unreachable(spec);
  }
}
