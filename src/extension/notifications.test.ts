import { beforeEach, expect, it, vi } from 'vitest';
import { Disposables, Signal } from './disposables.ts';
import { registerNotifications, tellNothingToResume } from './notifications.ts';
import { toRecord, type RunRecord } from './run-record.ts';
import type { Studio } from './studio.ts';
import { registered } from './testing.ts';

vi.mock('vscode', () => import('./testing.ts'));

const onEnded = new Signal<RunRecord>();
const onChange = new Signal<undefined>();
const runs: RunRecord[] = [];
const run: RunRecord = { id: 'r', folder: '/r', name: 'table', state: 'failed', epoch: 0, epochs: 20, star: false, elapsed: 0, created: 1, overrides: {}, configPath: '/w/table.aeconf' };
const { reason } = toRecord({ id: 'r', folder: '/r', name: 'table', state: 'failed', notes: {}, reason: 'There is no table.csv. Relative paths start at the data folders (--data DIR, autoencoder.dataFolders).' });

registerNotifications({ owner: new Disposables(), store: { onEnded, onChange, runs }, log: { info() {}, warn() {} } } as unknown as Studio);
beforeEach(() => {
  registered.messages = [];
  registered.executed = [];
  registered.press = [];
});

it('says why a run failed in the words of the editor, and offers what helps', async () => {
  registered.press = ['Train Again'];
  onEnded.fire({ ...run, reason: reason! });
  expect(registered.messages).toEqual(['table failed after 0 of 20 epochs: There is no table.csv. Relative paths start at the data folders ("Autoencoder: Add Data Folder…", autoencoder.dataFolders).']);
  expect(registered.buttons).toEqual(['Add Data Folder…', 'Train Again', 'Open Config']);
  await vi.waitFor(() => expect(registered.executed).toEqual([['autoencoder.trainAgain', { id: 'r', folder: '/r' }]]));
});

it('says once what is wrong with a training', () => {
  runs.push({ ...run, state: 'training', warning: 'The data lies in 0 … 1520.' });
  onChange.fire(undefined);
  onChange.fire(undefined);
  expect(registered.messages).toEqual(['table: The data lies in 0 … 1520.']);
});

it('offers to resume only what has a checkpoint', () => {
  const offered = (change: Partial<RunRecord>) => {
    onEnded.fire({ ...run, ...change });
    return registered.buttons;
  };
  expect(offered({ state: 'interrupted', checkpoint: true })).toContain('Resume');
  expect(offered({ state: 'interrupted' })).toEqual(['Train Again', 'Open Config']);
  expect(offered({ checkpoint: true })).toEqual(['Show Loss']);
  expect(offered({ sweep: { id: 's', index: 0, count: 2, values: {} } })).toEqual(['Open Config']);
});

it('says that there is nothing to resume, and what to do instead', async () => {
  await tellNothingToResume({ ...run, reason: 'It broke.' });
  expect(registered.messages).toEqual(['table has no checkpoint, so there is nothing to go on from. It broke.']);
  expect(registered.buttons).toEqual(['Train Again', 'Open Config']);
});
