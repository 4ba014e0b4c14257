// A model beside principal components with as many numbers in their code: what does not beat them has learned nothing that a
// linear projection would not. Every room that shows a reconstruction error shows this beside it, in the same words.

export interface Baseline {
  /** As many as the code has numbers. */
  readonly components: number;
  /** Mean squared error of the validation samples rebuilt from them. */
  readonly mse: number;
  /** The model's own, as far as it was measured. */
  readonly model?: number;
}

/** Whether the model is better; undefined while its error is not known. */
export function beatsBaseline({ mse, model }: Baseline): boolean | undefined {
  return model === undefined ? undefined : model < mse;
}

/** "better than principal components", or not; undefined while the model's error is not known. */
export function baselineVerdict(baseline: Baseline): string | undefined {
  const beats = beatsBaseline(baseline);
  return beats === undefined ? undefined : `${beats ? '' : 'not '}better than principal components`;
}

/**
 * "PCA with 50 components: mse 0.01198; the model: 0.00931, better than principal components"
 * @param format how the place writes an error
 */
export function baselineText(baseline: Baseline, format: (error: number) => string): string {
  const { components, mse, model } = baseline;
  const reached = `PCA with ${components.toLocaleString('en')} ${components === 1 ? 'component' : 'components'}: mse ${format(mse)}`;
  return model === undefined ? reached : `${reached}; the model: ${format(model)}, ${baselineVerdict(baseline)!}`;
}
