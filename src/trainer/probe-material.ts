// What probes are trained on: the original samples, their codes, or their reconstructions, each with its label. The encoder
// sees the originals as they are, without the corruption of the training.
import { StudioError } from '../core/errors.ts';
import { sizeOf } from '../core/tensor.ts';
import { drawnOnce } from '../data/binarize.ts';
import type { Split } from '../data/dataset.ts';
import { allocate } from '../data/memory.ts';
import { copyRows } from '../data/rows.ts';
import { subjectShape, type ProbeSubject } from '../model/classifier.ts';
import type { DataSpec } from '../spec/schema.ts';
import { evaluationBatch, scaled, type Evaluator } from './evaluate.ts';
import type { Experiment } from './experiment.ts';
import type { Labelled, Material } from './probe-classifier.ts';

export interface LabelledData {
  readonly train: Labelled;
  readonly validation: Labelled;
  readonly classNames: readonly string[];
}

/**
 * The splits of a data set whose samples all have labels; pixels that training draws anew for every batch are drawn once.
 * @throws StudioError('data') saying what is missing and how to come by it.
 */
export function labelledData({ spec, dataset }: Pick<Experiment, 'spec' | 'dataset'>): LabelledData {
  const { name, train, validation, classNames, scale } = dataset;
  if (train.labels === undefined || classNames === undefined) {
    throw new StudioError('data', `${name} has no labels, so there are no classes to tell apart. ${labelCure(spec.data)}, and train on that.`);
  }
  if (validation.count === 0) {
    throw new StudioError('data', `The run set no validation samples of ${name} aside, so a probe has nothing to be judged on. Train with a share of them: "validation": 0.1 in "data".`);
  }
  if (validation.labels === undefined) {
    throw new StudioError('data', `The validation samples of ${name} have no labels. Give data.testLabels, or take a share of the training samples: "validation": 0.1 in "data".`);
  }
  if (classNames.length < 2) throw new StudioError('data', `All samples of ${name} are of the one class "${classNames[0] ?? ''}"; a probe needs at least two.`);
  return { train: { ...drawn(train, spec, scale), labels: train.labels }, validation: { ...validation, labels: validation.labels }, classNames };
}

function labelCure(data: DataSpec): string {
  switch (data.type) {
    case 'csv': return 'Say which column holds them with data.labelColumn';
    case 'images': return 'Put the images of each class into a folder of their own';
    case 'npz': return 'Name the members that hold them with data.labels and data.testLabels';
    default: return 'Give files with labels as data.labels and data.testLabels';
  }
}

function drawn(train: Split, spec: Experiment['spec'], scale: number): Split {
  if (spec.data.binarize !== 'sample') return train;
  return drawnOnce(train.stored === undefined ? { ...train, values: train.values.slice() } : train, scale, spec.seed);
}

/** @param goOn is asked at every batch; it throws to end the encoding. */
export async function materialOf(on: ProbeSubject, data: LabelledData, experiment: Experiment, evaluator: Evaluator, goOn: () => void): Promise<Material> {
  const { dataset, model } = experiment;
  const shape = subjectShape(on, model);
  if (on === 'pixels') return { name: on, shape, scale: dataset.scale, train: data.train, validation: data.validation };
  const seen = async (split: Labelled): Promise<Labelled> => {
    const size = sizeOf(shape);
    const values = allocate('float32', split.count * size, `${dataset.name}, ${on}`);
    for await (const { code, reconstruction, first } of looks(split, experiment, evaluator)) {
      goOn();
      values.set(on === 'codes' ? code : reconstruction, first * size);
    }
    return { count: split.count, values, labels: split.labels };
  };
  return { name: on, shape, scale: 1, train: await seen(data.train), validation: await seen(data.validation) };
}

/** Codes and reconstructions of a split as it is, batch by batch. */
async function *looks(split: Split, experiment: Experiment, evaluator: Evaluator): AsyncGenerator<{ code: Float32Array; reconstruction: Float32Array; first: number }> {
  const { dataset: { scale }, spec: { corruption } } = experiment;
  const batch = evaluationBatch(experiment);
  for (let first = 0; first < split.count; first += batch) {
    const count = Math.min(batch, split.count - first);
    const values = copyRows(split, first, count);
    const positions = Int32Array.from({ length: count }, (_, i) => first + i);
    const { code, reconstruction } = await evaluator.reconstruct({ count, positions, values, ...(corruption.length > 0 ? { corrupted: scaled(values, scale) } : {}) });
    yield { code, reconstruction, first };
  }
}

