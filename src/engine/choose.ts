// Which device trains a model. A GPU is trusted only after it has done one step of the very program with the CPU's result,
// and under "auto" it is chosen only if it was faster. Why, is said of every device.
import { StudioError } from '../core/errors.ts';
import { estimateFlops } from '../graph/cost.ts';
import { Checks, type CheckOptions, type Silence, type Trial } from './checks.ts';
import { requireDeviceName, type Device, type DeviceId } from './engine.ts';
import { listDevices } from './engines.ts';
import { differenceText, isRight, speedText, type Verdict } from './verdict.ts';

/** Why a device was chosen or not: "chosen: 3.1× faster than the CPU (...)". */
export interface Statement {
  readonly id: DeviceId;
  readonly name: string;
  readonly available: boolean;
  readonly chosen: boolean;
  /** Chosen because the user asked for it. */
  readonly asked?: boolean;
  readonly text: string;
  /** When it was tried, in milliseconds since 1970; absent when it was not. */
  readonly measured?: number;
}

export interface Choice {
  readonly device: Device;
  /** The chosen one first. */
  readonly statements: readonly Statement[];
}

/** Below this arithmetic per step a GPU cannot win against its own start-up and launch times, so it is not even asked. */
const SMALL_STEP = 200e6;

/**
 * @param request a device id, or "auto".
 * @throws StudioError('device') for an unknown or unavailable device, and for one that was asked for and computes wrong numbers.
 */
export async function chooseDevice(request: string, trial: Trial, options: CheckOptions = {}): Promise<Choice> {
  requireDeviceName(request);
  if (request !== 'auto') return confirm(request, trial, options);
  const small = tooSmall(trial);
  if (small === undefined) return measured(trial, options);
  const device = processorAmong(await listDevices({ gpus: false }));
  return { device, statements: [statementOf(device, true, small)] };
}

/** Tries every device with the step, however small it is; the choice is that of "auto". */
export async function tryAll(trial: Trial, options: CheckOptions = {}): Promise<Choice> {
  return measured(trial, options, tooSmall(trial));
}

/** Why no GPU is asked, where none is. */
function tooSmall({ program }: Trial): string | undefined {
  const flops = estimateFlops(program);
  if (flops >= SMALL_STEP) return undefined;
  const million = flops / 1e6;
  return `a step is ${million < 0.1 ? 'less than 0.1' : million.toFixed(1)} million operations, and below ${SMALL_STEP / 1e6} million "auto" takes the CPU without asking any other device`;
}

/** The CPU; WebAssembly where there is no native library. */
function processorAmong(devices: readonly Device[]): Device {
  const device = devices.find(({ id, available }) => id === 'cpu' && available) ?? devices.find(({ id }) => id === 'wasm');
  if (device === undefined) throw new StudioError('device', 'This machine has no device to train on.');
  return device;
}

async function measured(trial: Trial, options: CheckOptions, small?: string): Promise<Choice> {
  const devices = await listDevices();
  const processor = processorAmong(devices);
  const checks = new Checks(processor, trial, options);
  const found = new Map<Device, Verdict | Silence>();
  // The two kinds of TensorFlow exclude each other in one process; the one for GPUs goes first.
  const others = devices.filter(({ id }) => id !== processor.id && id !== 'wasm').sort((a, b) => Number(a.id === 'tensorflow') - Number(b.id === 'tensorflow'));
  for (const device of others) found.set(device, await checks.verdictOf(device));

  let best = processor;
  let share = 1;
  for (const [device, verdict] of small === undefined ? found : []) {
    if (!('measured' in verdict) || !isRight(verdict) || verdict.milliseconds === undefined) continue;
    // Verdicts may be of different days, so each is measured by the CPU's time of that day.
    const own = verdict.milliseconds / verdict.cpuMilliseconds;
    if (own < share) [best, share] = [device, own];
  }
  const statements = [
    statementOf(processor, best === processor, best === processor ? small ?? processorText(found) : `${best.name} is faster`),
    ...[...found].map(([device, verdict]) => statementOf(device, device === best, verdictText(verdict, device, best, small !== undefined), verdict)),
  ];
  return { device: best, statements: statements.sort((a, b) => Number(b.chosen) - Number(a.chosen)) };
}

function processorText(found: ReadonlyMap<Device, Verdict | Silence>): string {
  return [...found.values()].some(verdict => 'measured' in verdict) ? 'no other device that computes right is faster' : 'there is no other device';
}

async function confirm(request: DeviceId, trial: Trial, options: CheckOptions): Promise<Choice> {
  // Who asks for the processor does not wait for GPUs to answer.
  const devices = await listDevices({ gpus: request !== 'cpu' && request !== 'wasm' });
  const device = devices.find(({ id }) => id === request);
  if (device === undefined) throw new StudioError('device', `There is no "${request}" on ${process.platform}-${process.arch}. Train with --device cpu or auto.`);
  if (!device.available) throw new StudioError('device', `${device.name} is not available: ${device.note ?? 'it did not answer.'} Train with --device cpu or auto.`);
  const processor = processorAmong(devices);
  if (device.id === processor.id) return { device, statements: [{ ...statementOf(device, true, 'asked for'), asked: true }] };
  const verdict = await new Checks(processor, trial, options).verdictOf(device);
  if ('measured' in verdict && isRight(verdict)) {
    const speed = verdict.milliseconds === undefined ? '' : `, ${speedText(verdict.milliseconds, verdict.cpuMilliseconds)}`;
    return { device, statements: [{ ...statementOf(device, true, `asked for, computes what the CPU computes${speed}`, verdict), asked: true }] };
  }
  if ('error' in verdict && verdict.error?.reason === 'memory') throw verdict.error;
  const cure = 'Train with --device cpu or auto, or bring the driver up to date; "aeconf devices FILE --check --forget" tries it anew.';
  const statement: Statement = { ...statementOf(device, false, troubleText(verdict), verdict), asked: true };
  throw new StudioError('device', `${device.name} is not used: ${troubleText(verdict)}. ${cure}`, { details: { statement } });
}

function statementOf({ id, name, available }: Device, chosen: boolean, why: string, verdict?: Verdict | Silence): Statement {
  const text = `${chosen ? 'chosen' : available ? 'not chosen' : 'not available'}: ${why}`;
  return { id, name, available, chosen, text, ...(verdict !== undefined && 'measured' in verdict ? { measured: verdict.measured } : {}) };
}

/** Why a device is not trusted. */
function troubleText(verdict: Verdict | Silence): string {
  if (!('measured' in verdict)) return sentence(verdict.why);
  return verdict.difference === undefined ? `the step failed: ${sentence(verdict.failure ?? 'it said nothing')}` : `its numbers are wrong: ${differenceText(verdict.difference)}`;
}

function verdictText(verdict: Verdict | Silence, device: Device, best: Device, small: boolean): string {
  if (!('measured' in verdict) || !isRight(verdict) || verdict.milliseconds === undefined) return troubleText(verdict);
  const speed = speedText(verdict.milliseconds, verdict.cpuMilliseconds);
  if (device === best || verdict.milliseconds >= verdict.cpuMilliseconds) return speed;
  return small ? `${speed}, but "auto" does not take it for so small a step; ask for ${device.id} to train on it` : `${speed}, but ${best.name} is chosen`;
}

/** Without the full stop, to stand inside another sentence. */
const sentence = (text: string): string => text.replace(/\.$/, '');
