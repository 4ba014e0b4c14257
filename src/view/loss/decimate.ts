// Long curves at the width of the screen: of all points in one pixel column only the first, lowest, highest and last are drawn.
// The picture is the same as with all points (a line through a column covers exactly its lowest to highest value), at a cost that
// depends on the width and not on the number of steps.
import { lowerBound } from './store.ts';

/**
 * Indices to draw, ascending, for the part of a curve between two positions; one point on either side is kept, so that lines
 * leave the picture at its edges.
 * @param x ascending positions
 * @param y as many values; NaN breaks the line and is kept where it stands alone in its column or at its ends
 * @param columns pixel columns between `from` and `to`
 */
export function decimate(x: Float64Array, y: Float64Array, from: number, to: number, columns: number): Uint32Array {
  const first = Math.max(lowerBound(x, from) - 1, 0);
  let last = lowerBound(x, to);
  if (last >= x.length) last = x.length - 1;
  const count = last - first + 1;
  if (count <= 0) return new Uint32Array(0);
  if (count <= columns * 4 || to <= from) return Uint32Array.from({ length: count }, (_, i) => first + i);

  const kept: number[] = [];
  const perColumn = columns / (to - from);
  for (let i = first; i <= last;) {
    const column = Math.floor((x[i]! - from) * perColumn);
    let low = i;
    let high = i;
    let end = i;
    while (end + 1 <= last && Math.floor((x[end + 1]! - from) * perColumn) === column) {
      end++;
      if (!(y[end]! >= y[low]!)) low = Number.isNaN(y[end]!) ? low : end;
      if (!(y[end]! <= y[high]!)) high = Number.isNaN(y[end]!) ? high : end;
    }
    const [a, b] = low < high ? [low, high] : [high, low];
    kept.push(i);
    if (a > i) kept.push(a);
    if (b > a) kept.push(b);
    if (end > b) kept.push(end);
    i = end + 1;
  }
  return Uint32Array.from(kept);
}
