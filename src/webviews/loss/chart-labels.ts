// The texts on the chart: the best loss beside its ring, and what each level is along its line.
import uPlot from 'uplot';
import { placeLabels, placesAlong, placesAround, type Box, type Candidate, type Point } from '../../view/labels.ts';
import { formatValue } from '../../view/runs.ts';
import type { Theme } from '../shared/theme.ts';
import type { Interval } from '../../view/ticks.ts';
import type { ChartContent } from './chart-content.ts';
import { contains, RING } from './chart-lines.ts';
import { decimate } from '../../view/loss/decimate.ts';

/** Columns in which curves are looked at to keep texts off them. */
const COLUMNS = 64;

/** Drawn last: where a text cannot stand clear, an edge in the colour of the background keeps it readable. */
export function drawLabels(u: uPlot, content: ChartContent, theme: Theme, range: Interval): void {
  const { ctx, bbox } = u;
  const px = uPlot.pxRatio;
  const size = theme.fontSize * 0.88 * px;
  ctx.save();
  ctx.font = `${Math.round(size)}px ${theme.fontFamily}`;
  // uPlot leaves it as its axes want it.
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  const measure = (text: string) => ({ width: ctx.measureText(text).width, height: size * 1.2 });
  const rings = content.best.map((best): Point => [u.valToPos(best.x, 'x', true), u.valToPos(best.y, 'y', true)]).filter(([x, y]) => contains(bbox, x, y));
  const texts: { readonly text: string; readonly candidate: Candidate }[][] = [];
  // With several runs the numbers would hide the lines; they stand in the legend.
  if (content.best.length === 1 && rings.length === 1) {
    const text = `best ${formatValue(content.best[0]!.y)}`;
    texts.push(placesAround(rings[0]!, RING * px, measure(text)).map(candidate => ({ text, candidate })));
  }
  for (const level of content.levels ?? []) {
    const at = u.valToPos(level.y, 'y', true);
    if (!contains(bbox, bbox.left, at)) continue;
    const fitting = level.texts.filter((text, i) => i === level.texts.length - 1 || measure(text).width <= bbox.width - 2 * size);
    texts.push(fitting.flatMap(text => placesAlong(at, bbox, measure(text)).map(candidate => ({ text, candidate }))));
  }
  const marks = rings.map(([x, y]): Box => ({ left: x - RING * px, top: y - RING * px, width: 2 * RING * px, height: 2 * RING * px }));
  const curves = texts.length === 0 ? [] : cornersOf(u, content, range);
  ctx.lineWidth = 4 * px;
  ctx.lineJoin = 'round';
  ctx.strokeStyle = theme.background;
  ctx.fillStyle = theme.foreground;
  placeLabels(bbox, texts.map(candidates => candidates.map(({ candidate }) => candidate)), { marks, curves }).forEach(({ left, top, height, candidate }, i) => {
    const { text } = texts[i]![candidate]!;
    ctx.strokeText(text, left, top + height / 2);
    ctx.fillText(text, left, top + height / 2);
  });
  ctx.restore();
}

/** All lines as they run through the plot, coarsely, in canvas pixels. */
function cornersOf(u: uPlot, { lines, levels = [], log }: ChartContent, [from, to]: Interval): readonly (readonly Point[])[] {
  const { bbox } = u;
  const curves = lines.flatMap(line => {
    const parts: Point[][] = [[]];
    for (const i of decimate(line.x, line.y, from, to, COLUMNS)) {
      const value = line.y[i]!;
      if (!Number.isFinite(value) || (log && value <= 0)) parts.push([]);
      else parts.at(-1)!.push([u.valToPos(line.x[i]!, 'x', true), u.valToPos(value, 'y', true)]);
    }
    return parts;
  });
  return [...curves, ...levels.map(({ y }): readonly Point[] => [[bbox.left, u.valToPos(y, 'y', true)], [bbox.left + bbox.width, u.valToPos(y, 'y', true)]])];
}
