// What is to be drawn, apart from where: rows of pictures and of captions for one section. The page lays them out as elements,
// the PNG export on a canvas; both show the same.
import type { PictureEpoch } from '../../protocol/messages.ts';
import type { ThemeKind } from '../shared/palette.ts';
import { columnAt, columnScale, columnText, inUnits, ownRangesNote } from '../shared/columns.ts';
import { codePixels, differencePixels, fit, imagePixels, isImage, paint, paintProfile, profileBars, rangeOf, type Pixels, type Range } from '../shared/pixels.ts';
import { formatNumber, formatValue } from '../shared/runs.ts';
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
  | { readonly type: 'pictures'; readonly kind: RowKind; readonly label: string; readonly help?: string; readonly height: number; readonly draw: Painter; readonly tip?: Tip }
  | { readonly type: 'text'; readonly label: string; readonly text: (sample: number) => string };

export interface Sheet {
  /** CSS pixels of one picture. */
  readonly cell: { readonly width: number; readonly height: number };
  readonly rows: readonly SheetRow[];
}

type PictureRow = Extract<SheetRow, { type: 'pictures' }>;
type TextRow = Extract<SheetRow, { type: 'text' }>;

/** A kind of picture in the grid, with what stands below each. */
export interface Block {
  readonly row: PictureRow;
  readonly text?: TextRow;
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
  readonly headings: boolean;
}

export function buildSheet(options: SheetOptions): Sheet {
  const { section, kind, hiddenRows } = options;
  const { samples } = section;
  const cell = cellSize(samples.shape, options.size);
  const wants = (row: RowKind) => !hiddenRows.includes(row);
  const scale = isImage(samples.shape) ? undefined : columnScale(samples.original, sizeOf(samples.shape));
  const ranges = scale?.ranges ?? [];
  const note = scale?.own === true ? { help: ownRangesNote } : {};
  const rows: SheetRow[] = [];
  const pictures = (row: RowKind, values: Float32Array) => {
    rows.push({
      type: 'pictures', kind: row, label: rowNames[row], ...note, height: cell.height,
      draw: framed(samplePainter(samples.shape, values, ranges, cell, options.ink), cell, options.frame), ...tips(section, row, values),
    });
  };

  if (wants('original')) pictures('original', samples.original);
  if (wants('corrupted') && section.sharesCorrupted && samples.corrupted) pictures('corrupted', samples.corrupted);
  for (const run of section.runs) {
    const epoch = options.shown.get(run.run.id);
    if (options.headings) rows.push({ type: 'heading', runId: run.run.id });
    if (wants('corrupted') && !section.sharesCorrupted && run.samples.corrupted) pictures('corrupted', run.samples.corrupted);
    if (!epoch) continue;
    if (wants('code')) {
      const codes = rangeOf(epoch.code);
      const pixels = (sample: number) => codePixels(epoch.code, sample, run.samples.latentShape, codes, kind);
      const area = codeArea(pixels(0), cell);
      rows.push({
        type: 'pictures', kind: 'code', label: rowNames.code, ...help('code'), height: area.height,
        draw: (ctx, sample, x, y) => paint(ctx, pixels(sample), x + Math.round((cell.width - area.width) / 2), y, area.width, area.height),
      });
    }
    if (wants('reconstruction')) pictures('reconstruction', epoch.reconstruction);
    if (wants('difference')) {
      rows.push({
        type: 'pictures', kind: 'difference', label: rowNames.difference, ...help('difference'), height: cell.height,
        draw: framed(differencePainter(section, epoch, cell, kind, ranges, options.ink), cell, options.frame), ...tips(section, 'difference', epoch.reconstruction),
      });
    }
    const digits = cell.width < 52 ? 2 : 3;
    rows.push({ type: 'text', label: `Error (${run.lossName})`, text: sample => formatValue(epoch.error[sample]!, digits) });
  }
  return { cell, rows };
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
function cellSize(shape: readonly number[], size: number): { width: number; height: number } {
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

/** The rows of a sheet as blocks of a grid. What is told of a sample stands below its reconstruction, or whatever is shown last. */
export function blockGroups({ rows }: Sheet): readonly BlockGroup[] {
  const groups: { runId?: string; blocks: { row: PictureRow; text?: TextRow }[] }[] = [{ blocks: [] }];
  for (const row of rows) {
    const group = groups.at(-1)!;
    if (row.type === 'heading') groups.push({ runId: row.runId, blocks: [] });
    else if (row.type === 'pictures') group.blocks.push({ row });
    else {
      const block = group.blocks.find(({ row: { kind } }) => kind === 'reconstruction') ?? group.blocks.at(-1);
      if (block !== undefined) block.text = row;
    }
  }
  return groups.filter(({ runId, blocks }) => runId !== undefined || blocks.length > 0);
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
