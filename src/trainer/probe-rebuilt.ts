// "Rebuilt as another": how often a classifier that was trained on originals puts a reconstruction into another class than the
// one its original belongs to. The model is shown some of what it is validated on, with the corruption of the spec; the classifier's own
// error on the originals is the floor, below which the share can hardly fall.
import * as fs from 'node:fs';
import { StudioError } from '../core/errors.ts';
import { MEASURED_SAMPLES } from '../core/measured.ts';
import { buildClassifier } from '../model/classifier.ts';
import type { ScalarValues, TensorFile } from '../runs/events.ts';
import { probeFiles } from '../runs/probe.ts';
import { readTensors } from '../runs/reader.ts';
import type { RunWriter } from '../runs/writer.ts';
import { canonicalJson } from '../spec/load.ts';
import { scaled, spreadPositions, takeSamples, type Evaluator, type Samples } from './evaluate.ts';
import type { Experiment } from './experiment.ts';
import { Classifier } from './probe-classifier.ts';
import { labelledData, type LabelledData } from './probe-material.ts';

export interface RebuiltOptions {
  readonly threads?: number | undefined;
  /** Asked at every step; throws to end the preparation. */
  readonly goOn: () => void;
  /** What is being done: "Training the classifier of originals, epoch 3 of 20". */
  readonly tell: (message: string) => void;
}

interface Ready {
  readonly classifier: Classifier;
  readonly samples: Samples;
  readonly labels: readonly number[];
  /** Share of the originals that the classifier puts into another class. */
  readonly floor: number;
}

/** Does nothing at all unless the spec asks for it. */
export class RebuiltAs {
  private ready: Ready | undefined;

  constructor(private readonly experiment: Experiment, private readonly evaluator: Evaluator, private readonly writer: RunWriter) {}

  /**
   * Trains the classifier on the originals, or takes up the one that this run already has.
   * @throws StudioError('data') without labels, 'spec' when the layers of the probe do not fit the samples.
   */
  async prepare(options: RebuiltOptions): Promise<void> {
    if (!this.experiment.spec.probe?.rebuiltAs) return;
    const data = labelledData(this.experiment);
    const { validation } = data;
    const classifier = await originalsClassifier(this.experiment, data, this.writer, options);
    const samples = takeSamples(this.experiment, validation, spreadPositions(MEASURED_SAMPLES, validation.count));
    const labels = Array.from(samples.positions, position => validation.labels[position]!);
    this.ready = { classifier, samples, labels, floor: 0 };
    const predicted = await classifier.predict(scaled(samples.values, this.experiment.dataset.scale));
    this.ready = { ...this.ready, floor: shareOfOthers(predicted, labels) };
  }

  /** With the autoencoder as it is, shares: `rebuiltAsAnother`, and `originalsAsAnother`, the floor, which stays the same. */
  async measure(): Promise<ScalarValues> {
    if (this.ready === undefined) return {};
    const { classifier, samples, labels, floor } = this.ready;
    const { reconstruction } = await this.evaluator.reconstruct(samples);
    return { rebuiltAsAnother: shareOfOthers(await classifier.predict(reconstruction), labels), originalsAsAnother: floor };
  }

  async close(): Promise<void> {
    await this.ready?.classifier.close();
    this.ready = undefined;
  }
}

function shareOfOthers(predicted: ArrayLike<number>, labels: ArrayLike<number>): number {
  let others = 0;
  for (let i = 0; i < labels.length; i++) others += Number(predicted[i] !== labels[i]);
  return others / labels.length;
}

async function originalsClassifier({ spec, dataset }: Experiment, data: LabelledData, writer: RunWriter, { threads, goOn, tell }: RebuiltOptions): Promise<Classifier> {
  const { layers, epochs, batchSize, optimizer } = spec.probe!;
  const lesson = { epochs, batchSize, optimizer, seed: spec.seed };
  const model = buildClassifier(layers, 'pixels', dataset.shape, data.classNames.length);
  const material = { name: 'the originals', shape: dataset.shape, scale: dataset.scale, train: data.train, validation: data.validation };
  const made = canonicalJson({ layers, ...lesson, classes: model.classes });
  const kept = await keptWeights(writer.path(probeFiles.originals), made);
  const classifier = await Classifier.open(model, material, lesson, { threads, ...(kept === undefined ? {} : { weights: kept }) });
  try {
    if (kept !== undefined) return classifier;
    tell(`Training the classifier of originals, epoch 1 of ${epochs}`);
    let accuracy = 0;
    for await (const { epoch, validationAccuracy } of classifier.train(material, goOn)) {
      accuracy = validationAccuracy;
      tell(`Training the classifier of originals, epoch ${Math.min(epochs, epoch + 1)} of ${epochs}`);
    }
    await writer.tensors(probeFiles.originals, await classifier.weights(), { made, accuracy: String(accuracy) });
    return classifier;
  } catch (error) {
    await classifier.close();
    throw error;
  }
}

/** Weights that were trained in just this way; undefined when there are none, or the file is damaged. */
async function keptWeights(file: string, made: string): Promise<TensorFile | undefined> {
  if (!fs.existsSync(file)) return undefined;
  try {
    const { tensors, metadata } = await readTensors(file);
    return metadata['made'] === made ? tensors : undefined;
  } catch (error) {
    if (error instanceof StudioError && error.reason === 'run') return undefined;
    throw error;
  }
}
