import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { newPicture, drawText, type Picture } from './canvas.ts';
import { blockOf, layoutNumbers, wholeScale } from './layout.ts';
import { textWidth } from './lettering.ts';
import { classColor, diverging, grey, hex, sequential, type Rgb } from './palette.ts';
import { formatNumber, generationGrid, manifoldCodes, manifoldGrid, reconstructionBlocks, reconstructionGrid, type ReconstructedSamples } from './pictures.ts';
import { encodePng } from './png.ts';

function pixel(picture: Picture, x: number, y: number): Rgb {
  const at = (y * picture.width + x) * 3;
  return [picture.data[at]!, picture.data[at + 1]!, picture.data[at + 2]!];
}
function isColor(picture: Picture, x: number, y: number, color: Rgb): boolean {
  return x >= 0 && y >= 0 && x < picture.width && y < picture.height && pixel(picture, x, y).every((value, c) => value === color[c]);
}
/** The pixels of one colour that are part of an area of 3 × 3 or more: soft edges of letters have every grey, but no area. */
function area(picture: Picture, color: Rgb, smallest = 1): (readonly [number, number])[] {
  const near = Array.from({ length: 2 * smallest + 1 }, (_, i) => i - smallest);
  const block = near.flatMap(dy => near.map(dx => [dx, dy] as const));
  const found = new Map<number, readonly [number, number]>();
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      if (!isColor(picture, x, y, color) || !block.every(([dx, dy]) => isColor(picture, x + dx, y + dy, color))) continue;
      for (const [dx, dy] of block) found.set((y + dy) * picture.width + x + dx, [x + dx, y + dy]);
    }
  }
  return [...found.values()];
}
/** Left, top, width and height of all areas of one colour. */
function boundsOf(picture: Picture, color: Rgb, smallest = 1): readonly [number, number, number, number] {
  const pixels = area(picture, color, smallest);
  const [xs, ys] = [pixels.map(([x]) => x), pixels.map(([, y]) => y)];
  const least = (values: number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = (values: number[]): number => values.reduce((a, b) => Math.max(a, b), -Infinity);
  return [least(xs), least(ys), most(xs) - least(xs) + 1, most(ys) - least(ys) + 1];
}
const count = (picture: Picture, color: Rgb): number => area(picture, color).length;
const luminance = ([r, g, b]: Rgb): number => 0.2126 * (r / 255) ** 2.2 + 0.7152 * (g / 255) ** 2.2 + 0.0722 * (b / 255) ** 2.2;

describe('layout', () => {
  it('of a vector is a near-square block', () => {
    expect([1, 2, 3, 6, 7, 13, 32, 50, 196].map(blockOf)).toEqual([[1, 1], [2, 1], [3, 1], [3, 2], [3, 3], [4, 4], [8, 4], [10, 5], [14, 14]]);
  });

  it('of feature maps are tiles with a gap, every number in a place of its own', () => {
    const { height, width, places } = layoutNumbers([7, 5, 6], false);
    expect([height, width]).toEqual([3 * 8 - 1, 2 * 6 - 1]);
    const keys = new Set(Array.from({ length: 210 }, (_, i) => places[2 * i]! * width + places[2 * i + 1]!));
    expect(keys.size).toBe(210);
    expect(Array.from(places.subarray(0, 4))).toEqual([0, 0, 0, 6]); // pixel 0 of map 0 and of map 1
    expect([...keys].every(key => key % width !== 5)).toBe(true);
  });

  it('of a colour image is the image, of three maps of a code it is not', () => {
    expect(layoutNumbers([4, 5, 3], true)).toMatchObject({ height: 4, width: 5, channels: 3 });
    expect(layoutNumbers([4, 5, 3], false)).toMatchObject({ height: 14, width: 5, channels: 1 });
    expect(layoutNumbers([4, 5], false)).toMatchObject({ height: 4, width: 5, channels: 1 });
  });

  it('is enlarged by whole factors only', () => {
    expect([28, 64, 500, 8].map(extent => wholeScale(extent, 84))).toEqual([3, 1, 1, 11]);
  });
});

describe('colours', () => {
  it('grow lighter evenly, meet white in the middle of differences, and mark what is no number', () => {
    const steps = Array.from({ length: 32 }, (_, i) => luminance(sequential(i / 31)));
    steps.slice(1).forEach((value, i) => expect(value).toBeGreaterThan(steps[i]!));
    expect(Math.min(...diverging(0))).toBeGreaterThan(240);
    expect(diverging(-1)[2]).toBeGreaterThan(diverging(-1)[0] + 80);
    expect(diverging(1)[0]).toBeGreaterThan(diverging(1)[2] + 80);
    expect(diverging(-5)).toEqual(diverging(-1));
    expect([grey(NaN), sequential(NaN), diverging(NaN)].every(color => hex(color) === '#ff00ff')).toBe(true);
    expect(grey(2)).toEqual([255, 255, 255]);
  });

  it('of classes differ from each other and from light and dark ground', () => {
    const colors = Array.from({ length: 20 }, (_, i) => classColor(i));
    expect(new Set(colors.map(hex)).size).toBe(20);
    for (const color of colors) {
      const light = luminance(color);
      expect((light + 0.05) / 0.05).toBeGreaterThan(3);       // contrast with black
      expect(1.05 / (light + 0.05)).toBeGreaterThan(1.7);     // with white, where shapes and names help
    }
  });
});

describe('blocks of reconstructions', () => {
  it('are as high as wide, side by side, every sample in the same place of each', () => {
    // Sixteen pictures of four pixels: the originals are black but for the seventh, the reconstructions white but for it.
    const original = new Float32Array(64);
    const reconstruction = new Float32Array(64).fill(1);
    original.fill(0.4, 24, 28);
    reconstruction.fill(0.6, 24, 28);
    const picture = reconstructionBlocks({ shape: [2, 2, 1], latentShape: [1], count: 16, original, reconstruction });
    const [left, top, width, height] = boundsOf(picture, [0, 0, 0]);
    expect(width).toBe(height);
    // Row 2, column 3 of four.
    const marked = boundsOf(picture, [102, 102, 102]);
    const step = (width + 4) / 4;
    expect([(marked[0] - left) / step, (marked[1] - top) / step]).toEqual([2, 1]);
    const rebuilt = boundsOf(picture, [153, 153, 153]);
    expect(rebuilt.slice(1)).toEqual(marked.slice(1));
    expect(rebuilt[0]).toBeGreaterThan(left + width);
  });
});

describe('lettering', () => {
  it('stays inside the width it claims', () => {
    for (const text of ['reconstruction', 'WAVE 0.0123', 'Größe (−1.5, 2)', 'jgpqy']) {
      const picture = newPicture(300, 60);
      drawText(picture, text, 20, 20, 16);
      const [left, top, width, height] = boundsOf(picture, [38, 38, 38], 0);
      expect(left).toBeGreaterThanOrEqual(18);
      expect(left + width).toBeLessThanOrEqual(20 + textWidth(text, 16) + 2);
      expect(top).toBeGreaterThanOrEqual(17);
      expect(top + height).toBeLessThanOrEqual(20 + 16 * 1.32 + 2);
    }
  });

  it('is placed left, in the middle or right', () => {
    for (const [align, shift] of [['left', 0], ['center', -0.5], ['right', -1]] as const) {
      const picture = newPicture(200, 30);
      drawText(picture, 'HHHH', 100, 8, 14, align);
      expect(Math.abs(boundsOf(picture, [38, 38, 38], 0)[0] - (100 + shift * textWidth('HHHH', 14)))).toBeLessThanOrEqual(2);
    }
  });
});

describe('numbers', () => {
  it('are short and say what matters', () => {
    expect([0, 0.01234, 0.1, 1, 12.345, 123.4, 1.2e-5, 123456, -0.5, NaN, Infinity, -Infinity].map(formatNumber))
      .toEqual(['0.000', '0.0123', '0.100', '1.000', '12.3', '123', '1.2e-5', '1.2e+5', '−0.500', 'nan', 'inf', '−inf']);
  });
});

/** Two 2 × 2 samples; one number of each is easy to find. */
const samples: ReconstructedSamples = {
  shape: [2, 2, 1], latentShape: [2], count: 2,
  original: [0.2, 0.4, 0.6, 0.8, 0.1, 0.3, 0.5, 0.7],
  corrupted: [0, 0.4, 0.6, 0.8, 0.1, 0.3, 0.5, 0.9],
  code: [0, 1, 0.5, 0.25],
  reconstruction: [0.2, 0.4, 0.6, 0.8, 0.1, 0.3, 0.5, 0.45],
  error: [0.25, NaN],
};

describe('the grid of reconstructions', () => {
  it('shows each number as one sharp square, enlarged by a whole factor', () => {
    const picture = reconstructionGrid(samples, { cell: 40, rows: ['original'] });
    expect(count(picture, grey(0.2))).toBe(20 * 20);
    expect(boundsOf(picture, grey(0.8)).slice(2)).toEqual([20, 20]);
    const [left, top] = boundsOf(picture, grey(0.2));
    expect(boundsOf(picture, grey(0.4)).slice(0, 2)).toEqual([left + 20, top]);
    expect(boundsOf(picture, grey(0.6)).slice(0, 2)).toEqual([left, top + 20]);
    expect(boundsOf(picture, grey(0.1)).slice(0, 2)).toEqual([left + 44, top]); // the next sample, beyond a gap
  });

  it('has the rows that are asked for and there', () => {
    const whole = reconstructionGrid(samples, { cell: 40 });
    const { shape, latentShape, original, reconstruction, error } = samples;
    const without = reconstructionGrid({ shape, latentShape, count: 2, original, reconstruction, error: error! }, { cell: 40 });
    expect(whole.height - without.height).toBe(2 * 44);
    expect(count(whole, grey(0.4))).toBe(3 * 400); // original, corrupted, reconstruction
    expect(count(whole, sequential(0.25))).toBe(400);
    expect(count(reconstructionGrid(samples, { cell: 40, rows: ['original', 'reconstruction'] }), sequential(0.25))).toBe(0);
  });

  it('shows where the reconstruction is too dark in blue', () => {
    const picture = reconstructionGrid(samples, { cell: 40, rows: ['difference'] });
    expect(count(picture, diverging(-1))).toBe(400);
    expect(count(picture, diverging(0))).toBe(7 * 400);
  });

  it('draws colour images in colour, and their difference by its mean', () => {
    const picture = reconstructionGrid({ shape: [1, 1, 3], latentShape: [1], count: 1, original: [0.2, 0.4, 0.6], reconstruction: [0.5, 0.7, 0.9] }, { cell: 40 });
    expect(count(picture, [51, 102, 153])).toBe(1600);
    expect(count(picture, [128, 179, 230])).toBe(1600);
    expect(count(picture, diverging(1))).toBe(1600);
  });

  it('breaks into bands and holds many or no samples', () => {
    const original = Float32Array.from({ length: 25 * 4 }, (_, i) => i % 4 / 4);
    const many = { shape: [2, 2, 1], latentShape: [1], count: 25, original, reconstruction: original, error: new Float32Array(25), labels: new Array<string>(25).fill('a very long class name indeed') };
    const one = reconstructionGrid({ ...many, count: 10 }, { columns: 10, cell: 40 });
    const three = reconstructionGrid(many, { columns: 10, cell: 40 });
    expect(three.width).toBe(one.width);
    expect(three.height).toBe(24 + 3 * (one.height - 24) + 2 * 12);
    expect(reconstructionGrid({ ...many, count: 0 }).height).toBeGreaterThan(0);
  });

  it('survives numbers that are none', () => {
    const nan = new Float32Array(8).fill(NaN);
    const picture = reconstructionGrid({ ...samples, reconstruction: nan, code: nan.subarray(0, 4) }, { cell: 40, rows: ['original', 'code', 'reconstruction', 'difference'] });
    expect(count(picture, [255, 0, 255])).toBe(400 * (4 + 8 + 8));
  });

  it('comes back from a PNG file as it was', () => {
    const picture = reconstructionGrid(samples, { title: 'Größe' });
    const decoded = decode(encodePng(picture, { Title: 'test' }));
    expect([decoded.width, decoded.height, decoded.channels]).toEqual([picture.width, picture.height, 3]);
    expect(Buffer.compare(decoded.data as Uint8Array, picture.data)).toBe(0);
    expect(decoded.text.Title).toBe('test');
  });
});

describe('the decoded plane', () => {
  const options = { shape: [1, 1, 1], x: [0, 1], y: [10, 20], columns: 3, rows: 2 } as const;

  it('goes to the right with the first variable and up with the second', () => {
    expect([...manifoldCodes(options)]).toEqual([0, 20, 0.5, 20, 1, 20, 0, 10, 0.5, 10, 1, 10]);
    expect([...manifoldCodes({ ...options, columns: 1, rows: 1 })]).toEqual([0.5, 15]);
  });

  it('is decoded in one call and drawn without gaps', async () => {
    const picture = await manifoldGrid(async (codes, n) => {
      expect(n).toBe(6);
      return Float32Array.from({ length: n }, (_, i) => (codes[2 * i]! + (codes[2 * i + 1]! - 10) / 5) / 4);
    }, options);
    const [left, top] = boundsOf(picture, grey(0.5));
    expect(count(picture, grey(0.5))).toBe(300 * 300);
    expect(pixel(picture, left + 300, top)).toEqual(grey(0.625));
    expect(pixel(picture, left, top + 300)).toEqual(grey(0));
  });
});

describe('generated images', () => {
  it('stand below their codes', () => {
    const picture = generationGrid([1, 1, 1], [0.25, 0.5, 0.75], [1, -2, 3, -4, 5, -6], 3, { columns: 2, cell: 80 });
    const [left, top, width] = boundsOf(picture, grey(0.25));
    expect([width, count(picture, grey(0.75))]).toEqual([80, 6400]);
    expect(boundsOf(picture, grey(0.5)).slice(0, 2)).toEqual([left + 88, top]);
    expect(boundsOf(picture, grey(0.75))[0]).toBe(left);
    const ink = Array.from({ length: top * picture.width }, (_, i) => picture.data[i * 3]!).filter(value => value < 100).length;
    expect(ink).toBeGreaterThan(20);
  });

  it('cut long codes short', () => {
    const few = generationGrid([1, 1, 1], [0.5], new Float32Array(12), 1);
    expect(generationGrid([1, 1, 1], [0.5], new Float32Array(500), 1).height).toBe(few.height);
    // The space between two images stays empty: no code is longer than its image is wide.
    const pair = generationGrid([1, 1, 1], [0.5, 0.5], Float32Array.from({ length: 100 }, (_, i) => 0.11 * (i % 7)), 2, { cell: 84 });
    const [left, , width] = boundsOf(pair, grey(0.5));
    const middle = left + Math.floor(width / 2);
    for (let y = 0; y < pair.height; y++) for (let x = middle - 2; x <= middle + 2; x++) expect(isColor(pair, x, y, [255, 255, 255]), `${x}, ${y}`).toBe(true);
  });
});
