// Strokes with soft edges on a picture: each pixel takes the colour by how much of it the pen covers, told by its distance to
// the middle of the stroke.
import type { Picture } from './canvas.ts';
import type { Rgb } from './palette.ts';

export interface Pen {
  readonly color: Rgb;
  /** Pixels. */
  readonly width: number;
  /** Lengths of stroke and gap, in pixels; drawn through when left out. */
  readonly dash?: readonly [number, number];
}

export type Point = readonly [x: number, y: number];

/** Mixes a colour into a pixel by how much of it is covered; outside the picture nothing happens. */
function cover(picture: Picture, x: number, y: number, color: Rgb, share: number): void {
  if (x < 0 || y < 0 || x >= picture.width || y >= picture.height) return;
  const at = (y * picture.width + x) * 3;
  for (let c = 0; c < 3; c++) picture.data[at + c] = Math.round(picture.data[at + c]! * (1 - share) + color[c]! * share);
}

/** Calls back for the pixels of a box with the share of them that a shape covers, by the shape's distance from its edge (negative inside). */
function shade(picture: Picture, [left, top]: Point, [right, bottom]: Point, color: Rgb, distance: (x: number, y: number) => number): void {
  for (let y = Math.floor(top - 1); y <= bottom + 1; y++) {
    for (let x = Math.floor(left - 1); x <= right + 1; x++) {
      const share = Math.min(1, 0.5 - distance(x + 0.5, y + 0.5));
      if (share > 0) cover(picture, x, y, color, share);
    }
  }
}

/** A straight stroke. */
export function drawStroke(picture: Picture, from: Point, to: Point, { color, width, dash }: Pen): void {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  const half = width / 2;
  const corner = (pick: (a: number, b: number) => number, grow: number): Point => [pick(from[0], to[0]) + grow, pick(from[1], to[1]) + grow];
  shade(picture, corner(Math.min, -half), corner(Math.max, half), color, (x, y) => {
    let along = length === 0 ? 0 : Math.min(length, Math.max(0, ((x - from[0]) * dx + (y - from[1]) * dy) / length));
    if (dash !== undefined) {
      const phase = along % (dash[0] + dash[1]);
      if (phase > dash[0]) along += phase - dash[0] < dash[1] / 2 ? dash[0] - phase : dash[0] + dash[1] - phase;
    }
    const share = length === 0 ? 0 : along / length;
    return Math.hypot(x - from[0] - share * dx, y - from[1] - share * dy) - half;
  });
}

export function drawPath(picture: Picture, points: readonly Point[], pen: Pen): void {
  points.slice(1).forEach((to, i) => { drawStroke(picture, points[i]!, to, pen); });
}

export function drawDisc(picture: Picture, [cx, cy]: Point, radius: number, color: Rgb): void {
  shade(picture, [cx - radius, cy - radius], [cx + radius, cy + radius], color, (x, y) => Math.hypot(x - cx, y - cy) - radius);
}

export function drawRing(picture: Picture, [cx, cy]: Point, radius: number, { color, width }: Pen): void {
  const outer = radius + width / 2;
  shade(picture, [cx - outer, cy - outer], [cx + outer, cy + outer], color, (x, y) => Math.abs(Math.hypot(x - cx, y - cy) - radius) - width / 2);
}
