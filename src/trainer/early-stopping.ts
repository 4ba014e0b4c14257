// When a watched curve counts as no longer improving (Keras's rules), as a pure step on a small state that checkpoints keep.
import type { Spec } from '../spec/schema.ts';

export type EarlyStoppingSpec = NonNullable<Spec['training']['earlyStopping']>;

export interface EarlyStoppingState {
  /** Lowest value so far; absent before the first epoch. */
  readonly best?: number;
  /** Epochs since the last improvement. */
  readonly wait: number;
}

export const freshEarlyStopping: EarlyStoppingState = { wait: 0 };

/** The state after one more epoch, and whether training should stop now. */
export function watch(
  state: EarlyStoppingState,
  value: number,
  { patience, minDelta }: Pick<EarlyStoppingSpec, 'patience' | 'minDelta'>,
): { readonly state: EarlyStoppingState; readonly stop: boolean } {
  if (state.best === undefined || value < state.best - minDelta) return { state: { best: value, wait: 0 }, stop: false };
  const waited = { best: state.best, wait: state.wait + 1 };
  return { state: waited, stop: hasStopped(waited, { patience }) };
}

/** Whether a training in this state is over. */
export function hasStopped({ wait }: EarlyStoppingState, { patience }: Pick<EarlyStoppingSpec, 'patience'>): boolean {
  return wait >= patience;
}
