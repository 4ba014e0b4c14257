import { describe, expect, it } from 'vitest';
import { learningRateAt } from './schedule.ts';

const length = { stepsPerEpoch: 10, epochs: 5 };

describe('learningRateAt', () => {
  it('keeps a constant rate', () => {
    expect(learningRateAt({ type: 'constant', learningRate: 0.01, warmupEpochs: 0 }, 0, length)).toBe(0.01);
    expect(learningRateAt({ type: 'constant', learningRate: 0.01, warmupEpochs: 0 }, 49, length)).toBe(0.01);
  });

  it('rises linearly from zero during the warm-up, which may be a fraction of an epoch', () => {
    const spec = { type: 'constant', learningRate: 1, warmupEpochs: 0.5 } as const;
    const rates = Array.from({ length: 7 }, (_, step) => learningRateAt(spec, step, length));
    expect(rates).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1, 1]);
  });

  it('drops by the factor every given number of epochs', () => {
    const spec = { type: 'step', learningRate: 1, factor: 0.5, epochs: 2, warmupEpochs: 0 } as const;
    expect([0, 19, 20, 39, 40].map(step => learningRateAt(spec, step, length))).toEqual([1, 1, 0.5, 0.5, 0.25]);
  });

  it('falls exponentially step by step, by the factor in a whole epoch', () => {
    const spec = { type: 'exponential', learningRate: 1, factor: 0.81, warmupEpochs: 0 } as const;
    expect(learningRateAt(spec, 5, length)).toBeCloseTo(0.9, 12);
    expect(learningRateAt(spec, 10, length)).toBeCloseTo(0.81, 12);
    expect(learningRateAt(spec, 20, length)).toBeCloseTo(0.6561, 12);
  });

  it('follows half a cosine to the minimum at the end', () => {
    const spec = { type: 'cosine', learningRate: 1, minimum: 0.1, warmupEpochs: 0 } as const;
    expect(learningRateAt(spec, 0, length)).toBe(1);
    expect(learningRateAt(spec, 25, length)).toBeCloseTo(0.55, 12);
    expect(learningRateAt(spec, 50, length)).toBeCloseTo(0.1, 12);
    expect(learningRateAt(spec, 99, length)).toBeCloseTo(0.1, 12);
  });

  it('starts the schedule after the warm-up', () => {
    const cosine = { type: 'cosine', learningRate: 1, minimum: 0, warmupEpochs: 1 } as const;
    expect(learningRateAt(cosine, 10, length)).toBe(1);
    expect(learningRateAt(cosine, 30, length)).toBeCloseTo(0.5, 12);
    const step = { type: 'step', learningRate: 1, factor: 0.1, epochs: 1, warmupEpochs: 1 } as const;
    expect(learningRateAt(step, 19, length)).toBe(1);
    expect(learningRateAt(step, 20, length)).toBeCloseTo(0.1, 12);
  });
});
