import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Normalization } from '../core/normalization.ts';
import type { DataSpec } from '../spec/schema.ts';
import { createBatchSource } from './batches.ts';
import type { Dataset, LoadOptions, Split } from './dataset.ts';
import { loadDataset } from './load.ts';
import { exceeds, rangeOfSplit, rangeText } from './range.ts';
import { copyRows, splitKind } from './rows.ts';
import { bytesOf, expectStudioError, npyFile, TemporaryFolder, zipFile } from './testing.ts';

const folder = new TemporaryFolder();
afterAll(() => { folder.remove(); });
const load = (data: DataSpec, more: Partial<LoadOptions> = {}) => loadDataset(data, { baseFolders: [folder.path], seed: 1, cacheFolder: join(folder.path, 'cache'), ...more });
const all = (split: Split): number[] => [...copyRows(split, 0, split.count)];
const column = (split: Split, c: number, features: number): number[] => all(split).filter((_, i) => i % features === c);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

// Thousands, tenths around a large offset, and a column that never changes.
const rows = Array.from({ length: 40 }, (_, i) => [i * 37 % 1500, 5000 + (i % 7) / 10, 3]);
const csv: Extract<DataSpec, { type: 'csv' }> = { type: 'csv', path: 'table.csv', separator: ',', validation: 0.25 };
folder.write('table.csv', `speed,level,same\n${rows.map(row => row.join(',')).join('\n')}\n`);
const floats = Float32Array.from(rows.flat());
folder.write('table.npy', npyFile('<f4', [40, 3], bytesOf(floats)));
const bytes = Uint8Array.from({ length: 200 * 3 }, (_, i) => (i % 3 === 0 ? i * 7 % 251 : i % 5));
folder.write('bytes.npy', npyFile('|u1', [200, 3], bytes));
folder.write('bytes.npz', zipFile({ 'x_train.npy': npyFile('|u1', [200, 3], bytes), 'x_test.npy': npyFile('|u1', [2, 3], Uint8Array.of(1, 2, 3, 250, 5, 6)) }));

/** What the statistics have to be: of the training samples as they stand in the file. */
async function statistics(data: Extract<DataSpec, { type: 'csv' }>): Promise<Normalization> {
  const { train } = await load(data);
  const columns = [0, 1, 2].map(c => column(train, c, 3));
  const center = columns.map(mean);
  const spread = columns.map((values, c) => Math.sqrt(mean(values.map(value => (value - center[c]!) ** 2))) || 1);
  return { kind: 'standard', center, spread };
}

describe('normalize', () => {
  it('brings columns to mean 0 and variance 1 by the training samples only', async () => {
    const expected = await statistics(csv);
    const set = await load({ ...csv, normalize: 'standard' });
    expect(set).toMatchObject({ scale: 1, columnNames: ['speed', 'level', 'same'], shape: [3] });
    for (const c of [0, 1, 2]) {
      expect(set.normalization!.center[c]).toBeCloseTo(expected.center[c]!, 6);
      expect(set.normalization!.spread[c]).toBeCloseTo(expected.spread[c]!, 6);
    }
    for (const c of [0, 1]) {
      const values = column(set.train, c, 3);
      expect(mean(values)).toBeCloseTo(0, 4);
      expect(mean(values.map(value => value ** 2))).toBeCloseTo(1, 4);
    }
    expect(column(set.train, 2, 3)).toEqual(Array.from({ length: 30 }, () => 0));
    // Those of validation are told nothing of themselves: they are where the training samples put them.
    const { validation } = await load(csv);
    const raw = column(validation, 0, 3);
    column(set.validation, 0, 3).forEach((value, i) => { expect(value).toBeCloseTo((raw[i]! - set.normalization!.center[0]!) / set.normalization!.spread[0]!, 4); });
    expect(Math.abs(mean(column(set.validation, 0, 3)))).toBeGreaterThan(1e-3);
  });

  it('brings every column to [0, 1]', async () => {
    const set = await load({ ...csv, normalize: 'minMax' });
    for (const c of [0, 1]) expect([Math.min(...column(set.train, c, 3)), Math.max(...column(set.train, c, 3))]).toEqual([0, 1]);
    expect(set.normalization!.spread[2]).toBe(1);
    expect(rangeOfSplit(set.train, set)).toEqual({ min: 0, max: 1 });
  });

  it.each([['table.npy'], ['bytes.npy']])('does the same to %s in memory and on disk, in every batch', async images => {
    const data: DataSpec = { type: 'npy', images, validation: 0.25, normalize: 'standard' };
    const held = await load({ ...data, memory: 1 });
    const stored = await load({ ...data, memory: 0 });
    expect([held.train.stored === undefined, stored.train.stored === undefined]).toEqual([true, false]);
    expect(stored.normalization).toEqual(held.normalization);
    expect([splitKind(held.train), splitKind(stored.train)]).toEqual(['float32', 'float32']);
    expect(all(stored.train)).toEqual(all(held.train));
    expect(all(stored.validation)).toEqual(all(held.validation));
    const first = async (set: Dataset) => [...(await createBatchSource(set.train, set, { seed: 1, batchSize: 16, shuffle: false, corruption: [], random: [] }).next(1, 1)).target];
    expect(await first(stored)).toEqual(await first(held));
  });

  it('takes the statistics of the training samples to a test part of an archive, and of a run to whatever the file holds now', async () => {
    const data: DataSpec = { type: 'npz', path: 'bytes.npz', images: 'x_train', labels: 'y_train', testImages: 'x_test', testLabels: 'y_test', validation: 'test', normalize: 'standard' };
    const set = await load(data);
    const { center, spread } = set.normalization!;
    expect(all(set.validation)).toEqual([1, 2, 3, 250, 5, 6].map((value, i) => Math.fround((value - center[i % 3]!) / spread[i % 3]!)));
    const known: Normalization = { kind: 'standard', center: [1, 2, 3], spread: [2, 2, 2] };
    const again = await load(data, { normalization: known });
    expect(again.normalization).toEqual(known);
    expect(all(again.validation)).toEqual([0, 0, 0, 124.5, 1.5, 1.5]);
    // Numbers for other columns are not those of this set.
    expect((await load(data, { normalization: { ...known, center: [1], spread: [1] } })).normalization).toEqual(set.normalization);
  });

  it('refuses pictures', async () => {
    folder.write('pictures.npy', npyFile('<f4', [10, 2, 3], bytesOf(Float32Array.from({ length: 60 }, (_, i) => i))));
    await expectStudioError(load({ type: 'npy', images: 'pictures.npy', validation: 0, normalize: 'minMax' }), 'data', '"normalize" is for vectors', '2×3×1', 'divideBy');
  });
});

describe('values that are no numbers', () => {
  const broken = Float32Array.from({ length: 60 * 4 }, (_, i) => (i === 17 * 4 + 3 ? NaN : i));
  folder.write('nan.npy', npyFile('<f4', [60, 4], bytesOf(broken)));
  folder.write('nan.npz', zipFile({ 'x_train.npy': npyFile('<f4', [60, 4], bytesOf(broken)) }));
  folder.write('large.npy', npyFile('<f8', [2, 2], bytesOf(Float64Array.of(1, 2, -1e300, 4))));

  it('are named when they are loaded', async () => {
    await expectStudioError(load({ type: 'npy', images: 'nan.npy', validation: 0 }), 'data', 'nan.npy: sample 17, value 3 is NaN');
    await expectStudioError(load({ type: 'npz', path: 'nan.npz', images: 'x_train', labels: 'y', testImages: 'x_test', testLabels: 'z', validation: 0 }), 'data', 'nan.npz (x_train): sample 17, value 3 is NaN');
    await expectStudioError(load({ type: 'npy', images: 'large.npy', validation: 0 }), 'data', 'sample 1, value 0 is -Infinity, or beyond what float32 holds');
  });

  it('are named when they are read from disk, by their place in the file', async () => {
    const set = await load({ type: 'npy', images: 'nan.npy', validation: 0.5, memory: 0 });
    const look = async (): Promise<void> => {
      for (const split of [set.train, set.validation]) all(split);
      await Promise.resolve();
    };
    await expectStudioError(look(), 'data', 'nan.npy: sample 17, value 3 is NaN');
    await expectStudioError(load({ type: 'npy', images: 'nan.npy', validation: 0, memory: 0, normalize: 'standard' }), 'data', 'nan.npy: sample 17, value 3 is NaN');
  });
});

describe('the range of a split', () => {
  it('is that of the numbers on the scale of the model, on disk as well', async () => {
    const data: DataSpec = { type: 'npy', images: 'table.npy', validation: 0, divideBy: 10 };
    for (const memory of [0, 1]) {
      const set = await load({ ...data, memory });
      const { min, max } = rangeOfSplit(set.train, set);
      expect([min, max]).toEqual([0, expect.closeTo(500.06, 3)]);
      expect(rangeText({ min, max })).toBe('0 … 500.1');
    }
    const set = await load({ type: 'npy', images: 'bytes.npy', validation: 0 });
    expect(rangeOfSplit(set.train, set)).toEqual({ min: 0, max: 1 });
  });

  it('exceeds limits by more than rounding, or by the share that is asked for', () => {
    expect([exceeds({ min: 0, max: 1 + 1e-7 }, 0, 1), exceeds({ min: -0.001, max: 1 }, 0, 1), exceeds({ min: -0.001, max: 1 }, 0, 1, 0.01)]).toEqual([false, true, false]);
    expect(exceeds({ min: -5, max: 9 }, -Infinity, Infinity)).toBe(false);
  });
});
