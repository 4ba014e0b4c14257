// Every message between the extension host and a page. The host owns the data: a page says `ready` when it (re)appears and
// gets a snapshot, then numbered increments while it is visible, each when it has drawn the one before. A page that misses a number says `ready` again.
// Typed arrays travel as they are (VS Code sends them as ArrayBuffers).
import type { Baseline } from '../core/baseline.ts';
import type { CodeReach } from '../core/code-reach.ts';
import type { Diagram } from '../model/diagram.ts';
import type { Distribution, WeightTensor } from '../model/weights.ts';
import type { Finding } from '../runs/diagnosis.ts';
import type { RunInfo, RunState, ScalarValues } from '../runs/events.ts';
import type { DataPreview, PreviewDraw } from '../runs/data-preview.ts';
import type { Judged } from '../runs/judged.ts';
import type { SweepReport } from '../runs/sweep-report.ts';

export type { Diagram, DiagramFact, DiagramLayer, DiagramNote } from '../model/diagram.ts';
export type { Distribution, WeightPictures, WeightTensor } from '../model/weights.ts';
export type { Finding } from '../runs/diagnosis.ts';
export type { Evaluated, EvaluationReport } from '../runs/evaluation.ts';
export type { DataPreview, PreviewDraw, PreviewFinding, PreviewSplit, PreviewSplitName } from '../runs/data-preview.ts';
export type { RunPicture as ReportPicture } from '../runs/judged.ts';
export type { Classification, ProbeReport, SubjectReport } from '../runs/probe.ts';
export type { RobustnessReport, Scores } from '../runs/robustness.ts';
export type { SweepReport, SweepRow } from '../runs/sweep-report.ts';

/** What every page knows of a run. */
export interface RunLabel {
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  readonly epoch: number;
  readonly epochs: number;
  readonly star: boolean;
  /** There is a checkpoint to go on from. */
  readonly checkpoint?: true;
  /** What it was given beside its config, path → value as people read it; absent where that is nothing. */
  readonly changes?: Readonly<Record<string, string>>;
  /** When it began, in milliseconds since 1970; absent where that is not known. */
  readonly created?: number;
  /** What it is doing beside training: "Downloading train-images-idx3-ubyte.gz, 40 %", or why it failed. */
  readonly message?: string;
  /** Principal components with as many numbers in their code, and the model beside them. */
  readonly baseline?: Baseline;
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
  /** A picture that a report names, by its path in the run folder. */
  file: { params: { runId: string; file: string }; result: Uint8Array };
  /** What a layer of a run has learned, its pictures in order of the units or the strongest first. */
  weights: { params: { runId: string; layer: string; checkpoint: CheckpointName; order: 'unit' | 'norm' }; result: LayerWeights };
  /** What every layer of a run makes of one of its kept samples. */
  activations: { params: { runId: string; sample: number; checkpoint: CheckpointName }; result: LayerActivations };
  /** Shows the model of a run of the config, or of the file as it is now when there is no id. */
  showModelOf: { params: { runId?: string }; result: boolean };
  /** Shows a layer of the diagram, or the first error, in the text editor; false where the text has it no more. */
  reveal: { params: { layer?: string }; result: boolean };
  /** Other samples of the data. */
  dataSamples: { params: PreviewDraw; result: DataSamples };
  /** 'open' shows a part of the config, 'openData' the place in the data that could not be read; 'again' reads anew; 'download' lets the set be downloaded. */
  dataAction: { params: { action: 'open' | 'openData' | 'again' | 'download'; section?: string }; result: boolean };
}
export type RequestName = keyof Requests;

export type RequestMessage = { [N in RequestName]: { readonly type: 'request'; readonly id: number; readonly name: N; readonly params: Requests[N]['params'] } }[RequestName];
export type ResponseMessage =
  | { readonly type: 'response'; readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly type: 'response'; readonly id: number; readonly ok: false; readonly error: string };

/** Commands of the extension (`autoencoder.…`) that a page may ask for, each about a run. */
export type PageCommand =
  | 'stop' | 'pause' | 'continue' | 'resume' | 'showLoss' | 'showReconstructions' | 'showLatent' | 'showReport'
  | 'probe' | 'testRobustness' | 'generate' | 'evaluate' | 'exportReport' | ConfigCommand;
/** About the config a run was trained from, as the file is now: to be changed, or trained anew. */
export type ConfigCommand = 'openConfig' | 'train';
/** Commands about a sweep. */
export type SweepCommand = 'stopSweep' | 'resumeSweep';

/** What every page may send. */
export type PageMessage =
  | { readonly type: 'ready' }
  /** Shown to the user as an error and written to the log: a page that cannot work says so. */
  | { readonly type: 'failed'; readonly message: string; readonly detail?: string }
  /** The last increment is drawn: no other one for so long, unless a run changed its state (webviews/shared/pace.ts). 0: now, somebody looks. */
  | { readonly type: 'rest'; readonly milliseconds: number }
  | { readonly type: 'command'; readonly command: PageCommand; readonly runId: string }
  | { readonly type: 'sweepCommand'; readonly command: SweepCommand; readonly sweepId: string }
  | RequestMessage;

/** What goes with an increment of any page. */
export interface Urgency {
  /** A run changed its state: that is to be seen at once, also on a page that nobody touches. */
  readonly urgent?: boolean;
}

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
  /** What principal components with as many numbers in their code reach, in each value that can be compared with them. */
  readonly levels?: ScalarValues;
  /** What the curves show, what matters most first; absent where there is nothing to say, or not yet. */
  readonly findings?: readonly Finding[];
}
export type LossHostMessage =
  | { readonly type: 'snapshot'; readonly revision: number; readonly runs: readonly LossRun[] }
  /** Points to append to the curves of these runs; a curve not seen before is new. */
  | { readonly type: 'append'; readonly revision: number; readonly runs: readonly LossRun[] }
  | ResponseMessage;

// ── Reconstructions ─────────────────────────────────────────────────────────────────────────────────────────────────

/** The columns of samples that are vectors. A number on the model's scale is × spread + center in the file; left out, it is the same. */
export interface SampleColumns {
  readonly names?: readonly string[];
  readonly center?: readonly number[];
  readonly spread?: readonly number[];
}

export interface PictureSamples {
  /** [height, width, channels], or [features] for samples that are no images. */
  readonly shape: readonly number[];
  readonly latentShape: readonly number[];
  readonly count: number;
  /** count × features on the model's scale; pictures in [0, 1]. */
  readonly original: Float32Array;
  readonly columns?: SampleColumns;
  readonly corrupted?: Float32Array;
  /** Class of each sample by name. */
  readonly labels?: readonly string[];
  /** How the spec wants them laid out; in rows when it does not say. */
  readonly layout?: 'grid';
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
  /** count × features: bytes, of which 255 is 1, or for vectors numbers on the model's scale. */
  readonly original: Uint8Array | Float32Array;
  readonly columns?: SampleColumns;
  /** Where codes can lie, if not anywhere. */
  readonly reach?: CodeReach;
  /** Index into `classNames` of each sample. */
  readonly labels?: Uint16Array;
  readonly classNames?: readonly string[];
}
export interface LatentEpoch {
  readonly epoch: number;
  /** count × latent size. */
  readonly code: Float32Array;
  readonly error: Float32Array;
  /** Entries of a quantised latent, one after the other. */
  readonly codebook?: Float32Array;
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

// ── Report ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ReportRun extends Judged {
  readonly run: RunLabel;
  readonly lossName: string;
  /** Validation values of the newest epoch, by name. */
  readonly values: Readonly<Record<string, number>>;
  readonly latentShape: readonly number[];
  readonly baseline?: NonNullable<RunInfo['baseline']>;
}
export type ReportHostMessage =
  | { readonly type: 'snapshot'; readonly revision: number; readonly runs: readonly ReportRun[] }
  /** Everything about one run, in place of what was told before. */
  | { readonly type: 'update'; readonly revision: number; readonly report: ReportRun }
  | ResponseMessage;

// ── Sweep ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ShownSweep {
  readonly report: SweepReport;
  /** For each of its paths the shortest name that tells it apart. */
  readonly names: readonly string[];
  /** For each row, in order, the values of the paths as people read them. */
  readonly texts: readonly (readonly string[])[];
  /** The loss of all its trainings, "mse"; absent where they differ or none has begun. */
  readonly lossName?: string;
}
export type SweepHostMessage =
  | { readonly type: 'snapshot' | 'update'; readonly revision: number; readonly sweep: ShownSweep }
  | ResponseMessage;

// ── Model ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export type CheckpointName = 'last' | 'best';

export interface LayerWeights {
  /** Finished epochs when the checkpoint was written. */
  readonly epoch: number;
  readonly tensors: readonly WeightTensor[];
}

/** Numbers of one sample, channels last. */
export interface LayerActivations {
  readonly epoch: number;
  /** Which of the kept samples, from 0, and how many there are. */
  readonly sample: number;
  readonly count: number;
  readonly label?: string;
  readonly original: Float32Array;
  /** What the encoder saw, where that is corrupted. */
  readonly corrupted?: Float32Array;
  readonly reconstruction: Float32Array;
  /** By the keys of the diagram, in any order. */
  readonly layers: readonly { readonly key: string; readonly shape: readonly number[]; readonly values: Float32Array; readonly distribution: Distribution }[];
}

export interface ShownModel {
  /** The config; absent where nobody knows it. */
  readonly file?: { readonly name: string; readonly path: string };
  /** The last one that could be drawn. */
  readonly diagram?: Diagram;
  /** Why the diagram is not that of the text as it is now, or is not there; with a way to the place when it is an error of the text. */
  readonly trouble?: { readonly text: string; readonly inText: boolean };
  /** What training takes, as far as that is known for the file as it is now. */
  readonly memory?: { readonly bytes: number; readonly batchSize: number };
  /** Layers that the cursor in the text is at. */
  readonly cursor: readonly string[];
  /** Runs of the config, the newest first. */
  readonly runs: readonly RunLabel[];
  /** The run whose model is shown; absent for the file as it is now. */
  readonly run?: RunLabel;
  /** Its checkpoints; the numbers change whenever one is written. */
  readonly checkpoints: Readonly<Partial<Record<CheckpointName, number>>>;
}
export type ModelHostMessage =
  | { readonly type: 'snapshot' | 'update'; readonly revision: number; readonly model: ShownModel }
  | ResponseMessage;

// ── Data ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Samples before training. The first `general` stand for what was asked for; the others are more of their classes. */
export interface DataSamples extends PreviewDraw {
  readonly count: number;
  readonly general: number;
  /** count × features on the model's scale. */
  readonly original: Float32Array;
  /** What the model would get in their place. */
  readonly corrupted?: Float32Array;
  /** Index into `classNames`. */
  readonly labels?: Int32Array;
  /** Places in the split, from 0. */
  readonly index: Int32Array;
}
/** Of every column or pixel of the training samples, on the model's scale. */
export interface DataFeatures {
  readonly mean: Float32Array;
  readonly stddev: Float32Array;
  readonly min: Float32Array;
  readonly max: Float32Array;
  /** features × bars, each column over its own range; of vectors. */
  readonly histograms?: Int32Array;
}
export interface DataContent {
  readonly preview: DataPreview;
  readonly samples: DataSamples;
  readonly features: DataFeatures;
}
export interface ShownData {
  /** Of the config, or of the named set. */
  readonly name: string;
  /** Whether there is a file to go to. */
  readonly hasConfig: boolean;
  readonly content?: DataContent;
  /** Why it cannot be shown; what was shown before is gone then. `dataPlace` is where in a file of data: "table.csv, line 12". */
  readonly failure?: { readonly reason: string; readonly dataPlace?: string };
  /** It is not on this machine; bytes to be downloaded. */
  readonly download?: { readonly title: string; readonly bytes: number };
  /** What is being done: "Reading the data". */
  readonly busy?: string;
}
export type DataHostMessage =
  | { readonly type: 'snapshot'; readonly revision: number; readonly data: ShownData }
  | { readonly type: 'progress'; readonly revision: number; readonly busy?: string }
  | ResponseMessage;

export type HostMessage = LossHostMessage | ReconstructionsHostMessage | LatentHostMessage | ReportHostMessage | SweepHostMessage | ModelHostMessage | DataHostMessage;

// ── What a page is given at birth ───────────────────────────────────────────────────────────────────────────────────

export type PageName = 'loss' | 'reconstructions' | 'latent' | 'report' | 'sweep' | 'model' | 'data';

/** Written by the host as JSON into <script type="application/json" id="setup">. */
export interface PageSetup {
  readonly page: PageName;
  /** Addresses the page may fetch: the decoding worker and onnxruntime-web's compiled part. */
  readonly assets: { readonly worker: string; readonly ortWasm: string };
}
