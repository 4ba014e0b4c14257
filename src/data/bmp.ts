// BMP pictures as 8-bit RGB: 1, 4 and 8 bits with a palette (plain or run-length coded), 16, 24 and 32 bits with or without
// bit masks, rows from below or from above. Written here because the known library warns of deprecated calls on every use.
import { requireSize, type Picture } from './pixels.ts';

const RGB = 0, RLE8 = 1, RLE4 = 2, BITFIELDS = 3, ALPHABITFIELDS = 6;

interface Header {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  readonly pixels: number;
  /** Palette as RGB triples. */
  readonly palette: Uint8Array;
  readonly masks: readonly [number, number, number];
}

function readHeader(view: DataView): Header {
  const pixels = view.getUint32(10, true);
  const size = view.getUint32(14, true);
  const core = size === 12;
  const width = core ? view.getUint16(18, true) : view.getInt32(18, true);
  const rows = core ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(core ? 24 : 28, true);
  const compression = core ? RGB : view.getUint32(30, true);
  requireSize(width, Math.abs(rows));
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new Error(`${bits} bits a pixel are not known`);
  const masked = compression === BITFIELDS || compression === ALPHABITFIELDS;
  if (compression !== RGB && !masked && !(compression === RLE8 && bits === 8) && !(compression === RLE4 && bits === 4)) {
    throw new Error(`compression ${compression} at ${bits} bits a pixel is not known`);
  }
  const masks: [number, number, number] = masked
    ? [view.getUint32(54, true), view.getUint32(58, true), view.getUint32(62, true)]
    : bits === 16 ? [0x7c00, 0x03e0, 0x001f] : [0xff0000, 0xff00, 0xff];
  const colors = bits > 8 ? 0 : Math.min(1 << bits, core ? 256 : view.getUint32(46, true) || 256);
  const palette = new Uint8Array(colors * 3);
  for (let i = 0; i < colors; i++) {
    const at = 14 + size + i * (core ? 3 : 4);
    for (let c = 0; c < 3; c++) palette[i * 3 + c] = view.getUint8(at + 2 - c);
  }
  return { width, height: Math.abs(rows), topDown: rows < 0, bits, compression, pixels, palette, masks };
}

/** @throws Error with what is wrong */
export function decodeBmp(bytes: Uint8Array): Picture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(view);
  const { width, height, bits, pixels } = header;
  const runLength = header.compression === RLE8 || header.compression === RLE4;
  const rowBytes = Math.ceil(width * bits / 32) * 4;
  if (!runLength && bytes.length < pixels + rowBytes * height) {
    throw new Error(`${rowBytes * height} bytes of pixels are expected, ${Math.max(0, bytes.length - pixels)} are there`);
  }
  const data = new Uint8Array(width * height * 3);
  const paint = (x: number, y: number, color: number) => {
    const at = ((header.topDown ? y : height - 1 - y) * width + x) * 3;
    for (let c = 0; c < 3; c++) data[at + c] = header.palette[color * 3 + c] ?? 0;
  };
  if (runLength) unpackRuns(bytes, header, paint);
  else if (bits <= 8) {
    const mask = (1 << bits) - 1;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const bit = x * bits;
        paint(x, y, (bytes[pixels + y * rowBytes + (bit >> 3)]! >> (8 - bits - (bit & 7))) & mask);
      }
    }
  } else readColors(view, header, rowBytes, data);
  return { width, height, channels: 3, data };
}

/** 16, 24 and 32 bits a pixel: each colour is the bits under its mask, scaled to 0 to 255. */
function readColors(view: DataView, header: Header, rowBytes: number, data: Uint8Array): void {
  const { width, height, bits, pixels } = header;
  const channels = header.masks.map(mask => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { mask, shift, scale: mask === 0 ? 0 : 255 / (mask >>> shift) };
  });
  for (let y = 0; y < height; y++) {
    const to = (header.topDown ? y : height - 1 - y) * width * 3;
    for (let x = 0; x < width; x++) {
      const at = pixels + y * rowBytes + x * (bits >> 3);
      const value = bits === 16 ? view.getUint16(at, true)
        : bits === 32 ? view.getUint32(at, true)
        : view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
      channels.forEach(({ mask, shift, scale }, c) => { data[to + x * 3 + c] = Math.round(((value & mask) >>> shift) * scale); });
    }
  }
}

/** Run-length coding: a count and a colour, or a zero and an escape (end of row, end of picture, jump, literal pixels). */
function unpackRuns(bytes: Uint8Array, header: Header, paint: (x: number, y: number, color: number) => void): void {
  const { width, height, bits } = header;
  let at = header.pixels;
  let x = 0;
  let y = 0;
  const put = (color: number) => {
    if (x < width && y < height) paint(x, y, color);
    x++;
  };
  const colorOf = (byte: number, index: number) => (bits === 8 ? byte : index % 2 === 0 ? byte >> 4 : byte & 15);
  while (y < height) {
    if (at + 1 >= bytes.length) throw new Error('it ends in the middle of its pixels');
    const count = bytes[at]!;
    const value = bytes[at + 1]!;
    at += 2;
    if (count > 0) for (let i = 0; i < count; i++) put(colorOf(value, i));
    else if (value === 0) {
      x = 0;
      y++;
    } else if (value === 1) return;
    else if (value === 2) {
      x += bytes[at] ?? 0;
      y += bytes[at + 1] ?? 0;
      at += 2;
    } else {
      for (let i = 0; i < value; i++) put(colorOf(bytes[at + (bits === 8 ? i : i >> 1)] ?? 0, i));
      const length = bits === 8 ? value : Math.ceil(value / 2);
      at += length + (length & 1);
    }
  }
}
