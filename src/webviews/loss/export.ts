// The chart as a picture that explains itself outside the editor: background of the theme and the names of the lines below.
import { tracePath } from '../../view/marks.ts';
import type { Theme } from '../shared/theme.ts';
import { lineTitle, type Line } from '../../view/loss/lines.ts';

/** `chart` is copied at its own resolution; the legend below it wraps to its width. */
export function exportChart(chart: HTMLCanvasElement, lines: readonly Line[], theme: Theme): OffscreenCanvas {
  const scale = devicePixelRatio;
  const rowHeight = Math.round(theme.fontSize * 1.7 * scale);
  const margin = 12 * scale;
  const font = `${Math.round(theme.fontSize * scale)}px ${theme.fontFamily}`;
  const measure = new OffscreenCanvas(1, 1).getContext('2d')!;
  measure.font = font;
  let row = 0;
  let x = margin;
  const entries = lines.map(line => {
    const text = lineTitle(line);
    const width = 40 * scale + measure.measureText(text).width + 20 * scale;
    if (x > margin && x + width > chart.width) {
      x = margin;
      row++;
    }
    const entry = { line, text, x, row };
    x += width;
    return entry;
  });

  const picture = new OffscreenCanvas(chart.width, chart.height + (row + 1) * rowHeight + margin);
  const ctx = picture.getContext('2d')!;
  ctx.fillStyle = theme.background;
  ctx.fillRect(0, 0, picture.width, picture.height);
  ctx.drawImage(chart, 0, 0);
  ctx.font = font;
  ctx.textBaseline = 'middle';
  for (const { line, text, x: left, row: at } of entries) {
    const y = chart.height + (at + 0.5) * rowHeight + margin / 2;
    const color = theme.category(line.style.color);
    ctx.strokeStyle = ctx.fillStyle = color;
    ctx.lineWidth = line.style.width * scale;
    ctx.setLineDash(line.style.dash.map(d => d * scale));
    ctx.beginPath();
    ctx.moveTo(left, y);
    ctx.lineTo(left + 32 * scale, y);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.beginPath();
    tracePath(ctx, line.style.mark, left + 16 * scale, y, 3.4 * scale);
    ctx.fill();
    ctx.fillStyle = theme.foreground;
    ctx.fillText(text, left + 40 * scale, y);
  }
  return picture;
}
