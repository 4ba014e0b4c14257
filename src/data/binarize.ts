// Pixels made 0 or 1, as the literature of generative models does: from one half on, or at random with the probability of
// their value (R. Salakhutdinov and I. Murray, "On the Quantitative Analysis of Deep Belief Networks", 2008). Values keep the
// type and the scale of their data set: bytes become 0 and 255.
import { StudioError } from '../core/errors.ts';
import { RandomStream } from '../core/random.ts';
import type { DataSpec } from '../spec/schema.ts';
import type { Dataset, Split } from './dataset.ts';
import type { Samples } from './memory.ts';

/** Rounding that a value may be outside [0, 1] by. */
const SLACK = 1e-6;

/**
 * Does what can be done at load, in place: everything for "threshold"; for "sample" the validation samples, drawn once by
 * the seed. The training samples stay probabilities then; batches draw from them.
 * @throws StudioError('data') when values are not in [0, 1].
 */
export function binarizeDataset(dataset: Dataset, kind: DataSpec['binarize'], seed: number): void {
  if (kind === undefined) return;
  const { name, scale, train, validation } = dataset;
  for (const { values } of [train, validation]) requireProbabilities(values, scale, name);
  oneOf(train.values, scale, name);
  if (kind === 'threshold') for (const { values } of [train, validation]) threshold(values, scale);
  else drawSplit(validation, scale, seed);
}

function requireProbabilities(values: Samples, scale: number, name: string): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]! * scale;
    if (value >= -SLACK && value <= 1 + SLACK) continue;
    throw new StudioError('data', `${name}: "binarize" needs values in [0, 1], there is ${Number(value.toPrecision(4))}. Divide them with "divideBy" (255 for bytes in floating point), or leave "binarize" out.`);
  }
}

/** The stored value that stands for 1. @throws StudioError('data') when bytes cannot hold it. */
function oneOf(values: Samples, scale: number, name = 'the data'): number {
  const one = 1 / scale;
  if (values instanceof Float32Array) return one;
  const byte = Math.round(one);
  if (byte > 255 || Math.abs(byte - one) > 1e-9 * one) {
    throw new StudioError('data', `${name}: "binarize" cannot write 1 as a byte when values are divided by ${Number(one.toPrecision(6))}. Give "divideBy" a whole number up to 255.`);
  }
  return byte;
}

function threshold(values: Samples, scale: number): void {
  const one = oneOf(values, scale);
  for (let i = 0; i < values.length; i++) values[i] = values[i]! * scale >= 0.5 ? one : 0;
}

/** Draws a whole split in place. Each sample has a stream of its own, by its position; epoch 0 is none that training has. */
export function drawSplit({ count, values }: Split, scale: number, seed: number): void {
  const features = count === 0 ? 0 : values.length / count;
  for (let i = 0; i < count; i++) drawPixels(values.subarray(i * features, (i + 1) * features), scale, new RandomStream(seed, 'binarize', 0, i));
}

/** Each value becomes 1 with the probability that it is, in place. */
export function drawPixels(values: Samples, scale: number, stream: RandomStream): void {
  const one = oneOf(values, scale);
  const share = scale * 4294967296;
  for (let i = 0; i < values.length; i++) values[i] = stream.uint32() < values[i]! * share ? one : 0;
}
