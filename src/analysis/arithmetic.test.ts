import { describe, expect, it } from 'vitest';
import { nearestCode, parseSum, sumOfCodes, termText } from './arithmetic.ts';

describe('sums of codes', () => {
  it('are read with samples, means and amounts', () => {
    expect(parseSum('#12 - #40 + #7')).toEqual([{ factor: 1, of: { sample: 12 } }, { factor: -1, of: { sample: 40 } }, { factor: 1, of: { sample: 7 } }]);
    expect(parseSum('-mean(Ankle boot) + 0.5*mean( T-shirt/top )−2 × #3')).toEqual([
      { factor: -1, of: { label: 'Ankle boot' } }, { factor: 0.5, of: { label: 'T-shirt/top' } }, { factor: -2, of: { sample: 3 } },
    ]);
  });

  it.each([['', 'is empty'], ['12', 'from "12" on'], ['#1 #2', 'from "#2" on'], ['#1 + ', 'from "\\+" on'], ['#1 - mean(a', 'from "- mean\\(a" on'], ['#1.5', 'from ".5" on']])('say where they cannot be read: "%s"', (text, where) => {
    expect(() => parseSum(text)).toThrowError(expect.objectContaining({ reason: 'usage', message: expect.stringMatching(`${where}.*Write a sum such as`) as string }) as Error);
  });

  it('add up number by number', () => {
    const of = (factor: number, ...code: number[]) => ({ factor, code: Float32Array.from(code) });
    expect([...sumOfCodes([of(1, 1, 2), of(-1, 3, 3), of(0.5, 4, 8)])]).toEqual([0, 3]);
  });

  it('find the nearest code, leaving some out', () => {
    const codes = Float32Array.of(0, 0, 1, 1, 5, 5);
    expect(nearestCode(codes, Float32Array.of(0.9, 0.8))).toBe(1);
    expect(nearestCode(codes, Float32Array.of(0.9, 0.8), [1])).toBe(0);
    expect(nearestCode(codes, Float32Array.of(0, 0), [0, 1, 2])).toBeUndefined();
  });

  it('are written as they were meant', () => {
    expect(parseSum('#1 - 0.5*mean(4) + #2').map((term, i) => termText(term, i === 0))).toEqual(['sample 1', '− 0.5 × mean of 4', '+ sample 2']);
  });
});
