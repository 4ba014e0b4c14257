// Whether a device can be trusted with a training step: it does one from the same state as the CPU, results are compared, a few more
// are timed. What was found is kept for the next training of the same program with the same library and driver.
import { messageOf, StudioError } from '../core/errors.ts';
import type { HostTensor } from '../core/tensor.ts';
import type { Program, State } from '../graph/program.ts';
import { openSession } from './engines.ts';
import type { Device, SessionOptions } from './engine.ts';
import { fingerprint } from './fingerprint.ts';
import { Notebook } from './notebook.ts';
import { compare, type StepResult, type Verdict } from './verdict.ts';

/** A training step that can be tried out. */
export interface Trial {
  readonly program: Program;
  readonly state: State;
  readonly feeds: Readonly<Record<string, HostTensor>>;
}

/** A device that gave no verdict, and why: nothing that holds for another day. */
export interface Silence {
  readonly why: string;
  /** What an attempt ended with. */
  readonly error?: StudioError;
}

/** Earlier verdicts, in a folder of their own. */
export type VerdictBook = Notebook<Verdict>;

export function verdictBook(folder: string): VerdictBook {
  return new Notebook(folder, isVerdict);
}

function isVerdict(value: object): value is Verdict {
  const { cpuMilliseconds, measured, failure, difference, milliseconds } = value as Partial<Verdict>;
  const judged = typeof failure === 'string' || (typeof difference?.of === 'string' && typeof difference.relative === 'number' && typeof difference.allowed === 'number');
  return judged && typeof cpuMilliseconds === 'number' && typeof measured === 'number' && (milliseconds === undefined || typeof milliseconds === 'number');
}

export interface CheckOptions extends SessionOptions {
  /** Without it every device is checked anew. */
  readonly book?: VerdictBook | undefined;
  /** The version of this product, which decides what a program is compiled to. */
  readonly version?: string | undefined;
}

export class Checks {
  private readonly program: string;
  private baseline: Promise<StepResult & { readonly milliseconds: number }> | undefined;

  /** @param reference the device whose numbers are right. */
  constructor(private readonly reference: Device, private readonly trial: Trial, private readonly options: CheckOptions) {
    this.program = fingerprint(trial.program);
  }

  /** What is known of the device, or found out now. @throws what the reference itself throws. */
  async verdictOf(device: Device): Promise<Verdict | Silence> {
    if (!device.available) return { why: device.note ?? 'it did not answer.' };
    const { book } = this.options;
    const earlier = book?.find(this.keyOf(device));
    if (earlier !== undefined) return earlier;
    const found = await this.check(device);
    if ('measured' in found) book?.keep(this.keyOf(device), found);
    return found;
  }

  private keyOf(device: Device): string {
    const { reference, options: { threads, version } } = this;
    return JSON.stringify([this.program, device.id, device.name, device.version ?? '', reference.name, reference.version ?? '', threads ?? 0, version ?? '']);
  }

  private async check(device: Device): Promise<Verdict | Silence> {
    const { trial, options } = this;
    const right = await (this.baseline ??= reference(this.reference, trial, options));
    const facts = { cpuMilliseconds: right.milliseconds, measured: Date.now() };
    try {
      const { milliseconds, ...tried } = await attempt(device, trial, options);
      return { ...facts, difference: compare(trial.state, right, tried), milliseconds };
    } catch (error) {
      const cause = error instanceof StepError ? error.cause : error;
      // Memory that others use, or a library that does not open, may be there tomorrow.
      if (error instanceof StepError && !(cause instanceof StudioError && cause.reason === 'memory')) return { ...facts, failure: messageOf(cause) };
      return { why: messageOf(cause), ...(cause instanceof StudioError ? { error: cause } : {}) };
    }
  }
}

/** The step itself failed, as against the opening of a session. */
class StepError extends Error {}

/** The attempt that others are compared with; its errors are the caller's. */
async function reference(device: Device, trial: Trial, options: SessionOptions): ReturnType<typeof attempt> {
  try {
    return await attempt(device, trial, options);
  } catch (error) {
    throw error instanceof StepError ? error.cause : error;
  }
}

const TIMED_STEPS = 5;
/** Milliseconds after which no further step is timed. */
const LONGEST = 2000;

/** One step whose result is kept, then a few that are timed: the fastest counts, since others may keep the machine busy. */
async function attempt(device: Device, { program, state, feeds }: Trial, options: SessionOptions): Promise<StepResult & { milliseconds: number }> {
  const session = await openSession(device, options);
  try {
    await session.setState(Object.fromEntries(program.state.map(({ name }) => [name, state[name]!])));
    const compiled = await session.compile(program);
    // The first step compiles kernels on some devices: it is compared, not timed.
    const { loss } = await compiled.run(feeds);
    const after = await session.getState(program.updates.map(({ name }) => name));
    let fastest = Infinity;
    const start = performance.now();
    for (let i = 0; i < TIMED_STEPS && (i === 0 || performance.now() - start < LONGEST); i++) {
      const stepBegun = performance.now();
      await compiled.run(feeds);
      fastest = Math.min(fastest, performance.now() - stepBegun);
    }
    return { loss: loss!.data[0]!, after, milliseconds: fastest };
  } catch (cause) {
    throw new StepError(messageOf(cause), { cause });
  } finally {
    await session.dispose();
  }
}
