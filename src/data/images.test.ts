import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { DataProgress } from './dataset.ts';
import { compareNaturally } from './file-set.ts';
import { MemoryBudget } from './free-memory.ts';
import { readImages, type ImageOptions, type ImagePart } from './images.ts';
import { expectStudioError, pgm, tarFile, TemporaryFolder, zipFile } from './testing.ts';

const folder = new TemporaryFolder();
afterAll(() => { folder.remove(); });

const read = (path: string, options: Partial<ImageOptions> = {}) => readImages(path, { color: 'grey', fit: 'crop', test: true, budget: new MemoryBudget(1), packFolder: join(folder.path, 'packed'), ...options });
/** The bytes of samples that are in memory. */
function dataOf({ samples }: ImagePart): Uint8Array {
  if ('data' in samples && samples.data instanceof Uint8Array) return samples.data;
  throw new Error('These samples are not in memory.');
}
const faces = { 'ann/10.pgm': pgm(2, 2, 10), 'ann/9.pgm': pgm(2, 2, 9), 'bob/1.pgm': pgm(2, 2, 1) };

function writeAll(name: string, files: Readonly<Record<string, Uint8Array | string>>): string {
  for (const [path, content] of Object.entries(files)) folder.write(join(name, path), content);
  return join(folder.path, name);
}

describe('readImages', () => {
  it('takes sub-folders for labels and sorts naturally', async () => {
    const set = await read(writeAll('faces', { ...faces, 'README.txt': 'hello', '.hidden/1.pgm': 'no picture', 'bob/._2.pgm': 'no picture' }));
    expect(set.train.samples.shape).toEqual([3, 2, 2, 1]);
    expect([...dataOf(set.train)]).toEqual([9, 9, 9, 9, 10, 10, 10, 10, 1, 1, 1, 1]);
    expect(set.train.labels).toEqual(['ann', 'ann', 'bob']);
    expect(set.test).toBeUndefined();
    expect(dataOf(set.train).buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('gives the same from .zip, .tgz and .tar, whatever folder is around it', async () => {
    const wrapped = Object.fromEntries(Object.entries(faces).map(([path, bytes]) => [`./set/${path}`, bytes]));
    const tar = await tarFile({ ...wrapped, './set/README.txt': Buffer.from('hello') });
    const plain = await read(writeAll('same', faces));
    const archives = [
      folder.write('a.zip', zipFile({ ...Object.fromEntries(Object.entries(faces).map(([path, bytes]) => [`set/${path}`, bytes])), '__MACOSX/set/ann/9.pgm': Buffer.from('junk') })),
      folder.write('a.tgz', gzipSync(tar)), folder.write('a.tar.gz', gzipSync(tar)), folder.write('a.tar', tar),
    ];
    for (const archive of archives) {
      const set = await read(archive);
      expect(set.train.labels, archive).toEqual(plain.train.labels);
      expect([...dataOf(set.train)], archive).toEqual([...dataOf(plain.train)]);
    }
  });

  it('knows train and test folders', async () => {
    const set = await read(writeAll('parts', { 'train/a/1.pgm': pgm(1, 1, 1), 'train/b/1.pgm': pgm(1, 1, 2), 'test/b/1.pgm': pgm(1, 1, 3) }));
    expect([...dataOf(set.train)]).toEqual([1, 2]);
    expect(set.train.labels).toEqual(['a', 'b']);
    expect([...dataOf(set.test!)]).toEqual([3]);
    expect(set.test!.labels).toEqual(['b']);
  });

  it('has no labels without sub-folders, brings sizes together, obeys the limit and reports progress', async () => {
    const path = writeAll('flat', { '1.pgm': pgm(4, 4, 50), '2.pgm': pgm(8, 4, 60), '3.pgm': pgm(3, 9, 70) });
    const seen: DataProgress[] = [];
    const set = await read(path, { size: [2, 2], color: 'rgb', limit: 2, onProgress: progress => { seen.push(progress); } });
    expect(set.train.labels).toBeUndefined();
    expect(set.train.samples.shape).toEqual([2, 2, 2, 3]);
    expect(new Set(dataOf(set.train))).toEqual(new Set([50, 60]));
    expect(seen.at(-1)).toMatchObject({ done: 2, total: 2, unit: 'files' });
  });

  it('follows links, but not in circles', async () => {
    const path = writeAll('links', { 'a/1.pgm': pgm(1, 1, 7) });
    mkdirSync(join(path, 'b'));
    symlinkSync(join(path, 'a', '1.pgm'), join(path, 'b', '2.pgm'));
    symlinkSync(path, join(path, 'b', 'loop'));
    expect((await read(path)).train.labels).toEqual(['a', 'b']);
  });

  it('names what is wrong', async () => {
    await expectStudioError(read(writeAll('mixed', { 'a.pgm': pgm(4, 4, 1), 'b.pgm': pgm(4, 5, 1) })), 'data', 'mixed/b.pgm has 4×5', 'mixed/a.pgm has 4×4', '"size"');
    await expectStudioError(read(writeAll('none', { 'a.txt': 'x' })), 'data', 'none holds no images');
    await expectStudioError(read(writeAll('bad', { 'a/1.pgm': pgm(4, 4, 1), 'a/2.jpg': 'no picture' })), 'data', 'bad/a/2.jpg is no picture');
    await expectStudioError(read(writeAll('cut', { '1.pgm': pgm(4, 4, 1).subarray(0, 20) })), 'data', 'cut/1.pgm cannot be decoded');
    await expectStudioError(read(join(folder.path, 'nowhere')), 'data', 'nowhere: there is no such file');
    await expectStudioError(read(folder.write('a.rar', 'x')), 'data', 'a.rar is neither a folder nor');
    await expectStudioError(read(writeAll('stop', faces), { signal: AbortSignal.abort() }), 'cancelled');
  });

  it('refuses archives that reach outside, are cut or no archives', async () => {
    for (const name of ['../evil.pgm', '/etc/evil.pgm', 'a/../../evil.pgm', 'C:/evil.pgm']) {
      await expectStudioError(read(folder.write('evil.tar', await tarFile({ 'ok.pgm': pgm(1, 1, 1), [name]: pgm(1, 1, 1) }))), 'data', 'evil.tar is refused', 'outside');
      await expectStudioError(read(folder.write('evil.zip', zipFile({ 'ok.pgm': pgm(1, 1, 1), [name]: pgm(1, 1, 1) }))), 'data', 'evil.zip is refused', 'outside');
    }
    const tar = gzipSync(await tarFile({ 'a.pgm': pgm(90, 90, (x, y) => (x * y) & 255), 'b.pgm': pgm(90, 90, 1) }));
    await expectStudioError(read(folder.write('half.tgz', tar.subarray(0, tar.length >> 1))), 'data', 'half.tgz');
    await expectStudioError(read(folder.write('cut.tar', (await tarFile({ 'a.pgm': pgm(90, 90, 1) })).subarray(0, 2000))), 'data', 'cut.tar');
    await expectStudioError(read(folder.write('junk.tgz', gzipSync(Buffer.alloc(2048, 'junk')))), 'data', 'junk.tgz');
    await expectStudioError(read(folder.write('junk.zip', 'junk')), 'data', /junk\.zip is not a zip archive.*[^.]\.$/);
    await expectStudioError(read(folder.write('empty.tgz', gzipSync(await tarFile({})))), 'data', 'holds no images');
  });
});

it('compareNaturally', () => {
  expect(['s10', 's2', 's1', 'a10b2', 'a10b10', '01', '1', 'a'].sort(compareNaturally)).toEqual(['01', '1', 'a', 'a10b2', 'a10b10', 's1', 's2', 's10']);
});
