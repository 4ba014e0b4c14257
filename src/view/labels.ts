// Where the texts of a chart stand: beside what they name, inside the plot, off each other and off marks, and off the curves where
// there is such a place. Each text has a few places to choose from and takes the cheapest, one after the other (after
// J. Christensen, J. Marks and S. Shieber, "An empirical study of algorithms for point-feature label placement", 1995).

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}
export type Point = readonly [x: number, y: number];
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The middle of a text at one of its places, and the size it has there: a longer text may give way to a shorter one. */
export interface Candidate extends Size {
  readonly at: Point;
}

/** Where a text ended up, and which of its candidates that was. */
export interface Placed extends Box {
  readonly candidate: number;
}

export interface Obstacles {
  /** Marks that no text may cover. */
  readonly marks: readonly Box[];
  /** Corners of lines. */
  readonly curves: readonly (readonly Point[])[];
}

/** Each is more than all of those below it together. */
const costs = { label: 1000, mark: 100, curve: 5, preference: 0.1 };
/** Room around a text, as a share of its height. */
const MARGIN = 0.15;

/**
 * One box for each text, in order: earlier ones choose first. All lie within the area, if they are not larger than it.
 * @param texts candidates of each, the best first; at least one
 */
export function placeLabels(area: Box, texts: readonly (readonly Candidate[])[], { marks, curves }: Obstacles): readonly Placed[] {
  const placed: Placed[] = [];
  for (const candidates of texts) {
    let best: { readonly box: Placed; readonly cost: number } | undefined;
    candidates.forEach(({ at: [x, y], width, height }, i) => {
      const box = { ...within(area, { left: x - width / 2, top: y - height / 2, width, height }), candidate: i };
      const roomy = grown(box, height * MARGIN);
      const cost = costs.label * sum(placed, other => overlap(roomy, other)) + costs.mark * sum(marks, mark => overlap(roomy, mark))
        + costs.curve * curves.filter(curve => passes(curve, roomy)).length + costs.preference * i;
      if (best === undefined || cost < best.cost) best = { box, cost };
    });
    if (best !== undefined) placed.push(best.box);
  }
  return placed;
}

/** Around a point with a mark of some radius: below and above first, then at the sides, at the corners, and a little further away. */
export function placesAround([x, y]: Point, radius: number, size: Size): readonly Candidate[] {
  const down = radius + size.height * 0.75;
  const further = down + size.height;
  const aside = radius + size.width / 2 + size.height * 0.3;
  const places: readonly Point[] = [
    [x, y + down], [x, y - down], [x - aside, y], [x + aside, y], [x - aside, y + down], [x + aside, y + down], [x - aside, y - down], [x + aside, y - down], [x, y + further], [x, y - further],
  ];
  return places.map(at => ({ ...size, at }));
}

/** Above and below a horizontal line, from one end of the plot to the other. */
export function placesAlong(y: number, { left, width: room }: Box, { width, height }: Size): readonly Candidate[] {
  const inset = height * 0.5;
  const first = left + inset + width / 2;
  const last = left + room - inset - width / 2;
  return [0, 1, 0.25, 0.5, 0.75].flatMap(share => [-1, 1].map((side): Candidate => ({ width, height, at: [first + (last - first) * share, y + side * height * 0.7] })));
}

function within(area: Box, box: Box): Box {
  const clamp = (value: number, from: number, to: number) => Math.max(Math.min(value, to), from);
  return { ...box, left: clamp(box.left, area.left, area.left + area.width - box.width), top: clamp(box.top, area.top, area.top + area.height - box.height) };
}

function grown({ left, top, width, height }: Box, by: number): Box {
  return { left: left - by, top: top - by, width: width + 2 * by, height: height + 2 * by };
}

function sum(boxes: readonly Box[], of: (box: Box) => number): number {
  return boxes.reduce((total, box) => total + of(box), 0);
}

/** Share of the first box that the second covers; a touch counts as a tenth at least, so that it is never cheaper than what is worth less. */
function overlap(box: Box, other: Box): number {
  const across = Math.min(box.left + box.width, other.left + other.width) - Math.max(box.left, other.left);
  const down = Math.min(box.top + box.height, other.top + other.height) - Math.max(box.top, other.top);
  return across <= 0 || down <= 0 ? 0 : Math.max((across * down) / (box.width * box.height), 0.1);
}

function passes(curve: readonly Point[], box: Box): boolean {
  return curve.some((corner, i) => i > 0 && crosses(curve[i - 1]!, corner, box));
}

/** Whether a straight line has a part in a box (Y.-D. Liang and B. A. Barsky, 1984). */
function crosses(from: Point, to: Point, { left, top, width, height }: Box): boolean {
  let enter = 0;
  let leave = 1;
  for (let axis = 0; axis < 2; axis++) {
    const low = axis === 0 ? left : top;
    const high = axis === 0 ? left + width : top + height;
    const start = from[axis]!;
    const step = to[axis]! - start;
    if (step === 0) {
      if (start < low || start > high) return false;
      continue;
    }
    const a = (low - start) / step;
    const b = (high - start) / step;
    enter = Math.max(enter, Math.min(a, b));
    leave = Math.min(leave, Math.max(a, b));
  }
  return enter <= leave;
}
