// A sum of codes as a picture: its terms side by side, what the decoder makes of each and of the result, and the samples themselves beneath.
import { sizeOf } from '../core/tensor.ts';
import { drawNumbers, drawText, newPicture, type Picture } from './canvas.ts';
import { layoutNumbers, wholeScale } from './layout.ts';
import { textHeight, textWidth } from './lettering.ts';
import { grey } from './palette.ts';

export interface Summand {
  /** "− mean of 4"; "= the sum". */
  readonly label: string;
  /** What its code is decoded to: features, in [0, 1]. */
  readonly decoded: ArrayLike<number>;
  /** A sample that it stands for, or that is nearest to it. */
  readonly sample?: { readonly values: ArrayLike<number>; readonly label: string };
}

const MARGIN = 12;
const GAP = 10;
const TEXT = 11;
const CELL = 84;

export function sumPicture(shape: readonly number[], summands: readonly Summand[], title: string): Picture {
  const layout = layoutNumbers(shape, true);
  const scale = wholeScale(Math.max(layout.width, layout.height), CELL);
  const [width, height] = [layout.width * scale, layout.height * scale];
  const line = textHeight(TEXT) + 4;
  const columns = summands.map(({ label, sample }) => Math.max(width, textWidth(label, TEXT), sample === undefined ? 0 : textWidth(sample.label, TEXT)));
  const heading = MARGIN + textHeight(TEXT + 3) + GAP;
  const across = Math.max(columns.reduce((sum, column) => sum + column + GAP, -GAP), textWidth(title, TEXT + 3));
  const picture = newPicture(MARGIN + across + MARGIN, heading + 2 * (line + height) + GAP + MARGIN);
  drawText(picture, title, MARGIN, MARGIN, TEXT + 3);
  let x = MARGIN;
  for (const [i, { label, decoded, sample }] of summands.entries()) {
    if (decoded.length !== sizeOf(shape)) throw new RangeError(`${label}: ${decoded.length} numbers are no sample of ${shape.join('×')}.`);
    drawText(picture, label, x, heading, TEXT);
    drawNumbers(picture, layout, decoded, 0, x, heading + line, scale, grey);
    if (sample !== undefined) {
      drawText(picture, sample.label, x, heading + line + height + GAP, TEXT);
      drawNumbers(picture, layout, sample.values, 0, x, heading + 2 * line + height + GAP, scale, grey);
    }
    x += columns[i]! + GAP;
  }
  return picture;
}
