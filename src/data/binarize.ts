// Pixels made 0 or 1, as the literature of generative models does: from one half on, or at random with the probability of
// their value (R. Salakhutdinov and I. Murray, "On the Quantitative Analysis of Deep Belief Networks", 2008). Values keep the
// type and the scale of their data set: bytes become 0 and 255.
import { StudioError } from '../core/errors.ts';
import { RandomStream } from '../core/random.ts';
import type { DataSpec } from '../spec/schema.ts';
import type { Dataset, LoadOptions, Split } from './dataset.ts';
import { kindOf, type Samples } from './memory.ts';
import { eachPiece, splitKind } from './rows.ts';

/** What becomes of pixels when they are read, sample by sample. */
export interface Pixels {
  readonly how: 'threshold' | 'draw';
  readonly scale: number;
  /** Of what is drawn. */
  readonly seed: number;
}

/** Rounding that a value may be outside [0, 1] by. */
const SLACK = 1e-6;

/**
 * Does what can be done at load: everything for "threshold"; for "sample" the validation samples, drawn once by the seed. The
 * training samples stay probabilities then; batches draw from them. Samples in memory are changed in place, others whenever
 * they are read.
 * @throws StudioError('data') when values are not in [0, 1].
 */
export async function binarizeDataset(dataset: Dataset, kind: DataSpec['binarize'], { seed, signal, onProgress }: Pick<LoadOptions, 'seed' | 'signal' | 'onProgress'>): Promise<Dataset> {
  if (kind === undefined) return dataset;
  const { name, scale, train, validation } = dataset;
  const total = train.count + validation.count;
  for (const [split, before] of [[train, 0], [validation, train.count]] as const) {
    // Bytes need no look where the largest of them is 1.
    if (splitKind(split) === 'uint8' && scale * 255 <= 1 + SLACK) continue;
    await eachPiece(split, (values, seen) => {
      requireProbabilities(values, scale, name);
      if (split.stored !== undefined) onProgress?.({ task: `Checking the values of ${name}`, done: before + seen, total, unit: 'samples' });
    }, signal);
  }
  oneOf(splitKind(train), scale, name);
  if (kind === 'threshold') return { ...dataset, train: changed(train, { how: 'threshold', scale, seed }), validation: changed(validation, { how: 'threshold', scale, seed }) };
  return { ...dataset, validation: drawnOnce(validation, scale, seed) };
}

/** A split whose samples are drawn once. Each has a stream of its own, by its position; epoch 0 is none that training has. */
export function drawnOnce(split: Split, scale: number, seed: number): Split {
  return changed(split, { how: 'draw', scale, seed });
}

function changed(split: Split, pixels: Pixels): Split {
  if (split.stored !== undefined) return { ...split, stored: { ...split.stored, pixels } };
  const { count, values } = split;
  const features = count === 0 ? 0 : values.length / count;
  for (let i = 0; i < count; i++) applyPixels(values.subarray(i * features, (i + 1) * features), pixels, i);
  return split;
}

/** Changes one sample in place. @param position of it in its split */
export function applyPixels(values: Samples, { how, scale, seed }: Pixels, position: number): void {
  if (how === 'threshold') threshold(values, scale);
  else drawPixels(values, scale, new RandomStream(seed, 'binarize', 0, position));
}

function requireProbabilities(values: Samples, scale: number, name: string): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]! * scale;
    if (value >= -SLACK && value <= 1 + SLACK) continue;
    throw new StudioError('data', `${name}: "binarize" needs values in [0, 1], there is ${Number(value.toPrecision(4))}. Divide them with "divideBy" (255 for bytes in floating point), or leave "binarize" out.`);
  }
}

/** The stored value that stands for 1. @throws StudioError('data') when bytes cannot hold it. */
function oneOf(kind: 'uint8' | 'float32', scale: number, name = 'the data'): number {
  const one = 1 / scale;
  if (kind === 'float32') return one;
  const byte = Math.round(one);
  if (byte > 255 || Math.abs(byte - one) > 1e-9 * one) {
    throw new StudioError('data', `${name}: "binarize" cannot write 1 as a byte when values are divided by ${Number(one.toPrecision(6))}. Give "divideBy" a whole number up to 255.`);
  }
  return byte;
}

function threshold(values: Samples, scale: number): void {
  const one = oneOf(kindOf(values), scale);
  for (let i = 0; i < values.length; i++) values[i] = values[i]! * scale >= 0.5 ? one : 0;
}

/** Each value becomes 1 with the probability that it is, in place. */
export function drawPixels(values: Samples, scale: number, stream: RandomStream): void {
  const one = oneOf(kindOf(values), scale);
  const share = scale * 4294967296;
  for (let i = 0; i < values.length; i++) values[i] = stream.uint32() < values[i]! * share ? one : 0;
}
