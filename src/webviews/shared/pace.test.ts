import { expect, it } from 'vitest';
import { restAfter, untilBeat } from './pace.ts';

const old = 600_000;

it('rests in proportion to what an increment cost', () => {
  expect(restAfter(2.5, old, 0)).toBe(1000);
  expect(restAfter(5, old, 0)).toBe(2000);
});

it('has limits on both sides: a page is neither frantic nor asleep', () => {
  expect(restAfter(0.1, old, 0)).toBe(100);
  for (let now = 0; now < 20_000; now += 700) {
    expect(restAfter(2000, old, now)).toBeGreaterThanOrEqual(4000);
    expect(restAfter(2000, old, now)).toBeLessThanOrEqual(12_000);
  }
});

it('has pages that rest long wake up together', () => {
  expect(restAfter(15, old, 800)).toBe(7200);
  expect(restAfter(2000, old, 2500)).toBe(5500);
  expect(restAfter(2000, old, 6000)).toBe(10_000);
});

it('follows a young run closely, whatever that costs', () => {
  expect(restAfter(40, 0, 0)).toBe(100);
  expect(restAfter(40, 4000, 0)).toBe(1000);
  expect(restAfter(40, 12_000, 0)).toBe(3000);
});

it('draws at moments that all pages share, once a run is no longer young', () => {
  expect(untilBeat(10_300, 0)).toBe(0);
  expect(untilBeat(10_300, old)).toBe(700);
  expect(untilBeat(11_000, old)).toBe(1000);
});
