import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../core/random.ts';
import { Picker } from './picking.ts';

const all = () => true;

describe('Picker', () => {
  it('finds the nearest point, as a search through all does', () => {
    const random = new RandomStream(3, 'sampling');
    const points = random.fillUniform(new Float32Array(2000), -1, 1);
    const picker = new Picker(points);
    for (let k = 0; k < 50; k++) {
      const at = { x: random.uniform() * 2 - 1, y: random.uniform() * 2 - 1 };
      let best = -1;
      let distance = Infinity;
      for (let i = 0; i < 1000; i++) {
        const d = Math.hypot(points[2 * i]! - at.x, points[2 * i + 1]! - at.y);
        if (d < distance) [best, distance] = [i, d];
      }
      expect(picker.nearest(at, 0.2, all)).toBe(distance <= 0.2 ? best : undefined);
    }
  });

  it('looks past hidden points', () => {
    const picker = new Picker(new Float32Array([0, 0, 0.1, 0, 5, 5]));
    expect(picker.nearest({ x: 0, y: 0 }, 1, all)).toBe(0);
    expect(picker.nearest({ x: 0, y: 0 }, 1, index => index !== 0)).toBe(1);
    expect(picker.nearest({ x: 0, y: 0 }, 1, () => false)).toBeUndefined();
  });

  it('never finds a point that is not a number, and lives without points', () => {
    expect(new Picker(new Float32Array([NaN, 0, 1, 1])).nearest({ x: 0, y: 0 }, 0.5, all)).toBeUndefined();
    expect(new Picker(new Float32Array(0)).nearest({ x: 0, y: 0 }, 1e9, all)).toBeUndefined();
  });

  it('indexes and searches 70,000 points quickly', () => {
    const points = new RandomStream(4, 'sampling').fillNormal(new Float32Array(140_000));
    const start = performance.now();
    const picker = new Picker(points);
    const built = performance.now() - start;
    for (let k = 0; k < 1000; k++) picker.nearest({ x: Math.sin(k), y: Math.cos(k * 1.7) }, 0.02, all);
    const searched = (performance.now() - start - built) / 1000;
    expect(built).toBeLessThan(1000);
    expect(searched).toBeLessThan(4);
  });
});
