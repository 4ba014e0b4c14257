import { describe, expect, it } from 'vitest';
import { labelNames, orderSamples, type SampleChoice } from './order.ts';

const samples = { count: 4, labels: ['boot', 'bag', 'boot', 'coat'] };
const error = Float32Array.of(0.2, 0.5, Number.NaN, 0.1);
const order = (choice: Partial<SampleChoice>, from: Parameters<typeof orderSamples>[0] = samples, errors: Float32Array | undefined = error) =>
  orderSamples(from, errors, { order: 'file', only: '', pinned: [], most: 0, ...choice });

describe('orderSamples', () => {
  it('keeps the file\'s order and cuts to the number of columns', () => {
    expect(order({})).toEqual([0, 1, 2, 3]);
    expect(order({ most: 2 })).toEqual([0, 1]);
  });

  it('puts the worst or best first and what has no error last', () => {
    expect(order({ order: 'worst' })).toEqual([1, 0, 3, 2]);
    expect(order({ order: 'best' })).toEqual([3, 0, 1, 2]);
    expect(order({ order: 'apart' })).toEqual([1, 0, 3, 2]);
  });

  it('chooses the worst before it cuts', () => {
    expect(order({ order: 'worst', most: 1 })).toEqual([1]);
  });

  it('groups by label and shows one label alone', () => {
    expect(order({ order: 'label' })).toEqual([1, 0, 2, 3]);
    expect(order({ order: 'worst', only: 'boot' })).toEqual([0, 2]);
  });

  it('puts pinned samples first and never cuts them away', () => {
    expect(order({ pinned: [3, 9], order: 'worst', only: 'boot' })).toEqual([3, 0, 2]);
    expect(order({ pinned: [2, 3], most: 1 })).toEqual([2, 3]);
  });

  it('does without labels and errors', () => {
    expect(order({ order: 'worst', only: 'boot' }, { count: 2 }, new Float32Array(0))).toEqual([0, 1]);
    expect(labelNames(undefined)).toEqual([]);
    expect(labelNames(['10', '9', '9'])).toEqual(['9', '10']);
  });
});
