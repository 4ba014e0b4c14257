import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findPack, packName, writePack } from './packed-images.ts';
import { expectStudioError, TemporaryFolder } from './testing.ts';
import { readNpy } from './npy.ts';

const folder = new TemporaryFolder();
afterAll(() => { folder.remove(); });

async function *lines(...all: string[]): AsyncGenerator<string> { yield* all; }
const nameOf = (source: string, ...content: string[]): Promise<string> => packName({ source, content: lines(...content) });

describe('a file of packed pictures', () => {
  it('is an .npy array, found again by what it was made from', async () => {
    const name = await nameOf('a', 'x 1', 'y 2');
    expect(await findPack(folder.path, name)).toBeUndefined();
    await writePack(folder.path, name, [2, 1, 3, 1], put => {
      put(1, Uint8Array.of(4, 5, 6));
      put(0, Uint8Array.of(1, 2, 3));
      return Promise.resolve();
    });
    const { shape, data } = await readNpy(join(folder.path, name));
    expect([shape, [...data]]).toEqual([[2, 1, 3, 1], [1, 2, 3, 4, 5, 6]]);
    expect(readFileSync(join(folder.path, name)).length % 64).toBe(6);
    expect((await findPack(folder.path, await nameOf('a', 'x 1', 'y 2')))?.shape).toEqual([2, 1, 3, 1]);
    const others = await Promise.all([nameOf('b', 'x 1', 'y 2'), nameOf('a', 'x 1', 'y 3'), nameOf('a', 'x 1')]);
    expect(new Set([name, ...others]).size).toBe(4);
    expect(others[1]!.slice(0, 16)).toBe(name.slice(0, 16));
  });

  it('is refused beforehand where it has no room', async () => {
    const name = await nameOf('large');
    await expectStudioError(writePack(folder.path, name, [1e6, 1e5, 1e5, 3], () => Promise.reject(new Error('never asked'))), 'data', '30.0 PB', folder.path, 'are free. Free some space');
    expect(readdirSync(folder.path).some(file => file.startsWith(name))).toBe(false);
  });

  it.skipIf(!existsSync('/dev/full'))('says that the disk is full, and leaves nothing behind', async () => {
    const name = await nameOf('full');
    symlinkSync('/dev/full', join(folder.path, `${name}.${process.pid}.part`));
    await expectStudioError(writePack(folder.path, name, [2, 1, 3, 1], () => Promise.resolve()), 'data', 'The disk is full', 'Free some space');
    expect(readdirSync(folder.path).some(file => file.startsWith(name))).toBe(false);
  });
});
