import { describe, expect, it } from 'vitest';
import { sampleOrder } from './sample-order.ts';

const error = new Float32Array([0.3, NaN, 0.1, 0.3]);
const all = () => true;

describe('sampleOrder', () => {
  it('sorts by error, worst first, unknown last', () => {
    expect(sampleOrder(4, 'error', true, error, undefined, all)).toEqual([0, 3, 2, 1]);
    expect(sampleOrder(4, 'error', false, error, undefined, all)).toEqual([2, 0, 3, 1]);
  });
  it('sorts by class and leaves hidden samples out', () => {
    expect(sampleOrder(4, 'class', false, error, [1, 0, 1, 0], index => index !== 3)).toEqual([1, 0, 2]);
  });
  it('keeps the order of the data', () => {
    expect(sampleOrder(3, 'index', true, error, undefined, all)).toEqual([2, 1, 0]);
  });
});
