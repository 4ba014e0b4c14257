// The samples that are seen as one picture that explains itself outside the editor.
import type { Theme } from '../shared/theme.ts';
import { drawSample, sampleSize, type SampleLook } from './sample-view.ts';

export interface ExportedSample {
  readonly caption: string;
  /** One picture beside the other: original, corrupted. */
  readonly pictures: readonly { readonly values: Float32Array; readonly sample: number }[];
}

const scale = 2;
const GAP = 8;
const MARGIN = 12;
const COLUMNS = 8;

export function exportSamples(title: string, samples: readonly ExportedSample[], look: SampleLook, theme: Theme): OffscreenCanvas {
  const { width, height } = sampleSize(look);
  const each = Math.max(...samples.map(sample => sample.pictures.length), 1);
  const cell = each * (width + 2) - 2;
  const line = Math.round(theme.fontSize * 1.5);
  const across = Math.min(COLUMNS, Math.max(samples.length, 1));
  const down = Math.ceil(samples.length / across);
  const font = `${theme.fontSize}px ${theme.fontFamily}`;
  const measure = new OffscreenCanvas(1, 1).getContext('2d')!;
  measure.font = `600 ${font}`;
  const wide = Math.max(2 * MARGIN + across * (cell + GAP) - GAP, Math.ceil(measure.measureText(title).width) + 2 * MARGIN);
  const canvas = new OffscreenCanvas(wide * scale, (2 * MARGIN + line + down * (height + line + GAP)) * scale);
  const ctx = canvas.getContext('2d')!;
  ctx.scale(scale, scale);
  ctx.fillStyle = theme.background;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.textBaseline = 'middle';
  ctx.fillStyle = theme.foreground;
  ctx.font = `600 ${font}`;
  ctx.fillText(title, MARGIN, MARGIN + line / 2 - 4);
  ctx.font = font;
  samples.forEach((sample, i) => {
    const x = MARGIN + (i % across) * (cell + GAP);
    const y = MARGIN + line + Math.floor(i / across) * (height + line + GAP);
    sample.pictures.forEach((picture, k) => drawSample(ctx, picture.values, picture.sample, look, x + k * (width + 2), y));
    ctx.fillStyle = theme.foreground;
    ctx.fillText(sample.caption, x, y + height + line / 2, cell);
  });
  return canvas;
}
