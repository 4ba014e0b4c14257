// <reconstructions-page>: the fixed test samples in columns, what the model made of them in rows, a slider over epochs. Here are what is
// loaded, which epoch and sample are looked at, and keys; how it stands is worked out in arrangement.ts and drawn in section-view.ts.
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { PictureEpoch, PictureRun, ReconstructionsHostMessage } from '../../protocol/messages.ts';
import { messageOf } from '../../core/errors.ts';
import { StudioPage } from '../shared/page.ts';
import '../shared/player.ts';
import type { EpochDetail } from '../shared/player.ts';
import { pngBytes } from '../shared/pixels.ts';
import { remedyButtons } from '../shared/remedies.ts';
import { distinctNames, isLive } from '../../view/runs.ts';
import { button, emptyState } from '../shared/toolkit.ts';
import { Arrangement, pitchOf } from './arrangement.ts';
import { EpochCache } from './epoch-cache.ts';
import { exportSheets, type ExportSection } from './export.ts';
import './large.ts';
import { sectionView, type SampleActions } from './section-view.ts';
import { describeShown, epochFor, sectionsOf, unionEpochs, type Section } from './sections.ts';
import { defaultView, type PicturesView } from './settings.ts';
import { toolbar, type ToolbarActions } from './toolbar.ts';

const keptEpochs = 48;
/** Height of a picture in a file of one sample. */
const savedLargeSize = 224;

@customElement('reconstructions-page')
export class ReconstructionsPage extends StudioPage<ReconstructionsHostMessage, PicturesView> implements SampleActions, ToolbarActions {
  private readonly cache = new EpochCache<PictureEpoch>(keptEpochs, (id, picture) => this.arrived(id, picture), error => this.client.fail(messageOf(error)));
  /** What is on the screen, by run: the epoch wished for, or until it arrives the one before. */
  private readonly shown = new Map<string, PictureEpoch>();
  private sections: readonly Section[] = [];
  private readonly resize = new ResizeObserver(entries => { this.width = entries[0]!.contentRect.width; });
  @state() private runs: readonly PictureRun[] = [];
  @state() private loaded = false;
  @state() private width = 0;

  constructor() {
    super(defaultView);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.resize.observe(this);
    document.addEventListener('keydown', this.onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resize.disconnect();
    document.removeEventListener('keydown', this.onKey);
  }

  /** Resolves when the pictures wished for are on the screen. */
  protected override async receive(message: Extract<ReconstructionsHostMessage, { type: 'snapshot' | 'update' }>): Promise<void> {
    if (message.type === 'snapshot') {
      this.cache.clear();
      this.shown.clear();
      this.runs = message.runs;
      this.sections = sectionsOf(message.runs);
      this.loaded = true;
    } else {
      this.runs = this.runs.map(r => (r.run.id === message.run.id ? { ...r, run: message.run, epochs: message.epochs } : r));
      this.sections = sectionsOf(this.runs);
      // The first picture has come: its samples are only in a snapshot.
      if (this.runs.some(r => r.epochs.length > 0 && !r.samples)) this.client.ready();
    }
    await this.updateComplete;
    await this.cache.settled();
    await this.updateComplete;
  }

  private arrived(runId: string, picture: PictureEpoch): void {
    this.shown.set(runId, picture);
    this.requestUpdate();
  }

  change(patch: Partial<PicturesView>): void {
    this.client.updateView(patch);
    this.requestUpdate();
  }

  private get live(): boolean {
    return this.runs.some(r => isLive(r.run.state));
  }

  private get epochs(): readonly number[] {
    return unionEpochs(this.runs);
  }

  private get epoch(): number {
    const { epochs } = this;
    const { epoch } = this.client.view;
    return epoch === 0 ? epochs.at(-1) ?? 0 : epochFor(epochs, epoch) ?? 0;
  }

  protected override willUpdate(): void {
    for (const run of this.runs) {
      const id = run.run.id;
      const epoch = epochFor(run.epochs, this.epoch);
      if (epoch === undefined) continue;
      const ready = this.cache.get(id, epoch);
      if (ready) this.shown.set(id, ready);
      this.cache.want(id, epoch, () => this.client.request('picture', { runId: id, epoch }));
    }
  }

  override render(): TemplateResult {
    if (!this.loaded) return emptyState({ busy: true, title: 'Loading…' });
    if (this.runs.length === 0) {
      return emptyState({ icon: 'file-media', title: 'No runs to show', text: 'Pick one or more runs to see how they rebuild the same test samples.', action: button({ label: 'Add Runs…', icon: 'add', primary: true, onClick: () => this.pickRuns() }) });
    }
    if (this.epochs.length === 0 || this.sections.length === 0) return this.waiting();
    const { view } = this.client;
    const large = this.large;
    const arrangements = large === undefined ? this.sections.map(section => this.arrange(section)) : [];
    return html`${large === undefined ? toolbar(arrangements, view, this) : nothing}
      <div class="player-bar"><ae-player .epochs=${this.epochs} .epoch=${this.epoch} .follow=${view.epoch === 0} .live=${this.live} .busy=${this.cache.busy}
        .total=${Math.max(...this.runs.map(r => r.run.epochs))} @epoch=${this.onEpoch}></ae-player></div>
      ${large === undefined
        ? html`<div class="pictures" tabindex="0" role="region" aria-label="Reconstructions; Enter shows a sample large">${arrangements.map(arrangement => sectionView(arrangement, this))}</div>`
        : html`<div class="pictures large-area" tabindex="-1" role="region" aria-label=${`Sample ${large.sample + 1}, large`}>${this.largeView(large.section, large.sample)}</div>`}
      <p class="visually-hidden" aria-live="polite">${this.sections.flatMap(s => s.runs.map(r => this.announcement(r))).join('. ')}</p>`;
  }

  /** What is read aloud: while epochs come by themselves only that they do, else every one would interrupt. */
  private announcement(run: PictureRun): string {
    return isLive(run.run.state) && this.client.view.epoch === 0 ? `${run.run.name}: ${run.run.state}` : `${run.run.name}, ${describeShown(run, this.shown.get(run.run.id))}`;
  }

  private waiting(): TemplateResult {
    const live = this.runs.find(r => isLive(r.run.state));
    const { run } = live ?? this.runs[0]!;
    if (live) return emptyState({ busy: run.state !== 'paused', title: 'Waiting for the first pictures…', text: `${run.name}: ${run.message ?? (run.state === 'paused' ? 'the run is paused.' : 'they are taken when the first epoch ends.')}` });
    return emptyState({
      icon: run.state === 'failed' ? 'error' : 'file-media', title: `${run.name} has no pictures`, text: run.message ?? `The run is ${run.state} and ended before its first picture.`,
      ...(run.state === 'finished' ? {} : { action: remedyButtons(run, (command, id) => this.client.command(command, id), true) }),
    });
  }

  private get names(): ReadonlyMap<string, string> {
    return distinctNames(this.runs.map(r => r.run));
  }

  private arrange(section: Section): Arrangement {
    return new Arrangement(section, { view: this.client.view, shown: this.shown, names: this.names, width: this.width, theme: this.theme });
  }

  private readonly onEpoch = (event: CustomEvent<EpochDetail>) => {
    this.change({ epoch: event.detail.follow ? 0 : event.detail.epoch });
  };

  private readonly onKey = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const player = this.querySelector('ae-player');
    if (!player || event.ctrlKey || event.metaKey || event.altKey) return;
    const { large } = this;
    if (large !== undefined && event.key === 'Escape') {
      event.preventDefault();
      this.shut();
      return;
    }
    const free = target === document.body || target.classList.contains('pictures');
    if (!free && !(large !== undefined && target.closest('.large-head') !== null && target.getAttribute('role') !== 'radio')) return;
    const actions: Record<string, () => void> = large !== undefined
      ? { ArrowLeft: () => this.step(-1), ArrowRight: () => this.step(1), ...(free ? { ' ': () => player.toggle() } : {}) }
      : { ArrowLeft: () => player.step(-1), ArrowRight: () => player.step(1), ' ': () => player.toggle(), Enter: () => this.openFirst() };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };

  // ── One sample, large ─────────────────────────────────────────────────────────────────────────────────────────────

  private get large(): { readonly section: Section; readonly sample: number } | undefined {
    const { large, largeOf } = this.client.view;
    const section = this.sections.find(({ runs }) => runs.some(({ run }) => run.id === largeOf));
    return section === undefined || large < 0 || large >= section.samples.count ? undefined : { section, sample: large };
  }

  private largeView(section: Section, sample: number): TemplateResult {
    const { view } = this.client;
    const { samples, comparison, gridWidth } = this.arrange(section);
    return html`<ae-large .section=${section} .shown=${new Map(this.shown)} .sample=${sample} .order=${samples} .names=${this.names}
      .comparison=${comparison} .theme=${this.theme} .room=${gridWidth} .pinned=${view.pinned.includes(sample)} .reach=${view.reach}
      @step=${(event: CustomEvent<number>) => this.step(event.detail)} @shut=${() => this.shut()} @pin=${() => this.pin(sample)}
      @reach=${(event: CustomEvent<'whole' | 'own'>) => this.change({ reach: event.detail })} @save=${() => this.savePng()}></ae-large>`;
  }

  open(section: Section, sample: number): void {
    this.change({ large: sample, largeOf: section.runs[0]!.run.id });
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('.large-area')?.focus());
  }

  private openFirst(): void {
    const section = this.sections[0];
    const sample = section && this.arrange(section).samples[0];
    if (section !== undefined && sample !== undefined) this.open(section, sample);
  }

  /** Back to all samples, and to the place in them. */
  private shut(): void {
    const { large, largeOf } = this.client.view;
    this.change({ large: -1 });
    void this.updateComplete.then(() => {
      const at = this.sections.findIndex(({ runs }) => runs.some(({ run }) => run.id === largeOf));
      const caption = this.querySelectorAll('.pictures > section')[at]?.querySelector<HTMLElement>(`[data-sample="${large}"]`);
      (caption ?? this.querySelector<HTMLElement>('.pictures'))?.focus();
    });
  }

  private step(by: number): void {
    const { large } = this;
    if (large === undefined) return;
    const order = this.arrange(large.section).samples;
    const at = order.indexOf(large.sample);
    const next = order[at < 0 ? 0 : at + by];
    if (next !== undefined) this.change({ large: next });
  }

  pin(sample: number): void {
    const { pinned } = this.client.view;
    this.change({ pinned: pinned.includes(sample) ? pinned.filter(p => p !== sample) : [...pinned, sample] });
  }

  pickRuns(): void {
    this.client.run(this.client.request('pickRuns', {}));
  }

  savePng(): void {
    this.client.run(this.savedPng());
  }

  private async savedPng(): Promise<void> {
    const { names, large } = this;
    const headingOf = (id: string) => {
      const shown = this.shown.get(id);
      return `${names.get(id) ?? id}${shown ? `, epoch ${shown.epoch}` : ''}`;
    };
    const arrangements = (large === undefined ? this.sections : [large.section]).map(section => this.arrange(section));
    const saved = arrangements.map((arrangement): ExportSection => ({
      title: arrangement.section.runs.map(r => headingOf(r.run.id)).join(' · '), width: arrangement.rowWidth, caption: sample => arrangement.captionOf(sample),
      ...(large === undefined
        ? { sheet: arrangement.sheet(), samples: arrangement.samples, layout: arrangement.layout }
        : { sheet: arrangement.sheet(savedLargeSize, []), samples: [large.sample], layout: 'rows' }),
    }));
    const picture = exportSheets({ sections: saved, gridWidth: arrangements[0]!.gridWidth, pitch: sheet => pitchOf(sheet.cell.width), headingOf, theme: this.theme });
    const first = this.runs[0]!.run;
    const what = large === undefined ? '' : `-sample-${large.sample + 1}`;
    await this.client.request('saveFile', { suggestedName: `${this.runs.length === 1 ? first.name : `${this.runs.length}-runs`}${what}-epoch-${this.epoch}.png`, kind: 'png', bytes: await pngBytes(picture) });
  }
}
