// A thread that runs shards of programs (shard-worker.ts), seen from the session it works for. Before Node 24, ONNX Runtime takes no
// shared memory, so that both sides copy between it and their own: what a convolution's weights and gradients need for that is small beside
// its work. From Node 24 on a training step shares its memory (shared-step.ts).
import { Worker } from 'node:worker_threads';
import type { InferenceSession } from 'onnxruntime-node';
import type { DType, TensorData } from '../../core/tensor.ts';
import { ShardSignal } from './shard-signal.ts';
import type { KernelCode } from './update-kernel.ts';

/** A port of a shard and the shared memory that its numbers pass through. */
export interface SharedPort {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly shared: TensorData;
}

/** What of a shared step's update a thread does. */
export interface UpdateShare {
  readonly code: KernelCode;
  readonly begin: number;
  readonly end: number;
}

interface Opened {
  readonly id: number;
  readonly model: Uint8Array;
  readonly options: InferenceSession.SessionOptions;
  readonly inputs: readonly SharedPort[];
  readonly outputs: readonly SharedPort[];
}

export type ShardRequest =
  | ({ readonly kind: 'open' } & Opened)
  /** A training step that begins by signal. */
  | ({ readonly kind: 'share'; readonly signal: SharedArrayBuffer; readonly updates: readonly UpdateShare[] } & Opened)
  | { readonly kind: 'run'; readonly id: number }
  /** A step has begun while the thread slept; the one request without an answer. */
  | { readonly kind: 'wake' }
  | { readonly kind: 'close'; readonly id: number }
  | { readonly kind: 'end' };

/** Answers come in the order of the requests. */
export interface ShardAnswer {
  readonly error?: string;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class ShardThread {
  /** For training steps in shared memory. */
  readonly signal = ShardSignal.start();
  private readonly worker: Worker;
  private steps = 0;
  private readonly waiting: Waiting[] = [];
  private failure: Error | undefined;

  /** @param runtime name or folder of the native package that it is to use */
  constructor(path: string, runtime: string) {
    this.worker = new Worker(path, { name: 'shard', workerData: runtime });
    this.worker.on('message', ({ error }: ShardAnswer) => {
      const { resolve, reject } = this.waiting.shift()!;
      if (this.waiting.length === 0) this.worker.unref();
      if (error === undefined) resolve();
      else reject(new Error(error));
    });
    this.worker.on('error', error => { this.fail(error); });
    this.worker.on('exit', code => { this.fail(new Error(`A thread that trains a part of the batch ended (exit code ${code}).`)); });
    // The thread keeps the process alive only while somebody waits for it.
    this.worker.unref();
  }

  ask(request: ShardRequest): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      if (this.waiting.length === 0) this.worker.ref();
      this.waiting.push({ resolve, reject });
      this.worker.postMessage(request);
    });
  }

  /** Begins a training step in shared memory. */
  begin(program: number): void {
    if (this.failure !== undefined) throw this.failure;
    if (this.signal.begin(++this.steps, program)) this.worker.postMessage({ kind: 'wake' } satisfies ShardRequest);
  }

  /** Says that the gradients of all threads are there, or that there will be none. */
  update(complete: boolean): void {
    this.signal.set('updating', complete ? this.steps : -this.steps);
  }

  /** Blocks until the thread has come so far in the step it began. @throws Error when the thread failed or is gone. */
  async reached(moment: 'gradients' | 'done'): Promise<void> {
    for (let seen = this.signal.get(moment); seen !== this.steps; seen = this.signal.get(moment)) {
      if (this.signal.wait(moment, seen)) continue;
      // That a thread has ended is told by the event loop.
      await new Promise(resolve => { setImmediate(resolve); });
      if (this.failure !== undefined) throw this.failure;
    }
    const { failure } = this.signal;
    if (failure !== undefined) throw new Error(failure);
  }

  /** Frees native sessions, one or all, which ending the thread from outside would not. A thread that is gone has none. */
  async free(request: Extract<ShardRequest, { kind: 'close' | 'end' }>): Promise<void> {
    if (this.failure === undefined) await this.ask(request);
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}
