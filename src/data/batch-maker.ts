// Makes one batch: gathers samples in the order of the epoch, corrupts, fills random feeds. The same code runs in the
// worker thread and without one, so both give the same bits. Everything depends on (seed, epoch, index) only.
import type { ErrorReason } from '../core/errors.ts';
import { NoiseStream } from '../core/noise.ts';
import { hashText, RandomStream, type RandomFeed } from '../core/random.ts';
import { sizeOf } from '../core/tensor.ts';
import { drawPixels } from './binarize.ts';
import { corrupt } from './corruption.ts';
import type { Batch, BatchPlan, Split } from './dataset.ts';
import { HeldGatherer, StoredGatherer, WindowGatherer, type Gatherer } from './gather.ts';
import type { Samples } from './memory.ts';
import { splitKind } from './rows.ts';

/** What a maker needs to know; can be posted to a worker, the memory of the split being shared. */
export interface MakerSetup {
  /** With labels when the plan asks for them. */
  readonly split: Split;
  readonly shape: readonly number[];
  readonly scale: number;
  readonly plan: BatchPlan;
}

/** The memory of one batch, large enough for a full one; used again and again. */
export interface BatchBuffers {
  readonly target: Samples;
  readonly input?: Float32Array;
  readonly labels?: Int32Array;
  readonly random: Readonly<Record<string, Float32Array | Uint8Array>>;
}

/** To the worker: make this batch in these buffers. Answers come in the order of requests. */
export interface WorkerRequest {
  readonly epoch: number;
  readonly index: number;
  readonly buffers: BatchBuffers;
}

/** From the worker: the batch lies in `buffers`, which may be longer. */
export type WorkerAnswer =
  | { readonly batch: Batch; readonly buffers: BatchBuffers }
  | { readonly error: string; readonly reason: ErrorReason };

/** The memory to hand over with a message. */
export function transfers(buffers: BatchBuffers): ArrayBuffer[] {
  const arrays = [buffers.target, ...(buffers.input ? [buffers.input] : []), ...(buffers.labels ? [buffers.labels] : []), ...Object.values(buffers.random)];
  return arrays.map(array => array.buffer as ArrayBuffer);
}

export class BatchMaker {
  readonly batchesPerEpoch: number;
  private readonly features: number;
  private readonly gatherer: Gatherer;
  /** Whether batches name the rows of their samples, which are gathered by whoever asks for them: nothing is done to them here. */
  readonly names: boolean;

  /**
   * @param ahead whether samples in a file are read ahead, in a thread that has time for it and takes the memory
   * @param names whether batches may name rows, because they stay in this thread
   */
  constructor(private readonly setup: MakerSetup, { ahead = false, names = false } = {}) {
    const { split, shape, plan: { seed, shuffle, batchSize, corruption, binarize } } = setup;
    this.names = names && shuffle && split.stored === undefined && corruption.length === 0 && binarize !== true;
    const features = this.features = sizeOf(shape);
    this.batchesPerEpoch = Math.ceil(split.count / batchSize);
    const plan = { count: split.count, features, seed, shuffle };
    if (split.stored === undefined) this.gatherer = new HeldGatherer(split.values, plan);
    else this.gatherer = ahead ? new WindowGatherer(split.stored, plan) : new StoredGatherer(split.stored, plan);
  }

  allocate(): BatchBuffers {
    const { split, plan } = this.setup;
    const size = Math.min(plan.batchSize, split.count);
    const numbers = size * this.features;
    const random = Object.fromEntries(plan.random.map(feed =>
      [feed.name, feed.kind === 'keep' ? new Uint8Array(size * feed.perSample) : new Float32Array(size * feed.perSample)]));
    return {
      target: splitKind(split) === 'uint8' ? new Uint8Array(numbers) : new Float32Array(numbers),
      ...(plan.corruption.length > 0 ? { input: new Float32Array(numbers) } : {}),
      ...(plan.labels ? { labels: new Int32Array(size) } : {}),
      random,
    };
  }

  /** Fills `buffers` with batch `index` (from 0) of `epoch` (from 1); the last batch of an epoch may be smaller. */
  make(epoch: number, index: number, buffers: BatchBuffers): Batch {
    const { plan, split, shape, scale } = this.setup;
    const start = index * plan.batchSize;
    const size = Math.min(plan.batchSize, split.count - start);
    const random: Record<string, Float32Array | Uint8Array> = {};
    for (const feed of plan.random) {
      const values = buffers.random[feed.name]!.subarray(0, size * feed.perSample);
      fillRandom(feed, values, plan.seed, epoch, index);
      random[feed.name] = values;
    }
    const labels = buffers.labels?.subarray(0, size);
    if (labels !== undefined) this.gatherLabels(epoch, start, labels);
    const batch = { epoch, index, size, ...(labels === undefined ? {} : { labels }), random };
    const gathered = (): Samples => {
      const target = buffers.target.subarray(0, size * this.features);
      this.gatherer.gather(epoch, start, target);
      return target;
    };
    if (this.names) return new NamedBatch(batch, this.gatherer.positions(epoch, start, size), gathered);
    const target = gathered();
    if (plan.binarize) drawPixels(target, scale, new RandomStream(plan.seed, 'binarize', epoch, index));
    const input = buffers.input?.subarray(0, size * this.features);
    if (input !== undefined) {
      toModelScale(target, scale, input);
      corrupt(input, shape, plan.corruption, new NoiseStream(plan.seed, 'corruption', epoch, index), target instanceof Uint8Array && scale * 255 <= 1);
    }
    return { ...batch, target, ...(input === undefined ? {} : { input }) };
  }

  /** Does what makes later batches faster; called when a batch has been handed over. */
  readAhead(): void {
    this.gatherer.readAhead();
  }

  private gatherLabels(epoch: number, start: number, out: Int32Array): void {
    const labels = this.setup.split.labels!;
    const positions = this.gatherer.positions(epoch, start, out.length);
    for (let row = 0; row < out.length; row++) out[row] = labels[positions[row]!]!;
  }
}

/** A batch whose samples are gathered once, when somebody asks for them. */
class NamedBatch implements Batch {
  readonly epoch: number;
  readonly index: number;
  readonly size: number;
  readonly labels?: Int32Array;
  readonly random: Batch['random'];
  private values: Samples | undefined;

  constructor(own: Omit<Batch, 'target' | 'rows'>, readonly rows: Int32Array, private readonly gather: () => Samples) {
    ({ epoch: this.epoch, index: this.index, size: this.size, random: this.random } = own);
    if (own.labels !== undefined) this.labels = own.labels;
  }

  get target(): Samples {
    return this.values ??= this.gather();
  }
}

/** samples × features in the data set's own type → float32 in model scale. */
export function toModelScale(values: Samples, scale: number, out: Float32Array): void {
  if (scale === 1) out.set(values);
  else if (values instanceof Uint8Array) scaleBytes(values, scale, out);
  else for (let i = 0; i < out.length; i++) out[i] = values[i]! * scale;
}

// A function of its own, so that it is compiled for bytes.
function scaleBytes(values: Uint8Array, scale: number, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = values[i]! * scale;
}

/** Random numbers of one batch; they depend on seed, name, epoch and index only. */
export function fillRandom(feed: RandomFeed, values: Float32Array | Uint8Array, seed: number, epoch: number, index: number): void {
  const stream = new NoiseStream(seed, feed.kind === 'keep' ? 'dropout' : 'latent', hashText(feed.name), epoch, index);
  if (feed.kind === 'keep') stream.fillBernoulli(values as Uint8Array, feed.probability ?? 0.5);
  else if (feed.kind === 'normal') stream.fillNormal(values as Float32Array);
  else stream.fillUniform(values as Float32Array);
}
