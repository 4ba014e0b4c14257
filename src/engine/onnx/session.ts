// Runs programs with ONNX Runtime: the native library on CPU and GPU, the WebAssembly build where there is none. State is fed
// back from one run to the next; on a GPU it never leaves the device.
import type { InferenceSession, Tensor, TypedTensor } from 'onnxruntime-node';
import { StudioError } from '../../core/errors.ts';
import { tensor as hostTensor, type HostTensor, type TensorData } from '../../core/tensor.ts';
import { fuseUpdates, type Fused } from '../../graph/fusion.ts';
import { lower, nextName } from '../../graph/onnx/lower.ts';
import * as ops from '../../graph/ops.ts';
import type { Port, Program } from '../../graph/program.ts';
import type { CompiledProgram, Device, RowsOf, Session } from '../engine.ts';
import { programFailure } from '../failure.ts';
import { discardCopies } from './discard.ts';
import { FusedStep } from './fused-step.ts';
import { GpuReader, GpuStep } from './gpu-step.ts';
import type { SharedStep } from './shared-step.ts';
import { ShardThreads, type Runner, type ShardOptions } from './sharded.ts';
import { UpdateKernel, type KernelMemories } from './update-kernel.ts';

/** What onnxruntime-node and onnxruntime-web have in common. */
export interface Runtime {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof Tensor;
}

export interface Provider {
  readonly runtime: Runtime;
  readonly options: InferenceSession.SessionOptions;
  /** Where state lives between runs: new host memory after every run, two sets of host memory used in turn, or GPU buffers. */
  readonly memory: 'fresh' | 'alternating' | 'gpu';
  /** Whether ONNX Runtime's native CPU kernels run it, for which programs are lowered in a form of their own. */
  readonly nativeCpu?: boolean;
  /** Whether updates run in kernels of our own, for which state has to lie in host memory. */
  readonly updateKernels?: boolean;
  /** Threads that programs may be spread over in shards. */
  readonly shards?: ShardOptions | undefined;
}

/** The state of a session, and host memory that held earlier state and may be written again. */
interface Held {
  readonly state: Map<string, Tensor>;
  readonly spare: Map<string, Tensor>;
}

export class OnnxSession implements Session {
  private readonly held: Held = { state: new Map(), spare: new Map() };
  private readonly compiled = new Set<OnnxProgram | SharedStep>();
  /** Copies of single state tensors to the host, made when first asked for. */
  private readonly downloads = new Map<string, Promise<OnnxProgram>>();

  private readonly kernelMemories: KernelMemories = new Map();
  private readonly shards: ShardThreads | undefined;

  private readonly reader = new GpuReader(async program => this.keep(program, await this.create(program)));

  constructor(readonly device: Device, private readonly provider: Provider) {
    const { runtime, options, shards } = provider;
    this.shards = shards && new ShardThreads(runtime, options, shards);
  }

  async setState(values: Readonly<Record<string, HostTensor>>): Promise<void> {
    for (const [name, value] of Object.entries(values)) {
      this.held.state.get(name)?.dispose();
      // A copy, because this memory will be written again.
      this.held.state.set(name, this.upload({ ...value, data: value.data.slice() }));
    }
    return Promise.resolve();
  }

  async getState(names: readonly string[] = [...this.held.state.keys()]): Promise<Record<string, HostTensor>> {
    const result: Record<string, HostTensor> = {};
    for (const name of names) {
      const held = this.held.state.get(name);
      if (held === undefined) throw new StudioError('internal', `There is no state "${name}".`);
      // A GPU tensor is read through a session whose output lies on the CPU: getData() on it would end the process.
      result[name] = held.location === 'gpu-buffer' ? await this.download(name, held) : copyOf(download(held));
    }
    return result;
  }

  async compile(program: Program, rowsOf: RowsOf = {}): Promise<CompiledProgram> {
    if (this.provider.memory !== 'gpu') {
      const fused = this.fuse(program);
      const shared = fused && await this.shareStep(program, fused, rowsOf);
      if (shared !== undefined) return shared;
      const rest = fused?.rest ?? program;
      return this.keep(program, await this.sharded(rest) ?? await this.create(rest), fused);
    }
    // Results of a step stay with the state, so that nobody waits for them; those of a look are wanted at once.
    const results = program.updates.length > 0 ? program.outputs.map(({ name }) => name) : [];
    const staying = [...program.updates.map(({ name }) => nextName(name)), ...results];
    const compiled = this.keep(program, await this.create(program, Object.fromEntries(staying.map(name => [name, 'gpu-buffer' as const]))));
    return results.length > 0 ? new GpuStep(program, compiled, this.reader) : compiled;
  }

  async dispose(): Promise<void> {
    // GPU buffers die with the native session that made them, so they go first.
    for (const value of this.held.state.values()) value.dispose();
    this.reader.dispose();
    this.held.state.clear();
    this.held.spare.clear();
    this.downloads.clear();
    for (const program of [...this.compiled]) await program.release();
    this.compiled.clear();
    await this.shards?.end();
  }

  /** The program with its updates in kernels, where these are faster and have room for them. */
  private fuse(program: Program): Fused | undefined {
    if (this.provider.updateKernels !== true || program.updates.length === 0) return undefined;
    const fused = fuseUpdates(program);
    return fused.updates.length > 0 && fused.updates.every(UpdateKernel.fits) ? fused : undefined;
  }

  private async shareStep(program: Program, fused: Fused, rowsOf: RowsOf): Promise<CompiledProgram | undefined> {
    const failure = (cause: unknown): StudioError => programFailure(this.device, program.name, cause);
    const step = await this.shards?.openStep(fused, rowsOf, this.kernelMemories).catch((cause: unknown) => { throw failure(cause); });
    if (step === undefined) return undefined;
    this.compiled.add(step);
    const missing = (name: string): never => { throw neverSet(program, name); };
    return {
      run: feeds => step.run(requireFeeds(program, feeds), this.held.state, missing).catch((cause: unknown) => { throw failure(cause); }),
      dispose: async () => {
        this.compiled.delete(step);
        await step.release();
      },
    };
  }

  private async sharded(program: Program): Promise<Runner | undefined> {
    try {
      return await this.shards?.open(program);
    } catch (cause) {
      throw programFailure(this.device, program.name, cause);
    }
  }

  private keep(program: Program, created: Runner, fused?: Fused): OnnxProgram {
    const parts = { program, rest: fused?.rest ?? program, step: fused && this.stepOf(program, fused), session: created };
    const compiled: OnnxProgram = new OnnxProgram(this.device, parts, this.held, this.provider.memory, value => this.upload(value), async () => {
      // State in GPU buffers may be this program's work; it stays until the whole session goes.
      if (this.provider.memory === 'gpu') return;
      this.compiled.delete(compiled);
      await compiled.release();
    });
    this.compiled.add(compiled);
    return compiled;
  }

  private stepOf(program: Program, fused: Fused): FusedStep {
    try {
      return new FusedStep(fused, this.kernelMemories, (data, shape) => this.upload(hostTensor(data, shape)));
    } catch (cause) {
      throw programFailure(this.device, program.name, cause);
    }
  }

  private upload(value: HostTensor): Tensor {
    return new this.provider.runtime.Tensor(value.dtype, value.data, [...value.shape]) as Tensor;
  }

  private async create(program: Program, outputLocation?: Record<string, 'gpu-buffer'>): Promise<Runner> {
    const options = { ...this.provider.options, ...(outputLocation ? { preferredOutputLocation: outputLocation } : {}) };
    try {
      return await this.provider.runtime.InferenceSession.create(lower(program, { forCpu: this.provider.nativeCpu === true }), options) as Runner;
    } catch (cause) {
      throw programFailure(this.device, program.name, cause);
    }
  }

  private async download(name: string, held: Tensor): Promise<HostTensor> {
    let copy = this.downloads.get(name);
    if (copy === undefined) {
      const port: Port = { name: 'value', dtype: 'float32', shape: held.dims };
      const program: Program = { name: `read ${name}`, inputs: [port], state: [], outputs: [{ name: 'copy', value: ops.input('value', held.dims) }], updates: [] };
      copy = this.create(program).then(created => this.keep(program, created));
      this.downloads.set(name, copy);
    }
    return download((await (await copy).runTensors({ value: held }))['copy']!);
  }
}

interface Parts {
  readonly program: Program;
  /** What the session runs: all of the program, or what its updates in kernels leave of it. */
  readonly rest: Program;
  readonly step: FusedStep | undefined;
  readonly session: Runner;
}

export class OnnxProgram implements CompiledProgram {
  private readonly feeds: Record<string, Tensor> = {};
  private readonly fetches: Record<string, Tensor | null>;

  constructor(
    private readonly device: Device,
    private readonly parts: Parts,
    private readonly held: Held,
    private readonly memory: Provider['memory'],
    private readonly upload: (value: HostTensor) => Tensor,
    readonly dispose: () => Promise<void>,
  ) {
    const { program, rest, step } = parts;
    const names = [...program.outputs.map(({ name }) => name), ...rest.updates.map(({ name }) => nextName(name))];
    this.fetches = { ...Object.fromEntries(names.map(name => [name, null])), ...step?.gradients };
  }

  async run(feeds: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>> {
    return downloadAll(await this.runHere(feeds));
  }

  /** Results where the session leaves them. */
  async runHere(feeds: Readonly<Record<string, HostTensor>>): Promise<Record<string, Tensor>> {
    const { program, step } = this.parts;
    const tensors: Record<string, Tensor> = {};
    for (const [name, value] of Object.entries(requireFeeds(program, feeds))) tensors[name] = this.upload(value);
    step?.take(this.held.state, name => this.missing(name));
    const results = await this.runTensors(tensors);
    step?.update(feeds);
    return results;
  }

  async runTensors(tensors: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    const { state, spare } = this.held;
    const { program, rest, step, session } = this.parts;
    Object.assign(this.feeds, tensors);
    for (const { name } of rest.state) this.feeds[name] = state.get(name) ?? step?.views[name] ?? this.missing(name);
    // New state goes into the memory of the state before last: fresh memory would be cleared and collected at every step.
    for (const { name } of rest.updates) this.fetches[nextName(name)] = spare.get(name) ?? null;
    const results = await session.run(this.feeds, this.fetches).catch((cause: unknown) => { throw programFailure(this.device, program.name, cause); });
    if (step !== undefined) discardCopies(results, step.gradients);
    for (const { name } of rest.updates) {
      const before = state.get(name);
      state.set(name, results[nextName(name)]!);
      if (this.memory === 'gpu') before?.dispose();
      else if (this.memory === 'alternating' && before !== undefined) spare.set(name, before);
    }
    return Object.fromEntries(program.outputs.map(({ name }) => [name, results[name]!]));
  }

  private missing(name: string): never {
    throw neverSet(this.parts.program, name);
  }

  release(): Promise<void> {
    return this.parts.session.release();
  }
}

function neverSet(program: Program, name: string): StudioError {
  return new StudioError('internal', `"${program.name}" needs the state "${name}", which was never set.`);
}

/** What a program is fed, and no more. */
function requireFeeds(program: Program, feeds: Readonly<Record<string, HostTensor>>): Record<string, HostTensor> {
  return Object.fromEntries(program.inputs.map(({ name }) => {
    const value = feeds[name];
    if (value === undefined) throw new StudioError('internal', `"${program.name}" was not fed "${name}".`);
    return [name, value];
  }));
}

function downloadAll(values: Readonly<Record<string, Tensor>>): Record<string, HostTensor> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, download(value)]));
}

function download(value: Tensor): HostTensor {
  return hostTensor((value as TypedTensor<'float32'>).data as TensorData, value.dims);
}

function copyOf(value: HostTensor): HostTensor {
  return { ...value, data: value.data.slice() };
}
