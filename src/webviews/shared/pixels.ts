// Samples, codes and differences as pixels. Everything here computes bytes; `paint` at the end puts them on a canvas without
// smoothing, so that a pixel of the data is a sharp square on the screen.
import { sizeOf } from '../../core/tensor.ts';
import { areaColor, divergingColor, type Rgb, type ThemeKind } from '../../view/palette.ts';

/** RGBA bytes, row by row: what ImageData holds. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** Whether samples of that shape are pictures: height × width × 1 or 3 channels (height × width alone counts too). */
export function isImage(shape: readonly number[]): boolean {
  return shape.length === 2 || (shape.length === 3 && (shape[2] === 1 || shape[2] === 3));
}

/**
 * One sample as a picture.
 * @param values samples × features, row-major, channels last; floats in [0, 1], or bytes
 * @param sample which one
 */
export function imagePixels(values: Float32Array | Uint8Array, sample: number, shape: readonly number[]): Pixels {
  const [height = 1, width = 1, channels = 1] = shape;
  const scale = values instanceof Uint8Array ? 1 : 255;
  const offset = sample * sizeOf(shape);
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) data[i * 4 + c] = values[offset + i * channels + (channels === 3 ? c : 0)]! * scale;
    data[i * 4 + 3] = 255;
  }
  return { width, height, data };
}

/** Reconstruction minus original of one sample, row by row: the mean over the channels of each pixel. */
export function pixelDifferences(original: Float32Array | Uint8Array, reconstruction: Float32Array, sample: number, shape: readonly number[]): Float32Array {
  const [height = 1, width = 1, channels = 1] = shape;
  const scale = original instanceof Uint8Array ? 1 / 255 : 1;
  const offset = sample * sizeOf(shape);
  const differences = new Float32Array(width * height);
  for (let i = 0; i < differences.length; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      const at = offset + i * channels + c;
      sum += reconstruction[at]! - original[at]! * scale;
    }
    differences[i] = sum / channels;
  }
  return differences;
}

/**
 * Reconstruction minus original as a picture: blue where too dark, orange where too bright. Channels are averaged.
 * @param reach the difference drawn in the strongest colours
 */
export function differencePixels(original: Float32Array | Uint8Array, reconstruction: Float32Array, sample: number, shape: readonly number[], kind: ThemeKind, reach = 1): Pixels {
  const [height = 1, width = 1] = shape;
  const differences = pixelDifferences(original, reconstruction, sample, shape);
  return mapped(width, height, width * height, i => divergingColor(kind, differences[i]! / reach));
}

/** Columns × rows that hold `count` cells: near a square, without gaps where a good factor pair exists. Wider than high. */
export function nearSquare(count: number): { readonly columns: number; readonly rows: number } {
  for (let rows = Math.floor(Math.sqrt(count)); rows >= 1; rows--) {
    if (count % rows === 0 && (count / rows <= rows * 2.5 || count <= 4)) return { columns: count / rows, rows };
  }
  const columns = Math.ceil(Math.sqrt(count));
  return { columns, rows: Math.ceil(count / columns) };
}

/** Where the numbers of a code stand in its picture: a vector as a near-square of its numbers, height × width × channels as one tile per channel. */
export interface CodeLayout {
  readonly width: number;
  readonly height: number;
  /** Which number is at a place; undefined at a spare one. */
  readonly numberAt: (x: number, y: number) => number | undefined;
}

export function codeLayout(latentShape: readonly number[]): CodeLayout {
  const [height = 1, width = 1, channels = 1] = latentShape.length === 3 ? latentShape : [1, 1, sizeOf(latentShape)];
  const tiles = nearSquare(channels);
  return {
    width: tiles.columns * width,
    height: tiles.rows * height,
    numberAt(x, y) {
      const channel = Math.floor(y / height) * tiles.columns + Math.floor(x / width);
      return channel < channels ? ((y % height) * width + (x % width)) * channels + channel : undefined;
    },
  };
}

/**
 * A code as a picture, as `codeLayout` places its numbers.
 * @param range the values drawn at the ends of the colour map, the same for all codes that are to be compared
 */
export function codePixels(code: Float32Array, sample: number, latentShape: readonly number[], range: Range, kind: ThemeKind): Pixels {
  const offset = sample * sizeOf(latentShape);
  const color = (value: number) => (range.min < 0
    ? divergingColor(kind, value / Math.max(-range.min, range.max, 1e-12))
    : areaColor(kind, (value - range.min) / Math.max(range.max - range.min, 1e-12)));
  const { width, height, numberAt } = codeLayout(latentShape);
  return mapped(width, height, width * height, i => {
    const at = numberAt(i % width, Math.floor(i / width));
    return at === undefined ? undefined : color(code[offset + at]!);
  });
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Smallest and largest finite number; 0 to 1 when there is none. */
export function rangeOf(values: ArrayLike<number>): Range {
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    if (v < min && v > -Infinity) min = v;
    if (v > max && v < Infinity) max = v;
  }
  return min <= max ? { min, max } : { min: 0, max: 1 };
}

/** A sample that is no picture as one bar per feature, over one range or each over its own; the baseline is zero where the range holds it. */
export function profileBars(values: Float32Array | Uint8Array, sample: number, features: number, range: Range | readonly Range[]): readonly { readonly from: number; readonly to: number }[] {
  const scale = values instanceof Uint8Array ? 1 / 255 : 1;
  return Array.from({ length: features }, (_, i) => {
    const { min, max } = 'min' in range ? range : range[i]!;
    const span = Math.max(max - min, 1e-12);
    const place = (v: number) => Math.min(Math.max((v - min) / span, 0), 1);
    const base = place(0);
    const at = place(values[sample * features + i]! * scale);
    return at < base ? { from: at, to: base } : { from: base, to: at };
  });
}

function mapped(width: number, height: number, count: number, color: (index: number) => Rgb | undefined): Pixels {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < count; i++) {
    const rgb = color(i);
    if (rgb === undefined) continue;
    for (let c = 0; c < 3; c++) data[i * 4 + c] = rgb[c]!;
    data[i * 4 + 3] = 255;
  }
  return { width, height, data };
}

// ── Drawing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

type Canvas2D = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
let scratch: OffscreenCanvas | undefined;

/** Draws into the rectangle (in the context's units), each data pixel a sharp rectangle. */
export function paint(ctx: Canvas2D, pixels: Pixels, x: number, y: number, width: number, height: number): void {
  scratch ??= new OffscreenCanvas(1, 1);
  if (scratch.width !== pixels.width || scratch.height !== pixels.height) {
    scratch.width = pixels.width;
    scratch.height = pixels.height;
  }
  scratch.getContext('2d')!.putImageData(new ImageData(pixels.data, pixels.width, pixels.height), 0, 0);
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(scratch, x, y, width, height);
}

/** Draws the bars of profileBars into the rectangle. */
export function paintProfile(ctx: Canvas2D, bars: ReturnType<typeof profileBars>, color: string, x: number, y: number, width: number, height: number): void {
  const step = width / bars.length;
  const gap = step > 4 ? 1 : 0;
  ctx.fillStyle = color;
  bars.forEach((bar, i) => {
    const top = y + (1 - bar.to) * height;
    ctx.fillRect(x + i * step, top, Math.max(step - gap, 0.5), Math.max((bar.to - bar.from) * height, 1));
  });
}

/** Largest area that keeps the proportions of width × height inside a box, at a whole number of pixels per data pixel when it fits. */
export function fit(width: number, height: number, boxWidth: number, boxHeight: number): { readonly width: number; readonly height: number } {
  const exact = Math.min(boxWidth / width, boxHeight / height);
  const scale = exact >= 1 ? Math.floor(exact) : exact;
  return { width: width * scale, height: height * scale };
}

/** The canvas as a PNG file. */
export async function pngBytes(canvas: OffscreenCanvas | HTMLCanvasElement): Promise<Uint8Array> {
  const blob = canvas instanceof HTMLCanvasElement
    ? await new Promise<Blob>((resolve, reject) => canvas.toBlob(b => (b ? resolve(b) : reject(new Error('The browser could not encode the picture as PNG; it may be too large.'))), 'image/png'))
    : await canvas.convertToBlob({ type: 'image/png' });
  return new Uint8Array(await blob.arrayBuffer());
}
