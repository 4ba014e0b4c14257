import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Attention } from './attention.ts';

beforeEach(() => { vi.useFakeTimers({ now: 1_000_300, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] }); });
afterEach(() => { vi.useRealTimers(); });

/** A page that follows a training and was last touched a minute ago. */
function unattended(): Attention {
  const attention = new Attention();
  vi.advanceTimersByTime(60_000);
  attention.followed();
  return attention;
}

/** Whether a promise has been kept. */
async function kept(moment: Promise<number> | undefined): Promise<boolean> {
  let done = moment === undefined;
  void moment?.then(() => { done = true; });
  await Promise.resolve();
  await Promise.resolve();
  return done;
}

it('draws at once while it is young, touched, or follows nothing', async () => {
  const attention = new Attention();
  attention.followed();
  expect(attention.moment()).toBeUndefined();

  const touched = unattended();
  touched.caught();
  expect(touched.moment()).toBeUndefined();

  const still = unattended();
  vi.advanceTimersByTime(30_000);
  expect(still.moment()).toBeUndefined();
  expect(await kept(still.moment())).toBe(true);
});

it('gathers what changes for a moment that all pages share, and draws in it what follows from that', async () => {
  const attention = unattended();
  const moment = attention.moment();
  expect(attention.moment()).toBe(moment);
  vi.advanceTimersByTime(699);
  expect(await kept(moment)).toBe(false);
  vi.advanceTimersByTime(1);
  expect(await kept(moment)).toBe(true);
  expect(attention.moment()).toBeUndefined();
  vi.advanceTimersByTime(100);
  expect(attention.moment()).not.toBeUndefined();
});

it('keeps nobody waiting who comes to the page', async () => {
  const attention = unattended();
  const moment = attention.moment();
  attention.caught();
  expect(await kept(moment)).toBe(true);
});

it('says once that somebody has come', () => {
  const attention = unattended();
  expect(attention.caught()).toBe(true);
  expect(attention.caught()).toBe(false);
  vi.advanceTimersByTime(60_000);
  expect(attention.caught()).toBe(true);
});

it('draws what is urgent at once, with what follows from it, though nobody is there', async () => {
  const attention = unattended();
  const moment = attention.moment();
  attention.urgent();
  expect(await kept(moment)).toBe(true);
  vi.advanceTimersByTime(900);
  expect(attention.moment()).toBeUndefined();
  vi.advanceTimersByTime(200);
  expect(attention.moment()).not.toBeUndefined();
  expect(attention.age).toBeGreaterThan(60_000);
});
