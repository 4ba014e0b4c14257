import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Pace } from './pace.ts';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

it('runs the first task at once, then the newest of those that came meanwhile', () => {
  const pace = new Pace(1000);
  const ran: number[] = [];
  for (const n of [1, 2, 3]) pace.run(() => ran.push(n));
  expect(ran).toEqual([1]);
  vi.advanceTimersByTime(999);
  expect(ran).toEqual([1]);
  vi.advanceTimersByTime(1);
  expect(ran).toEqual([1, 3]);
  vi.advanceTimersByTime(5000);
  pace.run(() => ran.push(4));
  expect(ran).toEqual([1, 3, 4]);
});

it('runs what cannot wait in place of what waits', () => {
  const pace = new Pace(1000);
  const ran: string[] = [];
  pace.run(() => ran.push('first'));
  pace.run(() => ran.push('waiting'));
  pace.runNow(() => ran.push('end'));
  vi.advanceTimersByTime(5000);
  expect(ran).toEqual(['first', 'end']);
});
