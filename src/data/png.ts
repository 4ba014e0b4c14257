// PNG pictures as 8-bit grey or RGB: fast-png unpacks and unfilters, this file brings every depth, palette and transparency
// to bytes. Transparent pixels lie on white, as on a page.
import { convertIndexedToRgb, decode } from 'fast-png';
import { requireSize, type Picture } from './pixels.ts';

const BACKGROUND = 255;

/** @throws Error with what is wrong */
export function decodePng(bytes: Uint8Array): Picture {
  checkHeader(bytes);
  const png = decode(bytes, { checkCrc: true });
  const { width, height } = png;
  if (png.palette) {
    const colors = convertIndexedToRgb(png);
    return flatten(colors, width, height, png.palette[0]?.length ?? 3, 255);
  }
  const values = png.depth < 8 ? unpackBits(png.data, width, height, png.depth) : png.data;
  const opaque = png.transparency && png.transparency.length > 0 ? addAlpha(values, png.channels, png.transparency, 2 ** png.depth - 1) : undefined;
  return flatten(opaque ?? values, width, height, png.channels + (opaque ? 1 : 0), 2 ** png.depth - 1);
}

/** Compares what the header claims with what the file holds, before anything is unpacked. */
function checkHeader(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  requireSize(width, height);
  let packed = 0;
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    if (at + 12 + length > bytes.length) throw new Error('it ends in the middle of its data');
    if (view.getUint32(at + 4) === 0x49444154) packed += length;
    at += 12 + length;
  }
  // Eight bytes a pixel is the most a PNG has.
  if (packed > width * height * 8 * 1.1 + 65536) throw new Error('it holds far more data than its header says');
  if (packed * 1032 < height * Math.ceil(width / 8)) throw new Error(`its header says ${width}×${height} pixels, it holds too little data for them`);
}

/** One value per byte from rows of 1, 2 or 4 bits a pixel. */
function unpackBits(data: ArrayLike<number>, width: number, height: number, depth: number): Uint8Array {
  const out = new Uint8Array(width * height);
  const rowBytes = Math.ceil(width * depth / 8);
  const mask = (1 << depth) - 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      out[y * width + x] = (data[y * rowBytes + (bit >> 3)]! >> (8 - depth - (bit & 7))) & mask;
    }
  }
  return out;
}

/** Adds an alpha channel that is 0 where a pixel has exactly the transparent colour. */
function addAlpha(data: ArrayLike<number>, channels: number, transparent: Uint16Array, max: number): Uint16Array {
  const pixels = data.length / channels;
  const out = new Uint16Array(pixels * (channels + 1));
  for (let i = 0; i < pixels; i++) {
    let same = true;
    for (let c = 0; c < channels; c++) {
      const value = data[i * channels + c]!;
      out[i * (channels + 1) + c] = value;
      if (value !== transparent[c]) same = false;
    }
    out[i * (channels + 1) + channels] = same ? 0 : max;
  }
  return out;
}

/** Brings values of 0 to `max` to bytes and lays transparent pixels on the background. */
function flatten(data: ArrayLike<number>, width: number, height: number, channels: number, max: number): Picture {
  const hasAlpha = channels === 2 || channels === 4;
  const colors = channels >= 3 ? 3 : 1;
  const pixels = width * height;
  if (data.length < pixels * channels) throw new Error('it ends in the middle of its pixels');
  if (data instanceof Uint8Array && max === 255 && !hasAlpha) return { width, height, channels: colors, data };
  const out = new Uint8Array(pixels * colors);
  for (let i = 0; i < pixels; i++) {
    const alpha = hasAlpha ? data[i * channels + colors]! / max : 1;
    for (let c = 0; c < colors; c++) {
      out[i * colors + c] = Math.round((data[i * channels + c]! / max) * 255 * alpha + BACKGROUND * (1 - alpha));
    }
  }
  return { width, height, channels: colors, data: out };
}
