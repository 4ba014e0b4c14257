import { expect, it } from 'vitest';
import { restAfter, untilBeat } from './pace.ts';

const old = 600_000;

it('rests in proportion to what an increment cost', () => {
  expect(restAfter(5, old)).toBe(1000);
  expect(restAfter(20, old)).toBe(4000);
});

it('has limits on both sides: a page is neither frantic nor asleep', () => {
  expect(restAfter(0.1, old)).toBe(100);
  expect(restAfter(2000, old)).toBe(8000);
});

it('follows a young run closely, whatever that costs', () => {
  expect(restAfter(40, 0)).toBe(100);
  expect(restAfter(40, 4000)).toBe(1000);
  expect(restAfter(40, 16_000)).toBe(4000);
});

it('draws at moments that all pages share, once a run is no longer young', () => {
  expect(untilBeat(10_300, 0)).toBe(0);
  expect(untilBeat(10_300, old)).toBe(200);
  expect(untilBeat(10_500, old)).toBe(500);
});
