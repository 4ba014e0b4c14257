import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Embedding, restAfterPiece } from './embedding.ts';

/** 60 codes of 4 numbers in three heaps. */
const codes = (shift: number): Float32Array => Float32Array.from({ length: 240 }, (_, i) => Math.sin(i * 7.3 + shift) + 10 * (Math.floor(i / 80) + 1));

beforeEach(() => { vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }); });
afterEach(() => { vi.useRealTimers(); });

it('rests long enough to take its share only', () => {
  expect(restAfterPiece(10, 0.05)).toBeCloseTo(190);
  expect(restAfterPiece(10, 0.2)).toBeCloseTo(40);
});

describe('beside a training', () => {
  it('finishes the codes at work, then takes the newest of those that came meanwhile', async () => {
    const shown: string[] = [];
    const embedding: Embedding = new Embedding(() => { shown.push(embedding.shown); }, () => true);
    embedding.follow('run|1', codes(0), 60, 4);
    embedding.follow('run|2', codes(1), 60, 4);
    embedding.follow('run|3', codes(2), 60, 4);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(embedding.busy).toBe(false);
    expect([...new Set(shown)]).toEqual(['run|1', 'run|3']);
    expect(embedding.epoch).toBe(3);
    expect(embedding.places!.every(Number.isFinite)).toBe(true);
  });

  it('rests between its pieces, and forgets another run at once', async () => {
    const embedding: Embedding = new Embedding(() => undefined, () => true);
    embedding.follow('run|1', codes(0), 60, 4);
    await vi.advanceTimersByTimeAsync(5);
    const { progress } = embedding;
    expect(embedding.busy).toBe(true);
    await vi.advanceTimersByTimeAsync(5);
    expect(embedding.progress).toBe(progress);
    embedding.follow('other|1', codes(5), 60, 4);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(embedding.shown).toBe('other|1');
  });
});

it('begins anew at once where nothing trains', async () => {
  const shown: string[] = [];
  const embedding: Embedding = new Embedding(() => { shown.push(embedding.shown); });
  embedding.follow('run|1', codes(0), 60, 4);
  embedding.follow('run|2', codes(1), 60, 4);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([...new Set(shown)]).toEqual(['run|2']);
});
