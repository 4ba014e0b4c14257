import { expect, it } from 'vitest';
import { companionsOf, corruptionText, generationWays, noiseKinds, optionsOf, probeSettings, readSettings, readStrengths, settingsText } from './judge-options.ts';
import { loadSpec, requireSpec } from '../spec/load.ts';
import type { RunRecord } from './run-record.ts';
import { generationMethods } from '../trainer/generate-codes.ts';
import { defaultCounts } from '../trainer/generate.ts';

it('reads strengths, and says what is wrong with others', () => {
  expect(readStrengths('0.1, 0.3,0.5,')).toEqual([0.1, 0.3, 0.5]);
  for (const wrong of ['', ' , ', 'much', '0.1 0.2', '-1', 'Infinity']) expect(readStrengths(wrong)).toMatch(/with commas between/);
  for (const { usual } of noiseKinds) expect(readStrengths(usual)).toHaveProperty('length');
});

it('offers the methods that the program knows, and no others', () => {
  const offered = generationWays.flatMap(way => way.args.slice(1));
  expect([...offered].sort()).toEqual([...generationMethods].sort());
});

const gaussian = noiseKinds.find(({ type }) => type === 'gaussian')!;

it('reads settings that were changed, and says what is wrong with others', () => {
  const { settings } = gaussian;
  expect(settingsText(settings)).toBe('mean 0, clip true');
  for (const usual of [settingsText(settings), '', ' mean=0 ,', 'clip: true']) expect(readSettings(usual, settings), usual).toEqual({});
  expect(readSettings('mean 0.5, clip false', settings)).toEqual({ mean: 0.5, clip: false });
  expect(readSettings('mean=-1', settings)).toEqual({ mean: -1 });
  expect(readSettings('mean much', settings)).toBe('mean is a number.');
  expect(readSettings('clip 1', settings)).toBe('clip is true or false.');
  for (const wrong of ['0.5', 'stddev 0.1', 'mean', 'toString 1']) expect(readSettings(wrong, settings)).toMatch(/is not understood\. Write for example: mean 0, clip true\.$/);
  for (const wrong of ['1.5', '0', '-3']) expect(readSettings(`epochs ${wrong}`, probeSettings)).toBe('epochs is a whole number from 1.');
  expect(readSettings('neighbors 0', probeSettings)).toEqual({ neighbors: 0 });
});

it('gives the program what was changed, and nothing where all is as usual', () => {
  expect(corruptionText(gaussian, {})).toBe('gaussian');
  // System E of the published projects: N(0.5, 0.5).
  expect(corruptionText(gaussian, { mean: 0.5 })).toBe('{"type":"gaussian","mean":0.5}');
  expect(optionsOf({ count: 30, seed: 2 })).toEqual(['--count', '30', '--seed', '2']);
  expect(optionsOf({})).toEqual([]);
});

it('shows the defaults that the program has', () => {
  const spec = requireSpec(loadSpec(JSON.stringify({
    data: 'glyphs', encoder: [{ type: 'flatten' }, { type: 'dense', units: 2 }], probe: {},
    robustness: noiseKinds.map(({ type }) => ({ corruption: { type, ...(type === 'occlusion' ? { size: 4 } : type === 'gaussian' ? {} : { amount: 0.1 }) }, strengths: [1] })),
  }), 'test.aeconf'));
  noiseKinds.forEach(({ type, settings }, i) => {
    const { corruption } = spec.robustness[i]!;
    expect(corruption.type).toBe(type);
    for (const [name, { usual }] of Object.entries(settings)) expect(corruption[name as keyof typeof corruption], `${type} ${name}`).toBe(usual);
  });
  expect(spec.probe).toMatchObject({ epochs: probeSettings.epochs.usual, neighbors: probeSettings.neighbors.usual });
  for (const { args: [, method], settings } of generationWays) expect(settings['count']!.usual).toBe(defaultCounts[(method ?? 'prior') as keyof typeof defaultCounts]);
});

it('tests a run beside those of the same data only', () => {
  const run = (id: string, change: Partial<RunRecord> = {}): RunRecord => ({
    id, folder: `/${id}`, name: id, state: 'finished', epoch: 1, epochs: 1, star: false, elapsed: 1, created: 1, overrides: {}, bestLoss: 1, samples: { name: 'glyphs', shape: [28, 28, 1] }, ...change,
  });
  const { bestLoss: _, ...untrained } = run('untrained');
  const { samples: __, ...unknown } = run('unknown');
  const runs = [run('a'), run('b'), run('mnist', { samples: { name: 'mnist', shape: [28, 28, 1] } }), run('wide', { samples: { name: 'glyphs', shape: [14, 14, 1] } }), untrained, unknown];
  expect(companionsOf(runs[0]!, runs).map(({ id }) => id)).toEqual(['b']);
  expect(companionsOf(unknown, runs)).toEqual([]);
});
