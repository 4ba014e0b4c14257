import { describe, expect, it } from 'vitest';
import type { PictureEpoch, PictureRun, PictureSamples } from '../../protocol/messages.ts';
import { sectionsOf } from './sections.ts';
import { bands, buildSheet, type SheetOptions } from './sheet.ts';

const samples = (id: number): PictureSamples => ({ shape: [2, 2, 1], latentShape: [3], count: 2, original: new Float32Array(8), corrupted: new Float32Array(8).fill(id) });
const run = (id: number): PictureRun => ({ run: { id: String(id), name: 'r', state: 'finished', epoch: 1, epochs: 1, star: false }, samples: samples(id), epochs: [1], lossName: 'mse' });
const picture: PictureEpoch = { epoch: 1, reconstruction: new Float32Array(8), code: Float32Array.of(-1, 0, 1, 2, 0, 0), error: Float32Array.of(0.123456, 2) };
const labels = (ids: number[], change: Partial<SheetOptions> = {}) => buildSheet({
  section: sectionsOf(ids.map(run))[0]!, shown: new Map(ids.map(id => [String(id), picture])), hiddenRows: [], size: 64, kind: 'dark', ink: '#fff', headings: ids.length > 1, ...change,
}).rows.map(row => (row.type === 'heading' ? `run ${row.runId}` : row.label));

describe('buildSheet', () => {
  it('stacks what the task names: original, corrupted, code, reconstruction, difference, error', () => {
    expect(labels([1])).toEqual(['Original', 'Corrupted', 'Code', 'Reconstruction', 'Difference', 'Error (mse)']);
  });

  it('gives each run its own corrupted row when they differ', () => {
    expect(labels([1, 2], { hiddenRows: ['code', 'difference'] })).toEqual(['Original', 'run 1', 'Corrupted', 'Reconstruction', 'Error (mse)', 'run 2', 'Corrupted', 'Reconstruction', 'Error (mse)']);
  });

  it('shows the samples of a run whose epoch is still on its way', () => {
    expect(labels([1], { shown: new Map() })).toEqual(['Original', 'Corrupted']);
  });
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
