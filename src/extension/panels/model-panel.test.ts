import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import { tensor } from '../../core/tensor.ts';
import type { HostMessage, ModelHostMessage, PageMessage, Requests, ShownModel } from '../../protocol/messages.ts';
import { runFiles } from '../../runs/events.ts';
import { replaceFile } from '../../runs/files.ts';
import { safetensorsParts } from '../../runs/safetensors.ts';
import { newRun } from '../../runs/testing.ts';
import { RunWriter } from '../../runs/writer.ts';
import { loadSpec, requireSpec } from '../../spec/load.ts';
import { Signal } from '../disposables.ts';
import { RunFeeds } from '../run-feed.ts';
import { RunStore } from '../run-store.ts';
import { Uri, registered } from '../testing.ts';
import { ModelPanel } from './model-panel.ts';
import type { PanelHost } from './page-panel.ts';

vi.mock('vscode', () => import('../testing.ts'));
// What the program would tell is not what this is about.
vi.mock('../program.ts', () => ({ ask: () => new Promise(() => undefined) }));

const config = '{ "data": "glyphs", "encoder": [{ "type": "flatten" }], "latent": { "type": "plain", "units": 2 } }';
let base: string;
let file: string;
let store: RunStore;
let host: PanelHost;
let closed: Signal<void>;
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'model-panel-'));
  file = path.join(base, 'a.aeconf');
  fs.writeFileSync(file, config);
  store = new RunStore({ liveInterval: 1e6 });
  closed = new Signal();
  const studio = { store, feeds: new RunFeeds(), context: { extensionUri: Uri.file('/extension') }, log: { error() {}, warn() {}, info() {} } };
  host = { studio, changed() {} } as unknown as PanelHost;
});
afterEach(() => {
  closed.fire();
  store.dispose();
  fs.rmSync(base, { recursive: true, force: true });
});

/** A model page about the file, and its page's end of the talk. */
function opened() {
  const told = new Signal<PageMessage>();
  const sent: HostMessage[] = [];
  const webview = { html: '', cspSource: 'S', asWebviewUri: (uri: Uri) => uri, onDidReceiveMessage: (listener: (message: PageMessage) => void) => told.on(listener), postMessage: (message: HostMessage) => sent.push(message) };
  const panel = new ModelPanel(host, { webview, visible: true, onDidChangeViewState: () => ({ dispose() {} }), onDidDispose: (listener: () => void) => closed.on(listener) } as unknown as vscode.WebviewPanel);
  panel.about(file);
  panel.show([]);
  told.fire({ type: 'ready' });
  const models = () => sent.flatMap(message => (message.type === 'response' ? [] : [(message as Exclude<ModelHostMessage, { type: 'response' }>).model]));
  return {
    panel, sent,
    /** The next thing that is shown and looks so. */
    shown: (holds: (model: ShownModel) => boolean) => vi.waitUntil(() => {
      const last = models().at(-1);
      return last !== undefined && holds(last) ? last : undefined;
    }, { timeout: 5000 }),
    request: async <N extends 'showModelOf' | 'weights'>(name: N, params: Requests[N]['params']) => {
      told.fire({ type: 'request', id: 1, name, params } as PageMessage);
      await vi.waitUntil(() => sent.some(message => message.type === 'response'), { timeout: 5000 });
    },
    saved: () => registered.saved.fire({ uri: Uri.file(file) }),
  };
}

async function trained(): Promise<RunWriter> {
  const run = newRun('a', { state: 'training' });
  const writer = await RunWriter.create(base, { ...run, info: { ...run.info, configPath: file } });
  fs.writeFileSync(path.join(writer.folder, runFiles.resolvedConfig), JSON.stringify(requireSpec(loadSpec(config, 'a'))));
  await store.setFolders([base]);
  return writer;
}

it('keeps the last picture while the file has an error, and says where it is', async () => {
  const { panel, shown, saved } = opened();
  expect(panel.panel.title).toBe('Model: a');
  const first = await shown(({ diagram }) => diagram !== undefined);
  expect([first.diagram?.compression, first.trouble, first.file?.name]).toEqual(['784 numbers → 2: 392× fewer', undefined, 'a']);
  fs.writeFileSync(file, config.replace('"units": 2', '"units": -1'));
  saved();
  const broken = await shown(({ trouble }) => trouble !== undefined);
  expect(broken.diagram?.compression).toBe('784 numbers → 2: 392× fewer');
  expect(broken.trouble).toMatchObject({ inText: true });
  expect(broken.trouble!.text).toMatch(/^Line 1: /);
  fs.rmSync(file);
  saved();
  expect((await shown(({ trouble }) => trouble?.inText === false)).trouble!.text).toContain('was moved or deleted');
});

it('shows a run of the file with its checkpoints, and the file again', async () => {
  const writer = await trained();
  const { panel, shown, request } = opened();
  const { runs } = await shown(model => model.runs.length === 1);
  await request('showModelOf', { runId: runs[0]!.id });
  const of = await shown(({ run }) => run !== undefined);
  expect([of.checkpoints, of.diagram?.layers.length, panel.folders]).toEqual([{}, 5, [writer.folder]]);
  await replaceFile(path.join(writer.folder, runFiles.lastCheckpoint), safetensorsParts({ x: tensor(Float32Array.of(1)) }));
  store.onTick.fire();
  // Not at once: checkpoints are told calmly.
  expect(Object.keys((await shown(({ checkpoints }) => checkpoints.last !== undefined)).checkpoints)).toEqual(['last']);
  await request('showModelOf', {});
  await shown(({ run }) => run === undefined);
  expect(panel.config).toBe(file);
});

it('tells of a run whose model cannot be read, and keeps the way to the others', async () => {
  const writer = await trained();
  fs.rmSync(path.join(writer.folder, runFiles.resolvedConfig));
  const { shown, request } = opened();
  const { runs } = await shown(model => model.runs.length === 1);
  await request('showModelOf', { runId: runs[0]!.id });
  const { trouble, runs: others } = await shown(({ run }) => run !== undefined);
  expect(trouble!.text).toContain('is missing, so what the run trains is not known');
  expect(others).toHaveLength(1);
});
