// PNG files of rows and grids of decoded samples, laid out as on the page: sharp pixels, captions beneath.
import type { Theme } from '../shared/theme.ts';
import { paintSample, pictureSize } from './picture.ts';

export interface Cell {
  readonly values: Float32Array | Uint8Array;
  readonly sample: number;
  /** Lines under the picture. */
  readonly caption: readonly string[];
}

/** Pictures in rows of `columns`, each at least 112 pixels wide. */
export function composeCells(cells: readonly Cell[], shape: readonly number[], columns: number, theme: Theme): OffscreenCanvas {
  const own = pictureSize(shape);
  const scale = Math.max(1, Math.round(112 / own.width));
  const picture = { width: own.width * scale, height: own.height * scale };
  const line = 16;
  const lines = cells.reduce((most, cell) => Math.max(most, cell.caption.length), 0);
  const gap = 12;
  const step = { x: picture.width + gap, y: picture.height + lines * line + gap + 4 };
  const across = Math.min(columns, Math.max(1, cells.length));
  const canvas = new OffscreenCanvas(across * step.x + gap, Math.ceil(cells.length / across) * step.y + gap);
  const ctx = canvas.getContext('2d')!;
  ctx.fillStyle = theme.background;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.textAlign = 'center';
  ctx.textBaseline = 'top';
  ctx.font = `12px ${theme.fontFamily}`;
  cells.forEach((cell, i) => {
    const x = gap + (i % across) * step.x;
    const y = gap + Math.floor(i / across) * step.y;
    paintSample(ctx, cell.values, cell.sample, shape, x, y, picture.width, picture.height);
    ctx.fillStyle = theme.foreground;
    cell.caption.forEach((text, k) => ctx.fillText(text, x + picture.width / 2, y + picture.height + 4 + k * line, picture.width));
  });
  return canvas;
}
