// What is told in numbers of a sample that is shown large: pixel by pixel, column by column, and where its error stands among all.
import type { SampleColumns } from '../../protocol/messages.ts';
import { columnName, inUnits } from '../shared/columns.ts';
import { isImage, pixelDifferences } from '../shared/pixels.ts';
import { formatNumber } from '../../view/runs.ts';
import { sizeOf } from '../../core/tensor.ts';

/** "lowest of 16", "3rd lowest of 16", "highest of 16"; undefined where the error is no number. Equal errors share the better place. */
export function rankText(errors: Float32Array, sample: number): string | undefined {
  const own = errors[sample]!;
  if (!Number.isFinite(own) || errors.length < 2) return undefined;
  const lower = errors.reduce((count, error) => count + (error < own ? 1 : 0), 0);
  // What is no number is worse than any.
  const higher = errors.reduce((count, error) => count + (error > own || Number.isNaN(error) ? 1 : 0), 0);
  if (lower === 0) return `lowest of ${errors.length}`;
  if (higher === 0) return `highest of ${errors.length}`;
  return lower <= higher ? `${ordinal(lower + 1)} lowest of ${errors.length}` : `${ordinal(higher + 1)} highest of ${errors.length}`;
}

function ordinal(place: number): string {
  const tens = place % 100;
  const ending = tens >= 11 && tens <= 13 ? 'th' : ['th', 'st', 'nd', 'rd'][place % 10] ?? 'th';
  return `${place}${ending}`;
}

/** The largest difference of a sample in any of some reconstructions, by size: what the strongest colour is to show. 1 where there is none. */
export function differenceReach(original: Float32Array, reconstructions: readonly Float32Array[], sample: number, shape: readonly number[]): number {
  if (!isImage(shape)) return 1;
  let reach = 0;
  for (const reconstruction of reconstructions) {
    for (const difference of pixelDifferences(original, reconstruction, sample, shape)) if (Math.abs(difference) > reach) reach = Math.abs(difference);
  }
  return reach > 0 && Number.isFinite(reach) ? reach : 1;
}

/** A place in a sample: a pixel of a picture, a column of a vector. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Places of a sample across and down. */
export function placesOf(shape: readonly number[]): { readonly across: number; readonly down: number } {
  if (!isImage(shape)) return { across: sizeOf(shape), down: 1 };
  return { across: shape[1]!, down: shape[0]! };
}

/** A place moved by some steps, kept inside. */
export function movedPlace(place: Place | undefined, dx: number, dy: number, shape: readonly number[]): Place {
  const { across, down } = placesOf(shape);
  const { x, y } = place ?? { x: Math.floor(across / 2) - dx, y: Math.floor(down / 2) - dy };
  return { x: Math.min(Math.max(x + dx, 0), across - 1), y: Math.min(Math.max(y + dy, 0), down - 1) };
}

/** The place under a pointer at shares of the picture's width and height; undefined beside it. */
export function placeAt(shareX: number, shareY: number, shape: readonly number[]): Place | undefined {
  const { across, down } = placesOf(shape);
  const place = { x: Math.floor(shareX * across), y: Math.floor(shareY * down) };
  return place.x >= 0 && place.y >= 0 && place.x < across && place.y < down ? place : undefined;
}

/** "row 3, column 12", "height". */
export function placeName({ x, y }: Place, shape: readonly number[], columns: SampleColumns | undefined): string {
  return isImage(shape) ? `row ${y + 1}, column ${x + 1}` : columnName(columns, x);
}

/** The value there: one number, or red, green and blue; of a vector in the units of the file. */
export function valueText(values: Float32Array, sample: number, place: Place, shape: readonly number[], columns: SampleColumns | undefined): string {
  return valuesAt(values, sample, place, shape, columns).map(short).join(' ');
}

/** The value there less the original's. */
export function differenceText(values: Float32Array, original: Float32Array, sample: number, place: Place, shape: readonly number[], columns: SampleColumns | undefined): string {
  const clean = valuesAt(original, sample, place, shape, columns);
  return valuesAt(values, sample, place, shape, columns).map((value, i) => signed(value - clean[i]!)).join(' ');
}

function valuesAt(values: Float32Array, sample: number, { x, y }: Place, shape: readonly number[], columns: SampleColumns | undefined): readonly number[] {
  const offset = sample * sizeOf(shape);
  if (!isImage(shape)) return [inUnits(columns, x, values[offset + x]!)];
  const channels = shape[2] ?? 1;
  return Array.from({ length: channels }, (_, c) => values[offset + (y * shape[1]! + x) * channels + c]!);
}

/** Three decimals tell a byte from the next one, and no number of a picture needs more. */
function short(value: number): string {
  return Math.abs(value) < 10 ? String(Number(value.toFixed(3))).replace('-', '−') : formatNumber(value);
}

function signed(value: number): string {
  const text = short(value);
  return value > 0 && text !== '0' ? `+${text}` : text === '−0' ? '0' : text;
}

export interface ColumnRow {
  readonly name: string;
  readonly original: string;
  readonly corrupted?: string;
  /** What each run made of it, and that less the original. */
  readonly rebuilt: readonly { readonly value: string; readonly difference: string }[];
}

/**
 * The columns of a vector in the units of the file.
 * @param order 'difference': those that are furthest off first, on the model's scale, where columns compare
 */
export function columnRows(
  values: { readonly original: Float32Array; readonly corrupted?: Float32Array | undefined; readonly reconstructions: readonly Float32Array[] },
  sample: number, features: number, columns: SampleColumns | undefined, order: 'file' | 'difference', most: number,
): readonly ColumnRow[] {
  const offset = sample * features;
  const off = (column: number) => Math.max(0, ...values.reconstructions.map(of => Math.abs(of[offset + column]! - values.original[offset + column]!) || 0));
  const places = Array.from({ length: features }, (_, column) => column);
  if (order === 'difference') places.sort((a, b) => off(b) - off(a) || a - b);
  const text = (of: Float32Array, column: number) => formatNumber(inUnits(columns, column, of[offset + column]!));
  return places.slice(0, most).map(column => ({
    name: columnName(columns, column),
    original: text(values.original, column),
    ...(values.corrupted === undefined ? {} : { corrupted: text(values.corrupted, column) }),
    rebuilt: values.reconstructions.map(of => ({
      value: text(of, column),
      difference: formatNumber(inUnits(columns, column, of[offset + column]!) - inUnits(columns, column, values.original[offset + column]!)),
    })),
  }));
}

/** "50 numbers from −1.2 to 3.4": a code that has too many to be printed. */
export function codeSummary(code: ArrayLike<number>): string {
  let [low, high] = [Infinity, -Infinity];
  for (let d = 0; d < code.length; d++) {
    low = Math.min(low, code[d]!);
    high = Math.max(high, code[d]!);
  }
  return `${code.length} ${code.length === 1 ? 'number' : 'numbers'} from ${formatNumber(low)} to ${formatNumber(high)}`;
}

/** How wide pictures are drawn that stand side by side: as many in a line as keep a fair size, and as wide as these have room. */
export function largePictureSize(room: number, pictures: number, gap: number): number {
  const fair = 120;
  const largest = 340;
  const sizeOfLine = (across: number) => Math.floor((room - (across - 1) * gap) / across);
  const across = Array.from({ length: pictures }, (_, i) => pictures - i).find(n => sizeOfLine(n) >= fair) ?? 1;
  return Math.max(40, Math.min(largest, sizeOfLine(across)));
}
