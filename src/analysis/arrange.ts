// Pictures put together: rows of pictures side by side, on one ground.
import { newPicture, type Picture } from './canvas.ts';

/** Rows below each other, the pictures of each from left to right; all touch, pictures bring their own margins. */
export function arrange(rows: readonly (readonly Picture[])[]): Picture {
  const heights = rows.map(row => Math.max(0, ...row.map(({ height }) => height)));
  const widths = rows.map(row => row.reduce((sum, { width }) => sum + width, 0));
  const whole = newPicture(Math.max(1, ...widths), Math.max(1, heights.reduce((sum, height) => sum + height, 0)));
  let top = 0;
  rows.forEach((row, i) => {
    let left = 0;
    for (const part of row) {
      copy(part, whole, left, top);
      left += part.width;
    }
    top += heights[i]!;
  });
  return whole;
}

function copy(from: Picture, to: Picture, left: number, top: number): void {
  for (let y = 0; y < from.height; y++) {
    to.data.set(from.data.subarray(y * from.width * 3, (y + 1) * from.width * 3), ((top + y) * to.width + left) * 3);
  }
}
