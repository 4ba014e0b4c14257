// A picture in memory: red, green, blue bytes, and the few things that are drawn on it. Images are enlarged by whole factors,
// each number a sharp square: nothing is smoothed that a model did not smooth itself.
import { drawLettering, textWidth } from './lettering.ts';
import type { NumberLayout } from './layout.ts';
import { grey, type Rgb } from './palette.ts';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** height × width × 3. */
  readonly data: Uint8Array;
}

export const WHITE: Rgb = [255, 255, 255];
export const INK: Rgb = [38, 38, 38];

export function newPicture(width: number, height: number, ground: Rgb = WHITE): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < data.length; at += 3) data.set(ground, at);
  return { width, height, data };
}

/** A rectangle of one colour; what lies outside the picture is left out. */
export function fill(picture: Picture, x: number, y: number, width: number, height: number, [red, green, blue]: Rgb): void {
  const { data } = picture;
  const [left, right] = [Math.max(0, x), Math.min(picture.width, x + width)];
  const [top, bottom] = [Math.max(0, y), Math.min(picture.height, y + height)];
  for (let row = top; row < bottom; row++) {
    const end = (row * picture.width + right) * 3;
    for (let at = (row * picture.width + left) * 3; at < end; at += 3) {
      data[at] = red;
      data[at + 1] = green;
      data[at + 2] = blue;
    }
  }
}

/**
 * Draws numbers in their layout, each a square of `scale` pixels. Colour images take red, green and blue in [0, 1].
 * @param values of all samples; those of this one start at `from`.
 * @param color of one number; not used for colour images.
 */
export function drawNumbers(picture: Picture, layout: NumberLayout, values: ArrayLike<number>, from: number, x: number, y: number, scale: number, color: (value: number) => Rgb = grey): void {
  const { places, channels } = layout;
  for (let i = 0; i < places.length / 2; i++) {
    const at = from + i * channels;
    const value = channels === 3 ? [grey(values[at]!)[0], grey(values[at + 1]!)[1], grey(values[at + 2]!)[2]] as const : color(values[at]!);
    fill(picture, x + places[2 * i + 1]! * scale, y + places[2 * i]! * scale, scale, scale, value);
  }
}

/** Where a text stands relative to x. */
export type Alignment = 'left' | 'center' | 'right';

/** One line of text. @param y top of the capitals, @param size their height, in pixels. */
export function drawText(picture: Picture, text: string, x: number, y: number, size: number, align: Alignment = 'left', ink: Rgb = INK): void {
  const width = textWidth(text, size);
  const left = align === 'left' ? x : align === 'center' ? Math.round(x - width / 2) : x - width;
  drawLettering(text, left, y, size, (px, py, cover) => {
    if (px < 0 || py < 0 || px >= picture.width || py >= picture.height) return;
    const at = (py * picture.width + px) * 3;
    for (let c = 0; c < 3; c++) picture.data[at + c] = Math.round(picture.data[at + c]! * (1 - cover) + ink[c]! * cover);
  });
}
