// From a spec to everything that does not depend on a device: its data, its model, its programs.
import { sizeOf } from '../core/tensor.ts';
import type { Dataset, LoadOptions } from '../data/dataset.ts';
import { loadDataset } from '../data/load.ts';
import { splitKind } from '../data/rows.ts';
import type { ModelPrograms } from '../graph/program.ts';
import { buildPrograms } from '../graph/programs.ts';
import { buildModel } from '../model/build.ts';
import type { Model } from '../model/model.ts';
import type { Spec } from '../spec/schema.ts';

export interface Experiment {
  readonly spec: Spec;
  readonly dataset: Dataset;
  readonly model: Model;
  readonly programs: ModelPrograms;
  /** Numbers in one sample. */
  readonly features: number;
  /** Numbers in one code. */
  readonly codeSize: number;
}

/**
 * Loads the data and builds the model for it.
 * @param judge is told the shape of a sample before the model is built; it may throw a better error than the model could.
 * @throws StudioError('data' or 'download') from the readers, StudioError('spec') when model and data do not fit.
 */
export async function openExperiment(spec: Spec, options: Omit<LoadOptions, 'seed'>, judge?: (shape: readonly number[]) => void): Promise<Experiment> {
  const dataset = await loadDataset(spec.data, { ...options, seed: spec.seed });
  judge?.(dataset.shape);
  return buildExperiment(spec, dataset);
}

/** The same for data that is at hand. */
export function buildExperiment(spec: Spec, dataset: Dataset): Experiment {
  const model = buildModel(spec, dataset.shape);
  const dtype = splitKind(dataset.train);
  return {
    spec, dataset, model,
    programs: buildPrograms(model, spec, { data: { dtype, scale: dataset.scale } }),
    features: sizeOf(dataset.shape),
    codeSize: sizeOf(model.latentShape),
  };
}

/** Samples per step in full batches. */
export function batchSizeOf({ spec, dataset }: Pick<Experiment, 'spec' | 'dataset'>): number {
  return Math.min(spec.training.batchSize, dataset.train.count);
}

export function stepsPerEpochOf({ spec, dataset }: Experiment): number {
  return Math.ceil(dataset.train.count / spec.training.batchSize);
}
