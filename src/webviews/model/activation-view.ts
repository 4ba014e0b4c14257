// <ae-activation>: the numbers that one layer gives for a sample, as a picture: feature maps as tiles, a vector near a square. The number
// under the mouse is told below.
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { layoutNumbers, type NumberLayout } from '../../analysis/layout.ts';
import { formatShape } from '../../core/tensor.ts';
import type { Distribution } from '../../protocol/messages.ts';
import { divergingColor } from '../../view/palette.ts';
import { formatNumber, formatValue } from '../../view/runs.ts';
import { readTheme, type Theme } from '../shared/theme.ts';
import { shareOf } from './distribution.ts';

/** Wanted extent in CSS pixels, that of several feature maps, and the most of a number. */
const SIDE = 150;
const MAPS = 240;
const MOST = 36;

@customElement('ae-activation')
export class ActivationView extends LitElement {
  @property({ attribute: false }) heading = '';
  /** "Encoder"; nothing for a sample. */
  @property({ attribute: false }) place = '';
  @property({ attribute: false }) shape: readonly number[] = [];
  @property({ attribute: false }) values: Float32Array = new Float32Array();
  /** Absent for a sample, which is drawn as it looks. */
  @property({ attribute: false }) distribution: Distribution | undefined;
  @property({ attribute: false }) theme: Theme = readTheme();
  @state() private pointed: number | undefined;
  private layout: NumberLayout | undefined;
  /** Which square is at a place of the picture, row by row; −1 for none. */
  private squares = new Int32Array();

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changes: PropertyValues): void {
    if (!changes.has('shape') && !changes.has('values')) return;
    const layout = this.layout = layoutNumbers(this.shape, this.distribution === undefined);
    this.squares = new Int32Array(layout.width * layout.height).fill(-1);
    for (let i = 0; i < layout.places.length / 2; i++) this.squares[layout.places[2 * i]! * layout.width + layout.places[2 * i + 1]!] = i;
    this.pointed = undefined;
  }

  override render(): TemplateResult {
    const { heading, place, shape, distribution, pointed } = this;
    const numbers = distribution === undefined ? '' : `${formatNumber(distribution.min)} to ${formatNumber(distribution.max)}, mean ${formatNumber(distribution.mean)}, at zero: ${shareOf(distribution.zeros, distribution.count)}`;
    return html`<figure class="activation"><figcaption><b>${heading}</b> <span class="muted">${place === '' ? '' : `${place}, `}${formatShape(shape)}</span></figcaption>
      <canvas role="img" aria-label="${heading}, ${formatShape(shape)}${numbers === '' ? '' : `: ${numbers}`}" @pointermove=${this.onMove} @pointerleave=${() => { this.pointed = undefined; }}></canvas>
      <p class="small activation-says ${distribution === undefined ? 'of-sample' : ''}">${pointed === undefined ? this.facts() : this.spoken(pointed)}</p></figure>`;
  }

  private facts(): TemplateResult | typeof nothing {
    const { distribution } = this;
    if (distribution === undefined) return nothing;
    const { min, max, mean, zeros, broken, count } = distribution;
    return html`${formatNumber(min)} to ${formatNumber(max)}<br>mean ${formatNumber(mean)}<br>at zero: <b>${shareOf(zeros, count)}</b>${broken === 0 ? nothing : html`<br><span class="weight-trouble">${broken} infinite or no number</span>`}`;
  }

  private spoken(square: number): string {
    const [, width = 1, depth = 1] = this.shape;
    if (this.shape.length === 1) return `unit ${square}: ${formatValue(this.values[square]!)}`;
    const { channels } = this.layout!;
    const pixel = channels === 3 ? square : Math.floor(square / depth);
    const place = `row ${Math.floor(pixel / width)}, column ${pixel % width}`;
    if (channels === 3) return `${place}: ${[0, 1, 2].map(c => formatValue(this.values[square * 3 + c]!, 3)).join(', ')}`;
    return `${depth === 1 ? '' : `channel ${square % depth}, `}${place}: ${formatValue(this.values[square]!)}`;
  }

  protected override updated(changes: PropertyValues): void {
    const { layout, values, distribution, theme } = this;
    if (layout === undefined || !['shape', 'values', 'theme', 'distribution'].some(name => changes.has(name))) return;
    const canvas = this.querySelector('canvas')!;
    [canvas.width, canvas.height] = [layout.width, layout.height];
    const ctx = canvas.getContext('2d')!;
    const image = ctx.createImageData(layout.width, layout.height);
    const range = distribution === undefined ? 0 : Math.max(-distribution.min, distribution.max);
    this.squares.forEach((square, at) => {
      if (square < 0) return;
      const first = square * layout.channels;
      const value = values[first]!;
      const color = distribution === undefined ? [0, 1, 2].map(c => 255 * values[first + (layout.channels === 3 ? c : 0)]!)
        : Number.isFinite(value) ? divergingColor(theme.kind, range > 0 ? value / range : 0) : [255, 0, 255];
      image.data.set([color[0]!, color[1]!, color[2]!, 255], at * 4);
    });
    ctx.putImageData(image, 0, 0);
    const extent = Math.max(layout.width, layout.height);
    const scale = Math.min(MOST, Math.max(1, Math.floor(((this.shape[2] ?? 1) > 1 && distribution !== undefined ? MAPS : SIDE) / extent)));
    // The policy forbids styles in the markup, not those that a script sets.
    canvas.style.width = `${layout.width * scale}px`;
  }

  private readonly onMove = (event: PointerEvent) => {
    const { layout } = this;
    const canvas = this.querySelector('canvas');
    if (layout === undefined || canvas === null) return;
    const box = canvas.getBoundingClientRect();
    const [x, y] = [Math.floor((event.clientX - box.left) / box.width * layout.width), Math.floor((event.clientY - box.top) / box.height * layout.height)];
    const square = x < 0 || y < 0 || x >= layout.width || y >= layout.height ? -1 : this.squares[y * layout.width + x]!;
    this.pointed = square < 0 ? undefined : square;
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ae-activation': ActivationView;
  }
}
