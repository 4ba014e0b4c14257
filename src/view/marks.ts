// The marks that go with the categorical colours, as paths for canvas and WebGL glyph sheets.
import type { Mark } from './palette.ts';

/** Adds the mark to the path of `ctx`, centred, about `radius` in size. Fill it; 'cross' and 'plus' are closed outlines too. */
export function tracePath(ctx: Pick<CanvasRenderingContext2D, 'moveTo' | 'lineTo' | 'closePath' | 'arc'>, mark: Mark, x: number, y: number, radius: number): void {
  if (mark === 'circle') {
    ctx.moveTo(x + radius, y);
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  outline(mark).forEach(([px, py], i) => {
    if (i === 0) ctx.moveTo(x + px * radius, y + py * radius);
    else ctx.lineTo(x + px * radius, y + py * radius);
  });
  ctx.closePath();
}

type Point = readonly [number, number];

/** Corners on the unit circle, y downwards. */
function outline(mark: Exclude<Mark, 'circle'>): readonly Point[] {
  switch (mark) {
    case 'square': return regular(4, Math.PI / 4, 1.2);
    case 'triangle': return regular(3, -Math.PI / 2, 1.25);
    case 'triangleDown': return regular(3, Math.PI / 2, 1.25);
    case 'diamond': return regular(4, 0, 1.2);
    case 'hexagon': return regular(6, 0, 1.05);
    case 'star': return Array.from({ length: 10 }, (_, i) => polar(-Math.PI / 2 + (i * Math.PI) / 5, i % 2 === 0 ? 1.3 : 0.55));
    case 'plus': return plus();
    case 'cross': return plus().map(([x, y]) => [(x - y) * Math.SQRT1_2, (x + y) * Math.SQRT1_2]);
    case 'bar': return [[-1.2, -0.4], [1.2, -0.4], [1.2, 0.4], [-1.2, 0.4]];
  }
}

function regular(corners: number, start: number, radius: number): readonly Point[] {
  return Array.from({ length: corners }, (_, i) => polar(start + (i * 2 * Math.PI) / corners, radius));
}

function polar(angle: number, radius: number): Point {
  return [Math.cos(angle) * radius, Math.sin(angle) * radius];
}

function plus(): readonly Point[] {
  const a = 0.38;
  const b = 1.15;
  return [[-a, -b], [a, -b], [a, -a], [b, -a], [b, a], [a, a], [a, b], [-a, b], [-a, a], [-b, a], [-b, -a], [-a, -a]];
}

/** The mark as the `d` of an SVG path. */
export function markPath(mark: Mark, x: number, y: number, radius: number): string {
  let d = '';
  tracePath({
    moveTo: (px, py) => { d += `M${px.toFixed(2)} ${py.toFixed(2)}`; },
    lineTo: (px, py) => { d += `L${px.toFixed(2)} ${py.toFixed(2)}`; },
    closePath: () => { d += 'Z'; },
    arc: (cx, cy, r) => { d += `A${r} ${r} 0 1 1 ${cx - r} ${cy}A${r} ${r} 0 1 1 ${cx + r} ${cy}Z`; },
  }, mark, x, y, radius);
  return d;
}
