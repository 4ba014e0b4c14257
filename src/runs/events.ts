// What a run writes to its folder, and what everyone else reads from it. `events.jsonl` is the truth: one line per event.
import type { CodeReach } from '../core/code-reach.ts';
import type { HostTensor } from '../core/tensor.ts';

/** Values of a run: "loss" always; later penalties, metrics and the learning rate under names of their own. */
export type ScalarValues = Readonly<Record<string, number>>;
export type SplitName = 'train' | 'validation';

interface At {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Epochs finished, as a fraction while one is running: 2.5 is half-way through the third. */
  readonly epoch: number;
  /** Optimiser steps taken. */
  readonly step: number;
  /** Milliseconds spent training so far, over all resumes; pauses do not count. The writer fills it in. */
  readonly elapsed?: number;
}

export type RunEvent =
  /** `per: 'batch'` is one step's own value (sampled, at most a few a second); `per: 'epoch'` the mean over an epoch. */
  | (At & { readonly type: 'scalars'; readonly per: 'batch' | 'epoch'; readonly split: SplitName; readonly values: ScalarValues })
  /** A file with pictures of that epoch, relative to the run folder. */
  | (At & { readonly type: 'picture'; readonly file: string })
  /** A file with codes of that epoch; `idle`: how many units of the code (channels, where it is an image) hardly vary over its samples. */
  | (At & { readonly type: 'latent'; readonly file: string; readonly idle?: number })
  | (At & { readonly type: 'checkpoint'; readonly kind: 'last' | 'best'; readonly value?: number })
  | (At & { readonly type: 'alert'; readonly level: 'info' | 'warning' | 'error'; readonly message: string })
  /** Everything after this position (epoch, step) in earlier lines is void. */
  | (At & { readonly type: 'resume' })
  | (At & { readonly type: 'end'; readonly outcome: RunOutcome; readonly message?: string });

export type RunOutcome = 'finished' | 'stopped' | 'failed';

/** What a run knows of its sweep (see sweep.ts). */
export interface SweepMembership {
  readonly id: string;
  readonly index: number;
  readonly count: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** run.json */
export interface RunInfo {
  readonly format: 1;
  readonly id: string;
  readonly name: string;
  /** Absolute path of the .aeconf file it was started from. */
  readonly configPath: string;
  /** sha256 of the resolved spec. */
  readonly specHash: string;
  readonly seed: number;
  readonly created: number;
  readonly device: {
    readonly id: string;
    readonly name: string;
    /** Why this one: "chosen: 3.1× faster than the CPU (...)". */
    readonly reason?: string;
    /** Why none of the others that were considered. */
    readonly others?: readonly { readonly id: string; readonly name: string; readonly available: boolean; readonly reason: string }[];
  };
  readonly versions: Readonly<Record<string, string>>;
  /** Paths and values given with --set. */
  readonly overrides: Readonly<Record<string, unknown>>;
  /** Id of the run whose weights it started from. */
  readonly parent?: string;
  /** The sweep it belongs to, its place there (from 0) and the values it takes. */
  readonly sweep?: SweepMembership;
  readonly dataset: {
    readonly name: string; readonly shape: readonly number[]; readonly train: number; readonly validation: number; readonly classNames?: readonly string[];
    /** The training samples are read from their file as they are needed, in an order of blocks; a resumed run does as before. */
    readonly fromDisk?: true;
  };
  /** `codes`: where codes can lie, if not anywhere. */
  readonly model: { readonly latentShape: readonly number[]; readonly parameters: number; readonly trainable: number; readonly codes?: CodeReach };
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /**
   * Mean squared error of the validation samples (corrupted as the spec says) rebuilt from as many principal components of the
   * training samples as the code has numbers; `mean`: the error of the mean of the training samples as the answer to each; `model`: the
   * model's own at the end of training; `levels`: where the components' error lies on the curves of the run that are mean squared errors,
   * by their names (a loss may sum over the numbers of a sample).
   */
  readonly baseline?: { readonly kind: 'pca'; readonly components: number; readonly mse: number; readonly mean?: number; readonly model?: number; readonly levels?: ScalarValues };
  /** Why there is none, where there could have been one. */
  readonly baselineSkipped?: string;
  /** CPU threads given with --threads; a resumed run takes as many, since sums depend on how they are split. */
  readonly threads?: number;
}

export type WorkState = 'preparing' | 'training' | 'paused' | RunOutcome;

/** status.json, rewritten about once a second and at each change of state. */
export interface RunStatus {
  readonly pid: number;
  /** Start time of that process, to tell a reused pid. */
  readonly processStart: string;
  readonly host: string;
  readonly heartbeat: number;
  readonly state: WorkState;
  readonly epoch: number;
  readonly step: number;
  readonly epochs: number;
  readonly samplesPerSecond?: number;
  /** Seconds. */
  readonly timeLeft?: number;
  /** Seconds spent training, over all resumes. */
  readonly elapsed: number;
  /** What is being prepared: "Downloading train-images-idx3-ubyte.gz, 40 %". */
  readonly message?: string;
  readonly trainLoss?: number;
  readonly validationLoss?: number;
  readonly bestValidationLoss?: number;
  /** The epoch with the lowest loss of the kind that is watched, and that loss: of the validation samples unless early stopping watches the other, or there are none. */
  readonly bestEpoch?: number;
  readonly bestLoss?: number;
  /** Mean squared error of the validation samples after the newest epoch, and what principal components reach, where they are compared. */
  readonly mse?: number;
  readonly pca?: number;
  /** What the run warns of as long as it goes on: that its data lies where it cannot follow. */
  readonly warning?: string;
}

/** control.json, written by whoever wants something of the trainer (write to a temporary file, then rename). */
export interface RunControl {
  readonly request: 'stop' | 'pause' | 'continue';
  readonly time: number;
}

/** user.json: only the editor and the CLI's user commands write it. */
export interface RunNotes {
  readonly name?: string;
  readonly star?: boolean;
  readonly tags?: readonly string[];
  readonly note?: string;
}

/** What the state of a run is when all facts are weighed: a run whose process is gone is interrupted, whatever its file says. */
export type RunState = WorkState | 'interrupted';

/** Tensors by name, as safetensors files hold them. */
export type TensorFile = Readonly<Record<string, HostTensor>>;

/**
 * Files of a run folder.
 *
 * `pictures/samples.safetensors`: `original` (samples × features, uint8 or float32), `corrupted` (float32, when the spec corrupts),
 * `labels` (int32, when known), `index` (int32, position in the validation split); metadata `scale`: `original` times it is
 * in model scale.
 * `pictures/epoch-0001.safetensors`: `reconstruction` (samples × features, float32 in model scale), `code` (samples × latent, float32),
 * `error` (samples, float32: each sample's own loss).
 * `latents/samples.safetensors`: `original` (uint8 or float32), `labels` (int32), `index` (int32); metadata `scale`.
 * `latents/epoch-0001.safetensors`: `code` (samples × latent, float32), `error` (samples, float32), of a quantised latent `codebook`
 * (entries × numbers, float32).
 * `pictures/manifold.png`: of a latent of two dimensions the plane of codes, decoded with the weights that are the result.
 */
export const runFiles = {
  info: 'run.json',
  config: 'config.aeconf',
  resolvedConfig: 'config.resolved.json',
  events: 'events.jsonl',
  status: 'status.json',
  control: 'control.json',
  notes: 'user.json',
  log: 'train.log',
  lastCheckpoint: 'checkpoints/last.safetensors',
  bestCheckpoint: 'checkpoints/best.safetensors',
  encoder: 'models/encoder.onnx',
  decoder: 'models/decoder.onnx',
  autoencoder: 'models/autoencoder.onnx',
  pictureSamples: 'pictures/samples.safetensors',
  latentSamples: 'latents/samples.safetensors',
  picture: (epoch: number) => `pictures/epoch-${String(epoch).padStart(4, '0')}.safetensors`,
  latent: (epoch: number) => `latents/epoch-${String(epoch).padStart(4, '0')}.safetensors`,
  manifold: 'pictures/manifold.png',
  tensorboard: 'tb',
} as const;
