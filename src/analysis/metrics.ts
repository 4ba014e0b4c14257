// How far a reconstruction is from its original, in the measures papers report. Images are rows of numbers in [0, 1].
// SSIM: Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, "Image Quality Assessment: From Error Visibility to Structural
// Similarity", IEEE Transactions on Image Processing 13 (2004), with its window (11 × 11, Gaussian, σ = 1.5) and constants.

import { gaussianWindow, windowSize } from '../core/window.ts';

type Values = ArrayLike<number>;

/** Mean squared error of two arrays of one length. */
export function mse(a: Values, b: Values): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum / a.length;
}

/** Mean absolute error. */
export function mae(a: Values, b: Values): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}

/** Peak signal-to-noise ratio in decibels; infinite for equal images. @param peak the largest possible value. */
export function psnr(a: Values, b: Values, peak = 1): number {
  return 10 * Math.log10(peak * peak / mse(a, b));
}

/** Weighted means of all windows that fit into a plane: (height − size + 1) × (width − size + 1). */
function blur(plane: Float64Array, height: number, width: number, rows: Float64Array, columns: Float64Array): Float64Array {
  const outWidth = width - columns.length + 1;
  const outHeight = height - rows.length + 1;
  const across = new Float64Array(height * outWidth);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++) {
      let sum = 0;
      for (let k = 0; k < columns.length; k++) sum += columns[k]! * plane[y * width + x + k]!;
      across[y * outWidth + x] = sum;
    }
  }
  const out = new Float64Array(outHeight * outWidth);
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      let sum = 0;
      for (let k = 0; k < rows.length; k++) sum += rows[k]! * across[(y + k) * outWidth + x]!;
      out[y * outWidth + x] = sum;
    }
  }
  return out;
}

/**
 * Structural similarity of two images, 1 for equal ones: the mean over all places where the window lies inside, and over
 * the channels. Where an image is smaller than the window, the window is cut to the largest odd size that fits.
 * @param shape [height, width, channels] or [height, width] of both, channels last.
 * @param peak the largest possible value.
 */
export function ssim(a: Values, b: Values, shape: readonly number[], peak = 1): number {
  const [height = 1, width = 1, channels = 1] = shape;
  const c1 = (0.01 * peak) ** 2;
  const c2 = (0.03 * peak) ** 2;
  const rows = gaussianWindow(windowSize(height));
  const columns = gaussianWindow(windowSize(width));
  let sum = 0;
  let count = 0;
  for (let channel = 0; channel < channels; channel++) {
    const x = Float64Array.from({ length: height * width }, (_, i) => a[i * channels + channel]!);
    const y = Float64Array.from({ length: height * width }, (_, i) => b[i * channels + channel]!);
    const mean = (plane: Float64Array): Float64Array => blur(plane, height, width, rows, columns);
    const meanX = mean(x);
    const meanY = mean(y);
    const meanXX = mean(x.map(value => value * value));
    const meanYY = mean(y.map(value => value * value));
    const meanXY = mean(x.map((value, i) => value * y[i]!));
    for (let i = 0; i < meanX.length; i++) {
      const mx = meanX[i]!;
      const my = meanY[i]!;
      const covariance = meanXY[i]! - mx * my;
      const variances = meanXX[i]! - mx * mx + meanYY[i]! - my * my;
      sum += (2 * mx * my + c1) * (2 * covariance + c2) / ((mx * mx + my * my + c1) * (variances + c2));
      count++;
    }
  }
  return sum / count;
}
