import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Turns } from './turns.ts';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

it('begins work at its moment', async () => {
  const turns = new Turns();
  const done: string[] = [];
  const first = turns.take(500, () => done.push('first'));
  await vi.advanceTimersByTimeAsync(499);
  expect(done).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(done).toEqual(['first']);
  await first;
});

it('keeps the order: what comes next ends the wait, and does not overtake', async () => {
  const turns = new Turns();
  const done: string[] = [];
  const all = [turns.take(500, () => done.push('waits')), turns.take(0, () => done.push('next')), turns.take(0, () => done.push('last'))];
  await vi.advanceTimersByTimeAsync(0);
  expect(done).toEqual(['waits', 'next', 'last']);
  await Promise.all(all);
});

it('does not wait for the end of what came before, nor for its success', async () => {
  const turns = new Turns();
  let end: (value: number) => void = () => undefined;
  const long = turns.take(0, () => new Promise<number>(resolve => { end = resolve; }));
  const broken = turns.take(0, () => { throw new Error('no luck'); });
  expect(await turns.take(0, () => 3)).toBe(3);
  await expect(broken).rejects.toThrow('no luck');
  end(1);
  expect(await long).toBe(1);
});

it('ends a wait when asked to', async () => {
  const turns = new Turns();
  const done: string[] = [];
  const waits = turns.take(500, () => done.push('waits'));
  turns.hasten();
  await vi.advanceTimersByTimeAsync(0);
  expect(done).toEqual(['waits']);
  await waits;
});
