// All engines of this machine, and the choice among their devices.
import { StudioError } from '../core/errors.ts';
import { withAdapterName } from './adapters.ts';
import type { Device, Engine, Session, SessionOptions } from './engine.ts';
import { OnnxEngine, OnnxWebEngine } from './onnx/runtime.ts';
import { TensorFlowEngine } from './tensorflow/engine.ts';

const engines: readonly Engine[] = [new OnnxEngine(), new OnnxWebEngine(), new TensorFlowEngine()];

/** Every device that could be named, available or not. Asking the GPUs takes some tenths of a second, once per process. */
export async function listDevices(options?: { gpus?: boolean }): Promise<Device[]> {
  return (await Promise.all(engines.map(engine => engine.devices(options)))).flat().map(withAdapterName);
}

/** Opens a session; the device must be one that listDevices gave and that is available. */
export async function openSession(device: Device, options?: SessionOptions): Promise<Session> {
  if (!device.available) throw new StudioError('device', `${device.name} is not available: ${device.note ?? 'it did not answer'}`);
  const engine = engines.find(({ id }) => id === device.engine);
  if (engine === undefined) throw new StudioError('internal', `There is no engine "${device.engine}".`);
  return engine.open(device, options);
}
