import { describe, expect, it } from 'vitest';
import { codeLayout, codePixels, differencePixels, fit, imagePixels, isImage, nearSquare, pixelDifferences, profileBars, rangeOf } from './pixels.ts';

const rgb = (p: { data: Uint8ClampedArray }, i: number) => [...p.data.slice(i * 4, i * 4 + 4)];

describe('pixels', () => {
  it('draws grey and colour samples from floats and bytes', () => {
    const grey = imagePixels(new Float32Array([0, 0, 0.5, 1]), 1, [1, 2, 1]);
    expect([grey.width, grey.height, rgb(grey, 0), rgb(grey, 1)]).toEqual([2, 1, [128, 128, 128, 255], [255, 255, 255, 255]]);
    const color = imagePixels(new Uint8Array([1, 2, 3]), 0, [1, 1, 3]);
    expect(rgb(color, 0)).toEqual([1, 2, 3, 255]);
  });

  it('clips values outside the scale instead of wrapping', () => {
    expect(rgb(imagePixels(new Float32Array([1.7, -3]), 0, [1, 2]), 0)[0]).toBe(255);
    expect(rgb(imagePixels(new Float32Array([1.7, -3]), 0, [1, 2]), 1)[0]).toBe(0);
  });

  it('shows no difference in the colour of the background and opposite ones in opposite colours', () => {
    const p = differencePixels(new Float32Array([0.5, 1, 0]), new Float32Array([0.5, 0, 1]), 0, [1, 3, 1], 'light');
    expect(rgb(p, 0)).toEqual([244, 244, 244, 255]);
    expect(rgb(p, 1)[2]).toBeGreaterThan(rgb(p, 1)[0]!);
    expect(rgb(p, 2)[0]).toBeGreaterThan(rgb(p, 2)[2]!);
  });

  it('draws differences over a reach of their own, as the mean over channels', () => {
    const [original, rebuilt] = [new Float32Array([0.5, 0.5, 0.5, 1, 1, 1]), new Float32Array([0.5, 0.5, 0.5, 0.9, 0.7, 0.8])];
    expect([...pixelDifferences(original, rebuilt, 0, [1, 2, 3])].map(v => Math.round(v * 100) / 100)).toEqual([0, -0.2]);
    const [own, whole] = [0.2, 1].map(reach => rgb(differencePixels(original, rebuilt, 0, [1, 2, 3], 'light', reach), 1));
    expect(own).toEqual([11, 79, 158, 255]);
    expect(whole).not.toEqual(own);
  });

  it.each([[1, 1, 1], [2, 2, 1], [32, 8, 4], [50, 10, 5], [196, 14, 14], [7, 3, 3], [13, 4, 4], [144, 12, 12]])('lays out %i numbers as %i × %i', (count, columns, rows) => {
    expect(nearSquare(count)).toEqual({ columns, rows });
  });

  it('leaves the spare cells of a code transparent', () => {
    const p = codePixels(new Float32Array(7).fill(1), 0, [7], { min: 0, max: 1 }, 'dark');
    expect([p.width, p.height]).toEqual([3, 3]);
    expect(rgb(p, 6)[3]).toBe(255);
    expect(rgb(p, 7)[3]).toBe(0);
  });

  it('draws a latent image as one tile per channel', () => {
    // 1 × 2 × 2 channels-last: channel 0 is (0, 0), channel 1 is (1, 1)
    const p = codePixels(new Float32Array([0, 1, 0, 1]), 0, [1, 2, 2], { min: 0, max: 1 }, 'dark');
    expect([p.width, p.height]).toEqual([4, 1]);
    expect(rgb(p, 0)).toEqual(rgb(p, 1));
    expect(rgb(p, 2)).toEqual(rgb(p, 3));
    expect(rgb(p, 1)).not.toEqual(rgb(p, 2));
  });

  it('knows which number of a code is at a place of its picture', () => {
    const vector = codeLayout([7]);
    expect([vector.numberAt(0, 2), vector.numberAt(1, 2)]).toEqual([6, undefined]);
    // 1 × 2 × 2 channels-last: the second channel stands at the right.
    const image = codeLayout([1, 2, 2]);
    expect([0, 1, 2, 3].map(x => image.numberAt(x, 0))).toEqual([0, 2, 1, 3]);
  });

  it('knows images from vectors', () => {
    expect([[28, 28, 1], [8, 8, 3], [4, 4], [64], [4, 4, 2]].map(isImage)).toEqual([true, true, true, false, false]);
  });

  it('makes bars from a zero line inside the range', () => {
    expect(profileBars(new Float32Array([-1, 1, 0.5]), 0, 3, { min: -1, max: 1 })).toEqual([{ from: 0, to: 0.5 }, { from: 0.5, to: 1 }, { from: 0.5, to: 0.75 }]);
  });

  it('ignores what is not finite in a range', () => {
    expect(rangeOf([Number.NaN, Infinity, 2, -1])).toEqual({ min: -1, max: 2 });
    expect(rangeOf([])).toEqual({ min: 0, max: 1 });
  });

  it('fits at whole pixels', () => {
    expect(fit(28, 28, 60, 100)).toEqual({ width: 56, height: 56 });
    expect(fit(112, 112, 56, 80)).toEqual({ width: 56, height: 56 });
  });
});
