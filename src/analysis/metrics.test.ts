import { describe, expect, it } from 'vitest';
import { mae, mse, psnr, ssim } from './metrics.ts';

/** The same wave in both languages; golden numbers from scikit-image 0.26.0 (gaussian_weights, sigma 1.5, data_range 1, no sample covariance). */
function wave(height: number, width: number, channels: number, k: number): Float64Array {
  return Float64Array.from({ length: height * width * channels }, (_, i) => 0.5 + 0.5 * Math.sin(i * k + 0.3 * Math.floor(i / (width * channels))));
}

describe('simple measures', () => {
  it('are what their names say', () => {
    expect(mse([0, 1, 2], [0, 3, 1])).toBeCloseTo(5 / 3, 14);
    expect(mae([0, 1, 2], [0, 3, 1])).toBeCloseTo(1, 14);
    expect(psnr([0, 0], [0.1, 0.1])).toBeCloseTo(20, 12);
    expect(psnr([0, 0], [25.5, 25.5], 255)).toBeCloseTo(20, 12);
    expect(psnr([1], [1])).toBe(Infinity);
  });
});

describe('structural similarity', () => {
  it.each([
    [[28, 28, 1], 0.9520564063579691, 20.033075545286],
    [[16, 21, 3], 0.9471541305327932, 19.966702367354834],
    [[11, 11, 1], 0.9255856556441217, 19.999353670396136],
  ] as const)('of two waves of shape %j is that of scikit-image', (shape, similarity, ratio) => {
    const a = wave(shape[0], shape[1], shape[2], 0.05);
    const other = wave(shape[0], shape[1], shape[2], 0.31);
    const b = a.map((value, i) => Math.min(1, Math.max(0, value * 0.8 + 0.2 * other[i]!)));
    expect(ssim(a, b, shape)).toBeCloseTo(similarity, 10);
    expect(ssim(b, a, shape)).toBeCloseTo(similarity, 10);
    expect(psnr(a, b)).toBeCloseTo(ratio, 8);
  });

  it('is 1 for equal images, falls with noise, and takes images smaller than its window', () => {
    const a = wave(8, 8, 1, 0.4);
    expect(ssim(a, a, [8, 8, 1])).toBeCloseTo(1, 12);
    const noisy = (amount: number) => a.map((value, i) => value + amount * (i % 2 === 0 ? 1 : -1));
    expect(ssim(a, noisy(0.1), [8, 8])).toBeLessThan(1);
    expect(ssim(a, noisy(0.3), [8, 8])).toBeLessThan(ssim(a, noisy(0.1), [8, 8]));
    expect(ssim([0.5], [0.5], [1, 1, 1])).toBeCloseTo(1, 12);
  });
});
