// What a preview says, as text for a terminal; and the columns of a table in the units of their file.
import { formatShape, sizeOf } from '../../core/tensor.ts';
import type { DataPreview, PreviewSplit } from '../../runs/data-preview.ts';
import type { TensorFile } from '../../runs/events.ts';
import { formatBytes, formatCount } from '../format.ts';
import { formatTable } from '../table.ts';

export interface PreviewColumn {
  readonly name: string;
  /** In the units of the file. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  /** Counts over its own range. */
  readonly histogram: readonly number[];
}

/** Tables of more columns are told as a whole. */
const MOST_COLUMNS = 1000;
/** By how much of its center a number may miss zero once it was normalised and brought back. */
const ROUNDING = 1e-6;
/** Columns and classes that a terminal shows. */
const SHOWN = 40;

/** The columns of vectors; undefined for images, and where there are very many. */
export function columnsOfPreview({ shape, columnNames, normalization, scale }: DataPreview, tensors: TensorFile): PreviewColumn[] | undefined {
  const { mean, stddev, min, max, histograms } = tensors;
  if (shape.length !== 1 || shape[0]! > MOST_COLUMNS || histograms === undefined) return undefined;
  const bars = histograms.data.length / shape[0]!;
  return Array.from({ length: shape[0]! }, (_, c) => {
    const spread = normalization?.spread[c] ?? 1 / scale;
    const center = normalization?.center[c] ?? 0;
    // What float32 leaves of a zero is none.
    const inUnits = (value: number): number => (Math.abs(value * spread + center) < ROUNDING * Math.abs(center) ? 0 : value * spread + center);
    return {
      name: columnNames?.[c] ?? `column ${c + 1}`,
      min: inUnits(min!.data[c]!), max: inUnits(max!.data[c]!), mean: inUnits(mean!.data[c]!), stddev: stddev!.data[c]! * spread,
      histogram: Array.from(histograms.data.subarray(c * bars, (c + 1) * bars)),
    };
  });
}

/** "▁▂▇█": a bar for each count, as high as the most frequent allows; with `log`, as its logarithm does. */
export function sparkline(counts: readonly number[], log = false): string {
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  const height = (count: number): number => (log ? Math.log1p(count) / Math.log1p(most) : count / most);
  return counts.map(count => (count === 0 ? ' ' : '▁▂▃▄▅▆▇█'[Math.min(7, Math.floor(8 * height(count)))]!)).join('');
}

/** Whether one bar (the background of pictures) leaves nothing to see of the others. */
function isDwarfed(counts: readonly number[]): boolean {
  const [first = 0, second = 0] = counts.toSorted((a, b) => b - a);
  return first > 5 * second;
}

function number(value: number): string {
  return String(Number(value.toPrecision(4)));
}

export function previewText(preview: DataPreview, columns: readonly PreviewColumn[] | undefined, pictures: readonly string[]): string {
  const { name, shape, source, bytes, fromDisk, corruption, normalization, constant, findings, train, validation } = preview;
  const splits = [['training', train], ...(validation === undefined ? [] : [['validation', validation] as const])] as readonly (readonly [string, PreviewSplit])[];
  const row = (title: string, of: (split: PreviewSplit) => string): string[] => [title, ...splits.map(([, split]) => of(split))];
  const right = splits.map((_, i) => i + 1);
  const facts = [
    ['Samples of', formatShape(shape)],
    ['From', source ?? 'drawn by the program'],
    ['Size', `${formatBytes(bytes)}, ${fromDisk ? 'read from disk as needed' : 'in memory'}`],
    ...(normalization === undefined ? [] : [['Normalised', normalization.kind === 'standard' ? 'every column to mean 0 and variance 1' : 'every column to [0, 1]']]),
    ...(corruption.length === 0 ? [] : [['Corruption', corruption.join(', ')]]),
    ...(constant === 0 ? [] : [['Constant', `${formatCount(constant)} of ${formatCount(sizeOf(shape))} ${shape.length === 1 ? 'columns' : 'pixels'} in all training samples`]]),
  ];
  const log = isDwarfed(train.histogram.counts);
  const spans = columns === undefined || normalization === undefined ? 'as the model sees them' : 'normalised';
  return [
    `${name}\n${formatTable(facts.map(([key, value]) => [`  ${key!}`, value!]))}\n`,
    formatTable([
      ['', ...splits.map(([title]) => title)],
      row('samples', split => formatCount(split.count)),
      row('least value', split => number(split.min)),
      row('largest value', split => number(split.max)),
      row('mean', split => number(split.mean)),
      row('standard deviation', split => number(split.stddev)),
      row('zeros', split => `${(100 * split.zeros).toFixed(1)} %`),
    ], { right }),
    `\nDistribution (${spans}${log ? ', heights logarithmic' : ''}), from ${number(train.min)} to ${number(train.max)}\n`, ...splits.map(([title, { histogram }]) => `  |${sparkline(histogram.counts, log)}|  ${title}\n`),
    ...(train.classes === undefined ? [] : [`\n${classTable(preview, splits)}`]),
    ...(columns === undefined ? [] : [`\n${columnTable(columns)}`]),
    ...(findings.length === 0 ? [] : ['\n', ...findings.map(({ level, text }) => `${level === 'info' ? 'Note' : level === 'warning' ? 'Warning' : 'Error'}: ${text}\n`)]),
    ...(pictures.length === 0 ? [] : ['\n', ...pictures.map(file => `Picture  ${file}\n`)]),
  ].join('');
}

function classTable({ classNames = [] }: DataPreview, splits: readonly (readonly [string, PreviewSplit])[]): string {
  const shown = classNames.slice(0, SHOWN);
  const table = formatTable([['class', ...splits.map(([title]) => title)], ...shown.map((name, label) => [name, ...splits.map(([, split]) => formatCount(split.classes?.[label] ?? 0))])], { right: splits.map((_, i) => i + 1) });
  return shown.length < classNames.length ? `${table}and ${formatCount(classNames.length - shown.length)} more classes; --json has them all.\n` : table;
}

function columnTable(columns: readonly PreviewColumn[]): string {
  const shown = columns.slice(0, SHOWN);
  const table = formatTable([
    ['column', 'least', 'largest', 'mean', 'std. dev.', 'distribution'],
    ...shown.map(({ name, min, max, mean, stddev, histogram }) => [name, number(min), number(max), number(mean), number(stddev), sparkline(histogram)]),
  ], { right: [1, 2, 3, 4] });
  return shown.length < columns.length ? `${table}and ${formatCount(columns.length - shown.length)} more columns; --json has them all.\n` : table;
}
