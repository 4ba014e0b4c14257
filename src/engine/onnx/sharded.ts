// Runs a program in shards (graph/shard.ts): one part of the batch here, the others in threads of their own, and joins what they give.
import type { InferenceSession, Tensor, TypedTensor } from 'onnxruntime-node';
import { sizeOf, type DType, type TensorData } from '../../core/tensor.ts';
import type { Fused } from '../../graph/fusion.ts';
import { shardFor, type Joining, type Shard } from '../../graph/shard.ts';
import { lower } from '../../graph/onnx/lower.ts';
import type { Program } from '../../graph/program.ts';
import type { RowsOf } from '../engine.ts';
import type { Runtime } from './session.ts';
import { discardCopies } from './discard.ts';
import { ShardThread, type SharedPort } from './shard-thread.ts';
import { SharedStep, sharedNumbers, sharingOf, takesSharedMemory } from './shared-step.ts';
import type { KernelMemories } from './update-kernel.ts';

/** What runs a program: a session of ONNX Runtime, or several. */
export interface Runner {
  run(feeds: Readonly<Record<string, Tensor>>, fetches: Readonly<Record<string, Tensor | null>>): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

export interface ShardOptions {
  /** The built shard-worker.ts. */
  readonly worker: string;
  /** Of all shards together. */
  readonly threads: number;
  /** Name or folder of the native package, so that all threads use the same copy. */
  readonly runtime: string;
}

/** The threads of a session, started when a program first wants them. */
export class ShardThreads {
  private readonly threads: ShardThread[] = [];
  private programs = 0;

  constructor(private readonly runtime: Runtime, private readonly session: InferenceSession.SessionOptions, private readonly options: ShardOptions) {}

  /** A training step in shards that share its memory; undefined where it is better off, or has to stay, in one piece. */
  async openStep(fused: Fused, rowsOf: RowsOf, memories: KernelMemories): Promise<SharedStep | undefined> {
    const shard = sharingOf(fused, this.options.threads);
    if (shard === undefined || !await takesSharedMemory(this.runtime)) return undefined;
    return SharedStep.open(fused, shard, rowsOf, { runtime: this.runtime, options: this.optionsFor(shard), threads: this.some(shard.count - 1), memories, id: this.programs++ });
  }

  /** The program in shards; undefined where it is better off, or has to stay, in one piece. */
  async open(program: Program): Promise<Runner | undefined> {
    const shard = shardFor(program, this.options.threads);
    if (shard === undefined) return undefined;
    const threads = this.some(shard.count - 1);
    const options = this.optionsFor(shard);
    const model = lower(shard.program, { forCpu: true });
    const id = this.programs++;
    const memories = memoriesOf(shard);
    const [session] = await all([
      this.runtime.InferenceSession.create(model, options),
      ...threads.map((thread, k) => thread.ask({ kind: 'open', id, model, options, inputs: [...memories.common, ...memories.inputs[k]!], outputs: memories.outputs[k]! })),
    ]);
    return new ShardedProgram(this.runtime, shard, session, memories, threads, id);
  }

  private optionsFor({ count }: Shard): InferenceSession.SessionOptions {
    return { ...this.session, intraOpNumThreads: Math.floor(this.options.threads / count) };
  }

  private some(count: number): ShardThread[] {
    while (this.threads.length < count) this.threads.push(new ShardThread(this.options.worker, this.options.runtime));
    return this.threads.slice(0, count);
  }

  async end(): Promise<void> {
    await all(this.threads.map(thread => thread.free({ kind: 'end' })));
    this.threads.length = 0;
  }
}

/** Memory shared with the other threads. */
interface Memories {
  /** What all shards are given alike: weights, and what belongs to the step. */
  readonly common: readonly SharedPort[];
  /** By thread: its samples, and its results. */
  readonly inputs: readonly (readonly SharedPort[])[];
  readonly outputs: readonly (readonly SharedPort[])[];
}

function memoriesOf({ program, inputs, outputs, count }: Shard): Memories {
  const threads = Array.from({ length: count - 1 });
  const isCommon = (name: string): boolean => inputs.get(name) !== 'rows';
  return {
    common: [...program.state, ...program.inputs.filter(({ name }) => isCommon(name))].map(({ name, dtype, shape }) => sharedPort(name, dtype, shape)),
    inputs: threads.map(() => program.inputs.filter(({ name }) => !isCommon(name)).map(({ name, dtype, shape }) => sharedPort(name, dtype, shape))),
    outputs: threads.map(() => program.outputs.filter(({ name }) => outputs.get(name) !== 'same').map(({ name, value }) => sharedPort(name, 'float32', value.shape))),
  };
}

function sharedPort(name: string, dtype: DType, shape: readonly number[]): SharedPort {
  return { name, dtype, shape, shared: sharedNumbers(dtype, sizeOf(shape)) };
}

class ShardedProgram implements Runner {
  constructor(
    private readonly runtime: Runtime,
    private readonly shard: Shard,
    private readonly session: InferenceSession,
    private readonly memories: Memories,
    private readonly threads: readonly ShardThread[],
    private readonly id: number,
  ) {}

  async run(feeds: Readonly<Record<string, Tensor>>, fetches: Readonly<Record<string, Tensor | null>>): Promise<Record<string, Tensor>> {
    const { memories, shard: { program, inputs, outputs, count } } = this;
    for (const { name, shared } of memories.common) shared.set(numbers(feeds[name]!));
    memories.inputs.forEach((ports, k) => {
      for (const { name, shared } of ports) shared.set(numbers(feeds[name]!).subarray((k + 1) * shared.length, (k + 2) * shared.length));
    });
    const others = this.threads.map(thread => thread.ask({ kind: 'run', id: this.id }));

    const ownFeeds: Record<string, Tensor> = { ...feeds };
    for (const { name, shape } of program.inputs) {
      if (inputs.get(name) === 'rows') ownFeeds[name] = this.firstRows(feeds[name]!, shape);
    }
    const results: Record<string, Tensor | null> = {};
    const ownFetches: Record<string, Tensor | null> = {};
    for (const { name, value: { shape: [rows, ...rest] } } of program.outputs) {
      const wanted = results[name] = outputs.get(name) === 'rows' ? fetches[name] ?? this.fresh([rows! * count, ...rest]) : fetches[name] ?? null;
      ownFetches[name] = outputs.get(name) === 'rows' ? this.firstRows(wanted!, [rows!, ...rest]) : wanted;
    }
    const [own] = await all([this.session.run(ownFeeds, ownFetches) as Promise<Record<string, Tensor>>, ...others]);
    for (const { name } of program.outputs) results[name] ??= own[name]!;
    discardCopies(own, ownFetches);
    memories.outputs.forEach((ports, k) => {
      for (const { name, shared } of ports) join(outputs.get(name)!, numbers(results[name]!) as Float32Array, shared as Float32Array, k + 1);
    });
    return results as Record<string, Tensor>;
  }

  async release(): Promise<void> {
    await all([this.session.release(), ...this.threads.map(thread => thread.free({ kind: 'close', id: this.id }))]);
  }

  private firstRows(whole: Tensor, shape: readonly number[]): Tensor {
    return new this.runtime.Tensor(whole.type as DType, numbers(whole).subarray(0, sizeOf(shape)), [...shape]) as Tensor;
  }

  private fresh(shape: readonly number[]): Tensor {
    return new this.runtime.Tensor('float32', new Float32Array(sizeOf(shape)), [...shape]) as Tensor;
  }
}

function numbers(value: Tensor): TensorData {
  return (value as TypedTensor<'float32'>).data as TensorData;
}

/** Adds what shard `k` gave to what is there, or puts it behind. */
function join(joining: Joining, whole: Float32Array, part: Float32Array, k: number): void {
  if (joining === 'rows') whole.set(part, k * part.length);
  else for (let i = 0; i < part.length; i++) whole[i] = whole[i]! + part[i]!;
}

/** Promise.all that ends only when everything has: nobody works on in memory that is used again. */
async function all<T extends readonly unknown[]>(promises: readonly [...{ [K in keyof T]: Promise<T[K]> }]): Promise<T> {
  const settled: readonly PromiseSettledResult<unknown>[] = await Promise.allSettled(promises);
  const failed = settled.find(result => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return settled.map(result => (result as PromiseFulfilledResult<unknown>).value) as unknown as T;
}
