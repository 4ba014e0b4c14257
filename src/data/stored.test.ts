import { appendFileSync, rmSync, truncateSync, utimesSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../core/random.ts';
import { MemoryBudget } from './free-memory.ts';
import { openIdx, readIdx } from './idx.ts';
import { openNpy, readNpy } from './npy.ts';
import type { Samples } from './memory.ts';
import { allocateRows, readStored, type StoredRows } from './stored.ts';
import { bytesOf, expectStudioError, idxFile, npyFile, TemporaryFolder } from './testing.ts';

const folder = new TemporaryFolder();
afterAll(() => { folder.remove(); });

const fromDisk = () => ({ budget: new MemoryBudget(0) });
const ROWS = 700;
const FEATURES = 5;
const LENGTH = ROWS * FEATURES;
const random = new RandomStream(3, 'sampling');
const numbers = Array.from({ length: LENGTH }, () => random.integer(120));
const halves = Uint16Array.from(numbers, value => 0x3c00 + value);

const npy = (name: string, descr: string, array: ArrayBufferView, bigEndian = false): string => folder.write(name, npyFile(descr, [ROWS, FEATURES], bytesOf(array, bigEndian)));
const idx = (name: string, type: number, array: ArrayBufferView): string => folder.write(name, idxFile(type, [ROWS, FEATURES], bytesOf(array, true)));
const files: readonly (readonly [string, string])[] = [
  ['u1', npy('u1.npy', '|u1', Uint8Array.from(numbers))], ['i1', npy('i1.npy', '|i1', Int8Array.from(numbers, value => -value))],
  ['<u2', npy('u2.npy', '<u2', Uint16Array.from(numbers, value => value * 500))], ['>i2', npy('i2.npy', '>i2', Int16Array.from(numbers, value => value * -200), true)],
  ['<i4', npy('i4.npy', '<i4', Int32Array.from(numbers, value => value * -70_000))], ['<u8', npy('u8.npy', '<u8', BigUint64Array.from(numbers, value => BigInt(value) * 5_000_000_000n))],
  ['<f2', npy('f2.npy', '<f2', halves)], ['<f4', npy('f4.npy', '<f4', Float32Array.from(numbers, value => value / 7))],
  ['>f4', npy('F4.npy', '>f4', Float32Array.from(numbers, value => value / 7), true)], ['<f8', npy('f8.npy', '<f8', Float64Array.from(numbers, value => value / 7))],
  ['idx bytes', idx('u.idx', 0x08, Uint8Array.from(numbers))], ['idx doubles', idx('d.idx', 0x0e, Float64Array.from(numbers, value => value / 7))],
];

const open = async (path: string): Promise<StoredRows> => {
  const array = await (path.endsWith('.npy') ? openNpy : openIdx)(path, fromDisk());
  if (!('stored' in array)) throw new Error('It is in memory.');
  expect(array.shape).toEqual([ROWS, FEATURES]);
  return array.stored;
};
const range = (stored: StoredRows, first: number, count: number): Samples => {
  const out = allocateRows(stored, count);
  readStored(stored, reader => { reader.range(first, out); });
  return out;
};
const shared = (rows: readonly number[]): Uint32Array => {
  const out = new Uint32Array(new SharedArrayBuffer(4 * rows.length));
  out.set(rows);
  return out;
};

describe.each(files)('rows of %s in a file', (_name, path) => {
  it('are what reading it whole gives', async () => {
    const stored = await open(path);
    const { data } = await (path.endsWith('.npy') ? readNpy : readIdx)(path);
    expect(range(stored, 0, ROWS)).toEqual(data.slice());
    expect(range(stored, 123, 45)).toEqual(data.slice(123 * FEATURES, 168 * FEATURES));
    expect(range(stored, 7, 0)).toHaveLength(0);
    const positions = Uint32Array.of(600, 3, 4, 5, 3, 699, 0);
    const out = allocateRows(stored, positions.length);
    readStored(stored, reader => { reader.rows(positions, out); });
    expect([...out]).toEqual([...positions].flatMap(row => [...data.subarray(row * FEATURES, (row + 1) * FEATURES)]));
  });

  it.each([0.02, 0.5, 0.97])('leave out or take a share of %f', async share => {
    const stored = await open(path);
    const { data } = await (path.endsWith('.npy') ? readNpy : readIdx)(path);
    const all = Array.from({ length: ROWS }, (_, row) => row);
    const chance = new RandomStream(9, 'sampling');
    const chosen = all.filter(() => chance.uniform() < share);
    const rest = all.filter(row => !chosen.includes(row));
    for (const [choice, rows] of [[{ only: shared(chosen) }, chosen], [{ but: shared(chosen) }, rest]] as const) {
      const some = { ...stored, choice };
      const expected = Float64Array.from(rows.flatMap(row => [...data.subarray(row * FEATURES, (row + 1) * FEATURES)]));
      expect(Float64Array.from(range(some, 0, rows.length))).toEqual(expected);
      for (const [first, count] of [[1, 3], [rows.length - 2, 2], [Math.floor(rows.length / 2), 6]] as const) {
        expect([...range(some, first, count)]).toEqual([...expected.subarray(first * FEATURES, (first + count) * FEATURES)]);
      }
    }
  });
});

it('reads rows that are larger than what is read at a time', async () => {
  const values = Float64Array.from({ length: 3 * 200_000 }, (_, i) => i % 1000);
  const path = folder.write('wide.npy', npyFile('<f8', [3, 200_000], bytesOf(values)));
  const array = await openNpy(path, fromDisk());
  if (!('stored' in array)) throw new Error('It is in memory.');
  const same = (a: Samples, b: Float32Array): boolean => Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer)) === 0;
  expect(same(range(array.stored, 0, 3), Float32Array.from(values))).toBe(true);
  const some = { ...array.stored, choice: { but: shared([1]) } };
  expect(same(range(some, 0, 2), Float32Array.from([...values.subarray(0, 200_000), ...values.subarray(400_000)]))).toBe(true);
});

describe('a file that is read as needed', () => {
  const content = npyFile('|u1', [4, 3], Uint8Array.from({ length: 12 }, (_, i) => i));
  const opened = async (name: string): Promise<{ path: string; stored: StoredRows }> => {
    const path = folder.write(name, content);
    const array = await openNpy(path, fromDisk());
    if (!('stored' in array)) throw new Error('It is in memory.');
    return { path, stored: array.stored };
  };
  const reading = (stored: StoredRows) => expectStudioError((async () => { await Promise.resolve(); range(stored, 0, 4); })(), 'data', stored.file.path);

  it('must be there and must not change', async () => {
    const gone = await opened('gone.npy');
    rmSync(gone.path);
    expect((await reading(gone.stored)).message).toContain('there is no such file');
    const longer = await opened('longer.npy');
    appendFileSync(longer.path, 'x');
    expect((await reading(longer.stored)).message).toMatch(/was changed while it was in use: it had \d+ bytes, now it has \d+ bytes/);
    const touched = await opened('touched.npy');
    utimesSync(touched.path, 1, 1);
    expect((await reading(touched.stored)).message).toContain('was changed while it was in use. ');
  });

  it('is refused when it is cut short or too long', async () => {
    const short = folder.write('short.npy', content);
    truncateSync(short, content.length - 1);
    await expectStudioError(openNpy(short, fromDisk()), 'data', short, 'cut short');
    const long = folder.write('long.npy', Buffer.concat([content, Buffer.from('x')]));
    await expectStudioError(openNpy(long, fromDisk()), 'data', long, 'more data follows');
  });
});
