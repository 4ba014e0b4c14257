// A code that somebody made up, beside those that the latent can give: in words, and as a line around them in the picture.
import { beyondRange, type CodeReach } from '../../core/code-reach.ts';
import { formatNumber } from '../../view/runs.ts';
import type { Bounds, Point } from './camera.ts';
import type { Projection } from './projection.ts';

/** Dimensions that are named. */
const NAMED = 3;
/** How far the length of a code may be from one. */
const LENGTH = 0.02;

/** Why a code is none that the latent can give; undefined where it is one. */
export function beyondText(code: ArrayLike<number>, reach: CodeReach | undefined, nameOf: (dimension: number) => string): string | undefined {
  if (reach?.kind === 'sphere') {
    const length = Math.hypot(...Array.from(code));
    return Math.abs(length - 1) <= LENGTH ? undefined : `This code has length ${formatNumber(Number(length.toFixed(2)))}; all codes of this latent have length 1.`;
  }
  const beyond = beyondRange(code, reach);
  if (beyond.length === 0 || reach?.kind !== 'range') return undefined;
  const names = beyond.slice(0, NAMED).map(nameOf).join(', ') + (beyond.length > NAMED ? ` and ${beyond.length - NAMED} more` : '');
  return `${names} ${beyond.length === 1 ? 'lies' : 'lie'} outside ${rangeText(reach)}: no code of this latent (${reach.activation}) is here.`;
}

function rangeText({ low, high }: Extract<CodeReach, { kind: 'range' }>): string {
  return `${low === undefined ? '−∞' : formatNumber(low)} … ${high === undefined ? '∞' : formatNumber(high)}`;
}

/** What was done to codes so that they are some of the latent's: said beside them. */
export function broughtText(reach: CodeReach | undefined, codebook: Float32Array | undefined): string | undefined {
  if (reach?.kind === 'sphere') return 'brought to length 1, as all codes are';
  return reach?.kind === 'entries' && codebook !== undefined ? 'each piece brought to the nearest entry of the codebook' : undefined;
}

/** Times the extent of the points that a line is drawn beyond them. */
const FAR = 20;

/**
 * The edge of the codes that a range allows, where the picture shows a plane of the latent: the plane's points at which all numbers
 * lie inside, a convex polygon that every number's ends cut (I. Sutherland and G. Hodgman, 1974). undefined where there is no edge.
 * @param base the code that supplies the dimensions not shown
 */
export function reachOutline(projection: Projection, base: Float32Array, reach: CodeReach | undefined, bounds: Bounds): readonly Point[] | undefined {
  if (reach?.kind !== 'range' || projection.kind === 'tsne') return undefined;
  const { low, high } = reach;
  const [origin, alongX, alongY] = [projection.lift(0, 0, base), projection.lift(1, 0, base), projection.lift(0, 1, base)];
  const reachX = (bounds.maxX - bounds.minX) * FAR;
  const reachY = (bounds.maxY - bounds.minY) * FAR;
  let polygon: Point[] = [
    { x: bounds.minX - reachX, y: bounds.minY - reachY }, { x: bounds.maxX + reachX, y: bounds.minY - reachY },
    { x: bounds.maxX + reachX, y: bounds.maxY + reachY }, { x: bounds.minX - reachX, y: bounds.maxY + reachY },
  ];
  origin.forEach((constant, d) => {
    const [a, b] = [alongX[d]! - constant, alongY[d]! - constant];
    if (low !== undefined) polygon = cut(polygon, ({ x, y }) => constant + a * x + b * y - low);
    if (high !== undefined) polygon = cut(polygon, ({ x, y }) => high - constant - a * x - b * y);
  });
  return polygon.length < 3 ? undefined : polygon;
}

/** The part of a convex polygon where something linear is not negative. */
function cut(polygon: readonly Point[], inside: (point: Point) => number): Point[] {
  return polygon.flatMap((point, i) => {
    const next = polygon[(i + 1) % polygon.length]!;
    const [here, there] = [inside(point), inside(next)];
    const kept = here >= 0 ? [point] : [];
    if ((here >= 0) === (there >= 0)) return kept;
    const t = here / (here - there);
    return [...kept, { x: point.x + t * (next.x - point.x), y: point.y + t * (next.y - point.y) }];
  });
}
