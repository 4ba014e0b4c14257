import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../core/random.ts';
import { bestTurn, chosenAxes, dotHistogram, embeddedPlane, principalPlane } from './projection.ts';

/** Codes of five dimensions that mostly vary along two oblique directions. */
function codes(count: number, seed = 1): Float32Array {
  const random = new RandomStream(seed, 'sampling');
  const out = new Float32Array(count * 5);
  for (let i = 0; i < count; i++) {
    const a = 3 * random.normal();
    const b = 1.5 * random.normal();
    for (let d = 0; d < 5; d++) out[5 * i + d] = 10 + a * Math.sin(d + 1) + b * Math.cos(2 * d) + 0.05 * random.normal();
  }
  return out;
}

function turned(points: Float32Array, angle: number, mirror: boolean): Float32Array {
  const out = new Float32Array(points.length);
  for (let i = 0; i < points.length; i += 2) {
    const y = mirror ? -points[i + 1]! : points[i + 1]!;
    out[i] = Math.cos(angle) * points[i]! - Math.sin(angle) * y + 4;
    out[i + 1] = Math.sin(angle) * points[i]! + Math.cos(angle) * y - 2;
  }
  return out;
}

describe('chosenAxes', () => {
  const projection = chosenAxes(3, 2, 0, d => `z${d + 1}`);
  it('shows the two dimensions', () => {
    expect([...projection.project(new Float32Array([1, 2, 3, 4, 5, 6]), 2)]).toEqual([3, 1, 6, 4]);
    expect(projection.axes.map(axis => axis.name)).toEqual(['z3', 'z1']);
  });
  it('takes the others from the base when lifting, and leaves the base alone', () => {
    const base = new Float32Array([7, 8, 9]);
    expect([...projection.lift(1, 2, base)]).toEqual([2, 8, 1]);
    expect([...base]).toEqual([7, 8, 9]);
  });
});

describe('embeddedPlane', () => {
  // Five samples of three dimensions on a line; the last was not embedded.
  const codes = Float32Array.from([0, 0, 0, 1, 2, 3, 2, 4, 6, 3, 6, 9, 4, 8, 12]);
  const places = Float32Array.from([0, 0, 10, 0, 20, 0, 30, 0, NaN, NaN]);
  const projection = embeddedPlane(codes, 5, 3, places);
  it('gives a sample\'s own code at its place, and its place for its code', () => {
    [...projection.lift(10, 0, new Float32Array(3))].forEach((value, d) => { expect(value).toBeCloseTo([1, 2, 3][d]!, 1); });
    expect(projection.locate(Float32Array.from([2, 4, 6]), 1)[0]).toBeCloseTo(20, 0);
  });
  it('lies between its neighbours elsewhere', () => {
    const [x = 0, y = 0, z = 0] = projection.lift(15, 0, new Float32Array(3));
    expect(x).toBeCloseTo(1.5, 5);
    expect([y / x, z / x]).toEqual([2, 3].map(ratio => expect.closeTo(ratio, 5)));
  });
  it('shows a sample that was not embedded nowhere', () => {
    expect(projection.project(codes, 5).slice(8)).toEqual(Float32Array.of(NaN, NaN));
  });
});

describe('principalPlane', () => {
  it('keeps nearly all variance of nearly flat data and says so', () => {
    const { axes } = principalPlane(codes(500), 500, 5);
    expect(axes[0].share! + axes[1].share!).toBeGreaterThan(0.99);
    expect(axes[0].share!).toBeGreaterThan(axes[1].share!);
  });

  it('lifts a point to the code it came from, through the mean', () => {
    const data = codes(500);
    const projection = principalPlane(data, 500, 5);
    const points = projection.project(data, 500);
    for (let i = 0; i < 20; i++) {
      const lifted = projection.lift(points[2 * i]!, points[2 * i + 1]!, new Float32Array(5));
      for (let d = 0; d < 5; d++) expect(Math.abs(lifted[d]! - data[5 * i + d]!)).toBeLessThan(0.4);
    }
    const centre = projection.lift(0, 0, new Float32Array(5));
    expect(centre[0]!).toBeCloseTo(data.filter((_, k) => k % 5 === 0).reduce((sum, value) => sum + value / 500, 0), 3);
  });

  it('projects a lifted place onto itself', () => {
    const projection = principalPlane(codes(300), 300, 5);
    const point = projection.project(projection.lift(1.5, -2.25, new Float32Array(5)), 1);
    expect(point[0]!).toBeCloseTo(1.5, 4);
    expect(point[1]!).toBeCloseTo(-2.25, 4);
  });

  it('keeps the orientation of the picture before, even turned or mirrored', () => {
    const data = codes(500);
    const plain = principalPlane(data, 500, 5).project(data, 500);
    for (const mirror of [false, true]) {
      const before = turned(plain, 2.1, mirror);
      const after = principalPlane(data, 500, 5, before).project(data, 500);
      for (let i = 0; i < 40; i++) expect(after[i]!).toBeCloseTo(before[i]! - (i % 2 === 0 ? 4 : -2), 2);
    }
  });

  it('gives honest shares for turned axes: together they stay the plane', () => {
    const data = codes(500);
    const plain = principalPlane(data, 500, 5);
    const half = principalPlane(data, 500, 5, turned(plain.project(data, 500), Math.PI / 4, false));
    expect(half.axes[0].share! + half.axes[1].share!).toBeCloseTo(plain.axes[0].share! + plain.axes[1].share!, 6);
    expect(half.axes[0].share!).toBeCloseTo(half.axes[1].share!, 3);
  });

  it('survives codes that are all the same', () => {
    const projection = principalPlane(new Float32Array(50).fill(2), 10, 5);
    expect([...projection.project(new Float32Array(5).fill(2), 1)].every(Number.isFinite)).toBe(true);
    expect(projection.lift(0, 0, new Float32Array(5))[3]).toBeCloseTo(2);
  });
});

describe('bestTurn', () => {
  it('finds the rotation and the mirror', () => {
    const points = new Float32Array([0, 0, 1, 0, 0, 2, 3, 1]);
    const { a, b, c, d } = bestTurn(points, turned(points, 0.7, false));
    expect([a, b, c, d].map(value => value.toFixed(4))).toEqual([Math.cos(0.7), -Math.sin(0.7), Math.sin(0.7), Math.cos(0.7)].map(value => value.toFixed(4)));
    const mirrored = bestTurn(points, turned(points, 0.7, true));
    expect(mirrored.a * mirrored.d - mirrored.b * mirrored.c).toBeCloseTo(-1);
  });
  it('is the identity when nothing can be compared', () => {
    expect(bestTurn(new Float32Array(4), new Float32Array(4))).toEqual({ a: 1, b: 0, c: 0, d: 1 });
    expect(bestTurn(new Float32Array([NaN, 0]), new Float32Array([1, 1]))).toEqual({ a: 1, b: 0, c: 0, d: 1 });
  });
});

describe('dotHistogram', () => {
  it('stacks equal codes in order of their class', () => {
    const projection = dotHistogram('z1', 4, [2, 1, 0, 0]);
    const points = projection.project(new Float32Array([0, 0, 0, 4]), 4);
    expect([...points].filter((_, k) => k % 2 === 0)).toEqual([0, 0, 0, 4]);
    expect(points[5]!).toBeLessThan(points[3]!);
    expect(points[3]!).toBeLessThan(points[1]!);
    expect(points[7]!).toBe(points[5]!);
    expect(points[1]!).toBeLessThanOrEqual(0.6 * 4);
  });
  it('marks single codes on the axis', () => {
    expect([...dotHistogram('z1', 4).locate(new Float32Array([0.5, 2]), 2)]).toEqual([0.5, 0, 2, 0]);
  });
  it('lifts x alone', () => {
    expect([...dotHistogram('z1', 4).lift(0.25, 9, new Float32Array(1))]).toEqual([0.25]);
  });
});
