import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FolderWatch } from './folder-watch.ts';

vi.mock('node:fs', async original => {
  const real = await original<typeof fs>();
  return { ...real, watch: vi.fn(real.watch) };
});

let base: string;
let folder: string;
let watch: FolderWatch | undefined;
let changes: number;
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'watch-'));
  folder = path.join(base, 'a', 'runs');
  changes = 0;
});
afterEach(() => {
  watch?.dispose();
  vi.mocked(fs.watch).mockClear();
  fs.rmSync(base, { recursive: true, force: true });
});

const begin = () => { watch = new FolderWatch(folder, () => changes++, 20); };
const rest = () => new Promise(resolve => setTimeout(resolve, 200));

/** Whether a new entry is told of, once what came before is over. */
async function hears(name: string): Promise<boolean> {
  await rest();
  changes = 0;
  fs.mkdirSync(path.join(folder, name));
  await rest();
  return changes > 0;
}

it('waits for a folder that is not there', async () => {
  begin();
  fs.mkdirSync(folder, { recursive: true });
  expect(await hears('one')).toBe(true);
});

it('hears on when its folder was deleted and made again at once', async () => {
  fs.mkdirSync(folder, { recursive: true });
  begin();
  expect(await hears('one')).toBe(true);
  for (const name of ['two', 'three']) {
    fs.rmSync(folder, { recursive: true });
    fs.mkdirSync(folder);
    expect(await hears(name)).toBe(true);
  }
});

it('hears on after the system gave a watcher up', async () => {
  fs.mkdirSync(folder, { recursive: true });
  begin();
  const watcher = vi.mocked(fs.watch).mock.results[0]!.value as fs.FSWatcher;
  watcher.close();
  watcher.emit('error', new Error('EIO'));
  expect(await hears('one')).toBe(true);
});
