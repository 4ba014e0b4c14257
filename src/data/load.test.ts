import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { DataSpec } from '../spec/schema.ts';
import type { LoadOptions } from './dataset.ts';
import { loadDataset, loadShape } from './load.ts';
import { heldValues } from './rows.ts';
import { bytesOf, expectStudioError, idxFile, npyFile, pgm, realData, TemporaryFolder, zipFile } from './testing.ts';

const folder = new TemporaryFolder();
afterAll(() => { folder.remove(); });

const options: LoadOptions = { baseFolders: [folder.path], seed: 1, cacheFolder: join(folder.path, 'cache') };
const load = (data: DataSpec, more: Partial<LoadOptions> = {}) => loadDataset(data, { ...options, ...more });
const ramp = (length: number) => Uint8Array.from({ length }, (_, i) => i & 255);

describe('loadDataset', () => {
  it('loads glyphs in any number', async () => {
    const set = await load({ type: 'glyphs', train: 60, test: 20, seed: 0, validation: 'test' });
    expect(set).toMatchObject({ name: 'glyphs', shape: [28, 28, 1], scale: 1 / 255, train: { count: 60 }, validation: { count: 20 } });
    expect(set.classNames).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(set.train.labels).toHaveLength(60);
    const few = await load({ type: 'glyphs', train: 60, test: 20, seed: 0, validation: 0, limit: 10 });
    expect([few.train.count, few.validation.count]).toEqual([10, 0]);
    expect(heldValues(few.validation)).toHaveLength(0);
    expect([...heldValues(few.train)]).toEqual([...heldValues(set.train).subarray(0, 7840)]);
  });

  it('loads idx files with labels', async () => {
    folder.write('x', idxFile(8, [4, 2, 3], ramp(24)));
    folder.write('y', idxFile(8, [4], Uint8Array.of(10, 9, 10, 3)));
    folder.write('tx', gzipSync(idxFile(8, [2, 2, 3], ramp(12))));
    folder.write('ty', idxFile(8, [2], Uint8Array.of(7, 3)));
    const set = await load({ type: 'idx', images: 'x', labels: 'y', testImages: 'tx', testLabels: 'ty', validation: 'test' });
    expect(set).toMatchObject({ name: 'x', shape: [2, 3, 1], scale: 1 / 255, train: { count: 4 }, validation: { count: 2 } });
    expect(set.classNames).toEqual(['3', '7', '9', '10']);
    expect([...set.train.labels!]).toEqual([3, 2, 3, 0]);
    expect([...set.validation.labels!]).toEqual([1, 0]);
    const cut = await load({ type: 'idx', images: 'x', labels: 'y', validation: 0.25, limit: 3 });
    expect([cut.train.count, cut.validation.count]).toEqual([2, 1]);
    await expectStudioError(load({ type: 'idx', images: 'x', labels: 'ty', validation: 'test' }), 'data', 'ty holds 2 labels, the images are 4');
    await expectStudioError(load({ type: 'idx', images: 'x', labels: 'x', validation: 'test' }), 'data', 'labels must be one number per sample, its shape is 4×2×3');
    await expectStudioError(load({ type: 'idx', images: 'nope', validation: 'test' }), 'data', join(folder.path, 'nope'), '--data DIR');
  });

  it('finds a relative path by its name in data folders and in their folders', async () => {
    const place = new TemporaryFolder();
    try {
      place.write('digits/deep.csv', '1,2\n3,4\n');
      const data: DataSpec = { type: 'csv', path: 'tables/deep.csv', separator: ',', validation: 0 };
      expect((await load(data, { dataFolders: [join(folder.path, 'gone'), place.path] })).train.count).toBe(2);
      place.write('other/deep.csv', '1,2\n');
      await expectStudioError(load(data, { dataFolders: [place.path] }), 'data', join('digits', 'deep.csv'), join('other', 'deep.csv'), 'Say which');
      expect((await load(data, { dataFolders: [join(place.path, 'other'), place.path] })).train.count).toBe(1);
      await expectStudioError(load({ ...data, path: 'nowhere.csv' }, { dataFolders: [place.path] }), 'data', 'nowhere.csv', '--data DIR', 'first lines of the .aeconf file');
    } finally {
      place.remove();
    }
  });

  it('finds a relative path beside a link to the config, then beside the config, and says where it looked', async () => {
    const place = new TemporaryFolder();
    try {
      place.write('real/x.csv', '1,2\n3,4\n');
      const baseFolders = [join(place.path, 'links'), join(place.path, 'real')];
      const data: DataSpec = { type: 'csv', path: 'x.csv', separator: ',', validation: 0 };
      expect((await load(data, { baseFolders })).train.count).toBe(2);
      place.write('links/x.csv', '1,2\n');
      expect((await load(data, { baseFolders })).train.count).toBe(1);
      const gone = load({ ...data, path: 'gone.csv' }, { baseFolders });
      await expectStudioError(gone, 'data', join('links', 'gone.csv'), join('real', 'gone.csv'), 'The config is a link, so files are looked for beside it, then beside the file it leads to.');
      const one = await expectStudioError(load({ ...data, path: 'gone.csv' }), 'data', 'There is no');
      expect(one.message).not.toContain('link');
    } finally {
      place.remove();
    }
  });

  it('tells that a first line was taken as names', async () => {
    folder.write('named.csv', 'a,b,kind\n1,2,x\n3,4,y\n');
    const data: DataSpec = { type: 'csv', path: 'named.csv', labelColumn: 'last', separator: ',', validation: 0 };
    const set = await load(data);
    expect(set.notes).toEqual(['named.csv: the first line was taken as the names of its 3 columns (a, b, kind).']);
    expect(set.columnNames).toEqual(['a', 'b']);
    expect((await load({ ...data, shape: [1, 2, 1] })).columnNames).toBeUndefined();
    expect(await loadShape({ ...data, normalize: 'standard' }, options)).toEqual([2]);
  });

  it('loads npy with a shape and a factor of the spec', async () => {
    folder.write('x.npy', npyFile('<f8', [6, 12], bytesOf(Float64Array.from({ length: 72 }, (_, i) => i / 2))));
    folder.write('y.npy', npyFile('<i8', [6, 1], bytesOf(BigInt64Array.of(-1n, 1n, 1n, -1n, 1n, 1n))));
    const set = await load({ type: 'npy', images: 'x.npy', labels: 'y.npy', divideBy: 16, shape: [2, 2, 3], validation: 0 });
    expect(set).toMatchObject({ shape: [2, 2, 3], scale: 1 / 16 });
    expect(heldValues(set.train)).toBeInstanceOf(Float32Array);
    expect(set.classNames).toEqual(['-1', '1']);
    await expectStudioError(load({ type: 'npy', images: 'x.npy', shape: [5, 5, 1], validation: 0 }), 'data', '12 numbers each (12)', '5×5×1 needs 25');
    folder.write('big.npy', npyFile('|u1', [1, 2, 2, 2, 2], ramp(16)));
    await expectStudioError(load({ type: 'npy', images: 'big.npy', validation: 0 }), 'data', '2×2×2×2', '"shape"');
    await expectStudioError(load({ type: 'npy', images: 'big.npy', shape: [4, 4, 1], validation: 0.5 }), 'data', 'single sample');
    folder.write('truth.npy', npyFile('|b1', [2, 3], Uint8Array.of(0, 1, 1, 0, 0, 1)));
    expect((await load({ type: 'npy', images: 'truth.npy', validation: 0 })).scale).toBe(1);
    folder.write('half.npy', npyFile('<f4', [6], bytesOf(Float32Array.of(0, 0.5, 1, 1, 1, 1))));
    await expectStudioError(load({ type: 'npy', images: 'x.npy', labels: 'half.npy', validation: 0 }), 'data', 'half.npy: label 1 is 0.5');
  });

  it('loads npz with members that may be absent', async () => {
    const members = { images: 'x_train', labels: 'y_train', testImages: 'x_test', testLabels: 'y_test' };
    folder.write('a.npz', zipFile({ 'x_train.npy': npyFile('|u1', [20, 2, 2], ramp(80)), 'y_train.npy': npyFile('|u1', [20], ramp(20)) }));
    const set = await load({ type: 'npz', path: 'a.npz', ...members, validation: 'test' });
    expect([set.train.count, set.validation.count]).toEqual([18, 2]);
    expect(set.train.labels).toHaveLength(18);
    folder.write('b.npz', zipFile({ 'a.npy': npyFile('|u1', [20, 2, 2], ramp(80)) }));
    expect((await load({ type: 'npz', path: 'b.npz', ...members, images: 'a', validation: 0 })).train.labels).toBeUndefined();
    await expectStudioError(load({ type: 'npz', path: 'b.npz', ...members, validation: 0 }), 'data', 'no member "x_train.npy"', 'a.npy');
  });

  it('loads tables, whose numbers are not taken for bytes', async () => {
    folder.write('t.csv', 'a,b,kind\n1,2,x\n3,16,y\n5,6,x\n');
    const set = await load({ type: 'csv', path: 't.csv', separator: ',', labelColumn: 'kind', validation: 0 });
    expect(set).toMatchObject({ shape: [2], scale: 1, classNames: ['x', 'y'] });
    expect([...set.train.labels!]).toEqual([0, 1, 0]);
    expect((await load({ type: 'csv', path: 't.csv', separator: ',', labelColumn: 'last', divideBy: 16, shape: [1, 2, 1], validation: 0 })).scale).toBe(1 / 16);
  });

  it('loads folders of images with their own test part, or a share', async () => {
    for (let i = 0; i < 20; i++) folder.write(`faces/${i % 2 === 0 ? 'ann' : 'bob'}/${i}.pgm`, pgm(4, 3, i));
    const set = await load({ type: 'images', path: 'faces', color: 'grey', fit: 'crop', validation: 0.25 });
    expect(set).toMatchObject({ name: 'faces', shape: [3, 4, 1], classNames: ['ann', 'bob'], train: { count: 15 }, validation: { count: 5 } });
    for (const part of [set.train, set.validation]) for (let i = 0; i < part.count; i++) expect(part.labels![i]).toBe(heldValues(part)[i * 12]! % 2);
    folder.write('parts/train/1.pgm', pgm(2, 2, 1));
    folder.write('parts/test/1.pgm', pgm(2, 2, 2));
    const parts = await load({ type: 'images', path: 'parts', color: 'rgb', fit: 'stretch', size: [1, 1], validation: 'test' });
    expect([...heldValues(parts.train), ...heldValues(parts.validation)]).toEqual([1, 1, 1, 2, 2, 2]);
    expect(parts.classNames).toBeUndefined();
  });

  it('tells the shape of a sample without reading all', async () => {
    folder.write('shape/1.pgm', pgm(5, 4, 1));
    folder.write('shape/2.pgm', 'no picture, and never looked at');
    expect(await loadShape({ type: 'images', path: 'shape', color: 'rgb', fit: 'crop', validation: 'test' }, options)).toEqual([4, 5, 3]);
    folder.write('cut.idx', idxFile(8, [2, 6, 2], ramp(24)));
    expect(await loadShape({ type: 'idx', images: 'cut.idx', validation: 'test' }, options)).toEqual([6, 2, 1]);
  });

  it('finds relative paths in data folders too', async () => {
    folder.write('elsewhere/deep/t.csv', '1,2\n3,4\n');
    const data: DataSpec = { type: 'csv', path: 'deep/t.csv', separator: ',', validation: 0 };
    expect((await load(data, { dataFolders: [join(folder.path, 'elsewhere')] })).train.count).toBe(2);
    await expectStudioError(load(data), 'data', 'deep/t.csv');
  });
});

/** Mean of all values, as a first check that the right bytes are in the right place. */
const mean = (values: ArrayLike<number>) => Array.prototype.reduce.call<ArrayLike<number>, [(sum: number, value: number) => number, number], number>(values, (sum, value) => sum + value, 0) / values.length;

describe.skipIf(realData === undefined)('real data', () => {
  const real: Partial<LoadOptions> = { dataFolders: [realData ?? ''] };

  it.each([['mnist', 33.318, 33.791], ['fashion-mnist', 72.940, 73.147]] as const)('%s', async (type, trainMean, testMean) => {
    const set = await load({ type, validation: 'test' }, real);
    expect(set).toMatchObject({ name: type, shape: [28, 28, 1], scale: 1 / 255, train: { count: 60000 }, validation: { count: 10000 } });
    expect(mean(heldValues(set.train))).toBeCloseTo(trainMean, 2);
    expect(mean(heldValues(set.validation))).toBeCloseTo(testMean, 2);
    const labels = gunzipSync(readFileSync(join(realData!, type, 't10k-labels-idx1-ubyte.gz'))).subarray(8);
    expect([...set.validation.labels!]).toEqual([...labels]);
    expect(set.classNames).toHaveLength(10);
    expect(heldValues(set.train).buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('tells MNIST and Fashion-MNIST apart where the folder does not', async () => {
    const set = await load({ type: 'fashion-mnist', validation: 0.1, limit: 1000 }, { dataFolders: [join(realData!, 'mnist'), join(realData!, 'fashion-mnist')] });
    expect([set.train.count, set.validation.count]).toEqual([900, 100]);
    expect(mean(heldValues(set.train))).toBeGreaterThan(65);
  });

  it('mnist.npz holds the same as the idx files', async () => {
    const npz = await load({
      type: 'npz', path: 'mnist-npz/mnist.npz', images: 'x_train', labels: 'y_train', testImages: 'x_test', testLabels: 'y_test', validation: 'test',
    }, real);
    const idx = await load({ type: 'mnist', validation: 'test' }, real);
    expect(npz.shape).toEqual(idx.shape);
    expect(Buffer.compare(heldValues(npz.train) as Uint8Array, heldValues(idx.train) as Uint8Array)).toBe(0);
    expect(Buffer.compare(heldValues(npz.validation) as Uint8Array, heldValues(idx.validation) as Uint8Array)).toBe(0);
    expect([...npz.train.labels!]).toEqual([...idx.train.labels!]);
  });

  it('digits.csv.gz', async () => {
    const set = await load({ type: 'csv', path: 'digits/digits.csv.gz', separator: ',', labelColumn: 'last', divideBy: 16, shape: [8, 8, 1], validation: 0 }, real);
    expect(set).toMatchObject({ name: 'digits.csv.gz', shape: [8, 8, 1], train: { count: 1797 } });
    expect(set.classNames).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect([...set.train.labels!.subarray(0, 10)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...heldValues(set.train).subarray(0, 8)]).toEqual([0, 0, 5, 13, 9, 1, 0, 0]);
    expect(Math.max(...heldValues(set.train))).toBe(16);
  });

  it('faces/orl: 400 PGM files of 40 people', async () => {
    const set = await load({ type: 'images', path: 'faces/orl', color: 'grey', fit: 'crop', validation: 0.1 }, real);
    expect(set).toMatchObject({ name: 'orl', shape: [112, 92, 1], train: { count: 360 }, validation: { count: 40 } });
    expect(set.classNames!.slice(0, 3)).toEqual(['s1', 's2', 's3']);
    expect(set.classNames).toHaveLength(40);
  });

  it('faces/lfw: JPEG files, in colour and smaller, found by name', async () => {
    const set = await load({ type: 'lfw', color: 'rgb', fit: 'crop', size: [32, 32], limit: 300, validation: 0.1 }, real);
    expect(set).toMatchObject({ name: 'lfw', shape: [32, 32, 3], train: { count: 270 }, validation: { count: 30 } });
    expect(set.classNames).toContain('Abdullah_Gul');
    expect(mean(heldValues(set.train))).toBeGreaterThan(60);
    expect(mean(heldValues(set.train))).toBeLessThan(170);
    expect(existsSync(options.cacheFolder!)).toBe(false);
  });
});
