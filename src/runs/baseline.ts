// What is known of a run beside principal components: run.json holds what they reach and, once the run has ended, what the model
// does; until then status.json tells the error of its newest epoch.
import type { Baseline } from '../core/baseline.ts';
import type { RunSummary } from './reader.ts';
import { isActive } from './state.ts';

export function baselineOf({ info, status, state }: Pick<RunSummary, 'info' | 'status' | 'state'>): Baseline | undefined {
  if (info?.baseline === undefined) return undefined;
  const { components, mse, model: atEnd } = info.baseline;
  const model = isActive(state) ? status?.mse ?? atEnd : atEnd ?? status?.mse;
  return { components, mse, ...(model === undefined ? {} : { model }) };
}
