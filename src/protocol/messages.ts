// Every message between the extension host and a page. The host owns the data: a page says `ready` when it (re)appears and
// gets a snapshot, then numbered increments while it is visible. A page that misses a number says `ready` again.
// Typed arrays travel as they are (VS Code sends them as ArrayBuffers).
import type { RunState } from '../runs/events.ts';

/** What every page knows of a run. */
export interface RunLabel {
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  readonly epoch: number;
  readonly epochs: number;
  readonly star: boolean;
  /** What it is doing beside training: "Downloading train-images-idx3-ubyte.gz, 40 %", or why it failed. */
  readonly message?: string;
}

// ── Requests: page → host, each answered once ───────────────────────────────────────────────────────────────────────

/** A map from request to what goes in and what comes back. */
export interface Requests {
  /** Asks where to save, writes the bytes; false when the user changed their mind. */
  saveFile: { params: { suggestedName: string; kind: 'png' | 'csv' | 'onnx'; bytes: Uint8Array }; result: boolean };
  /** Lets the user pick runs to show beside these; the new list comes as a snapshot. */
  pickRuns: { params: Record<string, never>; result: boolean };
  /** Reconstructions of one epoch. */
  picture: { params: { runId: string; epoch: number }; result: PictureEpoch };
  /** Codes of one epoch. */
  latent: { params: { runId: string; epoch: number }; result: LatentEpoch };
  /** The newest exported model, for decoding in the page. */
  model: { params: { runId: string; model: 'encoder' | 'decoder' | 'autoencoder' }; result: { epoch: number; bytes: Uint8Array } };
}
export type RequestName = keyof Requests;

export type RequestMessage = { [N in RequestName]: { readonly type: 'request'; readonly id: number; readonly name: N; readonly params: Requests[N]['params'] } }[RequestName];
export type ResponseMessage =
  | { readonly type: 'response'; readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly type: 'response'; readonly id: number; readonly ok: false; readonly error: string };

/** What every page may send. */
export type PageMessage =
  | { readonly type: 'ready' }
  /** Shown to the user as an error and written to the log: a page that cannot work says so. */
  | { readonly type: 'failed'; readonly message: string; readonly detail?: string }
  | { readonly type: 'command'; readonly command: 'stop' | 'pause' | 'continue' | 'resume' | 'showLoss' | 'showReconstructions' | 'showLatent'; readonly runId: string }
  | RequestMessage;

// ── Loss ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** One curve as parallel arrays, in order of step. */
export interface Curve {
  /** The value's name ("loss"), its split, and whether points are single batches or whole epochs. */
  readonly value: string;
  readonly split: 'train' | 'validation';
  readonly per: 'batch' | 'epoch';
  readonly step: Float64Array;
  readonly epoch: Float64Array;
  /** Milliseconds since the run began training, pauses not counted. */
  readonly time: Float64Array;
  readonly y: Float64Array;
}
export interface LossRun {
  readonly run: RunLabel;
  readonly curves: readonly Curve[];
  /** Epoch with the lowest validation loss. */
  readonly bestEpoch?: number;
  readonly lossName: string;
}
export type LossHostMessage =
  | { readonly type: 'snapshot'; readonly revision: number; readonly runs: readonly LossRun[] }
  /** Points to append to the curves of these runs; a curve not seen before is new. */
  | { readonly type: 'append'; readonly revision: number; readonly runs: readonly LossRun[] }
  | ResponseMessage;

// ── Reconstructions ─────────────────────────────────────────────────────────────────────────────────────────────────

export interface PictureSamples {
  /** [height, width, channels], or [features] for samples that are no images. */
  readonly shape: readonly number[];
  readonly latentShape: readonly number[];
  readonly count: number;
  /** count × features in [0, 1]. */
  readonly original: Float32Array;
  readonly corrupted?: Float32Array;
  /** Class of each sample by name. */
  readonly labels?: readonly string[];
}
export interface PictureEpoch {
  readonly epoch: number;
  readonly reconstruction: Float32Array;
  readonly code: Float32Array;
  readonly error: Float32Array;
}
export interface PictureRun {
  readonly run: RunLabel;
  /** Absent until the first picture is written. */
  readonly samples?: PictureSamples;
  readonly epochs: readonly number[];
  readonly lossName: string;
}
export type ReconstructionsHostMessage =
  | { readonly type: 'snapshot'; readonly revision: number; readonly runs: readonly PictureRun[] }
  | { readonly type: 'update'; readonly revision: number; readonly run: RunLabel; readonly epochs: readonly number[] }
  | ResponseMessage;

// ── Latent space ────────────────────────────────────────────────────────────────────────────────────────────────────

export interface LatentSamples {
  readonly shape: readonly number[];
  readonly latentShape: readonly number[];
  readonly count: number;
  /** count × features, bytes: 255 is 1. */
  readonly original: Uint8Array;
  /** Index into `classNames` of each sample. */
  readonly labels?: Uint16Array;
  readonly classNames?: readonly string[];
}
export interface LatentEpoch {
  readonly epoch: number;
  /** count × latent size. */
  readonly code: Float32Array;
  readonly error: Float32Array;
}
export interface LatentRun {
  readonly run: RunLabel;
  readonly samples?: LatentSamples;
  readonly epochs: readonly number[];
  /** Changes whenever models/ is refreshed, so that the page asks for the decoder again. */
  readonly modelVersion: number;
  readonly lossName: string;
}
export type LatentHostMessage =
  | { readonly type: 'snapshot'; readonly revision: number; readonly run: LatentRun }
  | { readonly type: 'update'; readonly revision: number; readonly run: RunLabel; readonly epochs: readonly number[]; readonly modelVersion: number }
  | ResponseMessage;

export type HostMessage = LossHostMessage | ReconstructionsHostMessage | LatentHostMessage;

// ── What a page is given at birth ───────────────────────────────────────────────────────────────────────────────────

export type PageName = 'loss' | 'reconstructions' | 'latent';

/** Written by the host as JSON into <script type="application/json" id="setup">. */
export interface PageSetup {
  readonly page: PageName;
  /** Addresses the page may fetch: the decoding worker and onnxruntime-web's compiled part. */
  readonly assets: { readonly worker: string; readonly ortWasm: string };
}
