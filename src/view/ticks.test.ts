import { describe, expect, it } from 'vitest';
import { countSteps, formatCount, formatDuration, logTicks, padded } from './ticks.ts';

describe('ticks', () => {
  it('divides one decade finely and many coarsely', () => {
    expect(logTicks(0.012, 0.09, 9)).toEqual([0.015, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08]);
    expect(logTicks(0.001, 10, 9)).toEqual([0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10]);
    expect(logTicks(1e-12, 1, 5)).toEqual([1e-12, 1e-9, 1e-6, 0.001, 1]);
  });

  it('never gives more ticks than asked, and at least one in a decade or more', () => {
    for (const [min, max] of [[0.5, 7], [1e-5, 3], [2, 2e9]] as const) {
      for (const most of [2, 4, 8]) {
        const ticks = logTicks(min, max, most);
        expect(ticks.length).toBeLessThanOrEqual(most);
        expect(ticks.length).toBeGreaterThan(0);
      }
    }
  });

  it('leaves room, also around a single value, and does not go below zero for a loss', () => {
    expect(padded([1, 2], false)).toEqual([0.94, 2.06]);
    expect(padded([0.01, 1], false)[0]).toBe(0);
    const [min, max] = padded([0.3, 0.3], false);
    expect(max).toBeGreaterThan(min);
    const [low, high] = padded([0.3, 0.3], true);
    expect(low).toBeGreaterThan(0);
    expect(high).toBeGreaterThan(low);
  });

  it('divides an epoch only while hardly more than one is seen', () => {
    expect(countSteps(0.3)[0]).toBeLessThan(0.05);
    expect(countSteps(14)[0]).toBe(1);
    expect(countSteps(14)).toEqual([...countSteps(14)].sort((a, b) => a - b));
  });

  it('writes durations and counts', () => {
    expect([7000, 750_000, 11_100_000].map(formatDuration)).toEqual(['0:07', '12:30', '3:05:00']);
    expect([500, 9999, 15000, 2_500_000].map(formatCount)).toEqual(['500', '9999', '15k', '2.5M']);
  });
});
