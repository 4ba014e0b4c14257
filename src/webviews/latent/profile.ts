// How this page draws samples that are no pictures: all are of one run and are to be compared, so their bars share their ranges.
import { sizeOf } from '../../core/tensor.ts';
import type { LatentSamples } from '../../protocol/messages.ts';
import { columnAt, columnScale, columnText, ownRangesNote, type ColumnScale } from '../shared/columns.ts';
import { isImage, type Range } from '../shared/pixels.ts';

let scale: ColumnScale | undefined;
let columns: LatentSamples['columns'];

/** To be called with the samples of the page before any is drawn. */
export function setProfile(samples: LatentSamples | undefined): void {
  scale = samples === undefined || isImage(samples.shape) ? undefined : columnScale(samples.original, sizeOf(samples.shape));
  columns = samples?.columns;
}

/** The range of each bar. */
export function profileRanges(): readonly Range[] | Range {
  return scale?.ranges ?? { min: 0, max: 1 };
}

/**
 * Name and value of the bar at a place from 0 to 1 across a sample's picture, in the units of the file.
 * @param values samples × features; floats, or bytes of which 255 is 1
 */
export function barText(values: Float32Array | Uint8Array, sample: number, features: number, place: number): string | undefined {
  const column = columnAt(place, features);
  if (column === undefined) return undefined;
  const value = values[sample * features + column]! * (values instanceof Uint8Array ? 1 / 255 : 1);
  return `${columnText(columns, column, value)}${scale?.own === true ? `\n${ownRangesNote}` : ''}`;
}
