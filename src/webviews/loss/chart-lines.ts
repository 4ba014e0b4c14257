// The lines on the chart, each with positions of its own and at most four points per pixel column, which uPlot's shared x column cannot
// do for many runs of many steps; on them the marks that tell runs apart, rings at the best epochs, and levels to compare with.
import uPlot from 'uplot';
import { decimate } from '../../view/loss/decimate.ts';
import type { Level } from '../../view/loss/groups.ts';
import type { BestMark, Line } from '../../view/loss/lines.ts';
import { tracePath } from '../../view/marks.ts';
import type { Interval } from '../../view/ticks.ts';
import { withAlpha, type Theme } from '../shared/theme.ts';
import type { ChartContent } from './chart-content.ts';

/** Pixels from the middle of the ring around the best epoch to its outer edge. */
export const RING = 8;
/** Pixels from the middle of a mark to its edge. */
const MARK = 3;

/** @param range the part of the horizontal axis that is shown */
export function drawLines(u: uPlot, { lines, best, levels = [], log }: ChartContent, theme: Theme, range: Interval): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.lineJoin = 'round';
  const shows = (value: number) => Number.isFinite(value) && !(log && value <= 0);
  for (const line of lines) {
    if (line.y !== line.raw) stroke(u, line, line.raw, withAlpha(theme.category(line.style.color), 0.3), { dash: [], width: 1 }, range, shows);
  }
  for (const line of lines) stroke(u, line, line.y, theme.category(line.style.color), line.style, range, shows);
  ctx.restore();
  for (const level of levels) drawLevel(u, level, theme);
  for (const line of lines) drawMarks(u, line, theme, range, shows);
  for (const each of best) drawBest(u, each, theme);
}

/** Whether a value has a place on the axis. */
type Shows = (value: number) => boolean;

function stroke(u: uPlot, { x }: Line, y: Float64Array, color: string, { dash, width }: Pick<Line['style'], 'dash' | 'width'>, [from, to]: Interval, shows: Shows): void {
  const { ctx, bbox } = u;
  ctx.strokeStyle = color;
  ctx.lineWidth = width * uPlot.pxRatio;
  ctx.setLineDash(dash.map(d => d * uPlot.pxRatio));
  ctx.beginPath();
  let drawing = false;
  for (const i of decimate(x, y, from, to, Math.max(bbox.width, 1))) {
    const value = y[i]!;
    if (!shows(value)) {
      drawing = false;
      continue;
    }
    const [px, py] = [u.valToPos(x[i]!, 'x', true), u.valToPos(value, 'y', true)];
    if (drawing) ctx.lineTo(px, py);
    else ctx.moveTo(px, py);
    drawing = true;
  }
  ctx.stroke();
  ctx.setLineDash([]);
}

/** Marks tell runs apart without colour: at points that stand apart, and at the last one. */
function drawMarks(u: uPlot, line: Line, theme: Theme, [from, to]: Interval, shows: Shows): void {
  const { ctx, bbox } = u;
  const spacing = (line.points.per === 'epoch' && line.split === 'validation' ? 36 : 110) * uPlot.pxRatio;
  ctx.fillStyle = theme.category(line.style.color);
  let previous = -Infinity;
  const indices = decimate(line.x, line.y, from, to, Math.max(Math.floor(bbox.width / spacing), 1));
  const lastPoint = line.x.length - 1;
  for (const i of indices) {
    const value = line.y[i]!;
    if (!shows(value)) continue;
    const px = u.valToPos(line.x[i]!, 'x', true);
    if (px - previous < spacing && i !== lastPoint) continue;
    const py = u.valToPos(value, 'y', true);
    if (!contains(bbox, px, py)) continue;
    previous = px;
    ctx.beginPath();
    tracePath(ctx, line.style.mark, px, py, MARK * uPlot.pxRatio);
    ctx.fill();
  }
}

function drawLevel(u: uPlot, { y, color }: Level, theme: Theme): void {
  const { ctx, bbox } = u;
  const [px, at] = [uPlot.pxRatio, u.valToPos(y, 'y', true)];
  if (!contains(bbox, bbox.left, at)) return;
  ctx.save();
  ctx.strokeStyle = color === undefined ? theme.foreground : theme.category(color);
  ctx.lineWidth = px;
  ctx.setLineDash([7 * px, 5 * px]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, at);
  ctx.lineTo(bbox.left + bbox.width, at);
  ctx.stroke();
  ctx.restore();
}

function drawBest(u: uPlot, best: BestMark, theme: Theme): void {
  const { ctx, bbox } = u;
  const [x, y] = [u.valToPos(best.x, 'x', true), u.valToPos(best.y, 'y', true)];
  if (!contains(bbox, x, y)) return;
  const px = uPlot.pxRatio;
  ctx.save();
  ctx.strokeStyle = theme.category(best.color);
  ctx.lineWidth = 2 * px;
  ctx.beginPath();
  ctx.arc(x, y, (RING - 1) * px, 0, 2 * Math.PI);
  ctx.stroke();
  ctx.restore();
}

/** Whether a point (canvas pixels) lies in the plotting area, edges included. */
export function contains({ left, top, width, height }: uPlot.BBox, x: number, y: number): boolean {
  return x >= left - 1 && x <= left + width + 1 && y >= top - 1 && y <= top + height + 1;
}
