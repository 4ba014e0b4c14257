// What an engine is: something that runs programs (src/graph) on a device. State, that is weights, optimiser state and
// moving statistics, belongs to the session and stays on the device between steps; feeds and results are host tensors.
import { StudioError } from '../core/errors.ts';
import type { HostTensor } from '../core/tensor.ts';
import type { Program } from '../graph/program.ts';

export const deviceIds = ['cpu', 'webgpu', 'cuda', 'dml', 'wasm', 'tensorflow', 'tensorflow-gpu'] as const;
export type DeviceId = (typeof deviceIds)[number];

/** Whether a word names a device or "auto", before any driver is asked; throws StudioError('device') when it does not. */
export function requireDeviceName(word: string): asserts word is DeviceId | 'auto' {
  if (word !== 'auto' && !deviceIds.some(id => id === word)) {
    throw new StudioError('device', `There is no device "${word}". Known are: auto, ${deviceIds.join(', ')}.`);
  }
}

export interface Device {
  /** What a user writes. */
  readonly id: DeviceId;
  /** For people: "CPU (Intel Xeon, 2 threads)". */
  readonly name: string;
  readonly engine: 'onnx' | 'onnx-web' | 'tensorflow';
  readonly available: boolean;
  /** Why it is not available, or what is worth knowing. */
  readonly note?: string;
  /** Versions of the library and of the driver below it: a check holds as long as they stay the same. */
  readonly version?: string;
}

/** Results of one run that still lie on the device; what is in it is the engine's business. */
export interface Unread {
  readonly program: string;
}

export interface CompiledProgram {
  /** Feeds by the program's input names; results by its output names. State named in `program.updates` has moved on. */
  run(feeds: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>>;
  /**
   * The same, but results stay on the device until they are read: the next run need not wait for this one. Only where results have to
   * travel; each must be read, once, before the session is disposed of.
   */
  start?(feeds: Readonly<Record<string, HostTensor>>): Promise<Unread>;
  /** Reads the results of several runs of this program in one go. */
  read?(unread: readonly Unread[]): Promise<Record<string, HostTensor>[]>;
  dispose(): Promise<void>;
}

export type RowsOf = Readonly<Record<string, HostTensor>>;

export interface Session {
  readonly device: Device;
  /** Puts values on the device; shapes and types stay those of the first call. */
  setState(values: Readonly<Record<string, HostTensor>>): Promise<void>;
  /** Copies values back; all of them when no names are given. */
  getState(names?: readonly string[]): Promise<Record<string, HostTensor>>;
  /** @param rowsOf by input: a matrix in memory that threads share, of which it is always going to be fed `GatheredRows`. */
  compile(program: Program, rowsOf?: RowsOf): Promise<CompiledProgram>;
  dispose(): Promise<void>;
}

export interface Engine {
  readonly id: Device['engine'];
  /** Without `gpus`, no driver is loaded and none of its devices listed. */
  devices(options?: { gpus?: boolean }): Promise<Device[]>;
  open(device: Device, options?: SessionOptions): Promise<Session>;
}

export interface SessionOptions {
  /** CPU threads; the number of physical cores when left out. */
  readonly threads?: number;
  /** The built engine/onnx/shard-worker.ts; the one beside the program when left out. */
  readonly shardWorker?: string;
}
