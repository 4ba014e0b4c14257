// <ae-picture>: one sample as it is: an image with sharp pixels, or a profile of bars for samples that are no images.
import { LitElement, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { sizeOf } from '../../core/tensor.ts';
import { imagePixels, isImage, paint, paintProfile, profileBars } from '../shared/pixels.ts';
import { readTheme } from '../shared/theme.ts';
import { barText, profileRanges } from './profile.ts';

const PROFILE = { width: 288, height: 168 };

@customElement('ae-picture')
export class SamplePicture extends LitElement {
  /** samples × features; nothing is drawn without. */
  @property({ attribute: false }) values: Float32Array | Uint8Array | undefined;
  @property({ type: Number }) sample = 0;
  @property({ attribute: false }) shape: readonly number[] = [];
  /** What is to be seen, for screen readers. */
  @property() label = '';

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override render(): unknown {
    return html`<canvas class="picture" role="img" aria-label=${this.label} @mousemove=${this.onMove}></canvas>`;
  }

  private readonly onMove = (event: MouseEvent) => {
    const canvas = event.currentTarget as HTMLCanvasElement;
    if (isImage(this.shape) || this.values === undefined) return;
    canvas.title = barText(this.values, this.sample, sizeOf(this.shape), event.offsetX / canvas.clientWidth) ?? '';
  };

  override updated(): void {
    const canvas = this.querySelector('canvas');
    if (canvas === null) return;
    const size = pictureSize(this.shape);
    if (canvas.width !== size.width || canvas.height !== size.height) {
      canvas.width = size.width;
      canvas.height = size.height;
    }
    const ctx = canvas.getContext('2d')!;
    ctx.clearRect(0, 0, size.width, size.height);
    if (this.values !== undefined) paintSample(ctx, this.values, this.sample, this.shape, 0, 0, size.width, size.height);
  }
}

/** Pixels of one sample's picture. */
export function pictureSize(shape: readonly number[]): { width: number; height: number } {
  return isImage(shape) ? { width: shape[1]!, height: shape[0]! } : PROFILE;
}

/** Draws one sample (of samples × features) into a rectangle. */
export function paintSample(
  ctx: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D, values: Float32Array | Uint8Array, sample: number, shape: readonly number[],
  x: number, y: number, width: number, height: number,
): void {
  if (isImage(shape)) {
    paint(ctx, imagePixels(values, sample, shape), x, y, width, height);
  } else {
    const features = sizeOf(shape);
    const bars = profileBars(values, sample, features, profileRanges());
    paintProfile(ctx, bars, readTheme().category(0), x, y, width, height);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ae-picture': SamplePicture;
  }
}
