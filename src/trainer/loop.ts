// The training loop. A step is: a batch, one run of the compiled program, its loss. Everything else (events, control,
// checkpoints) is done by time, not by step, so that small models are not slowed down.
import { StudioError } from '../core/errors.ts';
import { GatheredRows, tensor, type HostTensor } from '../core/tensor.ts';
import type { Batch, BatchSource } from '../data/dataset.ts';
import type { State } from '../graph/program.ts';
import type { RunEvent, RunStatus, ScalarValues } from '../runs/events.ts';
import type { RunWriter } from '../runs/writer.ts';
import type { Background } from './background.ts';
import type { BaselineTask } from './baseline-task.ts';
import type { Breath } from './breath.ts';
import { checkpointMetadata, lossFacts, type Position } from './checkpoint.ts';
import type { CompiledPrograms } from './compiled.ts';
import type { Control } from './control.ts';
import { hasStopped, watch } from './early-stopping.ts';
import type { Evaluator, Judgement } from './evaluate.ts';
import { stepsPerEpochOf, type Experiment } from './experiment.ts';
import type { ModelFiles } from './models.ts';
import type { RebuiltAs } from './probe-rebuilt.ts';
import type { Recorder } from './recorder.ts';
import { learningRateAt } from './schedule.ts';
import type { StatusReporter } from './status.ts';
import { UnreadSteps, type Begun } from './unread-steps.ts';
import { codebookOf, type Views, type ViewFiles } from './views.ts';

export interface Training {
  readonly experiment: Experiment;
  readonly epochs: number;
  readonly source: BatchSource;
  readonly compiled: CompiledPrograms;
  readonly evaluator: Evaluator;
  readonly views: Views;
  readonly rebuilt: RebuiltAs;
  readonly models: ModelFiles;
  readonly writer: RunWriter;
  readonly recorder: Recorder;
  readonly status: StatusReporter;
  readonly control: Control;
  readonly background: Background;
  readonly baseline: BaselineTask;
  readonly breath: Breath;
}

export interface LoopEnd {
  readonly why: 'all epochs' | 'early stopping' | 'stopped';
  readonly position: Position;
}

/** Milliseconds between two written losses of single batches. */
const BATCH_EVENTS = 100;

export class TrainingLoop {
  private position: Position;
  /** Step of the newest checkpoint. */
  private savedStep: number;
  private lastBatchEvent = -Infinity;
  private warnedOfCollapse = false;
  private readonly stepsPerEpoch: number;
  /** The position counts all steps of the epoch, its sums those that were read. */
  private readonly unread = new UnreadSteps((step, results) => { this.count(step, results); });
  private newest: { readonly loss: number; readonly followed: ArrayLike<number> | undefined } | undefined;

  constructor(private readonly training: Training, start: Position) {
    this.position = start;
    this.savedStep = start.step;
    this.stepsPerEpoch = stepsPerEpochOf(training.experiment);
  }

  /**
   * Trains until the last epoch, early stopping or a stop. Files may still be on their way when it returns.
   * @throws StudioError('run') when the loss is no longer a number, or the disk refuses.
   */
  async run(): Promise<LoopEnd> {
    const { epochs, control, background, status, experiment: { spec: { training: { earlyStopping } } } } = this.training;
    // A kill came between the checkpoint of the epoch that ended the training and the run's last words.
    if (earlyStopping && hasStopped(this.position.earlyStopping, earlyStopping) && this.position.epoch < epochs) return { why: 'early stopping', position: this.position };
    while (this.position.epoch < epochs) {
      const wish = control.wish();
      if (wish === 'stop') {
        await this.save();
        return { why: 'stopped', position: this.position };
      }
      if (wish === 'pause') await this.pause();
      else if (await this.advance()) return { why: 'early stopping', position: this.position };
      background.check();
      status.check();
      await this.training.breath.take(background.busy);
    }
    return { why: 'all epochs', position: this.position };
  }

  /** A step, or the end of an epoch. @returns whether early stopping ends the training here. */
  private async advance(): Promise<boolean> {
    try {
      if (this.position.stepInEpoch >= this.stepsPerEpoch) return await this.endEpoch();
      await this.step();
      return false;
    } catch (error) {
      throw this.withWayOut(error);
    }
  }

  /** Where the device or its memory gave out: how the run goes on. */
  private withWayOut(error: unknown): unknown {
    if (!(error instanceof StudioError) || (error.reason !== 'memory' && error.reason !== 'device')) return error;
    const { writer, experiment: { spec: { training: { batchSize } } } } = this.training;
    const kept = this.savedStep > 0 ? `What was reached by step ${this.savedStep} is kept` : 'No epoch was finished';
    const ways = [...(error.reason === 'memory' && batchSize > 1 ? [`--batch-size ${Math.ceil(batchSize / 2)}`] : []), ...(writer.info.device.id === 'cpu' ? [] : ['--device cpu'])];
    return new StudioError(error.reason, `${error.message} ${kept}; go on with "aeconf resume ${writer.id}"${ways.length === 0 ? '' : ` and ${ways.join(' or ')}`}.`, { cause: error });
  }

  private async step(): Promise<void> {
    const { experiment: { spec, programs }, source, compiled, epochs } = this.training;
    const { epoch, stepInEpoch, step } = this.position;
    const batch = await source.next(epoch + 1, stepInEpoch);
    const program = await compiled.get('trainStep', batch.size);
    // The schedule's own count of steps: another batch size earlier in the run has taken others.
    const rate = learningRateAt(spec.training.optimizer.learningRate, epoch * this.stepsPerEpoch + stepInEpoch, { stepsPerEpoch: this.stepsPerEpoch, epochs });
    await this.unread.take({ program, size: batch.size, stepInEpoch, rate }, { ...this.feeds(batch), hyper: programs.hyper(step + 1, rate, this.epochNow()) });
    source.recycle(batch);
    this.position = { ...this.position, stepInEpoch: stepInEpoch + 1, step: step + 1 };
    await this.tellStep();
  }

  /** Adds what a step gave to the sums of the epoch. */
  private count({ size, stepInEpoch, rate }: Begun, results: Readonly<Record<string, HostTensor>>): void {
    const loss = results['loss']!.data[0]!;
    if (!Number.isFinite(loss)) throw this.diverged(loss, { stepInEpoch, rate });
    const followed = results['followed']?.data;
    const { lossSum, followedSums } = this.position;
    this.position = {
      ...this.position, lossSum: lossSum + loss * size,
      followedSums: followed === undefined ? followedSums : Array.from(followed, (value, i) => (followedSums[i] ?? 0) + value * size),
    };
    this.newest = { loss, followed };
  }

  private feeds(batch: Batch): Record<string, HostTensor> {
    const { source: { samples }, experiment: { features } } = this.training;
    const feeds: Record<string, HostTensor> = {
      target: batch.rows === undefined ? tensor(batch.target, [batch.size, features]) : new GatheredRows(samples!, batch.rows, () => batch.target),
    };
    if (batch.input) feeds['input'] = tensor(batch.input, [batch.size, features]);
    for (const [name, values] of Object.entries(batch.random)) feeds[name] = tensor(values, [batch.size, values.length / batch.size]);
    return feeds;
  }

  /** Epochs finished, with the running one as a fraction. */
  private epochNow(): number {
    return this.position.epoch + this.position.stepInEpoch / this.stepsPerEpoch;
  }

  /** Names for the scalars beside the loss. */
  private named(values: ArrayLike<number>): ScalarValues {
    return Object.fromEntries(this.training.experiment.programs.followed.map(({ name }, i) => [name, values[i]!]));
  }

  private async tellStep(): Promise<void> {
    const { status, recorder, experiment: { dataset, spec } } = this.training;
    const { epoch, stepInEpoch, step } = this.position;
    const seen = Math.min(stepInEpoch * spec.training.batchSize, dataset.train.count);
    status.note({ epoch: this.epochNow(), step }, epoch * dataset.train.count + seen);
    const now = performance.now();
    if (now - this.lastBatchEvent < BATCH_EVENTS) return;
    await this.unread.catchUp();
    this.lastBatchEvent = now;
    const { loss, followed } = this.newest!;
    status.note({ trainLoss: this.position.lossSum / seen });
    recorder.record(recorder.stamp({ type: 'scalars', per: 'batch', split: 'train', epoch: this.epochNow(), step, values: { loss, ...(followed === undefined ? {} : this.named(followed)) } }));
  }

  /** @returns whether early stopping ends the training here. */
  private async endEpoch(): Promise<boolean> {
    const { experiment: { spec, dataset }, epochs, evaluator, views, rebuilt, models, background, recorder, status } = this.training;
    await this.unread.catchUp();
    const epoch = this.position.epoch + 1;
    const { step } = this.position;
    const trainLoss = this.position.lossSum / dataset.train.count;
    const trainTerms = this.named(this.position.followedSums.map(sum => sum / dataset.train.count));
    const judged = dataset.validation.count > 0 ? await evaluator.judge(dataset.validation) : undefined;
    const validationLoss = judged?.loss;
    if (validationLoss !== undefined && !Number.isFinite(validationLoss)) throw this.diverged(validationLoss);
    const trainValues = { loss: trainLoss, ...trainTerms, ...await evaluator.metricsOf(dataset.train) };

    const stopping = spec.training.earlyStopping;
    const watched = stopping?.monitor === 'trainLoss' ? trainLoss : validationLoss ?? trainLoss;
    const best = this.position.best === undefined || watched < this.position.best.value ? { epoch, value: watched } : this.position.best;
    const { state: earlyStopping, stop } = stopping ? watch(this.position.earlyStopping, watched, stopping) : { state: this.position.earlyStopping, stop: false };
    this.position = {
      epoch, step, stepInEpoch: 0, lossSum: 0, followedSums: [], earlyStopping, best, trainLoss,
      ...(validationLoss === undefined ? {} : { validationLoss }),
    };

    const at = { epoch, step };
    const events: RunEvent[] = [recorder.stamp({ type: 'scalars', per: 'epoch', split: 'train', ...at, values: trainValues })];
    const shows = views.wants(epoch, stop || epoch === epochs);
    if (judged !== undefined) {
      const values = { ...judged.values, ...(shows ? await rebuilt.measure() : {}) };
      events.push(recorder.stamp({ type: 'scalars', per: 'epoch', split: 'validation', ...at, values }));
      const warning = this.collapse(judged.values, epoch);
      if (warning !== undefined) events.push(recorder.stamp({ type: 'alert', level: 'warning', message: warning, ...at }));
    }
    const shown = shows ? await views.compute(epoch) : undefined;
    if (shown) {
      events.push(recorder.stamp({ type: 'picture', ...at, file: shown.picture.file }));
      const { file, idle } = shown.latent;
      events.push(recorder.stamp({ type: 'latent', ...at, file, ...(idle === undefined ? {} : { idle }) }));
    }
    const improved = best.epoch === epoch;
    if (improved) events.push(recorder.stamp({ type: 'checkpoint', kind: 'best', ...at, value: best.value }));
    events.push(recorder.stamp({ type: 'checkpoint', kind: 'last', ...at }));

    const state = await this.training.compiled.session.getState();
    const { position } = this;
    await background.start(async () => {
      if (shown) await this.writeViews(shown, state);
      await this.writeCheckpoint(state, position, events, improved ? ['last', 'best'] : ['last']);
      // Told only now: what a reader knows of is safe on the disk.
      for (const event of events) recorder.record(event);
      status.refresh({ ...lossFacts(position, spec), ...this.compared(judged, step) });
      if (models.due) await models.write(state, epoch);
    });
    this.training.baseline.begin();
    this.savedStep = step;
    return stop && epoch < epochs;
  }

  /** The model beside principal components, once they are known: for the status, and on the charts of others. */
  private compared(judged: Judgement | undefined, step: number): Pick<RunStatus, 'mse' | 'pca'> {
    const { recorder, writer: { info: { baseline } } } = this.training;
    if (judged?.mse === undefined) return {};
    if (baseline?.levels !== undefined) recorder.baseline(baseline.levels, step);
    return { mse: judged.mse, ...(baseline === undefined ? {} : { pca: baseline.mse }) };
  }

  /** The warning that a gaussian latent says nothing any more; once in a run. */
  private collapse({ activeUnits }: ScalarValues, epoch: number): string | undefined {
    const { latent } = this.training.experiment.spec;
    if (activeUnits !== 0 || this.warnedOfCollapse || latent.type !== 'gaussian' || epoch < Math.max(2, latent.annealEpochs)) return undefined;
    this.warnedOfCollapse = true;
    return `The posterior has collapsed: no dimension of the code depends on the input (every variance is below 0.01), so the decoder ignores it. Lower latent.beta (now ${latent.beta}), or give latent.annealEpochs or latent.freeBits a value.`;
  }

  private async writeViews({ picture, latent }: ViewFiles, state: State): Promise<void> {
    const { writer, experiment } = this.training;
    const codebook = codebookOf(experiment, state);
    await writer.tensors(picture.file, picture.tensors);
    await writer.tensors(latent.file, { ...latent.tensors, ...(codebook === undefined ? {} : { codebook }) });
  }

  private async writeCheckpoint(state: State, position: Position, events: readonly RunEvent[], kinds: readonly ('best' | 'last')[]): Promise<void> {
    const { writer, experiment: { programs } } = this.training;
    const tensors = programs.unpack(state);
    const metadata = checkpointMetadata(position, events);
    // `last` comes first: it says which epoch is the best, and `best` can be made of it (settleBest), not the other way round.
    for (const kind of kinds) await writer.checkpoint(kind, tensors, metadata);
  }

  /** A checkpoint right here, in the middle of an epoch, unless the newest one is of this very step. */
  private async save(): Promise<void> {
    const { background, compiled, recorder, experiment: { spec: { training: { batchSize } } } } = this.training;
    await this.unread.catchUp();
    if (this.savedStep === this.position.step) return;
    const state = await compiled.session.getState();
    const position = { ...this.position, batchSize };
    const event = recorder.stamp({ type: 'checkpoint', kind: 'last', epoch: this.epochNow(), step: position.step });
    await background.start(async () => {
      await this.writeCheckpoint(state, position, [event], ['last']);
      recorder.record(event);
    });
    this.savedStep = position.step;
  }

  private async pause(): Promise<void> {
    const { control, status, background } = this.training;
    await this.save();
    await background.idle();
    status.write({ state: 'paused' });
    await control.pauseOver();
    if (control.wish() !== 'stop') status.write({ state: 'training' });
  }

  private diverged(loss: number, step?: Pick<Begun, 'stepInEpoch' | 'rate'>): StudioError {
    const { epoch } = this.position;
    const where = step === undefined
      ? `The validation loss after epoch ${epoch + 1} is ${loss}`
      : `The loss became ${loss} in epoch ${epoch + 1}, step ${step.stepInEpoch + 1} of ${this.stepsPerEpoch}, at a learning rate of ${Number(step.rate.toPrecision(4))}`;
    const kept = epoch === 0 ? '' : ` The checkpoint of epoch ${epoch} is kept.`;
    return new StudioError('run', `${where}: training has diverged and was ended. Lower training.optimizer.learningRate, or limit the gradient with training.optimizer.globalClipNorm (for example 1).${kept}`);
  }
}
