// What building a layer or a latent needs from its surroundings, and what it tells them.
import type { RandomFeed } from '../core/random.ts';
import type { ModelLayer, ModelLayerOf, ModelLayerType, ParameterRole } from '../model/model.ts';
import type { Value } from './ir.ts';

/** What a layer may ask for while it is being built. */
export interface LayerContext {
  readonly layer: ModelLayer;
  /**
   * 'train': dropout drops, batches are normalised by themselves, latents are drawn; 'evaluate': latents are drawn, for a loss that
   * means the same; 'infer': nothing is random.
   */
  readonly mode: Mode;
  parameter(role: ParameterRole): Value;
  /** Samples of the posterior for each input, in place of what the spec says. */
  readonly samples?: number;
  /** A port for random numbers, batch × ...shape. */
  random(feed: Omit<RandomFeed, 'name' | 'perSample'>, shape: readonly number[]): Value;
  /** Gives a statistic its value after this step. */
  update(role: ParameterRole, value: Value): void;
  /** Counts as a constant in the Jacobian of the encoder: what batch normalisation takes from the batch. */
  hold(value: Value): void;
  /** Tells what the latent found out. */
  latent(findings: LatentFindings): void;
}

export type Mode = 'train' | 'evaluate' | 'infer';

/** What a latent knows besides the values it hands to the decoder. */
export interface LatentFindings {
  /** The code of each sample where it is not what the decoder gets: batch × units. */
  readonly code?: Value;
  /** Scalars, means over the batch, that are added to the loss with their factors. */
  readonly terms?: readonly { readonly name: string; readonly value: Value; readonly factor: Factor }[];
  /** Scalars worth a curve. */
  readonly metrics?: readonly { readonly name: string; readonly value: Value }[];
  /** Kullback-Leibler divergence of each dimension, mean over the batch: units. */
  readonly klPerDimension?: Value;
  /** With several samples of the posterior for each input: log p(z) − log q(z|x), batch × samples. The decoder gets batch·samples codes. */
  readonly logRatio?: Value;
}

/** How much a term counts; an annealed one is multiplied by what the host says at every step. */
export interface Factor {
  readonly value: number;
  readonly annealed?: boolean;
}

export type Forward<T extends ModelLayerType> = (spec: ModelLayerOf<T>, x: Value, context: LayerContext) => Value;
