// A program: a graph with named inputs, state and outputs, ready for any engine; and the set of programs every model has.
import type { RandomFeed } from '../core/random.ts';
import type { DType, HostTensor } from '../core/tensor.ts';
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
 * Outputs: train step `loss` (scalar, mean over the batch); evaluate `loss` (batch: each sample's own) ; encode `code`
 * (batch × latent size, flat); decode takes `code` and gives `reconstruction` (batch × features, model scale); reconstruct gives
 * `loss`, `code` and `reconstruction`.
 */
export interface ModelPrograms {
  readonly random: readonly RandomFeed[];
  trainStep(batch: number): Program;
  evaluate(batch: number): Program;
  encode(batch: number): Program;
  decode(batch: number): Program;
  reconstruct(batch: number): Program;
  /** Scalars of one step: learning rate, bias corrections. `step` counts from 1. */
  hyper(step: number, learningRate: number): HostTensor;
  /** Freshly initialised state; the same seed gives the same numbers. */
  initialState(seed: number): State;
  /** Packed state → one tensor per parameter (Keras shapes, "encoder/dense/kernel") and per optimiser slot ("optimizer/0/encoder/dense/kernel"). */
  unpack(state: State): Record<string, HostTensor>;
  /** The reverse; throws StudioError('run') naming the tensor that is missing or of another shape. */
  pack(tensors: Readonly<Record<string, HostTensor>>): State;
  /** Estimated bytes of one training session at that batch size: weights, gradients, optimiser, activations. */
  memory(batch: number): number;
  /** A standard ONNX model for any batch size with these weights inside. Input: float32 in model scale, shape batch × the sample's shape (channels last); code flat. */
  exportOnnx(which: 'encoder' | 'decoder' | 'autoencoder', state: State): Uint8Array;
}

/** Signature of `buildPrograms` in programs.ts. */
export interface ProgramOptions {
  /** Type and factor of the data set's values. */
  readonly data: { readonly dtype: Extract<DType, 'uint8' | 'float32'>; readonly scale: number };
}
