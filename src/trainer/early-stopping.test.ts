import { describe, expect, it } from 'vitest';
import { freshEarlyStopping, watch } from './early-stopping.ts';

/** Epoch (from 1) after which training stops, or undefined. */
function stopsAfter(values: readonly number[], options: { patience: number; minDelta: number }): number | undefined {
  let state = freshEarlyStopping;
  for (const [index, value] of values.entries()) {
    const result = watch(state, value, options);
    if (result.stop) return index + 1;
    state = result.state;
  }
  return undefined;
}

describe('early stopping', () => {
  it('stops after `patience` epochs without improvement', () => {
    expect(stopsAfter([3, 2, 2.1, 2.2, 2.3], { patience: 2, minDelta: 0 })).toBe(4);
  });

  it('starts counting anew at each improvement', () => {
    expect(stopsAfter([3, 3.1, 2, 2.1, 1.9, 2], { patience: 2, minDelta: 0 })).toBeUndefined();
  });

  it('does not count an improvement of minDelta or less', () => {
    expect(stopsAfter([3, 2.95, 2.9, 2.89], { patience: 2, minDelta: 0.1 })).toBe(3);
    expect(stopsAfter([3, 2.85, 2.7, 2.55], { patience: 2, minDelta: 0.1 })).toBeUndefined();
  });

  it('takes an equal value as no improvement', () => {
    expect(stopsAfter([1, 1], { patience: 1, minDelta: 0 })).toBe(2);
  });
});
