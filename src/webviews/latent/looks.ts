// Colour, mark and size of every point from its class or its error, in the theme's colours. The mark repeats what the colour
// says for classes, the size for errors.
import { parseHex, sequentialColor, categoryColor, type ThemeKind } from '../../view/palette.ts';
import { SHEET_MARKS } from './glyph-sheet.ts';
import type { PointLooks } from './points-layer.ts';

export function looksByClass(kind: ThemeKind, labels: ArrayLike<number>, count: number, hidden: (classIndex: number) => boolean): PointLooks {
  const looks = emptyLooks(count);
  for (let i = 0; i < count; i++) {
    const label = labels[i]!;
    const [r, g, b] = parseHex(categoryColor(kind, label));
    setLook(looks, i, r, g, b, hidden(label) ? 0 : 255, label % SHEET_MARKS, 100);
  }
  return looks;
}

/**
 * @param places each error's place in [0, 1] (frame.ts, `relative`)
 * @param labels class of each sample where known: the mark still tells it
 */
export function looksByError(kind: ThemeKind, places: Float32Array, labels: ArrayLike<number> | undefined, hidden: (classIndex: number) => boolean): PointLooks {
  const looks = emptyLooks(places.length);
  for (let i = 0; i < places.length; i++) {
    const label = labels?.[i] ?? 0;
    const [r, g, b] = sequentialColor(kind, places[i]!);
    setLook(looks, i, r, g, b, labels !== undefined && hidden(label) ? 0 : 255, label % SHEET_MARKS, 75 + 60 * (places[i]! || 0));
  }
  return looks;
}

function emptyLooks(count: number): PointLooks {
  return { colors: new Uint8Array(count * 4), marks: new Uint8Array(count), sizes: new Uint8Array(count) };
}

function setLook({ colors, marks, sizes }: PointLooks, i: number, r: number, g: number, b: number, a: number, mark: number, size: number): void {
  colors[4 * i] = r;
  colors[4 * i + 1] = g;
  colors[4 * i + 2] = b;
  colors[4 * i + 3] = a;
  marks[i] = mark;
  sizes[i] = size;
}
