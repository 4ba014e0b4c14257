// The window of the structural similarity, which graphs and pages compute alike: Z. Wang et al., "Image Quality Assessment:
// From Error Visibility to Structural Similarity" (2004).

const SIZE = 11;
const SIGMA = 1.5;

/** 11, or the largest odd size that fits. */
export function windowSize(extent: number): number {
  return Math.min(SIZE, extent - (1 - extent % 2));
}

/** Gaussian weights that sum to one. */
export function gaussianWindow(size: number): Float64Array {
  const weights = Float64Array.from({ length: size }, (_, i) => Math.exp(-((i - (size - 1) / 2) ** 2) / (2 * SIGMA * SIGMA)));
  const sum = weights.reduce((total, weight) => total + weight);
  return weights.map(weight => weight / sum);
}
