// What trying out a training step on a device has shown: whether its numbers are those of the CPU, and how long it takes.
import type { HostTensor } from '../core/tensor.ts';
import type { State } from '../graph/program.ts';

/** Relative differences that rounding explains; a wrong kernel is off by far more. */
const LOSS_TOLERANCE = 1e-3;
const CHANGE_TOLERANCE = 5e-2;
/** Below this even the change of a whole vector is rounding (in the 2-norm). */
const NOTHING = 1e-7;

/** How far two results are apart, relative to what the right one changed. */
export interface Difference {
  /** "loss", or the name of a state vector. */
  readonly of: string;
  readonly relative: number;
  /** What rounding explains. */
  readonly allowed: number;
}

export interface Verdict {
  /** The largest difference from the CPU, measured in what is allowed; absent when the step failed. */
  readonly difference?: Difference;
  /** What the step said when it failed. */
  readonly failure?: string;
  /** A step on the device; absent when it was not timed. */
  readonly milliseconds?: number;
  /** A step on the CPU. */
  readonly cpuMilliseconds: number;
  /** Milliseconds since 1970. */
  readonly measured: number;
}

/** The results of one training step. */
export interface StepResult {
  readonly loss: number;
  /** State after it. */
  readonly after: Readonly<Record<string, HostTensor>>;
}

export function isRight({ difference }: Verdict): boolean {
  return difference !== undefined && difference.relative <= difference.allowed;
}

/** The largest difference between two results of the same step from the same state, measured in what is allowed. */
export function compare(before: State, reference: StepResult, tried: StepResult): Difference {
  const loss: Difference = {
    of: 'loss', allowed: LOSS_TOLERANCE,
    relative: finite(Math.abs(tried.loss - reference.loss) / Math.max(Math.abs(reference.loss), 1e-6)),
  };
  const changes = Object.entries(reference.after).map(([name, { data }]): Difference => ({
    of: name, allowed: CHANGE_TOLERANCE, relative: changeDifference(before[name]!.data, data, tried.after[name]!.data),
  }));
  return [loss, ...changes].reduce((worst, next) => next.relative / next.allowed > worst.relative / worst.allowed ? next : worst);
}

/** ‖other − right‖ / ‖right − start‖ */
function changeDifference(start: ArrayLike<number>, right: ArrayLike<number>, other: ArrayLike<number>): number {
  let change = 0;
  let error = 0;
  for (let i = 0; i < right.length; i++) {
    change += (right[i]! - start[i]!) ** 2;
    error += (right[i]! - other[i]!) ** 2;
  }
  return Math.sqrt(error) <= NOTHING ? 0 : finite(Math.sqrt(error / change));
}

/** Not a number, or a change where there should be none: as wrong as can be. JSON knows no infinity. */
function finite(relative: number): number {
  return Number.isFinite(relative) ? relative : Number.MAX_VALUE;
}

/** "the loss differed by 3e-2 (at most 1e-3 is rounding)" */
export function differenceText({ of, relative, allowed }: Difference): string {
  const what = of === 'loss' ? 'the loss' : `the change of ${of}`;
  const amount = relative === Number.MAX_VALUE ? 'was no number or moved where it should not' : `differed by ${shortNumber(relative)}`;
  return `${what} ${amount} (at most ${shortNumber(allowed)} is rounding)`;
}

/** "3e-2", "0" */
function shortNumber(value: number): string {
  return value === 0 ? '0' : value.toExponential(1).replace('.0e', 'e').replace('e+', 'e');
}

/** "3.1× faster than the CPU (12.1 ms against 37.5 ms a step)" */
export function speedText(milliseconds: number, cpuMilliseconds: number): string {
  const faster = cpuMilliseconds / milliseconds;
  const times = faster >= 1 ? `${ratio(faster)}× faster` : `${ratio(1 / faster)}× slower`;
  return `${times} than the CPU (${time(milliseconds)} against ${time(cpuMilliseconds)} a step)`;
}

const ratio = (value: number): string => value < 10 ? value.toFixed(1) : String(Math.round(value));
const time = (milliseconds: number): string => milliseconds < 1000 ? `${milliseconds.toPrecision(3)} ms` : `${(milliseconds / 1000).toPrecision(3)} s`;
