import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { newRun } from '../../runs/testing.ts';
import { RunWriter } from '../../runs/writer.ts';
import { Disposables } from '../disposables.ts';
import { RunStore } from '../run-store.ts';
import type { Studio } from '../studio.ts';
import { registered } from '../testing.ts';
import type { Training } from '../training.ts';
import { registerRunCommands } from './run-commands.ts';

vi.mock('vscode', () => import('../testing.ts'));

let base: string;
let store: RunStore;
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'commands-'));
  store = new RunStore();
  registerRunCommands({ owner: new Disposables(), store, log: { error() {}, info() {}, warn() {} } } as unknown as Studio, {} as Training);
  registered.messages = [];
});
afterEach(() => {
  store.dispose();
  fs.rmSync(base, { recursive: true, force: true });
});

it('a run that the trash does not take is deleted only when the user says so, knowing why', async () => {
  const writer = await RunWriter.create(base, newRun('a', { state: 'finished' }));
  await store.setFolders([base]);
  const held: boolean[] = [];
  registered.deleteFile = () => {
    held.push(store.mayBeHeld(writer.folder));
    return Promise.reject(new Error('EBUSY: resource busy or locked'));
  };
  registered.press = ['Move to Trash'];
  const remove = () => registered.commands.get('autoencoder.deleteRun')!({ folder: writer.folder });
  await remove();
  expect(held).toEqual([false]);
  expect(registered.messages[1]).toBe('a could not be moved to the trash. Delete it for good?\nEBUSY: resource busy or locked');
  expect(store.runs).toHaveLength(1);
  registered.press = ['Move to Trash', 'Delete Permanently'];
  await remove();
  expect(fs.readdirSync(base)).toEqual([]);
  expect(store.runs).toEqual([]);
});
