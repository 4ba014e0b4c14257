// Two models of one table may have been trained on different numbers: each normalised the columns with what it knew, or not at all. Beside another
// one a model is asked in its own numbers, and its answer is told in those of the first, so that errors compare.
import { StudioError } from '../core/errors.ts';
import type { Normalization } from '../core/normalization.ts';
import { splitKind } from '../data/rows.ts';
import type { DataSpec } from '../spec/schema.ts';
import type { OpenedRun, TrainedModel } from './opened-run.ts';

/** A number of column c of the first model is own = first · gain[c] + shift[c]. */
export interface OwnScale {
  readonly gain: Float64Array;
  readonly shift: Float64Array;
}

/** Data sets that are always bytes. */
const pictures: ReadonlySet<string> = new Set(['glyphs', 'mnist', 'fashion-mnist', 'lfw', 'images'] satisfies DataSpec['type'][]);

/** A number of the file is (x − center) / spread on a model's scale. */
type Columns = Pick<Normalization, 'center' | 'spread'>;

/**
 * How a model's numbers come from those of the first; undefined where they are the same.
 * @throws StudioError('usage') when nobody knows.
 */
export function ownScaleOf(model: TrainedModel, first: OpenedRun): OwnScale | undefined {
  const { dataset, features } = first.experiment;
  const of: Columns = dataset.normalization ?? divided(1 / dataset.scale, features);
  const own = model.normalization ?? unnormalized(model, first, features);
  if (own === undefined || (same(own.center, of.center) && same(own.spread, of.spread))) return undefined;
  return {
    gain: Float64Array.from(own.spread, (spread, c) => of.spread[c]! / spread),
    shift: Float64Array.from(own.spread, (spread, c) => (of.center[c]! - own.center[c]!) / spread),
  };
}

/** The numbers of a model without normalisation; undefined where they are those of the first. */
function unnormalized({ info: { id }, spec: { data } }: TrainedModel, first: OpenedRun, features: number): Columns | undefined {
  const { train } = first.experiment.dataset;
  const firstData = first.spec.data;
  if ('divideBy' in data && data.divideBy !== undefined) return divided(data.divideBy, features);
  if (first.normalization === undefined && data.type === firstData.type && !('divideBy' in firstData && firstData.divideBy !== undefined)) return undefined;
  if (data.type === 'csv') return divided(1, features);
  if (pictures.has(data.type)) return divided(255, features);
  if (first.normalization === undefined) return divided(splitKind(train) === 'uint8' ? 255 : 1, features);
  throw new StudioError('usage', `The run ${id} was trained on other numbers than ${first.info.id}, and its config does not say on which: it has neither "normalize" nor "divideBy". Compare runs whose "data" say the same of them.`);
}

function divided(by: number, features: number): Columns {
  return { center: new Array<number>(features).fill(0), spread: new Array<number>(features).fill(by) };
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, c) => Math.abs(value - b[c]!) <= 1e-9 * Math.max(Math.abs(value), 1e-300));
}

/** Whole samples of the first model, in the numbers of its own. */
export function toOwn(values: Float32Array, { gain, shift }: OwnScale): Float32Array {
  return Float32Array.from(values, (value, i) => value * gain[i % gain.length]! + shift[i % gain.length]!);
}

/** And back. */
export function fromOwn(values: Float32Array, { gain, shift }: OwnScale): Float32Array {
  return Float32Array.from(values, (value, i) => (value - shift[i % gain.length]!) / gain[i % gain.length]!);
}
