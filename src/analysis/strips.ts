// Rows of images, each with a name at its left: the decoded way from one code to another, row by row.
import { drawNumbers, drawText, newPicture, type Picture } from './canvas.ts';
import { layoutNumbers, wholeScale } from './layout.ts';
import { textHeight, textWidth } from './lettering.ts';
import { grey } from './palette.ts';
import { sizeOf } from '../core/tensor.ts';

export interface Strip {
  readonly label: string;
  /** images × features, in [0, 1]. */
  readonly images: ArrayLike<number>;
}

const MARGIN = 12;
const GAP = 4;
const TEXT = 11;
const CELL = 56;

/** @param groups strips that belong together stand close. @param cell wanted size of an image in pixels. */
export function stripsPicture(shape: readonly number[], groups: readonly (readonly Strip[])[], title?: string, cell = CELL): Picture {
  const features = sizeOf(shape);
  const layout = layoutNumbers(shape, true);
  const scale = wholeScale(Math.max(layout.width, layout.height), cell);
  const [width, height] = [layout.width * scale, layout.height * scale];
  const strips = groups.flat();
  const columns = Math.max(1, ...strips.map(({ images }) => images.length / features));
  const left = MARGIN + Math.max(0, ...strips.map(({ label }) => textWidth(label, TEXT))) + 2 * GAP;
  const top = MARGIN + (title === undefined ? 0 : textHeight(TEXT + 3) + 2 * GAP);
  const across = Math.max(columns * (width + GAP) - GAP, title === undefined ? 0 : textWidth(title, TEXT + 3));
  const picture = newPicture(left + across + MARGIN, top + strips.length * (height + GAP) + (groups.length - 1) * 2 * GAP - GAP + MARGIN);
  if (title !== undefined) drawText(picture, title, left, MARGIN, TEXT + 3);
  let y = top;
  for (const group of groups) {
    for (const { label, images } of group) {
      drawText(picture, label, left - 2 * GAP, y + Math.floor(height / 2) - 5, TEXT, 'right');
      for (let i = 0; i < images.length / features; i++) drawNumbers(picture, layout, images, i * features, left + i * (width + GAP), y, scale, grey);
      y += height + GAP;
    }
    y += 2 * GAP;
  }
  return picture;
}
