// The baseline of a run, computed once beside the training: it begins after the first epoch, works in small pieces between
// steps and rests after each, and is written to run.json. What it says at the end is whether the model has learned more than a projection.
import { messageOf } from '../core/errors.ts';
import type { Session } from '../engine/engine.ts';
import type { RunInfo, ScalarValues } from '../runs/events.ts';
import type { RunWriter } from '../runs/writer.ts';
import { principalBaseline } from './baseline.ts';
import { baselineRefusal, squaredErrorIn } from './compared.ts';
import type { Evaluator } from './evaluate.ts';
import type { Experiment } from './experiment.ts';
import { judgedSplit } from './views.ts';

export type Baseline = NonNullable<RunInfo['baseline']>;

/** How long training goes on undisturbed after a piece of work, in times of what that took: the components get a quarter of the processor. */
const REST = 3;

export class BaselineTask {
  private work: Promise<void> | undefined;
  private cancelled = false;
  private readonly pace = new Pace();

  /** @param warn tells the user. What it throws is its own to tell again: nothing is done about it here. */
  constructor(
    private readonly experiment: Experiment, private readonly session: Session, private readonly writer: Pick<RunWriter, 'info' | 'updateInfo'>,
    private readonly warn: (message: string) => void,
  ) {}

  /** Starts the work unless the run has its baseline; returns at once. */
  begin(): void {
    const { baseline, baselineSkipped } = this.writer.info;
    if (baseline === undefined && baselineSkipped === undefined) this.work ??= this.compute();
  }

  /** Gives up what is not done yet. */
  async cancel(): Promise<void> {
    this.cancelled = true;
    this.pace.hurry();
    await this.work;
  }

  /** The baseline beside the model as it is now; undefined where there is none. @throws what measuring the model throws. */
  async compare(evaluator: Evaluator): Promise<Baseline | undefined> {
    this.pace.hurry();
    await this.work;
    const { baseline } = this.writer.info;
    if (baseline === undefined) return undefined;
    const compared = { ...baseline, model: await modelError(this.experiment, evaluator) };
    this.keep({ baseline: compared });
    return compared;
  }

  /** Writes down what is known. No training ends for want of that: where it cannot be written, the run goes on without. */
  private keep(facts: Pick<RunInfo, 'baseline' | 'baselineSkipped'>): void {
    try {
      this.writer.updateInfo(facts);
    } catch (error) {
      this.warn(`What principal components reach could not be kept: ${messageOf(error)} The run goes on without; "aeconf evaluate" computes them anew.`);
    }
  }

  /** Nobody waits for this while training goes on, so it never rejects. */
  private async compute(): Promise<void> {
    try {
      const facts = await this.computed();
      if (facts !== undefined) this.keep(facts);
    } catch (error) {
      // A warning that the disk did not take is kept and written with the next event, whose writer hears of it if that fails, too.
      process.emitWarning(messageOf(error));
    }
  }

  /** What there is to write down. */
  private async computed(): Promise<Pick<RunInfo, 'baseline' | 'baselineSkipped'> | undefined> {
    const { experiment } = this;
    try {
      const refusal = baselineRefusal(experiment);
      if (refusal === 'no bottleneck') return undefined;
      if (refusal === 'too wide') return { baselineSkipped: `Principal components of ${experiment.dataset.train.count} samples of ${experiment.features} numbers would take too long.` };
      this.pace.start();
      const { mse, mean } = await principalBaseline(experiment, this.session, { cancelled: () => this.cancelled, rest: () => this.pace.rest() });
      return { baseline: { kind: 'pca', components: experiment.codeSize, mse, mean, levels: levelsOf(experiment, mse) } };
    } catch (error) {
      return this.cancelled ? undefined : { baselineSkipped: messageOf(error) };
    }
  }
}

/** Rests between pieces of work, until somebody waits for the result. */
class Pace {
  private began = 0;
  private wake: (() => void) | undefined;
  private hurried = false;

  start(): void {
    this.began = performance.now();
  }

  async rest(): Promise<void> {
    const spent = this.hurried ? 0 : performance.now() - this.began;
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, REST * spent);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.start();
  }

  hurry(): void {
    this.hurried = true;
    this.wake?.();
  }
}

/** Where a mean squared error lies on the curves that are one. */
function levelsOf(experiment: Experiment, mse: number): ScalarValues {
  const { name, numbers } = squaredErrorIn(experiment);
  return { mse, [name]: mse * numbers };
}

/** Mean squared error of the judged samples, comparable with the baseline's. */
async function modelError(experiment: Experiment, evaluator: Evaluator): Promise<number> {
  const errors = await evaluator.measure(judgedSplit(experiment), ['mse']);
  return errors.reduce((sum, value) => sum + value, 0) / errors.length;
}

/** Mean squared error of principal components that is rounding only. */
const EXACT = 1e-9;
/** How many times their error a model's is when more of the same training is no advice. */
const FAR = 100;

/**
 * The warning that a model is no better than its baseline, or undefined when it is.
 * @param reason what is known to keep it from being better
 */
export function baselineWarning({ components, mse, model }: Baseline, reason?: string): string | undefined {
  if (model === undefined || model < mse) return undefined;
  const compared = `The reconstruction error (mse ${model.toPrecision(4)}) is not better than that of ${components} principal components (${mse.toPrecision(4)})`;
  if (reason !== undefined) return `${compared}. ${reason}`;
  // Samples that lie in a space of so few dimensions are rebuilt by a projection to the last digits.
  if (mse < EXACT * model && mse < EXACT) return `${compared}, which rebuild these samples exactly: they differ in no more directions than that, so that an autoencoder has nothing to gain here.`;
  if (model > FAR * mse) return `${compared} but far from it: training has hardly begun, has diverged, or the output cannot take the values of the data. Look at the loss curve; a smaller training.optimizer.learningRate, more epochs or another outputActivation may help.`;
  return `${compared}: its reconstructions hold nothing that a linear projection would not. Train longer, or with a larger training.optimizer.learningRate or more units; strong penalties and a large latent.beta cost reconstruction too.`;
}
