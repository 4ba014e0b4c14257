// A program: a graph with named inputs, state and outputs, ready for any engine; and the set of programs every model has.
import type { RandomFeed } from '../core/random.ts';
import type { DType, HostTensor } from '../core/tensor.ts';
import type { ModelLayer } from '../model/model.ts';
import type { MetricName } from '../spec/schema.ts';
import type { Value } from './ir.ts';

export interface Port {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

export interface Program {
  readonly name: string;
  /** Fed at every run. */
  readonly inputs: readonly Port[];
  /** Read from the session's state. */
  readonly state: readonly Port[];
  /** Given back by every run. */
  readonly outputs: readonly { readonly name: string; readonly value: Value }[];
  /** Written to the session's state after the run; the names are those of `state`. */
  readonly updates: readonly { readonly name: string; readonly value: Value }[];
}

/** State by the names used in programs (see packing.ts), each one packed vector. */
export type State = Readonly<Record<string, HostTensor>>;

/**
 * The programs of one model. Ports:
 * - `target`: batch × features in the data set's type (uint8 or float32), scaled inside the program;
 * - `input`: batch × features, float32 in model scale; a port only when the spec corrupts (else the target is the input);
 * - `hyper`: what the optimiser needs of this step (see `hyper`);
 * - one port per entry of `random` (train step only).
 * Outputs:
 * - train step: `loss` (scalar, what is minimised) and, when `followed` is not empty, `followed` (its scalars);
 * - evaluate: `loss` (batch: each sample's own reconstruction loss), `followed` likewise, `metrics` (batch × metrics asked for),
 *   `posterior` of a gaussian latent (3 · units: divergence of each dimension, mean of the codes, mean of their squares);
 * - encode: `code` (batch × latent size, flat); decode takes `code` and gives `reconstruction` (batch × features, model scale);
 *   reconstruct gives `loss`, `code` and `reconstruction`; measure gives `metrics` (batch × metrics).
 */
export interface ModelPrograms {
  readonly random: readonly RandomFeed[];
  /** Random ports of `evaluate`: the draws of latents and penalties, for a loss that means the same as in training. */
  readonly evaluationRandom: readonly RandomFeed[];
  /**
   * Scalars beside the loss, "reconstruction" first; empty when the reconstruction is all there is. The loss is the sum of
   * them times their factors; factor 0 is only watched.
   */
  readonly followed: readonly { readonly name: string; readonly factor: number }[];
  trainStep(batch: number): Program;
  /** @param metrics those of the spec when left out. */
  evaluate(batch: number, metrics?: readonly MetricName[]): Program;
  /** As `evaluate`, but gives nothing besides `metrics`. */
  evaluateMetrics(batch: number, metrics: readonly MetricName[]): Program;
  encode(batch: number): Program;
  decode(batch: number): Program;
  reconstruct(batch: number): Program;
  /** As `reconstruct`, but gives no `reconstruction`. */
  locate(batch: number): Program;
  /** What every layer makes of samples, without anything random: an output for each, "encoder/dense", batch × its numbers, channels last. */
  activations(batch: number): Program;
  /** Metrics of every sample, without anything random. */
  measure(batch: number, metrics: readonly MetricName[]): Program;
  /**
   * A gaussian latent's `logLikelihood` (batch: log p(x) in nats, estimated from below with that many importance samples) and its
   * random ports; undefined for other latents. Meaningful for binaryCrossentropy on binary data.
   */
  likelihood(batch: number, draws: number): { readonly program: Program; readonly random: readonly RandomFeed[] } | undefined;
  /** Scalars of one step: learning rate, bias corrections, annealing. `step` counts from 1; `epochs` have passed, annealing is over when left out. */
  hyper(step: number, learningRate: number, epochs?: number): HostTensor;
  /** Freshly initialised state; the same seed gives the same numbers. */
  initialState(seed: number): State;
  /** Packed state → one tensor per parameter (Keras shapes, "encoder/dense/kernel") and per optimiser slot ("optimizer/0/encoder/dense/kernel"), in the memory of the state. */
  unpack(state: State): Record<string, HostTensor>;
  /** The reverse; throws StudioError('run') naming the tensor that is missing or of another shape. */
  pack(tensors: Readonly<Record<string, HostTensor>>): State;
  /** The same for weights alone: the optimiser's state is fresh. */
  start(tensors: Readonly<Record<string, HostTensor>>): State;
  /** Estimated bytes of one training session at that batch size: weights, gradients, optimiser, activations. */
  memory(batch: number): number;
  /** A standard ONNX model for any batch size with these weights inside. Input: float32 in model scale, shape batch × the sample's shape (channels last); code flat. */
  exportOnnx(which: 'encoder' | 'decoder' | 'autoencoder', state: State): Uint8Array;
}

/** Signature of `buildPrograms` in programs.ts. */
export interface ProgramOptions {
  /** Type and factor of the data set's values. */
  readonly data: { readonly dtype: Extract<DType, 'uint8' | 'float32'>; readonly scale: number };
  /**
   * Finished layers that samples pass before they are target and input of the model: pretraining layer by layer. Their parameters
   * belong to the state (`start`, `unpack`) and stay as they are.
   */
  readonly below?: readonly ModelLayer[];
}
