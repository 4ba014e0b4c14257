// A data set before training: opened by the readers, split, normalised and corrupted as training does it, and described in numbers and pictures.
import { encodePng } from '../analysis/png.ts';
import { samplesGrid } from '../analysis/pictures.ts';
import { stripsPicture } from '../analysis/strips.ts';
import { StudioError } from '../core/errors.ts';
import { sizeOf, tensor } from '../core/tensor.ts';
import { createBatchSource } from '../data/batches.ts';
import type { Dataset, LoadOptions, Split } from '../data/dataset.ts';
import { findDuplicates } from '../data/duplicates.ts';
import { loadDataset } from '../data/load.ts';
import { bytesOf } from '../data/rows.ts';
import { COLUMN_BINS, statisticsOf, type SplitStatistics } from '../data/statistics.ts';
import type { DataPreview, PreviewDraw, PreviewFinding, PreviewPictures, PreviewSplit } from '../runs/data-preview.ts';
import type { TensorFile } from '../runs/events.ts';
import { nearest } from '../spec/diagnostics.ts';
import type { CorruptionSpec, Spec } from '../spec/schema.ts';
import { scaled, takeSamples } from './evaluate.ts';
import { samplePlan } from './prepare.ts';
import { findingsOf, type CheckedText } from './preview-findings.ts';
import { choosePreviewed, countClasses } from './preview-samples.ts';

export interface PreviewOptions extends Omit<LoadOptions, 'seed' | 'place' | 'normalization'>, PreviewDraw {
  /** The file that the spec was read from; absent for a named set. */
  readonly config?: CheckedText;
  /** Samples, in place of as many as a page shows. */
  readonly wanted?: number;
  /** What else is to be said of it. */
  readonly notes?: readonly string[];
}

export interface Preview {
  readonly report: DataPreview;
  readonly tensors: { readonly samples: TensorFile; readonly features: TensorFile };
  readonly pictures: PreviewPictures;
}

/** Samples in the picture. */
const PICTURED = 20;
/** Pixels of the mean picture. */
const MEAN_CELL = 168;

/**
 * Opens the data of a spec and looks at it.
 * @throws StudioError('data' or 'download') from the readers, 'usage' for a split or class that is not there, 'cancelled' after `signal`.
 */
export async function previewData(spec: Spec, options: PreviewOptions): Promise<Preview> {
  const dataset = await loadDataset(spec.data, { ...options, seed: spec.seed });
  const { signal, config, split: splitName, draw, className } = options;
  const split = dataset[splitName];
  if (split.count === 0) throw new StudioError('usage', `${dataset.name} has no ${splitName} samples: "validation" is 0.`);
  const label = className === undefined ? undefined : labelOf(dataset, className);
  const features = sizeOf(dataset.shape);
  const train = await statisticsOf(dataset.train, dataset, signal);
  const validation = dataset.validation.count === 0 ? undefined : await statisticsOf(dataset.validation, dataset, signal);
  const duplicates = findDuplicates(dataset);
  const { classNames, columnNames, normalization, source } = dataset;
  const constant = Array.from({ length: features }, (_, c) => c).filter(c => train.features.min[c] === train.features.max[c]);
  const measured = {
    train: partOf(dataset.train, train, dataset),
    ...(validation === undefined ? {} : { validation: partOf(dataset.validation, validation, dataset) }),
    ...(duplicates === undefined ? {} : { duplicates }),
    ...(classNames === undefined ? {} : { classNames }),
    ...(columnNames === undefined ? {} : { columnNames }),
  };
  const chosen = choosePreviewed(split, features, { draw, seed: spec.seed, ...(label === undefined ? {} : { label }), ...(options.wanted === undefined ? {} : { wanted: options.wanted }) });
  const samples = takeSamples({ spec, dataset }, split, chosen.positions, spec.data.binarize === 'sample' && splitName === 'train');
  const original = scaled(samples.values, dataset.scale);
  const shown: Shown = { original, count: samples.count, ...(samples.corrupted ? { corrupted: samples.corrupted } : {}), ...(samples.labels ? { labels: samples.labels } : {}) };
  // What training sees first, where nothing else was asked for.
  const first = splitName === 'train' && draw === 0 && className === undefined;
  const report: DataPreview = {
    format: 1, name: dataset.name, type: spec.data.type, shape: dataset.shape, scale: dataset.scale,
    ...(config === undefined ? {} : { config: config.path }),
    ...(source === undefined ? {} : { source }),
    bytes: bytesOf(dataset.train) + bytesOf(dataset.validation), fromDisk: dataset.train.stored !== undefined,
    ...measured, constant: constant.length,
    ...(normalization === undefined ? {} : { normalization }),
    corruption: spec.corruption.map(corruptionText),
    findings: [...(options.notes ?? []).map((text): PreviewFinding => ({ level: 'info', text })), ...findingsOf(spec, dataset, { ...measured, constant, features: train.features }, config)],
    samples: { split: splitName, draw, ...(className === undefined ? {} : { className }), count: samples.count },
  };
  return {
    report,
    tensors: {
      samples: {
        original: tensor(original, [samples.count, features]),
        ...(shown.corrupted ? { corrupted: tensor(shown.corrupted, [samples.count, features]) } : {}),
        ...(shown.labels ? { label: tensor(shown.labels) } : {}),
        index: tensor(samples.positions),
        general: tensor(Uint8Array.from(samples.positions, (_, i) => (i < chosen.general ? 1 : 0))),
      },
      features: {
        ...Object.fromEntries((['mean', 'stddev', 'min', 'max'] as const).map(name => [name, tensor(Float32Array.from(train.features[name]))])),
        ...(train.features.histograms === undefined ? {} : { histograms: tensor(train.features.histograms, [features, COLUMN_BINS]) }),
      },
    },
    pictures: { samples: picture(dataset, first ? await firstBatch(spec, dataset) : shown, `${dataset.name}: ${first ? 'the first batch of training' : describeDraw(options)}`), ...meanPicture(dataset, train) },
  };
}

/** The class of that name. @throws StudioError('usage') when there is none. */
function labelOf({ name, classNames }: Dataset, className: string): number {
  if (classNames === undefined) throw new StudioError('usage', `${name} has no labels, so there is no class "${className}".`);
  const label = classNames.indexOf(className);
  if (label >= 0) return label;
  const near = nearest(className, classNames);
  throw new StudioError('usage', `${name} has no class "${className}".${near === undefined ? '' : ` Did you mean "${near}"?`} It has ${classNames.slice(0, 20).join(', ')}${classNames.length > 20 ? ', ...' : ''}.`);
}

function partOf(split: Split, { features: _, ...statistics }: SplitStatistics, { classNames }: Dataset): PreviewSplit {
  return { count: split.count, ...statistics, ...(split.labels && classNames ? { classes: countClasses(split.labels, classNames.length) } : {}) };
}

/** "gaussian (stddev 0.2)". */
export function corruptionText({ type, ...values }: CorruptionSpec): string {
  const usual: Readonly<Record<string, unknown>> = { clip: true, mean: 0 };
  const told = Object.entries(values).filter(([key, value]) => value !== usual[key]);
  return told.length === 0 ? type : `${type} (${told.map(([key, value]) => `${key} ${Array.isArray(value) ? value.join('×') : String(value)}`).join(', ')})`;
}

export function describeDraw({ split, draw, className }: PreviewDraw): string {
  return `${split === 'train' ? 'training' : 'validation'} samples${className === undefined ? '' : ` of class ${className}`}, ${draw === 0 ? 'spread evenly' : `drawn at random (${draw})`}`;
}

interface Shown {
  readonly count: number;
  /** On the model's scale. */
  readonly original: Float32Array;
  readonly corrupted?: Float32Array;
  readonly labels?: Int32Array;
}

/** The first samples of the first step, exactly as training feeds them. */
export async function firstBatch(spec: Spec, dataset: Dataset): Promise<Shown> {
  const source = createBatchSource(dataset.train, dataset, { ...samplePlan(spec), labels: dataset.train.labels !== undefined });
  const { target, input, labels, size } = await source.next(1, 0);
  const features = sizeOf(dataset.shape);
  const count = Math.min(PICTURED, size);
  return {
    count, original: scaled(target.subarray(0, count * features), dataset.scale),
    ...(input === undefined ? {} : { corrupted: input.subarray(0, count * features) }),
    ...(labels === undefined ? {} : { labels: labels.subarray(0, count) }),
  };
}

function picture({ shape, classNames }: Dataset, { count, original, corrupted, labels }: Shown, title: string): Uint8Array {
  const some = Math.min(PICTURED, count);
  return encodePng(samplesGrid({
    shape, count: some, original,
    ...(corrupted === undefined ? {} : { corrupted }),
    ...(labels === undefined || classNames === undefined ? {} : { labels: Array.from(labels.subarray(0, some), label => classNames[label] ?? '') }),
  }, { title }));
}

/** Mean and standard deviation of every pixel, the latter with its largest as white. */
function meanPicture({ name, shape }: Dataset, { features: { mean, stddev } }: SplitStatistics): { readonly mean?: Uint8Array } {
  if (shape.length !== 3) return {};
  const most = stddev.reduce((largest, value) => Math.max(largest, value), 0) || 1;
  const strips = [{ label: 'mean', images: mean }, { label: 'standard deviation', images: stddev.map(value => value / most) }];
  return { mean: encodePng(stripsPicture(shape, [strips], `${name}: training samples`, MEAN_CELL)) };
}
