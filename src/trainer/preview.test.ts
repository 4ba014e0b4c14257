// What is shown before training is what training gets: the same batches, and the same warnings.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { toModelScale } from '../data/batch-maker.ts';
import { createBatchSource } from '../data/batches.ts';
import { loadDataset } from '../data/load.ts';
import { bytesOf, expectStudioError, npyFile } from '../data/testing.ts';
import type { PreviewFinding } from '../runs/data-preview.ts';
import { loadSpec, requireSpec } from '../spec/load.ts';
import type { Spec } from '../spec/schema.ts';
import { openExperiment } from './experiment.ts';
import { batchPlan } from './prepare.ts';
import { firstBatch, previewData, type Preview } from './preview.ts';
import { choosePreviewed } from './preview-samples.ts';
import { makePlace, removePlace, tinyConfig, type Place } from './testing.ts';

const places: Place[] = [];
afterEach(() => { places.splice(0).forEach(removePlace); });

function place(config: string): Place {
  const made = makePlace(config);
  places.push(made);
  return made;
}

function specOf({ configPath }: Place): Spec {
  return requireSpec(loadSpec(fs.readFileSync(configPath, 'utf8'), configPath));
}

function look(at: Place, more: { split?: 'train' | 'validation'; draw?: number; className?: string } = {}): Promise<Preview> {
  const config = { text: fs.readFileSync(at.configPath, 'utf8'), path: at.configPath, overrides: {} };
  return previewData(specOf(at), { baseFolders: [at.folder], config, split: 'train', draw: 0, ...more });
}

const texts = ({ report }: Preview, level: PreviewFinding['level']): string[] => report.findings.filter(finding => finding.level === level).map(({ text }) => text);

it('shows the first batch of training to the last bit, noise included', async () => {
  const made = place(tinyConfig);
  const spec = specOf(made);
  const experiment = await openExperiment(spec, { baseFolders: [made.folder] });
  const batch = await createBatchSource(experiment.dataset.train, experiment.dataset, batchPlan(experiment)).next(1, 0);
  const shown = await firstBatch(spec, experiment.dataset);
  expect(shown.count).toBe(20);
  expect(shown.corrupted).toEqual(batch.input!.subarray(0, 20 * 784));
  const clean = new Float32Array(20 * 784);
  toModelScale(batch.target.subarray(0, 20 * 784), experiment.dataset.scale, clean);
  expect(shown.original).toEqual(clean);
  expect(shown.labels).toHaveLength(20);
});

it('describes digits: split, classes, range, corruption in words', async () => {
  const { report, tensors, pictures } = await look(place(tinyConfig));
  expect(report).toMatchObject({
    format: 1, name: 'glyphs', type: 'glyphs', shape: [28, 28, 1], fromDisk: false, bytes: 260 * 784, corruption: ['gaussian (stddev 0.2)', 'masking (amount 0.1)'],
    train: { count: 200, seen: 200, min: 0, max: 1 }, validation: { count: 60 }, samples: { split: 'train', draw: 0 }, findings: expect.any(Array) as unknown,
  });
  expect(report.source).toBeUndefined();
  expect(report.train.classes!.reduce((sum, count) => sum + count, 0)).toBe(200);
  const { original, corrupted, label, index, general } = tensors.samples;
  const { count } = report.samples;
  expect([original!.shape, corrupted!.shape, label!.shape, index!.shape]).toEqual([[count, 784], [count, 784], [count], [count]]);
  expect(Array.from(general!.data).reduce((sum, value) => sum + value, 0)).toBe(96);
  // Beside those of the whole split, all that a class has, so that none has to be asked for again.
  for (const [of, there] of report.train.classes!.entries()) expect(Array.from(label!.data).filter(value => value === of).length).toBe(Math.max(there, 0));
  expect(new Set(index!.data).size).toBe(count);
  for (const png of [pictures.samples, pictures.mean!]) expect([...png.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
});

it('takes other samples by draw, split and class, and says what is not there', async () => {
  const made = place(tinyConfig);
  const indices = async (more: Parameters<typeof look>[1]): Promise<number[]> => Array.from((await look(made, more)).tensors.samples['index']!.data);
  const first = await indices({ draw: 1 });
  expect(await indices({ draw: 1 })).toEqual(first);
  expect(await indices({ draw: 2 })).not.toEqual(first);
  const sevens = await look(made, { split: 'validation', className: '7' });
  expect(sevens.report.samples).toEqual({ split: 'validation', draw: 0, className: '7', count: sevens.report.validation!.classes![7] });
  expect(new Set(sevens.tensors.samples['label']!.data)).toEqual(new Set([7]));
  await expectStudioError(look(made, { className: '77' }), 'usage', 'glyphs has no class "77"', 'Did you mean "7"');
  const alone = place(tinyConfig.replace('"test": 60 }', '"validation": 0 }'));
  await expectStudioError(look(alone, { split: 'validation' }), 'usage', 'no validation samples');
  expect((await look(alone)).report.validation).toBeUndefined();
});

const table = (data: string, more = '', lines: readonly string[] = Array.from({ length: 40 }, (_, i) => `${i / 10},${100 * i + 0.5},3,${i % 2 === 0 ? 'even' : 'odd'}`)): Place => {
  const made = place(`{ "data": { "type": "csv", "path": "table.csv", "labelColumn": "kind", "validation": 0.25${data} }, "encoder": [{ "type": "dense", "units": 2 }], "latent": { "type": "plain", "units": 1 }, ${more} }`);
  fs.writeFileSync(path.join(made.folder, 'table.csv'), `speed,height,share,kind\n${lines.join('\n')}\n`);
  return made;
};

it('of a table it says what the trainer would warn about, and what only the samples tell', async () => {
  const { report, tensors } = await look(table(''));
  expect(report).toMatchObject({ name: 'table.csv', shape: [3], columnNames: ['speed', 'height', 'share'], classNames: ['even', 'odd'], constant: 1, train: { count: 30, max: 3800.5 } });
  expect(report.source).toMatch(/table\.csv$/);
  const warnings = texts({ report } as Preview, 'warning');
  expect(warnings).toEqual([
    expect.stringMatching(/^table\.csv lies in 0\.1 … 3801, but the output \(sigmoid\) in 0 … 1/), expect.stringMatching(/^The same in every training sample: share\./),
    expect.stringMatching(/^The widest column \(height\) spans [\d,]+ times as much as the narrowest, so the loss sees little else\. Set "normalize"/),
  ]);
  expect(texts({ report } as Preview, 'info')).toEqual([expect.stringContaining('the first line was taken as the names')]);
  expect(tensors.features['histograms']!.shape).toEqual([3, 16]);
});

it('normalised columns are told as the model sees them, with what brings them back', async () => {
  const { report, tensors } = await look(table(', "normalize": "standard"', '"decoder": { "type": "mirror", "outputActivation": "linear" }'));
  const { center, spread } = report.normalization!;
  expect(tensors.features['mean']!.data[1]).toBeCloseTo(0, 5);
  expect(tensors.features['stddev']!.data[0]).toBeCloseTo(1, 5);
  expect(tensors.features['max']!.data[1]! * spread[1]! + center[1]!).toBeLessThanOrEqual(3900.6);
  expect(texts({ report } as Preview, 'warning').filter(text => text.includes('widest') || text.includes('lies in'))).toEqual([]);
});

it('what training refuses is an error that is told beside the data; so are layers that do not fit it', async () => {
  const { report } = await look(table('', '"training": { "loss": "binaryCrossentropy" }'));
  expect(texts({ report } as Preview, 'error')).toEqual([expect.stringMatching(/^binaryCrossentropy needs targets in \[0, 1\], but table\.csv lies in/)]);
  const made = table('');
  fs.writeFileSync(made.configPath, fs.readFileSync(made.configPath, 'utf8').replace('{ "type": "dense", "units": 2 }', '{ "type": "conv2d", "filters": 2, "kernelSize": 3 }'));
  const wrong = texts(await look(made), 'error');
  expect(wrong).toHaveLength(1);
  expect(wrong[0]).toMatch(/tiny\.aeconf:1:\d+: error: .*conv2d/);
});

it('says when validation samples were trained on', async () => {
  const lines = Array.from({ length: 40 }, (_, i) => `${i % 8},${i % 8},${i % 8},even`);
  const { report } = await look(table(', "normalize": "minMax"', '', lines));
  expect(report.duplicates).toEqual({ train: 22, shared: 10 });
  expect(texts({ report } as Preview, 'warning')).toContain('10 of 10 validation samples are training samples, too: what they measure says less of new data.');
});

it('of a set on disk looks at some samples, spread evenly, and says so', async () => {
  const made = place('{ "data": { "type": "npy", "images": "x.npy", "memory": 0, "validation": 0 }, "encoder": [{ "type": "dense", "units": 2 }], "latent": { "type": "plain", "units": 1 } }');
  const rows = 40_000;
  const values = new Uint8Array(rows * 1000);
  for (let row = 0; row < rows; row++) values.fill(row % 256, row * 1000, (row + 1) * 1000);
  fs.writeFileSync(path.join(made.folder, 'x.npy'), npyFile('|u1', [rows, 1000], bytesOf(values)));
  const { report } = await look(made);
  expect(report).toMatchObject({ fromDisk: true, bytes: rows * 1000, train: { count: rows } });
  expect(report.train.seen).toBeLessThan(17_000);
  expect(report.train.seen).toBeGreaterThan(16_000);
  expect(report.train.mean).toBeCloseTo(0.5, 1);
  expect(texts({ report } as Preview, 'info')).toEqual([expect.stringContaining('read from disk as needed'), expect.stringMatching(/^Range, mean and distribution are of 16,\d\d\d of 40,000 training samples, spread evenly\.$/)]);
  expect(report.duplicates).toBeUndefined();
});

it('hands over no more samples than a page can take', () => {
  const values = new Uint8Array(0);
  const labels = Uint16Array.from({ length: 10_000 }, (_, i) => i % 10);
  const split = { count: 10_000, values, labels };
  expect(choosePreviewed(split, 784, { draw: 0, seed: 0 }).positions.length).toBeLessThanOrEqual(480);
  expect(choosePreviewed(split, 250 * 250 * 3, { draw: 0, seed: 0 })).toMatchObject({ general: 8 });
  expect(choosePreviewed(split, 784, { draw: 3, seed: 0, wanted: 5 })).toMatchObject({ general: 5, positions: { length: 5 } });
  expect(choosePreviewed({ ...split, count: 4, labels: labels.slice(0, 4) }, 784, { draw: 1, seed: 0 }).positions.toSorted()).toEqual(Int32Array.of(0, 1, 2, 3));
});

it('a dataset says where it was found', async () => {
  const made = table('');
  const { source } = await loadDataset(specOf(made).data, { baseFolders: [made.folder], seed: 0 });
  expect(source).toBe(path.join(made.folder, 'table.csv'));
});
