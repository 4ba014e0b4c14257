// What is written and drawn over the points: axes with ticks, names of classes at their middle, the path between two chosen
// points, the probe. Drawn on a 2-D canvas in CSS pixels.
import type { Theme } from '../shared/theme.ts';
import { withAlpha } from '../shared/theme.ts';
import type { Box } from '../../view/labels.ts';
import { tickText, ticks, toScreen, visible, type Camera, type Insets, type Point, type Size } from './camera.ts';
import { placeNames } from './names.ts';
import type { Axis } from './projection.ts';

/** Where the axes stand; the points' camera leaves this free. */
export const gutter: Insets = { left: 46, right: 12, top: 12, bottom: 40 };

export interface NameTag {
  readonly at: Point;
  readonly text: string;
  readonly color: string;
}

export interface Decorations {
  readonly axes: readonly [Axis, Axis];
  /** The y axis counts samples: no numbers on it. */
  readonly plainY: boolean;
  /** The largest class first. */
  readonly names: readonly NameTag[];
  /** The edge of the codes that the latent can give. */
  readonly outline?: readonly Point[];
  readonly hovered?: Point;
  readonly probe?: Point;
  /** The probe is no code that the latent can give. */
  readonly probeBeyond?: boolean;
  /** Chosen points, "A" and "B". */
  readonly ends: readonly Point[];
  readonly path: readonly Point[];
  /** Where A − B + C of the three ends lies. */
  readonly sum?: Point;
  /** The step of the path that the pointer is on. */
  readonly step?: Point;
  /** Random samples, numbered from 1. */
  readonly samples: readonly Point[];
}

export function drawOverlay(ctx: CanvasRenderingContext2D, theme: Theme, camera: Camera, size: Size, decorations: Decorations): void {
  const place = (point: Point) => toScreen(camera, size, point);
  ctx.lineJoin = 'round';
  if (decorations.outline) drawOutline(ctx, theme, decorations.outline.map(place));
  drawPath(ctx, theme, decorations.path.map(place), decorations.step && place(decorations.step));
  decorations.samples.forEach((sample, i) => badge(ctx, theme, place(sample), String(i + 1), theme.background, theme.foreground));
  drawNames(ctx, theme, size, decorations.names, place, [...decorations.ends, ...decorations.samples, ...[decorations.sum, decorations.probe].filter(point => point !== undefined)].map(place));
  const { sum, ends: [a, b, c] } = decorations;
  if (sum && a && b && c) {
    // The two differences: equal arrows where the axes are straight.
    drawPath(ctx, theme, [place(b), place(a)]);
    drawPath(ctx, theme, [place(c), place(sum)]);
  }
  decorations.ends.forEach((end, i) => badge(ctx, theme, place(end), 'ABC'[i]!, theme.foreground, theme.background));
  if (sum) badge(ctx, theme, place(sum), '=', theme.foreground, theme.background);
  if (decorations.probe) drawProbe(ctx, theme, place(decorations.probe), decorations.probeBeyond ? theme.warning : theme.focus);
  if (decorations.hovered) ring(ctx, theme, place(decorations.hovered));
  drawAxes(ctx, theme, camera, size, decorations);
}

function drawAxes(ctx: CanvasRenderingContext2D, theme: Theme, camera: Camera, size: Size, { axes, plainY }: Decorations): void {
  const view = visible(camera, size);
  const right = size.width;
  const floor = size.height - gutter.bottom;
  ctx.fillStyle = theme.background;
  ctx.fillRect(0, 0, gutter.left, size.height);
  ctx.fillRect(0, floor, right, gutter.bottom);
  ctx.strokeStyle = theme.border;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(gutter.left - 0.5, 0);
  ctx.lineTo(gutter.left - 0.5, floor + 0.5);
  ctx.lineTo(right, floor + 0.5);
  ctx.stroke();

  ctx.font = `${theme.fontSize - 2}px ${theme.fontFamily}`;
  ctx.fillStyle = theme.muted;
  const horizontal = ticks(view.minX, view.maxX, size.width / 90);
  ctx.textAlign = 'center';
  ctx.textBaseline = 'top';
  for (const value of horizontal.values) {
    const x = place(camera, size, value, 0).x;
    if (x < gutter.left + 4 || x > right - 16) continue;
    ctx.fillRect(Math.round(x), floor, 1, 4);
    ctx.fillText(tickText(value, horizontal.step), x, floor + 6);
  }
  const vertical = plainY ? { values: [], step: 1 } : ticks(view.minY, view.maxY, size.height / 70);
  ctx.textAlign = 'right';
  ctx.textBaseline = 'middle';
  for (const value of vertical.values) {
    const y = place(camera, size, 0, value).y;
    if (y < 8 || y > floor - 6) continue;
    ctx.fillRect(gutter.left - 4, Math.round(y), 4, 1);
    ctx.fillText(tickText(value, vertical.step), gutter.left - 7, y);
  }

  ctx.font = `${theme.fontSize - 1}px ${theme.fontFamily}`;
  ctx.fillStyle = theme.foreground;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'bottom';
  ctx.fillText(axisText(axes[0]), (gutter.left + right) / 2, size.height - 3);
  ctx.save();
  ctx.translate(3, floor / 2);
  ctx.rotate(-Math.PI / 2);
  ctx.textBaseline = 'top';
  ctx.fillText(axisText(axes[1]), 0, 0);
  ctx.restore();
}

function place(camera: Camera, size: Size, x: number, y: number): Point {
  return toScreen(camera, size, { x, y });
}

/** "PCA 1 (43 % of the variance)". */
export function axisText(axis: Axis): string {
  return axis.share === undefined ? axis.name : `${axis.name} (${formatShare(axis.share)} of the variance)`;
}

export function formatShare(share: number): string {
  const percent = share * 100;
  return `${percent > 0 && percent < 9.95 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** Name tags in boxes, with a line to the middle of their class where they stand beside it. @param marks places that names should leave free. */
function drawNames(ctx: CanvasRenderingContext2D, theme: Theme, size: Size, names: readonly NameTag[], at: (point: Point) => Point, marks: readonly Point[]): void {
  if (names.length === 0) return;
  ctx.font = `600 ${theme.fontSize - 1}px ${theme.fontFamily}`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  const height = theme.fontSize + 5;
  const area: Box = { left: gutter.left + 3, top: 3, width: size.width - gutter.left - 6, height: size.height - gutter.bottom - 6 };
  const middles = names.map(name => at(name.at));
  const placed = placeNames(area, names.map(({ text }, k) => ({ at: middles[k]!, width: ctx.measureText(text).width + 12 })), height, marks.map(({ x, y }) => ({ left: x - 9, top: y - 9, width: 18, height: 18 })));
  for (const { index, leader } of placed) if (leader !== undefined) drawLeader(ctx, theme, middles[index]!, leader, names[index]!.color);
  const opaque = theme.kind === 'highContrast' || theme.kind === 'highContrastLight';
  for (const { index, box } of placed) {
    const { text, color } = names[index]!;
    ctx.beginPath();
    ctx.roundRect(box.left, box.top, box.width, box.height, 4);
    ctx.fillStyle = opaque ? theme.background : withAlpha(theme.background, 0.88);
    ctx.fill();
    ctx.strokeStyle = color;
    ctx.lineWidth = 1.25;
    ctx.stroke();
    ctx.fillStyle = theme.foreground;
    ctx.fillText(text, box.left + 6, box.top + box.height / 2 + 0.5);
  }
}

/** From the middle of a class to its name, readable over points of any colour. */
function drawLeader(ctx: CanvasRenderingContext2D, theme: Theme, from: Point, to: Point, color: string): void {
  for (const [width, ink, radius] of [[4, theme.background, 4.5], [1.5, color, 3]] as const) {
    ctx.beginPath();
    ctx.moveTo(from.x, from.y);
    ctx.lineTo(to.x, to.y);
    ctx.strokeStyle = ink;
    ctx.lineWidth = width;
    ctx.stroke();
    ctx.beginPath();
    ctx.arc(from.x, from.y, radius, 0, 2 * Math.PI);
    ctx.fillStyle = ink;
    ctx.fill();
  }
}

/** Beyond this line lie places that no sample can have. */
function drawOutline(ctx: CanvasRenderingContext2D, theme: Theme, corners: readonly Point[]): void {
  ctx.save();
  for (const [width, color, dash] of [[3, theme.background, []], [1.25, theme.muted, [5, 4]]] as const) {
    ctx.beginPath();
    corners.forEach(({ x, y }, i) => (i === 0 ? ctx.moveTo(x, y) : ctx.lineTo(x, y)));
    ctx.closePath();
    ctx.setLineDash([...dash]);
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    ctx.stroke();
  }
  ctx.restore();
}

function drawPath(ctx: CanvasRenderingContext2D, theme: Theme, path: readonly Point[], step?: Point): void {
  if (path.length < 2) return;
  const trace = () => {
    ctx.beginPath();
    path.forEach((point, i) => (i === 0 ? ctx.moveTo(point.x, point.y) : ctx.lineTo(point.x, point.y)));
  };
  trace();
  ctx.strokeStyle = theme.background;
  ctx.lineWidth = 5;
  ctx.stroke();
  trace();
  ctx.strokeStyle = theme.foreground;
  ctx.lineWidth = 1.75;
  ctx.stroke();
  for (const point of path.slice(1, -1)) dot(ctx, theme, point, 3.5);
  if (step) ring(ctx, theme, step);
}

function dot(ctx: CanvasRenderingContext2D, theme: Theme, at: Point, radius: number): void {
  ctx.beginPath();
  ctx.arc(at.x, at.y, radius, 0, 2 * Math.PI);
  ctx.fillStyle = theme.foreground;
  ctx.fill();
  ctx.strokeStyle = theme.background;
  ctx.lineWidth = 1.5;
  ctx.stroke();
}

function badge(ctx: CanvasRenderingContext2D, theme: Theme, at: Point, text: string, fill: string, ink: string): void {
  ctx.beginPath();
  ctx.arc(at.x, at.y, 9, 0, 2 * Math.PI);
  ctx.fillStyle = fill;
  ctx.fill();
  ctx.strokeStyle = ink;
  ctx.lineWidth = 1.5;
  ctx.stroke();
  ctx.font = `600 ${theme.fontSize - 2}px ${theme.fontFamily}`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.fillStyle = ink;
  ctx.fillText(text, at.x, at.y + 0.5);
}

function ring(ctx: CanvasRenderingContext2D, theme: Theme, at: Point): void {
  for (const [width, color] of [[4, theme.background], [2, theme.foreground]] as const) {
    ctx.beginPath();
    ctx.arc(at.x, at.y, 8, 0, 2 * Math.PI);
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    ctx.stroke();
  }
}

/** A cross with an open middle, so that it does not hide the place it marks. */
function drawProbe(ctx: CanvasRenderingContext2D, theme: Theme, at: Point, ink: string): void {
  for (const [width, color] of [[4.5, theme.background], [2, ink]] as const) {
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    ctx.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) {
      ctx.moveTo(at.x + dx * 4, at.y + dy * 4);
      ctx.lineTo(at.x + dx * 13, at.y + dy * 13);
    }
    ctx.stroke();
  }
}
