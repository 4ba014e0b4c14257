// Looks at samples with the model as it is: each sample's own loss, its code, its reconstruction. Where the spec corrupts,
// the noise of a sample is drawn once for the run, from its position in the split, so that curves and pictures compare.
import { MEASURED_SAMPLES } from '../core/measured.ts';
import { RandomStream, type RandomFeed } from '../core/random.ts';
import { tensor, type HostTensor } from '../core/tensor.ts';
import { fillRandom } from '../data/batch-maker.ts';
import { applyPixels } from '../data/binarize.ts';
import { corruptSamples } from '../data/corruption.ts';
import type { Split } from '../data/dataset.ts';
import { copyRows, copyRowsTo, gatherRows, splitKind } from '../data/rows.ts';
import type { CompiledProgram } from '../engine/engine.ts';
import type { ScalarValues } from '../runs/events.ts';
import type { MetricName } from '../spec/schema.ts';
import { Breath } from './breath.ts';
import { baselineRefusal, squaredErrorIn, type SquaredError } from './compared.ts';
import type { CompiledPrograms } from './compiled.ts';
import { batchSizeOf, type Experiment } from './experiment.ts';
import { meaningfulMetrics } from './meaningful.ts';

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

export interface Located {
  /** count × code size. */
  readonly code: Float32Array;
  /** Each sample's own loss. */
  readonly error: Float32Array;
}

export interface Reconstructed extends Located {
  /** count × features, model scale. */
  readonly reconstruction: Float32Array;
}

export interface Judgement {
  readonly loss: number;
  /** Values of an event: "loss", what it consists of, metrics. */
  readonly values: ScalarValues;
  /** Mean squared error, where principal components are to be compared with. */
  readonly mse?: number;
}

/** A dimension of a gaussian latent is in use when its codes vary more than this over the samples (Burda et al., 2016). */
const ACTIVE_VARIANCE = 0.01;
/** Dimensions that have a curve of their own. */
const SHOWN_DIMENSIONS = 64;

/** From divergence, mean code and mean square of each dimension: active units, and "kl/1", "kl/2", ... */
function posteriorValues(posterior: readonly number[]): ScalarValues {
  const units = posterior.length / 3;
  if (units === 0) return {};
  const variance = (i: number): number => posterior[2 * units + i]! - posterior[units + i]! ** 2;
  return {
    activeUnits: Array.from({ length: units }, (_, i) => variance(i)).filter(value => value > ACTIVE_VARIANCE).length,
    ...Object.fromEntries(posterior.slice(0, Math.min(units, SHOWN_DIMENSIONS)).map((kl, i) => [`kl/${i + 1}`, kl])),
  };
}

/** Means over samples of rows of numbers that come batch by batch. */
class Means {
  private readonly sums = new Map<string, { total: number[]; samples: number }>();

  /** @param rows rows in the tensor: one for each sample, or one that is already a mean over `samples` of them. */
  add(name: string, { data }: HostTensor, rows: number, samples: number): void {
    const columns = data.length / rows;
    let sum = this.sums.get(name);
    if (sum === undefined) this.sums.set(name, sum = { total: new Array<number>(columns).fill(0), samples: 0 });
    const weight = samples / rows;
    for (let i = 0; i < data.length; i++) sum.total[i % columns]! += data[i]! * weight;
    sum.samples += samples;
  }

  /** @param columns samples × names. */
  addColumns(names: readonly string[], { data }: HostTensor, samples: number): void {
    names.forEach((name, column) => { this.add(name, tensor(data.filter((_, i) => i % names.length === column)), samples, samples); });
  }

  /** Empty when there were none. */
  of(name: string): number[] {
    const sum = this.sums.get(name);
    return sum === undefined ? [] : sum.total.map(total => total / sum.samples);
  }
}

/** The random numbers of one port for samples from `first` on, the same at every look. */
export function randomTensor(feed: RandomFeed, size: number, seed: number, first: number): HostTensor {
  const count = size * feed.perSample;
  const values = feed.kind === 'keep' ? new Uint8Array(count) : new Float32Array(count);
  fillRandom(feed, values, seed, 0, first);
  return tensor(values, [size, feed.perSample]);
}

/** What is looked at again after every epoch is kept up to this size, in bytes: the corrupted inputs of a whole split, chosen samples. Beyond it they are made at every look. */
const KEPT = 256e6;
/** Numbers per evaluated batch where the training batch is smaller: 256 images of 28×28. */
const EVALUATED_NUMBERS = 256 * 784;

/** Samples that are evaluated at a time. */
export function evaluationBatch({ spec, dataset, features }: Pick<Experiment, 'spec' | 'dataset' | 'features'>): number {
  return Math.max(batchSizeOf({ spec, dataset }), Math.min(256, Math.floor(EVALUATED_NUMBERS / features)));
}

/** `wanted` positions spread evenly over a split, so that sets sorted by class show every class. */
export function spreadPositions(wanted: number, count: number): Int32Array {
  const size = Math.min(wanted, count);
  return Int32Array.from({ length: size }, (_, i) => Math.floor((i * count) / size));
}

/** Positions of the samples that are pictured, as `views.pick` says. */
export function picturedPositions({ views: { pick }, seed }: Experiment['spec'], wanted: number, count: number): Int32Array {
  if (pick === 'spread' || wanted >= count) return spreadPositions(wanted, count);
  const stream = new RandomStream(seed, 'views');
  const drawn = new Set<number>();
  while (drawn.size < wanted) drawn.add(stream.integer(count));
  return Int32Array.from(drawn);
}

/**
 * Copies samples out of a split; the noise of each depends on its position only.
 * @param drawn whether the samples are probabilities yet, of which pixels are drawn as they are for validation samples at load
 */
export function takeSamples({ spec, dataset }: Pick<Experiment, 'spec' | 'dataset'>, split: Split, positions: Int32Array, drawn = false): Samples {
  const count = positions.length;
  const values = gatherRows(split, positions);
  if (drawn) {
    const features = values.length / count;
    positions.forEach((position, i) => { applyPixels(values.subarray(i * features, (i + 1) * features), { how: 'draw', scale: dataset.scale, seed: spec.seed }, position); });
  }
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

/** Measured on all validation samples, since principal components are compared with it. */
const measuredOnAll: readonly MetricName[] = ['mse'];

/** Evaluates batches of samples; `breath` keeps the process responsive. */
export class Evaluator {
  private readonly batch: number;
  private readonly breath = new Breath();
  /** Corrupted inputs by split, batch after batch. */
  private readonly noisy = new Map<Split, Float32Array[]>();
  /** Programs of `measure` by batch size and metrics. */
  private readonly measuring = new Map<string, Promise<CompiledProgram>>();
  /** Programs of `judge` by batch size and metrics. */
  private readonly judging = new Map<string, Promise<CompiledProgram>>();
  /** Room for the samples of a batch; what an epoch leaves to the garbage collector costs the next one time. */
  private room: Uint8Array | Float32Array | undefined;
  /** Positions of the samples that metrics are measured on after an epoch. */
  private readonly chosen = new Map<Split, Int32Array>();
  /** Samples at positions, batch after batch. */
  private readonly kept = new WeakMap<Int32Array, Samples[]>();

  /** What is compared with principal components, where there are some. */
  private readonly compared: SquaredError | undefined;

  constructor(private readonly experiment: Experiment, private readonly compiled: CompiledPrograms) {
    this.batch = evaluationBatch(experiment);
    this.compared = baselineRefusal(experiment) === undefined ? squaredErrorIn(experiment) : undefined;
  }

  /** The metrics of the spec, without those that mean nothing for its data. */
  private get metrics(): readonly MetricName[] {
    const { spec, dataset } = this.experiment;
    return meaningfulMetrics(spec.training.metrics, dataset, dataset.validation.count > 0 ? dataset.validation : dataset.train);
  }

  /** The loss on a split and what it consists of, over all its samples; the metrics of the spec, over as many as `MEASURED_SAMPLES` says. */
  async judge(split: Split): Promise<Judgement> {
    const { programs: { followed } } = this.experiment;
    const { metrics, compared } = this;
    const wanted: readonly MetricName[] = compared?.name === 'mse' && !metrics.includes('mse') ? [...metrics, 'mse'] : metrics;
    const whole = wanted.filter(name => split.count <= MEASURED_SAMPLES || measuredOnAll.includes(name));
    const others = wanted.filter(name => !whole.includes(name));
    const means = new Means();
    for await (const { results, size } of this.evaluated('evaluate', split, whole)) {
      means.add('own', results['loss']!, size, size);
      if (results['followed']) means.add('followed', results['followed'], 1, size);
      if (results['metrics']) means.addColumns(whole, results['metrics'], size);
      if (results['posterior']) means.add('posterior', results['posterior'], 1, size);
    }
    await this.measureChosen(split, others, means);
    const parts = means.of('followed');
    const loss = followed.length === 0 ? means.of('own')[0]! : followed.reduce((sum, { factor }, i) => sum + factor * parts[i]!, 0);
    const values: ScalarValues = {
      loss,
      ...Object.fromEntries(followed.map(({ name }, i) => [name, parts[i]!])),
      ...Object.fromEntries(wanted.map(name => [name, means.of(name)[0]!])),
      ...posteriorValues(means.of('posterior')),
    };
    return { loss, values, ...(compared === undefined ? {} : { mse: values[compared.name]! / compared.numbers }) };
  }

  /**
   * The metrics of the spec alone, over as many samples of a split as `MEASURED_SAMPLES` says: training samples, seen as validation
   * samples are, so that the two curves compare. Costs nothing when none are asked for.
   */
  async metricsOf(split: Split): Promise<ScalarValues> {
    const { metrics } = this;
    const means = new Means();
    await this.measureChosen(split, metrics, means);
    return Object.fromEntries(metrics.map(name => [name, means.of(name)[0]!]));
  }

  private async measureChosen(split: Split, metrics: readonly MetricName[], means: Means): Promise<void> {
    if (metrics.length === 0) return;
    let positions = this.chosen.get(split);
    if (positions === undefined) this.chosen.set(split, positions = spreadPositions(MEASURED_SAMPLES, split.count));
    for await (const { results, size } of this.evaluated('evaluateMetrics', split, metrics, positions)) {
      means.addColumns(metrics, results['metrics']!, size);
    }
  }

  /** Each sample's own reconstruction loss. @param positions of the samples; all when left out. */
  async losses(split: Split, positions?: Int32Array): Promise<Float32Array> {
    const losses = new Float32Array(positions?.length ?? split.count);
    for await (const { results, first } of this.evaluated('evaluate', split, [], positions)) losses.set(results['loss']!.data, first);
    return losses;
  }

  /** Metrics of each sample's reconstruction, without anything random: count × metrics. @param positions of the samples; all when left out. */
  async measure(split: Split, metrics: readonly MetricName[], positions?: Int32Array): Promise<Float32Array> {
    const { programs } = this.experiment;
    const count = positions?.length ?? split.count;
    const measured = new Float32Array(count * metrics.length);
    for (let first = 0; first < count; first += this.batch) {
      const size = Math.min(this.batch, count - first);
      const key = `${size} ${metrics.join()}`;
      let program = this.measuring.get(key);
      if (program === undefined) this.measuring.set(key, program = this.compiled.session.compile(programs.measure(size, metrics)));
      const results = await (await program).run(this.feedsOf(split, first, size, positions));
      measured.set(results['metrics']!.data, first * metrics.length);
      await this.breath.take();
    }
    return measured;
  }

  private async *evaluated(which: 'evaluate' | 'evaluateMetrics', split: Split, metrics: readonly MetricName[], positions?: Int32Array): AsyncGenerator<{ results: Record<string, HostTensor>; first: number; size: number }> {
    const { spec, programs } = this.experiment;
    const count = positions?.length ?? split.count;
    for (let first = 0; first < count; first += this.batch) {
      const size = Math.min(this.batch, count - first);
      const program = await this.judgingProgram(which, size, metrics);
      const feeds = this.feedsOf(split, first, size, positions);
      for (const feed of programs.evaluationRandom) feeds[feed.name] = randomTensor(feed, size, spec.seed, first);
      yield { results: await program.run(feeds), first, size };
      await this.breath.take();
    }
  }

  private feedsOf(split: Split, first: number, size: number, positions: Int32Array | undefined): Record<string, HostTensor> {
    if (positions === undefined) return this.feeds(this.rowsOf(split, first, size), this.noiseOf(split, first, size), size);
    const { values, corrupted } = this.samplesAt(split, positions, first, size);
    return this.feeds(values, corrupted, size);
  }

  private samplesAt(split: Split, positions: Int32Array, first: number, size: number): Samples {
    const { spec, dataset, features } = this.experiment;
    const drawn = spec.data.binarize === 'sample' && split === dataset.train;
    const take = (): Samples => takeSamples(this.experiment, split, positions.subarray(first, first + size), drawn);
    if (positions.length * features * Float32Array.BYTES_PER_ELEMENT > KEPT) return take();
    let kept = this.kept.get(positions);
    if (kept === undefined) this.kept.set(positions, kept = []);
    return kept[first / this.batch] ??= take();
  }

  private judgingProgram(which: 'evaluate' | 'evaluateMetrics', size: number, metrics: readonly MetricName[]): Promise<CompiledProgram> {
    const key = `${which} ${size} ${metrics.join()}`;
    let program = this.judging.get(key);
    if (program === undefined) this.judging.set(key, program = this.compiled.session.compile(this.experiment.programs[which](size, metrics)));
    return program;
  }

  /** Codes, reconstructions and own losses of these samples, in their order. */
  async reconstruct(samples: Samples): Promise<Reconstructed> {
    const reconstruction = new Float32Array(samples.count * this.experiment.features);
    const located = await this.seen('reconstruct', samples, (results, first) => {
      reconstruction.set(results['reconstruction']!.data, first * this.experiment.features);
    });
    return { reconstruction, ...located };
  }

  /** Codes and own losses of these samples, in their order. */
  locate(samples: Samples): Promise<Located> {
    return this.seen('locate', samples);
  }

  private async seen(name: 'reconstruct' | 'locate', samples: Samples, take?: (results: Readonly<Record<string, HostTensor>>, first: number) => void): Promise<Located> {
    const { features, codeSize } = this.experiment;
    const code = new Float32Array(samples.count * codeSize);
    const error = new Float32Array(samples.count);
    const batch = Math.min(this.batch, samples.count);
    for (let first = 0; first < samples.count; first += batch) {
      const size = Math.min(batch, samples.count - first);
      const program = await this.compiled.get(name, size);
      const part = (values: Uint8Array | Float32Array) => values.subarray(first * features, (first + size) * features);
      const results = await program.run(this.feeds(part(samples.values), samples.corrupted && part(samples.corrupted) as Float32Array, size));
      code.set(results['code']!.data, first * codeSize);
      error.set(results['loss']!.data, first);
      take?.(results, first);
      await this.breath.take();
    }
    return { code, error };
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

  /** Samples from `first` on, until the next are asked for. */
  private rowsOf(split: Split, first: number, size: number): Uint8Array | Float32Array {
    const length = this.batch * this.experiment.features;
    this.room ??= splitKind(split) === 'uint8' ? new Uint8Array(length) : new Float32Array(length);
    return copyRowsTo(this.room.subarray(0, size * this.experiment.features), split, first);
  }

  private noiseOf(split: Split, first: number, size: number): Float32Array | undefined {
    const { spec, dataset, features } = this.experiment;
    if (spec.corruption.length === 0) return undefined;
    const draw = (): Float32Array =>
      corruptSamples(scaled(copyRows(split, first, size), dataset.scale), dataset.shape, spec.corruption, spec.seed, [0], first);
    if (split.count * features * Float32Array.BYTES_PER_ELEMENT > KEPT) return draw();
    let kept = this.noisy.get(split);
    if (kept === undefined) this.noisy.set(split, kept = []);
    return kept[first / this.batch] ??= draw();
  }
}
