// Whether the data lies where the experiment can deal with it. Outputs, losses and corruptions made for pixels in [0, 1] go wrong
// without a sound on other numbers: the loss stays where it is, or falls for ever.
import { StudioError } from '../core/errors.ts';
import { exceeds, rangeOfSplit, rangeText, type ValueRange } from '../data/range.ts';
import { activationRange, outputActivation } from '../spec/meaning.ts';
import type { Spec } from '../spec/schema.ts';
import type { Experiment } from './experiment.ts';

/** What is beyond by less than this share of the range costs next to nothing. */
const NOTEWORTHY = 0.01;

export interface DataFit {
  /** That the output cannot be what the data is, and the cure. */
  readonly output?: string;
  /** What the corruptions cut off. */
  readonly corruption?: string;
}

/**
 * Compares the range of the training samples with what the decoder's last activation can give, with the loss and with what corruptions cut.
 * @throws StudioError('data') where training can only fail: a cross-entropy of numbers that are no probabilities has no least value.
 */
export function fitOfData({ spec, dataset }: Pick<Experiment, 'spec' | 'dataset'>): DataFit {
  const range = rangeOfSplit(dataset.train, dataset);
  const lies = `${dataset.name} lies in ${rangeText(range)}`;
  const { training: { loss }, corruption } = spec;
  if (loss === 'binaryCrossentropy' && exceeds(range, 0, 1)) {
    throw new StudioError('data', `binaryCrossentropy needs targets in [0, 1], but ${lies}. Take the loss "mse" and ${linearOutput(spec)}, or ${toUnitRange(spec, range)}.`);
  }
  const activation = outputActivation(spec);
  const [low, high] = activationRange(activation);
  const cut = corruption.filter(({ clip }) => clip).map(({ type }) => type);
  return {
    ...(exceeds(range, low, high, NOTEWORTHY)
      ? { output: `${lies}, but the output (${activation.type}) in ${limit(low)} … ${limit(high)}: what is outside can never be rebuilt. Cure: ${linearOutput(spec)}, or ${toUnitRange(spec, range)}.` } : {}),
    ...(cut.length > 0 && exceeds(range, 0, 1, NOTEWORTHY)
      ? { corruption: `${lies}, but the corruption (${[...new Set(cut)].join(', ')}) cuts the input to [0, 1], samples included. Set "clip": false in it.` } : {}),
  };
}

function limit(value: number): string {
  return Number.isFinite(value) ? String(value) : value > 0 ? '∞' : '-∞';
}

function linearOutput({ decoder }: Spec): string {
  return Array.isArray(decoder) ? 'let the decoder end in the activation "linear"' : 'set "outputActivation": "linear" in "decoder"';
}

/** How this kind of data is brought to [0, 1]. */
function toUnitRange({ data }: Spec, { min, max }: ValueRange): string {
  const perColumn = data.type === 'csv' || data.type === 'npy' || data.type === 'npz';
  if (perColumn && (data.shape === undefined || data.shape.length === 1)) return 'bring every column to [0, 1] with "normalize": "minMax" in "data"';
  const divisor = 'divideBy' in data ? (data.divideBy ?? 1) * max : max;
  return min >= 0 ? `divide by more ("divideBy": ${Number(divisor.toPrecision(4))} in "data")` : 'bring the data to [0, 1] before';
}
