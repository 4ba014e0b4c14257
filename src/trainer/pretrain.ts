// Pretraining: before the first step of a fresh run, the levels of the model are trained one by one, from the input up. Each
// has a session of its own; what it learned goes into the weights of the whole model. A checkpoint after every epoch keeps the
// weights of the finished levels beside the state of the one under way, so that it goes on exactly where it was.
import { StudioError } from '../core/errors.ts';
import type { RandomFeed } from '../core/random.ts';
import { tensor, type HostTensor } from '../core/tensor.ts';
import { createBatchSource } from '../data/batches.ts';
import type { Batch, BatchPlan, BatchSource, Split } from '../data/dataset.ts';
import { copyRows, splitKind } from '../data/rows.ts';
import type { CompiledProgram, Device } from '../engine/engine.ts';
import { openSession } from '../engine/engines.ts';
import { boltzmannPrograms } from '../graph/boltzmann-level.ts';
import { estimateBytes } from '../graph/cost.ts';
import { layerwisePrograms, type LevelPrograms, type Moments } from '../graph/layerwise.ts';
import type { State } from '../graph/program.ts';
import { pretrainingLevels, type PretrainingLevel } from '../model/pretraining.ts';
import type { RunEvent } from '../runs/events.ts';
import type { PretrainingSpec } from '../spec/schema.ts';
import { checkpointMetadata, startPosition, type Position } from './checkpoint.ts';
import { CompiledPrograms } from './compiled.ts';
import { evaluationBatch, randomTensor } from './evaluate.ts';
import type { Experiment } from './experiment.ts';
import type { Training } from './loop.ts';
import { requireMemory } from './memory.ts';
import { mergeMoments } from './pretrain-moments.ts';
import { batchPlan } from './prepare.ts';
import { learningRateAt } from './schedule.ts';

/** What the state of the level under way is called in a checkpoint. */
const LEVEL_STATE = 'pretraining/';

/** Steps before the first one: the position of a run that has not begun to pretrain. */
export const beforePretraining = Number.MIN_SAFE_INTEGER;

type Tensors = Record<string, HostTensor>;

export interface PretrainingEnd {
  readonly stopped: boolean;
  /** Of the last finished epoch; its steps are negative. */
  readonly position: Position;
}

/** One level in training. */
interface Course {
  readonly level: PretrainingLevel;
  readonly programs: LevelPrograms;
  /** What the train step is told; `step` and `epoch` count from 1, within the level. */
  hyper(step: number, epoch: number): HostTensor;
}

type Programs = CompiledPrograms<'trainStep' | 'evaluate'>;

/** Where a level stands that was begun before: epochs done, and its session's state then. */
interface Standing {
  readonly done: number;
  readonly state: State;
}

/** The state of the level under way, out of a checkpoint. @throws StudioError('run') when it holds none. */
function levelState(tensors: Tensors): State {
  const found = Object.entries(tensors).filter(([name]) => name.startsWith(LEVEL_STATE));
  if (found.length === 0) throw new StudioError('run', 'The checkpoint lies inside a level of pretraining but does not hold that level. Train again.');
  return Object.fromEntries(found.map(([name, value]) => [name.slice(LEVEL_STATE.length), value]));
}

export interface PretrainingOptions {
  readonly threads: number | undefined;
  readonly batchWorker: string | undefined;
}

export class Pretraining {
  private readonly experiment: Experiment;
  private readonly courses: readonly Course[];
  private readonly batchSize: number;
  private readonly stepsPerEpoch: number;
  /** Of the newest checkpoint. */
  private position: Position = startPosition;

  constructor(private readonly training: Training, private readonly spec: PretrainingSpec, private readonly device: Device, private readonly options: PretrainingOptions) {
    const { experiment } = training;
    this.experiment = experiment;
    this.batchSize = spec.batchSize ?? experiment.spec.training.batchSize;
    this.stepsPerEpoch = Math.ceil(experiment.dataset.train.count / this.batchSize);
    const levels = pretrainingLevels(experiment.model.layers);
    if (!Array.isArray(levels)) throw new StudioError('spec', 'The layers of this model cannot be pretrained.');
    this.courses = levels.map(level => this.course(level));
  }

  private course(level: PretrainingLevel): Course {
    const { spec: { pretraining: _, ...spec }, dataset, model } = this.experiment;
    const options = { data: { dtype: splitKind(dataset.train), scale: dataset.scale } };
    if (this.spec.type === 'rbm') {
      const programs = boltzmannPrograms(level, this.spec, spec.seed, options);
      return { level, programs, hyper: (_step, epoch) => programs.hyper(epoch) };
    }
    const { optimizer, epochs } = this.spec;
    const programs = layerwisePrograms(level, model, spec, this.spec, options);
    const { stepsPerEpoch } = this;
    return { level, programs, hyper: step => programs.hyper(step, learningRateAt(optimizer.learningRate, step - 1, { stepsPerEpoch, epochs })) };
  }

  /** Steps of one level, and the step at its end: pretraining counts up to −1. */
  private get levelSteps(): number {
    return this.spec.epochs * this.stepsPerEpoch;
  }
  private endOf(index: number): number {
    return (index + 1 - this.courses.length) * this.levelSteps - 1;
  }

  /**
   * Trains the levels that are not finished yet and puts their weights into the session of the training.
   * @param kept the tensors of the checkpoint of `start`, where there is one.
   * @throws StudioError('run') when an error is no longer a number or the disk refuses, 'memory' when a level does not fit.
   */
  async run(start: Position, kept: Tensors): Promise<PretrainingEnd> {
    const { compiled: { session }, status, background } = this.training;
    const { programs, dataset } = this.experiment;
    let tensors: Tensors = programs.unpack(await session.getState());
    this.position = start;
    const { layers: first = 0, epochs: done = 0 } = start.pretraining ?? {};
    status.begin(this.seen(first, done), this.courses.length * this.spec.epochs * dataset.train.count);
    for (let index = first; index < this.courses.length; index++) {
      const finished = await this.train(index, tensors, index === first && done > 0 ? { done, state: levelState(kept) } : undefined);
      if (finished === undefined) break;
      tensors = { ...tensors, ...finished };
    }
    await background.idle();
    await session.setState(programs.start(tensors));
    return { stopped: (this.position.pretraining?.layers ?? 0) < this.courses.length, position: this.position };
  }

  /** Writes a checkpoint, and only then the events that speak of it, beside the next epoch. */
  private async keep(tensors: Tensors, position: Position, events: readonly RunEvent[], level: State = {}): Promise<void> {
    const { background, writer, recorder } = this.training;
    const { programs } = this.experiment;
    // Whole, with the optimiser as it will be at the first step.
    const whole = { ...programs.unpack(programs.start(tensors)), ...Object.fromEntries(Object.entries(level).map(([name, value]) => [LEVEL_STATE + name, value])) };
    await background.start(async () => {
      await writer.checkpoint('last', whole, checkpointMetadata(position, events));
      for (const event of events) recorder.record(event);
    });
    this.position = position;
  }

  /** @returns the weights of the level; nothing when it was stopped. */
  private async train(index: number, tensors: Tensors, from: Standing | undefined): Promise<Tensors | undefined> {
    const { dataset } = this.experiment;
    const { programs } = this.courses[index]!;
    const step = programs.trainStep(Math.min(this.batchSize, dataset.train.count));
    requireMemory(estimateBytes(step), this.batchSize, this.device.id);
    const plan: BatchPlan = { ...batchPlan(this.experiment), batchSize: this.batchSize, corruption: [], random: programs.random };
    const { threads, batchWorker } = this.options;
    const session = await openSession(this.device, threads === undefined ? {} : { threads });
    const source = createBatchSource(dataset.train, dataset, plan, { workerPath: batchWorker });
    try {
      const compiled = new CompiledPrograms<'trainStep' | 'evaluate'>(session, programs);
      await (from === undefined ? this.begin(index, tensors, compiled) : session.setState(from.state));
      return await this.epochs(index, tensors, compiled, source, from?.done ?? 0);
    } finally {
      await source.dispose();
      await session.dispose();
    }
  }

  /** The state of a level before its first step. */
  private async begin(index: number, tensors: Tensors, { session }: Programs): Promise<void> {
    const { programs } = this.courses[index]!;
    await session.setState(programs.start(tensors));
    if (programs.moments === undefined) return;
    const moments = await this.moments(new CompiledPrograms(session, { moments: programs.moments }));
    await session.setState(programs.start(tensors, moments));
  }

  private async epochs(index: number, tensors: Tensors, compiled: Programs, source: BatchSource, done: number): Promise<Tensors | undefined> {
    const { recorder } = this.training;
    const { dataset } = this.experiment;
    const { level: { name }, programs } = this.courses[index]!;
    const { epochs } = this.spec;
    for (let epoch = done + 1; ; epoch++) {
      const train = await this.epoch(index, epoch, compiled, source);
      if (train === undefined) return undefined;
      const step = this.endOf(index) - (epochs - epoch) * this.stepsPerEpoch;
      const at = { type: 'scalars', per: 'epoch', epoch, step } as const;
      const events: RunEvent[] = [recorder.stamp({ ...at, split: 'train', values: { [`pretraining/${name}`]: train } })];
      if (dataset.validation.count > 0) {
        events.push(recorder.stamp({ ...at, split: 'validation', values: { [`pretraining/${name}`]: await this.judge(index, compiled, dataset.validation) } }));
      }
      const state = await compiled.session.getState();
      if (epoch < epochs) {
        await this.keep(tensors, { ...startPosition, step, pretraining: { layers: index, epochs: epoch } }, events, state);
        continue;
      }
      const finished = programs.finish(state);
      await this.keep({ ...tensors, ...finished }, { ...startPosition, step, pretraining: { layers: index + 1 } }, events);
      return finished;
    }
  }

  /** @returns the mean error over the samples of the epoch, or nothing when it was stopped. */
  private async epoch(index: number, epoch: number, compiled: Programs, source: BatchSource): Promise<number | undefined> {
    const { status, breath } = this.training;
    const { dataset: { train } } = this.experiment;
    const { level: { name }, hyper } = this.courses[index]!;
    const { epochs } = this.spec;
    let sum = 0;
    let seen = 0;
    for (let batchIndex = 0; batchIndex < this.stepsPerEpoch; batchIndex++) {
      if (await this.stopWanted()) return undefined;
      const step = (epoch - 1) * this.stepsPerEpoch + batchIndex + 1;
      const batch = await source.next(epoch, batchIndex);
      const program = await compiled.get('trainStep', batch.size);
      const { loss } = await program.run({ ...this.feeds(batch), hyper: hyper(step, epoch) });
      source.recycle(batch);
      sum += loss!.data[0]! * batch.size;
      seen += batch.size;
      if (!Number.isFinite(sum)) throw this.diverged(name, epoch);
      status.note({
        step: this.endOf(index) - this.levelSteps + step,
        message: `Pretraining ${name}, epoch ${epoch} of ${epochs}`,
      }, this.seen(index, epoch - 1) + seen);
      status.check();
      await breath.take();
    }
    return sum / train.count;
  }

  /** Waits while the run is paused. */
  private async stopWanted(): Promise<boolean> {
    const { control, status } = this.training;
    if (control.wish() === 'pause') {
      status.write({ state: 'paused' });
      await control.pauseOver();
      if (control.wish() !== 'stop') status.write({ state: 'training' });
    }
    return control.wish() === 'stop';
  }

  private feeds(batch: Batch): Record<string, HostTensor> {
    return {
      target: tensor(batch.target, [batch.size, this.experiment.features]),
      ...Object.fromEntries(Object.entries(batch.random).map(([name, values]) => [name, tensor(values, [batch.size, values.length / batch.size])])),
    };
  }

  /** The error on a split, with the same draws at every look. */
  private async judge(index: number, compiled: Programs, split: Split): Promise<number> {
    const { programs, level: { name } } = this.courses[index]!;
    let sum = 0;
    for await (const { results } of this.looking(split, size => compiled.get('evaluate', size), programs.evaluationRandom)) {
      for (const error of results['loss']!.data) sum += error;
    }
    if (!Number.isFinite(sum)) throw this.diverged(name, this.spec.epochs);
    return sum / split.count;
  }

  /** Mean and variance of what comes into a level, over all training samples. */
  private async moments(compiled: CompiledPrograms<'moments'>): Promise<Moments> {
    let moments: Moments | undefined;
    for await (const { results, size } of this.looking(this.experiment.dataset.train, size => compiled.get('moments', size), [])) {
      const part: Moments = { count: size, mean: Float64Array.from(results['mean']!.data), variance: Float64Array.from(results['variance']!.data) };
      moments = moments === undefined ? part : mergeMoments(moments, part);
    }
    return moments!;
  }

  /** Runs a program over a split, in the order it is stored. */
  private async *looking(split: Split, programOf: (size: number) => Promise<CompiledProgram>, random: readonly RandomFeed[]) {
    const { features, spec: { seed } } = this.experiment;
    const batch = evaluationBatch(this.experiment);
    for (let first = 0; first < split.count; first += batch) {
      const size = Math.min(batch, split.count - first);
      const program = await programOf(size);
      const feeds = Object.fromEntries(random.map(feed => [feed.name, randomTensor(feed, size, seed, first)]));
      const target = tensor(copyRows(split, first, size), [size, features]);
      yield { results: await program.run({ target, ...feeds }), size };
      await this.training.breath.take();
    }
  }

  /** Samples seen once this many levels and epochs are over. */
  private seen(levels: number, epochs: number): number {
    return (levels * this.spec.epochs + epochs) * this.experiment.dataset.train.count;
  }

  private diverged(name: string, epoch: number): StudioError {
    const cure = this.spec.type === 'rbm' ? 'pretraining.learningRate (for Gaussian units pretraining.gaussianLearningRate)' : 'pretraining.optimizer.learningRate';
    return new StudioError('run', `Pretraining of "${name}" has diverged in epoch ${epoch}: its reconstruction error is no number any more. Lower ${cure}.`);
  }
}
