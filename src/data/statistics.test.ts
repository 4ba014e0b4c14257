import { describe, expect, it } from 'vitest';
import type { Split } from './dataset.ts';
import { findDuplicates } from './duplicates.ts';
import { spreadPieces } from './rows.ts';
import { COLUMN_BINS, statisticsOf } from './statistics.ts';
import { expectStudioError } from './testing.ts';

const floats = (...values: number[]): Float32Array => new Float32Array(values);
const split = (values: Float32Array | Uint8Array, features: number): Split => ({ count: values.length / features, values });

describe('statistics', () => {
  it('of a table are those one computes by hand', async () => {
    // Columns 1, 2, 3, 6 and −4, 0, 0, 4.
    const found = await statisticsOf(split(floats(1, -4, 2, 0, 3, 0, 6, 4), 2), { shape: [2], scale: 1 });
    expect([...found.features.mean]).toEqual([3, 0]);
    expect(found.features.stddev[0]).toBeCloseTo(Math.sqrt((4 + 1 + 0 + 9) / 4), 12);
    expect(found.features.stddev[1]).toBeCloseTo(Math.sqrt(32 / 4), 12);
    expect([...found.features.min, ...found.features.max]).toEqual([1, -4, 6, 4]);
    // Of all eight: sum 12, sum of squares 50 + 32 = 82.
    expect(found).toMatchObject({ seen: 4, min: -4, max: 6, mean: 1.5, zeros: 0.25 });
    expect(found.stddev).toBeCloseTo(Math.sqrt(82 / 8 - 1.5 ** 2), 12);
  });

  it('count every value once, in bars over the whole range and over that of each column', async () => {
    const found = await statisticsOf(split(floats(0, 10, 0.5, 10, 0.25, 10, 1, 10), 2), { shape: [2], scale: 1 });
    const { low, width, counts } = found.histogram;
    expect([low, low + width * counts.length]).toEqual([0, 10]);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(8);
    expect(counts.at(-1)).toBe(4);
    const columns = found.features.histograms!;
    expect(columns).toHaveLength(2 * COLUMN_BINS);
    const first = [...columns.subarray(0, COLUMN_BINS)];
    expect(first.flatMap((count, bar) => (count > 0 ? [[bar, count]] : []))).toEqual([[0, 1], [4, 1], [8, 1], [15, 1]]);
    // The second never changes.
    expect(columns[COLUMN_BINS]).toBe(4);
  });

  it('of pixels are on the scale of the model, in 32 bars from 0 to 1', async () => {
    const found = await statisticsOf(split(Uint8Array.of(0, 255, 0, 255, 7, 8, 0, 0), 4), { shape: [2, 2, 1], scale: 1 / 255 });
    expect(found).toMatchObject({ seen: 2, min: 0, max: 1, zeros: 0.5 });
    expect(found.mean).toBeCloseTo((255 + 255 + 7 + 8) / 8 / 255, 12);
    expect(found.features.mean[0]).toBeCloseTo(3.5 / 255, 12);
    expect(found.features.stddev[0]).toBeCloseTo(3.5 / 255, 12);
    expect(found.features.histograms).toBeUndefined();
    const { low, width, counts } = found.histogram;
    expect([low, width * 255, counts.length]).toEqual([0, 8, 32]);
    expect([counts[0], counts[1], counts[31]]).toEqual([5, 1, 2]);
  });

  it('of bytes that are counts have one bar for each of a few', async () => {
    const { histogram } = await statisticsOf(split(Uint8Array.of(3, 3, 5, 16), 1), { shape: [1], scale: 1 });
    expect(histogram).toMatchObject({ low: 3, width: 1 });
    expect(histogram.counts).toEqual([2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  it('of a column that never changes have no spread, whatever is rounded', async () => {
    const values = new Float32Array(3000).fill(0.1);
    const found = await statisticsOf(split(values, 1), { shape: [1], scale: 1 });
    expect(found.features.stddev[0]).toBe(0);
    expect(found.histogram.counts).toEqual([3000]);
  });

  it('keep their digits far from zero', async () => {
    const found = await statisticsOf(split(floats(1e6, 1e6 + 1, 1e6 + 2), 1), { shape: [1], scale: 1 });
    expect(found.features.stddev[0]).toBeCloseTo(Math.sqrt(2 / 3), 6);
    expect(found.stddev).toBeCloseTo(Math.sqrt(2 / 3), 6);
  });

  it('end when the user wants it', async () => {
    await expectStudioError(statisticsOf(split(floats(1, 2), 1), { shape: [1], scale: 1 }, AbortSignal.abort()), 'cancelled', 'cancelled');
  });
});

it('looks at places spread over all of a split, without a copy', () => {
  const all = split(Float32Array.from({ length: 2000 }, (_, i) => Math.floor(i / 2)), 2);
  const pieces = [...spreadPieces(all, 256)];
  expect(pieces).toHaveLength(64);
  const rows = pieces.flatMap(piece => Array.from(piece).filter((_, i) => i % 2 === 0));
  expect(rows).toHaveLength(128);
  expect([rows[0], rows.at(-1)]).toEqual([0, 999]);
  expect(new Set(rows).size).toBe(128);
  expect(pieces[0]!.buffer).toBe((all.values as Float32Array).buffer);
  expect([...spreadPieces(all, 1e9)].map(piece => piece.length)).toEqual([2000]);
  expect([...spreadPieces({ count: 0, values: new Float32Array(0) }, 10)]).toEqual([]);
});

describe('duplicates', () => {
  it('are found in training, and in validation what was trained on', () => {
    const train = split(floats(1, 2, 3, 4, 1, 2, 1, 2), 2);
    const validation = split(floats(3, 4, 3, 5, 1, 2), 2);
    expect(findDuplicates({ train, validation, shape: [2] })).toEqual({ train: 2, shared: 2 });
  });

  it('of bytes differ in the last of many', () => {
    const a = new Uint8Array(784).fill(7);
    const b = a.slice();
    b[783] = 8;
    const train = split(Uint8Array.from([...a, ...b]), 784);
    expect(findDuplicates({ train, validation: split(b, 784), shape: [784] })).toEqual({ train: 0, shared: 1 });
  });

  it('are not looked for in what is read from disk', () => {
    const stored = { count: 1, stored: {} } as unknown as Split;
    expect(findDuplicates({ train: stored, validation: stored, shape: [1] })).toBeUndefined();
  });
});
