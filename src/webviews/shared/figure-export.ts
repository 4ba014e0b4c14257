// A drawn <ae-figure> as a picture that explains itself outside the editor: the theme's background, the title above, the names of
// the lines below.
import type { Figure } from '../../view/figure.ts';
import { tracePath } from '../../view/marks.ts';
import { categoryDash, categoryMark } from '../../view/palette.ts';
import type { Theme } from './theme.ts';

const scale = 2;

export async function exportFigure(drawn: SVGSVGElement, figure: Figure, theme: Theme): Promise<OffscreenCanvas> {
  const image = await load(drawn);
  const [width, height] = [drawn.width.baseVal.value, drawn.height.baseVal.value];
  const row = Math.round(theme.fontSize * 1.7);
  const font = `${theme.fontSize}px ${theme.fontFamily}`;
  const measure = new OffscreenCanvas(1, 1).getContext('2d')!;
  measure.font = font;
  let [x, line] = [12, 0];
  const entries = figure.series.map(series => {
    const wide = 40 + measure.measureText(series.name).width + 20;
    if (x > 12 && x + wide > width) [x, line] = [12, line + 1];
    const entry = { series, x, line };
    x += wide;
    return entry;
  });

  const canvas = new OffscreenCanvas(width * scale, (height + (line + 2) * row + 16) * scale);
  const ctx = canvas.getContext('2d')!;
  ctx.scale(scale, scale);
  ctx.fillStyle = theme.background;
  ctx.fillRect(0, 0, width, canvas.height);
  ctx.textBaseline = 'middle';
  ctx.fillStyle = theme.foreground;
  ctx.font = `600 ${font}`;
  ctx.fillText(figure.title, 12, row / 2 + 4);
  ctx.drawImage(image, 0, row + 4, width, height);
  ctx.font = font;
  for (const { series, x: left, line: at } of entries) {
    const y = row + height + 8 + (at + 0.5) * row;
    ctx.strokeStyle = ctx.fillStyle = series.reference === true ? theme.muted : theme.category(series.style);
    ctx.lineWidth = 2;
    ctx.setLineDash(series.reference === true ? [2, 4] : [...categoryDash(series.style)]);
    ctx.beginPath();
    ctx.moveTo(left, y);
    ctx.lineTo(left + 32, y);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.beginPath();
    tracePath(ctx, categoryMark(series.style), left + 16, y, 3.4);
    ctx.fill();
    ctx.fillStyle = theme.foreground;
    ctx.fillText(series.name, left + 40, y);
  }
  return canvas;
}

/** The element as an image at the export's resolution; its colours are attributes, so it needs no style sheet. */
async function load(drawn: SVGSVGElement): Promise<HTMLImageElement> {
  const copy = drawn.cloneNode(true) as SVGSVGElement;
  copy.setAttribute('width', String(drawn.width.baseVal.value * scale));
  copy.setAttribute('height', String(drawn.height.baseVal.value * scale));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  return image;
}
