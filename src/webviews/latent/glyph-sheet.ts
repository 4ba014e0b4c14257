// The marks of points as one picture (8 × 8 cells) that both renderers draw from. A cell is white where the class colour goes and
// black where a thin edge in the background colour keeps overlapping points apart.
import { tracePath } from '../../view/marks.ts';
import { categoryMark } from '../../view/palette.ts';

export const SHEET_CELLS = 8;
export const CELL = 64;
/** More marks than cells repeat. */
export const SHEET_MARKS = SHEET_CELLS * SHEET_CELLS;

export function shapeSheet(): OffscreenCanvas {
  return sheet((ctx, index, x, y) => {
    ctx.beginPath();
    tracePath(ctx, categoryMark(index), x, y, 19);
    ctx.stroke();
    ctx.fill();
  });
}

export function letterSheet(letters: readonly string[], fontFamily: string): OffscreenCanvas {
  return sheet((ctx, index, x, y) => {
    const letter = letters[index];
    if (letter === undefined) return;
    ctx.font = `bold 52px ${fontFamily}`;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.strokeText(letter, x, y + 3);
    ctx.fillText(letter, x, y + 3);
  });
}

function sheet(drawMark: (ctx: OffscreenCanvasRenderingContext2D, index: number, x: number, y: number) => void): OffscreenCanvas {
  const canvas = new OffscreenCanvas(SHEET_CELLS * CELL, SHEET_CELLS * CELL);
  const ctx = canvas.getContext('2d')!;
  ctx.strokeStyle = 'black';
  ctx.fillStyle = 'white';
  ctx.lineWidth = 12;
  ctx.lineJoin = 'round';
  for (let i = 0; i < SHEET_MARKS; i++) {
    drawMark(ctx, i, ((i % SHEET_CELLS) + 0.5) * CELL, (Math.floor(i / SHEET_CELLS) + 0.5) * CELL);
  }
  return canvas;
}
