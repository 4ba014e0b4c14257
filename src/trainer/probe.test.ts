// Probes on real trainings of a small autoencoder: what they learn, what they report, and what they say when they cannot.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeFiles, readProbe, writeProbe, type ProbeReport } from '../runs/probe.ts';
import { openRun } from './opened-run.ts';
import { probe, type ProbeOptions } from './probe.ts';
import { classificationOf, largest } from './probe-scores.ts';
import { makePlace, removePlace, trainAt, type Place } from './testing.ts';

const config = `{
  "seed": 3,
  "data": { "type": "glyphs", "train": 600, "test": 120 },
  "corruption": [{ "type": "gaussian", "stddev": 0.1 }],
  "encoder": [{ "type": "flatten" }, { "type": "dense", "units": 64, "activation": "relu" }],
  "latent": { "type": "plain", "units": 16 },
  "training": { "epochs": 12, "batchSize": 16, "optimizer": { "type": "adam", "learningRate": 0.003 } },
  "views": { "samples": 4, "latentSamples": 10, "every": 100 },
  "probe": {
    "on": ["codes", "pixels", "reconstructions"], "epochs": 12, "batchSize": 16, "neighbors": 3, "optimizer": { "type": "adam", "learningRate": 0.005 },
    "layers": [{ "type": "dense", "units": 32, "activation": "relu" }, { "type": "dropout", "rate": 0.1 }, { "type": "batchNormalization" }],
  },
}
`;

const withoutProbe = `${config.slice(0, config.indexOf('  "probe"'))}}`;

let place: Place;
let folder: string;
beforeAll(async () => {
  place = makePlace(config);
  ({ folder } = await trainAt(place));
}, 60_000);
afterAll(() => { removePlace(place); });

async function probed(options: ProbeOptions = {}, at = folder): Promise<ProbeReport> {
  const run = await openRun(at, { dataFolders: [] });
  try {
    return await probe(at, run, options);
  } finally {
    await run.close();
  }
}

/** A report without what differs from one time to the next. */
function lasting({ started: _s, updated: _u, process: _p, subjects, ...rest }: ProbeReport): unknown {
  return { ...rest, subjects: subjects.map(({ seconds: _, neighbors, ...subject }) => ({ ...subject, neighbors: neighbors && { ...neighbors, seconds: 0 } })) };
}

describe('a probe', () => {
  it('writes numbers of samples as they are written everywhere', async () => {
    const { folder: large } = await trainAt(place, { overrides: { 'data.train': 1000, 'training.epochs': 1 } });
    const said = new Set<string | undefined>();
    await probed({ changes: { on: ['codes'], epochs: 1, neighbors: 0 }, onProgress: ({ message }) => said.add(message) }, large);
    expect([...said]).toContain('Computing codes of 1,120 samples');
  });

  it('learns the classes from codes, pixels and reconstructions, and says so in the run folder', async () => {
    const seen: ProbeReport[] = [];
    const report = await probed({ onProgress: found => seen.push(found) });
    expect(report).toMatchObject({ state: 'finished', checkpoint: 'last', epoch: 12, samples: { train: 600, validation: 120 }, settings: { epochs: 12, neighbors: 3, seed: 3 } });
    expect(report.message).toBeUndefined();
    expect(report.subjects.map(({ on, shape, parameters }) => [on, shape, parameters.total])).toEqual([
      ['codes', [16], 544 + 128 + 330], ['pixels', [28, 28, 1], 25_120 + 128 + 330], ['reconstructions', [28, 28, 1], 25_120 + 128 + 330],
    ]);
    for (const { on, curve, result, best, neighbors } of report.subjects) {
      expect(result!.accuracy, on).toBeGreaterThan(0.7);
      expect(neighbors!.accuracy, on).toBeGreaterThan(0.6);
      expect(curve.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
      expect(curve[11]!.trainLoss).toBeLessThan(curve[0]!.trainLoss / 2);
      expect(curve[11]!.validationAccuracy).toBeCloseTo(result!.accuracy, 12);
      expect(best!.accuracy).toBe(Math.max(...curve.map(({ validationAccuracy }) => validationAccuracy)));
      expect(result!.confusion.flat().reduce((a, b) => a + b)).toBe(120);
      expect(result!.classes).toHaveLength(10);
    }
    expect(seen[0]).toMatchObject({ state: 'running' });
    expect(seen.length).toBeGreaterThan(6);
    expect(await readProbe(folder)).toEqual(report);
  });

  it('finds the same again', async () => {
    const options: ProbeOptions = { changes: { on: ['codes'], epochs: 2 } };
    expect(lasting(await probed(options))).toEqual(lasting(await probed(options)));
  });

  it('is linear, of codes and pixels, with five neighbours, where the spec says nothing', async () => {
    const silent = makePlace(withoutProbe);
    const plain = await trainAt(silent, { overrides: { 'training.epochs': 1 } });
    const report = await probed({ changes: { epochs: 1 } }, plain.folder);
    expect(report.settings).toMatchObject({ on: ['codes', 'pixels'], layers: [], neighbors: 5 });
    expect(report.subjects.map(({ parameters }) => parameters.total)).toEqual([16 * 10 + 10, 784 * 10 + 10]);
    expect(report.subjects[0]!.neighbors!.k).toBe(5);
    removePlace(silent);
  });

  it('refuses layers that do not fit what they are given', async () => {
    await expect(probed({ changes: { on: ['codes'], layers: [{ type: 'maxPooling2d', poolSize: [2, 2], padding: 'valid' }] } })).rejects.toThrow(/on codes \(a vector of 16\): maxPooling2d needs an image/);
  });

  it('keeps what it found when it is stopped', async () => {
    const stopping = new AbortController();
    const onProgress = ({ subjects }: ProbeReport): void => { if (subjects.length === 2) stopping.abort(); };
    await expect(probed({ signal: stopping.signal, onProgress })).rejects.toMatchObject({ reason: 'cancelled' });
    const kept = await readProbe(folder);
    expect(kept).toMatchObject({ state: 'stopped', message: expect.stringContaining('stopped') as string });
    expect(kept!.subjects[0]!.result!.accuracy).toBeGreaterThan(0.7);
    expect(kept!.subjects[1]!.result).toBeUndefined();
  });

  it('tells of a classifier that diverges', async () => {
    const wild = await trainAt(place, { overrides: { 'training.epochs': 1, 'probe.optimizer': { type: 'sgd', learningRate: 1e30 } } });
    await expect(probed({}, wild.folder)).rejects.toThrow(/The classifier on codes diverged: its loss became (NaN|Infinity) in epoch 1.*Lower probe\.optimizer\.learningRate/);
    expect(await readProbe(wild.folder)).toMatchObject({ state: 'failed' });
  });
});

describe('data that cannot be probed', () => {
  const trainOn = (data: object) => trainAt(place, { overrides: { data, encoder: [], 'latent.units': 2, 'training.epochs': 1, corruption: [], 'probe.layers': [] } });

  it('has no labels', async () => {
    fs.writeFileSync(path.join(place.folder, 'table.csv'), Array.from({ length: 20 }, (_, i) => `${i / 20},${1 - i / 20},0.5`).join('\n'));
    const { folder: unlabelled } = await trainOn({ type: 'csv', path: 'table.csv' });
    await expect(probed({}, unlabelled)).rejects.toThrow('table.csv has no labels, so there are no classes to tell apart. Say which column holds them with data.labelColumn');
  });

  it('has one class only', async () => {
    fs.writeFileSync(path.join(place.folder, 'one.csv'), Array.from({ length: 20 }, (_, i) => `${i / 20},${1 - i / 20},7`).join('\n'));
    const { folder: single } = await trainOn({ type: 'csv', path: 'one.csv', labelColumn: 'last' });
    await expect(probed({}, single)).rejects.toThrow('All samples of one.csv are of the one class "7"');
  });

  it('was not set aside', async () => {
    const silent = makePlace(withoutProbe);
    const { folder: whole } = await trainAt(silent, { overrides: { 'training.epochs': 1, 'data.validation': 0 } });
    await expect(probed({}, whole)).rejects.toThrow('The run set no validation samples of glyphs aside, so a probe has nothing to be judged on. Train with a share of them: "validation": 0.1 in "data".');
    removePlace(silent);
  });
});

describe('a report', () => {
  it('of a process that is gone was interrupted, and a damaged one is none', async () => {
    const report = (await readProbe(folder))!;
    writeProbe(folder, { ...report, state: 'running', process: { ...report.process, pid: 2 ** 22 + 1 } });
    expect(await readProbe(folder)).toMatchObject({ state: 'interrupted' });
    fs.writeFileSync(path.join(folder, probeFiles.report), '{"format":1,');
    expect(await readProbe(folder)).toBeUndefined();
  });
});

describe('scores', () => {
  it('count as the textbook does', () => {
    const { accuracy, confusion, classes } = classificationOf([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 0, 0], ['a', 'b', 'c', 'd']);
    expect(accuracy).toBe(3 / 6);
    expect(confusion).toEqual([[2, 1, 0, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]);
    expect(classes[0]).toEqual({ name: 'a', precision: 2 / 4, recall: 2 / 3, f1: 4 / 7, support: 3 });
    expect(classes[2]).toEqual({ name: 'c', precision: 0, recall: 0, f1: 0, support: 1 });
    expect(classes[3]).toEqual({ name: 'd', precision: 0, recall: 0, f1: 0, support: 0 });
  });

  it('take the largest of each row, the first of equals', () => {
    expect([...largest([0, 2, 1, 5, 5, 3], 3)]).toEqual([1, 0]);
  });
});
