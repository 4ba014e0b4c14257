// Columns of a table brought to one range: all of them to mean 0 and variance 1, or to [0, 1]. A model weighs the columns of a
// sample alike in its loss, so a column of thousands would drown one of tenths. The numbers come from the training samples
// only: those of validation must not tell anything about themselves. They are kept with the run, so that whoever looks at it
// later does the same to the samples, whatever has become of the table.
import { StudioError } from '../core/errors.ts';
import type { Normalization, NormalizationKind } from '../core/normalization.ts';
import { formatShape, sizeOf } from '../core/tensor.ts';
import type { Dataset, LoadOptions, Split } from './dataset.ts';
import { allocate, type Samples } from './memory.ts';
import { eachPiece } from './rows.ts';

/**
 * Normalises both splits: samples in memory in place (bytes become float32), others whenever they are read.
 * @param known what the run has begun with, which then holds, if it is for as many columns
 * @throws StudioError('data') when samples are no vectors
 */
export async function normalizeDataset(
  dataset: Dataset, kind: NormalizationKind | undefined, { normalization: known, signal, onProgress }: Pick<LoadOptions, 'normalization' | 'signal' | 'onProgress'>,
): Promise<Dataset> {
  if (kind === undefined) return dataset;
  const { name, shape, train, validation } = dataset;
  if (shape.length !== 1) throw new StudioError('data', `${name}: "normalize" is for vectors, column by column; these samples are of ${formatShape(shape)}. Leave "normalize" out and bring pictures to [0, 1] with "divideBy".`);
  const features = sizeOf(shape);
  const fits = known?.kind === kind && known.center.length === features;
  const normalization = fits ? known : await measure(train, kind, features, seen => {
    if (train.stored !== undefined) onProgress?.({ task: `Measuring the columns of ${name}`, done: seen, total: train.count, unit: 'samples' });
  }, signal);
  return { ...dataset, scale: 1, normalization, train: normalized(train, normalization, name), validation: normalized(validation, normalization, name) };
}

/** Statistics of every column in one pass, by B. P. Welford's recurrences ("Note on a method for calculating corrected sums of squares and products", 1962). */
async function measure(split: Split, kind: NormalizationKind, features: number, onSeen: (seen: number) => void, signal: AbortSignal | undefined): Promise<Normalization> {
  const mean = new Float64Array(features);
  const squares = new Float64Array(features);
  const low = new Float64Array(features).fill(Infinity);
  const high = new Float64Array(features).fill(-Infinity);
  let count = 0;
  await eachPiece(split, (values, seen) => {
    for (let row = 0; row < values.length; row += features) {
      const share = 1 / ++count;
      for (let c = 0; c < features; c++) {
        const x = values[row + c]!;
        const difference = x - mean[c]!;
        mean[c]! += difference * share;
        squares[c]! += difference * (x - mean[c]!);
        if (x < low[c]!) low[c] = x;
        if (x > high[c]!) high[c] = x;
      }
    }
    onSeen(seen);
  }, signal);
  const spreadOf = (c: number): number => {
    // Of a column that never changes, rounding may leave a variance that is none.
    if (high[c] === low[c]) return 1;
    return kind === 'standard' ? Math.sqrt(squares[c]! / count) : high[c]! - low[c]!;
  };
  return { kind, center: Array.from(kind === 'standard' ? mean : low), spread: Array.from({ length: features }, (_, c) => spreadOf(c)) };
}

function normalized(split: Split, normalization: Normalization, name: string): Split {
  if (split.stored !== undefined) return { ...split, stored: { ...split.stored, normalization } };
  let { values } = split;
  if (values instanceof Uint8Array) {
    const floats = allocate('float32', values.length, name);
    floats.set(values);
    values = floats;
  }
  applyNormalization(values, normalization);
  return { ...split, values };
}

/** Normalises whole samples in place. */
export function applyNormalization(values: Samples, { center, spread }: Normalization): void {
  const features = center.length;
  for (let row = 0; row < values.length; row += features) {
    for (let c = 0; c < features; c++) values[row + c] = (values[row + c]! - center[c]!) / spread[c]!;
  }
}
