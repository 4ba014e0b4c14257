// A thread that runs shards of programs (shard-worker.ts), seen from the session it works for. ONNX Runtime takes no shared memory,
// so both sides copy between it and their own; what a convolution's weights and gradients need for that is small beside its work.
import { Worker } from 'node:worker_threads';
import type { InferenceSession } from 'onnxruntime-node';
import type { DType, TensorData } from '../../core/tensor.ts';

/** A port of a shard and the shared memory that its numbers pass through. */
export interface SharedPort {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly shared: TensorData;
}

export type ShardRequest =
  | { readonly kind: 'open'; readonly id: number; readonly model: Uint8Array; readonly options: InferenceSession.SessionOptions; readonly inputs: readonly SharedPort[]; readonly outputs: readonly SharedPort[] }
  | { readonly kind: 'run'; readonly id: number }
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
  private readonly worker: Worker;
  private readonly waiting: Waiting[] = [];
  private failure: Error | undefined;

  constructor(path: string) {
    this.worker = new Worker(path, { name: 'shard' });
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

  /** Frees native sessions, one or all, which ending the thread from outside would not. A thread that is gone has none. */
  async free(request: Extract<ShardRequest, { kind: 'close' | 'end' }>): Promise<void> {
    if (this.failure === undefined) await this.ask(request);
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}
