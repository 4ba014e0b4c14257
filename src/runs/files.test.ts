import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

let base: string;
const { platform } = process;
beforeEach(() => { base = fs.mkdtempSync(path.join(os.tmpdir(), 'files-')); });
afterEach(() => {
  vi.restoreAllMocks();
  Object.defineProperty(process, 'platform', { value: platform });
  fs.rmSync(base, { recursive: true, force: true });
});

/** The module as another system loads it, where the first renames of folders fail. */
async function on(system: NodeJS.Platform, failures: number, code: string) {
  Object.defineProperty(process, 'platform', { value: system });
  vi.resetModules();
  const real = fs.promises.rename;
  let left = failures;
  vi.spyOn(fs.promises, 'rename').mockImplementation((from, to) => left-- > 0 ? Promise.reject(Object.assign(new Error(code), { code })) : real(from, to));
  return import('./files.ts');
}

it('on Windows a folder is renamed as soon as nobody holds anything in it', async () => {
  fs.mkdirSync(path.join(base, 'a'));
  const { renameFolder } = await on('win32', 3, 'EPERM');
  await renameFolder(path.join(base, 'a'), path.join(base, 'b'));
  expect(fs.readdirSync(base)).toEqual(['b']);
});

it('what does not pass is told at once', async () => {
  fs.mkdirSync(path.join(base, 'a'));
  await expect((await on('win32', 1, 'ENOSPC')).renameFolder(path.join(base, 'a'), path.join(base, 'b'))).rejects.toMatchObject({ code: 'ENOSPC' });
  await expect((await on('linux', 1, 'EPERM')).renameFolder(path.join(base, 'a'), path.join(base, 'b'))).rejects.toMatchObject({ code: 'EPERM' });
  expect(fs.readdirSync(base)).toEqual(['a']);
});

it.each(['create', 'delete'] as const)('runs are %sd with that patience', async act => {
  await on('win32', act === 'create' ? 2 : 0, 'EBUSY');
  const [{ RunWriter }, { deleteRun }, { newRun }] = await Promise.all([import('./writer.ts'), import('./delete.ts'), import('./testing.ts')]);
  const writer = await RunWriter.create(base, newRun('a', { state: 'finished' }));
  writer.close();
  if (act === 'create') {
    expect(fs.readdirSync(base)).toEqual([writer.id]);
    return;
  }
  vi.restoreAllMocks();
  const rename = vi.spyOn(fs.promises, 'rename').mockRejectedValueOnce(Object.assign(new Error('EBUSY'), { code: 'EBUSY' }));
  await deleteRun(writer.folder);
  expect(rename).toHaveBeenCalledTimes(2);
  expect(fs.readdirSync(base)).toEqual([]);
});
