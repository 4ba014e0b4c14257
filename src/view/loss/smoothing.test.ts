import { expect, it } from 'vitest';
import { smooth } from './smoothing.ts';

it('starts at the first value and leaves a constant alone', () => {
  for (const y of smooth(new Float64Array(50).fill(0.3), 0.95)) expect(y).toBeCloseTo(0.3, 12);
  expect(smooth(Float64Array.of(7, 1), 0.9)[0]).toBeCloseTo(7, 12);
});

it('is the weighted mean of everything so far', () => {
  const [a, b, c] = [3, 5, 4];
  const w = 0.6;
  expect(smooth(Float64Array.of(a, b, c), w)[2]).toBeCloseTo((w * w * a + w * b + c) / (w * w + w + 1), 12);
});

it('returns the values themselves without weight', () => {
  const y = Float64Array.of(1, 2);
  expect(smooth(y, 0)).toBe(y);
});

it('leaves a gap at what is not a number and goes on', () => {
  const out = smooth(Float64Array.of(1, Number.NaN, 1), 0.5);
  expect(out[1]).toBeNaN();
  expect(out[2]).toBeCloseTo(1, 12);
});
