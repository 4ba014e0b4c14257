import { expect, it } from 'vitest';
import { MOST_NAMES, placeNames } from './names.ts';

const area = { left: 0, top: 0, width: 600, height: 400 };
const name = (x: number, y: number, width = 80) => ({ at: { x, y }, width });
const apart = (boxes: readonly { left: number; top: number; width: number; height: number }[]) => boxes.every((a, i) => boxes.every((b, k) => k <= i || a.left + a.width <= b.left || b.left + b.width <= a.left || a.top + a.height <= b.top || b.top + b.height <= a.top));

it('writes a name at the middle of its class where that is free, and beside it with a line where not', () => {
  const placed = placeNames(area, [name(300, 200), name(310, 204), name(120, 60)], 18, []);
  expect(placed.map(({ index }) => index)).toEqual([0, 1, 2]);
  expect([placed[0]!.leader, placed[2]!.leader]).toEqual([undefined, undefined]);
  expect(placed[0]!.box).toMatchObject({ left: 260, top: 191 });
  const { box, leader } = placed[1]!;
  expect(apart(placed.map(each => each.box))).toBe(true);
  expect(leader).toEqual({ x: Math.min(Math.max(310, box.left), box.left + box.width), y: Math.min(Math.max(204, box.top), box.top + box.height) });
});

it('never writes one name over another, however many there are in one place, and leaves out what has no room', () => {
  const placed = placeNames(area, Array.from({ length: 50 }, (_, i) => name(300 + i, 200 - i / 2)), 18, []);
  expect(apart(placed.map(({ box }) => box))).toBe(true);
  expect(placed.length).toBeGreaterThan(10);
  expect(placed.length).toBeLessThan(50);
  expect(placeNames(area, Array.from({ length: 200 }, (_, i) => name((i % 20) * 29, Math.floor(i / 20) * 39, 20)), 12, [])).toHaveLength(MOST_NAMES);
});

it('leaves out classes that are out of sight, and keeps names inside the picture', () => {
  expect(placeNames(area, [name(-5, 100), name(300, 401)], 18, [])).toEqual([]);
  const [edge] = placeNames(area, [name(598, 2)], 18, []);
  expect(edge!.box.left + edge!.box.width).toBeLessThanOrEqual(600);
  expect(edge!.box.top).toBeGreaterThanOrEqual(0);
});

it('gives way to marks', () => {
  const [placed] = placeNames(area, [name(300, 200)], 18, [{ left: 290, top: 190, width: 20, height: 20 }]);
  expect(placed!.leader).toBeDefined();
});
