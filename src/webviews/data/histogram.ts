// <ae-histogram>: how the values are distributed, training samples as bars and validation samples as a line over them, in shares of all
// values. Arrow keys and the mouse point at a bar, which is told in words. All looks are attributes.
import { LitElement, html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { formatNumber } from '../../view/runs.ts';
import { readTheme, type Theme } from '../shared/theme.ts';
import { BoxWatch } from '../shared/watching.ts';
import { barText, type Bar } from './facts.ts';

const margins = { top: 10, right: 12, bottom: 22, left: 52 };

@customElement('ae-histogram')
export class HistogramView extends LitElement {
  @property({ attribute: false }) train: readonly Bar[] = [];
  @property({ attribute: false }) validation: readonly Bar[] = [];
  @property({ attribute: false }) theme: Theme = readTheme();
  @property({ type: Boolean }) log = false;
  @state() private at: number | undefined;
  private readonly box = new BoxWatch(this, '.histogram-box');

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override render(): TemplateResult {
    const said = this.at === undefined ? undefined : this.train[this.at];
    return html`<div class="histogram-box" tabindex="0" role="application" aria-roledescription="chart" aria-label=${this.summary} @keydown=${this.onKey}
        @pointermove=${this.onMove} @pointerleave=${() => { this.at = undefined; }}>${this.box.width < 80 ? nothing : this.drawing()}</div>
      <p class="small ${said === undefined ? 'muted' : ''}" aria-live="polite">${said === undefined ? this.legend : barText(said)}</p>`;
  }

  private get legend(): TemplateResult {
    return html`Share of all values in each of ${this.train.length} equal ranges${this.validation.length > 0 ? ': bars of training samples, line of validation samples' : ''}.`;
  }

  private get summary(): string {
    const most = this.train.reduce<Bar | undefined>((best, bar) => (best === undefined || bar.count > best.count ? bar : best), undefined);
    return `Distribution of values from ${formatNumber(this.low)} to ${formatNumber(this.high)}. ${most === undefined ? '' : `Most are in ${barText(most)}. `}Arrow keys go from bar to bar.`;
  }

  private get bars(): readonly Bar[] {
    return [...this.train, ...this.validation];
  }

  private get low(): number {
    return this.bars.reduce((least, bar) => Math.min(least, bar.from), Infinity);
  }

  private get high(): number {
    return this.bars.reduce((most, bar) => Math.max(most, bar.to), -Infinity);
  }

  private get left(): number {
    return margins.left;
  }

  private x(value: number): number {
    const span = this.high - this.low;
    return this.left + (span > 0 ? (value - this.low) / span : 0) * (this.box.width - this.left - margins.right);
  }

  private drawing(): TemplateResult {
    const { theme, box: { width, height } } = this;
    const size = Math.round(theme.fontSize * 0.88);
    const bottom = height - margins.bottom;
    const shares = this.bars.map(bar => bar.share);
    const most = Math.max(...shares);
    const least = Math.min(...shares.filter(share => share > 0)) / 2;
    const toY = (share: number): number => {
      if (share <= 0) return bottom;
      const place = this.log ? Math.log(share / least) / Math.log(most / least) : share / most;
      return bottom - Math.max(place, 0) * (bottom - margins.top);
    };
    const ticks = this.log ? [most, Math.sqrt(most * least), least] : [most, most / 2, 0];
    const text = (x: number, y: number, content: string, anchor: string) => svg`<text x=${x} y=${y} text-anchor=${anchor} fill=${theme.muted}>${content}</text>`;
    return html`<svg width=${width} height=${height} viewBox="0 0 ${width} ${height}" font-family=${theme.fontFamily} font-size=${size} aria-hidden="true">
      ${ticks.map(share => svg`<line x1=${this.left} x2=${width - margins.right} y1=${toY(share)} y2=${toY(share)} stroke=${theme.grid}></line>${text(this.left - 6, toY(share) + size * 0.35, `${formatNumber(Number((100 * share).toPrecision(2)))} %`, 'end')}`)}
      ${this.train.map((bar, i) => this.column(bar, i, toY, bottom))}
      ${this.outline(toY)}
      <line x1=${this.left} x2=${width - margins.right} y1=${bottom} y2=${bottom} stroke=${theme.muted}></line>
      ${[this.low, (this.low + this.high) / 2, this.high].map((value, i) => text(this.x(value), bottom + size + 4, formatNumber(value), (['start', 'middle', 'end'] as const)[i]!))}
    </svg>`;
  }

  private column(bar: Bar, i: number, toY: (share: number) => number, bottom: number): SVGTemplateResult {
    const [from, to] = bar.to > bar.from ? [this.x(bar.from), this.x(bar.to)] : [this.left, this.box.width - margins.right];
    const top = toY(bar.share);
    const pointed = i === this.at;
    return svg`<rect x=${from + 0.5} y=${top} width=${Math.max(to - from - 1, 1)} height=${Math.max(bottom - top, 0)} fill=${this.theme.category(0)} fill-opacity=${pointed ? 1 : 0.75} stroke=${pointed ? this.theme.foreground : 'none'}></rect>`;
  }

  private outline(toY: (share: number) => number): SVGTemplateResult | typeof nothing {
    if (this.validation.length === 0 || this.high === this.low) return nothing;
    const d = this.validation.map(bar => `L${this.x(bar.from).toFixed(1)} ${toY(bar.share).toFixed(1)}L${this.x(bar.to).toFixed(1)} ${toY(bar.share).toFixed(1)}`).join('').replace(/^L/, 'M');
    return svg`<path d=${d} fill="none" stroke=${this.theme.category(1)} stroke-width="1.8" stroke-linejoin="round"></path>`;
  }

  private readonly onMove = (event: PointerEvent) => {
    const x = event.clientX - this.querySelector('.histogram-box')!.getBoundingClientRect().left;
    const found = this.train.findIndex(bar => x >= this.x(bar.from) && x < this.x(bar.to));
    this.at = found < 0 ? undefined : found;
  };

  private readonly onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const here = this.at ?? -1;
    const target = { ArrowRight: here + 1, ArrowLeft: here < 0 ? this.train.length - 1 : here - 1, Home: 0, End: this.train.length - 1 }[event.key];
    if (target !== undefined) this.at = Math.min(Math.max(target, 0), this.train.length - 1);
    else if (event.key === 'Escape') this.at = undefined;
    else return;
    event.preventDefault();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ae-histogram': HistogramView;
  }
}
