// The built-in data set: digits drawn as a pen would, 28×28 grey, in any number and without any file. Every image has its own
// hand: way of writing, slant, turn, proportions, size, place, pen width and pressure, and a slight tremble. An image depends
// on (seed, part, position) only, so more images never change the first ones.
import { RandomStream } from '../core/random.ts';
import { digitWays, type Point, type Stroke } from './glyph-strokes.ts';
import { allocate, allocateLabels } from './memory.ts';

export const GLYPH_SIZE = 28;

export interface Glyphs {
  /** count × 784 bytes, white ink on black. */
  readonly values: Uint8Array;
  /** The digit of each image. */
  readonly labels: Uint16Array;
}

/** Draws `count` digits of one part of the set. The same seed draws the same digits. */
export function drawGlyphs(count: number, seed: number, part: 'train' | 'test'): Glyphs {
  const pixels = GLYPH_SIZE * GLYPH_SIZE;
  const values = allocate('uint8', count * pixels, 'glyphs');
  const labels = allocateLabels(count);
  for (let i = 0; i < count; i++) {
    const stream = new RandomStream(seed, 'glyphs', part === 'train' ? 0 : 1, i);
    const digit = stream.integer(10);
    labels[i] = digit;
    drawDigit(digit, stream, values.subarray(i * pixels, (i + 1) * pixels));
  }
  return { values, labels };
}

/** A line drawn by the pen: points in pixels and the pen's radius at each. */
interface Line {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly radius: Float64Array;
}

function drawDigit(digit: number, stream: RandomStream, out: Uint8Array): void {
  const ways = digitWays[digit]!;
  const strokes = tremble(ways[stream.integer(ways.length)]!, stream);
  const place = placement(stream);
  // Thin, common and broad pens, in pixels.
  const pen = Math.exp(clamp(stream.normal(), -1.8, 1.8) * 0.2) * 1.2;
  const pressure = 0.06 + 0.12 * stream.uniform();
  const lines = strokes.map(stroke => inkLine(stroke, place, pen, pressure, stream));
  keepInside(lines, pen);
  for (const line of lines) for (let i = 1; i < line.x.length; i++) paintSegment(line, i, out);
}

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

/** Moves every point a little; points that lie on each other stay so, or corners and joints would come apart. */
function tremble(strokes: readonly Stroke[], stream: RandomStream): Stroke[] {
  const moved = new Map<number, Point>();
  return strokes.map(stroke => stroke.map(point => {
    const key = point[0] * 1e6 + point[1];
    let to = moved.get(key);
    if (to === undefined) {
      to = [point[0] + 0.019 * stream.normal(), point[1] + 0.019 * stream.normal()];
      moved.set(key, to);
    }
    return to;
  }));
}

/** From the box of a digit to pixels: proportions, slant, turn, size, place. */
function placement(stream: RandomStream): (point: Point) => Point {
  const height = clamp(19.6 + 1.3 * stream.normal(), 16, 22);
  const width = height * clamp(1.08 + 0.14 * stream.normal(), 0.75, 1.45);
  const slant = clamp(0.13 + 0.17 * stream.normal(), -0.3, 0.55);
  const turn = clamp(0.06 * stream.normal(), -0.15, 0.15);
  const cos = Math.cos(turn);
  const sin = Math.sin(turn);
  const centerX = GLYPH_SIZE / 2 + clamp(1.1 * stream.normal(), -2.5, 2.5);
  const centerY = GLYPH_SIZE / 2 + clamp(1.0 * stream.normal(), -2.5, 2.5);
  return ([x, y]) => {
    const v = (y - 0.5) * height;
    const u = (x - 0.35) * width - slant * v;
    return [centerX + u * cos - v * sin, centerY + u * sin + v * cos];
  };
}

const STEPS = 7;

/** A stroke as a fine line with the pen's radius along it, which swells and ends slightly pointed. */
function inkLine(stroke: Stroke, place: (point: Point) => Point, pen: number, pressure: number, stream: RandomStream): Line {
  const points = curve(stroke);
  const x = new Float64Array(points.length);
  const y = new Float64Array(points.length);
  const radius = new Float64Array(points.length);
  const phase = stream.uniform() * 2 * Math.PI;
  const waves = 1 + stream.uniform() * 1.5;
  points.forEach((point, i) => {
    const along = points.length > 1 ? i / (points.length - 1) : 0;
    [x[i], y[i]] = place(point);
    const end = Math.min(1, 0.82 + 1.6 * Math.min(along, 1 - along));
    radius[i] = pen * end * (1 + pressure * Math.sin(phase + along * waves * 2 * Math.PI));
  });
  return { x, y, radius };
}

/** Smooth curve through the points, broken at corners. */
function curve(stroke: Stroke): Point[] {
  const out: Point[] = [stroke[0]!];
  let start = 0;
  for (let i = 1; i < stroke.length; i++) {
    const isCorner = stroke[i] === stroke[i - 1];
    if (isCorner || i === stroke.length - 1) {
      appendSpline(stroke.slice(start, isCorner ? i : i + 1), out);
      start = i;
    }
  }
  return out;
}

/** Cubic Hermite weights of both ends (h) and of the tangents there (g), step by step along a piece. */
const hermite = Array.from({ length: STEPS + 1 }, (_, step) => {
  const t = step / STEPS;
  return { h1: (1 + 2 * t) * (1 - t) * (1 - t), h2: t * t * (3 - 2 * t), g1: t * (1 - t) * (1 - t), g2: t * t * (t - 1) };
});

/** Centripetal Catmull-Rom spline (E. Catmull and R. Rom, 1974; C. Yuksel et al., 2011), which makes no loops of its own. */
function appendSpline(points: Stroke, out: Point[]): void {
  const last = points.length - 1;
  const mirrored = (a: Point, b: Point): Point => [2 * a[0] - b[0], 2 * a[1] - b[1]];
  for (let i = 0; i < last; i++) {
    const p1 = points[i]!;
    const p2 = points[i + 1]!;
    const p0 = points[i - 1] ?? mirrored(p1, p2);
    const p3 = points[i + 2] ?? mirrored(p2, p1);
    const t01 = Math.sqrt(Math.hypot(p1[0] - p0[0], p1[1] - p0[1])) + 1e-6;
    const t12 = Math.sqrt(Math.hypot(p2[0] - p1[0], p2[1] - p1[1])) + 1e-6;
    const t23 = Math.sqrt(Math.hypot(p3[0] - p2[0], p3[1] - p2[1])) + 1e-6;
    const tangent = (axis: 0 | 1, before: Point, at: Point, after: Point, s: number, t: number) =>
      t12 * ((at[axis] - before[axis]) / s - (after[axis] - before[axis]) / (s + t) + (after[axis] - at[axis]) / t);
    const m1: Point = [tangent(0, p0, p1, p2, t01, t12), tangent(1, p0, p1, p2, t01, t12)];
    const m2: Point = [tangent(0, p1, p2, p3, t12, t23), tangent(1, p1, p2, p3, t12, t23)];
    for (let step = 1; step <= STEPS; step++) {
      const { h1, h2, g1, g2 } = hermite[step]!;
      out.push([h1 * p1[0] + g1 * m1[0] + h2 * p2[0] + g2 * m2[0], h1 * p1[1] + g1 * m1[1] + h2 * p2[1] + g2 * m2[1]]);
    }
  }
}

/** Shrinks and moves a drawing that would stand out of the picture. */
function keepInside(lines: readonly Line[], pen: number): void {
  const margin = 1.1 + 1.18 * pen;
  const room = GLYPH_SIZE - 2 * margin;
  for (const axis of ['x', 'y'] as const) {
    let low = Infinity;
    let high = -Infinity;
    for (const line of lines) {
      for (const value of line[axis]) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    const scale = Math.min(1, room / (high - low));
    const start = clamp((low + high) / 2 - (high - low) * scale / 2, margin, GLYPH_SIZE - margin - (high - low) * scale);
    if (scale === 1 && start === low) continue;
    for (const line of lines) {
      for (let i = 0; i < line[axis].length; i++) line[axis][i] = start + (line[axis][i]! - low) * scale;
    }
  }
}

/** Width of the soft edge in pixels. */
const EDGE = 1.15;

/** Inks the pixels near one short piece of a line: full inside the pen, fading over its edge. */
function paintSegment(line: Line, i: number, out: Uint8Array): void {
  const ax = line.x[i - 1]!;
  const ay = line.y[i - 1]!;
  const dx = line.x[i]! - ax;
  const dy = line.y[i]! - ay;
  const ra = line.radius[i - 1]!;
  const dr = line.radius[i]! - ra;
  const reach = Math.max(ra, ra + dr) + EDGE / 2;
  const lengthSquared = dx * dx + dy * dy + 1e-12;
  const left = Math.max(0, Math.floor(Math.min(ax, ax + dx) - reach));
  const right = Math.min(GLYPH_SIZE - 1, Math.floor(Math.max(ax, ax + dx) + reach));
  const top = Math.max(0, Math.floor(Math.min(ay, ay + dy) - reach));
  const bottom = Math.min(GLYPH_SIZE - 1, Math.floor(Math.max(ay, ay + dy) + reach));
  for (let row = top; row <= bottom; row++) {
    const py = row + 0.5 - ay;
    for (let column = left, at = row * GLYPH_SIZE + left; column <= right; column++, at++) {
      // Nothing is darker than ink.
      if (out[at] === 255) continue;
      const px = column + 0.5 - ax;
      const dot = px * dx + py * dy;
      const along = dot <= 0 ? 0 : dot >= lengthSquared ? 1 : dot / lengthSquared;
      const ex = px - along * dx;
      const ey = py - along * dy;
      const squared = ex * ex + ey * ey;
      const radius = ra + dr * along;
      if (squared >= (radius + EDGE / 2) * (radius + EDGE / 2)) continue;
      const share = (radius - Math.sqrt(squared)) / EDGE + 0.5;
      const ink = share >= 1 ? 255 : (255 * share + 0.5) | 0;
      if (ink > out[at]!) out[at] = ink;
    }
  }
}
