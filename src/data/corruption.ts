// Noise on the input of a denoising autoencoder (P. Vincent et al., "Extracting and Composing Robust Features with Denoising
// Autoencoders", 2008). Every kind works in place on float32 samples in model scale, the kinds of a list one after another.
// In pictures of several channels noise is drawn for every value, so it is coloured; an occlusion covers all channels.
import { NoiseStream } from '../core/noise.ts';
import { sizeOf } from '../core/tensor.ts';
import type { CorruptionSpec } from '../spec/schema.ts';

type Of<T extends CorruptionSpec['type']> = Extract<CorruptionSpec, { type: T }>;

/**
 * Applies all corruptions in order.
 * @param values samples × features, changed in place
 * @param shape of one sample: [height, width, channels], [height, width] or [features]
 * @param stream the source of all random numbers; the same stream gives the same noise
 * @param inRange whether all values are known to be in [0, 1], which saves looking
 */
export function corrupt(values: Float32Array, shape: readonly number[], corruption: readonly CorruptionSpec[], stream: NoiseStream, inRange = false): void {
  let cut = inRange;
  for (const step of corruption) {
    switch (step.type) {
      case 'gaussian': addGaussian(values, step, stream); break;
      case 'uniform': addUniform(values, step, stream); break;
      case 'saltAndPepper': saltAndPepper(values, step, stream); break;
      case 'masking': mask(values, step, stream); break;
      case 'occlusion': occlude(values, shape, step, stream); break;
    }
    const adds = step.type === 'gaussian' || step.type === 'uniform';
    // The additive kinds cut as they go. The others only set values, each in range itself, so one cut holds from then on.
    if (step.clip && !cut && !adds) clip(values);
    const staysInRange = !adds && (step.type !== 'occlusion' || (step.value >= 0 && step.value <= 1));
    cut = step.clip || (cut && staysInRange);
  }
}

/**
 * A corrupted copy of samples, the same whenever it is asked for: for validation and pictures, whose noise is drawn once
 * for a run. Each sample has a stream of its own, so the noise does not depend on how samples are cut into batches.
 * @param values samples × features, in model scale
 * @param purposeKeys what it is for; training batches use (epoch, index) with epochs from 1, so start with 0
 * @param first position of the first of these samples in its split
 */
export function corruptSamples(
  values: Float32Array, shape: readonly number[], corruption: readonly CorruptionSpec[], seed: number, purposeKeys: readonly number[] = [0], first = 0,
): Float32Array {
  const copy = values.slice();
  const features = sizeOf(shape);
  for (let sample = 0; sample * features < copy.length; sample++) {
    const stream = new NoiseStream(seed, 'corruption', ...purposeKeys, first + sample);
    corrupt(copy.subarray(sample * features, (sample + 1) * features), shape, corruption, stream);
  }
  return copy;
}

function clip(values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < 0) values[i] = 0;
    else if (value > 1) values[i] = 1;
  }
}

const range = (clip: boolean): { low: number; high: number } => (clip ? { low: 0, high: 1 } : { low: -Infinity, high: Infinity });

function addGaussian(values: Float32Array, { mean, stddev, clip }: Of<'gaussian'>, stream: NoiseStream): void {
  stream.add(values, 'normals', { mean, scale: stddev, ...range(clip) });
}

function addUniform(values: Float32Array, { amount, clip }: Of<'uniform'>, stream: NoiseStream): void {
  stream.add(values, 'uniforms', { mean: 0, scale: amount, ...range(clip) });
}

function saltAndPepper(values: Float32Array, { amount }: Of<'saltAndPepper'>, stream: NoiseStream): void {
  // Black below half the amount, white below all of it.
  const [black, white] = [amount * 2147483648, amount * 4294967296];
  stream.integers(values.length, (integers, from, count) => {
    for (let i = 0; i < count; i++) {
      const draw = integers[i]!;
      if (draw < white) values[from + i] = draw < black ? 0 : 1;
    }
  });
}

// Multiplied, because nobody can predict a branch.
function mask(values: Float32Array, { amount }: Of<'masking'>, stream: NoiseStream): void {
  stream.decisions(values.length, 1 - amount, (keep, from, count) => {
    for (let i = 0; i < count; i++) values[from + i] = values[from + i]! * keep[i]!;
  });
}

/** One block per sample, always whole where the picture is large enough; a vector is a row one value high. */
function occlude(values: Float32Array, shape: readonly number[], step: Of<'occlusion'>, stream: NoiseStream): void {
  const { size } = step;
  const value = step.clip ? Math.min(1, Math.max(0, step.value)) : step.value;
  const [height, width, channels] = shape.length === 1 ? [1, shape[0]!, 1] : [shape[0]!, shape[1]!, shape[2] ?? 1];
  const blockHeight = Math.min(size[0], height);
  const blockWidth = Math.min(size[1], width);
  const features = height * width * channels;
  for (let sample = 0; sample < values.length; sample += features) {
    const top = stream.integer(height - blockHeight + 1);
    const left = stream.integer(width - blockWidth + 1);
    for (let y = top; y < top + blockHeight; y++) {
      const row = sample + (y * width + left) * channels;
      values.fill(value, row, row + blockWidth * channels);
    }
  }
}
