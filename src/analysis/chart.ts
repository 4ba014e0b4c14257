// Charts of few points as pictures: error against a value, with the points that matter marked. (Curves of a training, with
// their thousands of points, are the pages' own.)
import { drawText, fill, INK, newPicture, WHITE, type Picture } from './canvas.ts';
import { drawDisc, drawPath, drawRing, drawStroke, type Point } from './chart-pen.ts';
import { numberScale, type Scale, type Tick } from './chart-scale.ts';
import { textHeight, textWidth } from './lettering.ts';
import { classColor, type Rgb } from './palette.ts';

export interface Series {
  readonly name: string;
  /** In any order; drawn from the smallest x to the largest. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface ChartOptions {
  readonly title?: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly logX?: boolean;
  readonly logY?: boolean;
  /** The values of x that get a tick, where they are few. */
  readonly xTicks?: readonly number[];
  /** Points with a ring around them and a text beside them. */
  readonly marks?: readonly { readonly x: number; readonly y: number; readonly text: string }[];
  /** Dashed levels with a text at their left end, where a falling curve is high above. */
  readonly levels?: readonly { readonly y: number; readonly text: string }[];
  /** Size in pixels. */
  readonly width?: number;
  readonly height?: number;
}

const MARGIN = 16;
const TEXT = 11;
const TITLE = 13;
const PADDING = 10;
const RING = 8;
const GRID: Rgb = [228, 228, 228];
const AXIS: Rgb = [150, 150, 150];
const GREY: Rgb = [100, 100, 100];
const ACCENT: Rgb = [200, 60, 30];

/** The part of a picture in which points stand, and how values become pixels there. */
interface Plot {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly x: Scale;
  readonly y: Scale;
}

export function lineChart(series: readonly Series[], options: ChartOptions): Picture {
  const { width = 760, height = 440, title, marks = [], levels = [] } = options;
  const picture = newPicture(width, height);
  const points = series.flatMap(({ points: own }) => own);
  const xs = points.map(([x]) => x);
  const ys = [...points.map(([, y]) => y), ...levels.map(({ y }) => y)];
  if (points.length === 0) {
    drawText(picture, 'Nothing to show yet', width / 2, height / 2, TEXT, 'center', GREY);
    return picture;
  }
  const x = numberScale(xs, { log: options.logX ?? false, most: 8, ...(options.xTicks === undefined ? {} : { at: options.xTicks }) });
  // An error starts at zero: its length above the axis is what the eye compares.
  const y = options.logY ? numberScale(ys, { log: true }) : numberScale(Math.min(...ys) >= 0 ? [0, ...ys] : ys, { round: true });
  const head = MARGIN + (title === undefined ? 0 : textHeight(TITLE) + 10);
  const plot: Plot = {
    x, y,
    left: MARGIN + Math.max(...y.ticks.map(({ text }) => textWidth(text, TEXT))) + 10,
    top: head + textHeight(TEXT) + 12,
    right: width - MARGIN - PADDING,
    bottom: height - MARGIN - 2 * textHeight(TEXT) - 16,
  };
  if (title !== undefined) drawText(picture, title, MARGIN, MARGIN, TITLE);
  drawText(picture, options.yLabel, MARGIN, head, TEXT, 'left', GREY);
  if (series.length > 1) drawLegend(picture, series, plot.right, head);
  drawAxes(picture, plot, options.xLabel);
  for (const { y: level, text } of levels) {
    const at = placeY(plot, level);
    drawStroke(picture, [plot.left, at], [plot.right, at], { color: ACCENT, width: 1, dash: [5, 4] });
    drawText(picture, text, plot.left + 4, at - TEXT - 5, TEXT, 'left', ACCENT);
  }
  const paths = series.map(({ points: own }) => own.toSorted((a, b) => a[0] - b[0]).map(([px, py]): Point => [placeX(plot, px), placeY(plot, py)]));
  for (const [i, path] of paths.entries()) {
    drawPath(picture, path, { color: classColor(i), width: 2 });
    for (const point of path) drawDisc(picture, point, 3.5, classColor(i));
  }
  for (const { x: markX, y: markY, text } of marks) drawMark(picture, plot, [placeX(plot, markX), placeY(plot, markY)], text, paths);
  return picture;
}

/** Points keep away from the left and right end of the axis, so that none is cut. */
function placeX({ x, left, right }: Plot, value: number): number {
  return left + PADDING + x.place(value) * (right - left - 2 * PADDING);
}

function placeY({ y, top, bottom }: Plot, value: number): number {
  return bottom - y.place(value) * (bottom - top);
}

function drawAxes(picture: Picture, plot: Plot, xLabel: string): void {
  const { left, top, right, bottom, x, y } = plot;
  for (const { place, text } of y.ticks) {
    const at = Math.round(bottom - place * (bottom - top));
    fill(picture, left, at, right - left, 1, GRID);
    drawText(picture, text, left - 8, at - TEXT / 2, TEXT, 'right', GREY);
  }
  fill(picture, left, Math.round(bottom), right - left, 1, AXIS);
  let free = -Infinity;
  for (const { at, text } of x.ticks.map(({ place, text: own }: Tick) => ({ at: left + PADDING + place * (right - left - 2 * PADDING), text: own }))) {
    fill(picture, Math.round(at), Math.round(bottom), 1, 5, AXIS);
    const half = textWidth(text, TEXT) / 2;
    // A number that would touch the one before it is left out.
    if (at - half < free + 6) continue;
    drawText(picture, text, at, bottom + 10, TEXT, 'center', GREY);
    free = at + half;
  }
  drawText(picture, xLabel, (left + right) / 2, bottom + 14 + textHeight(TEXT), TEXT, 'center', GREY);
}

/** A ring, and above all curves its text with a line down to the ring; to the left near the right end. */
function drawMark(picture: Picture, { right, top }: Plot, point: Point, text: string, paths: readonly (readonly Point[])[]): void {
  drawRing(picture, point, RING, { color: ACCENT, width: 2 });
  const width = textWidth(text, TEXT);
  const x = Math.round(point[0] - 6 + width > right ? Math.max(MARGIN, point[0] + 6 - width) : point[0] - 6);
  const highest = Math.min(...paths.map(path => highestWithin(path, x - 4, x + width + 4)));
  const y = Math.round(Math.max(top, Math.min(point[1] - RING - 6, highest - 8) - TEXT));
  fill(picture, x - 3, y - 3, width + 6, textHeight(TEXT) + 2, WHITE);
  drawText(picture, text, x, y, TEXT, 'left', ACCENT);
  const [from, to] = [y + textHeight(TEXT) + 1, point[1] - RING];
  if (to - from > 6) drawStroke(picture, [point[0], from], [point[0], to], { color: ACCENT, width: 1 });
}

/** The smallest y that a path reaches between two columns. */
function highestWithin(path: readonly Point[], left: number, right: number): number {
  return Math.min(Infinity, ...path.slice(1).flatMap(([bx, by], i) => {
    const [ax, ay] = path[i]!;
    const [from, to] = [Math.max(left, ax), Math.min(right, bx)];
    if (from > to) return [];
    const at = (column: number): number => (bx === ax ? Math.min(ay, by) : ay + (by - ay) * (column - ax) / (bx - ax));
    return [at(from), at(to)];
  }));
}

/** Names of the series from right to left, each behind its colour. */
function drawLegend(picture: Picture, series: readonly Series[], right: number, y: number): void {
  let end = right;
  for (const [i, { name }] of [...series.entries()].reverse()) {
    drawText(picture, name, end, y, TEXT, 'right', INK);
    end -= textWidth(name, TEXT) + 8;
    drawStroke(picture, [end - 18, y + TEXT / 2], [end, y + TEXT / 2], { color: classColor(i), width: 2 });
    drawDisc(picture, [end - 9, y + TEXT / 2], 3.5, classColor(i));
    end -= 18 + 18;
  }
}
