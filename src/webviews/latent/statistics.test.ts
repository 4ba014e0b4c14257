import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../core/random.ts';
import { choleskyOfCovariance, cloudBounds, dimensionRanges, percentile, sampleCodes } from './statistics.ts';
import type { SamplingKind } from './statistics.ts';

/** Two dimensions that go together (correlation 0.8), a third that never moves. */
function cloud(count: number) {
  const random = new RandomStream(7, 'sampling');
  const codes = new Float32Array(count * 3);
  for (let i = 0; i < count; i++) {
    const a = random.normal();
    codes[3 * i] = 2 + a;
    codes[3 * i + 1] = -1 + 2 * (0.8 * a + 0.6 * random.normal());
    codes[3 * i + 2] = 5;
  }
  return { codes, count, size: 3, ranges: dimensionRanges(codes, count, 3) };
}

describe('dimensionRanges', () => {
  it('gives percentiles, mean and spread of each dimension', () => {
    const { ranges } = cloud(4000);
    expect(ranges[0]!.mean).toBeCloseTo(2, 1);
    expect(ranges[0]!.deviation).toBeCloseTo(1, 1);
    expect(ranges[0]!.low).toBeLessThan(0);
    expect(ranges[0]!.high).toBeGreaterThan(4);
    expect(ranges[1]!.deviation).toBeCloseTo(2, 1);
  });
  it('leaves room to move where all values are equal', () => {
    expect(cloud(100).ranges[2]).toMatchObject({ low: 4.5, high: 5.5, median: 5, deviation: 0 });
  });
});

describe('percentile', () => {
  it('interpolates between neighbours', () => {
    expect(percentile([0, 10, 20], 0.25)).toBe(5);
    expect(percentile([], 0.5)).toBe(0);
  });
});

describe('cloudBounds', () => {
  it('does not let one stray shrink the picture', () => {
    const points = new Float32Array(2000);
    for (let i = 0; i < 1000; i++) {
      points[2 * i] = i / 1000;
      points[2 * i + 1] = (i * 7 % 1000) / 1000;
    }
    points[0] = 1e6;
    const bounds = cloudBounds(points);
    expect(bounds.maxX).toBeLessThan(1.5);
    expect(bounds.minY).toBe(0);
  });
});

describe('sampleCodes', () => {
  const source = cloud(4000);
  const draw = (kind: SamplingKind, wanted = 4000) => sampleCodes(kind, source, wanted, new RandomStream(1, 'sampling', 3));
  const moments = (codes: Float32Array) => {
    const ranges = dimensionRanges(codes, codes.length / 3, 3);
    let product = 0;
    for (let i = 0; i < codes.length; i += 3) product += (codes[i]! - ranges[0]!.mean) * (codes[i + 1]! - ranges[1]!.mean);
    return { ranges, correlation: product / (codes.length / 3) / (ranges[0]!.deviation * ranges[1]!.deviation) };
  };

  it('keeps mean, spread and correlation when fitted', () => {
    const { ranges, correlation } = moments(draw('fitted'));
    expect(ranges[0]!.mean).toBeCloseTo(2, 1);
    expect(ranges[1]!.deviation).toBeCloseTo(2, 1);
    expect(correlation).toBeGreaterThan(0.75);
    expect(ranges[2]).toMatchObject({ mean: 5, deviation: 0 });
  });
  it('draws dimensions on their own when uniform, inside the range', () => {
    const codes = draw('uniform');
    const { correlation } = moments(codes);
    expect(Math.abs(correlation)).toBeLessThan(0.1);
    for (let i = 0; i < codes.length; i += 3) {
      expect(codes[i]!).toBeGreaterThanOrEqual(source.ranges[0]!.low - 1e-5);
      expect(codes[i]!).toBeLessThanOrEqual(source.ranges[0]!.high + 1e-5);
    }
  });
  it('stays by a real code when near', () => {
    const codes = draw('near', 20);
    for (let k = 0; k < 20; k++) {
      let nearest = Infinity;
      for (let i = 0; i < source.count; i++) nearest = Math.min(nearest, Math.hypot(codes[3 * k]! - source.codes[3 * i]!, codes[3 * k + 1]! - source.codes[3 * i + 1]!));
      expect(nearest).toBeLessThan(0.8);
    }
  });
  it('is the standard normal whatever the data when asked', () => {
    expect(moments(draw('standard')).ranges[2]!.deviation).toBeCloseTo(1, 1);
  });
  it('is the same for the same stream', () => {
    expect(draw('fitted', 5)).toEqual(draw('fitted', 5));
  });
  it('refuses to learn from nothing', () => {
    expect(() => sampleCodes('fitted', { codes: new Float32Array(0), count: 0, size: 2, ranges: [] }, 1, new RandomStream(1, 'sampling'))).toThrow(/at least one/);
  });
});

describe('choleskyOfCovariance', () => {
  it('multiplies back to the covariance', () => {
    const source = cloud(3000);
    const L = choleskyOfCovariance(source);
    const variance = L[3]! ** 2 + L[4]! ** 2;
    expect(Math.sqrt(variance)).toBeCloseTo(source.ranges[1]!.deviation, 3);
    expect(L[8]).toBe(0);
  });
});
