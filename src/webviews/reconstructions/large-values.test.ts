import { describe, expect, it } from 'vitest';
import { codeSummary, columnRows, differenceReach, differenceText, largePictureSize, movedPlace, placeAt, placeName, rankText, valueText } from './large-values.ts';

describe('rankText', () => {
  const errors = Float32Array.of(0.3, 0.1, 0.2, 0.1, Number.NaN);
  it('says where an error stands, from the nearer end', () => {
    expect([0, 1, 2, 3, 4].map(sample => rankText(errors, sample))).toEqual(['2nd highest of 5', 'lowest of 5', '3rd lowest of 5', 'lowest of 5', undefined]);
    expect(rankText(Float32Array.of(1, 2), 1)).toBe('highest of 2');
    expect(rankText(Float32Array.of(1), 0)).toBeUndefined();
  });

  it('counts as people do', () => {
    const many = Float32Array.from({ length: 50 }, (_, i) => i);
    expect([1, 10, 11, 12, 20].map(sample => rankText(many, sample))).toEqual(['2nd lowest of 50', '11th lowest of 50', '12th lowest of 50', '13th lowest of 50', '21st lowest of 50']);
  });
});

describe('pixels', () => {
  const color = [1, 2, 3];
  const original = Float32Array.of(0, 0, 0, 0, 0, 0, /* the second sample */ 0.1, 0.2, 0.3, 1, 0.5, 0);
  const rebuilt = Float32Array.of(0, 0, 0, 0, 0, 0, 0.1, 0.2, 0.3, 0.75, 0.50001, 0.125);

  it('tell all channels of the place, and what is off', () => {
    expect(valueText(original, 1, { x: 1, y: 0 }, color, undefined)).toBe('1 0.5 0');
    expect(differenceText(rebuilt, original, 1, { x: 1, y: 0 }, color, undefined)).toBe('−0.25 0 +0.125');
    expect(placeName({ x: 1, y: 0 }, color, undefined)).toBe('row 1, column 2');
  });

  it('reach as far as the largest difference of all runs, the mean of its channels', () => {
    expect(differenceReach(original, [original, rebuilt], 1, color)).toBeCloseTo(0.125 / 3, 4);
    expect(differenceReach(original, [original], 1, color)).toBe(1);
  });

  it('are found under the pointer, and moved by keys inside the picture', () => {
    expect([placeAt(0.99, 0.5, [2, 4, 1]), placeAt(1, 0, [2, 4, 1]), placeAt(-0.1, 0, [2, 4, 1])]).toEqual([{ x: 3, y: 1 }, undefined, undefined]);
    expect(movedPlace({ x: 3, y: 0 }, 1, -1, [2, 4, 1])).toEqual({ x: 3, y: 0 });
    expect(movedPlace(undefined, 1, 0, [2, 4, 1])).toEqual({ x: 2, y: 1 });
    expect(movedPlace({ x: 1, y: 0 }, 1, 1, [5])).toEqual({ x: 2, y: 0 });
  });
});

describe('columns of a vector', () => {
  const columns = { names: ['speed', 'height'], center: [0, 800], spread: [2, 300] };
  const original = Float32Array.of(9, 9, 1, 900);
  const values = { original, reconstructions: [Float32Array.of(9, 9, 1.25, 900), Float32Array.of(9, 9, 1, 899)] };

  it('stand in the units of the file, with what each run made of them', () => {
    expect(columnRows(values, 1, 2, columns, 'file', 10)).toEqual([
      { name: 'speed', original: '2', rebuilt: [{ value: '2.5', difference: '0.5' }, { value: '2', difference: '0' }] },
      { name: 'height', original: '270800', rebuilt: [{ value: '270800', difference: '0' }, { value: '270500', difference: '−300' }] },
    ]);
    expect(valueText(original, 1, { x: 1, y: 0 }, [2], columns)).toBe('270800');
    expect(placeName({ x: 1, y: 0 }, [2], columns)).toBe('height');
  });

  it('begin with what is furthest off on the scale of the model', () => {
    expect(columnRows(values, 1, 2, columns, 'difference', 1).map(({ name }) => name)).toEqual(['height']);
  });
});

it('tells of a long code how many numbers it has, and their range', () => {
  expect(codeSummary([-1.25, 0, 3])).toBe('3 numbers from −1.25 to 3');
});

it('puts pictures side by side as long as they keep a fair size', () => {
  expect(largePictureSize(1000, 5, 20)).toBe(184);
  expect(largePictureSize(700, 5, 20)).toBe(124);
  expect(largePictureSize(330, 5, 20)).toBe(155);
  expect(largePictureSize(270, 5, 20)).toBe(125);
  expect(largePictureSize(200, 5, 20)).toBe(200);
  expect(largePictureSize(3000, 4, 20)).toBe(340);
});
