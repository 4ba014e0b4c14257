// Which metrics say something about the samples at hand. A peak signal-to-noise ratio takes the largest value to be 1, structural
// similarity has constants for that range, Keras's binary accuracy rounds at one half, a cross-entropy takes values for
// probabilities: for anything else, such as a table of temperatures, they are numbers without a meaning.
import type { Dataset, Split } from '../data/dataset.ts';
import { everyValue, splitKind } from '../data/rows.ts';
import type { MetricName } from '../spec/schema.ts';

const ofUnitRange: ReadonlySet<MetricName> = new Set(['psnr', 'ssim', 'binaryCrossentropy', 'binaryAccuracy']);
/** Bytes divided by 255 may round to a little more than 1. */
const SLACK = 1e-6;

/** What was found out about splits: a look at every value is not for nothing. */
const found = new WeakMap<Split, boolean>();

function inUnitRange(split: Split, scale: number): boolean {
  let answer = found.get(split);
  if (answer === undefined) {
    answer = (splitKind(split) === 'uint8' && 255 * scale <= 1 + SLACK) || everyValue(split, value => value >= 0 && value * scale <= 1 + SLACK);
    found.set(split, answer);
  }
  return answer;
}

/** Those of some metrics that mean something for the samples of a split, in their order. */
export function meaningfulMetrics(names: readonly MetricName[], { shape, scale }: Pick<Dataset, 'shape' | 'scale'>, split: Split): readonly MetricName[] {
  return names.filter(name => (name !== 'ssim' || shape.length === 3) && (!ofUnitRange.has(name) || inUnitRange(split, scale)));
}

/** What to say of metrics that were asked for and are left out because of the values; undefined when there are none. Whether samples are images is told with the model. */
export function metricsWarning(names: readonly MetricName[], dataset: Pick<Dataset, 'shape' | 'scale'>, split: Split): string | undefined {
  const asked = names.filter(name => name !== 'ssim' || dataset.shape.length === 3);
  const told = meaningfulMetrics(asked, dataset, split);
  const left = asked.filter(name => !told.includes(name));
  if (left.length === 0) return undefined;
  return `Not measured: ${left.join(', ')}. ${left.length === 1 ? 'It means' : 'They mean'} something for values in [0, 1] only, and the samples have others. Bring them there with "divideBy" or "normalize": "minMax" in data, or take "mse" or "mae" in training.metrics.`;
}
