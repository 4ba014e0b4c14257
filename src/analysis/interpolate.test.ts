import { describe, expect, it } from 'vitest';
import { interpolate, interpolationPath } from './interpolate.ts';

const norm = (code: Float32Array) => Math.sqrt(code.reduce((sum, value) => sum + value * value, 0));

describe('interpolate', () => {
  const a = new Float32Array([1, 0, 0]);
  const b = new Float32Array([0, 3, 0]);

  it('goes straight when linear', () => {
    expect([...interpolate(a, b, 0.5, 'linear')]).toEqual([0.5, 1.5, 0]);
  });
  it('goes round when spherical: the length grows evenly and the angle too', () => {
    const third = interpolate(a, b, 1 / 3, 'spherical');
    expect(norm(third)).toBeCloseTo(1 + 2 / 3, 5);
    expect(Math.atan2(third[1]!, third[0]!)).toBeCloseTo(Math.PI / 6, 5);
  });
  it('meets both ends', () => {
    for (const kind of ['linear', 'spherical'] as const) {
      const path = interpolationPath(a, b, 7, kind);
      expect(path).toHaveLength(21);
      path.subarray(0, 3).forEach((value, d) => expect(value).toBeCloseTo(a[d]!, 6));
      path.subarray(18).forEach((value, d) => expect(value).toBeCloseTo(b[d]!, 6));
    }
  });
  it('is straight where a sphere gives no way: opposite, equal and zero codes', () => {
    const opposite = interpolate(a, new Float32Array([-1, 0, 0]), 0.5, 'spherical');
    expect(opposite.every(Number.isFinite)).toBe(true);
    expect(interpolate(a, a, 0.3, 'spherical')).toEqual(a);
    expect([...interpolate(new Float32Array(3), b, 0.5, 'spherical')]).toEqual([0, 1.5, 0]);
  });
  it('takes codes of a hundred thousand numbers', () => {
    const long = new Float32Array(100_000).fill(1);
    expect(interpolate(long, long.map(() => 2), 0.5, 'spherical')[7]).toBeCloseTo(1.5);
  });
});
