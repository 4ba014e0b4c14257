import { expect, it } from 'vitest';
import type { WeightPictures } from '../../protocol/messages.ts';
import { divergingColor } from '../../view/palette.ts';
import { bars, shareOf } from './distribution.ts';
import { commonRange, largestOf, layoutTiles, pointedAt, unitGrid, unitPixels, valueAt } from './tiles.ts';

/** Units of channels × height × width, numbered through: 0, 1, 2, ... */
function pictures(units: number, channels: number, height: number, width: number): WeightPictures {
  return {
    unit: 'unit', says: '', count: units, height, width, channels, allChannels: channels, units: Uint32Array.from({ length: units }, (_, i) => i), norms: new Float32Array(units).fill(1),
    values: Float32Array.from({ length: units * channels * height * width }, (_, i) => i),
  };
}

it('draws channels side by side with a gap, zero in the colour of the background, the ends of the range in full', () => {
  const two = pictures(1, 2, 1, 2);
  expect(unitGrid(two)).toEqual({ columns: 2, rows: 1, width: 5, height: 1 });
  const { data } = unitPixels({ ...two, values: Float32Array.from([0, -2, 2, NaN]) }, 0, 2, 'dark');
  const pixel = (x: number) => [...data.subarray(x * 4, x * 4 + 4)];
  expect([0, 1, 2, 3, 4].map(pixel)).toEqual([[...divergingColor('dark', 0), 255], [...divergingColor('dark', -1), 255], [0, 0, 0, 0], [...divergingColor('dark', 1), 255], [255, 0, 255, 255]]);
  expect(unitGrid(pictures(1, 16, 3, 3))).toEqual({ columns: 4, rows: 4, width: 15, height: 15 });
});

it('knows the strongest weight of each unit, whatever its sign, and passes over what is no number', () => {
  const three = { ...pictures(3, 1, 1, 2), values: Float32Array.from([1, -3, 0, 0, NaN, Infinity]) };
  expect([...largestOf(three)]).toEqual([3, 0, 0]);
});

it('lets one outlier not wash out all the others', () => {
  const values = Float32Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? 1 : -1) * (i % 10) / 10);
  expect(commonRange({ values }, 0.9)).toBe(0.9);
  values[500] = 50;
  expect(commonRange({ values }, 50)).toBeCloseTo(0.9, 6);
  // All but a few are zero: the strongest counts.
  expect(commonRange({ values: Float32Array.of(0, 0, 0, 0, 3, NaN) }, 3)).toBe(3);
  expect(commonRange({ values: new Float32Array(1000).fill(0, 0, 999).fill(4, 999) }, 4)).toBe(4);
});

it('fills the width, and is never higher than a canvas may be', () => {
  const few = layoutTiles(pictures(8, 1, 28, 28), { width: 640, height: 560 }, 0);
  expect(few.scale).toBeGreaterThanOrEqual(3);
  expect(few.width).toBeLessThanOrEqual(640);
  expect(few.height).toBeLessThanOrEqual(560);
  const many = layoutTiles(pictures(1024, 1, 28, 28), { width: 300, height: 560 }, 24);
  expect(many.height).toBeLessThanOrEqual(7500);
  const wide = layoutTiles({ ...pictures(1, 1, 500, 500), unit: 'matrix' }, { width: 250, height: 560 }, 0);
  expect(wide.width).toBeLessThanOrEqual(250);
});

it('finds the weight under the mouse, and none between pictures', () => {
  const four = pictures(4, 2, 2, 3);
  const layout = layoutTiles(four, { width: 160, height: 400 }, 10);
  expect([layout.columns, layout.scale]).toEqual([2, 10]);
  // Second row, second column: unit 3; its second channel begins after three pixels and a gap.
  const at = pointedAt(four, layout, layout.stepX + 55, layout.stepY + 12);
  expect(at).toEqual({ index: 3, channel: 1, y: 1, x: 1 });
  expect(valueAt(four, at!)).toBe(3 * 12 + 6 + 3 + 1);
  expect(pointedAt(four, layout, 35, 5)).toBeUndefined();
  expect(pointedAt(four, layout, layout.tileWidth + 2, 5)).toBeUndefined();
  expect(pointedAt(four, layout, 5, layout.stepY * 2)).toBeUndefined();
});

it('draws the highest bar in full, and what is rare still as a line', () => {
  expect(bars({ bins: [1000, 0, 1] }, 30, 50)).toEqual([[0, 0, 10, 50], [10, 50, 10, 0], [20, 49, 10, 1]]);
  expect([shareOf(0, 10), shareOf(10, 10), shareOf(1, 3), shareOf(1, 1e6), shareOf(999, 1000)]).toEqual(['none', 'all', '33 %', 'under 0.1 %', '99.9 %']);
});
