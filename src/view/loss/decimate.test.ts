import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../core/random.ts';
import { decimate } from './decimate.ts';

const n = 200_000;
const x = Float64Array.from({ length: n }, (_, i) => i);
const random = new RandomStream(1, 'sampling');
const y = Float64Array.from({ length: n }, () => random.normal());

describe('decimate', () => {
  it('keeps every point of a short curve', () => {
    expect([...decimate(Float64Array.of(1, 2, 3), Float64Array.of(1, 1, 1), 0, 4, 100)]).toEqual([0, 1, 2]);
  });

  it('keeps the lowest and highest value of every column, in order, at four points a column', () => {
    const columns = 500;
    const kept = decimate(x, y, 0, n, columns);
    expect(kept.length).toBeLessThanOrEqual(columns * 4 + 8);
    for (let i = 1; i < kept.length; i++) expect(kept[i]!).toBeGreaterThan(kept[i - 1]!);
    const width = n / columns;
    for (let c = 0; c < columns; c++) {
      const all = y.subarray(c * width, (c + 1) * width);
      const drawn = [...kept].filter(i => i >= c * width && i < (c + 1) * width).map(i => y[i]!);
      expect(Math.min(...drawn)).toBe(Math.min(...all));
      expect(Math.max(...drawn)).toBe(Math.max(...all));
    }
  });

  it('keeps one point beyond each edge of a zoomed part', () => {
    const kept = decimate(x, y, 1000.5, 1003.5, 100);
    expect([...kept]).toEqual([1000, 1001, 1002, 1003, 1004]);
  });

  it('is fast enough for ten redraws a second of many runs', () => {
    const start = performance.now();
    for (let i = 0; i < 10; i++) decimate(x, y, 0, n, 1000);
    expect((performance.now() - start) / 10).toBeLessThan(40);
  });

  it('does not let a value that is not a number hide an extreme', () => {
    const holes = y.map((v, i) => (i % 2 ? Number.NaN : v));
    holes[77] = 50;
    expect([...decimate(x, holes, 0, n, 200)]).toContain(77);
  });

  it('has nothing to draw of an empty curve', () => {
    expect(decimate(new Float64Array(0), new Float64Array(0), 0, 1, 10)).toHaveLength(0);
  });
});
