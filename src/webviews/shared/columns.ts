// Samples that are no pictures: over which range each column is drawn as a bar, and what its number is in the units of the file.
import type { SampleColumns } from '../../protocol/messages.ts';
import type { Range } from './pixels.ts';
import { formatNumber } from '../../view/runs.ts';

export interface ColumnScale {
  /** Of every column. */
  readonly ranges: readonly Range[];
  /** Whether each column has its own. */
  readonly own: boolean;
}

/** How many times as wide as the narrowest column a common range may be, so that the narrowest is still to be seen. */
const WIDEST = 10;

export const ownRangesNote = 'Each column is drawn over its own range in the samples shown here, since one range for all would hide some of them';

/**
 * One range for all columns, zero among it; or each column's own, where they differ much.
 * @param values samples × features; floats, or bytes of which 255 is 1
 */
export function columnScale(values: Float32Array | Uint8Array, features: number): ColumnScale {
  const unit = values instanceof Uint8Array ? 1 / 255 : 1;
  const low = new Float64Array(features).fill(Infinity);
  const high = new Float64Array(features).fill(-Infinity);
  for (let i = 0, c = 0; i < values.length; i++, c = c + 1 === features ? 0 : c + 1) {
    const value = values[i]! * unit;
    if (value < low[c]!) low[c] = value;
    if (value > high[c]!) high[c] = value;
  }
  const ranges = Array.from(low, (min, c): Range => (min <= high[c]! ? { min, max: high[c]! } : { min: 0, max: 1 }));
  const common = withZero(ranges.reduce((all, range) => ({ min: Math.min(all.min, range.min), max: Math.max(all.max, range.max) })));
  const spans = ranges.map(({ min, max }) => max - min).filter(span => span > 0);
  const narrowest = spans.reduce((least, span) => Math.min(least, span), Infinity);
  if (!(common.max - common.min > WIDEST * narrowest)) return { ranges: ranges.map(() => common), own: false };
  return { ranges: ranges.map(range => (range.max > range.min ? range : withZero(range))), own: true };
}

function withZero({ min, max }: Range): Range {
  return { min: Math.min(min, 0), max: Math.max(max, 0) };
}

export function columnName(columns: SampleColumns | undefined, column: number): string {
  return columns?.names?.[column] ?? `column ${column + 1}`;
}

/** A number on the model's scale in the units of the file. */
export function inUnits(columns: SampleColumns | undefined, column: number, value: number): number {
  return value * (columns?.spread?.[column] ?? 1) + (columns?.center?.[column] ?? 0);
}

/** "height: 812.3", in the units of the file. */
export function columnText(columns: SampleColumns | undefined, column: number, value: number): string {
  return `${columnName(columns, column)}: ${formatNumber(inUnits(columns, column, value))}`;
}

/** Which bar is at a place from 0 to 1 across them; undefined beside them. */
export function columnAt(place: number, features: number): number | undefined {
  const column = Math.floor(place * features);
  return column >= 0 && column < features ? column : undefined;
}
