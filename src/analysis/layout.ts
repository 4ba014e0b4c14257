// Where the numbers of a sample or a code stand when they are drawn as a picture: an image as it is, a vector as a near-square
// block, a stack of feature maps as tiles.

export interface NumberLayout {
  readonly height: number;
  readonly width: number;
  /** Channels of each square: 3 for colour images, else 1. */
  readonly channels: 1 | 3;
  /** Row and column of each square, one after the other: squares × 2. Squares left over in a block are not there. */
  readonly places: Uint16Array;
}

/**
 * Rows and columns of a block for that many numbers: 32 → 8 × 4, 50 → 10 × 5, 196 → 14 × 14. A number without such
 * factors gets the smallest near-square block that holds it: 7 → 3 × 3.
 */
export function blockOf(count: number): readonly [number, number] {
  for (let columns = Math.floor(Math.sqrt(count)); columns >= 1; columns--) {
    const rows = count / columns;
    if (rows > 3 * columns) break;
    if (Number.isInteger(rows)) return [rows, columns];
  }
  const columns = Math.max(1, Math.ceil(Math.sqrt(count)));
  return [Math.max(1, Math.ceil(count / columns)), columns];
}

/** Columns of the near-square block that holds that many pictures: 16 → 4, 10 → 4. */
export function blockColumns(count: number): number {
  return Math.max(1, Math.ceil(Math.sqrt(count)));
}

/**
 * @param shape [features], [height, width] or [height, width, channels]. One channel is a grey image; three are a colour
 *   image when `color` is set, and tiles with one square between them otherwise.
 */
export function layoutNumbers(shape: readonly number[], color: boolean): NumberLayout {
  if (shape.length < 2) {
    const count = shape[0] ?? 1;
    const [height, width] = blockOf(count);
    return { height, width, channels: 1, places: placesOf(count, i => [Math.floor(i / width), i % width]) };
  }
  const [rows = 1, columns = 1, depth = 1] = shape;
  if (depth === 1 || (depth === 3 && color)) {
    return { height: rows, width: columns, channels: depth === 1 ? 1 : 3, places: placesOf(rows * columns, i => [Math.floor(i / columns), i % columns]) };
  }
  const [tilesDown, tilesAcross] = blockOf(depth);
  return {
    height: tilesDown * (rows + 1) - 1,
    width: tilesAcross * (columns + 1) - 1,
    channels: 1,
    places: placesOf(rows * columns * depth, i => {
      const map = i % depth;
      const pixel = Math.floor(i / depth);
      return [Math.floor(map / tilesAcross) * (rows + 1) + Math.floor(pixel / columns), (map % tilesAcross) * (columns + 1) + pixel % columns];
    }),
  };
}

function placesOf(count: number, place: (i: number) => readonly [number, number]): Uint16Array {
  const places = new Uint16Array(count * 2);
  for (let i = 0; i < count; i++) places.set(place(i), i * 2);
  return places;
}

/** The whole factor that brings an extent nearest to a wanted one, at least 1. */
export function wholeScale(extent: number, wanted: number): number {
  return Math.max(1, Math.round(wanted / extent));
}
