import { describe, expect, it } from 'vitest';
import { dimensionName } from '../shared/dimensions.ts';
import { classCentres, makeFrame, meanOf, relative } from './frame.ts';

const name = dimensionName([3]);
const epoch = { epoch: 4, code: new Float32Array([0, 0, 5, 1, 0, 5, 2, 1, 5, 3, 1, 5]), error: new Float32Array([0.1, 0.2, 0.3, 0.4]) };

describe('makeFrame', () => {
  it('shows two chosen axes', () => {
    const frame = makeFrame(epoch, 3, { mode: 'axes', x: 0, y: 1 }, name);
    expect([...frame.points]).toEqual([0, 0, 1, 0, 2, 1, 3, 1]);
    expect(frame.picker.nearest({ x: 2.1, y: 1 }, 0.5, () => true)).toBe(2);
    expect(frame.ranges[2]!.median).toBe(5);
  });
  it('keeps to the dimensions there are when the settings come from another model', () => {
    expect(makeFrame(epoch, 3, { mode: 'axes', x: 40, y: 1 }, name).projection.axes[0].name).toBe('z3');
  });
  it('turns a single dimension into a histogram whatever was chosen', () => {
    expect(makeFrame({ ...epoch, code: epoch.error }, 1, { mode: 'pca', x: 0, y: 1 }, name).projection.kind).toBe('histogram');
  });
  it('lives with codes that are no numbers', () => {
    const frame = makeFrame({ ...epoch, code: new Float32Array([NaN, 0, 1, 1]) }, 2, { mode: 'axes', x: 0, y: 1 }, name);
    expect(Number.isFinite(frame.bounds.maxX)).toBe(true);
  });
});

describe('classCentres', () => {
  it('takes medians, and nothing for a class without points', () => {
    const points = new Float32Array([0, 0, 1, 1, 100, 2, 7, 7]);
    expect(classCentres(points, [0, 0, 0, 2], 3)).toEqual([{ x: 1, y: 1, count: 3 }, undefined, { x: 7, y: 7, count: 1 }]);
  });
});

describe('numbers of samples', () => {
  it('averages what is chosen and is a number', () => {
    expect(meanOf(new Float32Array([1, NaN, 3]))).toBe(2);
    expect(meanOf(new Float32Array([1, 2]), index => index === 1)).toBe(2);
    expect(meanOf(new Float32Array(0))).toBeNaN();
  });
  it('places errors between their percentiles', () => {
    const places = relative(Float32Array.from({ length: 101 }, (_, i) => i));
    expect(places[0]).toBe(0);
    expect(places[50]).toBeCloseTo(0.5);
    expect(places[100]).toBe(1);
    expect(relative(new Float32Array([2, 2]))[0]).toBe(0.5);
  });
});
