// Where the names of classes stand over the points: at the middle of their class, or beside it with a line to it where that place is
// taken. A name for which there is no free place is left out, for one name over another tells nothing.
import { placeLabels, type Box, type Candidate } from '../../view/labels.ts';
import type { Point } from './camera.ts';

export interface PlacedName {
  /** Which of the names it is. */
  readonly index: number;
  readonly box: Box;
  /** Where a line from the name to the middle of its class begins, where one is needed. */
  readonly leader?: Point;
}

/** Names of so many classes are placed at most: of the largest. */
export const MOST_NAMES = 60;
/** Distances at which a name may stand from its place, in heights of the text. */
const DISTANCES = [1.6, 2.8, 4.2];
const DIRECTIONS = 8;
/** CSS pixels between two names. */
const APART = 2;

/**
 * @param area what names may cover
 * @param names the middle of each class on the screen and the width of its name, the most important first
 * @param marks what no name should cover
 */
export function placeNames(area: Box, names: readonly { readonly at: Point; readonly width: number }[], height: number, marks: readonly Box[]): readonly PlacedName[] {
  const inside = names.map((name, index) => ({ ...name, index })).filter(({ at }) => at.x >= area.left && at.x <= area.left + area.width && at.y >= area.top && at.y <= area.top + area.height).slice(0, MOST_NAMES);
  const boxes = placeLabels(area, inside.map(({ at, width }) => candidates(at, width, height)), { marks, curves: [] });
  const placed: PlacedName[] = [];
  boxes.forEach((box, i) => {
    const { at, index } = inside[i]!;
    if (placed.some(other => overlaps(box, other.box))) return;
    const covered = at.x >= box.left && at.x <= box.left + box.width && at.y >= box.top && at.y <= box.top + box.height;
    placed.push({ index, box, ...(covered ? {} : { leader: nearestOf(box, at) }) });
  });
  return placed;
}

function candidates({ x, y }: Point, width: number, height: number): readonly Candidate[] {
  return [
    { at: [x, y], width, height },
    ...DISTANCES.flatMap(distance => Array.from({ length: DIRECTIONS }, (_, k): Candidate => {
      const angle = (2 * Math.PI * k) / DIRECTIONS - Math.PI / 2;
      return { at: [x + Math.cos(angle) * (distance * height + width / 2), y + Math.sin(angle) * distance * height], width, height };
    })),
  ];
}

function overlaps(a: Box, b: Box): boolean {
  return a.left < b.left + b.width + APART && b.left < a.left + a.width + APART && a.top < b.top + b.height + APART && b.top < a.top + a.height + APART;
}

function nearestOf({ left, top, width, height }: Box, { x, y }: Point): Point {
  return { x: Math.min(Math.max(x, left), left + width), y: Math.min(Math.max(y, top), top + height) };
}
