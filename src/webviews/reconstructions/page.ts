// <reconstructions-page>: the fixed test samples in columns, what the model made of them in rows, a slider over epochs.
import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { PictureEpoch, PictureRun, ReconstructionsHostMessage } from '../../protocol/messages.ts';
import { messageOf } from '../../core/errors.ts';
import { baselineNote } from '../shared/baseline.ts';
import { PageClient } from '../shared/client.ts';
import '../shared/player.ts';
import type { EpochDetail } from '../shared/player.ts';
import { pngBytes } from '../shared/pixels.ts';
import { describeRun, distinctNames, isLive, stateIcon } from '../shared/runs.ts';
import type { Theme } from '../shared/theme.ts';
import { button, dropdown, emptyState, iconButton, segments, slider, toggles } from '../shared/toolkit.ts';
import { ThemeWatch } from '../shared/watching.ts';
import { EpochCache } from './epoch-cache.ts';
import { exportSheets } from './export.ts';
import { labelNames, orderSamples, type SampleOrder } from './order.ts';
import { describeErrors, epochFor, sectionsOf, unionEpochs, type Section } from './sections.ts';
import { bands, blockGroups, blockLines, buildSheet, rowNames, type Block, type RowKind, type Sheet, type SheetRow } from './sheet.ts';
import './strip.ts';
import { errorTable } from './table.ts';

interface PicturesView {
  readonly hiddenRows: readonly string[];
  readonly order: SampleOrder;
  readonly only: string;
  readonly pinned: readonly number[];
  /** Columns at most; 0 for all. */
  readonly most: number;
  readonly size: number;
  /** 0 follows the newest. */
  readonly epoch: number;
  readonly table: boolean;
  /** Until somebody chooses, what the spec says. */
  readonly layout: Layout | '';
}

type Layout = 'rows' | 'grid';

const defaultView: PicturesView = { hiddenRows: [], order: 'file', only: '', pinned: [], most: 0, size: 64, epoch: 0, table: false, layout: '' };
const keptEpochs = 48;
const labelColumn = 104;
const narrowLabelColumn = 98;
/** CSS pixels beside the blocks of the grid. */
const gridMargin = 18;

@customElement('reconstructions-page')
export class ReconstructionsPage extends LitElement {
  private readonly client = new PageClient<ReconstructionsHostMessage, PicturesView>(defaultView, message => this.receive(message));
  private readonly cache = new EpochCache<PictureEpoch>(keptEpochs, (id, picture) => this.arrived(id, picture), error => this.client.fail(messageOf(error)));
  /** What is on the screen, by run: the epoch wished for, or until it arrives the one before. */
  private readonly shown = new Map<string, PictureEpoch>();
  private sections: readonly Section[] = [];
  private readonly themes = new ThemeWatch(this);
  private readonly resize = new ResizeObserver(entries => { this.width = entries[0]!.contentRect.width; });
  @state() private runs: readonly PictureRun[] = [];
  @state() private loaded = false;
  @state() private width = 0;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.resize.observe(this);
    document.addEventListener('keydown', this.onKey);
    this.client.ready();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resize.disconnect();
    document.removeEventListener('keydown', this.onKey);
  }

  private get theme(): Theme {
    return this.themes.current;
  }

  /** Resolves when the pictures wished for are on the screen. */
  private async receive(message: Extract<ReconstructionsHostMessage, { type: 'snapshot' | 'update' }>): Promise<void> {
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

  private change(patch: Partial<PicturesView>): void {
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
    return html`${this.toolbar(view)}
      <div class="player-bar"><ae-player .epochs=${this.epochs} .epoch=${this.epoch} .follow=${view.epoch === 0} .live=${this.live} .busy=${this.cache.busy}
        .total=${Math.max(...this.runs.map(r => r.run.epochs))} @epoch=${this.onEpoch}></ae-player></div>
      <div class="pictures" tabindex="0" role="region" aria-label="Reconstructions">${this.sections.map(section => this.sectionView(section, view))}</div>
      <p class="visually-hidden" aria-live="polite">${this.sections.flatMap(s => s.runs.map(r => this.announcement(r))).join('. ')}</p>`;
  }

  private toolbar(view: PicturesView): TemplateResult {
    const count = Math.max(...this.sections.map(s => s.samples.count));
    const labels = labelNames(this.sections.flatMap(s => s.samples.labels ?? []));
    const corrupted = this.sections.some(s => s.runs.some(r => r.samples.corrupted));
    const kinds = (Object.keys(rowNames) as RowKind[]).filter(kind => kind !== 'corrupted' || corrupted);
    const counts = [...new Set([4, 8, 16, 32, 64].filter(n => n < count))];
    return html`<div class="toolbar" role="toolbar" aria-label="Pictures">
      ${toggles({
        label: 'Rows', on: kinds.filter(k => !view.hiddenRows.includes(k)), choices: kinds.map(value => ({ value, label: rowNames[value] })),
        onToggle: kind => this.change({ hiddenRows: view.hiddenRows.includes(kind) ? view.hiddenRows.filter(k => k !== kind) : [...view.hiddenRows, kind] }),
      })}
      ${segments<Layout>({
        label: 'Layout', value: this.layoutOf(this.sections[0]!), onChange: layout => this.change({ layout }),
        choices: [{ value: 'rows', label: 'Rows', title: 'Samples in columns, everything of one sample below it' }, { value: 'grid', label: 'Grid', title: 'Near-square blocks of originals and of reconstructions, side by side' }],
      })}
      ${dropdown({
        label: 'Order', value: view.order, onChange: order => this.change({ order }),
        choices: [{ value: 'file', label: 'In order' }, { value: 'worst', label: 'Worst first' }, { value: 'best', label: 'Best first' }, ...(labels.length > 0 ? [{ value: 'label' as const, label: 'By label' }] : [])],
      })}
      ${labels.length > 1 ? dropdown({ label: 'Label', value: view.only, choices: [{ value: '', label: 'All' }, ...labels.map(value => ({ value, label: value }))], onChange: only => this.change({ only }) }) : nothing}
      ${counts.length > 0 ? segments({ label: 'Samples', showLabel: true, value: String(view.most), choices: [...counts.map(n => ({ value: String(n), label: String(n) })), { value: '0', label: 'All' }], onChange: most => this.change({ most: Number(most) }) }) : nothing}
      ${slider({ label: 'Size', value: view.size, min: 28, max: 224, step: 4, format: v => `${v} px`, silent: true, onInput: size => this.change({ size }), title: 'Height of a picture; pixels stay sharp squares' })}
      <span class="group">
        ${iconButton({ label: 'Show errors as table', icon: 'table', pressed: view.table, onClick: () => this.change({ table: !view.table }) })}
        ${iconButton({ label: 'Save pictures as PNG…', icon: 'device-camera', disabled: view.table, onClick: () => this.client.run(this.savePng()) })}
        ${iconButton({ label: 'Add runs…', icon: 'add', onClick: () => this.pickRuns() })}
      </span>
    </div>`;
  }

  private sectionView(section: Section, view: PicturesView): TemplateResult {
    const samples = this.samplesOf(section);
    const single = section.runs.length === 1;
    const head = single ? this.heading(section.runs[0]!) : nothing;
    if (view.table) return html`<section>${head}${errorTable(section, this.shown, samples, distinctNames(this.runs.map(r => r.run)))}</section>`;
    const sheet = this.sheetOf(section);
    const pitch = this.pitchOf(sheet);
    if (this.layoutOf(section) === 'grid' && samples.length > 0) return html`<section>${head}${this.gridView(section, sheet, samples, pitch)}</section>`;
    return html`<section>${head}${samples.length === 0 ? html`<p class="muted note">No sample has this label.</p>` : nothing}
      ${bands(samples, this.areaWidth, pitch).map(band => html`<div class="band">
        <div class="line captions"><span class="row-label"></span>${band.map(sample => this.caption(section, sample, pitch))}</div>
        ${sheet.rows.map(row => this.rowView(row, band, sheet, pitch, section))}
      </div>`)}</section>`;
  }

  private rowView(row: SheetRow, band: readonly number[], sheet: Sheet, pitch: number, section: Section): TemplateResult {
    if (row.type === 'heading') return this.heading(section.runs.find(r => r.run.id === row.runId)!);
    if (row.type === 'text') {
      return html`<div class="line errors"><span class="row-label" title=${row.label}>${row.label}</span>${band.map(sample => html`<span class="cell number" .style=${`width: ${pitch}px`}>${row.text(sample)}</span>`)}</div>`;
    }
    return html`<div class="line"><span class="row-label" title=${row.help ?? nothing}>${row.label}</span>
      ${this.strip(row, band, sheet, pitch, section)}</div>`;
  }

  private gridView(section: Section, sheet: Sheet, samples: readonly number[], pitch: number): TemplateResult[] {
    const lines = blockLines(samples, this.width - 2 * gridMargin, pitch);
    return blockGroups(sheet).map(({ runId, blocks }) => html`${runId === undefined ? nothing : this.heading(section.runs.find(r => r.run.id === runId)!)}
      <div class="grid">${blocks.map(block => this.blockView(block, lines, sheet, pitch, section))}</div>`);
  }

  private blockView({ row, text }: Block, lines: readonly (readonly number[])[], sheet: Sheet, pitch: number, section: Section): TemplateResult {
    return html`<div class="block"><div class="row-label" title=${row.help ?? nothing}>${row.label}${text === undefined ? nothing : html`<span class="detail"> · ${text.label.toLowerCase()} below each</span>`}</div>
      ${lines.map(line => html`${this.strip(row, line, sheet, pitch, section)}
        ${text === undefined ? nothing : html`<div class="line errors">${line.map(sample => html`<span class="cell number" .style=${`width: ${pitch}px`}>${text.text(sample)}</span>`)}</div>`}`)}</div>`;
  }

  private strip(row: Block['row'], samples: readonly number[], sheet: Sheet, pitch: number, section: Section): TemplateResult {
    return html`<ae-strip .row=${row} .samples=${samples} .pitch=${pitch} .cellWidth=${sheet.cell.width} .tip=${(sample: number) => `${row.label}: ${this.captionText(section, sample)}, sample ${sample + 1}`}></ae-strip>`;
  }

  private caption(section: Section, sample: number, pitch: number): TemplateResult {
    const { pinned } = this.client.view;
    const isPinned = pinned.includes(sample);
    const text = this.captionText(section, sample);
    return html`<button type="button" class="cell caption" .style=${`width: ${pitch}px`} aria-pressed=${isPinned ? 'true' : 'false'}
      title=${`${text}, sample ${sample + 1}. ${isPinned ? 'Click to let it go' : 'Click to keep it in the first columns'}`}
      @click=${() => this.change({ pinned: isPinned ? pinned.filter(p => p !== sample) : [...pinned, sample] })}
      >${isPinned ? html`<span class="codicon codicon-pinned" aria-hidden="true"></span>` : nothing}<span class="caption-text">${text}</span></button>`;
  }

  private captionText(section: Section, sample: number): string {
    return section.samples.labels?.[sample] ?? `#${sample + 1}`;
  }

  private heading(run: PictureRun): TemplateResult {
    return html`<h2 class="run-heading"><span class="codicon codicon-${stateIcon(run.run.state)}" title=${describeRun(run.run)} aria-hidden="true"></span>
      <span>${distinctNames(this.runs.map(r => r.run)).get(run.run.id)}</span> <span class="muted small detail">${this.runText(run, false)}${this.shown.has(run.run.id) ? baselineNote(run.run.baseline) : nothing}</span></h2>`;
  }

  private runText(run: PictureRun, withName = true): string {
    const shown = this.shown.get(run.run.id);
    const name = withName ? `${run.run.name}, ` : '';
    return shown && run.samples ? `${name}epoch ${shown.epoch}: ${describeErrors(shown, run.samples)}` : `${name}${describeRun(run.run)}`;
  }

  /** What is read aloud: while epochs come by themselves only that they do, else every one would interrupt. */
  private announcement(run: PictureRun): string {
    return isLive(run.run.state) && this.client.view.epoch === 0 ? `${run.run.name}: ${run.run.state}` : this.runText(run);
  }

  private waiting(): TemplateResult {
    const live = this.runs.find(r => isLive(r.run.state));
    const { run } = live ?? this.runs[0]!;
    if (live) return emptyState({ busy: run.state !== 'paused', title: 'Waiting for the first pictures…', text: `${run.name}: ${run.message ?? (run.state === 'paused' ? 'the run is paused.' : 'they are taken when the first epoch ends.')}` });
    return emptyState({
      icon: run.state === 'failed' ? 'error' : 'file-media', title: `${run.name} has no pictures`, text: run.message ?? `The run is ${run.state} and ended before its first picture.`,
      ...(run.state === 'finished' ? {} : { action: button({ label: 'Resume', icon: 'debug-restart', primary: true, onClick: () => this.client.command('resume', run.id) }) }),
    });
  }

  /** CSS pixels for pictures, beside the labels of the rows. */
  private get areaWidth(): number {
    return this.width - (this.width < 560 ? narrowLabelColumn : labelColumn) - 36;
  }

  private layoutOf({ samples }: Section): Layout {
    return this.client.view.layout || (samples.layout ?? 'rows');
  }

  private pitchOf(sheet: Sheet): number {
    return Math.max(sheet.cell.width + 3, 40);
  }

  private samplesOf(section: Section): readonly number[] {
    const { view } = this.client;
    return orderSamples(section.samples, this.shown.get(section.runs[0]!.run.id)?.error, view);
  }

  private sheetOf(section: Section): Sheet {
    const { view } = this.client;
    const highContrast = this.theme.kind === 'highContrast' || this.theme.kind === 'highContrastLight';
    return buildSheet({
      section, shown: this.shown, hiddenRows: view.hiddenRows, size: view.size, kind: this.theme.kind, ink: this.theme.category(0), headings: section.runs.length > 1, ...(highContrast ? { frame: this.theme.border } : {}),
    });
  }

  private readonly onEpoch = (event: CustomEvent<EpochDetail>) => {
    this.change({ epoch: event.detail.follow ? 0 : event.detail.epoch });
  };

  private readonly onKey = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (target !== document.body && !target.classList.contains('pictures')) return;
    const player = this.querySelector('ae-player');
    if (!player || event.ctrlKey || event.metaKey || event.altKey) return;
    const actions: Record<string, () => void> = { ArrowLeft: () => player.step(-1), ArrowRight: () => player.step(1), ' ': () => player.toggle() };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };

  private pickRuns(): void {
    this.client.run(this.client.request('pickRuns', {}));
  }

  private async savePng(): Promise<void> {
    const names = distinctNames(this.runs.map(r => r.run));
    const headingOf = (id: string) => {
      const shown = this.shown.get(id);
      return `${names.get(id) ?? id}${shown ? `, epoch ${shown.epoch}` : ''}`;
    };
    const picture = exportSheets({
      sections: this.sections.map(section => ({
        title: section.runs.map(r => headingOf(r.run.id)).join(' · '), sheet: this.sheetOf(section), samples: this.samplesOf(section), layout: this.layoutOf(section), caption: sample => this.captionText(section, sample),
      })),
      width: this.areaWidth, gridWidth: this.width - 2 * gridMargin, pitch: sheet => this.pitchOf(sheet), headingOf, theme: this.theme,
    });
    const first = this.runs[0]!.run;
    await this.client.request('saveFile', { suggestedName: `${this.runs.length === 1 ? first.name : `${this.runs.length}-runs`}-epoch-${this.epoch}.png`, kind: 'png', bytes: await pngBytes(picture) });
  }
}
