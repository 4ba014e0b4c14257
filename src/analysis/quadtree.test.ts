import { describe, expect, it } from 'vitest';
import { RandomStream } from '../core/random.ts';
import { Quadtree } from './quadtree.ts';

/** What all other points push one with, by the sum itself. */
function exactly(places: Float64Array, i: number): Float64Array {
  const push = new Float64Array(3);
  for (let j = 0; j < places.length / 2; j++) {
    if (j === i) continue;
    const [dx, dy] = [places[2 * i]! - places[2 * j]!, places[2 * i + 1]! - places[2 * j + 1]!];
    const close = 1 / (1 + dx * dx + dy * dy);
    push[0]! += close * close * dx;
    push[1]! += close * close * dy;
    push[2]! += close;
  }
  return push;
}

function pushes(places: Float64Array, theta: number): Float64Array[] {
  const tree = new Quadtree(places.length / 2, theta);
  tree.build(places);
  return Array.from({ length: places.length / 2 }, (_, i) => {
    const push = new Float64Array(3);
    tree.repel(places[2 * i]!, places[2 * i + 1]!, push);
    return push;
  });
}

describe('the quadtree', () => {
  const random = new RandomStream(1, 'sampling');

  it('adds up what every other point pushes, however small the map', () => {
    for (const extent of [100, 1, 1e-10, 1e-14]) {
      const places = Float64Array.from({ length: 80 }, () => extent * random.normal());
      pushes(places, 0).forEach((push, i) => {
        const expected = exactly(places, i);
        push.forEach((value, k) => { expect(Math.abs(value - expected[k]!)).toBeLessThanOrEqual(1e-9 * Math.max(extent, Math.abs(expected[k]!))); });
      });
    }
  });

  it('ends, and loses no point, where neighbours lie too close to be told apart with the room there is', () => {
    const places = new Float64Array(800);
    for (let pair = 0; pair < 200; pair++) {
      const [x, y] = [random.normal(), random.normal()];
      places.set([x, y, x + 1e-11, y], 4 * pair);
    }
    for (const [, , total] of pushes(places, 0.5)) {
      expect(total).toBeGreaterThan(0);
      expect(total).toBeLessThan(400);
    }
  });
});
