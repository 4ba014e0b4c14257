// Makes one batch: gathers samples in the order of the epoch, corrupts, fills random feeds. The same code runs in the
// worker thread and without one, so both give the same bits. Everything depends on (seed, epoch, index) only.
import { hashText, RandomStream, type RandomFeed } from '../core/random.ts';
import { sizeOf } from '../core/tensor.ts';
import { drawPixels } from './binarize.ts';
import { corrupt } from './corruption.ts';
import type { Batch, BatchPlan } from './dataset.ts';
import type { Samples } from './memory.ts';

/** What a maker needs to know of its split; can be posted to a worker, `values` being shared memory. */
export interface MakerSetup {
  readonly values: Samples;
  /** Class of each sample, when the plan asks for labels. */
  readonly labels?: Uint16Array;
  readonly count: number;
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
  | { readonly error: string };

/** The memory to hand over with a message. */
export function transfers(buffers: BatchBuffers): ArrayBuffer[] {
  const arrays = [buffers.target, ...(buffers.input ? [buffers.input] : []), ...(buffers.labels ? [buffers.labels] : []), ...Object.values(buffers.random)];
  return arrays.map(array => array.buffer as ArrayBuffer);
}

export class BatchMaker {
  readonly batchesPerEpoch: number;
  private readonly features: number;
  private order: Uint32Array | undefined;
  private orderEpoch = 0;

  constructor(private readonly setup: MakerSetup) {
    this.features = sizeOf(setup.shape);
    this.batchesPerEpoch = Math.ceil(setup.count / setup.plan.batchSize);
  }

  allocate(): BatchBuffers {
    const { values, labels, plan } = this.setup;
    const size = Math.min(plan.batchSize, this.setup.count);
    const numbers = size * this.features;
    const random = Object.fromEntries(plan.random.map(feed =>
      [feed.name, feed.kind === 'keep' ? new Uint8Array(size * feed.perSample) : new Float32Array(size * feed.perSample)]));
    return {
      target: values instanceof Uint8Array ? new Uint8Array(numbers) : new Float32Array(numbers),
      ...(plan.corruption.length > 0 ? { input: new Float32Array(numbers) } : {}),
      ...(labels ? { labels: new Int32Array(size) } : {}),
      random,
    };
  }

  /** Fills `buffers` with batch `index` (from 0) of `epoch` (from 1); the last batch of an epoch may be smaller. */
  make(epoch: number, index: number, buffers: BatchBuffers): Batch {
    const { plan, count, shape, scale } = this.setup;
    const start = index * plan.batchSize;
    const size = Math.min(plan.batchSize, count - start);
    const target = buffers.target.subarray(0, size * this.features);
    this.gather(epoch, start, size, target);
    if (plan.binarize) drawPixels(target, scale, new RandomStream(plan.seed, 'binarize', epoch, index));
    const input = buffers.input?.subarray(0, size * this.features);
    if (input !== undefined) {
      toModelScale(target, scale, input);
      corrupt(input, shape, plan.corruption, new RandomStream(plan.seed, 'corruption', epoch, index), target instanceof Uint8Array && scale * 255 <= 1);
    }
    const labels = buffers.labels?.subarray(0, size);
    if (labels !== undefined) this.gatherLabels(epoch, start, labels);
    const random: Record<string, Float32Array | Uint8Array> = {};
    for (const feed of plan.random) {
      const values = buffers.random[feed.name]!.subarray(0, size * feed.perSample);
      fillRandom(feed, values, plan.seed, epoch, index);
      random[feed.name] = values;
    }
    return { epoch, index, size, target, ...(input === undefined ? {} : { input }), ...(labels === undefined ? {} : { labels }), random };
  }

  private gather(epoch: number, start: number, size: number, target: Samples): void {
    const { values, plan } = this.setup;
    const { features } = this;
    if (!plan.shuffle) {
      target.set(values.subarray(start * features, (start + size) * features));
      return;
    }
    const order = this.orderOf(epoch);
    for (let row = 0; row < size; row++) {
      const from = order[start + row]! * features;
      target.set(values.subarray(from, from + features), row * features);
    }
  }

  private gatherLabels(epoch: number, start: number, out: Int32Array): void {
    const labels = this.setup.labels!;
    const order = this.setup.plan.shuffle ? this.orderOf(epoch) : undefined;
    for (let row = 0; row < out.length; row++) out[row] = labels[order === undefined ? start + row : order[start + row]!]!;
  }

  private orderOf(epoch: number): Uint32Array {
    if (this.order === undefined || this.orderEpoch !== epoch) {
      this.order = new RandomStream(this.setup.plan.seed, 'shuffle', epoch).permutation(this.setup.count);
      this.orderEpoch = epoch;
    }
    return this.order;
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
  const stream = new RandomStream(seed, feed.kind === 'keep' ? 'dropout' : 'latent', hashText(feed.name), epoch, index);
  if (feed.kind === 'keep') stream.fillBernoulli(values as Uint8Array, feed.probability ?? 0.5);
  else if (feed.kind === 'normal') stream.fillNormal(values as Float32Array);
  else stream.fillUniform(values as Float32Array);
}
