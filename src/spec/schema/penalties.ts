// Terms added to the loss.
import { Type } from '@sinclair/typebox';
import { choice, optional, variant } from './words.ts';

const penaltyWeight = (example: number) => ({
  weight: Type.Number({ exclusiveMinimum: 0, description: 'Factor of the penalty in the loss.', examples: [example] }),
});
const penalized = {
  layer: Type.String({ default: 'latent', minLength: 1, description: 'The layer whose outputs count: "latent" for the code, or the name of a layer ("dense_1", "decoder/dense" where both parts have one).', examples: ['features'] }),
};
export const Penalty = choice([
  variant('activityL1', 'Sparse by the sum of absolute activations, mean over the batch.', { ...penaltyWeight(0.001), ...penalized }),
  variant('klSparsity', 'Sparse by rate: the Kullback-Leibler divergence of each unit\'s mean activation over the batch from a target, summed over units. Needs activations in [0, 1].', {
    ...penaltyWeight(0.1), ...penalized,
    target: Type.Number({ default: 0.05, exclusiveMinimum: 0, exclusiveMaximum: 1, description: 'The mean activation wanted.', examples: [0.1] }),
  }),
  variant('contractive', 'Squared Frobenius norm of the Jacobian of the code with respect to the input, mean over the batch (Rifai et al., 2011).', {
    ...penaltyWeight(0.0001),
    method: Type.Union([
      Type.Literal('auto', { description: 'Exact up to 64 numbers in the code, estimated above.' }),
      Type.Literal('exact', { description: 'One backward pass for each number of the code.' }),
      Type.Literal('estimate', { description: 'An unbiased estimate by random projections.' }),
    ], { default: 'auto', description: 'How the norm is computed.', examples: ['estimate'] }),
    projections: Type.Integer({ default: 1, minimum: 1, description: 'Random projections of an estimate; more give less noise.', examples: [4] }),
  }),
  variant('weightDecay', 'Sums of absolute and squared kernel weights, as Keras\'s kernel_regularizer.', {
    l1: Type.Number({ default: 0, minimum: 0, description: 'Factor of the sum of absolute weights.', examples: [0.0001] }),
    l2: Type.Number({ default: 0, minimum: 0, description: 'Factor of the sum of squared weights.', examples: [0.0001] }),
    layers: optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description: 'Names of the layers. Left out, all.', examples: [['dense', 'decoder/dense']] })),
  }),
], { description: 'A term added to the loss.' });
