// What the data page says in words and numbers, apart from how it is drawn.
import { sizeOf } from '../../core/tensor.ts';
import type { DataContent, DataFeatures, DataPreview, DataSamples, PreviewSplit, ShownData } from '../../protocol/messages.ts';
import { columnName, inUnits } from '../shared/columns.ts';
import type { Table } from '../shared/data-table.ts';
import { isImage } from '../shared/pixels.ts';
import { formatNumber } from '../../view/runs.ts';
import type { SampleColumns } from '../../protocol/messages.ts';

export interface Fact {
  readonly name: string;
  readonly value: string;
}

export function count(value: number): string {
  return value.toLocaleString('en');
}

/** "1.4 MB" (powers of 1,000). */
export function byteText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

/** "5,400 + 600 samples of 28×28×1, from 0 to 1". */
export function headText({ train, validation, shape }: DataPreview): string {
  return `${count(train.count)}${validation === undefined ? '' : ` + ${count(validation.count)}`} samples of ${shape.join('×')}${shape.length === 1 ? (shape[0] === 1 ? ' number' : ' numbers') : ''}, from ${formatNumber(train.min)} to ${formatNumber(train.max)}`;
}

export function factsOf(preview: DataPreview): readonly Fact[] {
  const { train, validation, shape, source, bytes, fromDisk, normalization, corruption, constant, duplicates } = preview;
  const vectors = shape.length === 1;
  const both = (of: (split: PreviewSplit) => string): string => (validation === undefined || of(train) === of(validation) ? of(train) : `${of(train)} · validation ${of(validation)}`);
  const scale = normalization === undefined ? '' : ', normalised';
  return [
    { name: 'Samples', value: validation === undefined ? `${count(train.count)} for training, none for validation` : `${count(train.count)} for training, ${count(validation.count)} for validation` },
    { name: 'One sample', value: vectors ? `${count(shape[0]!)} ${shape[0] === 1 ? 'number' : 'numbers'}` : `${shape.join('×')}, ${count(sizeOf(shape))} numbers` },
    { name: `Range${scale}`, value: both(split => `${formatNumber(split.min)} to ${formatNumber(split.max)}`) },
    { name: `Mean ± standard deviation${scale}`, value: both(split => `${formatNumber(split.mean)} ± ${formatNumber(split.stddev)}`) },
    { name: 'Zeros', value: both(split => `${(100 * split.zeros).toFixed(1)} %`) },
    { name: vectors ? 'Constant columns' : 'Constant pixels', value: constant === 0 ? 'none' : `${count(constant)} of ${count(sizeOf(shape))}` },
    ...(duplicates === undefined ? [] : [{ name: 'Duplicates', value: duplicatesText(duplicates) }]),
    ...(normalization === undefined ? [] : [{ name: 'Normalised', value: normalization.kind === 'standard' ? 'every column to mean 0 and variance 1' : 'every column to [0, 1]' }]),
    { name: 'Corruption', value: corruption.length === 0 ? 'none' : corruption.join(', then ') },
    { name: 'Size', value: `${byteText(bytes)}, ${fromDisk ? 'read from disk as needed' : 'in memory'}` },
    { name: 'From', value: source ?? 'drawn by the program' },
  ];
}

function duplicatesText({ train, shared }: NonNullable<DataPreview['duplicates']>): string {
  if (train === 0 && shared === 0) return 'none';
  return [...(train === 0 ? [] : [`${count(train)} in training`]), ...(shared === 0 ? [] : [`${count(shared)} in validation that are in training`])].join(', ');
}

// ── Samples ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Samples that are seen together. */
export const PAGE = 24;

/** Rows of the samples at hand that are of a class, or that stand for what was asked for. */
export function rowsOf(samples: DataSamples, label: number | undefined): readonly number[] {
  if (label === undefined || samples.className !== undefined) return Array.from({ length: samples.general }, (_, row) => row);
  return Array.from({ length: samples.count }, (_, row) => row).filter(row => samples.labels?.[row] === label);
}

/** Whether samples of a class have to be asked for: too few are at hand of those that there are. */
export function lacksClass(samples: DataSamples, label: number, there: number): boolean {
  return rowsOf(samples, label).length < Math.min(PAGE, there);
}

/** "24 of 5,400 training samples, spread evenly". */
export function samplesText(samples: DataSamples, shown: number, { train, validation, classNames }: DataPreview, className: string): string {
  const split = samples.split === 'train' ? train : validation;
  const label = classNames?.indexOf(className) ?? -1;
  const all = label < 0 ? split?.count : split?.classes?.[label];
  const how = samples.draw === 0 ? 'spread evenly' : `drawn at random (draw ${samples.draw})`;
  return `${shown} of ${count(all ?? 0)} ${samples.split === 'train' ? 'training' : 'validation'} samples${label < 0 ? '' : ` of class ${className}`}, ${how}`;
}

/** The classes to choose from: all, or where they are very many the most frequent. */
export function classesOf({ classNames = [], train, validation }: DataPreview, most = 300): readonly { readonly name: string; readonly label: number; readonly train: number; readonly validation: number }[] {
  const all = classNames.map((name, label) => ({ name, label, train: train.classes?.[label] ?? 0, validation: validation?.classes?.[label] ?? 0 }));
  if (all.length <= most) return all;
  return all.toSorted((a, b) => b.train + b.validation - a.train - a.validation).slice(0, most);
}

// ── Values ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Of all values. */
  readonly share: number;
}

export function barsOf({ low, width, counts }: PreviewSplit['histogram']): readonly Bar[] {
  const all = counts.reduce((sum, value) => sum + value, 0) || 1;
  return counts.map((value, i) => ({ from: low + i * width, to: low + (i + 1) * width, count: value, share: value / all }));
}

/** Whether one bar dwarfs the others (the background of pictures), so that only a logarithmic axis shows them. */
export function isDwarfed(bars: readonly Bar[]): boolean {
  const [first = 0, second = 0] = bars.map(bar => bar.share).sort((a, b) => b - a);
  return second > 0 && first > 5 * second;
}

export function barText({ from, to, count: values, share }: Bar): string {
  const range = to > from ? `${formatNumber(from)} to ${formatNumber(to)}` : formatNumber(from);
  return `${range}: ${count(values)} values, ${(100 * share).toFixed(share < 0.1 ? 2 : 1)} %`;
}

export function histogramTable({ train, validation }: DataPreview): Table {
  const bars = barsOf(train.histogram);
  const cells = (bar: Bar) => [{ shown: `${formatNumber(bar.from)} to ${formatNumber(bar.to)}` }, { shown: count(bar.count), value: bar.count }, { shown: `${(100 * bar.share).toFixed(2)} %`, value: bar.share }];
  return {
    title: `Distribution of the values of ${validation === undefined ? 'the' : 'the training'} samples`,
    columns: [{ name: 'Values', text: true }, { name: 'How many' }, { name: 'Share' }], rows: bars.map(cells),
  };
}

export function classTable(preview: DataPreview): Table {
  return {
    title: 'Samples of each class',
    columns: [{ name: 'Class', text: true }, { name: 'Training' }, ...(preview.validation === undefined ? [] : [{ name: 'Validation' }])],
    rows: classesOf(preview, Infinity).map(row => [{ shown: row.name }, { shown: count(row.train), value: row.train }, ...(preview.validation === undefined ? [] : [{ shown: count(row.validation), value: row.validation }])]),
  };
}

// ── Columns ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export type Units = 'file' | 'model';

export interface ColumnRow {
  readonly column: number;
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  readonly counts: readonly number[];
}

/** How numbers on the model's scale become those of the file. */
export function columnsOf({ columnNames, normalization, scale, shape }: DataPreview): SampleColumns {
  const spread = normalization?.spread ?? (scale === 1 ? undefined : Array.from({ length: sizeOf(shape) }, () => 1 / scale));
  return {
    ...(columnNames === undefined ? {} : { names: columnNames }),
    ...(normalization === undefined ? {} : { center: normalization.center }),
    ...(spread === undefined ? {} : { spread }),
  };
}

/** Whether the model sees other numbers than the file holds. */
export function hasUnits({ normalization, scale }: DataPreview): boolean {
  return normalization !== undefined || scale !== 1;
}

/** By how much of its center a number may miss zero once it was normalised and brought back. */
const ROUNDING = 1e-6;
/** Columns that are listed; more would take long to draw and nobody reads them. */
export const MOST_COLUMNS = 500;

export function columnRows({ preview, features }: Pick<DataContent, 'preview' | 'features'>, units: Units): readonly ColumnRow[] {
  const columns = columnsOf(preview);
  const { mean, stddev, min, max, histograms } = features;
  const bars = histograms === undefined ? 0 : histograms.length / mean.length;
  const shown = (column: number, value: number): number => {
    if (units === 'model') return value;
    const inFile = inUnits(columns, column, value);
    // What float32 leaves of a zero is none.
    return Math.abs(inFile) < ROUNDING * Math.abs(columns.center?.[column] ?? 0) ? 0 : inFile;
  };
  return Array.from({ length: Math.min(mean.length, MOST_COLUMNS) }, (_, column) => ({
    column, name: columnName(columns, column),
    min: shown(column, min[column]!), max: shown(column, max[column]!), mean: shown(column, mean[column]!),
    stddev: stddev[column]! * (units === 'file' ? columns.spread?.[column] ?? 1 : 1),
    counts: histograms === undefined ? [] : Array.from(histograms.subarray(column * bars, (column + 1) * bars)),
  }));
}

export function columnTable(rows: readonly ColumnRow[]): Table {
  return {
    title: 'Columns of the training samples',
    columns: [{ name: 'Column', text: true }, { name: 'Least' }, { name: 'Largest' }, { name: 'Mean' }, { name: 'Std. dev.' }],
    rows: rows.map(row => [{ shown: row.name }, ...[row.min, row.max, row.mean, row.stddev].map(value => ({ shown: formatNumber(value), value }))]),
  };
}

// ── Images ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Greys {
  readonly black: number;
  readonly white: number;
}

/** What is drawn black and white: 0 and 1 where all samples lie there, else the ends of their range. */
export function greysOf({ train }: Pick<DataPreview, 'train'>): Greys {
  return train.min >= -1e-6 && train.max <= 1 + 1e-6 ? { black: 0, white: 1 } : { black: train.min, white: train.max };
}

/** Values as a picture has them, in [0, 1]. */
export function toGreys(values: Float32Array, { black, white }: Greys): Float32Array {
  if (black === 0 && white === 1) return values;
  return values.map(value => (value - black) / Math.max(white - black, 1e-12));
}

/** Standard deviations as a picture, the largest white. */
export function spreadGreys({ stddev }: DataFeatures): { readonly values: Float32Array; readonly most: number } {
  const most = stddev.reduce((largest, value) => Math.max(largest, value), 0);
  return { values: stddev.map(value => value / (most || 1)), most };
}

export function isPicture({ shape }: Pick<DataPreview, 'shape'>): boolean {
  return isImage(shape);
}

/** What is being done, or nothing. */
export function statusText({ busy }: Pick<ShownData, 'busy'>): string {
  return busy === undefined ? '' : busy.endsWith('…') ? busy : `${busy}…`;
}
