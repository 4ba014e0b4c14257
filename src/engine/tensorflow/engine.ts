// TensorFlow as an engine: its CPU and its CUDA library, each an npm package that users install when they want it. Both bring a
// library of the same name, so that a process can use one of them.
import { StudioError } from '../../core/errors.ts';
import { graphicsDrivers } from '../driver.ts';
import type { Device, Engine, Session, SessionOptions } from '../engine.ts';
import { installWith, libraryKinds } from '../libraries.ts';
import { physicalCores } from '../onnx/runtime.ts';
import { loadAddon } from './addon.ts';
import { findLibrary, tensorFlowIds, type TensorFlowId } from './library.ts';
import { probe, type Found, type Trouble } from './probe.ts';
import { TensorFlowSession } from './session.ts';

const names: Readonly<Record<TensorFlowId, string>> = { 'tensorflow': 'CPU (TensorFlow', 'tensorflow-gpu': 'NVIDIA GPU (TensorFlow' };

/** Asked once for each package. */
const probes = new Map<string, Found | Trouble>();

export class TensorFlowEngine implements Engine {
  readonly id = 'tensorflow';

  async devices({ gpus = true }: { gpus?: boolean } = {}): Promise<Device[]> {
    // Finding out takes a second for each that is installed; who wants the plain CPU does not wait for it.
    return Promise.resolve(gpus ? tensorFlowIds.map(tensorFlowDevice) : []);
  }

  async open(device: Device, { threads }: SessionOptions = {}): Promise<Session> {
    const { found, lookedIn } = findLibrary(device.id as TensorFlowId);
    if (found === undefined) throw new StudioError('device', `${device.name} is not installed; looked in ${lookedIn.join(', ')}. ${installWith(device.id as TensorFlowId)}`);
    return Promise.resolve(openLibrary(device, found, threads));
  }
}

/** A device that may or may not be there. */
export function tensorFlowDevice(id: TensorFlowId): Device {
  return deviceOf(id, findLibrary(id).found);
}

/** The device of the package in this folder. */
export function deviceOf(id: TensorFlowId, found: string | undefined): Device {
  const device = { id, engine: 'tensorflow' } as const;
  if (found === undefined) {
    return { ...device, name: `${names[id]})`, available: false, note: `Not installed. ${installWith(id)}` };
  }
  let answer = probes.get(found);
  if (answer === undefined) {
    answer = probe(id, found);
    probes.set(found, answer);
  }
  if (!answer.ok) return { ...device, name: `${names[id]})`, available: false, note: answer.why };
  const version = `${libraryKinds[id].package} ${libraryKinds[id].version}, TensorFlow ${answer.version}${id === 'tensorflow-gpu' ? `; ${graphicsDrivers()}` : ''}`;
  return { ...device, name: `${names[id]} ${answer.version})`, available: true, version };
}

/** Which package this process uses. */
let inUse: string | undefined;

/** Opens a session with the package in this folder. */
export function openLibrary(device: Device, found: string, threads: number = physicalCores()): Session {
  if (inUse !== undefined && inUse !== found) throw new StudioError('device', `This process already uses the TensorFlow in ${inUse}; another one needs a process of its own.`);
  const addon = loadAddon(found, threads);
  inUse = found;
  return new TensorFlowSession(device, addon);
}
