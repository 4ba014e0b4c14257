// How far reconstructions are from their originals, for every sample of a batch, in the measures papers report. Keras's
// definitions where it has them. SSIM: Z. Wang et al., "Image Quality Assessment" (2004), with its window (11 × 11, Gaussian,
// σ = 1.5) and constants, as two products with band matrices; `analysis/metrics.ts` has the same image by image.
import { unreachable } from '../core/errors.ts';
import { gaussianWindow, windowSize } from '../core/window.ts';
import type { Shape } from '../model/model.ts';
import type { MetricName } from '../spec/schema.ts';
import type { Value } from './ir.ts';
import { elementLoss } from './losses.ts';
import * as ops from './ops.ts';
import { add, mul, sub } from './ops.ts';

/** A signal-to-noise ratio of 100 dB stands for any higher one. */
const SMALLEST_MSE = 1e-10;

/** batch × features twice → batch. @param shape of one sample, channels last. */
export function sampleMetric(name: MetricName, target: Value, output: Value, shape: Shape): Value {
  switch (name) {
    case 'mse': case 'mae': case 'binaryCrossentropy': return ops.mean(elementLoss(name, target, output), [1]);
    case 'psnr': return mul(ops.log(ops.max(sampleMetric('mse', target, output, shape), SMALLEST_MSE)), -10 / Math.LN10);
    case 'ssim': return structuralSimilarity(target, output, shape);
    case 'accuracy': return samePeak(target, output);
    case 'binaryAccuracy': {
      const rounded = ops.select(ops.greater(output, 0.5), 1, ops.broadcastTo(ops.scalar(0), output.shape));
      return ops.mean(equal(target, rounded), [1]);
    }
    default: return unreachable(name);
  }
}

/** 1 where two values are equal, else 0. */
function equal(a: Value, b: Value): Value {
  return ops.select(ops.greater(ops.abs(sub(a, b)), 0), 0, ops.broadcastTo(ops.scalar(1), a.shape));
}

/** Keras's categorical accuracy: 1 when the first largest output is where the first largest target is. */
function samePeak(target: Value, output: Value): Value {
  return ops.reshape(equal(firstPeak(target), firstPeak(output)), [target.shape[0]!]);
}

/** batch × features → batch × 1: the place of the first largest number of each row. */
function firstPeak(rows: Value): Value {
  const [, features] = rows.shape as [number, number];
  const peak = ops.reduceMax(rows, [1], true);
  // Places counted down from the end: the first largest number has the highest count.
  const countdown = ops.constant(Float32Array.from({ length: features }, (_, i) => features - i), [1, features]);
  return ops.reduceMax(ops.select(ops.greater(peak, rows), 0, countdown), [1], true);
}

function structuralSimilarity(target: Value, output: Value, shape: Shape): Value {
  const [height, width, channels] = shape as [number, number, number];
  const batch = target.shape[0]!;
  const planes = (flat: Value): Value => ops.transpose(ops.reshape(flat, [batch, height, width, channels]), [0, 3, 1, 2]);
  const [x, y] = [planes(target), planes(output)];
  const across = band(width);
  const down = band(height);
  const blurred = (image: Value): Value => {
    const rows = ops.matmul(ops.reshape(image, [batch * channels * height, width]), across);
    const turned = ops.transpose(ops.reshape(rows, [batch * channels, height, across.shape[1]!]), [0, 2, 1]);
    return ops.matmul(ops.reshape(turned, [batch * channels * across.shape[1]!, height]), down);
  };
  const [mx, my] = [blurred(x), blurred(y)];
  const product = mul(mx, my);
  const squares = add(ops.square(mx), ops.square(my));
  const covariance = sub(blurred(mul(x, y)), product);
  const variances = sub(blurred(add(ops.square(x), ops.square(y))), squares);
  const [c1, c2] = [0.01 ** 2, 0.03 ** 2];
  const similarity = ops.div(
    mul(add(mul(product, 2), c1), add(mul(covariance, 2), c2)),
    mul(add(squares, c1), add(variances, c2)),
  );
  return ops.mean(ops.reshape(similarity, [batch, channels * across.shape[1]! * down.shape[1]!]), [1]);
}

/** extent × places: column j holds the window that begins at place j. */
function band(extent: number): Value {
  const window = gaussianWindow(windowSize(extent));
  const places = extent - window.length + 1;
  const matrix = new Float32Array(extent * places);
  for (let j = 0; j < places; j++) for (let k = 0; k < window.length; k++) matrix[(j + k) * places + j] = window[k]!;
  return ops.constant(matrix, [extent, places]);
}
