import { describe, expect, it } from 'vitest';
import { columnAt, columnScale, columnText, inUnits } from './columns.ts';
import { profileBars } from './pixels.ts';

describe('columnScale', () => {
  it('takes one range for columns that are alike, zero among it', () => {
    expect(columnScale(Float32Array.of(1, 2, 3, 5), 2)).toEqual({ ranges: [{ min: 0, max: 5 }, { min: 0, max: 5 }], own: false });
    expect(columnScale(Uint8Array.of(51, 0, 255, 102), 2).ranges[0]).toEqual({ min: 0, max: 1 });
  });

  it('gives each column its own range where one would hide another, be it by size or by place', () => {
    expect(columnScale(Float32Array.of(0, 1500, 1, 900), 2)).toEqual({ ranges: [{ min: 0, max: 1 }, { min: 900, max: 1500 }], own: true });
    expect(columnScale(Float32Array.of(-1, 1500, 1, 1501), 2).own).toBe(true);
    // A column that never changes asks for nothing, and is drawn from zero.
    expect(columnScale(Float32Array.of(5, 0, 5, 1), 2).own).toBe(false);
    expect(columnScale(Float32Array.of(5, 0, 7, 5, 0.1, 9), 3).ranges[0]).toEqual({ min: 0, max: 5 });
  });

  it('makes bars that differ from sample to sample in every column', () => {
    const values = Float32Array.of(0, 1500, 0.5, 1200, 1, 900);
    const { ranges } = columnScale(values, 2);
    expect([0, 1, 2].map(sample => profileBars(values, sample, 2, ranges).map(({ from, to }) => to - from))).toEqual([[0, 1], [0.5, 0.5], [1, 0]]);
  });
});

it('says name and value in the units of the file', () => {
  const columns = { names: ['speed', 'height'], center: [0, 800], spread: [1, 300] };
  expect(columnText(columns, 1, -0.5)).toBe('height: 650');
  expect(columnText(undefined, 1, -0.5)).toBe('column 2: −0.5');
  expect(inUnits({ spread: [16] }, 0, 0.5)).toBe(8);
  expect([columnAt(-0.01, 4), columnAt(0, 4), columnAt(0.99, 4), columnAt(1, 4)]).toEqual([undefined, 0, 3, undefined]);
});
