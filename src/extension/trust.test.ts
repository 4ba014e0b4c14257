// What an untrusted workspace may make us do: read its configs, and start no program about them.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { newRun } from '../runs/testing.ts';
import { RunWriter } from '../runs/writer.ts';
import { pickDevice } from './commands/device-commands.ts';
import { registerRunCommands } from './commands/run-commands.ts';
import { Disposables } from './disposables.ts';
import { registerDocuments, summaryUri } from './documents.ts';
import { RunStore } from './run-store.ts';
import type { Studio } from './studio.ts';
import { registered, Uri, workspace } from './testing.ts';
import type { Training } from './training.ts';

vi.mock('vscode', () => import('./testing.ts'));

let base: string;
let studio: Studio;
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'trust-'));
  const script = path.join(base, 'aeconf.cjs');
  fs.writeFileSync(script, `const words = process.argv.slice(2); require('fs').appendFileSync(${JSON.stringify(path.join(base, 'asked'))}, words.join(' ') + '\\n');
    console.log(JSON.stringify(words[0] === 'devices' ? { devices: [] } : { text: 'from the program' }));`);
  studio = { owner: new Disposables(), store: new RunStore(), program: { node: process.execPath, script }, log: { error() {}, info() {}, warn() {} } } as unknown as Studio;
});
afterEach(() => {
  workspace.isTrusted = true;
  studio.owner.dispose();
  studio.store.dispose();
  fs.rmSync(base, { recursive: true, force: true });
});

/** What the program was asked. */
const asked = () => fs.existsSync(path.join(base, 'asked')) ? fs.readFileSync(path.join(base, 'asked'), 'utf8').trim().split('\n') : [];

function config(data: object): Uri {
  const file = path.join(base, 'a.aeconf');
  fs.writeFileSync(file, JSON.stringify({ data, encoder: [{ type: 'flatten' }, { type: 'dense', units: 8 }], latent: { type: 'plain', units: 2 } }));
  return Uri.file(file);
}

/** The summary document of a config, as it is when the command, the lens or a tab of the last window opens it. */
async function summary(file: Uri): Promise<string> {
  registerDocuments(studio);
  return registered.contents!.provideTextDocumentContent(summaryUri(file as never) as unknown as Uri);
}

it('with trust the program sums a config up', async () => {
  const file = config({ type: 'csv', path: 'secret.csv' });
  expect(await summary(file)).toBe('from the program');
  expect(asked()).toEqual([`summary ${file.fsPath} --json`]);
});

it('without trust a summary tells what the text does', async () => {
  workspace.isTrusted = false;
  expect(await summary(config({ type: 'glyphs', train: 100, test: 20 }))).toMatch(/dense/);
  expect(await summary(config({ type: 'csv', path: 'secret.csv' }))).toMatch(/depend on the data.*Manage Workspace Trust/);
  expect(asked()).toEqual([]);
});

it('an open summary follows when trust is given', async () => {
  const file = config({ type: 'csv', path: 'secret.csv' });
  registerDocuments(studio);
  const provider = registered.contents as unknown as { onDidChange(listener: (uri: Uri) => void): void };
  const changed: Uri[] = [];
  provider.onDidChange(uri => changed.push(uri));
  const uri = summaryUri(file as never) as unknown as Uri;
  workspace.textDocuments = [{ uri }, { uri: file }];
  registered.trusted.fire();
  expect(changed).toEqual([uri]);
  workspace.textDocuments = [];
});

it('without trust devices are listed, and none is measured for a config', async () => {
  const about = { file: config({ type: 'csv', path: 'secret.csv' }) } as never;
  workspace.isTrusted = false;
  await pickDevice(studio, about);
  expect(asked()).toEqual(['devices --json']);
  workspace.isTrusted = true;
  await pickDevice(studio, about);
  expect(asked()[1]).toMatch(/^devices .*a\.aeconf --json$/);
});

it('every device is measured for a config when that is asked for, and then told again', async () => {
  const about = { file: config({ type: 'csv', path: 'a.csv' }), overrides: { seed: 2 } } as never;
  registered.pick = items => items.at(-1);
  await pickDevice(studio, about);
  expect(asked().map(words => words.replace(/ .*a\.aeconf/, ' FILE'))).toEqual(['devices FILE --set seed=2 --json', 'devices FILE --set seed=2 --check --json']);
  expect(registered.offered.at(-1)).toMatchObject({ description: 'let every device try out a step of a.aeconf' });
  workspace.isTrusted = false;
  await pickDevice(studio, about);
  expect(registered.offered).toHaveLength(1);
});

it('without trust no model is exported', async () => {
  const writer = await RunWriter.create(base, newRun('a', { state: 'finished' }));
  await studio.store.refreshRun(writer.folder);
  registerRunCommands(studio, {} as Training);
  workspace.isTrusted = false;
  registered.messages = [];
  await registered.commands.get('autoencoder.exportOnnx')!({ folder: writer.folder });
  expect(registered.messages).toEqual([expect.stringMatching(/Exporting needs a trusted workspace.*Manage Workspace Trust/)]);
  expect(asked()).toEqual([]);
});
