import { deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import * as jpeg from 'jpeg-js';
import { describe, expect, it } from 'vitest';
import { StudioError } from '../core/errors.ts';
import { exifOrientation, uprightJpeg } from './exif.ts';
import { decodePicture } from './picture.ts';
import type { Picture } from './pixels.ts';
import { fitPicture, type Fit } from './resize.ts';
import { pgm } from './testing.ts';
import { crc32 } from './zip.ts';

const ascii = (text: string, ...bytes: number[]) => Buffer.concat([Buffer.from(text, 'latin1'), Buffer.from(bytes)]);

function expectUnreadable(bytes: Uint8Array, ...patterns: (string | RegExp)[]): void {
  let error: unknown;
  try {
    decodePicture(bytes, 'face.png');
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(StudioError);
  expect((error as StudioError).reason).toBe('data');
  for (const pattern of ['face.png', ...patterns]) expect((error as StudioError).message).toMatch(pattern);
}

/** A chunk-complete PNG with chosen header, for depths that the encoder cannot write. */
function rawPng(width: number, height: number, depth: number, colorType: number, rows: number[][], extra: [string, number[]][] = []): Uint8Array {
  const u32 = (n: number) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
  const chunk = (type: string, data: number[]) => {
    const body = [...Buffer.from(type, 'latin1'), ...data];
    return [...u32(data.length), ...body, ...u32(crc32(Uint8Array.from(body)))];
  };
  const raw = rows.flatMap(row => [0, ...row]);
  return Uint8Array.from([
    0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10,
    ...chunk('IHDR', [...u32(width), ...u32(height), depth, colorType, 0, 0, 0]),
    ...extra.flatMap(([type, data]) => chunk(type, data)),
    ...chunk('IDAT', [...deflateSync(Uint8Array.from(raw))]),
    ...chunk('IEND', []),
  ]);
}

describe('PNG', () => {
  it('reads 8-bit grey and RGB', () => {
    const grey = decodePicture(encode({ width: 3, height: 1, data: Uint8Array.of(0, 100, 255), channels: 1 }), 'a');
    expect(grey).toMatchObject({ width: 3, height: 1, channels: 1 });
    expect([...grey.data]).toEqual([0, 100, 255]);
    expect([...decodePicture(encode({ width: 1, height: 2, data: Uint8Array.of(1, 2, 3, 4, 5, 6), channels: 3 }), 'a').data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('rounds 16 bits to 8', () => {
    const png = encode({ width: 3, height: 1, data: Uint16Array.of(0, 257 * 77 + 100, 65535), channels: 1, depth: 16 });
    expect([...decodePicture(png, 'a').data]).toEqual([0, 77, 255]);
  });

  it('lays transparent pixels on white', () => {
    const rgba = decodePicture(encode({ width: 3, height: 1, data: Uint8Array.of(10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 51), channels: 4 }), 'a');
    expect([...rgba.data]).toEqual([10, 20, 30, 255, 255, 255, 204, 204, 204]);
    const greyAlpha = decodePicture(encode({ width: 2, height: 1, data: Uint8Array.of(7, 255, 7, 0), channels: 2 }), 'a');
    expect([...greyAlpha.data]).toEqual([7, 255]);
  });

  it('reads 1, 2 and 4 bits, palettes and transparent colours', () => {
    expect([...decodePicture(rawPng(3, 2, 1, 0, [[0b10100000], [0b01000000]]), 'a').data]).toEqual([255, 0, 255, 0, 255, 0]);
    expect([...decodePicture(rawPng(5, 1, 2, 0, [[0b00011011, 0b01000000]]), 'a').data]).toEqual([0, 85, 170, 255, 85]);
    expect([...decodePicture(rawPng(3, 1, 4, 0, [[0x0f, 0x30]]), 'a').data]).toEqual([0, 255, 51]);
    const palette: [string, number[]] = ['PLTE', [1, 2, 3, 40, 50, 60, 255, 255, 255]];
    expect([...decodePicture(rawPng(3, 1, 2, 3, [[0b01000000]], [palette]), 'a').data]).toEqual([40, 50, 60, 1, 2, 3, 1, 2, 3]);
    expect([...decodePicture(rawPng(2, 1, 8, 3, [[1, 0]], [palette, ['tRNS', [255, 0]]]), 'a').data]).toEqual([255, 255, 255, 1, 2, 3]);
    expect([...decodePicture(rawPng(2, 1, 8, 0, [[9, 10]], [['tRNS', [0, 9]]]), 'a').data]).toEqual([255, 10]);
  });

  it('refuses damaged, cut and lying files', () => {
    const png = encode({ width: 40, height: 40, data: Uint8Array.from({ length: 1600 }, (_, i) => (i * i) & 255), channels: 1 });
    expectUnreadable(png.subarray(0, png.length >> 1), 'cut short');
    const flipped = png.slice();
    flipped[png.length >> 1]! ^= 1;
    expectUnreadable(flipped);
    expectUnreadable(rawPng(100000, 100000, 8, 0, [[1]]), '100000×100000', 'megapixels');
    expectUnreadable(rawPng(9000, 9000, 8, 0, [[1]]), '9000×9000', 'too little data');
    expectUnreadable(rawPng(4, 4, 8, 0, [[1, 2, 3, 4]]));
    expectUnreadable(Buffer.from('not a picture'), '6e 6f 74 20');
    expectUnreadable(new Uint8Array(0), 'missing');
  });
});

describe('JPEG', () => {
  const data = new Uint8Array(32 * 16 * 4).map((_, i) => (i % 4 === 3 ? 255 : i % 128 < 64 ? 200 : 40));
  const file = jpeg.encode({ width: 32, height: 16, data }, 95).data;

  it('decodes to RGB', () => {
    const picture = decodePicture(file, 'a');
    expect(picture).toMatchObject({ width: 32, height: 16, channels: 3 });
    const worst = picture.data.reduce((error, value, i) => Math.max(error, Math.abs(value - data[Math.floor(i / 3) * 4 + (i % 3)]!)), 0);
    expect(worst).toBeLessThan(12);
  });

  it('refuses a cut file', () => {
    expectUnreadable(file.subarray(0, file.length - 60), 'damaged or cut short');
    expectUnreadable(file.subarray(0, 10));
  });

  it('turns pictures upright by EXIF', () => {
    const exif = (orientation: number) => Uint8Array.from([0, 0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0]);
    const stored: Picture = { width: 3, height: 2, channels: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    const wanted: Record<number, number[][]> = {
      1: [[1, 2, 3], [4, 5, 6]], 2: [[3, 2, 1], [6, 5, 4]], 3: [[6, 5, 4], [3, 2, 1]], 4: [[4, 5, 6], [1, 2, 3]],
      5: [[1, 4], [2, 5], [3, 6]], 6: [[4, 1], [5, 2], [6, 3]], 7: [[6, 3], [5, 2], [4, 1]], 8: [[3, 6], [2, 5], [1, 4]],
    };
    for (const [orientation, rows] of Object.entries(wanted)) {
      expect(exifOrientation(exif(Number(orientation)))).toBe(Number(orientation));
      const upright = uprightJpeg(stored, exif(Number(orientation)));
      expect([upright.width, upright.height, ...upright.data]).toEqual([rows[0]!.length, rows.length, ...rows.flat()]);
    }
    expect(exifOrientation(new Uint8Array(5))).toBe(1);
    expect(exifOrientation(exif(77))).toBe(1);
  });
});

describe('PGM and PPM', () => {
  it.each([
    ['P2 with comments', ascii('P2 # grey\n# size\n2 2\n# top\n4\n0 1\n2 # half\n4\n'), 1, [0, 64, 128, 255]],
    ['P3', ascii('P3\n1 2 255\n1 2 3  4 5 6'), 3, [1, 2, 3, 4, 5, 6]],
    ['P5', ascii('P5\n# c\n2 1\n255\n', 9, 200), 1, [9, 200]],
    ['P5 of few greys', ascii('P5 2 1 15\n', 0, 15), 1, [0, 255]],
    ['P5 of 16 bits', ascii('P5 2 1 65535\n', 0x80, 0x00, 0xff, 0xff), 1, [128, 255]],
    ['P6', ascii('P6 1 1 255 ', 10, 11, 12), 3, [10, 11, 12]],
    ['P6 of 16 bits', ascii('P6 1 1 1000\n', 0x03, 0xe8, 0, 0, 0x01, 0xf4), 3, [255, 0, 128]],
  ] as const)('reads %s', (_name, bytes, channels, pixels) => {
    const picture = decodePicture(bytes, 'a');
    expect(picture.channels).toBe(channels);
    expect([...picture.data]).toEqual(pixels);
  });

  it('refuses cut, empty and lying files', () => {
    expectUnreadable(pgm(10, 10, 5).subarray(0, 60), '100 bytes of pixels');
    expectUnreadable(ascii('P5 99999 99999 255\n', 1), 'megapixels');
    expectUnreadable(ascii('P2 9000 9000 255\n1 2 3'), 'do not fit');
    expectUnreadable(ascii('P5 0 3 255\n'), '0×3');
    expectUnreadable(ascii('P5 2 2 70000\n', 1, 2, 3, 4), '70000');
    expectUnreadable(ascii('P5 2 x'), 'a number is expected');
    expectUnreadable(ascii('P5 2'), 'ends too early');
  });
});

/** A BMP with a 40-byte header. */
function bmp(width: number, height: number, bits: number, compression: number, tables: number[], pixels: number[]): Buffer {
  const file = Buffer.alloc(54);
  file.write('BM', 'latin1');
  file.writeUInt32LE(54 + tables.length, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(bits, 28);
  file.writeUInt32LE(compression, 30);
  return Buffer.concat([file, Buffer.from(tables), Buffer.from(pixels)]);
}

describe('BMP', () => {
  const palette = [0, 0, 0, 0, 30, 20, 10, 0, 255, 255, 255, 0, ...new Array<number>(13 * 4).fill(0)]; // blue, green, red, unused
  const colors: Record<number, number[]> = { 0: [0, 0, 0], 1: [10, 20, 30], 2: [255, 255, 255] };
  const painted = (indices: number[]) => indices.flatMap(index => colors[index]!);

  it.each([
    ['24 bits from below', bmp(1, 2, 24, 0, [], [3, 2, 1, 0, 6, 5, 4, 0]), [4, 5, 6, 1, 2, 3]],
    ['24 bits from above', bmp(1, -2, 24, 0, [], [3, 2, 1, 0, 6, 5, 4, 0]), [1, 2, 3, 4, 5, 6]],
    ['32 bits', bmp(1, 1, 32, 0, [], [3, 2, 1, 99]), [1, 2, 3]],
    ['16 bits', bmp(2, 1, 16, 0, [], [0x1f, 0x00, 0x00, 0x7c]), [0, 0, 255, 255, 0, 0]],
    ['16 bits with masks', bmp(2, 1, 16, 3, [0x00, 0xf8, 0, 0, 0xe0, 0x07, 0, 0, 0x1f, 0, 0, 0], [0xe0, 0x07, 0xff, 0xff]), [0, 255, 0, 255, 255, 255]],
    ['4 bits', bmp(3, 1, 4, 0, palette, [0x12, 0x00, 0, 0]), painted([1, 2, 0])],
    ['1 bit', bmp(2, 1, 1, 0, palette.slice(0, 8), [0b01000000, 0, 0, 0]), painted([0, 1])],
    ['4 bits in runs', bmp(5, 2, 4, 2, palette, [5, 0x12, 0, 0, 0, 3, 0x21, 0x10, 0, 1]), painted([2, 1, 1, 0, 0, 1, 2, 1, 2, 1])],
  ])('reads %s', (_name, bytes, pixels) => {
    expect([...decodePicture(bytes, 'a').data]).toEqual(pixels);
  });

  it('reads 8 bits in runs, with jumps', () => {
    const wide = [...palette, ...new Array<number>((256 - 16) * 4).fill(0)];
    const runs = bmp(4, 2, 8, 1, wide, [2, 1, 0, 2, 1, 0, 1, 2, 0, 0, 0, 4, 2, 1, 2, 1, 0, 1]);
    expect([...decodePicture(runs, 'a').data]).toEqual(painted([2, 1, 2, 1, 1, 1, 0, 2]));
  });

  it('refuses cut and lying files', () => {
    expectUnreadable(bmp(10, 10, 24, 0, [], [1, 2, 3]), '320 bytes of pixels');
    expectUnreadable(bmp(2 ** 30, 2 ** 30, 8, 1, [], [1, 1]), 'megapixels');
    expectUnreadable(bmp(9000, 9000, 8, 1, new Array<number>(1024).fill(0), [1, 1]), 'ends in the middle');
    expectUnreadable(bmp(1, 1, 24, 4, [], [1, 2, 3, 4]), 'compression 4');
    expectUnreadable(Buffer.from('BM'), 'damaged');
  });
});

describe('fitPicture', () => {
  const fit = (picture: Picture, target: Omit<Fit, 'fit'>, how: Fit['fit'] = 'crop') => {
    const out = new Uint8Array(target.height * target.width * target.channels);
    fitPicture(picture, { ...target, fit: how }, out);
    return [...out];
  };
  const grey = (width: number, height: number, data: number[]): Picture => ({ width, height, channels: 1, data: Uint8Array.from(data) });

  it('averages areas when shrinking', () => {
    expect(fit(grey(4, 2, [0, 10, 100, 200, 20, 30, 100, 0]), { width: 2, height: 1, channels: 1 })).toEqual([15, 100]);
    // Thirds of pixels count as thirds: (1·30 + ½·90)/1.5 and (½·90 + 1·210)/1.5.
    expect(fit(grey(3, 1, [30, 90, 210]), { width: 2, height: 1, channels: 1 }, 'stretch')).toEqual([50, 170]);
  });

  it('interpolates when growing', () => {
    expect(fit(grey(2, 1, [0, 100]), { width: 4, height: 1, channels: 1 }, 'stretch')).toEqual([0, 25, 75, 100]);
    expect(fit(grey(1, 1, [77]), { width: 3, height: 2, channels: 1 })).toEqual([77, 77, 77, 77, 77, 77]);
  });

  it('keeps flat pictures flat at any size', () => {
    for (const [width, height] of [[3, 5], [17, 4], [64, 63], [1, 9]] as const) {
      for (const how of ['crop', 'stretch'] as const) {
        expect(new Set(fit(grey(width, height, new Array<number>(width * height).fill(123)), { width: 7, height: 6, channels: 1 }, how))).toEqual(new Set([123]));
      }
    }
  });

  it('crops the middle', () => {
    expect(fit(grey(4, 2, [9, 1, 2, 9, 9, 3, 4, 9]), { width: 2, height: 2, channels: 1 })).toEqual([1, 2, 3, 4]);
    expect(fit(grey(2, 4, [9, 9, 1, 2, 3, 4, 9, 9]), { width: 2, height: 2, channels: 1 })).toEqual([1, 2, 3, 4]);
  });

  it('turns colour to grey by the luma of BT.601, and grey to colour', () => {
    const rgb: Picture = { width: 3, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255) };
    expect(fit(rgb, { width: 3, height: 1, channels: 1 })).toEqual([76, 150, 29]);
    expect(fit(grey(2, 1, [5, 6]), { width: 2, height: 1, channels: 3 })).toEqual([5, 5, 5, 6, 6, 6]);
  });
});
