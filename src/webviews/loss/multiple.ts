// <loss-multiple>: one small chart beside the loss, with the names of its lines and their newest values or those at the cursor.
import { LitElement, html, nothing, svg, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { markPath } from '../../view/marks.ts';
import { formatValue } from '../../view/runs.ts';
import { readTheme, type Theme } from '../shared/theme.ts';
import { iconButton } from '../shared/toolkit.ts';
import type { ChartContent } from './chart-content.ts';
import { LossChart } from './chart.ts';
import { chartKeys, keysHelp } from './keys.ts';
import { lineTitle, type Line } from '../../view/loss/lines.ts';
import { nearestIndex } from '../../view/loss/store.ts';

/** More names than this would take more room than the chart. */
const NAMED = 12;

@customElement('loss-multiple')
export class LossMultiple extends LitElement {
  @property({ attribute: false }) content!: ChartContent;
  @property({ attribute: false }) theme: Theme = readTheme();
  @state() private cursor: number | undefined;
  private chart: LossChart | undefined;
  private drawnTheme: Theme | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.chart?.dispose();
    this.chart = undefined;
  }

  protected override updated(): void {
    this.chart ??= new LossChart(this.querySelector<HTMLElement>('.small-chart')!, { onCursor: x => { this.cursor = x; }, onZoom: () => undefined });
    if (this.drawnTheme !== undefined && this.drawnTheme !== this.theme) this.chart.setTheme(this.theme);
    this.drawnTheme = this.theme;
    this.chart.update(this.content);
  }

  override render(): TemplateResult {
    const { title, lines, note } = this.content;
    return html`<div class="multiple-head"><h3 title=${note ?? nothing}>${title}</h3>${iconButton({ label: `Save ${title} as PNG…`, icon: 'device-camera', onClick: () => this.save() })}</div>
      <div class="multiple-chart"><div class="small-chart" tabindex="0" role="application" aria-roledescription="chart" aria-label=${`${title}. ${note === undefined ? '' : `${note}. `}${lines.map(line => this.textOf(line)).join(', ')}. ${keysHelp}`} @keydown=${(event: KeyboardEvent) => chartKeys(event, this.chart)}></div></div>
      <ul class="multiple-legend">${lines.length > NAMED ? html`<li class="muted">${lines.length} lines</li>` : lines.map(line => this.entry(line))}</ul>`;
  }

  private entry(line: Line): TemplateResult {
    const color = this.theme.category(line.style.color);
    const swatch = svg`<line x1="0" y1="6" x2="22" y2="6" stroke=${color} stroke-width=${line.style.width} stroke-dasharray=${line.style.dash.join(' ') || nothing}></line><path d=${markPath(line.style.mark, 11, 6, 3)} fill=${color}></path>`;
    return html`<li title=${lineTitle(line)}><svg class="swatch" width="22" height="12" viewBox="0 0 22 12" aria-hidden="true">${swatch}</svg><span class="run-name">${line.name}</span> <span class="number">${this.shownValue(line)}</span></li>`;
  }

  private textOf(line: Line): string {
    return `${lineTitle(line)}: ${this.shownValue(line)}`;
  }

  private shownValue(line: Line): string {
    const index = this.cursor === undefined ? line.y.length - 1 : nearestIndex(line.x, this.cursor);
    const value = index === undefined ? undefined : line.y[index];
    return value === undefined ? '–' : (this.content.format ?? formatValue)(value);
  }

  private save(): void {
    const canvas = this.chart?.canvas;
    if (canvas !== undefined) this.dispatchEvent(new CustomEvent<{ canvas: HTMLCanvasElement }>('save', { detail: { canvas } }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'loss-multiple': LossMultiple;
  }
}
