import { describe, expect, it } from 'vitest';
import type { PictureEpoch, PictureRun, PictureSamples } from '../../protocol/messages.ts';
import { Arrangement, pitchOf, type Surroundings } from './arrangement.ts';
import { sectionsOf } from './sections.ts';
import { defaultView, type PicturesView } from './settings.ts';

const count = 16;
const samples: PictureSamples = { shape: [2, 2, 1], latentShape: [8], count, original: new Float32Array(4 * count) };
const epoch = (reconstruction: number, worst: number): PictureEpoch => ({
  epoch: 1, reconstruction: new Float32Array(4 * count).fill(reconstruction, 4 * worst, 4 * worst + 4), code: new Float32Array(8 * count), error: new Float32Array(count).fill(1, worst, worst + 1),
});
const shown = new Map([['1', epoch(0.5, 3)], ['2', epoch(0.5, 5)]]);
const theme: Surroundings['theme'] = { kind: 'dark', border: '#888', category: () => '#fff' };

function arrange(view: Partial<PicturesView> = {}, around: Partial<Surroundings> & { runs?: number; layout?: 'grid' } = {}): Arrangement {
  const runs = Array.from({ length: around.runs ?? 1 }, (_, i): PictureRun => ({
    run: { id: String(i + 1), name: 'r', state: 'finished', epoch: 1, epochs: 1, star: false }, epochs: [1], lossName: 'mse', samples: { ...samples, ...(around.layout ? { layout: around.layout } : {}) },
  }));
  return new Arrangement(sectionsOf(runs)[0]!, { shown, names: new Map([['1', 'the first of two long names'], ['2', 'second']]), width: 800, theme, ...around, view: { ...defaultView, ...view } });
}

describe('layout', () => {
  it('is what the user chose, else what the spec says, else rows', () => {
    expect([arrange().layout, arrange({}, { layout: 'grid' }).layout, arrange({ layout: 'rows' }, { layout: 'grid' }).layout]).toEqual(['rows', 'grid', 'rows']);
  });

  it('puts kinds or runs together where there are several runs; the grid always runs', () => {
    expect(arrange().group).toBeUndefined();
    expect([{}, { group: 'run' as const }, { layout: 'grid' as const }].map(view => arrange(view, { runs: 2 }).group)).toEqual(['kind', 'run', 'run']);
  });

  it('leaves room beside the pictures for what rows are called', () => {
    expect(arrange().rowWidth).toBe(660);
    expect(arrange({}, { runs: 2 }).rowWidth).toBe(608);
    expect(arrange().gridWidth).toBe(764);
  });
});

describe('samples', () => {
  it('stand by the error of the run that leads, or by how far runs differ', () => {
    expect(arrange({ order: 'worst' }).samples.slice(0, 2)).toEqual([3, 0]);
    expect(arrange({ order: 'apart' }, { runs: 2 }).samples.slice(0, 3)).toEqual([3, 5, 0]);
  });

  it('are called by their label, else by their number', () => {
    expect(arrange().captionOf(4)).toBe('#5');
  });
});

describe('size', () => {
  it('is the one chosen', () => {
    expect(arrange({ size: 100 }).size).toBe(100);
  });

  it('is the largest at which rows need no more lines than at the smallest', () => {
    const { size } = arrange({ size: 0 });
    // 16 columns of 40 CSS pixels fill one line of 660.
    expect(16 * pitchOf(size)).toBeLessThanOrEqual(660);
    expect(16 * pitchOf(size + 4)).toBeGreaterThan(660);
  });

  it('is the largest at which the blocks of the grid stand side by side', () => {
    const hiddenRows = ['code', 'difference'];
    const { size } = arrange({ size: 0, layout: 'grid', hiddenRows });
    // Two blocks of four columns.
    expect(8 * pitchOf(size) + 24).toBeLessThanOrEqual(764);
    expect(8 * pitchOf(size + 4) + 24).toBeGreaterThan(764);
  });
});

describe('sheet', () => {
  it('calls rows by the names of their runs, shorter on a narrow page', () => {
    const names = (width: number) => arrange({ hiddenRows: ['code', 'difference'] }, { runs: 2, width }).sheet().rows.flatMap(row => (row.type === 'pictures' && row.kind === 'reconstruction' ? [row.label] : []));
    expect(names(800)).toEqual(['the first o…long names', 'second']);
    expect(names(400)).toEqual(['the fi… names', 'second']);
  });
});
