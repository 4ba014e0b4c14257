// What of a model is compared with principal components: whether it can be at all, and which of its values is the mean squared error.
import { reductionOf } from '../graph/losses.ts';
import type { Experiment } from './experiment.ts';

/** Numbers in a sample up to which their covariance is kept: 16 MB. */
export const LARGEST_COVARIANCE = 2048;
/** Vectors beyond the wanted ones: the iteration settles faster. */
export const EXTRA_VECTORS = 8;
/** Multiplications and additions beyond which a baseline is not worth its time: some seconds. */
const MOST_WORK = 5e11;
const USUAL_ITERATIONS = 25;

/** Why there is no baseline to a model with codes of that size, if there is none. */
export function baselineRefusal({ dataset, features, codeSize }: Pick<Experiment, 'dataset' | 'features' | 'codeSize'>): 'no bottleneck' | 'too wide' | undefined {
  if (codeSize >= features || dataset.train.count < 2) return 'no bottleneck';
  const each = features > LARGEST_COVARIANCE ? 4 * (codeSize + EXTRA_VECTORS) * USUAL_ITERATIONS : 2 * features;
  return each * dataset.train.count * features > MOST_WORK ? 'too wide' : undefined;
}

/** A value of every epoch that is a mean squared error. */
export interface SquaredError {
  /** "mse" has to be measured, the others are there. */
  readonly name: 'loss' | 'reconstruction' | 'mse';
  /** How many numbers of a sample it sums up; 1 for a mean. */
  readonly numbers: number;
}

export function squaredErrorIn({ spec, features, programs }: Pick<Experiment, 'spec' | 'features' | 'programs'>): SquaredError {
  if (spec.training.loss !== 'mse') return { name: 'mse', numbers: 1 };
  // With terms beside it the loss is more than the reconstruction.
  return { name: programs.followed.length === 0 ? 'loss' : 'reconstruction', numbers: reductionOf(spec) === 'sum' ? features : 1 };
}
