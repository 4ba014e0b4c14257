import { describe, expect, it } from 'vitest';
import { placeLabels, placesAlong, placesAround, type Box, type Candidate, type Point } from './labels.ts';

const area: Box = { left: 50, top: 10, width: 400, height: 300 };
const size = { width: 80, height: 14 };
const none = { marks: [], curves: [] };
const around = (x: number, y: number): readonly Candidate[] => placesAround([x, y], 8, size);
const along = (y: number): readonly Candidate[] => placesAlong(y, area, size);
const ring = (x: number, y: number): Box => ({ left: x - 8, top: y - 8, width: 16, height: 16 });
const apart = (a: Box, b: Box) => a.left + a.width <= b.left || b.left + b.width <= a.left || a.top + a.height <= b.top || b.top + b.height <= a.top;
const inside = (b: Box) => b.left >= area.left && b.top >= area.top && b.left + b.width <= area.left + area.width && b.top + b.height <= area.top + area.height;

describe('placeLabels', () => {
  it.each([[50, 10], [450, 10], [50, 310], [450, 310], [452, 100], [250, 305]])('stays in the plot and off its own ring near the edge, at %i, %i', (x, y) => {
    const [box] = placeLabels(area, [around(x, y)], { ...none, marks: [ring(x, y)] });
    expect(box).toSatisfy(inside);
    expect(apart(box!, ring(x, y))).toBe(true);
    // Not at some other place of the plot.
    expect(Math.hypot(box!.left + 40 - x, box!.top + 7 - y)).toBeLessThan(70);
  });

  it('stands below its point where nothing is in the way', () => {
    const [box] = placeLabels(area, [around(200, 100)], none);
    expect(box!.left).toBe(160);
    expect(box!.top).toBeGreaterThan(108);
  });

  it('avoids a curve, and another text before a curve', () => {
    const below: readonly Point[] = [[60, 118], [440, 118]];
    expect(placeLabels(area, [around(200, 100)], { ...none, curves: [below] })[0]!.top).toBeLessThan(92);
    const [first, second] = placeLabels(area, [around(200, 100), along(120)], { ...none, curves: [[[60, 110], [440, 110]], [[60, 130], [440, 130]]] });
    expect(apart(first!, second!)).toBe(true);
  });

  it('slides along a level to where no curve falls through it', () => {
    const falling: readonly Point[] = [[60, 20], [90, 280]];
    const [box] = placeLabels(area, [along(150)], { ...none, curves: [falling] });
    expect(box!.left).toBeGreaterThan(90);
    expect(Math.abs(box!.top + 7 - 150)).toBeLessThan(15);
    expect(placeLabels(area, [along(150)], none)[0]!.left).toBe(57);
  });

  it('takes a shorter text where a longer one would be crossed everywhere', () => {
    const texts = [300, 80].flatMap(width => placesAlong(150, area, { width, height: 14 }));
    const at = (curves: readonly (readonly Point[])[]) => placeLabels(area, [texts], { marks: [], curves })[0]!.width;
    expect(at([])).toBe(300);
    expect(at([[[200, 10], [200, 310]], [[330, 10], [330, 310]]])).toBe(80);
  });

  it('keeps levels that lie close together apart', () => {
    const boxes = placeLabels(area, [along(150), along(153), along(157), along(160)], none);
    for (let i = 0; i < boxes.length; i++) for (let j = 0; j < i; j++) expect(apart(boxes[i]!, boxes[j]!), `${i} and ${j}`).toBe(true);
  });
});
