import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { runFiles, type RunStatus } from '../runs/events.ts';
import { readRun } from '../runs/reader.ts';
import { principalBaseline } from './baseline.ts';
import { baselineWarning } from './baseline-task.ts';
import { cpuSession, openRun } from './opened-run.ts';
import { makePlace, removePlace, trainAt, type Place } from './testing.ts';
import { resume } from './resume.ts';

const places: Place[] = [];
function place(): Place {
  const made = makePlace();
  places.push(made);
  return made;
}
afterEach(() => { places.splice(0).forEach(removePlace); });

const warnings = async (folder: string): Promise<string[]> =>
  (await readRun(folder)).events.flatMap(event => event.type === 'alert' && event.level === 'warning' ? [event.message] : []);

it('is written to the run with the model\'s own error, and warns when it is the lower one', async () => {
  const { folder, baseline } = await trainAt(place(), { overrides: { 'training.epochs': 1, 'training.loss': 'binaryCrossentropy' } });
  const { info } = await readRun(folder);
  expect(info?.baseline).toEqual(baseline);
  expect(baseline).toMatchObject({ kind: 'pca', components: 2 });
  const run = await openRun(folder, { dataFolders: [] });
  const session = await cpuSession(1);
  try {
    expect(baseline!.mse).toBeCloseTo((await principalBaseline(run.experiment, session)).mse, 6);
    const { validation } = run.experiment.dataset;
    const errors = await run.evaluator.measure(validation, ['mse', 'psnr']);
    expect(errors).toHaveLength(2 * validation.count);
    expect(baseline!.model).toBeCloseTo(errors.filter((_, i) => i % 2 === 0).reduce((a, b) => a + b) / validation.count, 6);
    expect(errors[1]).toBeCloseTo(-10 * Math.log10(errors[0]!), 3);
  } finally {
    await session.dispose();
    await run.close();
  }
  // One epoch of seven steps is not enough to beat anything.
  expect(baseline!.model!).toBeGreaterThan(baseline!.mse);
  expect(await warnings(folder)).toEqual([expect.stringMatching(/not better than that of 2 principal components/)]);
  expect(path.basename(folder)).toBe(info?.id);
});

it('is told after every epoch beside the model\'s own error, whatever the loss is', async () => {
  const told = async (overrides: Record<string, unknown>) => {
    const statuses: RunStatus[] = [];
    const { folder } = await trainAt(place(), { overrides: { 'training.epochs': 20, ...overrides }, onStatus: status => statuses.push(status) });
    const { events, info } = await readRun(folder);
    const last = events.findLast(event => event.type === 'scalars' && event.split === 'validation');
    return { folder, baseline: info!.baseline!, values: last?.type === 'scalars' ? last.values : {}, status: statuses.at(-1)! };
  };
  const plain = await told({});
  expect(plain.baseline.levels).toEqual({ mse: plain.baseline.mse, loss: plain.baseline.mse });
  expect(plain.status).toMatchObject({ mse: plain.values['loss'], pca: plain.baseline.mse });
  expect(plain.values).not.toHaveProperty('mse');
  expect(fs.readdirSync(path.join(plain.folder, 'tb'))).toContain('pca');

  const crossEntropy = await told({ 'training.loss': 'binaryCrossentropy' });
  expect(crossEntropy.baseline.levels).toEqual({ mse: crossEntropy.baseline.mse });
  expect(crossEntropy.status).toMatchObject({ mse: crossEntropy.values['mse'], pca: crossEntropy.baseline.mse });
  expect(crossEntropy.values['mse']).toBeCloseTo(crossEntropy.baseline.model!, 6);

  const summed = await told({ 'latent': { type: 'gaussian', units: 2 } });
  expect(summed.baseline.levels!['reconstruction']).toBeCloseTo(784 * summed.baseline.mse, 6);
  expect(summed.status.mse).toBeCloseTo(summed.values['reconstruction']! / 784, 9);
});

it('is computed once: a run that goes on only judges its model again', async () => {
  const here = place();
  const first = await trainAt(here, { overrides: { 'training.epochs': 1 } });
  const second = await resume(first.folder, { dataFolders: [], epochs: 3 });
  expect(second.baseline!.mse).toBe(first.baseline!.mse);
  expect(second.baseline!.model).toBeLessThan(first.baseline!.model!);
});

it('is left to the continuation when training stops before it began, and out without a bottleneck', async () => {
  const abort = new AbortController();
  const stopped = await trainAt(place(), { signal: abort.signal, onEvent: ({ type }) => { if (type === 'scalars') abort.abort(); } });
  expect(stopped).toMatchObject({ outcome: 'stopped' });
  expect(stopped.baseline).toBeUndefined();
  expect((await resume(stopped.folder, { dataFolders: [] })).baseline?.components).toBe(2);
  const wide = await trainAt(place(), { overrides: { 'training.epochs': 1, 'latent.units': 784 } });
  expect((await readRun(wide.folder)).info).not.toHaveProperty('baseline');
});

it('is done without, and said so, when it cannot be written', async () => {
  let info = '';
  let written = '';
  const { folder, baseline, outcome } = await trainAt(place(), {
    onRun: run => { info = path.join(run.folder, runFiles.info); },
    onEvent: event => {
      if (event.type !== 'scalars' || event.per !== 'batch' || written !== '') return;
      written = fs.readFileSync(info, 'utf8');
      fs.rmSync(info);
      fs.mkdirSync(info);
    },
  });
  expect(outcome).toBe('finished');
  expect(baseline).toBeUndefined();
  fs.rmdirSync(info);
  fs.writeFileSync(info, written);
  expect(await warnings(folder)).toEqual([expect.stringMatching(/components reach could not be kept: Cannot write .*run\.json.* The run goes on without/)]);
  expect(await readRun(folder)).toMatchObject({ state: 'finished', events: expect.arrayContaining([expect.objectContaining({ type: 'end', outcome: 'finished' })]) as unknown });
  // Nothing of it is left behind: a run that goes on computes it anew.
  expect((await resume(folder, { dataFolders: [], epochs: 5 })).baseline?.components).toBe(2);
});

it('says nothing against a model that is better', () => {
  expect(baselineWarning({ kind: 'pca', components: 3, mse: 0.02, model: 0.019 })).toBeUndefined();
  expect(baselineWarning({ kind: 'pca', components: 3, mse: 0.02 })).toBeUndefined();
  expect(baselineWarning({ kind: 'pca', components: 3, mse: 0.02, model: 1e18 })).toMatch(/far from it: training has hardly begun, has diverged.*a smaller training\.optimizer\.learningRate/);
  expect(baselineWarning({ kind: 'pca', components: 3, mse: 1e-14, model: 0.001 })).toMatch(/rebuild these samples exactly/);
  expect(baselineWarning({ kind: 'pca', components: 3, mse: 0.02, model: 0.02 })).toMatch(/mse 0\.02000.*3 principal components \(0\.02000\)/);
});
