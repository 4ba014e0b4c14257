// <sweep-page>: what became of a sweep, live: error against the one value that changes, or parallel coordinates for several, and
// every training in a table. The training pointed at is the same in both.
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { ShownSweep, SweepHostMessage, SweepRow } from '../../protocol/messages.ts';
import { StudioPage } from '../shared/page.ts';
import { exportFigure } from '../shared/figure-export.ts';
import '../shared/figure-view.ts';
import type { Figure } from '../../view/figure.ts';
import { pngBytes } from '../shared/pixels.ts';
import { button, emptyState, iconButton } from '../shared/toolkit.ts';
import './parallel.ts';
import { axesOf, conclusionOf, curvePath, errorName, errorOf, progressText, sweepFigure, type SortKey } from './sweep.ts';
import { sweepCsv, sweepTable } from './table.ts';

interface SweepView {
  readonly sort: SortKey;
  readonly descending: boolean;
}

const defaultView: SweepView = { sort: 'index', descending: false };

@customElement('sweep-page')
export class SweepPage extends StudioPage<SweepHostMessage, SweepView> {
  @state() private sweep: ShownSweep | undefined;
  @state() private pointed: number | undefined;

  constructor() {
    super(defaultView);
  }

  protected override async receive({ sweep }: Extract<SweepHostMessage, { type: 'snapshot' | 'update' }>): Promise<void> {
    this.sweep = sweep;
    await this.updateComplete;
  }

  override render(): TemplateResult {
    const { sweep } = this;
    if (sweep === undefined) return emptyState({ busy: true, title: 'Loading…' });
    const { report } = sweep;
    return html`<div class="toolbar" role="toolbar" aria-label="Sweep">
        <span class="sweep-name" title=${report.configPath}>${report.name}</span><span class="muted" role="status">${progressText(sweep)}</span>
        ${report.state === 'running' ? button({ label: 'Stop', icon: 'debug-stop', title: 'Stop it after the step under way; Resume goes on from there', onClick: () => this.client.sweepCommand('stopSweep', report.id) }) : nothing}
        ${report.state === 'unfinished' ? button({ label: 'Resume', icon: 'debug-restart', primary: true, onClick: () => this.client.sweepCommand('resumeSweep', report.id) }) : nothing}
        <span class="group">
          ${iconButton({ label: 'Save chart as PNG…', icon: 'device-camera', onClick: () => this.client.run(this.savePng(sweep)) })}
          ${iconButton({ label: 'Save numbers as CSV…', icon: 'save', onClick: () => this.client.run(this.save('csv', new TextEncoder().encode(sweepCsv(sweep)))) })}
        </span></div>
      <div class="sweep">${this.chart(sweep)}${this.conclusion(sweep)}
        ${sweepTable({
          sweep, sort: this.client.view.sort, descending: this.client.view.descending, pointed: this.pointed,
          onSort: key => this.sortBy(key), onPoint: row => { this.pointed = row; }, onOpen: row => this.open(row),
        })}</div>`;
  }

  private chart(sweep: ShownSweep): TemplateResult {
    const { report } = sweep;
    const path = curvePath(sweep);
    if (report.rows.every(row => errorOf(row, sweep) === undefined)) {
      return html`<p class="sweep-wait muted">${report.state === 'finished' && report.incomparable !== undefined ? report.incomparable : 'The chart begins with the first numbers.'}</p>`;
    }
    if (path !== undefined) {
      return html`<ae-figure class="sweep-chart" pickable .figure=${sweepFigure(sweep, path)} .theme=${this.theme}
        @pick=${(event: CustomEvent<{ x: number }>) => this.open(report.rows.find(row => row.values[path] === event.detail.x))}></ae-figure>`;
    }
    return html`<ae-parallel class="sweep-chart" .axes=${axesOf(sweep)} .rows=${report.rows.map(row => row.index)} .theme=${this.theme} .pointed=${this.pointed} .describe=${(row: number) => this.describe(sweep, row)}
      @point=${(event: CustomEvent<{ row: number | undefined }>) => this.point(event.detail.row)} @open=${(event: CustomEvent<{ row: number }>) => this.open(report.rows.find(row => row.index === event.detail.row))}></ae-parallel>`;
  }

  private conclusion(sweep: ShownSweep): TemplateResult | typeof nothing {
    const text = conclusionOf(sweep);
    return text === undefined ? nothing : html`<p class="sweep-knee small">${text}</p>`;
  }

  private describe(sweep: ShownSweep, index: number): string {
    const row = sweep.report.rows.find(each => each.index === index);
    if (row === undefined) return '';
    const error = errorOf(row, sweep);
    const values = sweep.names.map((name, i) => `${name} ${sweep.texts[index]?.[i] ?? ''}`);
    return `${values.join(', ')}: ${error === undefined ? row.state : `${errorName(sweep).toLowerCase()} ${error.toPrecision(4)}`}`;
  }

  /** The chart points: the table brings the row into view. */
  private point(row: number | undefined): void {
    this.pointed = row;
    void this.updateComplete.then(() => this.querySelector('.sweep-table tr.pointed')?.scrollIntoView({ block: 'nearest' }));
  }

  private sortBy(key: SortKey): void {
    const { sort, descending } = this.client.view;
    this.client.updateView({ sort: key, descending: key === sort && !descending });
    this.requestUpdate();
  }

  private open(row: SweepRow | undefined): void {
    if (row?.run !== undefined) this.client.command('showLoss', row.run);
  }

  private async savePng(sweep: ShownSweep): Promise<void> {
    const path = curvePath(sweep);
    const drawn = (this.querySelector('ae-figure') ?? this.querySelector('ae-parallel'))?.picture;
    if (drawn === undefined) return;
    const bare: Figure = { title: `${errorName(sweep)} over ${sweep.names.join(', ')}`, xTitle: '', yTitle: '', series: [] };
    const picture = await exportFigure(drawn, path === undefined ? bare : sweepFigure(sweep, path), this.theme);
    await this.save('png', await pngBytes(picture));
  }

  private async save(kind: 'png' | 'csv', bytes: Uint8Array): Promise<void> {
    await this.client.request('saveFile', { suggestedName: `${this.sweep?.report.name ?? 'sweep'}-sweep.${kind}`, kind, bytes });
  }
}
