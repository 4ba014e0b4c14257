import { describe, expect, it } from 'vitest';
import type { DataFeatures, DataPreview, DataSamples } from '../../protocol/messages.ts';
import { barsOf, barText, byteText, classesOf, columnRows, factsOf, greysOf, headText, isDwarfed, lacksClass, rowsOf, samplesText, toGreys } from './facts.ts';

const part = { count: 90, seen: 90, min: 0, max: 1, mean: 0.25, stddev: 0.5, zeros: 0.5, histogram: { low: 0, width: 0.5, counts: [9, 1] }, classes: [60, 30] };
const preview: DataPreview = {
  format: 1, name: 't.csv', type: 'csv', shape: [2], scale: 1, bytes: 1_234_567, fromDisk: false, train: part, validation: { ...part, count: 10, classes: [4, 6] },
  classNames: ['a', 'b'], columnNames: ['speed', 'height'], normalization: { kind: 'standard', center: [10, 1000], spread: [2, 100] }, corruption: [], constant: 0, findings: [], samples: { split: 'train', draw: 0, count: 3 },
};
const features: DataFeatures = { mean: Float32Array.of(0, 0.5), stddev: Float32Array.of(1, 2), min: Float32Array.of(-1, -2), max: Float32Array.of(1, 3), histograms: Int32Array.of(1, 2, 3, 4) };
const samples: DataSamples = { split: 'train', draw: 0, count: 5, general: 3, original: new Float32Array(10), labels: Int32Array.of(0, 1, 0, 1, 1), index: Int32Array.of(0, 30, 60, 70, 80) };

describe('facts', () => {
  it('name both splits where they differ', () => {
    const facts = new Map(factsOf({ ...preview, validation: { ...part, count: 10, max: 2 } }).map(({ name, value }) => [name, value]));
    expect(facts.get('Samples')).toBe('90 for training, 10 for validation');
    expect(facts.get('Range, normalised')).toBe('0 to 1 · validation 0 to 2');
    expect(facts.get('Zeros')).toBe('50.0 %');
    expect(facts.get('One sample')).toBe('2 numbers');
    expect(facts.get('From')).toBe('drawn by the program');
    expect(headText(preview)).toBe('90 + 10 samples of 2 numbers, from 0 to 1');
  });

  it('print sizes', () => {
    expect([0, 999, 1_234_567, 99_960_000, 4.2e9].map(byteText)).toEqual(['0 bytes', '999 bytes', '1.2 MB', '100 MB', '4.2 GB']);
  });
});

describe('samples', () => {
  it('at hand are those that stand for the split, or all of a class', () => {
    expect(rowsOf(samples, undefined)).toEqual([0, 1, 2]);
    expect(rowsOf(samples, 1)).toEqual([1, 3, 4]);
    expect(lacksClass(samples, 1, 3)).toBe(false);
    expect(lacksClass(samples, 1, 30)).toBe(true);
  });

  it('are told with how they were chosen', () => {
    expect(samplesText(samples, 3, preview, '')).toBe('3 of 90 training samples, spread evenly');
    expect(samplesText({ ...samples, split: 'validation', draw: 2 }, 3, preview, 'b')).toBe('3 of 6 validation samples of class b, drawn at random (draw 2)');
  });

  it('of very many classes the most frequent can be chosen', () => {
    const many = { ...preview, classNames: ['x', 'y', 'z'], train: { ...part, classes: [1, 9, 5] }, validation: { ...part, classes: [0, 0, 6] } };
    expect(classesOf(many, 2).map(({ name }) => name)).toEqual(['z', 'y']);
    expect(classesOf(many).map(({ label }) => label)).toEqual([0, 1, 2]);
  });
});

describe('values', () => {
  it('are bars with shares', () => {
    const bars = barsOf(part.histogram);
    expect(bars).toEqual([{ from: 0, to: 0.5, count: 9, share: 0.9 }, { from: 0.5, to: 1, count: 1, share: 0.1 }]);
    expect(barText(bars[0]!)).toBe('0 to 0.5: 9 values, 90.0 %');
    expect(isDwarfed(bars)).toBe(true);
    expect(isDwarfed(barsOf({ low: 0, width: 1, counts: [4, 1] }))).toBe(false);
  });

  it('of pictures that lie elsewhere are drawn over their own range', () => {
    expect(greysOf(preview)).toEqual({ black: 0, white: 1 });
    const greys = greysOf({ train: { ...part, min: -4, max: 16 } });
    expect([...toGreys(Float32Array.of(-4, 6, 16), greys)]).toEqual([0, 0.5, 1]);
  });
});

it('columns stand in the units of the file or as the model sees them', () => {
  const [speed, height] = columnRows({ preview, features }, 'file');
  expect(speed).toEqual({ column: 0, name: 'speed', min: 8, max: 12, mean: 10, stddev: 2, counts: [1, 2] });
  expect(height).toMatchObject({ min: 800, max: 1300, mean: 1050, stddev: 200, counts: [3, 4] });
  expect(columnRows({ preview, features }, 'model')[1]).toMatchObject({ min: -2, max: 3, mean: 0.5, stddev: 2 });
  const nearlyZero = { ...features, min: Float32Array.of(-4.9999998, -2) };
  expect(columnRows({ preview, features: nearlyZero }, 'file')[0]!.min).toBe(0);
  const { normalization: _, ...divided } = preview;
  expect(columnRows({ preview: { ...divided, scale: 0.5 }, features }, 'file')[0]).toMatchObject({ min: -2, stddev: 2 });
});
