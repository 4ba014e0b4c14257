// Looks at samples with the model as it is: each sample's own loss, its code, its reconstruction. Where the spec corrupts,
// the noise of a sample is drawn once for the run, from its position in the split, so that curves and pictures compare.
import { tensor, type HostTensor } from '../core/tensor.ts';
import { corruptSamples } from '../data/corruption.ts';
import type { Split } from '../data/dataset.ts';
import { Breath } from './breath.ts';
import type { CompiledPrograms } from './compiled.ts';
import type { Experiment } from './experiment.ts';

/** Samples out of a split, in the data set's own type. */
export interface Samples {
  readonly count: number;
  /** Position of each in its split. */
  readonly positions: Int32Array;
  /** count × features. */
  readonly values: Uint8Array | Float32Array;
  /** count × features, in model scale; with corruption only. */
  readonly corrupted?: Float32Array;
  /** Class of each. */
  readonly labels?: Int32Array;
}

export interface Reconstructed {
  /** count × features, model scale. */
  readonly reconstruction: Float32Array;
  /** count × code size. */
  readonly code: Float32Array;
  /** Each sample's own loss. */
  readonly error: Float32Array;
}

/** Corrupted inputs of a whole split are kept up to this size, in bytes; beyond it they are drawn at every look. */
const KEPT_NOISE = 256e6;
/** Numbers per evaluated batch where the training batch is smaller: 256 images of 28×28. */
const EVALUATED_NUMBERS = 256 * 784;

/** Samples that are evaluated at a time. */
export function evaluationBatch({ spec, features }: Pick<Experiment, 'spec' | 'features'>): number {
  return Math.max(spec.training.batchSize, Math.min(256, Math.floor(EVALUATED_NUMBERS / features)));
}

/** `wanted` positions spread evenly over a split, so that sets sorted by class show every class. */
export function spreadPositions(wanted: number, count: number): Int32Array {
  const size = Math.min(wanted, count);
  return Int32Array.from({ length: size }, (_, i) => Math.floor((i * count) / size));
}

/** Copies samples out of a split; the noise of each depends on its position only. */
export function takeSamples({ spec, dataset, features }: Pick<Experiment, 'spec' | 'dataset' | 'features'>, split: Split, positions: Int32Array): Samples {
  const count = positions.length;
  const values = split.values instanceof Uint8Array ? new Uint8Array(count * features) : new Float32Array(count * features);
  positions.forEach((position, i) => { values.set(split.values.subarray(position * features, (position + 1) * features), i * features); });
  return {
    count, positions, values,
    ...(spec.corruption.length > 0 ? { corrupted: corruptAt(spec, dataset, scaled(values, dataset.scale), positions) } : {}),
    ...(split.labels ? { labels: Int32Array.from(positions, position => split.labels![position]!) } : {}),
  };
}

function corruptAt(spec: Experiment['spec'], dataset: Experiment['dataset'], clean: Float32Array, positions: Int32Array): Float32Array {
  const features = clean.length / positions.length;
  const corrupted = new Float32Array(clean.length);
  positions.forEach((position, i) => {
    const sample = clean.subarray(i * features, (i + 1) * features);
    corrupted.set(corruptSamples(sample, dataset.shape, spec.corruption, spec.seed, [0], position), i * features);
  });
  return corrupted;
}

/** Values on the scale the model sees. */
export function scaled(values: Uint8Array | Float32Array, scale: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = values[i]! * scale;
  return out;
}

/** Evaluates batches of samples; `breath` keeps the process responsive. */
export class Evaluator {
  private readonly batch: number;
  private readonly breath = new Breath();
  /** Corrupted inputs by split, batch after batch. */
  private readonly noisy = new Map<Split, Float32Array[]>();

  constructor(private readonly experiment: Experiment, private readonly compiled: CompiledPrograms) {
    this.batch = evaluationBatch(experiment);
  }

  /** Mean over all samples of their own losses. */
  async meanLoss(split: Split): Promise<number> {
    let sum = 0;
    for (const own of await this.losses(split)) sum += own;
    return sum / split.count;
  }

  /** Each sample's own loss. */
  async losses(split: Split): Promise<Float32Array> {
    const losses = new Float32Array(split.count);
    for (let first = 0; first < split.count; first += this.batch) {
      const size = Math.min(this.batch, split.count - first);
      const program = await this.compiled.get('evaluate', size);
      const { loss } = await program.run(this.feeds(this.valuesOf(split, first, size), this.noiseOf(split, first, size), size));
      losses.set(loss!.data, first);
      await this.breath.take();
    }
    return losses;
  }

  /** Codes, reconstructions and own losses of these samples, in their order. */
  async reconstruct(samples: Samples): Promise<Reconstructed> {
    const { features, codeSize } = this.experiment;
    const reconstruction = new Float32Array(samples.count * features);
    const code = new Float32Array(samples.count * codeSize);
    const error = new Float32Array(samples.count);
    const batch = Math.min(this.batch, samples.count);
    for (let first = 0; first < samples.count; first += batch) {
      const size = Math.min(batch, samples.count - first);
      const program = await this.compiled.get('reconstruct', size);
      const part = (values: Uint8Array | Float32Array) => values.subarray(first * features, (first + size) * features);
      const result = await program.run(this.feeds(part(samples.values), samples.corrupted && part(samples.corrupted) as Float32Array, size));
      reconstruction.set(result['reconstruction']!.data, first * features);
      code.set(result['code']!.data, first * codeSize);
      error.set(result['loss']!.data, first);
      await this.breath.take();
    }
    return { reconstruction, code, error };
  }

  /** Decodes codes (count × code size) to count × features in model scale. */
  async decode(codes: Float32Array): Promise<Float32Array> {
    const { features, codeSize } = this.experiment;
    const count = codes.length / codeSize;
    const reconstruction = new Float32Array(count * features);
    const batch = Math.min(this.batch, count);
    for (let first = 0; first < count; first += batch) {
      const size = Math.min(batch, count - first);
      const program = await this.compiled.get('decode', size);
      const result = await program.run({ code: tensor(codes.slice(first * codeSize, (first + size) * codeSize), [size, codeSize]) });
      reconstruction.set(result['reconstruction']!.data, first * features);
      await this.breath.take();
    }
    return reconstruction;
  }

  private feeds(values: Uint8Array | Float32Array, corrupted: Float32Array | undefined, size: number): Record<string, HostTensor> {
    const shape = [size, this.experiment.features];
    return { target: tensor(values, shape), ...(corrupted ? { input: tensor(corrupted, shape) } : {}) };
  }

  /** A copy: a split lies in memory shared between threads, which engines do not take. */
  private valuesOf(split: Split, first: number, size: number): Uint8Array | Float32Array {
    const { features } = this.experiment;
    return split.values.slice(first * features, (first + size) * features);
  }

  private noiseOf(split: Split, first: number, size: number): Float32Array | undefined {
    const { spec, dataset, features } = this.experiment;
    if (spec.corruption.length === 0) return undefined;
    const draw = (): Float32Array =>
      corruptSamples(scaled(this.valuesOf(split, first, size), dataset.scale), dataset.shape, spec.corruption, spec.seed, [0], first);
    if (split.count * features * Float32Array.BYTES_PER_ELEMENT > KEPT_NOISE) return draw();
    let kept = this.noisy.get(split);
    if (kept === undefined) this.noisy.set(split, kept = []);
    return kept[first / this.batch] ??= draw();
  }
}
