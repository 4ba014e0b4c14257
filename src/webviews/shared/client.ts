// The page's end of protocol/messages.ts: requests as promises, numbered increments checked for gaps, view settings kept
// over reloads. View settings persist, data never does.
import { StudioError, messageOf } from '../../core/errors.ts';
import type { HostMessage, PageCommand, PageMessage, PageSetup, RequestMessage, RequestName, Requests, ResponseMessage, SweepCommand, Urgency } from '../../protocol/messages.ts';
import { attention, noticeHands } from './attention.ts';
import { costOf, restAfter, untilBeat } from './pace.ts';
import { RevisionGuard } from './revision.ts';
import { Turns } from './turns.ts';

interface VsCodeApi {
  postMessage(message: PageMessage): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

type DataMessage<H extends HostMessage> = Exclude<H, ResponseMessage>;
type Pending = { resolve: (result: never) => void; reject: (error: Error) => void };

export interface ClientOptions {
  /** Increments answer to what the user does elsewhere, and are shown at once. */
  readonly prompt?: boolean;
}

/** H: the messages this page gets; V: its view settings, a flat object of JSON values. */
export class PageClient<H extends HostMessage, V extends object> {
  private readonly api = acquireVsCodeApi();
  private readonly guard = new RevisionGuard();
  private readonly turns = new Turns();
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private settings: V;
  /** Until then the host keeps increments back. */
  private restUntil = 0;

  /**
   * `onMessage` gets snapshots and gapless increments. Say `ready()` when the page can take them. What it returns resolves when
   * the page has what it shows of the message, so that the cost of showing it is known.
   */
  constructor(defaults: V, private readonly onMessage: (message: DataMessage<H>) => void | Promise<void>, private readonly options: ClientOptions = {}) {
    noticeHands(() => this.wake());
    this.settings = { ...defaults, ...knownSettings(defaults, this.api.getState()) };
    window.addEventListener('message', (event: MessageEvent<H & Urgency>) => this.receive(event.data));
    window.addEventListener('error', event => this.fail(event.message, stackOf(event.error)));
    window.addEventListener('unhandledrejection', event => this.fail(messageOf(event.reason), stackOf(event.reason)));
  }

  ready(): void {
    this.api.postMessage({ type: 'ready' });
  }

  /** Rejects with a StudioError whose text the host wrote for the user. */
  request<N extends RequestName>(name: N, params: Requests[N]['params']): Promise<Requests[N]['result']> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.api.postMessage({ type: 'request', id, name, params } as RequestMessage);
    });
  }

  command(command: PageCommand, runId: string): void {
    this.api.postMessage({ type: 'command', command, runId });
  }

  sweepCommand(command: SweepCommand, sweepId: string): void {
    this.api.postMessage({ type: 'sweepCommand', command, sweepId });
  }

  get view(): Readonly<V> {
    return this.settings;
  }

  /** Changes some view settings and keeps them for the next time this panel is opened. */
  updateView(patch: Partial<V>): void {
    this.settings = { ...this.settings, ...patch };
    this.api.setState(this.settings);
  }

  /** Tells the host (log and notification) and shows a dismissible line at the top of the page. */
  fail(message: string, detail?: string): void {
    this.api.postMessage({ type: 'failed', message, ...(detail === undefined ? {} : { detail }) });
    showFailure(message);
  }

  /** For promises nobody waits for: a rejection is shown, not lost. */
  run(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.fail(messageOf(error), error instanceof StudioError ? undefined : stackOf(error)));
  }

  private receive(message: H & Urgency): void {
    if (message.type === 'response') {
      this.settle(message);
      return;
    }
    if (message.urgent === true) attention.urgent();
    const data = message as DataMessage<H>;
    const verdict = data.type === 'snapshot' ? this.guard.snapshot(data.revision) : this.guard.increment(data.revision);
    if (verdict === 'ask') this.ready();
    if (verdict === 'apply') this.run(data.type === 'snapshot' ? this.begin(data) : this.follow(data, message.urgent === true));
  }

  private async begin(snapshot: DataMessage<H>): Promise<void> {
    attention.caught();
    await this.turns.take(0, () => this.onMessage(snapshot));
  }

  /** Somebody comes to a page that nobody touched: what was kept back is wanted now. */
  private wake(): void {
    this.turns.hasten();
    if (performance.now() < this.restUntil) this.rest(0);
  }

  private rest(milliseconds: number): void {
    this.restUntil = performance.now() + milliseconds;
    this.api.postMessage({ type: 'rest', milliseconds });
  }

  /** Takes an increment, and says how long to wait with the next. */
  private async follow(increment: DataMessage<H>, urgent: boolean): Promise<void> {
    if (this.options.prompt === true) attention.caught();
    let cost = Infinity;
    try {
      cost = await this.turns.take(urgent ? 0 : untilBeat(Date.now(), attention.age), () => {
        attention.followed();
        return costOf(() => this.onMessage(increment), () => attention.moment());
      });
    } finally {
      this.rest(restAfter(cost, attention.age, Date.now()));
    }
  }

  private settle(response: ResponseMessage): void {
    const pending = this.pending.get(response.id);
    if (!pending) return;
    this.pending.delete(response.id);
    if (response.ok) pending.resolve(response.result as never);
    else pending.reject(new StudioError('run', response.error));
  }
}

/** What the host wrote into the page for it. */
export function pageSetup(): PageSetup {
  const text = document.getElementById('setup')?.textContent;
  if (!text) throw new StudioError('internal', 'The page has no <script id="setup">; it was opened by something other than Autoencoder Studio.');
  return JSON.parse(text) as PageSetup;
}

/** Stored settings of an older version may lack keys or hold other types; only what fits the defaults is taken. */
export function knownSettings<V extends object>(defaults: V, stored: unknown): Partial<V> {
  if (typeof stored !== 'object' || stored === null) return {};
  const fitting: Partial<V> = {};
  for (const key of Object.keys(defaults) as (keyof V & string)[]) {
    const value = (stored as Record<string, unknown>)[key];
    const sameKind = typeof value === typeof defaults[key] && Array.isArray(value) === Array.isArray(defaults[key]) && value !== null;
    if (sameKind) fitting[key] = value as V[typeof key];
  }
  return fitting;
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}

function showFailure(message: string): void {
  let box = document.querySelector<HTMLElement>('.failure');
  if (!box) {
    box = document.createElement('div');
    box.className = 'failure';
    box.setAttribute('role', 'alert');
    document.body.prepend(box);
  }
  const text = document.createElement('span');
  text.textContent = message;
  const close = document.createElement('button');
  close.className = 'codicon codicon-close';
  close.title = 'Dismiss';
  close.setAttribute('aria-label', 'Dismiss');
  close.addEventListener('click', () => box.remove());
  box.replaceChildren(text, close);
}
