// Batches of one split, prepared ahead. Noise and random feeds cost about as much as a small training step, so they are made
// in a worker thread while the engine computes; so is everything that is read from disk. Plain gathering is cheaper than two messages
// between threads; it is done on the spot, or by the engine, which is told the rows.
import { Worker } from 'node:worker_threads';
import { StudioError } from '../core/errors.ts';
import { tensor, type HostTensor } from '../core/tensor.ts';
import { BatchMaker, transfers, type BatchBuffers, type MakerSetup, type WorkerAnswer, type WorkerRequest } from './batch-maker.ts';
import type { Batch, BatchPlan, BatchSource, Dataset, Split } from './dataset.ts';

export interface BatchSourceOptions {
  /** The built src/data/batch-worker.ts. Left out, batches are made on the calling thread, bit for bit the same. */
  readonly workerPath?: string | undefined;
}

/** Batches in the making or ready at a time. */
const DEPTH = 3;

/**
 * Batches of `split`, which must be one of `dataset`'s.
 * @throws StudioError('data') when the split is empty, or the plan asks for labels that it does not have
 */
export function createBatchSource(split: Split, dataset: Pick<Dataset, 'name' | 'shape' | 'scale'>, plan: BatchPlan, options: BatchSourceOptions = {}): BatchSource {
  if (split.count === 0) throw new StudioError('data', `${dataset.name} has no samples in this split.`);
  if (plan.labels && split.labels === undefined) throw new StudioError('data', `${dataset.name} has no labels in this split.`);
  const { labels: _, ...unlabelled } = split;
  const setup: MakerSetup = { split: plan.labels ? split : unlabelled, shape: dataset.shape, scale: dataset.scale, plan };
  const worthwhile = split.stored !== undefined || plan.corruption.length > 0 || plan.random.length > 0 || plan.binarize === true;
  return options.workerPath !== undefined && worthwhile ? new WorkerSource(setup, options.workerPath) : new InlineSource(setup);
}

abstract class PooledSource {
  readonly batchesPerEpoch: number;
  readonly samples?: HostTensor;
  protected readonly maker: BatchMaker;
  private readonly free: BatchBuffers[] = [];
  private readonly lent = new Map<Batch, BatchBuffers>();

  constructor(setup: MakerSetup, options: { names?: boolean } = {}) {
    this.maker = new BatchMaker(setup, options);
    this.batchesPerEpoch = this.maker.batchesPerEpoch;
    const { split: { count, values } } = setup;
    if (this.maker.names) this.samples = tensor(values!, [count, values!.length / count]);
  }

  protected requireIndex(index: number): void {
    if (!(index >= 0 && index < this.batchesPerEpoch)) {
      throw new StudioError('internal', `There is no batch ${index}; an epoch has ${this.batchesPerEpoch}.`);
    }
  }

  protected takeBuffers(): BatchBuffers {
    return this.free.pop() ?? this.maker.allocate();
  }

  protected lend(batch: Batch, buffers: BatchBuffers): Batch {
    this.lent.set(batch, buffers);
    return batch;
  }

  recycle(batch: Batch): void {
    const buffers = this.lent.get(batch);
    if (buffers === undefined) return;
    this.lent.delete(batch);
    this.free.push(buffers);
  }
}

class InlineSource extends PooledSource implements BatchSource {
  constructor(setup: MakerSetup) {
    super(setup, { names: true });
  }

  next(epoch: number, index: number): Promise<Batch> {
    this.requireIndex(index);
    const buffers = this.takeBuffers();
    return Promise.resolve(this.lend(this.maker.make(epoch, index, buffers), buffers));
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

/** A batch the worker was asked for. */
interface Order {
  readonly promise: Promise<Batch>;
  readonly resolve: (batch: Batch) => void;
  readonly reject: (error: StudioError) => void;
}

class WorkerSource extends PooledSource implements BatchSource {
  private readonly worker: Worker;
  /** Prepared for calls to come, by "epoch/index". */
  private readonly ahead = new Map<string, Order>();
  /** Not yet answered, in the order they were sent. */
  private readonly sent: Order[] = [];
  private waiting = 0;
  private failure: StudioError | undefined;

  constructor(setup: MakerSetup, workerPath: string) {
    super(setup);
    this.worker = new Worker(workerPath, { workerData: setup, name: 'batches' });
    this.worker.on('message', (answer: WorkerAnswer) => { this.receive(answer); });
    this.worker.on('error', error => { this.fail(new StudioError('internal', `The batch worker failed: ${error.message}`, { cause: error })); });
    this.worker.on('exit', code => { this.fail(new StudioError('internal', `The batch worker ended (exit code ${code}).`)); });
    // The worker keeps the process alive only while someone waits for a batch.
    this.worker.unref();
  }

  async next(epoch: number, index: number): Promise<Batch> {
    this.requireIndex(index);
    if (this.failure) throw this.failure;
    const order = this.claim(epoch, index);
    this.prepareAfter(epoch, index);
    if (this.waiting++ === 0) this.worker.ref();
    try {
      return await order.promise;
    } finally {
      if (--this.waiting === 0) this.worker.unref();
    }
  }

  /** The order for this batch; what was prepared for another place (training jumped) is dropped. */
  private claim(epoch: number, index: number): Order {
    const key = `${epoch}/${index}`;
    const order = this.ahead.get(key);
    if (order !== undefined) {
      this.ahead.delete(key);
      return order;
    }
    for (const unwanted of this.ahead.values()) {
      unwanted.promise.then(batch => { this.recycle(batch); }, () => undefined);
    }
    this.ahead.clear();
    return this.send(epoch, index);
  }

  private prepareAfter(epoch: number, index: number): void {
    for (let step = 1; step < DEPTH; step++) {
      const position = index + step;
      const laterEpoch = epoch + Math.floor(position / this.batchesPerEpoch);
      const laterIndex = position % this.batchesPerEpoch;
      const key = `${laterEpoch}/${laterIndex}`;
      if (!this.ahead.has(key)) this.ahead.set(key, this.send(laterEpoch, laterIndex));
    }
  }

  private send(epoch: number, index: number): Order {
    let resolve: Order['resolve'] = () => undefined;
    let reject: Order['reject'] = () => undefined;
    const promise = new Promise<Batch>((yes, no) => { resolve = yes; reject = no; });
    // A failure is told to whoever asks next; one nobody waits for must not end the process.
    promise.catch(() => undefined);
    const order: Order = { promise, resolve, reject };
    this.sent.push(order);
    const message: WorkerRequest = { epoch, index, buffers: this.takeBuffers() };
    this.worker.postMessage(message, transfers(message.buffers));
    return order;
  }

  private receive(answer: WorkerAnswer): void {
    const order = this.sent.shift();
    if ('error' in answer) {
      const error = new StudioError(answer.reason, answer.error);
      order?.reject(error);
      this.fail(error);
    } else order?.resolve(this.lend(answer.batch, answer.buffers));
  }

  private fail(error: StudioError): void {
    this.failure ??= error;
    for (const order of this.sent.splice(0)) order.reject(this.failure);
  }

  async dispose(): Promise<void> {
    this.fail(new StudioError('cancelled', 'The source of batches was closed.'));
    await this.worker.terminate();
  }
}
