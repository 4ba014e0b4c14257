// A training step in shards of the batch, one in each thread, that share one memory: every thread reads the same weights, writes gradients
// of its own, and updates a part of the weights from the gradients of all. Samples that lie in shared memory each thread gathers for itself;
// otherwise those of the other threads are all that is copied. The threads meet twice in a step, not at every operation. Needs a Node
// that lets ONNX Runtime see shared memory: 24 and newer.
import type { InferenceSession, Tensor, TypedTensor } from 'onnxruntime-node';
import { StudioError } from '../../core/errors.ts';
import { GatheredRows, sizeOf, tensor, type DType, type HostTensor, type TensorData } from '../../core/tensor.ts';
import type { Fused } from '../../graph/fusion.ts';
import * as ops from '../../graph/ops.ts';
import { gatheredNames, lower } from '../../graph/onnx/lower.ts';
import type { Port } from '../../graph/program.ts';
import { shardFor, type Shard } from '../../graph/shard.ts';
import type { RowsOf } from '../engine.ts';
import { discardCopies } from './discard.ts';
import { FusedStep } from './fused-step.ts';
import type { Runtime } from './session.ts';
import type { ShardThread, SharedPort } from './shard-thread.ts';
import { UpdateKernel, type KernelMemories } from './update-kernel.ts';

const known = new WeakMap<Runtime, Promise<boolean>>();

/** Whether ONNX Runtime reads and writes shared memory where it lies; found out once, with two numbers. */
export function takesSharedMemory(runtime: Runtime): Promise<boolean> {
  let answer = known.get(runtime);
  if (answer === undefined) known.set(runtime, answer = doubles(runtime).catch(() => false));
  return answer;
}

async function doubles({ InferenceSession, Tensor }: Runtime): Promise<boolean> {
  const port = { name: 'x', dtype: 'float32', shape: [2] } as const;
  const model = lower({ name: 'probe', inputs: [port], state: [], outputs: [{ name: 'y', value: ops.mul(ops.input('x', [2]), 2) }], updates: [] });
  const session = await InferenceSession.create(model, { executionProviders: ['cpu'], intraOpNumThreads: 1, logSeverityLevel: 4 });
  try {
    const numbers = new Float32Array(new SharedArrayBuffer(16));
    numbers.set([3, 5]);
    const [x, y] = [numbers.subarray(0, 2), numbers.subarray(2)].map(part => new Tensor('float32', part, [2]) as Tensor);
    await session.run({ x: x! }, { y: y! });
    return numbers[2] === 6 && numbers[3] === 10;
  } finally {
    await session.release();
  }
}

/** How a step is shared, or undefined where it is better off, or has to stay, in one piece. */
export function sharingOf({ rest, updates, views }: Fused, threads: number): Shard | undefined {
  // What is updated elsewhere, or not at all (frozen layers), lies in memory that other threads do not see.
  const inKernels = rest.state.every(({ name }) => views.some(({ port }) => port.name === name));
  if (rest.updates.length > 0 || !inKernels) return undefined;
  const shard = shardFor(rest, threads, 'shares');
  if (shard === undefined || !updates.every(update => UpdateKernel.fits(update, shard.count))) return undefined;
  // Kernels add up vectors; what is a single number, or the same in all threads, they would not add up or should not.
  const addable = updates.every(({ size, leaves }) => [...leaves].every(([value, leaf]) => (
    leaf.kind !== 'outputs' || (sizeOf(value.shape) === size && size > 1 && leaf.names.every(name => shard.outputs.get(name) === 'sum')))));
  return addable ? shard : undefined;
}

/** What a session has at hand for its shared steps. */
export interface Sharing {
  readonly runtime: Runtime;
  /** For the part of one thread. */
  readonly options: InferenceSession.SessionOptions;
  /** All but the one that asks. */
  readonly threads: readonly ShardThread[];
  readonly memories: KernelMemories;
  /** Number of the program, by which the threads know it. */
  readonly id: number;
}

/** What a thread is fed at every step: its samples or the numbers of their rows, and what belongs to the step. */
interface FedPort extends Port {
  /** The input of the program. */
  readonly input: string;
  /** The matrix that the rows are of. */
  readonly from?: HostTensor;
}

/** Memory through which one thread beside the first is fed, and what it gives except gradients. */
interface Passage {
  readonly inputs: readonly (FedPort & SharedPort)[];
  readonly results: readonly SharedPort[];
}

export class SharedStep {
  private constructor(
    private readonly shard: Shard,
    private readonly sharing: Sharing,
    private readonly session: InferenceSession,
    private readonly step: FusedStep,
    private readonly fed: readonly FedPort[],
    /** What every thread reads where it lies: weights, and matrices of samples. */
    private readonly common: Readonly<Record<string, Tensor>>,
    private readonly passages: readonly Passage[],
  ) {}

  static async open(fused: Fused, shard: Shard, rowsOf: RowsOf, sharing: Sharing): Promise<SharedStep> {
    const { runtime, options, threads, id, memories } = sharing;
    const fed = shard.program.inputs.map(port => fedPort(port, rowsOf[port.name]));
    const matrices = fed.flatMap(({ input, from }) => (from === undefined ? [] : [{ input, from }]));
    const model = lower(shard.program, { forCpu: true, gathered: new Map(matrices.map(({ input, from }) => [input, from.shape[0]!])) });
    const step = new FusedStep({ ...fused, rest: shard.program }, memories, (data, shape) => new runtime.Tensor('float32', data, [...shape]) as Tensor, shard.count);
    const passages = threads.map(() => passageOf(shard, fed, step));
    const sampled = matrices.map(({ input, from: { dtype, shape, data } }): SharedPort => ({ name: gatheredNames(input).from, dtype, shape, shared: data }));
    const settled = await Promise.allSettled([
      runtime.InferenceSession.create(model, options),
      ...threads.map((thread, k) => thread.ask({
        kind: 'share', id, model, options, signal: thread.signal.memory, updates: step.sharesOf(k + 1),
        inputs: [...passages[k]!.inputs.map(({ name, dtype, shape, shared }) => ({ name, dtype, shape, shared })), ...sampled, ...step.viewPorts], outputs: [...passages[k]!.results, ...step.gradientPorts(k + 1)],
      })),
    ]);
    const [first] = settled;
    const failed = settled.find(result => result.status === 'rejected');
    if (failed !== undefined) {
      // What was opened elsewhere is closed again.
      await Promise.allSettled([...(first.status === 'fulfilled' ? [first.value.release()] : []), ...threads.map(thread => thread.free({ kind: 'close', id }))]);
      throw failed.reason;
    }
    const samples = Object.fromEntries(sampled.map(({ name, dtype, shape, shared }) => [name, new runtime.Tensor(dtype, shared, [...shape]) as Tensor]));
    return new SharedStep(shard, sharing, (first as PromiseFulfilledResult<InferenceSession>).value, step, fed, { ...step.views, ...samples }, passages);
  }

  /** One step. State is updated where it lies. */
  async run(feeds: Readonly<Record<string, HostTensor>>, state: Map<string, Tensor>, missing: (name: string) => never): Promise<Record<string, HostTensor>> {
    const { sharing: { threads, id }, step } = this;
    step.take(state, missing);
    step.note(feeds);
    this.passages.forEach(({ inputs }, k) => {
      for (const port of inputs) port.shared.set(this.partOf(port, feeds[port.input]!, k + 1));
    });
    for (const thread of threads) thread.begin(id);
    let complete = false;
    let own: Record<string, Tensor>;
    try {
      own = await this.runFirst(feeds);
      for (const thread of threads) await thread.reached('gradients');
      complete = true;
    } finally {
      for (const thread of threads) thread.update(complete);
    }
    step.updateFirst();
    const results = this.joined(own);
    for (const thread of threads) await thread.reached('done');
    return results;
  }

  async release(): Promise<void> {
    const { threads, id } = this.sharing;
    await Promise.allSettled([this.session.release(), ...threads.map(thread => thread.free({ kind: 'close', id }))]);
  }

  private async runFirst(feeds: Readonly<Record<string, HostTensor>>): Promise<Record<string, Tensor>> {
    const { sharing: { runtime }, shard: { program }, step } = this;
    const tensors: Record<string, Tensor> = { ...this.common };
    for (const port of this.fed) tensors[port.name] = new runtime.Tensor(port.dtype, this.partOf(port, feeds[port.input]!, 0), [...port.shape]) as Tensor;
    const fetches: Record<string, Tensor | null> = { ...step.gradients };
    for (const { name } of program.outputs) fetches[name] ??= null;
    const results = await this.session.run(tensors, fetches) as Record<string, Tensor>;
    discardCopies(results, step.gradients);
    return results;
  }

  /** The numbers of a port that are shard k's. */
  private partOf({ input, from, shape }: FedPort, value: HostTensor, k: number): TensorData {
    const whole = from === undefined ? value.data : rowsIn(value, from);
    const length = sizeOf(shape);
    return this.shard.inputs.get(input) === 'rows' ? whole.subarray(k * length, (k + 1) * length) : whole;
  }

  /** What all threads gave, except gradients. */
  private joined(own: Readonly<Record<string, Tensor>>): Record<string, HostTensor> {
    const { step, shard: { program, outputs } } = this;
    const results: Record<string, HostTensor> = {};
    for (const { name, value: { shape } } of program.outputs) {
      if (name in step.gradients) continue;
      const first = (own[name] as TypedTensor<'float32'>).data as Float32Array;
      const others = this.passages.map(({ results: ports }) => ports.find(port => port.name === name)?.shared as Float32Array);
      if (outputs.get(name) === 'rows') {
        const whole = new Float32Array(first.length * (others.length + 1));
        [first, ...others].forEach((part, k) => { whole.set(part, k * first.length); });
        results[name] = tensor(whole, [shape[0]! * (others.length + 1), ...shape.slice(1)]);
      } else {
        if (outputs.get(name) === 'sum') for (const part of others) for (let i = 0; i < first.length; i++) first[i] = first[i]! + part[i]!;
        results[name] = tensor(first, shape);
      }
    }
    return results;
  }
}

/** Threads gather rows of a matrix that they share; anything else they are given. */
function fedPort(port: Port, from: HostTensor | undefined): FedPort {
  const { name, dtype, shape } = port;
  const gathers = from !== undefined && from.dtype === dtype && from.data.buffer instanceof SharedArrayBuffer
    && shape.length === 2 && from.shape.length === 2 && from.shape[1] === shape[1];
  return gathers ? { name: gatheredNames(name).rows, dtype: 'int32', shape: [shape[0]!], input: name, from } : { ...port, input: name };
}

function rowsIn(value: HostTensor, { data }: HostTensor): Int32Array {
  if (value instanceof GatheredRows && value.from.data === data) return value.rows;
  throw new StudioError('internal', 'A step that gathers its samples was fed others.');
}

function passageOf({ program, outputs }: Shard, fed: readonly FedPort[], { gradients }: FusedStep): Passage {
  return {
    inputs: fed.map(port => ({ ...port, shared: sharedNumbers(port.dtype, sizeOf(port.shape)) })),
    results: program.outputs.filter(({ name }) => !(name in gradients) && outputs.get(name) !== 'same')
      .map(({ name, value: { shape } }) => ({ name, dtype: 'float32', shape, shared: sharedNumbers('float32', sizeOf(shape)) })),
  };
}

export function sharedNumbers(dtype: DType, size: number): TensorData {
  if (dtype === 'uint8') return new Uint8Array(new SharedArrayBuffer(size));
  return dtype === 'int32' ? new Int32Array(new SharedArrayBuffer(4 * size)) : new Float32Array(new SharedArrayBuffer(4 * size));
}
