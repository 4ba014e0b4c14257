// <loss-page>: tool bar, chart (or table) and legend. It holds what is shown now; what the user chose lives in the client's view.
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { LossHostMessage, PageCommand } from '../../protocol/messages.ts';
import { StudioPage } from '../shared/page.ts';
import { pngBytes } from '../shared/pixels.ts';
import { remedyButtons } from '../shared/remedies.ts';
import { formatNumber, isLive } from '../../view/runs.ts';
import type { Theme } from '../shared/theme.ts';
import { button, dropdown, emptyState, iconButton, segments, slider, toggles } from '../shared/toolkit.ts';
import type { ChartContent } from './chart-content.ts';
import { LossChart } from './chart.ts';
import { curvesToCsv } from './csv.ts';
import { epochTable, summary } from './epochs.ts';
import { exportChart } from './export.ts';
import { failedNotes } from './failed.ts';
import { findingsStrip } from './findings.ts';
import { baselineLevels, groupTitles, measuredOn, smallCharts, smallLines, type SmallChart } from '../../view/loss/groups.ts';
import { chartKeys, keysHelp } from './keys.ts';
import { legend } from './legend.ts';
import { bestMarks, buildLines, defaultView, type Line, type LossView } from '../../view/loss/lines.ts';
import './multiple.ts';
import { LossStore, type StoredRun } from '../../view/loss/store.ts';
import { tableView } from './table.ts';
import { formatCount, formatDuration } from '../../view/ticks.ts';

const noted = ([value, ...others]: readonly string[]): Pick<ChartContent, 'note'> => {
  const note = value === undefined || others.length > 0 ? undefined : measuredOn(value);
  return note === undefined ? {} : { note };
};
const percentText = (value: number): string => `${Number((value * 100).toPrecision(3))} %`;

@customElement('loss-page')
export class LossPage extends StudioPage<LossHostMessage, LossView> {
  private readonly store = new LossStore();
  private chart: LossChart | undefined;
  private lines: readonly Line[] = [];
  private charts: readonly { readonly id: string; readonly content: ChartContent }[] = [];
  /** The lines are not those of the store and the view any more. A cursor that moves changes no line. */
  private stale = true;
  @state() private loaded = false;
  @state() private cursor: number | undefined;
  @state() private zoomed = false;

  constructor() {
    super(defaultView);
  }

  protected override themed(theme: Theme): void {
    this.chart?.setTheme(theme);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.chart?.dispose();
  }

  protected override receive(message: Extract<LossHostMessage, { type: 'snapshot' | 'append' }>): void {
    this.loaded = true;
    if (message.type === 'snapshot') this.store.replace(message.runs);
    else this.store.append(message.runs);
    this.stale = true;
    this.requestUpdate();
  }

  private change(patch: Partial<LossView>): void {
    this.client.updateView(patch);
    this.stale = true;
    this.requestUpdate();
  }

  /** The view as it can be shown: a value that no run has (any more) gives way to the loss. */
  private get view(): LossView {
    const { view } = this.client;
    return this.store.valueNames().includes(view.value) ? view : { ...view, value: this.store.valueNames()[0] ?? 'loss' };
  }

  protected override willUpdate(): void {
    if (!this.stale) return;
    const { view, store: { runs } } = this;
    this.lines = buildLines(runs, view);
    this.charts = this.shownCharts(view).map(chart => ({ id: chart.id, content: {
      lines: smallLines(runs, view, chart), best: [], axis: view.axis, log: view.log && !chart.percent, title: chart.title,
      levels: baselineLevels(runs, view, chart.values), ...noted(chart.values), ...(chart.percent ? { format: percentText } : {}),
    } })).filter(({ content }) => content.lines.length > 0);
  }

  protected override updated(): void {
    const host = this.querySelector<HTMLElement>('.chart-box .chart');
    if (!host) {
      this.chart?.dispose();
      this.chart = undefined;
      return;
    }
    if (this.chart && !this.stale) return;
    this.stale = false;
    this.chart ??= new LossChart(host, {
      onCursor: x => { this.cursor = x; },
      onZoom: zoomed => { this.zoomed = zoomed; },
    });
    const { view } = this;
    this.chart.update({ lines: this.lines, best: bestMarks(this.lines, this.store.runs, view), axis: view.axis, log: view.log, title: this.valueTitle(view), levels: baselineLevels(this.store.runs, view, [view.value]) });
  }

  override render(): TemplateResult {
    const { runs } = this.store;
    if (!this.loaded) return emptyState({ busy: true, title: 'Loading…' });
    if (runs.length === 0) {
      return emptyState({ icon: 'graph-line', title: 'No runs to show', text: 'Pick one or more runs, and their loss curves are drawn here on one chart.', action: button({ label: 'Add Runs…', icon: 'add', primary: true, onClick: () => this.pickRuns() }) });
    }
    if (this.store.valueNames().length === 0) return this.waiting(runs);
    const { view } = this;
    return html`${this.toolbar(view)}${failedNotes(runs.map(r => r.run), this.onCommand)}
      ${view.table
        ? html`<div class="tables">${[view.value, ...this.shownCharts(view).flatMap(chart => chart.values)].map((value, i) => html`${i === 0 ? nothing : html`<h3 title=${measuredOn(value) ?? nothing}>${value}</h3>`}${tableView(epochTable(runs, { ...view, value }), i === 0 ? this.valueTitle(view) : value)}`)}</div>`
        : html`<div class="chart-box"><div class="chart" tabindex="0" role="application" aria-roledescription="chart" aria-label=${`${this.valueTitle(view)} curves. ${summary(runs)}. ${keysHelp}`} @keydown=${(event: KeyboardEvent) => chartKeys(event, this.chart)}></div>
          ${this.lines.length === 0 ? html`<p class="chart-note">All runs are hidden; show one in the list below.</p>` : nothing}</div>`}
      ${view.table ? nothing : this.multiples()}
      ${findingsStrip({ runs: runs.filter(({ run }) => !view.hidden.includes(run.id)), all: runs.map(({ run }) => run), open: view.findings, onOpen: findings => this.change({ findings }), onCommand: this.onCommand })}
      ${legend({
        runs, lines: this.lines, view, theme: this.theme, at: view.table ? undefined : this.cursor, atText: this.cursorText(view),
        onToggle: id => this.change({ hidden: view.hidden.includes(id) ? view.hidden.filter(h => h !== id) : [...view.hidden, id] }),
        onOnly: id => this.change({ hidden: runs.map(r => r.run.id).filter(other => other !== id) }),
        onCommand: this.onCommand,
      })}
      <p class="visually-hidden" aria-live="polite">${this.announcement(runs)}</p>`;
  }

  private toolbar(view: LossView): TemplateResult {
    // Values of single dimensions and layers have a chart of their own.
    const values = this.store.valueNames().filter(name => !name.includes('/'));
    const groups = [...new Set(smallCharts(this.store.valueNames()).map(chart => chart.group))];
    return html`<div class="toolbar" role="toolbar" aria-label="Chart">
      ${values.length > 1 ? dropdown({ label: 'Value', value: view.value, choices: values.map(value => ({ value, label: value })), onChange: value => this.change({ value }) }) : nothing}
      ${segments({ label: 'Splits', value: view.splits, choices: [{ value: 'both', label: 'Both' }, { value: 'train', label: 'Train' }, { value: 'validation', label: 'Validation' }], onChange: splits => this.change({ splits }) })}
      ${groups.length > 0 ? toggles({
        label: 'Curves', showLabel: true, on: groups.filter(group => view.groups.includes(group)), choices: groups.map(value => ({ value, label: groupTitles[value] })),
        onToggle: group => this.change({ groups: view.groups.includes(group) ? view.groups.filter(other => other !== group) : [...view.groups, group] }),
      }) : nothing}
      ${segments({ label: 'Horizontal axis', value: view.axis, choices: [{ value: 'epoch', label: 'Epochs' }, { value: 'step', label: 'Steps' }, { value: 'time', label: 'Time' }], onChange: axis => this.change({ axis }) })}
      ${segments({ label: 'Vertical axis', value: view.log ? 'log' : 'linear', choices: [{ value: 'linear', label: 'Linear' }, { value: 'log', label: 'Log' }], onChange: scale => this.change({ log: scale === 'log' }) })}
      ${segments({ label: 'Training curve', value: view.per, choices: [{ value: 'epoch', label: 'Per epoch', title: 'One training point per epoch: the mean of its batches' }, { value: 'batch', label: 'Per batch', title: 'Training values of single batches' }], onChange: per => this.change({ per }) })}
      ${slider({ label: 'Smoothing', value: view.smoothing, min: 0, max: 0.99, step: 0.01, format: v => v.toFixed(2), onInput: smoothing => this.change({ smoothing }), title: 'Weight of the past in a moving average; the recorded curve stays faintly behind' })}
      <span class="group">
        ${iconButton({ label: 'Show everything (Escape)', icon: 'screen-normal', disabled: !this.zoomed || view.table, onClick: () => this.chart?.resetZoom() })}
        ${iconButton({ label: 'Show as table', icon: 'table', pressed: view.table, onClick: () => this.change({ table: !view.table }) })}
        ${iconButton({ label: 'Save chart as PNG…', icon: 'device-camera', disabled: view.table, onClick: () => this.client.run(this.savePng()) })}
        ${iconButton({ label: 'Save numbers as CSV…', icon: 'save', onClick: () => this.client.run(this.saveCsv()) })}
        ${iconButton({ label: 'Add runs…', icon: 'add', onClick: () => this.pickRuns() })}
      </span>
    </div>`;
  }

  /** The small charts that the user wants to see; none of a value that the large one shows. */
  private shownCharts(view: LossView): readonly SmallChart[] {
    return smallCharts(this.store.valueNames()).filter(chart => view.groups.includes(chart.group) && !(chart.values.length === 1 && chart.values[0] === view.value));
  }

  private multiples(): TemplateResult | typeof nothing {
    if (this.charts.length === 0) return nothing;
    return html`<div class="multiples" role="group" aria-label="More curves">${repeat(this.charts, ({ id }) => id, ({ id, content }) => html`<loss-multiple .theme=${this.theme} .content=${content}
      @save=${(event: CustomEvent<{ canvas: HTMLCanvasElement }>) => this.client.run(this.saveChart(event.detail.canvas, content.lines, id))}></loss-multiple>`)}</div>`;
  }

  private waiting(runs: readonly StoredRun[]): TemplateResult {
    const live = runs.find(r => isLive(r.run.state));
    const { run } = live ?? runs[0]!;
    if (!live) {
      return emptyState({
        icon: run.state === 'failed' ? 'error' : 'graph-line', title: `${run.name} wrote no numbers`,
        text: run.message ?? `The run is ${run.state} and ended before its first step.`,
        ...(run.state === 'finished' ? {} : { action: remedyButtons(run, this.onCommand, true) }),
      });
    }
    const doing = { preparing: 'The data and the model are being prepared.', training: 'The first steps are running.', paused: 'The run is paused.' }[run.state as 'preparing' | 'training' | 'paused'];
    return emptyState({
      busy: run.state !== 'paused', title: 'Waiting for the first numbers…', text: `${run.name}: ${run.message ?? doing}`,
      action: run.state === 'paused'
        ? button({ label: 'Continue', icon: 'play', primary: true, onClick: () => this.onCommand('continue', run.id) })
        : button({ label: 'Stop', icon: 'debug-stop', onClick: () => this.onCommand('stop', run.id) }),
    });
  }

  private valueTitle(view: LossView): string {
    if (view.value !== 'loss') return view.value;
    const names = new Set(this.store.runs.map(r => r.lossName));
    return names.size === 1 ? `Loss (${[...names][0]})` : 'Loss';
  }

  private cursorText(view: LossView): string {
    if (this.cursor === undefined || view.table) return 'Latest';
    switch (view.axis) {
      case 'epoch': return `Epoch ${formatNumber(Math.round(this.cursor * 10) / 10)}`;
      case 'step': return `Step ${formatCount(Math.round(this.cursor))}`;
      case 'time': return `Time ${formatDuration(this.cursor)}`;
    }
  }

  private announced = { key: '', text: '' };
  /** Changes only when an epoch ends or a run changes its state, so that a live region does not chatter. */
  private announcement(runs: readonly StoredRun[]): string {
    const key = runs.map(r => `${r.run.id} ${r.run.state} ${Math.floor(r.run.epoch)}`).join('|');
    if (key !== this.announced.key) this.announced = { key, text: summary(runs) };
    return this.announced.text;
  }

  private readonly onCommand = (command: PageCommand, runId: string): void => {
    this.client.command(command, runId);
  };

  private pickRuns(): void {
    this.client.run(this.client.request('pickRuns', {}));
  }

  private fileName(name: string, extension: string): string {
    const { runs } = this.store;
    return `${runs.length === 1 ? runs[0]!.run.name : `${runs.length}-runs`}-${name}.${extension}`;
  }

  private async savePng(): Promise<void> {
    const canvas = this.chart?.canvas;
    if (canvas) await this.saveChart(canvas, this.lines, this.view.value);
  }

  private async saveChart(canvas: HTMLCanvasElement, lines: readonly Line[], name: string): Promise<void> {
    await this.client.request('saveFile', { suggestedName: this.fileName(name, 'png'), kind: 'png', bytes: await pngBytes(exportChart(canvas, lines, this.theme)) });
  }

  private async saveCsv(): Promise<void> {
    await this.client.request('saveFile', { suggestedName: this.fileName(this.view.value, 'csv'), kind: 'csv', bytes: new TextEncoder().encode(curvesToCsv(this.store.runs)) });
  }
}
