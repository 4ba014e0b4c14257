// <ae-strip>: one row of pictures on one canvas, a picture per column. Event: 'pick' with detail { sample } when one is clicked.
import { LitElement, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { SheetRow } from './sheet.ts';

@customElement('ae-strip')
export class PictureStrip extends LitElement {
  @property({ attribute: false }) row: Extract<SheetRow, { type: 'pictures' }> | undefined;
  @property({ attribute: false }) samples: readonly number[] = [];
  /** Distance of columns and width of a picture, CSS pixels. */
  @property({ type: Number }) pitch = 0;
  @property({ type: Number }) cellWidth = 0;
  @property({ attribute: false }) tip: (sample: number) => string = () => '';

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override render(): unknown {
    return html`<canvas role="img" aria-label=${this.row ? `${this.row.label} of ${this.samples.length} samples` : ''} @mousemove=${this.onMove} @click=${this.onClick}></canvas>`;
  }

  protected override updated(): void {
    const canvas = this.querySelector('canvas');
    if (!canvas || !this.row) return;
    const ratio = devicePixelRatio;
    const width = Math.max(this.samples.length * this.pitch, 1);
    const { height } = this.row;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const ctx = canvas.getContext('2d')!;
    ctx.scale(ratio, ratio);
    const inset = Math.floor((this.pitch - this.cellWidth) / 2);
    this.samples.forEach((sample, column) => this.row!.draw(ctx, sample, column * this.pitch + inset, 0));
  }

  private readonly onClick = (event: MouseEvent) => {
    const sample = this.samples[Math.floor(event.offsetX / this.pitch)];
    if (sample !== undefined) this.dispatchEvent(new CustomEvent('pick', { detail: { sample } }));
  };

  private readonly onMove = (event: MouseEvent) => {
    const column = Math.floor(event.offsetX / this.pitch);
    const sample = this.samples[column];
    if (sample === undefined) {
      this.title = '';
      return;
    }
    const inset = Math.floor((this.pitch - this.cellWidth) / 2);
    const detail = this.row?.tip?.(sample, (event.offsetX - column * this.pitch - inset) / this.cellWidth);
    this.title = detail === undefined ? this.tip(sample) : `${this.tip(sample)}\n${detail}`;
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ae-strip': PictureStrip;
  }
}
