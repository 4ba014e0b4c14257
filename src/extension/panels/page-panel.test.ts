import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import type { HostMessage, PageMessage, RunLabel } from '../../protocol/messages.ts';
import { runFiles } from '../../runs/events.ts';
import { newRun } from '../../runs/testing.ts';
import { RunWriter } from '../../runs/writer.ts';
import { Signal } from '../disposables.ts';
import { RunFeeds } from '../run-feed.ts';
import { toLabel } from '../run-record.ts';
import { RunStore } from '../run-store.ts';
import { Uri } from '../testing.ts';
import { LossPanel } from './loss-panel.ts';
import { panelTitle, type PanelHost, type PagePanel } from './page-panel.ts';
import { ReconstructionsPanel } from './reconstructions-panel.ts';
import { ReportPanel } from './report-panel.ts';

vi.mock('vscode', () => import('../testing.ts'));

let base: string;
let store: RunStore;
let errors: string[];
let host: PanelHost;
let closed: Signal<void>;
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'panel-'));
  // Looks only when told to.
  store = new RunStore({ liveInterval: 1e6 });
  errors = [];
  closed = new Signal();
  const studio = { store, feeds: new RunFeeds(), context: { extensionUri: Uri.file('/extension') }, log: { error: (text: string) => errors.push(text), warn() {}, info() {} } };
  host = { studio, changed() {} } as unknown as PanelHost;
});
afterEach(() => {
  closed.fire();
  store.dispose();
  fs.rmSync(base, { recursive: true, force: true });
});

/** A webview that keeps what it is sent, and its page's end of the talk. */
function webviewPanel() {
  const told = new Signal<PageMessage>();
  const sent: HostMessage[] = [];
  const webview = { html: '', cspSource: 'S', asWebviewUri: (uri: Uri) => uri, onDidReceiveMessage: (listener: (message: PageMessage) => void) => told.on(listener), postMessage: (message: HostMessage) => sent.push(message) };
  const panel = { webview, visible: true, onDidChangeViewState: () => ({ dispose() {} }), onDidDispose: (listener: () => void) => closed.on(listener) };
  return { panel: panel as unknown as vscode.WebviewPanel, webview, sent, say: (message: PageMessage) => told.fire(message) };
}

async function runsOf(count: number): Promise<RunWriter[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => RunWriter.create(base, newRun(`run ${i}`, { state: 'training' }))));
}

function show(panel: PagePanel<HostMessage>, writers: readonly RunWriter[]): void {
  panel.show(writers.map(({ folder }) => ({ folder, label: toLabel(store.find(folder)!) })));
}

it.each([['reconstructions', ReconstructionsPanel], ['report', ReportPanel]] as const)('the %s page hears of all runs that end in the same look', async (_, Panel) => {
  const writers = await runsOf(4);
  await store.setFolders([base]);
  const { panel, sent, say } = webviewPanel();
  const page = new Panel(host, panel);
  show(page, writers);
  say({ type: 'ready' });
  await vi.waitFor(() => expect(sent.map(message => message.type)).toEqual(['snapshot']));
  for (const writer of writers) writer.status({ state: 'finished', epoch: 3, step: 30, epochs: 3 });
  await store.refresh();
  const labels = () => sent.slice(1).map(message => (message as { run?: RunLabel; report?: { run: RunLabel } })).map(message => message.run ?? message.report!.run);
  await vi.waitFor(() => expect(labels().map(label => [label.name, label.state])).toEqual(writers.map(() => [expect.any(String), 'finished'])), 3000);
  expect(new Set(labels().map(label => label.name)).size).toBe(4);
});

it('a page whose snapshot fails tells why, and comes back when it can', async () => {
  const [writer] = await runsOf(1);
  const config = path.join(writer!.folder, runFiles.resolvedConfig);
  fs.writeFileSync(config, '{');
  await store.setFolders([base]);
  const { panel, webview, sent, say } = webviewPanel();
  show(new LossPanel(host, panel), [writer!]);
  say({ type: 'ready' });
  await vi.waitFor(() => expect(webview.html).toMatch(/role="alert".*config\.resolved\.json is damaged/s));
  expect(errors).toEqual([expect.stringContaining('config.resolved.json is damaged')]);
  fs.writeFileSync(config, JSON.stringify({ training: { loss: 'mae' } }));
  await vi.waitFor(() => expect(webview.html).toContain('loss.js'), 5000);
  say({ type: 'ready' });
  await vi.waitFor(() => expect(sent).toEqual([expect.objectContaining({ type: 'snapshot', runs: [expect.objectContaining({ lossName: 'mae' })] })]));
  expect(errors).toHaveLength(1);
});

it('after an increment that failed the page gets everything anew', async () => {
  const [writer] = await runsOf(1);
  await store.setFolders([base]);
  const { panel, sent, say } = webviewPanel();
  const page = new LossPanel(host, panel);
  show(page, [writer!]);
  say({ type: 'ready' });
  await vi.waitFor(() => expect(sent.map(message => message.type)).toEqual(['snapshot']));
  vi.spyOn(page as unknown as { increment(): Promise<never> }, 'increment').mockRejectedValueOnce(new Error('EMFILE'));
  writer!.status({ state: 'finished', epoch: 3, step: 30, epochs: 3 });
  await store.refresh();
  await vi.waitFor(() => expect(errors).toEqual([expect.stringContaining('EMFILE')]));
  await vi.waitFor(() => expect(sent.map(message => message.type)).toEqual(['snapshot', 'snapshot']), 5000);
});

/** A loss page that has the snapshot of its one run, and rests. */
async function restingPage() {
  const [writer] = await runsOf(1);
  await store.setFolders([base]);
  const { panel, sent, say } = webviewPanel();
  show(new LossPanel(host, panel), [writer!]);
  say({ type: 'ready' });
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  say({ type: 'rest', milliseconds: 60_000 });
  return { writer: writer!, sent, say };
}

it('tells a change of state at once, as urgent, though the page rests', async () => {
  const { writer, sent } = await restingPage();
  writer.status({ state: 'finished', epoch: 3, step: 30, epochs: 3 });
  await store.refresh();
  await vi.waitFor(() => expect(sent).toHaveLength(2));
  expect(sent[0]).not.toHaveProperty('urgent');
  expect(sent[1]).toMatchObject({ type: 'append', urgent: true });
});

it('tells what it kept back as soon as the page rests no longer', async () => {
  const { writer, sent, say } = await restingPage();
  writer.status({ state: 'training', epoch: 3, step: 30, epochs: 5 });
  await store.refresh();
  await new Promise(resolve => setTimeout(resolve, 250));
  expect(sent).toHaveLength(1);
  say({ type: 'rest', milliseconds: 0 });
  await vi.waitFor(() => expect(sent).toHaveLength(2));
  expect(sent[1]).not.toHaveProperty('urgent');
});

it('keeps the title of a tab short, and the end of a long name, where names differ', () => {
  const label = (name: string): RunLabel => ({ id: 'r', name, state: 'finished', epoch: 1, epochs: 1, star: false });
  expect(panelTitle('loss', [label('janet-50')])).toBe('Loss: janet-50');
  expect(panelTitle('loss', [label('a'.repeat(40))])).toBe(`Loss: ${'a'.repeat(40)}`);
  const title = panelTitle('loss', [label(`${'a'.repeat(60)}-units=32`)]);
  expect(title).toBe(`Loss: ${'a'.repeat(20)}…${'a'.repeat(10)}-units=32`);
  expect(panelTitle('loss', [label('a'), label('b')])).toBe('Loss: 2 runs');
});
