// Which device trains a model. A GPU is trusted only after it has done one step of the very program with the CPU's result,
// and under "auto" it is chosen only if it was faster.
import { messageOf, StudioError } from '../core/errors.ts';
import type { HostTensor } from '../core/tensor.ts';
import { estimateFlops } from '../graph/cost.ts';
import type { Program, State } from '../graph/program.ts';
import { requireDeviceName, type Device, type DeviceId, type Session, type SessionOptions } from './engine.ts';
import { listDevices, openSession } from './engines.ts';

/** A training step that can be tried out. */
export interface Trial {
  readonly program: Program;
  readonly state: State;
  readonly feeds: Readonly<Record<string, HostTensor>>;
}

export interface Choice {
  readonly device: Device;
  /** Why this one, and why not the others; for the log and the run. */
  readonly reasons: readonly string[];
  /** Set when the device that was asked for was not used. */
  readonly warning?: string;
}

/** Below this arithmetic per step a GPU cannot win against its own start-up and launch times, so it is not even asked. */
const SMALL_STEP = 200e6;
const TIMED_STEPS = 5;

/** `request`: a device id, or "auto". Throws StudioError('device') for an unknown or unavailable device. */
export async function chooseDevice(request: string, trial: Trial, options: SessionOptions = {}): Promise<Choice> {
  requireDeviceName(request);
  const flops = estimateFlops(trial.program);
  if (request === 'auto' && flops < SMALL_STEP) {
    const device = await localProcessor();
    return { device, reasons: [`${device.name}: a step is ${(flops / 1e6).toFixed(1)} million operations, too few for a GPU to pay.`] };
  }
  // Who asks for the CPU does not wait for GPUs to answer.
  const devices = await listDevices({ gpus: request !== 'cpu' && request !== 'wasm' });
  if (request !== 'auto') return confirm(request, devices, trial, options);

  const reference = fallback(devices);
  const baseline = await attempt(reference, trial, options);
  let best = { device: reference, milliseconds: baseline.milliseconds };
  const reasons = [`${reference.name}: ${baseline.milliseconds.toFixed(1)} ms a step.`];
  for (const device of devices) {
    if (device.id === reference.id || device.id === 'wasm') continue;
    const verdict = await judge(device, trial, baseline, options);
    reasons.push(`${device.name}: ${verdict.reason}`);
    if (verdict.milliseconds !== undefined && verdict.milliseconds < best.milliseconds) best = { device, milliseconds: verdict.milliseconds };
  }
  return { device: best.device, reasons };
}

/** The CPU without asking GPUs; WebAssembly where there is no native library. */
async function localProcessor(): Promise<Device> {
  return fallback(await listDevices({ gpus: false }));
}

function fallback(devices: readonly Device[]): Device {
  const device = devices.find(({ id, available }) => id === 'cpu' && available) ?? devices.find(({ id }) => id === 'wasm');
  if (device === undefined) throw new StudioError('device', 'This machine has no device to train on.');
  return device;
}

async function confirm(request: DeviceId, devices: readonly Device[], trial: Trial, options: SessionOptions): Promise<Choice> {
  const device = devices.find(({ id }) => id === request);
  if (device === undefined) throw new StudioError('device', `ONNX Runtime has no "${request}" on ${process.platform}-${process.arch}. Train with --device cpu or auto.`);
  if (!device.available) throw new StudioError('device', `${device.name} is not available: ${device.note ?? 'it did not answer.'} Train with --device cpu or auto.`);
  const reference = fallback(devices);
  if (device.id === reference.id || device.id === 'wasm') return { device, reasons: [`${device.name}: asked for.`] };
  const verdict = await judge(device, trial, await attempt(reference, trial, options), options);
  if (verdict.milliseconds !== undefined) return { device, reasons: [`${device.name}: asked for; ${verdict.reason}`] };
  const warning = `${device.name} is not used: ${verdict.reason} Training on ${reference.name}.`;
  return { device: reference, reasons: [warning], warning };
}

interface Attempt {
  readonly loss: number;
  /** State after one step. */
  readonly after: Readonly<Record<string, HostTensor>>;
  readonly milliseconds: number;
}

/** One step whose result is kept, then a few that are timed. */
async function attempt(device: Device, { program, state, feeds }: Trial, options: SessionOptions): Promise<Attempt> {
  const session: Session = await openSession(device, options);
  try {
    const names = program.state.map(({ name }) => name);
    await session.setState(Object.fromEntries(names.map(name => [name, state[name]!])));
    const compiled = await session.compile(program);
    const { loss } = await compiled.run(feeds);
    const after = await session.getState(program.updates.map(({ name }) => name));
    const start = performance.now();
    for (let i = 0; i < TIMED_STEPS; i++) await compiled.run(feeds);
    return { loss: loss!.data[0]!, after, milliseconds: (performance.now() - start) / TIMED_STEPS };
  } finally {
    await session.dispose();
  }
}

/** Milliseconds per step when the device is right, and a reason in any case. */
async function judge(device: Device, trial: Trial, reference: Attempt, options: SessionOptions): Promise<{ milliseconds?: number; reason: string }> {
  if (!device.available) return { reason: `not available: ${device.note ?? 'it did not answer.'}` };
  try {
    const tried = await attempt(device, trial, options);
    const difference = disagreement(trial.state, reference, tried);
    if (difference !== undefined) return { reason: `its numbers are wrong (${difference}).` };
    return { milliseconds: tried.milliseconds, reason: `${tried.milliseconds.toFixed(1)} ms a step, numbers agree with the CPU.` };
  } catch (error) {
    return { reason: `the step failed: ${messageOf(error)}` };
  }
}

/** Relative differences that rounding explains; a wrong kernel is off by far more. */
const LOSS_TOLERANCE = 1e-3;
const CHANGE_TOLERANCE = 5e-2;

/** What differs between two attempts by more than rounding, if anything: the loss, or the change of a state vector (in the 2-norm). */
export function disagreement(before: State, reference: Pick<Attempt, 'loss' | 'after'>, tried: Pick<Attempt, 'loss' | 'after'>): string | undefined {
  if (!(Math.abs(tried.loss - reference.loss) <= LOSS_TOLERANCE * Math.max(Math.abs(reference.loss), 1e-6))) {
    return `loss ${tried.loss} in place of ${reference.loss}`;
  }
  for (const [name, { data }] of Object.entries(reference.after)) {
    const start = before[name]!.data;
    const other = tried.after[name]!.data;
    let change = 0;
    let error = 0;
    for (let i = 0; i < data.length; i++) {
      change += (data[i]! - start[i]!) ** 2;
      error += (data[i]! - other[i]!) ** 2;
    }
    if (!(Math.sqrt(error) <= CHANGE_TOLERANCE * Math.sqrt(change) + 1e-7)) {
      return `the change of ${name} is off by ${(100 * Math.sqrt(error / change)).toPrecision(2)} %`;
    }
  }
  return undefined;
}
