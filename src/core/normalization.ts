// What was done to the columns of vectors: readers of data do it, runs keep it.

export type NormalizationKind = 'standard' | 'minMax';

/** A number of column c is on the model's scale when it is (x − center[c]) / spread[c]. */
export interface Normalization {
  readonly kind: NormalizationKind;
  readonly center: readonly number[];
  /** Never 0: a column that is the same in all samples keeps its unit. */
  readonly spread: readonly number[];
}
