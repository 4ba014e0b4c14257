// The data page's host with a program that answers as the test wants.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import type { DataHostMessage, DataSamples, PageMessage, RequestMessage } from '../../protocol/messages.ts';
import { registerDataCommands } from '../commands/data-commands.ts';
import { keyOf, nameOf, placeIn, subjectOf, type DataSubject } from '../data-subject.ts';
import { Disposables, Signal } from '../disposables.ts';
import { RunStore } from '../run-store.ts';
import type { Studio } from '../studio.ts';
import { registered, Uri, workspace } from '../testing.ts';
import { DataPanel } from './data-panel.ts';
import type { PanelHost } from './page-panel.ts';

vi.mock('vscode', () => import('../testing.ts'));

/** `aeconf preview` in the small: keeps what it was asked, answers with what `answer.json` holds, writes the folder when that is no error. */
const program = `
  const fs = require('fs'), path = require('path');
  const words = process.argv.slice(2);
  const here = path.dirname(process.argv[1]);
  fs.appendFileSync(path.join(here, 'asked'), words.join(' ') + '\\n');
  const answer = JSON.parse(fs.readFileSync(path.join(here, 'answer.json'), 'utf8'));
  const of = name => words[words.indexOf(name) + 1];
  process.stderr.write('Reading table.csv\\n');
  if (answer.reason && !(answer.reason === 'download' && !words.includes('--no-download'))) { console.log(JSON.stringify({ event: 'error', ...answer })); process.exit(4); }
  const tensors = (file, parts) => {
    let at = 0; const header = {}; const bytes = [];
    for (const [name, data, type] of parts) { header[name] = { dtype: type, shape: [data.length], data_offsets: [at, at += data.byteLength] }; bytes.push(Buffer.from(data.buffer)); }
    const json = Buffer.from(JSON.stringify(header)); const length = Buffer.alloc(8); length.writeBigUInt64LE(BigInt(json.length));
    fs.writeFileSync(file, Buffer.concat([length, json, ...bytes]));
  };
  const out = of('--out'), f = (...n) => new Float32Array(n);
  tensors(path.join(out, 'samples.safetensors'), [['original', f(1, 2, 3, 4), 'F32'], ['index', Int32Array.of(5, 6), 'I32'], ['general', Uint8Array.of(1, 0), 'U8']]);
  tensors(path.join(out, 'features.safetensors'), [['mean', f(2, 3), 'F32'], ['stddev', f(1, 1), 'F32'], ['min', f(1, 2), 'F32'], ['max', f(3, 4), 'F32']]);
  fs.writeFileSync(path.join(out, 'preview.json'), JSON.stringify({ format: 1, name: 'table.csv', shape: [2], samples: { split: of('--split'), draw: Number(of('--draw')), count: 2 } }));
  console.log('{}');
`;

let base: string;
let studio: Studio;
let closed: Signal<void>;
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'data-panel-'));
  fs.writeFileSync(path.join(base, 'aeconf.cjs'), program);
  answer({});
  closed = new Signal();
  studio = {
    owner: new Disposables(), store: new RunStore({ liveInterval: 1e6 }), context: { extensionUri: Uri.file('/extension') },
    program: { node: process.execPath, script: path.join(base, 'aeconf.cjs') }, log: { error() {}, warn() {}, info() {} },
  } as unknown as Studio;
});
afterEach(() => {
  closed.fire();
  workspace.isTrusted = true;
  registered.messages = [];
  studio.owner.dispose();
  studio.store.dispose();
  fs.rmSync(base, { recursive: true, force: true });
});

const answer = (what: object): void => fs.writeFileSync(path.join(base, 'answer.json'), JSON.stringify(what));
const asked = (): string[] => (fs.existsSync(path.join(base, 'asked')) ? fs.readFileSync(path.join(base, 'asked'), 'utf8').trim().split('\n') : []);

function config(data: object, more: object = {}): string {
  const file = path.join(base, 'a.aeconf');
  fs.writeFileSync(file, JSON.stringify({ data, encoder: [{ type: 'flatten' }, { type: 'dense', units: 8 }], latent: { type: 'plain', units: 2 }, ...more }));
  return file;
}

/** A page about that data, ready, with what it is sent. */
function opened(subject: DataSubject) {
  const told = new Signal<PageMessage>();
  const sent: DataHostMessage[] = [];
  const webview = { html: '', cspSource: 'S', asWebviewUri: (uri: Uri) => uri, onDidReceiveMessage: (listener: (message: PageMessage) => void) => told.on(listener), postMessage: (message: DataHostMessage) => sent.push(message) };
  const panel = { webview, title: '', visible: true, onDidChangeViewState: () => ({ dispose() {} }), onDidDispose: (listener: () => void) => closed.on(listener) };
  const page = new DataPanel({ studio, changed() {} } as unknown as PanelHost, panel as unknown as vscode.WebviewPanel);
  const key = keyOf(subject);
  page.show([{ folder: key, label: { id: key, name: key, state: 'finished', epoch: 0, epochs: 0, star: false } }]);
  told.fire({ type: 'ready' });
  let id = 0;
  const request = async (name: RequestMessage['name'], params: object): Promise<unknown> => {
    told.fire({ type: 'request', id: ++id, name, params } as RequestMessage);
    await vi.waitFor(() => expect(sent.some(message => message.type === 'response' && message.id === id)).toBe(true), 5000);
    const response = sent.find(message => message.type === 'response' && message.id === id);
    return response?.type === 'response' && response.ok ? response.result : response;
  };
  const data = () => sent.flatMap(message => (message.type === 'snapshot' ? [message.data] : [])).at(-1);
  return { panel, sent, data, request };
}

it('asks the program, without leave to download, and hands its numbers to the page', async () => {
  const file = config({ type: 'csv', path: 'table.csv' });
  const { panel, sent, data } = opened({ config: file });
  expect(panel.title).toBe('Data: a');
  await vi.waitFor(() => expect(data()?.content).toBeDefined(), 5000);
  expect(asked()).toEqual([expect.stringMatching(new RegExp(`^preview ${file} --split train --draw 0 --no-download --out \\S+ --json$`))]);
  expect(data()).toMatchObject({ name: 'a', hasConfig: true, content: { preview: { name: 'table.csv' }, samples: { count: 2, general: 1, index: Int32Array.of(5, 6) }, features: { mean: Float32Array.of(2, 3) } } });
  expect(data()!.busy).toBeUndefined();
  // What was written is gone.
  expect(fs.existsSync(/--out (\S+)/.exec(asked()[0]!)![1]!)).toBe(false);
  expect(sent[0]).toMatchObject({ type: 'snapshot', data: { busy: 'Reading the data' } });
});

it('asks again when the config is saved with other data or corruption, not with other words', async () => {
  const file = config({ type: 'csv', path: 'table.csv' });
  const { data } = opened({ config: file });
  await vi.waitFor(() => expect(data()?.content).toBeDefined(), 5000);
  const save = (): void => registered.saved.fire({ uri: Uri.file(file), getText: () => fs.readFileSync(file, 'utf8') });
  config({ type: 'csv', path: 'table.csv' }, { description: 'other words' });
  save();
  await new Promise(resolve => setTimeout(resolve, 200));
  expect(asked()).toHaveLength(1);
  const before = data();
  config({ type: 'csv', path: 'table.csv' }, { corruption: [{ type: 'masking', amount: 0.5 }] });
  save();
  await vi.waitFor(() => expect(asked()).toHaveLength(2), 5000);
  await vi.waitFor(() => expect(data()).not.toBe(before), 5000);
  expect(data()?.content).toBeDefined();
});

it('a set that is not there is offered with its size, and downloaded only when that is taken', async () => {
  answer({ reason: 'download', message: 'MNIST is not on this machine yet', details: { dataset: 'mnist', title: 'MNIST', bytes: 11_594_722 } });
  const { data, request } = opened({ dataset: 'mnist' });
  await vi.waitFor(() => expect(data()?.download).toEqual({ title: 'MNIST', bytes: 11_594_722 }), 5000);
  expect(asked()).toEqual([expect.stringMatching(/^preview --dataset mnist .*--no-download/)]);
  expect(await request('dataAction', { action: 'download' })).toBe(true);
  expect(asked()[1]).not.toContain('--no-download');
  await vi.waitFor(() => expect(data()?.content).toBeDefined(), 5000);
});

it('tells what the reader says, in the words of the editor, with the place in the data', async () => {
  const table = path.join(base, 'table.csv');
  answer({ reason: 'data', message: `${table}:12: column 3: "x" is no number. See --data DIR.` });
  const { data } = opened({ config: config({ type: 'csv', path: 'table.csv' }) });
  await vi.waitFor(() => expect(data()?.failure).toEqual({ reason: `${table}:12: column 3: "x" is no number. See "Autoencoder: Add Data Folder…".`, dataPlace: 'table.csv, line 12' }), 5000);
});

it('gets other samples on request', async () => {
  const { data, request } = opened({ config: config({ type: 'csv', path: 'table.csv' }) });
  await vi.waitFor(() => expect(data()?.content).toBeDefined(), 5000);
  const samples = await request('dataSamples', { split: 'validation', draw: 3, className: 'even' }) as DataSamples;
  expect(samples).toMatchObject({ split: 'validation', draw: 3, original: Float32Array.of(1, 2, 3, 4) });
  expect(asked()[1]).toContain('--split validation --draw 3 --class=even');
});

it('without trust starts no program, and begins when trust is given', async () => {
  workspace.isTrusted = false;
  const file = config({ type: 'csv', path: 'secret.csv' });
  const { data } = opened({ config: file });
  await vi.waitFor(() => expect(data()?.failure?.reason).toMatch(/needs a trusted workspace.*Manage Workspace Trust/), 5000);
  const shown = vi.fn();
  registerDataCommands(studio, { showData: shown }, () => [file]);
  await registered.commands.get('autoencoder.previewData')!(Uri.file(file));
  expect(registered.messages).toEqual([expect.stringMatching(/needs a trusted workspace/)]);
  expect([asked(), shown.mock.calls]).toEqual([[], []]);
  workspace.isTrusted = true;
  registered.trusted.fire();
  await vi.waitFor(() => expect(data()?.content).toBeDefined(), 5000);
});

it('the command takes a config, or a set of the Datasets view', async () => {
  const file = config({ type: 'glyphs' });
  const shown: DataSubject[] = [];
  registerDataCommands(studio, { showData: subject => shown.push(subject) }, () => [file]);
  const preview = registered.commands.get('autoencoder.previewData')!;
  await preview(Uri.file(file));
  await preview({ name: 'mnist', title: 'MNIST', note: 'to download, 11.6 MB', state: 'download', path: '/cache/mnist' });
  expect(shown).toEqual([{ config: file }, { dataset: 'mnist' }]);
});

it('a page is found again by what it is about', () => {
  for (const subject of [{ config: '/w/dataset.aeconf' }, { dataset: 'mnist' }]) expect(subjectOf(keyOf(subject))).toEqual(subject);
  expect([nameOf({ config: '/w/a.aeconf' }), nameOf({ dataset: 'lfw' })]).toEqual(['a', 'lfw']);
  expect(placeIn('/w/t.csv:12: column 3: no number')).toEqual({ file: '/w/t.csv', line: 12 });
  expect(placeIn('t.csv holds no samples.')).toBeUndefined();
});
