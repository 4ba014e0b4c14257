// Finds ONNX Runtime and its execution providers on this machine.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { messageOf, StudioError } from '../../core/errors.ts';
import { lower } from '../../graph/onnx/lower.ts';
import * as ops from '../../graph/ops.ts';
import { graphicsDrivers } from '../driver.ts';
import type { Device, Engine, Session, SessionOptions } from '../engine.ts';
import { here } from '../here.ts';
import { installWith } from '../libraries.ts';
import { whyNoCudaProvider } from '../nvidia.ts';
import { loadNative, nativePackage, silence, staleCuda, versionOf } from './native.ts';
import { OnnxSession, type Provider } from './session.ts';
import type { ShardOptions } from './sharded.ts';

/** Physical cores: a second thread on the same core only competes for its vector units. */
export function physicalCores(): number {
  const logical = os.availableParallelism();
  if (process.platform !== 'linux') return logical;
  const cores = new Set<string>();
  for (let i = 0; i < os.cpus().length; i++) {
    const file = `/sys/devices/system/cpu/cpu${i}/topology/thread_siblings_list`;
    if (!existsSync(file)) return logical;
    cores.add(readFileSync(file, 'utf8'));
  }
  return Math.max(1, Math.min(logical, cores.size));
}

function processorName(): string {
  return os.cpus()[0]?.model.trim().replace(/\s+/g, ' ') ?? os.arch();
}

/** "onnxruntime-node 1.30.0": of the package that would be loaded. */
const packageVersion = (name: string): string => `${name} ${versionOf(name) ?? 'of unknown version'}`;

const cpuOptions = (threads: number): InferenceSession.SessionOptions => ({
  executionProviders: ['cpu'],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
  // Between two operations a thread spins for a moment, which saves a wake-up each (a fifth of a small step); it does not
  // between two steps, so that waiting costs nothing.
  extra: { session: { intra_op: { allow_spinning: '1', spin_duration_us: '100' }, force_spinning_stop: '1', disable_quant_qdq: '1' } },
});

/** Programs are spread over threads by a worker that lies beside the built program; from source there is none. */
function shardsOf(threads: number, worker = path.join(path.dirname(here()), 'shard-worker.js')): ShardOptions | undefined {
  return threads > 1 && existsSync(worker) ? { worker, threads, runtime: nativePackage() } : undefined;
}

const gpuProviders = {
  // With its default layout the WebGPU provider computed wrong convolutions for some shapes.
  webgpu: { name: 'webgpu', preferredLayout: 'NCHW' } as const,
  cuda: { name: 'cuda' } as const,
  dml: { name: 'dml' } as const,
};
type GpuId = keyof typeof gpuProviders;

/** The native library: CPU always, GPUs where it was built with them and they answer. */
export class OnnxEngine implements Engine {
  readonly id = 'onnx';

  async devices({ gpus: askGpus = true }: { gpus?: boolean } = {}): Promise<Device[]> {
    const cores = physicalCores();
    const cpu = { id: 'cpu', engine: 'onnx', name: `CPU (${processorName()}, ${cores} ${cores === 1 ? 'thread' : 'threads'})`, version: packageVersion('onnxruntime-node') } as const;
    try {
      const backends = new Set((await loadNative()).listSupportedBackends().map(({ name }) => name));
      const gpus = askGpus ? (Object.keys(gpuProviders) as GpuId[]).filter(id => backends.has(id)).map(gpuDevice) : [];
      return [{ ...cpu, available: true }, ...gpus];
    } catch (cause) {
      return [{ ...cpu, available: false, note: `ONNX Runtime has no native library for ${process.platform}-${process.arch} (${messageOf(cause)}); use wasm.` }];
    }
  }

  async open(device: Device, options: SessionOptions = {}): Promise<Session> {
    return new OnnxSession(device, await providerFor(device.id, options));
  }
}

async function providerFor(id: string, { threads = physicalCores(), shardWorker }: SessionOptions): Promise<Provider> {
  const runtime = await loadNative();
  if (id === 'cpu') return { runtime, options: cpuOptions(threads), memory: 'alternating', nativeCpu: true, updateKernels: true, shards: shardsOf(threads, shardWorker) };
  if (!(id in gpuProviders)) throw new StudioError('device', `There is no device "${id}".`);
  return {
    runtime,
    options: { ...cpuOptions(threads), executionProviders: [gpuProviders[id as GpuId]] },
    memory: id === 'webgpu' ? 'gpu' : 'fresh',
  };
}

/** Asked once: whether a GPU answers is found out in a process of its own, because a broken driver may take its process down. */
const probes = new Map<GpuId, Device>();

/** A device that may or may not be there. */

export function gpuDevice(id: GpuId): Device {
  let device = probes.get(id);
  if (device === undefined) {
    device = probe(id);
    probes.set(id, device);
  }
  return device;
}

const gpuNames: Record<GpuId, string> = { webgpu: 'GPU (WebGPU)', cuda: 'NVIDIA GPU (CUDA)', dml: 'GPU (DirectML)' };

/** Doubles two numbers on the device. */
function probe(id: GpuId): Device {
  const device = { id, engine: 'onnx', name: gpuNames[id], version: `${packageVersion('onnxruntime-node')}; ${graphicsDrivers()}` } as const;
  const x = ops.input('x', [2]);
  const model = lower({ name: 'probe', inputs: [{ name: 'x', dtype: 'float32', shape: [2] }], state: [], outputs: [{ name: 'y', value: ops.mul(x, 2) }], updates: [] });
  const script = `
    const runtime = require(${JSON.stringify(createRequire(here()).resolve(nativePackage()))});
    const model = Buffer.from('${Buffer.from(model).toString('base64')}', 'base64');
    runtime.InferenceSession.create(model, { executionProviders: [${JSON.stringify(gpuProviders[id])}], logSeverityLevel: 4 })
      .then(session => session.run({ x: new runtime.Tensor('float32', Float32Array.of(1, 2), [2]) }))
      .then(({ y }) => process.exit(y.data[1] === 4 ? 0 : 3), error => { console.error(error.message); process.exit(2); });`;
  try {
    execFileSync(process.execPath, ['-e', script], { timeout: 20_000, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...silence, ELECTRON_RUN_AS_NODE: '1' } });
    return { ...device, available: true };
  } catch (error) {
    return { ...device, available: false, note: whyNot(id, String((error as { stderr?: Buffer }).stderr ?? '')) };
  }
}

function whyNot(id: GpuId, stderr: string): string {
  if (/Couldn't load Vulkan/.test(stderr)) return 'No Vulkan loader was found (libvulkan.so.1); install the GPU driver and libvulkan1.';
  if (/No supported adapters|Failed to get a WebGPU adapter/.test(stderr)) return 'No GPU answered that WebGPU can use.';
  if (id === 'cuda') {
    const stale = staleCuda();
    if (stale !== undefined) return `It was installed for ONNX Runtime ${stale}, and this program has ${versionOf('onnxruntime-node') ?? 'another'}. ${installWith('cuda')}`;
    const missing = whyNoCudaProvider(stderr);
    if (missing !== undefined) return missing;
    if (/Failed to load (shared )?library/.test(stderr)) return `Not installed. ${installWith('cuda')} The GPU may also train as webgpu or tensorflow-gpu.`;
  }
  return stderr.trim().split('\n').at(-1) || 'It did not answer.';
}

/** The WebAssembly build: slower, but it runs wherever Node does. */
export class OnnxWebEngine implements Engine {
  readonly id = 'onnx-web';

  async devices(): Promise<Device[]> {
    return Promise.resolve([{ id: 'wasm', engine: 'onnx-web', name: 'CPU (WebAssembly, 1 thread)', available: true, version: packageVersion('onnxruntime-web') }]);
  }

  async open(device: Device): Promise<Session> {
    const runtime = await import('onnxruntime-web');
    runtime.env.wasm.numThreads = 1;
    runtime.env.logLevel = 'error';
    return new OnnxSession(device, { runtime, options: { executionProviders: ['wasm'], graphOptimizationLevel: 'all' }, memory: 'fresh' });
  }
}
