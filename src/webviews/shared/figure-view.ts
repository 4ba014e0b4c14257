// <ae-figure>: a chart of few points as SVG, with its legend and the values under the cursor. All looks are attributes from the
// theme, none are styles, so that the same element can be saved as a picture. Keys: arrows move the cursor, Escape takes it away.
import './figure.css';
import { LitElement, html, nothing, svg, type PropertyValues, type SVGTemplateResult, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { layoutFigure, nearestX, positionsOf, valueAt, type Figure, type FigureLayout, type FigureSeries } from '../../view/figure.ts';
import { placeLabels, placesAlong, placesAround, type Point } from '../../view/labels.ts';
import { markPath } from '../../view/marks.ts';
import { categoryDash, categoryMark } from '../../view/palette.ts';
import { formatNumber, formatValue } from '../../view/runs.ts';
import { readTheme, type Theme } from './theme.ts';
import { BoxWatch } from './watching.ts';

/** Pixels from the middle of a marked point to its ring. */
const RING = 8;
const measure = new OffscreenCanvas(1, 1).getContext('2d')!;

@customElement('ae-figure')
export class FigureView extends LitElement {
  @property({ attribute: false }) figure!: Figure;
  @property({ attribute: false }) theme: Theme = readTheme();
  /** A click on a position, or Enter at the cursor, means something: 'pick' is fired with detail { x }. */
  @property({ type: Boolean }) pickable = false;
  @state() private cursor: number | undefined;
  private layout: FigureLayout | undefined;
  private readonly box = new BoxWatch(this, '.figure-box');

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override updated(changes: PropertyValues): void {
    if (changes.has('figure') && this.cursor !== undefined && !positionsOf(this.figure).includes(this.cursor)) this.cursor = undefined;
  }

  get picture(): SVGSVGElement | undefined {
    return this.querySelector<SVGSVGElement>('svg.figure') ?? undefined;
  }

  override render(): TemplateResult {
    const { figure } = this;
    return html`<div class="figure-box ${this.pickable ? 'pickable' : ''}" tabindex="0" role="application" aria-roledescription="chart" aria-label=${this.summary} @keydown=${this.onKey}
        @pointermove=${this.onMove} @pointerleave=${() => { this.cursor = undefined; }} @click=${() => this.pick()}>${this.box.width < 60 || this.box.height < 60 ? nothing : this.drawing()}</div>
      <ul class="figure-legend">${figure.series.map(series => this.legendEntry(series))}</ul>
      <p class="visually-hidden" aria-live="polite">${this.cursor === undefined ? '' : this.spoken(this.cursor)}</p>`;
  }

  private drawing(): TemplateResult {
    const { figure, theme, box: { width, height } } = this;
    const size = Math.round(theme.fontSize * 0.88);
    measure.font = `${size}px ${theme.fontFamily}`;
    const layout = this.layout = layoutFigure(figure, width, height, text => measure.measureText(text).width);
    const { left, right, top, bottom, toX, toY } = layout;
    const text = (x: number, y: number, content: string, anchor: string, color = theme.muted) => svg`<text x=${x} y=${y} text-anchor=${anchor} fill=${color}>${content}</text>`;
    const line = (x1: number, y1: number, x2: number, y2: number, color: string, dash = '') => svg`<line x1=${x1} y1=${y1} x2=${x2} y2=${y2} stroke=${color} stroke-dasharray=${dash || nothing}></line>`;
    return html`<svg class="figure" width=${width} height=${height} viewBox="0 0 ${width} ${height}" font-family=${theme.fontFamily} font-size=${size} aria-hidden="true">
      ${layout.yTicks.map(t => svg`${line(left, t.at, right, t.at, theme.grid)}${text(left - 6, t.at + size * 0.35, t.text, 'end')}`)}
      ${layout.xTicks.map(t => svg`${line(t.at, top, t.at, bottom, theme.grid)}${text(t.at, bottom + size + 5, t.text, 'middle')}`)}
      ${line(left, bottom, right, bottom, theme.muted)}
      ${text((left + right) / 2, height - 5, figure.xTitle, 'middle')}
      <text x=${-(top + bottom) / 2} y=${size} transform="rotate(-90)" text-anchor="middle" fill=${theme.muted}>${figure.yTitle}</text>
      ${figure.series.map(s => this.band(s, layout))}
      ${(figure.levels ?? []).map(l => line(left, toY(l.y), right, toY(l.y), theme.foreground, '6 4'))}
      ${figure.series.map(s => this.curve(s, layout))}
      ${figure.marked === undefined ? nothing : svg`<circle cx=${toX(figure.marked.x)} cy=${toY(figure.marked.y)} r=${RING} fill="none" stroke=${theme.foreground} stroke-width="2"></circle>`}
      ${this.texts(layout, size)}
      ${this.cursor === undefined ? nothing : line(toX(this.cursor), top, toX(this.cursor), bottom, theme.foreground, '3 3')}
    </svg>`;
  }

  private colorOf(series: FigureSeries): string {
    return series.reference === true ? this.theme.muted : this.theme.category(series.style);
  }

  private band(series: FigureSeries, { toX, toY }: FigureLayout): SVGTemplateResult | typeof nothing {
    const { x, low, high } = series;
    if (low === undefined || high === undefined || x.length < 2) return nothing;
    const there = x.map((_, i) => i).filter(i => Number.isFinite(low[i]) && Number.isFinite(high[i]));
    const edge = (values: readonly number[], order: readonly number[]) => order.map(i => `${toX(x[i]!).toFixed(1)} ${toY(values[i]!).toFixed(1)}`);
    return svg`<path d=${`M${[...edge(high, there), ...edge(low, [...there].reverse())].join('L')}Z`} fill=${this.colorOf(series)} fill-opacity="0.16"></path>`;
  }

  private curve(series: FigureSeries, { toX, toY }: FigureLayout): SVGTemplateResult {
    const color = this.colorOf(series);
    let d = '';
    series.x.forEach((x, i) => {
      if (!Number.isFinite(series.y[i])) return;
      d += `${d === '' || !Number.isFinite(series.y[i - 1]) ? 'M' : 'L'}${toX(x).toFixed(1)} ${toY(series.y[i]!).toFixed(1)}`;
    });
    const many = series.x.length > 60;
    const points = series.x.map((x, i) => ({ x, y: series.y[i]! })).filter(p => Number.isFinite(p.y) && (!many || p.x === this.cursor));
    return svg`<path d=${d} fill="none" stroke=${color} stroke-width=${series.reference === true ? 1.5 : 2} stroke-linejoin="round" stroke-dasharray=${dashOf(series) || nothing}></path>
      ${points.map(p => svg`<path d=${markPath(categoryMark(series.style), toX(p.x), toY(p.y), p.x === this.cursor ? 5 : 3.4)} fill=${color}></path>`)}`;
  }

  /** What is marked and what levels are, off each other and, where there is room, off the curves; readable over what still crosses. */
  private texts({ left, right, top, bottom, toX, toY }: FigureLayout, size: number): readonly SVGTemplateResult[] {
    const { theme, figure: { series, marked, levels = [] } } = this;
    const area = { left, top, width: right - left, height: bottom - top };
    const sizeOf = (text: string) => ({ width: measure.measureText(text).width, height: size * 1.2 });
    const ring = marked && ([toX(marked.x), toY(marked.y)] as const);
    const texts = [...(marked === undefined ? [] : [marked.text]), ...levels.map(level => level.text)];
    const candidates = [
      ...(marked === undefined ? [] : [placesAround(ring!, RING + 1, sizeOf(marked.text))]),
      ...levels.map(level => placesAlong(toY(level.y), area, sizeOf(level.text))),
    ];
    const curves = [
      ...series.map(({ x, y }) => x.flatMap((at, i): readonly Point[] => (Number.isFinite(y[i]) ? [[toX(at), toY(y[i]!)]] : []))),
      ...levels.map((level): readonly Point[] => [[left, toY(level.y)], [right, toY(level.y)]]),
    ];
    const marks = ring === undefined ? [] : [{ left: ring[0] - RING, top: ring[1] - RING, width: 2 * RING, height: 2 * RING }];
    return placeLabels(area, candidates, { marks, curves }).map((box, i) => svg`<text x=${box.left} y=${box.top + box.height / 2 + size * 0.35} fill=${theme.foreground} stroke=${theme.background} stroke-width="4" stroke-linejoin="round" paint-order="stroke">${texts[i]}</text>`);
  }

  private legendEntry(series: FigureSeries): TemplateResult {
    const value = this.cursor === undefined ? undefined : valueAt(series, this.cursor);
    const color = this.colorOf(series);
    return html`<li><svg class="swatch" width="28" height="12" viewBox="0 0 28 12" aria-hidden="true"><line x1="0" y1="6" x2="28" y2="6" stroke=${color} stroke-width="2" stroke-dasharray=${dashOf(series) || nothing}></line>
      <path d=${markPath(categoryMark(series.style), 14, 6, 3.4)} fill=${color}></path></svg><span class="figure-name" title=${series.name}>${series.name}</span>${
      this.cursor === undefined ? nothing : html` <span class="number">${value === undefined ? '–' : this.format(value)}</span>`}</li>`;
  }

  private format(value: number): string {
    return (this.figure.formatY ?? formatValue)(value);
  }

  private spoken(x: number): string {
    const values = this.figure.series.flatMap(s => (valueAt(s, x) === undefined ? [] : [`${s.name} ${this.format(valueAt(s, x)!)}`]));
    return `${this.figure.xTitle} ${formatNumber(x)}: ${values.join(', ')}`;
  }

  private get summary(): string {
    const { title, series, marked } = this.figure;
    const ranges = series.map(s => {
      const y = s.y.filter(Number.isFinite);
      return y.length === 0 ? `${s.name} without values` : `${s.name} from ${this.format(y[0]!)} to ${this.format(y.at(-1)!)}`;
    });
    return `${title}. ${ranges.join(', ')}.${marked === undefined ? '' : ` ${marked.text}.`} Arrow keys move along the points${this.pickable ? ', Enter opens one' : ''}, Escape takes the cursor away.`;
  }

  private readonly onMove = (event: PointerEvent) => {
    const { layout } = this;
    if (layout === undefined) return;
    this.cursor = nearestX(this.figure, layout.toX, event.clientX - this.querySelector('.figure-box')!.getBoundingClientRect().left);
  };

  private readonly onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const positions = positionsOf(this.figure);
    const here = this.cursor === undefined ? -1 : positions.indexOf(this.cursor);
    const target = { ArrowLeft: here < 0 ? positions.length - 1 : here - 1, ArrowRight: here + 1, Home: 0, End: positions.length - 1 }[event.key];
    if (target !== undefined) this.cursor = positions[Math.min(Math.max(target, 0), positions.length - 1)];
    else if (event.key === 'Escape') this.cursor = undefined;
    else if (event.key === 'Enter') this.pick();
    else return;
    event.preventDefault();
  };

  private pick(): void {
    if (this.pickable && this.cursor !== undefined) this.dispatchEvent(new CustomEvent<{ x: number }>('pick', { detail: { x: this.cursor } }));
  }
}

function dashOf(series: FigureSeries): string {
  return series.reference === true ? '2 4' : categoryDash(series.style).join(' ');
}

declare global {
  interface HTMLElementTagNameMap {
    'ae-figure': FigureView;
  }
}
