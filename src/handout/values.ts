// The numbers of a run by epoch, as the loss page has them.
import { LossStore, chooseCurve, type StoredRun } from '../view/loss/store.ts';
import type { RunFacts } from './facts.ts';

export function storeOf(runs: readonly RunFacts[]): LossStore {
  const store = new LossStore();
  store.replace(runs.map(({ loss }) => loss));
  return store;
}

/** The value of a whole epoch. */
export function valueIn(stored: StoredRun, value: string, split: 'train' | 'validation', epoch: number): number | undefined {
  const points = chooseCurve(stored, value, split, 'epoch');
  return points?.per === 'epoch' ? points.atEpoch(epoch) : undefined;
}

export function valueAt(run: RunFacts, value: string, split: 'train' | 'validation', epoch: number): number | undefined {
  return valueIn(storeOf([run]).runs[0]!, value, split, epoch);
}
