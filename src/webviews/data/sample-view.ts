// <ae-sample>: one sample on a canvas, a picture in sharp squares or a vector as one bar per column.
import { LitElement, html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { sizeOf } from '../../core/tensor.ts';
import type { SampleColumns } from '../../protocol/messages.ts';
import { columnAt, columnText } from '../shared/columns.ts';
import { fit, imagePixels, isImage, paint, paintProfile, profileBars, type Range } from '../shared/pixels.ts';
import type { Theme } from '../shared/theme.ts';

/** How samples are drawn; the same for all of a page. */
export interface SampleLook {
  readonly shape: readonly number[];
  /** Of the columns of vectors. */
  readonly ranges: readonly Range[];
  readonly columns: SampleColumns;
  /** Height at most, CSS pixels. */
  readonly size: number;
  readonly theme: Theme;
}

/** Pictures keep their proportions; vectors get a wide box. */
export function sampleSize({ shape, size }: Pick<SampleLook, 'shape' | 'size'>): { readonly width: number; readonly height: number } {
  if (!isImage(shape)) return { width: Math.round(size * 1.75), height: Math.round(size * 0.9) };
  const [height = 1, width = 1] = shape;
  const area = fit(width, height, size * 1.6, size);
  return { width: Math.round(area.width), height: Math.round(area.height) };
}

/** @param values samples × features; of pictures in [0, 1] */
export function drawSample(ctx: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D, values: Float32Array, sample: number, look: SampleLook, x: number, y: number): void {
  const { shape, ranges, theme } = look;
  const { width, height } = sampleSize(look);
  if (isImage(shape)) paint(ctx, imagePixels(values, sample, shape), x, y, width, height);
  else paintProfile(ctx, profileBars(values, sample, sizeOf(shape), ranges), theme.category(0), x, y, width, height);
  if (theme.kind !== 'highContrast' && theme.kind !== 'highContrastLight' && isImage(shape)) return;
  // Vectors stand in a box, and pictures must not run into a background of their own colour.
  ctx.strokeStyle = isImage(shape) ? theme.border : theme.grid;
  ctx.lineWidth = 1;
  ctx.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
}

@customElement('ae-sample')
export class SampleView extends LitElement {
  @property({ attribute: false }) values: Float32Array = new Float32Array(0);
  @property({ type: Number }) sample = 0;
  @property({ attribute: false }) look!: SampleLook;
  @property() name = '';

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override render(): TemplateResult {
    return html`<canvas role="img" aria-label=${this.name} title=${this.name} @mousemove=${this.onMove}></canvas>`;
  }

  protected override updated(): void {
    const canvas = this.querySelector('canvas')!;
    const { width, height } = sampleSize(this.look);
    const ratio = devicePixelRatio;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const ctx = canvas.getContext('2d')!;
    ctx.scale(ratio, ratio);
    drawSample(ctx, this.values, this.sample, this.look, 0, 0);
  }

  private readonly onMove = (event: MouseEvent) => {
    const { shape, columns } = this.look;
    if (isImage(shape)) return;
    const features = sizeOf(shape);
    const column = columnAt(event.offsetX / sampleSize(this.look).width, features);
    const canvas = event.currentTarget as HTMLCanvasElement;
    canvas.title = column === undefined ? this.name : `${this.name}\n${columnText(columns, column, this.values[this.sample * features + column]!)}`;
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ae-sample': SampleView;
  }
}
