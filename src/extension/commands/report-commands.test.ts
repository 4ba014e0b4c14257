import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { newRun } from '../../runs/testing.ts';
import { RunWriter } from '../../runs/writer.ts';
import { Disposables } from '../disposables.ts';
import { RunStore } from '../run-store.ts';
import type { Studio } from '../studio.ts';
import { env, registered, Uri, workspace } from '../testing.ts';
import { fileName, registerReportCommands } from './report-commands.ts';

vi.mock('vscode', () => import('../testing.ts'));

let base: string;
let store: RunStore;
let page: readonly string[];
let memory: Map<string, unknown>;
let folders: readonly string[];
beforeEach(async () => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'reports-'));
  store = new RunStore();
  page = [];
  memory = new Map();
  // Writes what it was asked to the file that it was asked for.
  const script = path.join(base, 'aeconf.cjs');
  fs.writeFileSync(script, `const words = process.argv.slice(2); require('fs').writeFileSync(words[words.indexOf('--out') + 1], JSON.stringify(words)); console.log('{}');`);
  const workspaceState = { get: (key: string) => memory.get(key), update: (key: string, value: unknown) => { memory.set(key, value); return Promise.resolve(); } };
  const studio = { owner: new Disposables(), store, program: { node: process.execPath, script }, context: { workspaceState }, activePage: () => page, log: { error() {}, info() {}, warn() {} } };
  registerReportCommands(studio as unknown as Studio);
  const runs = path.join(base, 'runs');
  const writers = [await RunWriter.create(runs, newRun('a', { state: 'finished' })), await RunWriter.create(runs, newRun('b', { state: 'finished' })), await RunWriter.create(runs, newRun('c', { state: 'finished' }))];
  folders = writers.map(writer => writer.folder);
  await store.setFolders([runs]);
  registered.messages = [];
  registered.press = [];
  registered.opened = [];
  registered.executed = [];
  registered.pages = [];
  registered.saveTo = Uri.file(path.join(base, 'out.html'));
});
afterEach(() => {
  workspace.isTrusted = true;
  env.remoteName = undefined;
  store.dispose();
  fs.rmSync(base, { recursive: true, force: true });
});

const asked = () => JSON.parse(fs.readFileSync(path.join(base, 'out.html'), 'utf8')) as string[];
const run = async (...args: unknown[]) => { await registered.commands.get('autoencoder.exportReport')!(...args); };
const node = (folder: string) => ({ kind: 'run', run: store.find(folder) });

it('exports the run of the tree that was clicked, or all that are selected there', async () => {
  page = folders;
  await run(node(folders[1]!));
  expect(asked()).toEqual(['report', folders[1], '--out', path.join(base, 'out.html'), '--json']);
  expect(registered.proposed?.fsPath).toBe('/experiments/b-report.html');
  await run(node(folders[1]!), [node(folders[1]!), node(folders[0]!)]);
  expect(asked().slice(0, 3)).toEqual(['report', folders[1], folders[0]]);
  expect(path.basename(registered.proposed!.fsPath)).toBe('2-runs-report.html');
});

it('exports all runs of a page that asks', async () => {
  page = [folders[0]!, folders[2]!];
  await run({ id: path.basename(folders[2]!), folder: folders[2] });
  expect(asked().slice(0, 3)).toEqual(['report', folders[0], folders[2]]);
});

it('asks which run where the page in front shows none', async () => {
  page = [path.join(base, 'a-config')];
  registered.offered = [];
  await run();
  expect(registered.offered).toHaveLength(3);
  expect(fs.existsSync(path.join(base, 'out.html'))).toBe(false);
});

it('remembers the folder, and nothing when the user changes their mind', async () => {
  registered.saveTo = undefined;
  await run(node(folders[0]!));
  expect([...memory.keys()]).toEqual([]);
  expect(registered.messages).toEqual([]);
  registered.saveTo = Uri.file(path.join(base, 'out.html'));
  await run(node(folders[0]!));
  await run(node(folders[1]!));
  expect(registered.proposed?.fsPath).toBe(path.join(base, 'b-report.html'));
});

it('offers to open the file, in the browser or, from afar, in a tab, and to reveal it', async () => {
  registered.press = ['Open'];
  await run(node(folders[0]!));
  await vi.waitFor(() => { expect(registered.opened.map(uri => uri.fsPath)).toEqual([path.join(base, 'out.html')]); });
  expect(registered.buttons).toEqual(['Open', 'Reveal']);
  env.remoteName = 'ssh-remote';
  await run(node(folders[0]!));
  await vi.waitFor(() => { expect(registered.pages.map(({ html }) => html)).toEqual([fs.readFileSync(path.join(base, 'out.html'), 'utf8')]); });
  env.remoteName = undefined;
  registered.press = ['Reveal'];
  await run(node(folders[0]!));
  await vi.waitFor(() => { expect(registered.executed.map(([id]) => id)).toEqual(['revealFileInOS']); });
});

it('asks for trust before it starts the program', async () => {
  workspace.isTrusted = false;
  await run(node(folders[0]!));
  expect(registered.messages).toEqual([expect.stringMatching(/report needs a trusted workspace/)]);
  expect(fs.existsSync(path.join(base, 'out.html'))).toBe(false);
});

it('names files so that every system takes them', () => {
  expect(fileName('janet-50')).toBe('janet-50-report.html');
  expect(fileName('../a/b: "c"?')).toBe('a-b- -c-report.html');
  expect(fileName('Größe 64')).toBe('Größe 64-report.html');
  expect(fileName('???')).toBe('run-report.html');
});
