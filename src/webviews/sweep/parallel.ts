// <ae-parallel>: one line for each training across an axis for each value and the error (A. Inselberg, "The plane with parallel
// coordinates", 1985). Better ones stand out; the one under the mouse or chosen by the arrow keys is told in words. All looks are
// attributes, so that it can be saved as a picture.
import { LitElement, html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { sequentialColor } from '../../view/palette.ts';
import { readTheme, type Theme } from '../shared/theme.ts';
import { BoxWatch } from '../shared/watching.ts';
import { distanceTo, type Axis } from './sweep.ts';

const margins = { top: 34, bottom: 18, side: 16 };
/** Pixels between the mouse and a line that still means it. */
const REACH = 24;
const keysHelp = 'Arrow keys go from one to the next, Enter opens it.';
/** Pixels over which lines part that share a value. */
const PARTING = 26;

@customElement('ae-parallel')
export class ParallelView extends LitElement {
  @property({ attribute: false }) axes: readonly Axis[] = [];
  /** Index of each training in its sweep, in the order of the axes' places. */
  @property({ attribute: false }) rows: readonly number[] = [];
  @property({ attribute: false }) theme: Theme = readTheme();
  /** The training to show in front, by its index. */
  @property({ attribute: false }) pointed: number | undefined;
  @property({ attribute: false }) describe: (row: number) => string = String;
  private readonly box = new BoxWatch(this, '.parallel-box');

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  get picture(): SVGSVGElement | undefined {
    return this.querySelector('svg') ?? undefined;
  }

  private axisX(axis: number): number {
    const step = (this.box.width - 2 * margins.side) / Math.max(this.axes.length, 1);
    return margins.side + step * (axis + 0.5);
  }

  /** Lines that share a value part a little where they cross its axis, the better ones lower, so that each can be seen and pointed at. */
  private parting(axis: Axis, at: number): number {
    const error = this.axes.at(-1)?.places[at];
    const shares = axis !== this.axes.at(-1) && new Set(axis.places).size < axis.places.length;
    return shares && error !== undefined ? (0.5 - error) * PARTING : 0;
  }

  private placeY(place: number): number {
    return this.box.height - margins.bottom - 8 - place * (this.box.height - margins.top - margins.bottom - 16);
  }

  /** The corners of a training's line; axes on which it has no value are left out. */
  private corners(at: number): readonly (readonly [number, number])[] {
    return this.axes.flatMap((axis, a) => (axis.places[at] === undefined ? [] : [[this.axisX(a), this.placeY(axis.places[at]) + this.parting(axis, at)] as const]));
  }

  override render(): TemplateResult {
    const said = this.pointed === undefined ? `${this.rows.length} trainings. ${keysHelp}` : this.describe(this.pointed);
    return html`<div class="parallel-box" tabindex="0" role="application" aria-roledescription="chart" aria-label=${`Parallel coordinates of ${this.axes.map(a => a.name).join(', ')}. ${keysHelp}`} @keydown=${this.onKey}
        @pointermove=${this.onMove} @pointerleave=${() => this.point(undefined)} @click=${() => this.open()}>${this.box.width < 80 || this.box.height < 80 ? nothing : this.drawing()}</div>
      <p class="parallel-says small ${this.pointed === undefined ? 'muted' : ''}" aria-live="polite">${said}</p>`;
  }

  private drawing(): TemplateResult {
    const { theme, box: { width, height } } = this;
    const size = Math.round(theme.fontSize * 0.88);
    const order = this.rows.map((_, at) => at).sort((a, b) => Number(this.rows[a] === this.pointed) - Number(this.rows[b] === this.pointed));
    return html`<svg width=${width} height=${height} viewBox="0 0 ${width} ${height}" font-family=${theme.fontFamily} font-size=${size} aria-hidden="true">
      ${this.axes.map((_, a) => svg`<line x1=${this.axisX(a)} y1=${this.placeY(1) - 14} x2=${this.axisX(a)} y2=${this.placeY(0) + 14} stroke=${theme.muted}></line>`)}
      ${order.map(at => this.line(at))}
      ${this.axes.map((axis, a) => this.labels(axis, this.axisX(a), size))}
    </svg>`;
  }

  private line(at: number): SVGTemplateResult {
    const error = this.axes.at(-1)?.places[at];
    const pointed = this.rows[at] === this.pointed;
    const dim = this.pointed !== undefined && !pointed;
    const [r, g, b] = sequentialColor(this.theme.kind, error === undefined ? 0 : 1 - 0.85 * error);
    const color = pointed ? this.theme.foreground : error === undefined ? this.theme.muted : `rgb(${r},${g},${b})`;
    return svg`<path d=${`M${this.corners(at).map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}`} fill="none" stroke=${color} stroke-width=${pointed ? 3.5 : 2}
      stroke-opacity=${dim ? 0.3 : 1} stroke-dasharray=${error === undefined ? '3 4' : nothing} stroke-linejoin="round"></path>`;
  }

  private labels(axis: Axis, x: number, size: number): SVGTemplateResult {
    const { theme } = this;
    const heading = (at: number, y: number, text: string) => svg`<text x=${at} y=${y} text-anchor="middle" font-weight="600" fill=${theme.foreground} stroke=${theme.background} stroke-width="4" stroke-linejoin="round" paint-order="stroke">${text}</text>`;
    // On a ground of its own: lines run through it.
    const tag = (at: number, y: number, text: string) => svg`<rect x=${at - 2} y=${y - size * 0.7} width=${text.length * size * 0.6 + 4} height=${size * 1.4} rx="2" fill=${theme.background} fill-opacity="0.85"></rect>
      <text x=${at} y=${y + size * 0.35} fill=${theme.foreground}>${text}</text>`;
    const room = (this.box.width - 2 * margins.side) / Math.max(this.axes.length, 1);
    // Texts that would touch the one below are left out; the marks stay.
    let free = Infinity;
    const ticks = [...axis.ticks].sort((a, b) => a.at - b.at).map(tick => {
      const y = this.placeY(tick.at);
      const shown = free - y >= size * 1.15;
      if (shown) free = y;
      return svg`<line x1=${x - 4} y1=${y} x2=${x + 4} y2=${y} stroke=${theme.foreground}></line>${shown ? tag(x + 8, y, short(tick.text, room - 24, size)) : nothing}`;
    });
    return svg`${ticks}${heading(x, size + 4, short(axis.name, room - 6, size))}`;
  }

  private point(row: number | undefined): void {
    if (row !== this.pointed) this.dispatchEvent(new CustomEvent<{ row: number | undefined }>('point', { detail: { row } }));
  }

  private open(): void {
    if (this.pointed !== undefined) this.dispatchEvent(new CustomEvent<{ row: number }>('open', { detail: { row: this.pointed } }));
  }

  private readonly onMove = (event: PointerEvent) => {
    const box = this.querySelector('.parallel-box')!.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let best: { readonly row: number; readonly distance: number } | undefined;
    this.rows.forEach((row, at) => {
      const distance = distanceTo(this.corners(at), x, y);
      if (distance <= REACH && (best === undefined || distance < best.distance)) best = { row, distance };
    });
    this.point(best?.row);
  };

  private readonly onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const here = this.pointed === undefined ? -1 : this.rows.indexOf(this.pointed);
    const target = { ArrowDown: here + 1, ArrowRight: here + 1, ArrowUp: here - 1, ArrowLeft: here - 1, Home: 0, End: this.rows.length - 1 }[event.key];
    if (target !== undefined) this.point(this.rows[Math.min(Math.max(target, 0), this.rows.length - 1)]);
    else if (event.key === 'Enter') this.open();
    else if (event.key === 'Escape') this.point(undefined);
    else return;
    event.preventDefault();
  };
}

/** As much of a text as a width has room for; letters are taken for half as wide as high. */
function short(text: string, width: number, size: number): string {
  const letters = Math.max(Math.floor(width / (size * 0.55)), 3);
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;
}

declare global {
  interface HTMLElementTagNameMap {
    'ae-parallel': ParallelView;
  }
}
