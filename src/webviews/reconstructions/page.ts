// <reconstructions-page>: the fixed test samples in columns, what the model made of them in rows, a slider over epochs.
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { PictureEpoch, PictureRun, ReconstructionsHostMessage } from '../../protocol/messages.ts';
import { messageOf } from '../../core/errors.ts';
import { blockColumns } from '../../analysis/layout.ts';
import { baselineNote } from '../shared/baseline.ts';
import { StudioPage } from '../shared/page.ts';
import '../shared/player.ts';
import type { EpochDetail } from '../shared/player.ts';
import { pngBytes } from '../shared/pixels.ts';
import { remedyButtons } from '../shared/remedies.ts';
import { describeRun, distinctNames, isLive, stateIcon } from '../../view/runs.ts';
import { button, dropdown, emptyState, iconButton, segments, slider, toggles } from '../shared/toolkit.ts';
import { compareRuns, spreadOf, winsOf, withoutMiddle, type Comparison } from './compare.ts';
import { EpochCache } from './epoch-cache.ts';
import { exportSheets, type ExportSection } from './export.ts';
import './large.ts';
import { labelNames, orderSamples, type SampleOrder } from './order.ts';
import { describeErrors, epochFor, sectionsOf, unionEpochs, type Section } from './sections.ts';
import { bands, blockGroups, blockLines, buildSheet, cellSize, largestSize, rowNames, type Block, type RowKind, type Sheet, type SheetRow, type TextRow } from './sheet.ts';
import './strip.ts';
import { errorTable } from './table.ts';

interface PicturesView {
  readonly hiddenRows: readonly string[];
  readonly order: SampleOrder;
  readonly only: string;
  readonly pinned: readonly number[];
  /** Columns at most; 0 for all. */
  readonly most: number;
  /** Height of a picture, CSS pixels; 0 for as large as fits the width. */
  readonly size: number;
  /** 0 follows the newest. */
  readonly epoch: number;
  readonly table: boolean;
  /** Until somebody chooses, what the spec says. */
  readonly layout: Layout | '';
  /** What of several runs stands together: all of a run, or all of a kind. */
  readonly group: 'run' | 'kind';
  /** The sample shown large, and the first run of its section; −1 for none. */
  readonly large: number;
  readonly largeOf: string;
  /** Over which range differences of a large sample are drawn. */
  readonly reach: 'whole' | 'own';
}

type Layout = 'rows' | 'grid';

const defaultView: PicturesView = {
  hiddenRows: [], order: 'file', only: '', pinned: [], most: 0, size: 64, epoch: 0, table: false, layout: '', group: 'kind', large: -1, largeOf: '', reach: 'whole',
};
const keptEpochs = 48;
const sizes = { least: 28, most: 224, step: 4 };
/** Height of a picture in a file of one sample. */
const savedLargeSize = 224;
const labelColumn = 104;
const narrowLabelColumn = 98;
/** Where rows are called as runs are. */
const nameColumn = 156;
/** CSS pixels beside the blocks of the grid. */
const gridMargin = 18;

@customElement('reconstructions-page')
export class ReconstructionsPage extends StudioPage<ReconstructionsHostMessage, PicturesView> {
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
    const large = this.large;
    return html`${large === undefined ? this.toolbar(view) : nothing}
      <div class="player-bar"><ae-player .epochs=${this.epochs} .epoch=${this.epoch} .follow=${view.epoch === 0} .live=${this.live} .busy=${this.cache.busy}
        .total=${Math.max(...this.runs.map(r => r.run.epochs))} @epoch=${this.onEpoch}></ae-player></div>
      ${large === undefined
        ? html`<div class="pictures" tabindex="0" role="region" aria-label="Reconstructions; Enter shows a sample large">${this.sections.map(section => this.sectionView(section, view))}</div>`
        : html`<div class="pictures large-area" tabindex="-1" role="region" aria-label=${`Sample ${large.sample + 1}, large`}>${this.largeView(large.section, large.sample)}</div>`}
      <p class="visually-hidden" aria-live="polite">${this.sections.flatMap(s => s.runs.map(r => this.announcement(r))).join('. ')}</p>`;
  }

  private toolbar(view: PicturesView): TemplateResult {
    const count = Math.max(...this.sections.map(s => s.samples.count));
    const labels = labelNames(this.sections.flatMap(s => s.samples.labels ?? []));
    const corrupted = this.sections.some(s => s.runs.some(r => r.samples.corrupted));
    const kinds = (Object.keys(rowNames) as RowKind[]).filter(kind => kind !== 'corrupted' || corrupted);
    const counts = [...new Set([4, 8, 16, 32, 64].filter(n => n < count))];
    const several = this.sections.some(s => s.runs.length > 1);
    return html`<div class="toolbar" role="toolbar" aria-label="Pictures">
      ${toggles({
        label: 'Rows', on: kinds.filter(k => !view.hiddenRows.includes(k)), choices: kinds.map(value => ({ value, label: rowNames[value] })),
        onToggle: kind => this.change({ hiddenRows: view.hiddenRows.includes(kind) ? view.hiddenRows.filter(k => k !== kind) : [...view.hiddenRows, kind] }),
      })}
      ${segments<Layout>({
        label: 'Layout', value: this.layoutOf(this.sections[0]!), onChange: layout => this.change({ layout }),
        choices: [{ value: 'rows', label: 'Rows', title: 'Samples in columns, everything of one sample below it' }, { value: 'grid', label: 'Grid', title: 'Near-square blocks of originals and of reconstructions, side by side' }],
      })}
      ${several && this.layoutOf(this.sections[0]!) === 'rows' ? segments<'run' | 'kind'>({
        label: 'Together', showLabel: true, value: view.group, onChange: group => this.change({ group }),
        choices: [{ value: 'kind', label: 'Kinds', title: 'Rows of the same kind below each other, so that runs compare' }, { value: 'run', label: 'Runs', title: 'All rows of a run below its name' }],
      }) : nothing}
      ${dropdown({
        label: 'Order', value: view.order, onChange: order => this.change({ order }),
        choices: [{ value: 'file', label: 'In order' }, { value: 'worst', label: 'Worst first' }, { value: 'best', label: 'Best first' }, ...(several ? [{ value: 'apart' as const, label: 'Where runs differ' }] : []), ...(labels.length > 0 ? [{ value: 'label' as const, label: 'By label' }] : [])],
      })}
      ${labels.length > 1 ? dropdown({ label: 'Label', value: view.only, choices: [{ value: '', label: 'All' }, ...labels.map(value => ({ value, label: value }))], onChange: only => this.change({ only }) }) : nothing}
      ${counts.length > 0 ? segments({ label: 'Samples', showLabel: true, value: String(view.most), choices: [...counts.map(n => ({ value: String(n), label: String(n) })), { value: '0', label: 'All' }], onChange: most => this.change({ most: Number(most) }) }) : nothing}
      <span class="group">${slider({ label: 'Size', value: this.sizeOf(this.sections[0]!), min: sizes.least, max: sizes.most, step: sizes.step, format: v => `${v} px`, silent: true, onInput: size => this.change({ size }), title: 'Height of a picture; pixels stay sharp squares' })}
        <button type="button" class="fit" aria-pressed=${view.size === 0 ? 'true' : 'false'} title="As large as fits the width" @click=${() => this.change({ size: view.size === 0 ? this.sizeOf(this.sections[0]!) : 0 })}>Fit</button></span>
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
    const byKind = this.groupOf(section) === 'kind';
    const comparison = compareRuns(section, this.shown);
    const head = single || byKind || view.table ? section.runs.map(run => this.heading(run, comparison)) : nothing;
    if (view.table) return html`<section>${head}${errorTable(section, this.shown, samples, distinctNames(this.runs.map(r => r.run)), comparison, sample => this.open(section, sample))}</section>`;
    const sheet = this.sheetOf(section);
    const pitch = pitchOf(sheet.cell.width);
    if (this.layoutOf(section) === 'grid' && samples.length > 0) return html`<section>${head}${this.gridView(section, sheet, samples, pitch)}</section>`;
    return html`<section class=${byKind ? 'by-kind' : ''}>${head}${samples.length === 0 ? html`<p class="muted note">No sample has this label.</p>` : nothing}
      ${bands(samples, this.areaWidth(section), pitch).map(band => html`<div class="band">
        <div class="line captions"><span class="row-label"></span>${band.map(sample => this.caption(section, sample, pitch))}</div>
        ${sheet.rows.map(row => this.rowView(row, band, sheet, pitch, section))}
      </div>`)}</section>`;
  }

  private rowView(row: SheetRow, band: readonly number[], sheet: Sheet, pitch: number, section: Section): TemplateResult {
    if (row.type === 'heading') return this.heading(section.runs.find(r => r.run.id === row.runId)!, compareRuns(section, this.shown));
    if (row.type === 'title') return html`<h3 class="kind-title">${row.label}</h3>`;
    if (row.type === 'text') return html`<div class="line errors"><span class="row-label" title=${row.label}>${row.label}</span>${this.textCells(row, band, pitch)}</div>`;
    return html`<div class="line"><span class="row-label" title=${row.help ?? row.label}>${row.label}</span>
      ${this.strip(row, band, sheet, pitch, section)}</div>`;
  }

  private textCells(row: TextRow, samples: readonly number[], pitch: number): TemplateResult[] {
    return samples.map(sample => {
      const best = row.best?.(sample) === true;
      return html`<span class="cell number ${best ? 'best' : ''}" title=${best ? 'Nearer to the original than the other runs' : nothing} .style=${`width: ${pitch}px`}>${row.text(sample)}${best ? html`<span class="visually-hidden"> best</span>` : nothing}</span>`;
    });
  }

  private gridView(section: Section, sheet: Sheet, samples: readonly number[], pitch: number): TemplateResult[] {
    const lines = blockLines(samples, this.width - 2 * gridMargin, pitch);
    return blockGroups(sheet).map(({ runId, blocks }) => html`${runId === undefined ? nothing : this.heading(section.runs.find(r => r.run.id === runId)!, compareRuns(section, this.shown))}
      <div class="grid">${blocks.map(block => this.blockView(block, lines, sheet, pitch, section))}</div>`);
  }

  private blockView({ row, texts }: Block, lines: readonly (readonly number[])[], sheet: Sheet, pitch: number, section: Section): TemplateResult {
    return html`<div class="block"><div class="row-label" title=${row.help ?? nothing}>${row.label}${texts.length === 0 ? nothing : html`<span class="detail"> · ${texts.map(text => text.label.toLowerCase()).join(', ')} below each</span>`}</div>
      ${lines.map(line => html`${this.strip(row, line, sheet, pitch, section)}
        ${texts.map(text => html`<div class="line errors">${this.textCells(text, line, pitch)}</div>`)}`)}</div>`;
  }

  private strip(row: Block['row'], samples: readonly number[], sheet: Sheet, pitch: number, section: Section): TemplateResult {
    return html`<ae-strip .row=${row} .samples=${samples} .pitch=${pitch} .cellWidth=${sheet.cell.width} .tip=${(sample: number) => `${row.label}: ${this.captionText(section, sample)}, sample ${sample + 1}`}
      @pick=${(event: CustomEvent<{ sample: number }>) => this.open(section, event.detail.sample)}></ae-strip>`;
  }

  private caption(section: Section, sample: number, pitch: number): TemplateResult {
    const { pinned } = this.client.view;
    const isPinned = pinned.includes(sample);
    const text = this.captionText(section, sample);
    return html`<button type="button" class="cell caption ${isPinned ? 'pinned' : ''}" .style=${`width: ${pitch}px`} data-sample=${sample}
      title=${`${text}, sample ${sample + 1}${isPinned ? ', kept in the first columns' : ''}. Click to see it large; P ${isPinned ? 'lets it go' : 'keeps it in the first columns'}`}
      @click=${() => this.open(section, sample)} @keydown=${(event: KeyboardEvent) => { if (event.key === 'p' && !event.ctrlKey && !event.metaKey && !event.altKey) this.pin(sample); }}
      >${isPinned ? html`<span class="codicon codicon-pinned" aria-hidden="true"></span>` : nothing}<span class="caption-text">${text}</span></button>`;
  }

  private captionText(section: Section, sample: number): string {
    return section.samples.labels?.[sample] ?? `#${sample + 1}`;
  }

  private heading(run: PictureRun, comparison?: Comparison): TemplateResult {
    const wins = comparison && winsOf(comparison, run.samples?.count ?? 0).get(run.run.id);
    return html`<h2 class="run-heading"><span class="codicon codicon-${stateIcon(run.run.state)}" title=${describeRun(run.run)} aria-hidden="true"></span>
      <span class="run-name">${distinctNames(this.runs.map(r => r.run)).get(run.run.id)}</span> <span class="muted small detail">${this.runText(run, false)}${this.shown.has(run.run.id) ? baselineNote(run.run.baseline) : nothing}</span>${wins === undefined ? nothing : html`<span class="muted small wins" title="Mean squared error of the samples shown, the same measure for all runs; underlined below">nearest to ${wins} of ${run.samples!.count}</span>`}</h2>`;
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
      ...(run.state === 'finished' ? {} : { action: remedyButtons(run, (command, id) => this.client.command(command, id), true) }),
    });
  }

  /** CSS pixels for pictures, beside the labels of the rows. */
  private areaWidth(section: Section): number {
    return this.width - (this.width < 560 ? narrowLabelColumn : this.groupOf(section) === 'kind' ? nameColumn : labelColumn) - 36;
  }

  private groupOf(section: Section): 'run' | 'kind' | undefined {
    if (section.runs.length < 2) return undefined;
    return this.layoutOf(section) === 'grid' ? 'run' : this.client.view.group;
  }

  /** Height of a picture; where it is to fit, the largest at which as few lines as there must be are filled. */
  private sizeOf(section: Section): number {
    const { view } = this.client;
    if (view.size > 0) return view.size;
    const count = this.samplesOf(section).length;
    const choices = Array.from({ length: (sizes.most - sizes.least) / sizes.step + 1 }, (_, i) => sizes.least + i * sizes.step);
    const pitchAt = (size: number) => pitchOf(cellSize(section.samples.shape, size).width);
    if (this.layoutOf(section) === 'grid') {
      const blocks = blockGroups(this.sheetOf(section, choices[0])).reduce((most, group) => Math.max(most, group.blocks.length), 1);
      const room = this.width - 2 * gridMargin - (blocks - 1) * 24;
      return largestSize(choices, size => blocks * blockColumns(count) * pitchAt(size) <= room);
    }
    const room = this.areaWidth(section);
    const lines = Math.ceil(count / Math.max(Math.floor(room / pitchAt(choices[0]!)), 1));
    return largestSize(choices, size => Math.ceil(count / lines) * pitchAt(size) <= room);
  }

  private layoutOf({ samples }: Section): Layout {
    return this.client.view.layout || (samples.layout ?? 'rows');
  }

  private samplesOf(section: Section): readonly number[] {
    const { view } = this.client;
    const comparison = view.order === 'apart' ? compareRuns(section, this.shown) : undefined;
    return orderSamples(section.samples, view.order === 'apart' ? comparison && spreadOf(comparison, section.samples.count) : this.shown.get(section.runs[0]!.run.id)?.error, view);
  }

  private sheetOf(section: Section, size = this.sizeOf(section), hiddenRows = this.client.view.hiddenRows): Sheet {
    const group = this.groupOf(section);
    const names = distinctNames(this.runs.map(r => r.run));
    const letters = this.width < 560 ? 13 : 22;
    const highContrast = this.theme.kind === 'highContrast' || this.theme.kind === 'highContrastLight';
    return buildSheet({
      section, shown: this.shown, hiddenRows, size, kind: this.theme.kind, ink: this.theme.category(0), ...(group === undefined ? {} : { group }),
      names: new Map([...names].map(([id, name]) => [id, withoutMiddle(name, letters)])), comparison: compareRuns(section, this.shown), ...(highContrast ? { frame: this.theme.border } : {}),
    });
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
    return html`<ae-large .section=${section} .shown=${new Map(this.shown)} .sample=${sample} .order=${this.samplesOf(section)} .names=${distinctNames(this.runs.map(r => r.run))}
      .comparison=${compareRuns(section, this.shown)} .theme=${this.theme} .room=${this.width - 2 * gridMargin} .pinned=${view.pinned.includes(sample)} .reach=${view.reach}
      @step=${(event: CustomEvent<number>) => this.step(event.detail)} @shut=${() => this.shut()} @pin=${() => this.pin(sample)}
      @reach=${(event: CustomEvent<'whole' | 'own'>) => this.change({ reach: event.detail })} @save=${() => this.client.run(this.savePng())}></ae-large>`;
  }

  private open(section: Section, sample: number): void {
    this.change({ large: sample, largeOf: section.runs[0]!.run.id });
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('.large-area')?.focus());
  }

  private openFirst(): void {
    const section = this.sections[0];
    const sample = section && this.samplesOf(section)[0];
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
    const order = this.samplesOf(large.section);
    const at = order.indexOf(large.sample);
    const next = order[at < 0 ? 0 : at + by];
    if (next !== undefined) this.change({ large: next });
  }

  private pin(sample: number): void {
    const { pinned } = this.client.view;
    this.change({ pinned: pinned.includes(sample) ? pinned.filter(p => p !== sample) : [...pinned, sample] });
  }

  private pickRuns(): void {
    this.client.run(this.client.request('pickRuns', {}));
  }

  private async savePng(): Promise<void> {
    const names = distinctNames(this.runs.map(r => r.run));
    const headingOf = (id: string) => {
      const shown = this.shown.get(id);
      return `${names.get(id) ?? id}${shown ? `, epoch ${shown.epoch}` : ''}`;
    };
    const { large } = this;
    const whole = (section: Section): ExportSection => ({
      title: section.runs.map(r => headingOf(r.run.id)).join(' · '), sheet: this.sheetOf(section), samples: this.samplesOf(section), layout: this.layoutOf(section),
      width: this.areaWidth(section), caption: sample => this.captionText(section, sample),
    });
    const one = ({ section, sample }: NonNullable<typeof large>): ExportSection => ({ ...whole(section), sheet: this.sheetOf(section, savedLargeSize, []), samples: [sample], layout: 'rows' });
    const picture = exportSheets({
      sections: large === undefined ? this.sections.map(whole) : [one(large)],
      gridWidth: this.width - 2 * gridMargin, pitch: sheet => pitchOf(sheet.cell.width), headingOf, theme: this.theme,
    });
    const first = this.runs[0]!.run;
    const what = large === undefined ? '' : `-sample-${large.sample + 1}`;
    await this.client.request('saveFile', { suggestedName: `${this.runs.length === 1 ? first.name : `${this.runs.length}-runs`}${what}-epoch-${this.epoch}.png`, kind: 'png', bytes: await pngBytes(picture) });
  }
}

/** Distance of columns for pictures of some width: wide enough for an error below them. */
function pitchOf(width: number): number {
  return Math.max(width + 3, 40);
}
