// The data page's host: asks the program what the data is like, and again when its config is saved with other data, corruption or layers.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { messageOf, StudioError } from '../../core/errors.ts';
import { documentOutline, type Section } from '../../model/features.ts';
import type { DataHostMessage, DataSamples, PreviewDraw, ShownData } from '../../protocol/messages.ts';
import type { Diagnostic } from '../../spec/diagnostics.ts';
import { loadSpec, specHash } from '../../spec/load.ts';
import type { CommandId } from '../contributions.ts';
import { nameOf, placeIn, subjectOf, type DataSubject } from '../data-subject.ts';
import { inEditor } from '../editor-words.ts';
import { previewOf } from '../previewing.ts';
import { sameFile } from '../same-file.ts';
import { PagePanel, panelTitle, type PanelHost, type ShownRun } from './page-panel.ts';

const READING = 'Reading the data';

export class DataPanel extends PagePanel<DataHostMessage> {
  protected override readonly ofRuns = false;
  protected readonly answers = {
    dataSamples: (draw: PreviewDraw) => this.otherSamples(draw),
    dataAction: ({ action, section }: { action: 'open' | 'openData' | 'again' | 'download'; section?: string }) => this.act(action, section),
  };
  private shownData: Omit<ShownData, 'name' | 'hasConfig' | 'busy'> = {};
  private busy: string | undefined;
  private toldBusy: string | undefined;
  private work: AbortController | undefined;
  private sampling: AbortController | undefined;
  /** What of the config was asked about. */
  private asked: string | undefined;
  /** Where the config is wrong, when it is. */
  private wrongAt: number | undefined;
  private dataPlace: { readonly file: string; readonly line: number } | undefined;

  constructor(host: PanelHost, panel: vscode.WebviewPanel) {
    super('data', host, panel, false);
    this.owner.add({ dispose: () => { this.work?.abort(); this.sampling?.abort(); } });
    this.owner.add(vscode.workspace.onDidSaveTextDocument(document => {
      if ('config' in this.subject && sameFile(this.subject.config, document.uri.fsPath) && keyOfText(document.getText(), document.uri.fsPath) !== this.asked) this.renew();
    }));
    this.owner.add(vscode.workspace.onDidChangeConfiguration(event => { if (event.affectsConfiguration('autoencoder.dataFolders')) this.renew(); }));
    this.owner.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.renew()));
  }

  override show(runs: readonly ShownRun[]): void {
    super.show(runs);
    if (runs[0]?.folder !== undefined) this.renew();
  }

  protected override titleOfShown(): string {
    return panelTitle('data', this.runs.slice(0, 1).map(({ label }) => ({ ...label, name: nameOf(this.subject) })));
  }

  private get subject(): DataSubject {
    return subjectOf(this.folders[0] ?? '');
  }

  private get data(): ShownData {
    const { subject } = this;
    return { name: nameOf(subject), hasConfig: 'config' in subject, ...this.shownData, ...(this.busy === undefined ? {} : { busy: this.busy }) };
  }

  protected async snapshot(): Promise<DataHostMessage | undefined> {
    if (this.folders.length === 0) return undefined;
    this.toldBusy = this.busy;
    return Promise.resolve({ type: 'snapshot', revision: this.nextRevision(), data: this.data });
  }

  protected async increment(): Promise<DataHostMessage | undefined> {
    if (this.busy === this.toldBusy) return undefined;
    this.toldBusy = this.busy;
    return Promise.resolve({ type: 'progress', revision: this.nextRevision(), ...(this.busy === undefined ? {} : { busy: this.busy }) });
  }

  /** Asks anew; what is shown stays until the answer is there. */
  private renew(): void {
    void this.read(false);
  }

  /** Resolves when the answer is there, or the reason why there is none. */
  private async read(download: boolean, outside?: AbortSignal, onMessage: (line: string) => void = () => undefined): Promise<void> {
    this.work?.abort();
    const work = this.work = new AbortController();
    outside?.addEventListener('abort', () => work.abort());
    const { subject } = this;
    this.say(READING);
    try {
      this.asked = 'config' in subject ? await keyOfFile(subject.config) : undefined;
      const content = await previewOf(this.host.studio, subject, { split: 'train', draw: 0, download, signal: work.signal, onMessage: line => {
        onMessage(line);
        if (this.work === work) this.say(line);
      } });
      if (this.work === work) this.settle({ content });
    } catch (error) {
      if (this.work === work) this.fail(error);
    }
  }

  private settle(shown: DataPanel['shownData'], wrongAt?: number): void {
    this.shownData = shown;
    this.wrongAt = wrongAt;
    this.busy = undefined;
    // All of it is new.
    this.hydrate();
  }

  private say(busy: string | undefined): void {
    this.busy = busy;
    this.refresh();
  }

  private fail(error: unknown): void {
    const details = error instanceof StudioError ? error.options.details : undefined;
    if (error instanceof StudioError && error.reason === 'cancelled') {
      // By the user, who sees what was there before, or how it is begun.
      this.settle(this.shownData.content === undefined && this.shownData.download === undefined ? { failure: { reason: 'It was cancelled.' } } : this.shownData);
      return;
    }
    if (isNeededDownload(details)) {
      this.settle({ download: { title: details.title, bytes: details.bytes } });
      return;
    }
    const reason = messageOf(error);
    this.host.studio.log.warn(`Data of ${nameOf(this.subject)}: ${reason}`);
    this.dataPlace = error instanceof StudioError && error.reason === 'data' ? placeIn(reason) : undefined;
    const place = this.dataPlace;
    this.settle({ failure: { reason: inEditor(reason), ...(place === undefined ? {} : { dataPlace: `${path.basename(place.file)}, line ${place.line}` }) } }, firstError(details));
  }

  private async otherSamples(draw: PreviewDraw): Promise<DataSamples> {
    // The page wants the newest only.
    this.sampling?.abort();
    const { signal } = this.sampling = new AbortController();
    return (await previewOf(this.host.studio, this.subject, { ...draw, download: false, signal, onMessage: () => undefined })).samples;
  }

  private async act(action: 'open' | 'openData' | 'again' | 'download', section: string | undefined): Promise<boolean> {
    switch (action) {
      case 'again': this.renew(); return true;
      case 'download': await this.download(); return true;
      case 'openData': {
        if (this.dataPlace !== undefined) await showPlace(this.dataPlace.file, document => document.offsetAt(new vscode.Position(this.dataPlace!.line - 1, 0)));
        return this.dataPlace !== undefined;
      }
      case 'open': {
        const { subject, wrongAt } = this;
        if (!('config' in subject)) return false;
        await showPlace(subject.config, document => wrongAt ?? documentOutline(document.getText())?.sections[(section ?? 'data') as Section] ?? 0);
        return true;
      }
    }
  }

  private async download(): Promise<void> {
    const title = `Downloading ${this.shownData.download?.title ?? nameOf(this.subject)}`;
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, async (progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      await this.read(true, abort.signal, message => progress.report({ message }));
    });
    // The Datasets view says now that it is there.
    void vscode.commands.executeCommand('autoencoder.refresh' satisfies CommandId);
  }
}

/** Changes when the data, what is done to it or the model does; not with names and comments. */
function keyOfText(text: string, file: string): string {
  const { spec } = loadSpec(text, file);
  return spec === undefined ? text : specHash(spec);
}

async function keyOfFile(file: string): Promise<string> {
  return keyOfText((await vscode.workspace.openTextDocument(vscode.Uri.file(file))).getText(), file);
}

/** Shows a place of a file where it is open, or beside the page. */
async function showPlace(file: string, offsetIn: (document: vscode.TextDocument) => number): Promise<void> {
  const uri = vscode.Uri.file(file);
  const document = await vscode.workspace.openTextDocument(uri);
  const open = vscode.window.tabGroups.all.find(group => group.tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === uri.toString()));
  const editor = await vscode.window.showTextDocument(document, open === undefined ? {} : { viewColumn: open.viewColumn });
  const at = document.positionAt(offsetIn(document));
  editor.selection = new vscode.Selection(at, at);
  editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** What src/data says of a set that would have to be downloaded. */
function isNeededDownload(value: unknown): value is { readonly title: string; readonly bytes: number } {
  return typeof value === 'object' && value !== null && 'title' in value && typeof value.title === 'string' && 'bytes' in value && typeof value.bytes === 'number';
}

/** Offset of the first error in a file that is not valid. */
function firstError(details: unknown): number | undefined {
  const found = Array.isArray(details) ? (details as readonly Partial<Diagnostic>[]).find(({ severity }) => severity === 'error') : undefined;
  return found?.offset;
}

