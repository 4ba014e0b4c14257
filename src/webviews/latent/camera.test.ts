import { describe, expect, it } from 'vitest';
import { between, fit, pan, tickText, ticks, toData, toScreen, visible, zoomAt } from './camera.ts';

const size = { width: 800, height: 400 };
const even = { left: 20, right: 20, top: 20, bottom: 20 };

describe('camera', () => {
  it('fits the bounds inside the margins with one scale for both axes', () => {
    const camera = fit({ minX: -1, maxX: 3, minY: 0, maxY: 1 }, size, even);
    const left = toScreen(camera, size, { x: -1, y: 0.5 });
    const right = toScreen(camera, size, { x: 3, y: 0.5 });
    expect(left.x).toBeCloseTo(20);
    expect(right.x).toBeCloseTo(780);
    expect(camera.scale).toBeCloseTo(190);
  });

  it('leaves more room where the axes are', () => {
    const insets = { left: 60, right: 0, top: 0, bottom: 40 };
    const camera = fit({ minX: 0, maxX: 1, minY: 0, maxY: 1 }, size, insets);
    expect(toScreen(camera, size, { x: 0.5, y: 0 })).toEqual({ x: 430, y: 360 });
    expect(toScreen(camera, size, { x: 0.5, y: 1 }).y).toBeCloseTo(0);
  });

  it('stays finite for a single point', () => {
    const camera = fit({ minX: 2, maxX: 2, minY: 5, maxY: 5 }, size, even);
    expect(toScreen(camera, size, { x: 2, y: 5 })).toEqual({ x: 400, y: 200 });
    expect(Number.isFinite(camera.scale)).toBe(true);
  });

  it('goes to the screen and back', () => {
    const camera = { x: 0.3, y: -2, scale: 37 };
    const there = toScreen(camera, size, { x: 1.25, y: 4.5 });
    const back = toData(camera, size, there);
    expect(back.x).toBeCloseTo(1.25);
    expect(back.y).toBeCloseTo(4.5);
  });

  it('draws larger y higher up', () => {
    const camera = { x: 0, y: 0, scale: 10 };
    expect(toScreen(camera, size, { x: 0, y: 1 }).y).toBeLessThan(toScreen(camera, size, { x: 0, y: 0 }).y);
  });

  it('keeps the data under the pointer while zooming', () => {
    const camera = { x: 0, y: 0, scale: 10 };
    const pixel = { x: 123, y: 321 };
    const before = toData(camera, size, pixel);
    const after = toData(zoomAt(camera, size, pixel, 1.7), size, pixel);
    expect(after.x).toBeCloseTo(before.x);
    expect(after.y).toBeCloseTo(before.y);
  });

  it('moves the data with the hand', () => {
    const camera = { x: 0, y: 0, scale: 10 };
    const at = toScreen(pan(camera, 30, -20), size, { x: 0, y: 0 });
    expect(at).toEqual({ x: 430, y: 180 });
  });

  it('sees exactly the screen', () => {
    expect(visible({ x: 1, y: 2, scale: 100 }, size)).toEqual({ minX: -3, maxX: 5, minY: 0, maxY: 4 });
  });

  it('zooms by equal ratios between two cameras', () => {
    expect(between({ x: 0, y: 0, scale: 1 }, { x: 10, y: 0, scale: 100 }, 0.5)).toEqual({ x: 5, y: 0, scale: 10 });
  });
});

describe('ticks', () => {
  it('are round numbers', () => {
    expect(ticks(-1.03, 1.07, 5)).toEqual({ values: [-1, -0.5, 0, 0.5, 1], step: 0.5 });
    expect(ticks(0, 70, 7).values).toEqual([0, 10, 20, 30, 40, 50, 60, 70]);
  });
  it('are none where there is no range', () => {
    expect(ticks(1, 1, 5).values).toEqual([]);
  });
  it('print as many decimals as the step needs, and no negative zero', () => {
    expect(tickText(-0.25, 0.05)).toBe('−0.25');
    expect(tickText(-0, 0.5)).toBe('0.0');
    expect(tickText(20, 10)).toBe('20');
  });
});
