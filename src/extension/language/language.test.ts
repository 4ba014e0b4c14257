import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Disposables, Signal } from '../disposables.ts';
import type { RunRecord } from '../run-record.ts';
import type { Studio } from '../studio.ts';
import { registered, Uri, workspace } from '../testing.ts';
import { registerLanguage } from './language.ts';

vi.mock('vscode', () => import('../testing.ts'));

let base: string;
let owner: Disposables;
const store = { onChange: new Signal<void>(), runs: [] as RunRecord[] };
const begin = () => registerLanguage({ owner, store, log: { error() {} } } as unknown as Studio);
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'language-'));
  owner = new Disposables();
});
afterEach(() => {
  owner.dispose();
  workspace.isTrusted = true;
  workspace.textDocuments = [];
  fs.rmSync(base, { recursive: true, force: true });
});

it('tells in a lens what the status bar tells, at the same moment and as often', () => {
  begin();
  let drawn = 0;
  registered.lenses!.onDidChangeCodeLenses(() => { drawn++; });
  const look = (change: Partial<RunRecord>) => {
    store.runs = [{ id: 'r', folder: '/r', name: 'a', state: 'training', epoch: 0, epochs: 30, star: false, elapsed: 0, created: 1, overrides: {}, configPath: '/a.aeconf', ...change }];
    store.onChange.fire();
    return drawn;
  };
  expect([look({ state: 'preparing' }), look({}), look({ epoch: 2.4 }), look({ epoch: 2.6, elapsed: 3 }), look({ state: 'paused', epoch: 2.6 })]).toEqual([1, 2, 3, 3, 4]);
});

function config(text: string): object {
  return { uri: Uri.file(path.join(base, 'a.aeconf')), languageId: 'aeconf', version: 1, isClosed: false, getText: () => text, positionAt: (offset: number) => offset, offsetAt: (offset: number) => offset };
}
const missing = () => registered.diagnostics.get('aeconf-data')!.get(path.join(base, 'a.aeconf'));

it('marks a table that is not there, offers the folder it may be in, and sees when it has come', async () => {
  const text = '{ "data": { "type": "csv", "path": "table.csv" } }';
  const document = config(text);
  workspace.textDocuments = [document] as never;
  begin();
  await vi.waitFor(() => expect(missing()).toHaveLength(1));
  const [found] = missing()!;
  expect([found!.message, text.slice(found!.range.start, found!.range.end)]).toEqual(['There is no table.csv beside this file or in a data folder, so nothing can be trained yet.', '"table.csv"']);
  expect(registered.codeActions!.provideCodeActions(document, found!.range, { diagnostics: [found] }).map(action => [action.title, action.command?.command])).toEqual([['Add Data Folder…', 'autoencoder.addDataFolder']]);
  expect(registered.codeActions!.provideCodeActions(document, found!.range, { diagnostics: [] })).toEqual([]);
  fs.writeFileSync(path.join(base, 'table.csv'), '');
  registered.saved.fire(document);
  await vi.waitFor(() => expect(missing()).toEqual([]));
});

it.skipIf(process.platform === 'win32')('finds the files of a config that is a link beside the one it leads to', async () => {
  const document = config('{ "data": { "type": "csv", "path": "table.csv" } }');
  fs.mkdirSync(path.join(base, 'real'));
  fs.writeFileSync(path.join(base, 'real', 'a.aeconf'), '');
  fs.symlinkSync(path.join(base, 'real', 'a.aeconf'), path.join(base, 'a.aeconf'));
  workspace.textDocuments = [document] as never;
  begin();
  await vi.waitFor(() => expect(missing()!.map(({ message }) => message)).toEqual(['There is no table.csv beside this file, beside the one it is a link to, or in a data folder, so nothing can be trained yet.']));
  fs.writeFileSync(path.join(base, 'real', 'table.csv'), '');
  registered.saved.fire(document);
  await vi.waitFor(() => expect(missing()).toEqual([]));
});

it('looks for no file without trust in the workspace', async () => {
  workspace.isTrusted = false;
  workspace.textDocuments = [config('{ "data": { "type": "csv", "path": "table.csv" } }')] as never;
  begin();
  await vi.waitFor(() => expect(missing()).toEqual([]));
});
