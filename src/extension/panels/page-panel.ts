// What every page's panel does: its HTML, typed messages both ways, a snapshot when the page is ready, increments while it is
// visible. A hidden page is gone (no retainContextWhenHidden); when shown again it says `ready` and gets a new snapshot.
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { StudioError, messageOf } from '../../core/errors.ts';
import type { ConfigCommand, HostMessage, PageCommand, PageMessage, PageName, RequestMessage, RequestName, Requests, ResponseMessage, RunLabel, SweepCommand, Urgency } from '../../protocol/messages.ts';
import { Disposables } from '../disposables.ts';
import type { RunFeed } from '../run-feed.ts';
import { toLabel, type RunRecord } from '../run-record.ts';
import { report, type Studio } from '../studio.ts';
import { pageHtml, troubleHtml } from './html.ts';
import { openConfig, trainAgain } from './run-config.ts';
import { savePageFile } from './save-file.ts';

export const pageTitles: Readonly<Record<PageName, string>> = {
  loss: 'Loss', reconstructions: 'Reconstructions', latent: 'Latent Space', report: 'Report', sweep: 'Sweep', model: 'Model', data: 'Data',
};

type Answers = { readonly [N in RequestName]?: (params: Requests[N]['params']) => Promise<Requests[N]['result']> };

/** A run a panel shows: one that is there, or one that was just asked for and has no folder yet. */
export interface ShownRun {
  readonly label: RunLabel;
  readonly folder?: string;
}

export interface PanelHost {
  readonly studio: Studio;
  /** Lets the user choose runs; undefined when they changed their mind. */
  pickRuns(chosen: readonly string[]): Promise<readonly RunRecord[] | undefined>;
  /** Runs a command about a run or a sweep. */
  command(command: Exclude<PageCommand, ConfigCommand> | SweepCommand, about: { readonly id: string; readonly folder: string }): Promise<unknown>;
  /** What the panel shows changed: it must be found again after a reload. */
  changed(): void;
}

/** Shortest time between two messages of ours, in milliseconds. */
const INCREMENT_GAP = 100;
/** A page that has not said within so many milliseconds that it has drawn an increment is out of sight, or broke. */
const UNANSWERED = 10_000;
/** What could not be read is read again after so many milliseconds, if nothing happens before. */
const RETRY = 3000;

export abstract class PagePanel<H extends HostMessage> {
  readonly owner = new Disposables();
  /** Opened by a training: the next training may show itself here. */
  follows = false;
  private revision = 0;
  private ready = false;
  private snapshotDue = true;
  private updating = false;
  private again = false;
  private passed = false;
  /** Why nothing can be shown; told in place of the page until it can. */
  private trouble: string | undefined;
  /** Until then the page wants no increments; the clock is that of `performance`. */
  private restUntil = 0;
  private wake: NodeJS.Timeout | undefined;
  /** The states that the page knows of; a change is told at once. */
  private toldStates = '';
  private shown: readonly ShownRun[] = [];
  private readonly feeds = new Map<string, { readonly feed: RunFeed; dispose(): void }>();

  protected constructor(readonly page: PageName, protected readonly host: PanelHost, readonly panel: vscode.WebviewPanel, private readonly several: boolean) {
    const { studio } = host;
    const webview = panel.webview;
    webview.options = { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(studio.context.extensionUri, 'dist')] };
    panel.iconPath = vscode.Uri.joinPath(studio.context.extensionUri, 'media', 'icon.png');
    this.owner.add(webview.onDidReceiveMessage((message: PageMessage) => this.receive(message)));
    this.owner.add(panel.onDidChangeViewState(() => {
      if (!panel.visible) this.ready = false;
      else if (this.trouble !== undefined) this.refresh();
    }));
    this.owner.add(panel.onDidDispose(() => this.gone()));
    this.owner.add(studio.store.onTick.on(() => this.refresh()));
    this.owner.add(studio.store.onChange.on(() => this.refresh()));
    webview.html = this.html();
  }

  /** Folders of the runs it shows. */
  get folders(): string[] {
    return this.shown.flatMap(run => run.folder ?? []);
  }

  get runs(): readonly ShownRun[] {
    return this.shown;
  }

  /** Shows these runs in place of those before. */
  show(runs: readonly ShownRun[]): void {
    this.shown = this.several ? runs : runs.slice(0, 1);
    const kept = new Set(this.folders);
    for (const [folder, held] of this.feeds) {
      if (kept.has(folder)) continue;
      held.dispose();
      this.feeds.delete(folder);
    }
    if (this.ofRuns) for (const folder of kept) if (!this.feeds.has(folder)) this.feeds.set(folder, this.host.studio.feeds.open(folder));
    this.panel.title = this.titleOfShown();
    this.host.changed();
    this.hydrate();
  }

  /** Path of the config it is about, for a page that may show no run. */
  get config(): string | undefined {
    return undefined;
  }

  protected titleOfShown(): string {
    return panelTitle(this.page, this.shown.map(run => this.labelOf(run)));
  }

  /** Whether what it shows are runs, whose numbers are followed. */
  protected readonly ofRuns: boolean = true;
  /** Everything, for a page that knows nothing; undefined when there is no run to tell of. */
  protected abstract snapshot(): Promise<H | undefined>;
  /** What changed since the last message; undefined for nothing, 'snapshot' when it cannot be told as an increment. */
  protected abstract increment(): Promise<H | 'snapshot' | undefined>;
  /** How requests beyond those every page has are answered. */
  protected abstract readonly answers: Answers;

  protected feedOf(run: ShownRun): RunFeed | undefined {
    return run.folder === undefined ? undefined : this.feeds.get(run.folder)?.feed;
  }

  protected recordOf(id: string): RunRecord {
    const shown = this.shown.find(run => run.label.id === id && run.folder !== undefined);
    const record = this.host.studio.store.find(shown?.folder ?? id);
    if (record === undefined) throw new StudioError('run', `The run ${id} is not there any more: its folder was deleted or moved.`);
    return record;
  }

  /** The label as it is now. */
  protected labelOf(run: ShownRun): RunLabel {
    const record = run.folder === undefined ? undefined : this.host.studio.store.find(run.folder);
    return record === undefined ? run.label : toLabel(record);
  }

  /** For an increment that tells of one run while others changed, too: the next one follows, as soon as if they had changed after it. */
  protected passOver(): void {
    this.passed = true;
  }

  protected nextRevision(): number {
    return ++this.revision;
  }

  private addressOf(name: string): string {
    return this.panel.webview.asWebviewUri(vscode.Uri.joinPath(this.host.studio.context.extensionUri, 'dist', 'webviews', name)).toString();
  }

  private html(): string {
    return pageHtml(this.page, pageTitles[this.page], randomBytes(16).toString('base64url'), {
      cspSource: this.panel.webview.cspSource,
      script: this.addressOf(`${this.page}.js`),
      style: this.addressOf(`${this.page}.css`),
      assets: { worker: this.addressOf('decode-worker.js'), ortWasm: this.addressOf('ort-wasm-simd-threaded.wasm') },
    });
  }

  private receive(message: PageMessage): void {
    const { studio } = this.host;
    switch (message.type) {
      case 'ready':
        this.ready = true;
        this.hydrate();
        return;
      case 'rest':
        this.restUntil = performance.now() + message.milliseconds;
        if (message.milliseconds === 0) this.refresh();
        return;
      case 'failed':
        if (message.detail !== undefined) studio.log.error(message.detail);
        void report(studio, pageTitles[this.page], new StudioError('internal', message.message));
        return;
      case 'command':
      case 'sweepCommand':
        void this.command(message).catch((error: unknown) => report(studio, pageTitles[this.page], error));
        return;
      case 'request':
        void this.answer(message);
        return;
    }
  }

  private async command(message: Extract<PageMessage, { type: 'command' | 'sweepCommand' }>): Promise<void> {
    if (message.type === 'sweepCommand') await this.host.command(message.command, this.sweepOf(message.sweepId));
    else if (message.command === 'openConfig') await openConfig(this.recordOf(message.runId));
    else if (message.command === 'train') await trainAgain(this.recordOf(message.runId));
    else await this.host.command(message.command, this.recordOf(message.runId));
  }

  /** A sweep stands on its page as its folder does for a run. */
  private sweepOf(id: string): { readonly id: string; readonly folder: string } {
    const shown = this.shown.find(run => run.label.id === id);
    if (shown?.folder === undefined) throw new StudioError('run', `The sweep ${id} is not shown here any more.`);
    return { id, folder: shown.folder };
  }

  private async answer(request: RequestMessage): Promise<void> {
    let response: ResponseMessage;
    try {
      response = { type: 'response', id: request.id, ok: true, result: await this.resultOf(request) };
    } catch (error) {
      this.host.studio.log.warn(`${pageTitles[this.page]} page asked for ${request.name}: ${messageOf(error)}`);
      response = { type: 'response', id: request.id, ok: false, error: messageOf(error) };
    }
    this.post(response);
  }

  private resultOf(request: RequestMessage): Promise<unknown> {
    switch (request.name) {
      case 'saveFile': return savePageFile(request.params, this.ofRuns ? this.folders[0] : undefined);
      case 'pickRuns': return this.pick();
      case 'picture': return this.answered(this.answers.picture?.(request.params), request);
      case 'latent': return this.answered(this.answers.latent?.(request.params), request);
      case 'model': return this.answered(this.answers.model?.(request.params), request);
      case 'file': return this.answered(this.answers.file?.(request.params), request);
      case 'weights': return this.answered(this.answers.weights?.(request.params), request);
      case 'activations': return this.answered(this.answers.activations?.(request.params), request);
      case 'showModelOf': return this.answered(this.answers.showModelOf?.(request.params), request);
      case 'reveal': return this.answered(this.answers.reveal?.(request.params), request);
      case 'dataSamples': return this.answered(this.answers.dataSamples?.(request.params), request);
      case 'dataAction': return this.answered(this.answers.dataAction?.(request.params), request);
    }
  }

  private answered(result: Promise<unknown> | undefined, request: RequestMessage): Promise<unknown> {
    return result ?? Promise.reject(new StudioError('internal', `The ${pageTitles[this.page]} page has no answer to ${request.name}.`));
  }

  private async pick(): Promise<boolean> {
    const runs = await this.host.pickRuns(this.folders);
    if (runs === undefined) return false;
    this.follows = false;
    this.show(runs.map(run => ({ label: toLabel(run), folder: run.folder })));
    return true;
  }

  /** Sends a snapshot when the page can take one. */
  protected hydrate(): void {
    this.snapshotDue = true;
    this.refresh();
  }

  private get states(): string {
    return this.shown.map(run => this.labelOf(run).state).join();
  }

  /**
   * Nothing is read or sent for epochs that come while the page rests. All panels go on with the next look at the live runs:
   * what is drawn in one frame of the window costs less than one frame for each.
   */
  private isResting(): boolean {
    const left = this.restUntil - performance.now();
    if (left <= 0) return false;
    if (this.host.studio.store.live.length === 0) this.wakeAfter(left + 1);
    return true;
  }

  private wakeAfter(milliseconds: number): void {
    this.wake ??= setTimeout(() => {
      this.wake = undefined;
      this.refresh();
    }, milliseconds);
  }

  /** Tells the page what is new, one message at a time and not too often. */
  protected refresh(): void {
    // A panel that is gone throws when it is asked whether it can be seen.
    if (this.owner.disposed || !(this.ready || this.trouble !== undefined) || !this.panel.visible) return;
    if (!this.snapshotDue && this.states === this.toldStates && this.isResting()) return;
    if (this.updating) {
      this.again = true;
      return;
    }
    this.updating = true;
    const { log } = this.host.studio;
    void this.update()
      .catch((error: unknown) => log.error(`${pageTitles[this.page]} page: ${error instanceof Error ? error.stack ?? error.message : String(error)}`))
      .finally(() => setTimeout(() => {
        this.updating = false;
        if (this.again) {
          this.again = false;
          this.refresh();
        }
      }, INCREMENT_GAP));
  }

  private async update(): Promise<void> {
    let whole = this.snapshotDue;
    const toldBefore = this.toldStates;
    this.passed = false;
    let message: H | 'snapshot' | undefined;
    try {
      await Promise.all([...this.feeds.values()].map(held => held.feed.update()));
      whole = this.snapshotDue;
      this.snapshotDue = false;
      this.toldStates = this.states;
      message = whole ? await this.snapshot() : await this.increment();
    } catch (error) {
      // What the page knows is uncertain now.
      this.snapshotDue = true;
      this.wakeAfter(RETRY);
      if (whole) return this.showTrouble(error);
      throw error;
    }
    if (this.trouble !== undefined) this.endTrouble();
    // Runs may have been exchanged while files were read; then this is outdated and a snapshot follows.
    else if (this.snapshotDue) this.again = true;
    else if (message === 'snapshot') this.hydrate();
    else if (message !== undefined) {
      const urgent = !whole && this.toldStates !== toldBefore;
      if (this.passed) [this.again, this.toldStates] = [true, toldBefore];
      this.restUntil = whole ? 0 : performance.now() + UNANSWERED;
      this.post(urgent ? { ...message, urgent } : message);
    }
  }

  /** Says why there is nothing to see, in place of the page: a page that got no snapshot can tell nothing but that it waits for one. */
  private showTrouble(error: unknown): void {
    const text = messageOf(error);
    if (this.owner.disposed || text === this.trouble) return;
    const { webview } = this.panel;
    this.trouble = text;
    this.ready = false;
    this.host.studio.log.error(`${pageTitles[this.page]} page: ${error instanceof StudioError ? text : error instanceof Error ? error.stack ?? text : text}`);
    webview.html = troubleHtml(this.page, pageTitles[this.page], text, { cspSource: webview.cspSource, style: this.addressOf(`${this.page}.css`) });
  }

  /** The page comes back and says that it is ready. */
  private endTrouble(): void {
    this.trouble = undefined;
    this.snapshotDue = true;
    if (!this.owner.disposed) this.panel.webview.html = this.html();
  }

  private post(message: HostMessage & Urgency): void {
    if (!this.owner.disposed) void this.panel.webview.postMessage(message);
  }

  private gone(): void {
    for (const held of this.feeds.values()) held.dispose();
    this.feeds.clear();
    clearTimeout(this.wake);
    this.owner.dispose();
    this.host.changed();
  }
}

/** Characters of a run's name that a tab has room for. */
const TITLE = 40;

/** "Loss: janet-50", "Loss: 3 runs"; a long name without its middle, since names of runs often differ at the end. */
export function panelTitle(page: PageName, runs: readonly RunLabel[]): string {
  const what = runs.length === 0 ? '' : runs.length === 1 ? `: ${shortened(runs[0]!.name)}` : `: ${runs.length} runs`;
  return `${pageTitles[page]}${what}`;
}

function shortened(name: string): string {
  const letters = [...name];
  if (letters.length <= TITLE) return name;
  const half = (TITLE - 1) / 2;
  return `${letters.slice(0, Math.ceil(half)).join('')}…${letters.slice(-Math.floor(half)).join('')}`;
}
