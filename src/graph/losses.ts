// Reconstruction losses as Keras defines them: each sample's own loss is the mean over its numbers. One exception: right behind a
// softmax, Keras 3 takes the softmax's logits for a sigmoid's; we use the probabilities.
import { unreachable } from '../core/errors.ts';
import type { LossName, Spec } from '../spec/schema.ts';
import type { Value } from './ir.ts';
import * as ops from './ops.ts';

/** Keras's backend epsilon: how far probabilities are kept from 0 and 1. */
const EPSILON = 1e-7;

/** Loss of every number of target and output, which have one shape or are stretched to one. */
export function elementLoss(name: LossName, target: Value, output: Value): Value {
  switch (name) {
    case 'mse': return ops.square(ops.sub(output, target));
    case 'mae': return ops.abs(ops.sub(output, target));
    case 'binaryCrossentropy': {
      const logits = logitsOf(output);
      // −t·log σ(x) − (1 − t)·log(1 − σ(x)) = log(1 + eˣ) − t·x, which neither overflows nor loses digits. Keras does so too.
      if (logits !== undefined) return ops.sub(ops.softplus(logits), ops.mul(target, logits));
      const p = ops.min(ops.max(output, EPSILON), 1 - EPSILON);
      const one = ops.mul(target, ops.log(p));
      const zero = ops.mul(ops.sub(1, target), ops.log(ops.sub(1, p)));
      return ops.neg(ops.add(one, zero));
    }
    default: return unreachable(name);
  }
}

/** What a sigmoid was applied to, when the output is one (in another shape perhaps). */
function logitsOf(output: Value): Value | undefined {
  if (output.op.kind === 'sigmoid') return output.inputs[0];
  if (output.op.kind !== 'reshape' && output.op.kind !== 'transpose') return undefined;
  const inner = logitsOf(output.inputs[0]!);
  if (inner === undefined) return undefined;
  return output.op.kind === 'reshape' ? ops.reshape(inner, output.shape) : ops.transpose(inner, output.op.permutation);
}

/** How the numbers of a sample make one loss: the evidence lower bound of the textbooks sums them, Keras's losses average. */
export function reductionOf({ latent, training }: Pick<Spec, 'latent' | 'training'>): 'sum' | 'mean' {
  return training.reduction ?? (latent.type === 'gaussian' ? 'sum' : 'mean');
}

/** Mean over the samples, in one sum: the gradient stays one number until it meets the output. target and output: batch × features. */
export function batchLoss(name: LossName, reduction: 'sum' | 'mean', target: Value, output: Value): Value {
  const [batch, features] = target.shape as [number, number];
  return ops.mul(ops.sum(elementLoss(name, target, output)), 1 / (reduction === 'sum' ? batch : batch * features));
}

/**
 * One number per sample and reconstruction of it.
 * @param target batch × features.
 * @param output batch·samples × features, the reconstructions of a sample one after another.
 * @returns batch × samples.
 */
export function sampleLosses(name: LossName, reduction: 'sum' | 'mean', target: Value, output: Value): Value {
  const [batch, features] = target.shape as [number, number];
  const samples = output.shape[0]! / batch;
  const shape = samples === 1 ? [batch, features] : [batch, samples, features];
  const losses = elementLoss(name, ops.reshape(target, samples === 1 ? shape : [batch, 1, features]), ops.reshape(output, shape));
  const axis = [shape.length - 1];
  return ops.reshape(reduction === 'sum' ? ops.sum(losses, axis) : ops.mean(losses, axis), [batch, samples]);
}
