// <ae-tiles>: the weights of a layer's units as pictures. The weight under the mouse, or the unit that arrow keys are at, is told below.
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { WeightPictures } from '../../protocol/messages.ts';
import { divergingColor } from '../../view/palette.ts';
import { paint } from '../shared/pixels.ts';
import { formatValue } from '../../view/runs.ts';
import { readTheme, type Theme } from '../shared/theme.ts';
import { BoxWatch } from '../shared/watching.ts';
import { commonRange, largestOf, layoutTiles, pointedAt, unitPixels, valueAt, type Pointed, type TileLayout } from './tiles.ts';
import { grouped } from './words.ts';

/** Pixels of the page that pictures of automatic size may take. */
const ROOM = 560;

@customElement('ae-tiles')
export class TilesView extends LitElement {
  @property({ attribute: false }) pictures!: WeightPictures;
  @property({ attribute: false }) heading = '';
  @property({ attribute: false }) theme: Theme = readTheme();
  /** Each unit over its own range. */
  @property({ type: Boolean }) perUnit = false;
  /** Pixels of a weight; 0 chooses. */
  @property({ type: Number }) zoom = 0;
  @state() private pointed: Pointed | undefined;
  private readonly box = new BoxWatch(this, '.tiles-box');
  private layout: TileLayout | undefined;
  private largest: Float64Array = new Float64Array();
  /** The largest absolute weight, and that at the ends of the colours where all units share them. */
  private most = 0;
  private range = 0;
  private drawn = '';

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changes: PropertyValues): void {
    if (!changes.has('pictures')) return;
    this.largest = largestOf(this.pictures);
    this.most = this.largest.reduce((most, each) => Math.max(most, each), 0);
    this.range = commonRange(this.pictures, this.most);
    const { pointed } = this;
    if (pointed !== undefined && (pointed.index >= this.pictures.units.length || pointed.channel >= this.pictures.channels || pointed.x >= this.pictures.width || pointed.y >= this.pictures.height)) this.pointed = undefined;
    this.drawn = '';
  }

  override render(): TemplateResult {
    return html`<div class="tiles-box" tabindex="0" role="application" aria-roledescription="pictures of weights" aria-label=${this.summary} @keydown=${this.onKey}
        @pointermove=${this.onMove} @pointerleave=${() => { this.pointed = undefined; }}><canvas></canvas>${this.marker()}</div>
      <p class="tiles-says number" aria-live="polite">${this.pointed === undefined ? html`<span class="muted">${this.scale()}</span>` : this.spoken(this.pointed)}</p>`;
  }

  protected override updated(): void {
    if (this.box.width < 20) return;
    const layout = this.layout = layoutTiles(this.pictures, { width: this.box.width, height: ROOM }, this.zoom);
    const key = JSON.stringify([layout, this.perUnit, this.theme.kind, this.theme.background]);
    if (key === this.drawn) return;
    this.drawn = key;
    const canvas = this.querySelector('canvas')!;
    const ratio = Math.max(1, Math.min(devicePixelRatio, 2));
    canvas.width = Math.max(1, Math.round(layout.width * ratio));
    canvas.height = Math.max(1, Math.round(layout.height * ratio));
    // The policy forbids styles in the markup, not those that a script sets.
    canvas.style.width = `${layout.width}px`;
    canvas.style.height = `${layout.height}px`;
    this.draw(canvas.getContext('2d')!, layout, ratio);
    this.requestUpdate();
  }

  private draw(ctx: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D, layout: TileLayout, ratio: number): void {
    const { pictures, theme, range } = this;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, layout.width, layout.height);
    for (let i = 0; i < pictures.units.length; i++) {
      const pixels = unitPixels(pictures, i, this.perUnit ? this.largest[i]! : range, theme.kind);
      paint(ctx, pixels, (i % layout.columns) * layout.stepX, Math.floor(i / layout.columns) * layout.stepY, layout.tileWidth, layout.tileHeight);
    }
  }

  /** The pictures with what they are and the scale of their colours, for use outside the editor. */
  toCanvas(): OffscreenCanvas | undefined {
    const { layout, theme, pictures } = this;
    if (layout === undefined) return undefined;
    const [ratio, margin, line] = [2, 14, Math.round(theme.fontSize * 1.6)];
    const font = `${theme.fontSize}px ${theme.fontFamily}`;
    const probe = new OffscreenCanvas(1, 1).getContext('2d')!;
    probe.font = font;
    const width = Math.max(layout.width, probe.measureText(pictures.says).width, probe.measureText(this.heading).width, 260) + 2 * margin;
    const canvas = new OffscreenCanvas(Math.round(width * ratio), Math.round((layout.height + 2 * margin + 3.4 * line) * ratio));
    const ctx = canvas.getContext('2d')!;
    const tiles = new OffscreenCanvas(Math.max(1, Math.round(layout.width * ratio)), Math.max(1, Math.round(layout.height * ratio)));
    this.draw(tiles.getContext('2d')!, layout, ratio);
    ctx.scale(ratio, ratio);
    ctx.fillStyle = theme.background;
    ctx.fillRect(0, 0, width, canvas.height);
    ctx.fillStyle = theme.foreground;
    ctx.textBaseline = 'middle';
    ctx.font = `600 ${font}`;
    ctx.fillText(this.heading, margin, margin + line / 2);
    ctx.font = font;
    ctx.fillText(pictures.says, margin, margin + line * 1.5);
    ctx.imageSmoothingEnabled = false;
    ctx.drawImage(tiles, margin, margin + line * 2.1, layout.width, layout.height);
    const bottom = margin + line * 2.9 + layout.height;
    const [left, right] = this.perUnit ? ['− own largest', '+'] : [formatValue(-this.range, 3), formatValue(this.range, 3)];
    ctx.fillText(left, margin, bottom);
    const start = margin + ctx.measureText(left).width + 8;
    for (let i = 0; i < 120; i++) {
      const [red, green, blue] = divergingColor(theme.kind, (i / 119) * 2 - 1);
      ctx.fillStyle = `rgb(${red} ${green} ${blue})`;
      ctx.fillRect(start + i, bottom - 6, 1.5, 12);
    }
    ctx.fillStyle = theme.foreground;
    ctx.fillText(right, start + 130, bottom);
    return canvas;
  }

  /** What the colours mean, while nothing is pointed at. */
  private scale(): string {
    const { pictures: { unit }, perUnit } = this;
    const ends = perUnit && unit !== 'matrix' ? `Colours of each ${unit} from its own largest weight below zero (blue) to above (orange).` : `Colours from ${formatValue(-this.range, 3)} (blue) to ${formatValue(this.range, 3)} (orange)${this.range < this.most ? '; the few beyond look alike' : ''}.`;
    return `${ends} ${unit === 'matrix' ? 'Point at a weight to read it.' : 'Point at one to read its weights.'}`;
  }

  private marker(): TemplateResult | typeof nothing {
    const { pointed, layout, theme } = this;
    if (pointed === undefined || layout === undefined) return nothing;
    const [x, y] = [(pointed.index % layout.columns) * layout.stepX, Math.floor(pointed.index / layout.columns) * layout.stepY];
    return html`<svg class="tiles-marker" width=${layout.width + 8} height=${layout.height + 8} viewBox="-4 -4 ${layout.width + 8} ${layout.height + 8}" aria-hidden="true">
      <rect x=${x - 2} y=${y - 2} width=${layout.tileWidth + 4} height=${layout.tileHeight + 4} rx="2" fill="none" stroke=${theme.focus} stroke-width="2"></rect></svg>`;
  }

  private spoken(pointed: Pointed): string {
    const { pictures } = this;
    const value = valueAt(pictures, pointed);
    const place = pictures.unit === 'matrix' ? `input ${pointed.y}, unit ${pointed.x}`
      : `row ${pointed.y}, column ${pointed.x}${channelName(pictures, pointed.channel)}`;
    if (pictures.unit === 'matrix') return `${place}: ${formatValue(value)}`;
    const bias = pictures.biases?.[pointed.index];
    return `${pictures.unit} ${pictures.units[pointed.index]}, ${place}: ${formatValue(value)} · length ${formatValue(pictures.norms[pointed.index]!)}${bias === undefined ? '' : ` · bias ${formatValue(bias)}`}`;
  }

  private get summary(): string {
    const { pictures } = this;
    const many = pictures.unit === 'matrix' ? '' : ` ${grouped(pictures.units.length)} of ${grouped(pictures.count)} are shown.`;
    return `${this.heading}. ${pictures.says}${many} Weights up to ${formatValue(this.most)} from zero. Arrow keys move over the pictures, Escape leaves them.`;
  }

  private readonly onMove = (event: PointerEvent) => {
    const { layout } = this;
    const canvas = this.querySelector('canvas');
    if (layout === undefined || canvas === null) return;
    const at = canvas.getBoundingClientRect();
    this.pointed = pointedAt(this.pictures, layout, event.clientX - at.left, event.clientY - at.top);
  };

  private readonly onKey = (event: KeyboardEvent) => {
    const { layout, pictures } = this;
    if (event.ctrlKey || event.metaKey || event.altKey || layout === undefined) return;
    if (event.key === 'Escape') {
      this.pointed = undefined;
      return;
    }
    const matrix = pictures.unit === 'matrix';
    const here = this.pointed;
    const last = pictures.units.length - 1;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -layout.columns, ArrowDown: layout.columns }[event.key];
    const across = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (step === undefined || across === undefined) return;
    event.preventDefault();
    if (here === undefined) this.pointed = { index: 0, channel: 0, y: matrix ? 0 : Math.floor(pictures.height / 2), x: matrix ? 0 : Math.floor(pictures.width / 2) };
    else if (matrix) this.pointed = { ...here, y: clamped(here.y + across[0]!, pictures.height - 1), x: clamped(here.x + across[1]!, pictures.width - 1) };
    else this.pointed = { ...here, index: clamped(here.index + step, last) };
  };
}

function channelName({ allChannels, colors }: WeightPictures, channel: number): string {
  if (allChannels === 1) return '';
  return colors === true ? `, ${['red', 'green', 'blue'][channel]}` : `, channel ${channel}`;
}

function clamped(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}

declare global {
  interface HTMLElementTagNameMap {
    'ae-tiles': TilesView;
  }
}
