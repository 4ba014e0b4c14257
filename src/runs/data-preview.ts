// What `aeconf preview` tells of a data set, as a folder that others read: a report, samples as tensors, and what every column or pixel
// is like. The page that shows it computes none of these numbers.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { StudioError } from '../core/errors.ts';
import type { Normalization } from '../core/normalization.ts';
import type { TensorFile } from './events.ts';
import { readTextIfThere, replaceFile } from './files.ts';
import { safetensorsParts } from './safetensors.ts';

export const previewFiles = {
  report: 'preview.json',
  /** original and corrupted (samples × features, on the model's scale), index (place in the split), label, general (1 for those that stand for the whole split). */
  samples: 'samples.safetensors',
  /** mean, stddev, min, max of every column or pixel of the training samples, on the model's scale; histograms (features × bars) of vectors. */
  features: 'features.safetensors',
  picture: 'samples.png',
  mean: 'mean.png',
} as const;

export type PreviewSplitName = 'train' | 'validation';

/** Values are on the model's scale. */
export interface PreviewSplit {
  readonly count: number;
  /** Samples that were looked at: all, or some spread evenly. */
  readonly seen: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  /** Share of the values that are 0. */
  readonly zeros: number;
  /** Bar i counts the values from low + i · width on. */
  readonly histogram: { readonly low: number; readonly width: number; readonly counts: readonly number[] };
  /** Samples of each class; of all samples, also where only some were looked at. */
  readonly classes?: readonly number[];
}

export interface PreviewFinding {
  /** 'error': training refuses. */
  readonly level: 'error' | 'warning' | 'info';
  readonly text: string;
  /** The part of the file that it is about. */
  readonly section?: 'data' | 'corruption' | 'encoder' | 'decoder' | 'training';
}

export interface DataPreview {
  readonly format: 1;
  readonly name: string;
  /** The file it was asked about; absent for a named set. */
  readonly config?: string;
  /** Where the data lies; absent for what the program draws itself. */
  readonly source?: string;
  readonly type: string;
  /** Of one sample. */
  readonly shape: readonly number[];
  /** A value of the file times this is on the model's scale, where columns are not normalised. */
  readonly scale: number;
  /** Of all samples as a training holds or reads them. */
  readonly bytes: number;
  readonly fromDisk: boolean;
  readonly train: PreviewSplit;
  /** Absent where nothing is set aside. */
  readonly validation?: PreviewSplit;
  readonly classNames?: readonly string[];
  /** Of vectors whose file names them. */
  readonly columnNames?: readonly string[];
  readonly normalization?: Normalization;
  /** "gaussian (stddev 0.2)", in the order applied. */
  readonly corruption: readonly string[];
  /** How many columns or pixels are the same in all training samples that were looked at. */
  readonly constant: number;
  /** Where that could be found out at once: training samples that are equal to another one, validation samples that are training samples, too. */
  readonly duplicates?: { readonly train: number; readonly shared: number };
  readonly findings: readonly PreviewFinding[];
  /** Which samples the file of samples holds. */
  readonly samples: PreviewDraw & { readonly count: number };
}

/** How samples are chosen. */
export interface PreviewDraw {
  readonly split: PreviewSplitName;
  /** 0: spread evenly; from 1 on: drawn at random, other ones for every number. */
  readonly draw: number;
  /** Only samples of this class. */
  readonly className?: string;
}

export interface PreviewPictures {
  readonly samples: Uint8Array;
  /** Mean and standard deviation, of images. */
  readonly mean?: Uint8Array;
}

/** Writes the folder. @throws StudioError('run') when the disk refuses. */
export async function writePreview(folder: string, report: DataPreview, tensors: { readonly samples: TensorFile; readonly features: TensorFile }, pictures: PreviewPictures): Promise<void> {
  await replaceFile(path.join(folder, previewFiles.samples), safetensorsParts(tensors.samples));
  await replaceFile(path.join(folder, previewFiles.features), safetensorsParts(tensors.features));
  await replaceFile(path.join(folder, previewFiles.picture), pictures.samples);
  const mean = path.join(folder, previewFiles.mean);
  // The folder may hold that of other data.
  if (pictures.mean === undefined) await fs.promises.rm(mean, { force: true });
  else await replaceFile(mean, pictures.mean);
  await replaceFile(path.join(folder, previewFiles.report), Buffer.from(JSON.stringify(report)));
}

/** @throws StudioError('run') when it is not there or of another version. */
export async function readPreview(folder: string): Promise<DataPreview> {
  const file = path.join(folder, previewFiles.report);
  const read = await readTextIfThere(file);
  const value: unknown = read === undefined ? undefined : JSON.parse(read.text);
  if (typeof value === 'object' && value !== null && 'format' in value && value.format === 1) return value as DataPreview;
  throw new StudioError('run', `${file} is ${read === undefined ? 'not there' : 'of another version'}. Make it anew with "aeconf preview".`);
}
