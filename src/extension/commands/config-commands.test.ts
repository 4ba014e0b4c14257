import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Disposables } from '../disposables.ts';
import type { Studio } from '../studio.ts';
import { templateGroups } from '../../spec/templates.ts';
import { registered, Uri, ViewColumn, window } from '../testing.ts';
import type { Training } from '../training.ts';
import { registerConfigCommands } from './config-commands.ts';

vi.mock('vscode', () => import('../testing.ts'));

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'config-commands-'));
  registerConfigCommands({ owner: new Disposables(), log: { error() {} } } as unknown as Studio, {} as Training, () => []);
});
afterEach(() => {
  registered.typed = undefined;
  fs.rmSync(folder, { recursive: true, force: true });
});

it('duplicates a config beside it, under a name that is free', async () => {
  const file = path.join(folder, 'a.aeconf');
  fs.writeFileSync(file, '{ "name": "a", "data": "mnist" }');
  const duplicate = () => registered.commands.get('autoencoder.duplicateConfig')!({ path: file });
  await duplicate();
  expect(fs.readFileSync(path.join(folder, 'a-2.aeconf'), 'utf8')).toBe('{ "name": "a-2", "data": "mnist" }');
  registered.typed = 'a-2';
  await duplicate();
  expect([registered.suggested, registered.refused]).toEqual(['a-3', 'a-2.aeconf is there already.']);
  expect(fs.readdirSync(folder).sort()).toEqual(['a-2.aeconf', 'a.aeconf']);
});

it('offers templates in groups, and writes the one that was picked', async () => {
  window.activeTextEditor = { document: { languageId: 'aeconf', uri: Uri.file(path.join(folder, 'open.aeconf')) } } as never;
  registered.pick = items => items.find(item => (item as { readonly label: string }).label === 'Contractive');
  await registered.commands.get('autoencoder.newConfig')!();
  window.activeTextEditor = undefined;
  expect((registered.offered as readonly { readonly label: string; readonly template?: object }[]).flatMap(({ label, template }) => (template === undefined ? [label] : []))).toEqual(templateGroups.map(({ title }) => title));
  expect(fs.readFileSync(path.join(folder, 'contractive-autoencoder.aeconf'), 'utf8')).toContain('"contractive", "weight"');
});

it('shows a summary beside what is open, and alone where nothing is', async () => {
  const show = async () => {
    await registered.commands.get('autoencoder.showSummary')!('/w/a.aeconf');
    return registered.shownIn;
  };
  window.tabGroups.all = [{ tabs: [] }];
  expect(await show()).toMatchObject({ viewColumn: ViewColumn.Active });
  window.tabGroups.all = [{ tabs: ['a tab'] }];
  expect(await show()).toMatchObject({ viewColumn: ViewColumn.Beside });
});
