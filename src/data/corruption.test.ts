import { describe, expect, it } from 'vitest';
import { NoiseStream } from '../core/noise.ts';
import type { CorruptionSpec } from '../spec/schema.ts';
import { corrupt, corruptSamples } from './corruption.ts';

const stream = (seed = 1) => new NoiseStream(seed, 'corruption', 1, 0);
const flat = (count: number, value: number) => new Float32Array(count).fill(value);

function applied(values: Float32Array, ...corruption: CorruptionSpec[]): Float32Array {
  corrupt(values, [values.length], corruption, stream());
  return values;
}

function moments(values: Float32Array): { mean: number; stddev: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, stddev: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
}

describe('corrupt', () => {
  it('adds Gaussian noise of the asked mean and deviation', () => {
    const { mean, stddev } = moments(applied(flat(200000, 0.5), { type: 'gaussian', mean: 0.3, stddev: 0.2, clip: false }));
    expect(mean).toBeCloseTo(0.8, 2);
    expect(stddev).toBeCloseTo(0.2, 2);
  });

  it('clips only when asked', () => {
    const noise = { type: 'gaussian', mean: 0, stddev: 1 } as const;
    const open = applied(flat(1000, 0.5), { ...noise, clip: false });
    const cut = applied(flat(1000, 0.5), { ...noise, clip: true });
    expect(Math.min(...open)).toBeLessThan(0);
    expect([...cut]).toEqual([...open].map(value => Math.min(1, Math.max(0, value))));
  });

  it('sets the asked share to 0 and 1, half each', () => {
    const values = applied(flat(100000, 0.5), { type: 'saltAndPepper', amount: 0.3, clip: true });
    const share = (wanted: number) => values.filter(value => value === wanted).length / values.length;
    expect(share(0)).toBeCloseTo(0.15, 2);
    expect(share(1)).toBeCloseTo(0.15, 2);
    expect(share(0.5)).toBeCloseTo(0.7, 2);
  });

  it('masks the asked share; all and nothing are exact', () => {
    const share = applied(flat(100000, 0.5), { type: 'masking', amount: 0.2, clip: true }).filter(value => value === 0).length / 100000;
    expect(share).toBeCloseTo(0.2, 2);
    expect(new Set(applied(flat(1000, 0.5), { type: 'masking', amount: 1, clip: true }))).toEqual(new Set([0]));
    expect(new Set(applied(flat(1000, 0.5), { type: 'saltAndPepper', amount: 0, clip: true }))).toEqual(new Set([0.5]));
    expect(applied(flat(10000, 0.5), { type: 'saltAndPepper', amount: 1, clip: true })).not.toContain(0.5);
  });

  it('adds uniform noise from zero to the amount', () => {
    const values = applied(flat(100000, 0), { type: 'uniform', amount: 0.4, clip: true });
    expect(moments(values).mean).toBeCloseTo(0.2, 2);
    expect(Math.min(...values.subarray(0, 50000))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values.subarray(0, 50000))).toBeLessThanOrEqual(0.4);
  });

  it('occludes one whole block of every sample in all channels', () => {
    const [height, width, channels, count] = [10, 12, 3, 200];
    const values = flat(count * height * width * channels, 0.5);
    corrupt(values, [height, width, channels], [{ type: 'occlusion', size: [4, 5], value: 0.25, clip: true }], stream());
    const corners = new Set<string>();
    for (let sample = 0; sample < count; sample++) {
      const covered: number[] = [];
      for (let i = 0; i < height * width * channels; i++) if (values[sample * height * width * channels + i] === 0.25) covered.push(i);
      expect(covered).toHaveLength(4 * 5 * channels);
      const rows = covered.map(i => Math.floor(i / (width * channels)));
      const columns = covered.map(i => Math.floor(i / channels) % width);
      expect(Math.max(...rows) - Math.min(...rows)).toBe(3);
      expect(Math.max(...columns) - Math.min(...columns)).toBe(4);
      corners.add(`${Math.min(...rows)},${Math.min(...columns)}`);
    }
    expect(corners.size).toBeGreaterThan(30);
    expect(corners.has('7,0') || corners.has('0,8')).toBe(false);
  });

  it('covers everything when the block is larger than the picture, and works on vectors', () => {
    const values = flat(2 * 6, 0.5);
    corrupt(values, [2, 3, 1], [{ type: 'occlusion', size: [9, 9], value: 0, clip: true }], stream());
    expect(new Set(values)).toEqual(new Set([0]));
    const vector = flat(10, 0.5);
    corrupt(vector, [10], [{ type: 'occlusion', size: [4, 3], value: 0, clip: true }], stream());
    expect(vector.filter(value => value === 0)).toHaveLength(3);
  });

  it('cuts the data itself when a kind that only sets values is told to', () => {
    expect([...applied(Float32Array.of(-1, 0.5, 2), { type: 'masking', amount: 0, clip: true })]).toEqual([0, 0.5, 1]);
    expect([...applied(Float32Array.of(-1, 0.5, 2), { type: 'masking', amount: 0, clip: false })]).toEqual([-1, 0.5, 2]);
    expect([...applied(Float32Array.of(0.5), { type: 'occlusion', size: [1, 1], value: 3, clip: true })]).toEqual([1]);
    expect([...applied(Float32Array.of(0.5), { type: 'occlusion', size: [1, 1], value: 3, clip: false }, { type: 'masking', amount: 0, clip: true })]).toEqual([1]);
  });

  it('applies the list in order from one stream', () => {
    const both: CorruptionSpec[] = [{ type: 'gaussian', mean: 0, stddev: 0.3, clip: true }, { type: 'occlusion', size: [3, 3], value: 0, clip: true }];
    const values = flat(64, 0.5);
    corrupt(values, [8, 8, 1], both, stream());
    const separate = flat(64, 0.5);
    const shared = stream();
    corrupt(separate, [8, 8, 1], [both[0]!], shared);
    corrupt(separate, [8, 8, 1], [both[1]!], shared);
    expect([...values]).toEqual([...separate]);
    expect(values.filter(value => value === 0).length).toBeGreaterThanOrEqual(9);
  });
});

describe('corruptSamples', () => {
  const noise: CorruptionSpec[] = [{ type: 'gaussian', mean: 0, stddev: 0.3, clip: true }];
  const clean = flat(6 * 20, 0.5);

  it('is the same every time, whatever the batches, and leaves the original alone', () => {
    const whole = corruptSamples(clean, [20], noise, 7);
    const halves = [...corruptSamples(clean.subarray(0, 40), [20], noise, 7, [0], 0), ...corruptSamples(clean.subarray(40), [20], noise, 7, [0], 2)];
    expect([...whole]).toEqual(halves);
    expect(new Set(clean)).toEqual(new Set([0.5]));
  });

  it('differs by sample, seed and purpose', () => {
    const whole = corruptSamples(clean, [20], noise, 7);
    expect([...whole.subarray(0, 20)]).not.toEqual([...whole.subarray(20, 40)]);
    expect([...whole]).not.toEqual([...corruptSamples(clean, [20], noise, 8)]);
    expect([...whole]).not.toEqual([...corruptSamples(clean, [20], noise, 7, [0, 1])]);
  });
});
