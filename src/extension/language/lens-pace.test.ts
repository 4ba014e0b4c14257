import { expect, it } from 'vitest';
import { lensPace } from './lens-pace.ts';

it('tells a change of state at once, and progress more and more calmly', () => {
  let now = 0;
  const due = lensPace(() => now);
  expect(due('a training', '1')).toBe(true);
  expect(due('a training', '1')).toBe(false);
  now = 1000;
  expect(due('a training', '2')).toBe(true);
  now = 100_000;
  expect(due('a training', '3')).toBe(true);
  now = 110_000;
  expect(due('a training', '4')).toBe(false);
  expect(due('a finished', '4')).toBe(true);
  now = 110_100;
  expect(due('a finished', '5')).toBe(true);
});

it('never waits longer than half a minute', () => {
  let now = 0;
  const due = lensPace(() => now);
  due('a training', '1');
  now = 3_600_000;
  expect(due('a training', '2')).toBe(true);
  now += 29_000;
  expect(due('a training', '3')).toBe(false);
  now += 1000;
  expect(due('a training', '3')).toBe(true);
});
