// A data set, whatever file it came from: in memory, or in its file where it is larger than that.
import type { Normalization } from '../core/normalization.ts';
import type { RandomFeed } from '../core/random.ts';
import type { HostTensor } from '../core/tensor.ts';
import type { CorruptionSpec } from '../spec/schema.ts';
import type { Place } from './free-memory.ts';
import type { Samples } from './memory.ts';
import type { StoredRows } from './stored.ts';

interface SplitFacts {
  readonly count: number;
  /** Class of each sample as an index into `classNames`. */
  readonly labels?: Uint16Array;
}

export interface HeldSplit extends SplitFacts {
  /** count × features, row-major, each sample channels-last. Backed by a SharedArrayBuffer so that workers read it without a copy. */
  readonly values: Samples;
  readonly stored?: undefined;
}

/** Samples that are read when they are needed. */
export interface StoredSplit extends SplitFacts {
  readonly stored: StoredRows;
  readonly values?: undefined;
}

/** What all may ask of it, wherever its samples are, is in rows.ts. */
export type Split = HeldSplit | StoredSplit;

export interface Dataset {
  /** "fashion-mnist", or the file's name. */
  readonly name: string;
  /** Shape of one sample without the batch: [height, width, channels] or [features]. */
  readonly shape: readonly number[];
  /** A value times this is on the scale the model sees: 1/255 for bytes. */
  readonly scale: number;
  readonly train: Split;
  /** What the model is judged on; empty (count 0) when the spec says `validation: 0`. */
  readonly validation: Split;
  readonly classNames?: readonly string[];
  /** Names of the columns, where the samples are vectors and their file names them. */
  readonly columnNames?: readonly string[];
  /** What was done to every column; the samples are on the model's scale then. */
  readonly normalization?: Normalization;
  /** Where it was found: the path of its file, folder or archive; absent for what the program draws itself. */
  readonly source?: string;
  /** What a reader made of the file that its owner should know. */
  readonly notes?: readonly string[];
}

export interface DataProgress {
  /** What is going on: "Downloading train-images-idx3-ubyte.gz". */
  readonly task: string;
  readonly done: number;
  /** Unknown when left out. */
  readonly total?: number;
  readonly unit: 'bytes' | 'files' | 'samples';
}

export interface LoadOptions {
  /** Relative paths of the spec start here, at the first folder that has the file (core/config-folders.ts). */
  readonly baseFolders: readonly string[];
  /** Searched for named sets before the cache: `<folder>/<set name>/<file>` and `<folder>/<file>`. */
  readonly dataFolders?: readonly string[];
  /** Where downloads are kept; the user's cache folder when left out. */
  readonly cacheFolder?: string;
  /** Whether a named set that is not on this machine may be downloaded; it may, when left out. */
  readonly download?: boolean;
  readonly seed: number;
  /** Where the training samples have to be: where they were when the run began. Left out: in memory as far as that allows. */
  readonly place?: Place;
  /** What a run has begun with; it then holds, in place of what the data would give now. */
  readonly normalization?: Normalization;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DataProgress) => void;
}

export interface BatchPlan {
  readonly seed: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly corruption: readonly CorruptionSpec[];
  /** Whether pixels are drawn as 0 or 1 with the probability of their value, anew for every batch. */
  readonly binarize?: boolean;
  readonly random: readonly RandomFeed[];
  /** Whether batches bring the labels of their samples. */
  readonly labels?: boolean;
}

/** One batch, ready to be fed. The arrays belong to the receiver until it gives them back with `recycle`. */
export interface Batch {
  readonly epoch: number;
  readonly index: number;
  readonly size: number;
  /** size × features, the clean samples in the data set's own type (not scaled); drawn where the plan binarises. */
  readonly target: Samples;
  /** Position in the split of each sample, where `target` holds what lies there and is gathered when it is asked for. */
  readonly rows?: Int32Array;
  /** size × features, corrupted and scaled to [0, 1]; absent without corruption. */
  readonly input?: Float32Array;
  /** Class of each sample; present when the plan asks for it. */
  readonly labels?: Int32Array;
  /** By name; float32 for 'normal' and 'uniform', uint8 of 0 and 1 for 'keep'. */
  readonly random: Readonly<Record<string, Float32Array | Uint8Array>>;
}

/** Batches of one split, prepared ahead in a worker thread. */
export interface BatchSource {
  readonly batchesPerEpoch: number;
  /** All samples, count × features, where batches may name their rows. */
  readonly samples?: HostTensor;
  /** Epochs count from 1, indices from 0. The same (epoch, index) always gives the same batch. */
  next(epoch: number, index: number): Promise<Batch>;
  recycle(batch: Batch): void;
  dispose(): Promise<void>;
}
