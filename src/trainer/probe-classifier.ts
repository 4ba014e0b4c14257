// A classifier in a session of its own: trained epoch by epoch on samples with labels, then asked what it sees. Order and
// dropout come from the seed alone, so the same samples give the same classifier.
import { StudioError } from '../core/errors.ts';
import { sizeOf, tensor, type HostTensor } from '../core/tensor.ts';
import { createBatchSource } from '../data/batches.ts';
import type { Batch, BatchSource, Split } from '../data/dataset.ts';
import { copyRows, splitKind } from '../data/rows.ts';
import type { Session } from '../engine/engine.ts';
import { buildClassifierPrograms, type ClassifierPrograms } from '../graph/classifier.ts';
import type { ClassifierModel } from '../model/classifier.ts';
import type { ProbeEpoch } from '../runs/probe.ts';
import type { ProbeSpec } from '../spec/schema.ts';
import { Breath } from './breath.ts';
import { CompiledPrograms } from './compiled.ts';
import { cpuSession } from './opened-run.ts';
import { largest } from './probe-scores.ts';
import { learningRateAt } from './schedule.ts';

/** Samples of which every one has a label. */
export type Labelled = Split & Required<Pick<Split, 'labels'>>;

/** What a classifier is trained on. */
export interface Material {
  /** As errors name it: "codes". */
  readonly name: string;
  /** Of one sample. */
  readonly shape: readonly number[];
  readonly scale: number;
  readonly train: Labelled;
  readonly validation: Labelled;
}

export type Lesson = Pick<ProbeSpec, 'epochs' | 'batchSize' | 'optimizer'> & { readonly seed: number };

type ProgramName = 'trainStep' | 'evaluate' | 'predict';

/** Numbers per judged batch: 256 images of 28×28. */
const JUDGED_NUMBERS = 256 * 784;

export class Classifier {
  private readonly compiled: CompiledPrograms<ProgramName>;
  private readonly breath = new Breath();
  private readonly judgedBatch: number;

  private constructor(
    readonly model: ClassifierModel,
    private readonly material: Pick<Material, 'name' | 'shape' | 'scale'>,
    private readonly programs: ClassifierPrograms,
    private readonly session: Session,
    private readonly lesson: Lesson,
  ) {
    this.compiled = new CompiledPrograms<ProgramName>(session, programs);
    this.judgedBatch = Math.max(1, Math.floor(JUDGED_NUMBERS / sizeOf(material.shape)));
  }

  /** @param weights of an earlier training; fresh ones when left out. */
  static async open(model: ClassifierModel, material: Material, lesson: Lesson, options: { threads?: number | undefined; weights?: Readonly<Record<string, HostTensor>> } = {}): Promise<Classifier> {
    const dtype = splitKind(material.train);
    const programs = buildClassifierPrograms(model, { optimizer: lesson.optimizer, data: { dtype, scale: material.scale } });
    const session = await cpuSession(options.threads);
    await session.setState(options.weights === undefined ? programs.initialState(lesson.seed) : programs.start(options.weights));
    return new Classifier(model, material, programs, session, lesson);
  }

  /**
   * Trains, and tells of every epoch when it is over.
   * @param goOn is asked at every step; it throws to end the training.
   * @throws StudioError('run') when the loss is no longer a number.
   */
  async *train({ train, validation }: Material, goOn: () => void): AsyncGenerator<ProbeEpoch> {
    const { batchSize, epochs, seed } = this.lesson;
    const plan = { seed, batchSize, shuffle: true, corruption: [], random: this.programs.random, labels: true };
    const source = createBatchSource(train, this.material, plan);
    try {
      for (let epoch = 1; epoch <= epochs; epoch++) {
        const { loss, accuracy } = await this.epoch(source, epoch, train.count, goOn);
        const judged = await this.judge(validation, goOn);
        yield { epoch, trainLoss: loss, trainAccuracy: accuracy, validationLoss: judged.loss, validationAccuracy: judged.accuracy };
      }
    } finally {
      await source.dispose();
    }
  }

  private async epoch(source: BatchSource, epoch: number, count: number, goOn: () => void): Promise<{ loss: number; accuracy: number }> {
    const length = { stepsPerEpoch: source.batchesPerEpoch, epochs: this.lesson.epochs };
    let loss = 0;
    let accuracy = 0;
    for (let index = 0; index < source.batchesPerEpoch; index++) {
      goOn();
      const taken = (epoch - 1) * source.batchesPerEpoch + index;
      const rate = learningRateAt(this.lesson.optimizer.learningRate, taken, length);
      const batch = await source.next(epoch, index);
      const results = await this.run('trainStep', batch.size, { ...this.feeds(batch), hyper: this.programs.hyper(taken + 1, rate) });
      source.recycle(batch);
      const own = results['loss']!.data[0]!;
      if (!Number.isFinite(own)) {
        throw new StudioError('run', `The classifier on ${this.material.name} diverged: its loss became ${own} in epoch ${epoch}, at a learning rate of ${Number(rate.toPrecision(4))}. Lower probe.optimizer.learningRate.`);
      }
      loss += own * batch.size;
      accuracy += results['accuracy']!.data[0]! * batch.size;
      await this.breath.take();
    }
    return { loss: loss / count, accuracy: accuracy / count };
  }

  private feeds({ target, labels, random, size }: Batch): Record<string, HostTensor> {
    const feeds: Record<string, HostTensor> = { samples: tensor(target, [size, target.length / size]), labels: tensor(labels!, [size]) };
    for (const [name, values] of Object.entries(random)) feeds[name] = tensor(values, [size, values.length / size]);
    return feeds;
  }

  private async run(name: ProgramName, batch: number, feeds: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>> {
    return (await this.compiled.get(name, batch)).run(feeds);
  }

  /** Loss and accuracy on samples, and the class each was put into. */
  async judge(split: Labelled, goOn: () => void = () => undefined): Promise<{ loss: number; accuracy: number; predicted: Int32Array }> {
    const features = sizeOf(this.material.shape);
    const { count, labels } = split;
    const predicted = new Int32Array(count);
    let loss = 0;
    let right = 0;
    for (let first = 0; first < count; first += this.judgedBatch) {
      goOn();
      const size = Math.min(this.judgedBatch, count - first);
      const samples = tensor(copyRows(split, first, size), [size, features]);
      const own = Int32Array.from(labels.subarray(first, first + size));
      const results = await this.run('evaluate', size, { samples, labels: tensor(own, [size]) });
      for (const value of results['loss']!.data) loss += value;
      const classes = largest(results['probabilities']!.data, this.model.classes);
      predicted.set(classes, first);
      own.forEach((label, i) => { right += Number(label === classes[i]); });
      await this.breath.take();
    }
    return { loss: loss / count, accuracy: right / count, predicted };
  }

  /** The class each of these samples is put into; values: count × features in model scale. */
  async predict(values: Float32Array): Promise<Int32Array> {
    const features = sizeOf(this.material.shape);
    const predicted = new Int32Array(values.length / features);
    for (let first = 0; first < predicted.length; first += this.judgedBatch) {
      const size = Math.min(this.judgedBatch, predicted.length - first);
      const results = await this.run('predict', size, { samples: tensor(values.slice(first * features, (first + size) * features), [size, features]) });
      predicted.set(largest(results['probabilities']!.data, this.model.classes), first);
      await this.breath.take();
    }
    return predicted;
  }

  /** One tensor for each parameter, by name; no state of the optimiser. */
  async weights(): Promise<Record<string, HostTensor>> {
    const tensors = this.programs.unpack(await this.session.getState());
    return Object.fromEntries(this.model.parameters.map(({ name }) => [name, tensors[name]!]));
  }

  close(): Promise<void> {
    return this.session.dispose();
  }
}
