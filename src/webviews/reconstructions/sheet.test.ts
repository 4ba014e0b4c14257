import { describe, expect, it } from 'vitest';
import type { PictureEpoch, PictureRun, PictureSamples } from '../../protocol/messages.ts';
import { sectionsOf } from './sections.ts';
import { compareRuns } from './compare.ts';
import { bands, blockGroups, blockLines, buildSheet, largestSize, type SheetOptions } from './sheet.ts';

const samples = (id: number): PictureSamples => ({ shape: [2, 2, 1], latentShape: [3], count: 2, original: new Float32Array(8), corrupted: new Float32Array(8).fill(id) });
const run = (id: number): PictureRun => ({ run: { id: String(id), name: 'r', state: 'finished', epoch: 1, epochs: 1, star: false }, samples: samples(id), epochs: [1], lossName: 'mse' });
const picture: PictureEpoch = { epoch: 1, reconstruction: new Float32Array(8), code: Float32Array.of(-1, 0, 1, 2, 0, 0), error: Float32Array.of(0.123456, 2) };
const sheetOf = (ids: number[], change: Partial<SheetOptions> = {}) => buildSheet({
  section: sectionsOf(ids.map(run))[0]!, shown: new Map(ids.map(id => [String(id), picture])), hiddenRows: [], size: 64, kind: 'dark', ink: '#fff', names: new Map(ids.map(id => [String(id), `run ${id}`])), ...(ids.length > 1 ? { group: 'run' } : {}), ...change,
});
const labels = (ids: number[], change: Partial<SheetOptions> = {}) => sheetOf(ids, change).rows.map(row => (row.type === 'heading' ? `run ${row.runId}` : row.type === 'title' ? `= ${row.label}` : row.label));

describe('buildSheet', () => {
  it('stacks what the task names: original, corrupted, code, reconstruction, difference, error', () => {
    expect(labels([1])).toEqual(['Original', 'Corrupted', 'Code', 'z1', 'z2', 'z3', 'Reconstruction', 'Difference', 'Error (mse)']);
  });

  it('gives each run its own corrupted row when they differ', () => {
    expect(labels([1, 2], { hiddenRows: ['code', 'difference'] })).toEqual(['Original', 'run 1', 'Corrupted', 'Reconstruction', 'Error (mse)', 'run 2', 'Corrupted', 'Reconstruction', 'Error (mse)']);
  });

  it('prints the numbers of small codes below them, in few letters', () => {
    const code = Float32Array.of(-1.299, 12.34, 104.2, 0, 1e-7, 123456);
    const rows = sheetOf([1], { shown: new Map([['1', { ...picture, code }]]) }).rows.flatMap(row => (row.type === 'text' && row.of === 'code' ? [row] : []));
    expect([0, 1].map(sample => rows.map(row => row.text(sample)))).toEqual([['−1.30', '12.3', '104'], ['0.00', '0.00', '123456']]);
  });

  it('puts rows of one kind together, each with the name of its run', () => {
    expect(labels([1, 2], { group: 'kind', hiddenRows: ['difference'] })).toEqual([
      'Original', '= Corrupted', 'run 1', 'run 2', '= Code', 'run 1', 'z1', 'z2', 'z3', 'run 2', 'z1', 'z2', 'z3', '= Reconstruction', 'run 1', 'run 2', '= Error (mse)', 'run 1', 'run 2',
    ]);
  });

  it('marks the run that is nearer to a sample: at its error where that is what compares, else at the squared error', () => {
    const better: PictureEpoch = { ...picture, reconstruction: new Float32Array(8).fill(0.1), error: Float32Array.of(0.01, 0.01) };
    const worse: PictureEpoch = { ...picture, reconstruction: new Float32Array(8).fill(0.5), error: Float32Array.of(0.25, 0.25) };
    const marks = (other: PictureEpoch) => {
      const shown = new Map([['1', better], ['2', other]]);
      const comparison = compareRuns(sectionsOf([1, 2].map(run))[0]!, shown);
      return sheetOf([1, 2], { shown, comparison, hiddenRows: ['code'] }).rows.flatMap(row => (row.type === 'text' ? [`${row.label}: ${String(row.best?.(0))}`] : []));
    };
    expect(marks(worse)).toEqual(['Error (mse): true', 'Error (mse): false']);
    // A sum over the pixels: lower numbers would not mean a better picture.
    expect(marks({ ...worse, error: Float32Array.of(0.001, 0.001) })).toEqual(['Error (mse): undefined', 'Squared error: true', 'Error (mse): undefined', 'Squared error: false']);
  });

  it('shows the samples of a run whose epoch is still on its way', () => {
    expect(labels([1], { shown: new Map() })).toEqual(['Original', 'Corrupted']);
  });
});

describe('vectors', () => {
  const original = Float32Array.of(0, 1500, 1, 900);
  const table: PictureRun = { ...run(1), samples: { shape: [2], latentShape: [1], count: 2, original, columns: { names: ['speed', 'height'], center: [0, 800], spread: [2, 300] } } };
  const shown: PictureEpoch = { epoch: 1, reconstruction: Float32Array.of(0, 1500, 1, 899), code: new Float32Array(2), error: new Float32Array(2) };
  const rows = (samples = table.samples) => buildSheet({
    section: sectionsOf([{ ...table, samples: samples! }])[0]!, shown: new Map([['1', shown]]), hiddenRows: [], size: 64, kind: 'dark', ink: '#fff', names: new Map(),
  }).rows.flatMap(row => (row.type === 'pictures' ? [row] : []));
  const tip = (kind: string, place: number) => rows().find(row => row.kind === kind)!.tip?.(1, place);

  it('tell name and values of the bar under the pointer, in the units of the file', () => {
    expect(tip('original', 0.2)).toBe('speed: 2');
    expect(tip('reconstruction', 0.7)).toBe('height: 270500, original 270800');
    expect(tip('difference', 0.7)).toBe('height: 270500, original 270800, difference −300');
    expect(tip('original', 1.2)).toBeUndefined();
    expect(tip('code', 0.5)).toBeUndefined();
  });

  it('are drawn column by column where one column would dwarf the others, which is said', () => {
    expect(rows()[0]!.help).toMatch(/own range/);
    expect(rows({ ...table.samples!, original: Float32Array.of(0, 1, 1, 2) })[0]!.help).toBeUndefined();
  });
});

describe('the grid', () => {
  const blocks = (ids: number[], change: Partial<SheetOptions> = {}) => blockGroups(sheetOf(ids, change))
    .map(({ runId, blocks: found }) => [runId, ...found.map(({ row, texts }) => `${row.label}${texts.map(text => ` with ${text.label}`).join('')}`)]);

  it('has a block of every kind, and the errors below the reconstructions', () => {
    expect(blocks([1], { hiddenRows: ['code'] })).toEqual([[undefined, 'Original', 'Corrupted', 'Reconstruction with Error (mse)', 'Difference']]);
    expect(blocks([1], { hiddenRows: ['code', 'corrupted', 'reconstruction'] })).toEqual([[undefined, 'Original', 'Difference with Error (mse)']]);
  });

  it('has the numbers of small codes below the codes', () => {
    expect(blocks([1], { hiddenRows: ['corrupted', 'difference'] })).toEqual([[undefined, 'Original', 'Code with z1 with z2 with z3', 'Reconstruction with Error (mse)']]);
  });

  it('shows what all runs share once, and the rest below the name of each', () => {
    expect(blocks([1, 2], { hiddenRows: ['code', 'difference', 'corrupted'] })).toEqual([[undefined, 'Original'], ['1', 'Reconstruction with Error (mse)'], ['2', 'Reconstruction with Error (mse)']]);
  });

  it('is as high as wide, where there is room', () => {
    const count = (n: number) => Array.from({ length: n }, (_, i) => i);
    expect(blockLines(count(16), 1000, 60)).toEqual([[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [12, 13, 14, 15]]);
    expect(blockLines(count(10), 1000, 60).map(({ length }) => length)).toEqual([4, 4, 2]);
    expect(blockLines(count(16), 130, 60).map(({ length }) => length)).toEqual([2, 2, 2, 2, 2, 2, 2, 2]);
    expect(blockLines(count(2), 10, 60)).toEqual([[0], [1]]);
  });
});

it('finds the largest size that fits, and the smallest where none does', () => {
  expect(largestSize([28, 32, 36], size => size <= 33)).toBe(32);
  expect(largestSize([28, 32, 36], () => false)).toBe(28);
});

describe('bands', () => {
  it('fills the width and leaves no orphan', () => {
    const sixteen = Array.from({ length: 16 }, (_, i) => i);
    expect(bands(sixteen, 1000, 60).map(b => b.length)).toEqual([16]);
    expect(bands(sixteen, 900, 60).map(b => b.length)).toEqual([8, 8]);
    expect(bands(sixteen, 400, 60).map(b => b.length)).toEqual([6, 6, 4]);
    expect(bands(sixteen, 10, 60)).toHaveLength(16);
    expect(bands([], 100, 60)).toEqual([]);
  });
});
