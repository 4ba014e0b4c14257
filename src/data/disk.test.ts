// Sets that are read from disk as they are needed hold what the same sets hold in memory.
import { existsSync, readdirSync, rmSync, statSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataSpec } from '../spec/schema.ts';
import { createBatchSource } from './batches.ts';
import type { BatchPlan, Dataset, LoadOptions, Split } from './dataset.ts';
import { loadDataset, loadShape } from './load.ts';
import type { Samples } from './memory.ts';
import { copyRows, everyValue, gatherRows, splitKind } from './rows.ts';
import { bytesOf, expectStudioError, idxFile, npyFile, pgm, TemporaryFolder, zipFile } from './testing.ts';

const folder = new TemporaryFolder();
const workerPath = join(folder.path, 'batch-worker.js');
beforeAll(async () => {
  await build({ entryPoints: [join(import.meta.dirname, 'batch-worker.ts')], bundle: true, platform: 'node', format: 'cjs', outfile: workerPath, logLevel: 'error' });
});
afterAll(() => { folder.remove(); });

const cacheFolder = join(folder.path, 'cache');
const load = (data: DataSpec, more: Partial<LoadOptions> = {}): Promise<Dataset> => loadDataset(data, { baseFolders: [folder.path], seed: 1, cacheFolder, ...more });
const ramp = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7) & 255);
const all = (split: Split): Samples => copyRows(split, 0, split.count);

async function expectSame(data: DataSpec): Promise<Dataset> {
  const [held, stored] = [await load({ ...data, memory: 1 } as DataSpec), await load({ ...data, memory: 0 } as DataSpec)];
  expect(held.train.stored ?? held.validation.stored).toBeUndefined();
  expect(stored.train.stored).toBeDefined();
  const { train: _, validation: __, ...facts } = held;
  expect(stored).toMatchObject(facts);
  for (const part of ['train', 'validation'] as const) {
    expect(stored[part].count).toBe(held[part].count);
    expect(splitKind(stored[part])).toBe(splitKind(held[part]));
    expect(all(stored[part])).toEqual(all(held[part]));
    expect(stored[part].labels).toEqual(held[part].labels);
  }
  const positions = Int32Array.from({ length: Math.min(5, held.train.count) }, (_, i) => (3 * i) % held.train.count);
  expect(gatherRows(stored.train, positions)).toEqual(gatherRows(held.train, positions));
  return stored;
}

folder.write('x.idx', idxFile(8, [200, 2, 3], ramp(1200)));
folder.write('y.idx', idxFile(8, [200], Uint8Array.from({ length: 200 }, (_, i) => i % 7)));
folder.write('t.idx', idxFile(8, [30, 2, 3], ramp(180)));
folder.write('x.npy', npyFile('<f8', [200, 6], bytesOf(Float64Array.from(ramp(1200), value => value / 255))));
const idx: DataSpec = { type: 'idx', images: 'x.idx', labels: 'y.idx', validation: 0.3 };
const npy: DataSpec = { type: 'npy', images: 'x.npy', validation: 0.1 };
const members = { images: 'x_train', labels: 'y_train', testImages: 'x_test', testLabels: 'y_test' };

describe('a set that is not in memory', () => {
  it.each<[string, DataSpec]>([
    ['idx, cut by a share', idx], ['idx with a test part', { type: 'idx', images: 'x.idx', testImages: 't.idx', validation: 'test' }],
    ['idx without validation', { ...idx, validation: 0 }], ['only some of it', { ...idx, limit: 50 }],
    ['npy', npy], ['npy with a shape', { type: 'npy', images: 'x.npy', shape: [3, 2, 1], divideBy: 2, validation: 0.5 }],
    ['bytes cut at one half', { ...idx, binarize: 'threshold' }], ['bytes, validation drawn', { ...idx, binarize: 'sample' }],
    ['floats cut at one half', { ...npy, binarize: 'threshold' }], ['floats, validation drawn', { ...npy, binarize: 'sample' }],
  ])('holds the same: %s', async (_name, data) => { await expectSame(data); });

  it('may be an archive of numpy.savez', async () => {
    folder.write('a.npz', zipFile({ 'x_train.npy': npyFile('|u1', [20, 2, 2], ramp(80)), 'y_train.npy': npyFile('|u1', [20], ramp(20)), 'x_test.npy': npyFile('|u1', [4, 2, 2], ramp(16)) }, { level: 0 }));
    await expectSame({ type: 'npz', path: 'a.npz', ...members, validation: 'test' });
  });

  it('must not be compressed, nor in column-major order', async () => {
    folder.write('x.idx.gz', gzipSync(idxFile(8, [200, 2, 3], ramp(1200))));
    await expectStudioError(load({ type: 'idx', images: 'x.idx.gz', validation: 0, memory: 0 }), 'data', 'x.idx.gz: its samples need 1.20 kB', 'compressed. Unpack it (gunzip', '"memory"');
    folder.write('b.npz', zipFile({ 'x_train.npy': npyFile('|u1', [20, 2, 2], new Uint8Array(80)) }));
    await expectStudioError(load({ type: 'npz', path: 'b.npz', ...members, validation: 0, memory: 0 }), 'data', 'b.npz (x_train.npy)', 'numpy.savez');
    folder.write('f.npy', npyFile('<f4', [3, 2], bytesOf(Float32Array.of(1, 2, 3, 4, 5, 6)), { fortran: true }));
    await expectStudioError(load({ type: 'npy', images: 'f.npy', validation: 0, memory: 0 }), 'data', 'f.npy', 'numpy.ascontiguousarray');
    expect(await loadShape({ type: 'idx', images: 'x.idx.gz', validation: 0, memory: 0 }, { baseFolders: [folder.path], seed: 1 })).toEqual([2, 3, 1]);
  });

  it('is where a run had it, whatever fits', async () => {
    expect((await load(idx, { place: 'disk' })).train.stored).toBeDefined();
    expect((await load({ ...idx, memory: 0 }, { place: 'memory' })).train.stored).toBeUndefined();
  });

  it('has its values checked before they are binarised', async () => {
    folder.write('wrong.npy', npyFile('<f4', [4, 2], bytesOf(Float32Array.of(0, 1, 0, 1, 0, 1, 0, 2))));
    await expectStudioError(load({ type: 'npy', images: 'wrong.npy', validation: 0, memory: 0, binarize: 'threshold' }), 'data', 'there is 2');
    const aborted = AbortSignal.abort();
    await expect(load({ ...npy, memory: 0, binarize: 'sample' }, { signal: aborted })).rejects.toMatchObject({ reason: 'cancelled' });
  });

  it('can be asked for all its values', async () => {
    const { train } = await load({ ...npy, memory: 0 });
    expect(everyValue(train, value => value <= 1)).toBe(true);
    expect(everyValue(train, value => value < 1)).toBe(false);
  });
});

describe('batches of a set that is not in memory', () => {
  const plan: BatchPlan = { seed: 5, batchSize: 32, shuffle: true, corruption: [{ type: 'masking', amount: 0.3, clip: true }], random: [{ name: 'n', kind: 'normal', perSample: 2 }], labels: true };

  it('are the same with and without a worker, each sample once with its label', async () => {
    const [held, stored] = [await load({ ...idx, memory: 1 }), await load({ ...idx, memory: 0 })];
    const labelOf = new Map<string, Set<number>>();
    for (let i = 0; i < held.train.count; i++) {
      const key = copyRows(held.train, i, 1).join();
      labelOf.set(key, (labelOf.get(key) ?? new Set()).add(held.train.labels![i]!));
    }
    const worker = createBatchSource(stored.train, stored, plan, { workerPath });
    const inline = createBatchSource(stored.train, stored, plan);
    for (const [epoch, seen] of [[1, [] as string[]], [2, [] as string[]]] as const) {
      for (let index = 0; index < worker.batchesPerEpoch; index++) {
        const [a, b] = [await worker.next(epoch, index), await inline.next(epoch, index)];
        expect(a).toEqual(b);
        for (let row = 0; row < a.size; row++) {
          const key = a.target.subarray(row * 6, (row + 1) * 6).join();
          expect(labelOf.get(key)?.has(a.labels![row]!)).toBe(true);
          seen.push(key);
        }
        worker.recycle(a);
        inline.recycle(b);
      }
      expect(seen.sort()).toEqual(Array.from({ length: held.train.count }, (_, i) => copyRows(held.train, i, 1).join()).sort());
    }
    await worker.dispose();
  });

  it('end in an error of the data when the file changes', async () => {
    const path = folder.write('changing.idx', idxFile(8, [200, 2, 3], ramp(1200)));
    const { train, ...facts } = await load({ type: 'idx', images: 'changing.idx', validation: 0, memory: 0 });
    truncateSync(path, 700);
    const source = createBatchSource(train, facts, { ...plan, labels: false }, { workerPath });
    await expectStudioError(source.next(1, 0), 'data', path, 'was changed while it was in use: it had 1.22 kB, now it has 700 bytes');
    await source.dispose();
  });
});

describe('images that are not in memory', () => {
  const packs = (): string[] => (existsSync(join(cacheFolder, 'packed')) ? readdirSync(join(cacheFolder, 'packed')).sort() : []);
  const picture = (i: number): Uint8Array => pgm(6, 4, (x, y) => (40 * i + x + 10 * y) & 255);

  it.each<[string, Partial<DataSpec>]>([['as they are', {}], ['brought to a size, in colour', { size: [3, 5], color: 'rgb' } as Partial<DataSpec>]])('hold the same, packed once: %s', async (name, more) => {
    for (let i = 0; i < 12; i++) folder.write(`${name}/train/${i % 2 === 0 ? 'ann' : 'bob'}/${i}.pgm`, picture(i));
    for (let i = 0; i < 3; i++) folder.write(`${name}/test/bob/${i}.pgm`, picture(20 + i));
    const data = { type: 'images', path: name, color: 'grey', fit: 'crop', validation: 'test', ...more } as DataSpec;
    const before = packs();
    const { train } = await expectSame(data);
    const made = packs().filter(file => !before.includes(file));
    expect(made).toHaveLength(1);
    expect(train.stored!.file.path).toBe(join(cacheFolder, 'packed', made[0]!));
    const { mtimeMs } = statSync(train.stored!.file.path);
    await expectSame(data);
    expect(statSync(train.stored!.file.path).mtimeMs).toBe(mtimeMs);
  });

  it('are packed anew when they change, and old packs go', async () => {
    for (let i = 0; i < 4; i++) folder.write(`changing/${i}.pgm`, picture(i));
    const data = { type: 'images', path: 'changing', color: 'grey', fit: 'crop', validation: 0, memory: 0 } as const;
    const first = (await load(data)).train.stored!.file.path;
    folder.write('changing/4.pgm', picture(9));
    const second = await load(data);
    expect(second.train.count).toBe(5);
    expect(existsSync(first)).toBe(true);
    const old = Date.now() / 1000 - 8 * 86_400;
    utimesSync(first, old, old);
    utimesSync(join(folder.path, 'changing/0.pgm'), old, old);
    await load(data);
    expect(existsSync(first)).toBe(false);
    expect(existsSync(second.train.stored!.file.path)).toBe(true);
    expect(packs().some(file => file.endsWith('.part'))).toBe(false);
  });

  it('may be a zip archive', async () => {
    folder.write('pictures.zip', zipFile(Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`${i}.pgm`, picture(i)]))));
    await expectSame({ type: 'images', path: 'pictures.zip', color: 'grey', fit: 'crop', validation: 0.4 });
  });

  it('leave nothing behind when one of them is damaged, and refuse damaged packs', async () => {
    for (let i = 0; i < 3; i++) folder.write(`damaged/${i}.pgm`, i === 2 ? 'no picture' : picture(i));
    const before = packs();
    const data = { type: 'images', path: 'damaged', color: 'grey', fit: 'crop', validation: 0, memory: 0 } as const;
    await expectStudioError(load(data), 'data', 'damaged/2.pgm is no picture');
    expect(packs()).toEqual(before);
    folder.write('damaged/2.pgm', picture(2));
    const { path } = (await load(data)).train.stored!.file;
    truncateSync(path, 100);
    await expectStudioError(load(data), 'data', path);
    rmSync(path);
    expect((await load(data)).train.count).toBe(3);
  });

  it('say where they cannot be packed', async () => {
    folder.write('flat/0.pgm', picture(0));
    const blocked = folder.write('a file', 'x');
    await expectStudioError(load({ type: 'images', path: 'flat', color: 'grey', fit: 'crop', validation: 0, memory: 0 }, { cacheFolder: blocked }), 'data', blocked, 'packed for reading from disk');
  });
});
