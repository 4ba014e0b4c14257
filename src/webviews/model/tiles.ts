// Weights as pixels: the pictures of a layer's units side by side, blue below zero, orange above. Everything here computes numbers; the view
// puts them on its canvas.
import type { WeightPictures } from '../../protocol/messages.ts';
import { divergingColor, type ThemeKind } from '../../view/palette.ts';
import { nearSquare, type Pixels } from '../shared/pixels.ts';

/** How the channels of one unit are laid out, in pixels of the data. */
export interface UnitGrid {
  readonly columns: number;
  readonly rows: number;
  /** One pixel of space between channels. */
  readonly width: number;
  readonly height: number;
}

export function unitGrid({ width, height, channels }: Pick<WeightPictures, 'width' | 'height' | 'channels'>): UnitGrid {
  const { columns, rows } = channels <= 4 ? { columns: channels, rows: 1 } : nearSquare(channels);
  return { columns, rows, width: columns * (width + 1) - 1, height: rows * (height + 1) - 1 };
}

/** Largest absolute finite weight of each unit. */
export function largestOf({ units, values }: Pick<WeightPictures, 'units' | 'values'>): Float64Array {
  const size = values.length / units.length;
  return Float64Array.from(units, (_, i) => {
    let largest = 0;
    for (let at = i * size; at < (i + 1) * size; at++) {
      const value = Math.abs(values[at]!);
      if (value > largest && value < Infinity) largest = value;
    }
    return largest;
  });
}

/** Weights looked at for the common range. */
const LOOKS = 40_000;

/**
 * The absolute weight at which colours end when all units share them: that of the strongest, unless it is an outlier beside which nothing
 * else would be seen. Then 99.5 % of the weights are inside.
 */
export function commonRange({ values }: Pick<WeightPictures, 'values'>, largest: number): number {
  const step = Math.max(1, Math.floor(values.length / LOOKS));
  const sizes = new Float32Array(Math.ceil(values.length / step));
  for (let i = 0; i < sizes.length; i++) sizes[i] = Number.isFinite(values[i * step]) ? Math.abs(values[i * step]!) : 0;
  sizes.sort();
  const most = sizes[Math.floor(sizes.length * 0.995)] ?? 0;
  return most > 0 && largest > 1.6 * most ? most : largest;
}

/**
 * One unit as a picture.
 * @param index its place among those shown
 * @param range the absolute weight drawn at the ends of the colour map
 */
export function unitPixels(pictures: WeightPictures, index: number, range: number, kind: ThemeKind): Pixels {
  const { width, height, channels, values } = pictures;
  const grid = unitGrid(pictures);
  const data = new Uint8ClampedArray(grid.width * grid.height * 4);
  const size = width * height;
  for (let channel = 0; channel < channels; channel++) {
    const left = (channel % grid.columns) * (width + 1);
    const top = Math.floor(channel / grid.columns) * (height + 1);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = values[(index * channels + channel) * size + y * width + x]!;
        const [red, green, blue] = Number.isFinite(value) ? divergingColor(kind, range > 0 ? value / range : 0) : [255, 0, 255];
        const at = ((top + y) * grid.width + left + x) * 4;
        data[at] = red;
        data[at + 1] = green;
        data[at + 2] = blue;
        data[at + 3] = 255;
      }
    }
  }
  return { width: grid.width, height: grid.height, data };
}

export interface TileLayout {
  readonly columns: number;
  readonly rows: number;
  /** CSS pixels of a pixel of the data. */
  readonly scale: number;
  /** CSS pixels of a unit's picture, and from one to the next. */
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly stepX: number;
  readonly stepY: number;
  readonly width: number;
  readonly height: number;
}

const GAP = 6;
/** A canvas can be no higher, in CSS pixels; twice as many are drawn on a fine screen. */
const HIGHEST = 7500;

/** Pictures in as many columns as there is room for. `zoom` 0 chooses a size at which most of them are seen at once. */
export function layoutTiles(pictures: WeightPictures, room: { readonly width: number; readonly height: number }, zoom: number): TileLayout {
  const grid = unitGrid(pictures);
  const count = pictures.units.length;
  const at = (scale: number): TileLayout => {
    const [tileWidth, tileHeight] = [grid.width * scale, grid.height * scale];
    const columns = Math.max(1, Math.min(count, Math.floor((room.width + GAP) / (tileWidth + GAP))));
    const rows = Math.ceil(count / columns);
    return { columns, rows, scale, tileWidth, tileHeight, stepX: tileWidth + GAP, stepY: tileHeight + GAP, width: columns * (tileWidth + GAP) - GAP, height: rows * (tileHeight + GAP) - GAP };
  };
  const widest = room.width / grid.width;
  const fits = (scale: number) => at(scale).height <= HIGHEST;
  const smallest = Math.min(1, widest);
  if (zoom > 0) {
    const wanted = Math.min(zoom, Math.max(widest, smallest));
    for (let scale = wanted; scale > smallest; scale--) if (fits(scale)) return at(scale);
    return at(smallest);
  }
  // Large enough to see something, small enough to see many.
  const [side, most] = pictures.unit === 'matrix' ? [420, 40] : [144, 22];
  const largest = Math.max(1, Math.floor(Math.min(widest, most, side / Math.max(grid.width, grid.height))));
  for (let scale = largest; scale > 1; scale--) if (at(scale).height <= room.height) return at(scale);
  return at(smallest);
}

export interface Pointed {
  /** Place among those shown. */
  readonly index: number;
  readonly channel: number;
  readonly y: number;
  readonly x: number;
}

/** The weight at a place of the canvas, in CSS pixels; undefined between pictures. */
export function pointedAt(pictures: WeightPictures, layout: TileLayout, left: number, top: number): Pointed | undefined {
  const [column, row] = [Math.floor(left / layout.stepX), Math.floor(top / layout.stepY)];
  const index = row * layout.columns + column;
  if (left < 0 || top < 0 || column >= layout.columns || index >= pictures.units.length) return undefined;
  const grid = unitGrid(pictures);
  const [px, py] = [Math.floor((left - column * layout.stepX) / layout.scale), Math.floor((top - row * layout.stepY) / layout.scale)];
  if (px >= grid.width || py >= grid.height) return undefined;
  const [x, y] = [px % (pictures.width + 1), py % (pictures.height + 1)];
  const channel = Math.floor(py / (pictures.height + 1)) * grid.columns + Math.floor(px / (pictures.width + 1));
  return x < pictures.width && y < pictures.height && channel < pictures.channels ? { index, channel, y, x } : undefined;
}

export function valueAt({ channels, width, height, values }: WeightPictures, { index, channel, y, x }: Pointed): number {
  return values[((index * channels + channel) * height + y) * width + x]!;
}
