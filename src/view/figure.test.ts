import { describe, expect, it } from 'vitest';
import { growsByFactors, layoutFigure, linearTicks, nearestX, positionsOf, valueAt, type Figure } from './figure.ts';

const width = (text: string) => text.length * 7;
const figure = (change: Partial<Figure> = {}): Figure => ({
  title: 'Error against strength', xTitle: 'Strength', yTitle: 'MSE',
  series: [{ name: 'a', style: 0, x: [0.1, 0.2, 0.4], y: [1, 2, 4] }], ...change,
});

describe('layoutFigure', () => {
  it('puts every point, band and level inside the axes', () => {
    const f = figure({ series: [{ name: 'a', style: 0, x: [0.1, 0.2, 0.4], y: [1, 2, 4], low: [-3, 1, 2], high: [2, 3, 9] }], levels: [{ y: 12, text: 'PCA' }] });
    const { left, right, top, bottom, toX, toY } = layoutFigure(f, 500, 300, width);
    for (const x of [0.1, 0.2, 0.4]) expect(toX(x)).toSatisfy(at => left <= (at as number) && (at as number) <= right);
    for (const y of [-3, 1, 9, 12]) expect(toY(y)).toSatisfy(at => top <= (at as number) && (at as number) <= bottom);
    expect(toY(9)).toBeLessThan(toY(1));
  });

  it('spaces powers evenly on a logarithmic axis, and leaves it linear where a value is not positive', () => {
    const log = layoutFigure(figure({ logX: true, series: [{ name: 'a', style: 0, x: [2, 4, 8], y: [1, 2, 3] }] }), 500, 300, width);
    expect(log.toX(4) - log.toX(2)).toBeCloseTo(log.toX(8) - log.toX(4), 6);
    const withZero = layoutFigure(figure({ logX: true, series: [{ name: 'a', style: 0, x: [0, 4, 8], y: [1, 2, 3] }] }), 500, 300, width);
    expect(withZero.toX(4) - withZero.toX(0)).toBeCloseTo(withZero.toX(8) - withZero.toX(4), 6);
  });

  it('keeps texts of ticks apart, the last one always', () => {
    const ticksX = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
    const { xTicks } = layoutFigure(figure({ logX: true, ticksX, series: [{ name: 'a', style: 0, x: ticksX, y: ticksX }] }), 300, 200, width);
    expect(xTicks.at(-1)!.text).toBe('1024');
    for (let i = 1; i < xTicks.length; i++) expect(xTicks[i]!.at - xTicks[i - 1]!.at).toBeGreaterThan((width(xTicks[i]!.text) + width(xTicks[i - 1]!.text)) / 2);
  });

  it('draws one point, equal values and no values at all', () => {
    for (const series of [[{ name: 'a', style: 0, x: [3], y: [7] }], [{ name: 'a', style: 0, x: [1, 2], y: [5, 5] }], [{ name: 'a', style: 0, x: [], y: [] }], [{ name: 'a', style: 0, x: [1], y: [NaN] }]]) {
      const { toX, toY, yTicks } = layoutFigure(figure({ series }), 400, 240, width);
      expect([toX(1), toY(5), ...yTicks.map(t => t.at)].every(Number.isFinite)).toBe(true);
    }
  });
});

it('chooses round numbers for ticks', () => {
  expect(linearTicks([0, 1], 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(linearTicks([0.013, 0.047], 4)).toEqual([0.02, 0.03, 0.04]);
  expect(linearTicks([-10, 90], 4)).toEqual([0, 25, 50, 75]);
});

it('knows values that grow by factors', () => {
  expect(growsByFactors([2, 4, 8, 16, 64])).toBe(true);
  expect(growsByFactors([0.0001, 0.001, 0.01])).toBe(true);
  expect(growsByFactors([10, 20, 30, 40])).toBe(false);
  expect(growsByFactors([0, 1, 10, 100])).toBe(false);
  expect(growsByFactors([1, 2])).toBe(false);
});

it('finds the nearest measured position and what was measured there', () => {
  const f = figure({ series: [{ name: 'a', style: 0, x: [1, 3], y: [5, 6] }, { name: 'b', style: 1, x: [2], y: [7] }] });
  expect(positionsOf(f)).toEqual([1, 2, 3]);
  expect(nearestX(f, x => x * 100, 190)).toBe(2);
  expect(nearestX(figure({ series: [] }), x => x, 1)).toBeUndefined();
  expect(valueAt(f.series[0]!, 2)).toBeUndefined();
  expect(valueAt(f.series[1]!, 2)).toBe(7);
});
