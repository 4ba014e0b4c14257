// What is to be drawn, apart from where: rows of pictures and of captions for one section. The page lays them out as elements,
// the PNG export on a canvas; both show the same.
import type { PictureEpoch } from '../../protocol/messages.ts';
import type { ThemeKind } from '../../view/palette.ts';
import { dimensionName } from '../shared/dimensions.ts';
import { columnAt, columnScale, columnText, inUnits, ownRangesNote } from '../shared/columns.ts';
import { codePixels, differencePixels, fit, imagePixels, isImage, paint, paintProfile, profileBars, rangeOf, type Pixels, type Range } from '../shared/pixels.ts';
import { formatNumber, formatValue } from '../../view/runs.ts';
import { bestRun, type Comparison } from './compare.ts';
import type { Section } from './sections.ts';
import { blockColumns } from '../../analysis/layout.ts';
import { sizeOf } from '../../core/tensor.ts';

export type RowKind = 'original' | 'corrupted' | 'code' | 'reconstruction' | 'difference';
export const rowNames: Readonly<Record<RowKind, string>> = { original: 'Original', corrupted: 'Corrupted', code: 'Code', reconstruction: 'Reconstruction', difference: 'Difference' };
const rowHelp: Partial<Record<RowKind, string>> = {
  difference: 'Reconstruction minus original: blue is too low, orange too high',
  code: 'The numbers of the bottleneck, on one colour scale for all samples',
};

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** What there is at a place of a sample's picture, from 0 to 1 across it. */
type Tip = (sample: number, place: number) => string | undefined;

export type SheetRow =
  | { readonly type: 'heading'; readonly runId: string }
  /** What kind of rows follows, one for each run. */
  | { readonly type: 'title'; readonly label: string }
  | { readonly type: 'pictures'; readonly kind: RowKind; readonly label: string; readonly help?: string; readonly height: number; readonly draw: Painter; readonly tip?: Tip }
  /** What is told of each sample: of its code, or of how well it is rebuilt; `best` says where no other run is better. */
  | { readonly type: 'text'; readonly label: string; readonly of: 'code' | 'reconstruction'; readonly text: (sample: number) => string; readonly best?: (sample: number) => boolean };

export interface Sheet {
  /** CSS pixels of one picture. */
  readonly cell: { readonly width: number; readonly height: number };
  readonly rows: readonly SheetRow[];
}

type PictureRow = Extract<SheetRow, { type: 'pictures' }>;
export type TextRow = Extract<SheetRow, { type: 'text' }>;

/** A kind of picture in the grid, with what stands below each. */
export interface Block {
  readonly row: PictureRow;
  readonly texts: readonly TextRow[];
}

/** Blocks that stand side by side, below the name of their run where there are several. */
export interface BlockGroup {
  readonly runId?: string;
  readonly blocks: readonly Block[];
}

export interface SheetOptions {
  readonly section: Section;
  /** What is loaded, by run. */
  readonly shown: ReadonlyMap<string, PictureEpoch>;
  readonly hiddenRows: readonly string[];
  /** Height of a picture at most, CSS pixels. */
  readonly size: number;
  readonly kind: ThemeKind;
  /** Colour of bars. */
  readonly ink: string;
  /** Colour of a line around every picture, where the theme would let pictures run into the background. */
  readonly frame?: string;
  /** Rows of one run below each other under its name, or rows of one kind, each with the name of its run; nothing for a single run. */
  readonly group?: 'run' | 'kind';
  /** Short names by run. */
  readonly names: ReadonlyMap<string, string>;
  readonly comparison?: Comparison | undefined;
}

/** Codes of so many numbers have them printed below. */
const PRINTED_NUMBERS = 4;

/** Parts of what is shown of a run, in their order. */
const parts = ['corrupted', 'code', 'reconstruction', 'difference', 'error', 'squaredError'] as const;
type RunPart = (typeof parts)[number];
type RunRows = Partial<Record<RunPart, readonly (PictureRow | TextRow)[]>>;

export function buildSheet(options: SheetOptions): Sheet {
  const { section, kind, hiddenRows, names } = options;
  const { samples } = section;
  const cell = cellSize(samples.shape, options.size);
  const wants = (row: RowKind) => !hiddenRows.includes(row);
  const scale = isImage(samples.shape) ? undefined : columnScale(samples.original, sizeOf(samples.shape));
  const ranges = scale?.ranges ?? [];
  const note = scale?.own === true ? { help: ownRangesNote } : {};
  const pictures = (row: RowKind, values: Float32Array): PictureRow => ({
    type: 'pictures', kind: row, label: rowNames[row], ...note, height: cell.height,
    draw: framed(samplePainter(samples.shape, values, ranges, cell, options.ink), cell, options.frame), ...tips(section, row, values),
  });
  const shared = [
    ...(wants('original') ? [pictures('original', samples.original)] : []),
    ...(wants('corrupted') && section.sharesCorrupted && samples.corrupted ? [pictures('corrupted', samples.corrupted)] : []),
  ];
  const runs = section.runs.map((run): { readonly id: string; readonly loss: string; readonly rows: RunRows } => {
    const { id } = run.run;
    const epoch = options.shown.get(id);
    const corrupted = wants('corrupted') && !section.sharesCorrupted && run.samples.corrupted ? { corrupted: [pictures('corrupted', run.samples.corrupted)] } : {};
    if (!epoch) return { id, loss: run.lossName, rows: corrupted };
    const difference = (): PictureRow => ({
      type: 'pictures', kind: 'difference', label: rowNames.difference, ...help('difference'), height: cell.height,
      draw: framed(differencePainter(section, epoch, cell, kind, ranges, options.ink), cell, options.frame), ...tips(section, 'difference', epoch.reconstruction),
    });
    return {
      id, loss: run.lossName,
      rows: {
        ...corrupted,
        ...(wants('code') ? { code: codeRows(epoch, run.samples.latentShape, cell, kind) } : {}),
        ...(wants('reconstruction') ? { reconstruction: [pictures('reconstruction', epoch.reconstruction)] } : {}),
        ...(wants('difference') ? { difference: [difference()] } : {}),
        ...errorRows(id, run.lossName, epoch, cell, options.comparison),
      },
    };
  });
  if (options.group !== 'kind') {
    return { cell, rows: [...shared, ...runs.flatMap(({ id, rows }): SheetRow[] => [...(options.group === 'run' ? [{ type: 'heading', runId: id } as const] : []), ...parts.flatMap(part => rows[part] ?? [])])] };
  }
  const losses = [...new Set(runs.map(({ loss }) => loss))];
  return {
    cell,
    rows: [...shared, ...parts.flatMap((part): SheetRow[] => {
      const those = runs.flatMap(({ id, loss, rows }) => (rows[part] ?? []).map((row, i) => (i > 0 ? row : { ...row, label: `${names.get(id) ?? id}${part === 'error' && losses.length > 1 ? ` (${loss})` : ''}` })));
      const label = part === 'error' ? `Error${losses.length > 1 ? '' : ` (${losses[0]!})`}` : part === 'squaredError' ? squaredErrorLabel : rowNames[part];
      return those.length === 0 ? [] : [{ type: 'title', label }, ...those];
    })],
  };
}

const squaredErrorLabel = 'Squared error';

/** The codes as pictures, and their numbers below where these are few. */
function codeRows(epoch: PictureEpoch, latentShape: readonly number[], cell: { width: number; height: number }, kind: ThemeKind): (PictureRow | TextRow)[] {
  const codes = rangeOf(epoch.code);
  const pixels = (sample: number) => codePixels(epoch.code, sample, latentShape, codes, kind);
  const area = codeArea(pixels(0), cell);
  const size = sizeOf(latentShape);
  const nameOf = dimensionName(latentShape);
  return [
    {
      type: 'pictures', kind: 'code', label: rowNames.code, ...help('code'), height: area.height,
      draw: (ctx, sample, x, y) => paint(ctx, pixels(sample), x + Math.round((cell.width - area.width) / 2), y, area.width, area.height),
    },
    ...Array.from({ length: size > PRINTED_NUMBERS ? 0 : size }, (_, d): TextRow => ({ type: 'text', of: 'code', label: nameOf(d), text: sample => codeNumber(epoch.code[sample * size + d]!) })),
  ];
}

/** As few letters as tell codes apart: 0.42, −1.30, 12.5, 104. */
function codeNumber(value: number): string {
  const size = Math.abs(value);
  return size < 1e5 ? value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0).replace('-', '−') : formatValue(value, 2);
}

/** How well each sample is rebuilt, by the run's own loss; and where that does not compare runs, by what does. */
function errorRows(id: string, lossName: string, epoch: PictureEpoch, cell: { width: number }, comparison: Comparison | undefined): RunRows {
  const digits = cell.width < 52 ? 2 : 3;
  const best = comparison === undefined ? {} : { best: (sample: number) => bestRun(comparison, sample) === id };
  const row = (label: string, errors: Float32Array, marks: typeof best): TextRow => ({ type: 'text', of: 'reconstruction', label, text: sample => formatValue(errors[sample]!, digits), ...marks });
  const squared = comparison?.own === false ? comparison.errors.get(id) : undefined;
  return {
    error: [row(`Error (${lossName})`, epoch.error, squared === undefined ? best : {})],
    ...(squared === undefined ? {} : { squaredError: [row(squaredErrorLabel, squared, best)] }),
  };
}

/** Name and value of the bar under the pointer, in the units of the file; pictures have none. */
function tips({ samples: { shape, original, columns } }: Section, kind: RowKind, values: Float32Array): { tip?: Tip } {
  if (isImage(shape)) return {};
  const features = sizeOf(shape);
  return {
    tip: (sample, place) => {
      const column = columnAt(place, features);
      if (column === undefined) return undefined;
      const [value, clean] = [values[sample * features + column]!, original[sample * features + column]!];
      const cleanText = formatNumber(inUnits(columns, column, clean));
      const difference = formatNumber(inUnits(columns, column, value) - inUnits(columns, column, clean));
      if (kind === 'original') return columnText(columns, column, value);
      return `${columnText(columns, column, value)}, original ${cleanText}${kind === 'difference' ? `, difference ${difference}` : ''}`;
    },
  };
}

function help(kind: RowKind): { help?: string } {
  const text = rowHelp[kind];
  return text === undefined ? {} : { help: text };
}

/** Pictures keep their proportions; samples that are no pictures get a wide box for their bars. */
export function cellSize(shape: readonly number[], size: number): { width: number; height: number } {
  if (!isImage(shape)) return { width: Math.round(size * 1.75), height: Math.round(size * 0.9) };
  const [height = 1, width = 1] = shape;
  const area = fit(width, height, size * 1.6, size);
  return { width: Math.round(area.width), height: Math.round(area.height) };
}

/** Codes are drawn in squares of whole pixels, as wide as the samples and no higher. */
function codeArea(pixels: Pixels, cell: { width: number; height: number }): { width: number; height: number } {
  const largest = 14;
  return fit(pixels.width, pixels.height, Math.min(cell.width, pixels.width * largest), Math.min(cell.height, pixels.height * largest));
}

type Painter = (ctx: Context, sample: number, x: number, y: number) => void;

function framed(painter: Painter, cell: { width: number; height: number }, frame: string | undefined): Painter {
  if (frame === undefined) return painter;
  return (ctx, sample, x, y) => {
    painter(ctx, sample, x, y);
    ctx.strokeStyle = frame;
    ctx.lineWidth = 1;
    ctx.strokeRect(x + 0.5, y + 0.5, cell.width - 1, cell.height - 1);
  };
}

function samplePainter(shape: readonly number[], values: Float32Array, ranges: readonly Range[], cell: { width: number; height: number }, ink: string): Painter {
  if (isImage(shape)) return (ctx, sample, x, y) => paint(ctx, imagePixels(values, sample, shape), x, y, cell.width, cell.height);
  return (ctx, sample, x, y) => paintProfile(ctx, profileBars(values, sample, sizeOf(shape), ranges), ink, x, y, cell.width, cell.height);
}

function differencePainter({ samples }: Section, epoch: PictureEpoch, cell: { width: number; height: number }, kind: ThemeKind, ranges: readonly Range[], ink: string): Painter {
  if (isImage(samples.shape)) {
    return (ctx, sample, x, y) => paint(ctx, differencePixels(samples.original, epoch.reconstruction, sample, samples.shape, kind), x, y, cell.width, cell.height);
  }
  const features = sizeOf(samples.shape);
  const reaches = ranges.map(({ min, max }) => ({ min: (min - max) / 2, max: (max - min) / 2 }));
  const difference = epoch.reconstruction.map((v, i) => v - samples.original[i]!);
  return (ctx, sample, x, y) => paintProfile(ctx, profileBars(difference, sample, features, reaches), ink, x, y, cell.width, cell.height);
}

/** The rows of a sheet as blocks of a grid. What is told of a sample stands below its code or reconstruction, or whatever is shown last. */
export function blockGroups({ rows }: Sheet): readonly BlockGroup[] {
  const groups: { runId?: string; blocks: { row: PictureRow; texts: TextRow[] }[] }[] = [{ blocks: [] }];
  for (const row of rows) {
    const { blocks } = groups.at(-1)!;
    if (row.type === 'heading') groups.push({ runId: row.runId, blocks: [] });
    else if (row.type === 'pictures') blocks.push({ row, texts: [] });
    else if (row.type === 'text') (blocks.find(({ row: { kind } }) => kind === row.of) ?? blocks.at(-1))?.texts.push(row);
  }
  return groups.filter(({ runId, blocks }) => runId !== undefined || blocks.length > 0);
}

/** The largest of the sizes at which it fits; the smallest where none does. */
export function largestSize(sizes: readonly number[], fits: (size: number) => boolean): number {
  return sizes.findLast(fits) ?? sizes[0]!;
}

/** Cuts the samples into lines of a near-square block that is no wider than there is room. */
export function blockLines(samples: readonly number[], width: number, pitch: number): readonly (readonly number[])[] {
  const across = Math.max(1, Math.min(blockColumns(samples.length), Math.floor(width / pitch)));
  return Array.from({ length: Math.ceil(samples.length / across) }, (_, i) => samples.slice(i * across, (i + 1) * across));
}

/** Cuts the samples into as few lines as fit a width, all about equally long. */
export function bands(samples: readonly number[], width: number, pitch: number): readonly (readonly number[])[] {
  const fitting = Math.max(Math.floor(width / pitch), 1);
  const across = Math.ceil(samples.length / Math.max(Math.ceil(samples.length / fitting), 1));
  return Array.from({ length: Math.ceil(samples.length / Math.max(across, 1)) }, (_, i) => samples.slice(i * across, (i + 1) * across));
}
