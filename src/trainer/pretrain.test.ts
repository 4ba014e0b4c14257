import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runFiles, type RunEvent, type RunStatus } from '../runs/events.ts';
import { readRun } from '../runs/reader.ts';
import { RunSeries } from '../runs/series.ts';
import { hasCheckpoint, readCheckpoint } from './checkpoint.ts';
import { mergeMoments } from './pretrain-moments.ts';
import { epochLosses, makePlace, pauseContinueStop, removePlace, stopAtLook, trainAt, type Place } from './testing.ts';
import { resume } from './resume.ts';
import type { TrainOptions, TrainResult } from './trainer.ts';

/** 200 digits; 3 levels of 3 epochs of 4 steps. */
const belief = `{
  "seed": 3,
  "data": { "type": "glyphs", "train": 200, "test": 60 },
  "corruption": [{ "type": "gaussian", "stddev": 0.1 }],
  "encoder": [{ "type": "flatten" }, { "type": "dense", "units": 40, "activation": "sigmoid" }, { "type": "dropout", "rate": 0.1 }, { "type": "dense", "units": 20, "activation": "sigmoid" }],
  "latent": { "type": "plain", "units": 6 },
  "pretraining": { "type": "rbm", "epochs": 3, "batchSize": 60, "gaussianLearningRate": 0.01 },
  "training": { "epochs": 2, "batchSize": 50, "loss": "binaryCrossentropy" },
  "views": { "samples": 6, "latentSamples": 40 },
}
`;
const convolutional = `{
  "data": { "type": "glyphs", "train": 200, "test": 60 },
  "encoder": [
    { "type": "conv2d", "filters": 6, "strides": 2, "padding": "same" }, { "type": "batchNormalization", "momentum": 0.8 }, { "type": "activation", "activation": "relu" },
    { "type": "maxPooling2d" }, { "type": "flatten" }, { "type": "dense", "units": 30, "activation": "tanh" }, { "type": "dropout", "rate": 0.1 },
  ],
  "latent": { "type": "gaussian", "units": 4 },
  "pretraining": { "type": "layerwise", "epochs": 6, "optimizer": { "type": "adam", "learningRate": 0.01 } },
  "training": { "epochs": 1, "batchSize": 20, "optimizer": { "type": "sgd", "learningRate": 1e-12 } },
  "views": { "samples": 6, "latentSamples": 40 },
}
`;

const places: Place[] = [];
function place(config: string): Place {
  const made = makePlace(config);
  places.push(made);
  return made;
}
afterEach(() => { places.splice(0).forEach(removePlace); });

type Scalars = Extract<RunEvent, { type: 'scalars' }>;

/** "train dense 1 -33" → error, in the order of the file. */
async function curves(folder: string): Promise<Record<string, number>> {
  const events = (await readRun(folder)).events.filter((event): event is Scalars => event.type === 'scalars');
  return Object.fromEntries(events.flatMap(({ split, epoch, step, values }) => Object.entries(values)
    .filter(([name]) => name.startsWith('pretraining/'))
    .map(([name, y]) => [`${split} ${name.slice('pretraining/'.length)} ${epoch} ${step}`, y])));
}

/** The epochs of pretraining that a run told of since it was last resumed, by their steps. */
async function pretrainedAfterResume(folder: string): Promise<number[]> {
  const text = await fs.promises.readFile(path.join(folder, runFiles.events), 'utf8');
  const events = text.split('\n').filter(line => line !== '').map(line => JSON.parse(line) as RunEvent);
  return events.slice(events.findLastIndex(({ type }) => type === 'resume')).flatMap(event => (event.type === 'scalars' && event.step < 0 && event.split === 'train' ? [event.step] : []));
}

/** Aborts once an event says so. */
function abortOn(when: (event: RunEvent) => boolean): Pick<TrainOptions, 'signal' | 'onEvent'> {
  const abort = new AbortController();
  return { signal: abort.signal, onEvent: event => { if (when(event)) abort.abort(); } };
}

const isEndOf = (name: string, epoch: number) => (event: RunEvent): boolean =>
  event.type === 'scalars' && event.split === 'validation' && event.epoch === epoch && `pretraining/${name}` in event.values;

describe('pretraining by Boltzmann machines', () => {
  let reference: { place: Place; result: TrainResult; statuses: RunStatus[]; losses: Record<string, number>; curves: Record<string, number> };
  beforeAll(async () => {
    const here = makePlace(belief);
    const statuses: RunStatus[] = [];
    const result = await trainAt(here, { onStatus: status => statuses.push(status) });
    reference = { place: here, result, statuses, losses: await epochLosses(result.folder), curves: await curves(result.folder) };
  }, 60_000);
  afterAll(() => { removePlace(reference.place); });

  it('gives every layer a curve for train and validation, whose steps rise to −1', async () => {
    const places = ['dense 1 -33', 'dense 2 -29', 'dense 3 -25', 'dense_1 1 -21', 'dense_1 2 -17', 'dense_1 3 -13', 'latent 1 -9', 'latent 2 -5', 'latent 3 -1'];
    expect(Object.keys(reference.curves)).toEqual(places.flatMap(at => [`train ${at}`, `validation ${at}`]));
    const series = new RunSeries();
    series.apply((await readRun(reference.result.folder)).events);
    const curve = series.curves().find(({ value, split }) => value === 'pretraining/dense_1' && split === 'validation')!;
    expect([...curve.step]).toEqual([-21, -17, -13]);
    expect([...curve.epoch]).toEqual([1, 2, 3]);
    expect(series.best()).toMatchObject({ epoch: 2 });
  });

  it('says what it is doing, and leaves training\'s own steps as they are', () => {
    const messages = reference.statuses.filter(({ state, step }) => state === 'training' && step < 0).map(({ message }) => message);
    for (const message of messages) expect(message).toMatch(/^(|Pretraining (dense|dense_1|latent), epoch [123] of 3)$/);
    expect(reference.statuses.at(-1)).toMatchObject({ state: 'finished', epoch: 2, step: 8, message: '' });
  });

  it('lowers the error of its layers, and rebuilds better at once than fresh weights do', async () => {
    // A rate at which nothing is learned: the loss is that of the weights training starts from.
    const still = { 'training.epochs': 1, 'training.optimizer': { type: 'sgd', learningRate: 1e-12 }, 'corruption': [], 'pretraining.epochs': 10, 'pretraining.batchSize': 20 };
    const pretrained = await trainAt(place(belief), { overrides: still });
    const fresh = await trainAt(place(belief.replace(/ {2}"pretraining".*\n/, '')), { overrides: Object.fromEntries(Object.entries(still).slice(0, 3)) });
    expect(pretrained.validationLoss!).toBeLessThan(fresh.validationLoss! * 0.6);
    const errors = await curves(pretrained.folder);
    for (const [name, first, last] of [['dense', -291, -201], ['dense_1', -191, -101], ['latent', -91, -1]] as const) {
      expect(errors[`validation ${name} 10 ${last}`]!, name).toBeLessThan(errors[`validation ${name} 1 ${first}`]! * 0.95);
    }
  });

  it('does so for Gaussian visible units, which are standardised inside the network', async () => {
    const overrides = {
      'training.epochs': 1, 'training.loss': 'mse', 'training.optimizer': { type: 'sgd', learningRate: 1e-12 }, 'corruption': [],
      'decoder': { type: 'mirror', outputActivation: 'linear' },
    };
    const pretraining = { type: 'rbm', visible: 'gaussian', epochs: 10, batchSize: 20, gaussianLearningRate: 0.01 };
    const pretrained = await trainAt(place(belief), { overrides: { ...overrides, pretraining } });
    const fresh = await trainAt(place(belief.replace(/ {2}"pretraining".*\n/, '')), { overrides });
    expect(pretrained.validationLoss!).toBeLessThan(fresh.validationLoss! * 0.6);
  });

  // 3 layers of 3 epochs of 4 steps. It looks twice before each step: whether to pause, and whether to stop.
  it.each([
    ['before its first epoch is over', 3, undefined],
    ['right after an epoch', 4, { layers: 0, epochs: 1 }],
    ['in the last epoch of a layer', 11, { layers: 0, epochs: 2 }],
    ['between two layers', 12, { layers: 1 }],
    ['in the first epoch of the second layer', 14, { layers: 1 }],
    ['in the third epoch of the second layer', 22, { layers: 1, epochs: 2 }],
    ['in the last layer', 31, { layers: 2, epochs: 1 }],
    ['between pretraining and training', 36, { layers: 3 }],
  ])('goes on after the last finished epoch to the last bit when it was stopped %s', async (_, steps, reached) => {
    const stopped = await trainAt(place(belief), stopAtLook(2 * steps + 1));
    expect(stopped.outcome).toBe('stopped');
    const begun = Math.floor(steps / 4);
    if (reached === undefined) expect(hasCheckpoint(stopped.folder, 'last')).toBe(false);
    else expect((await readCheckpoint(stopped.folder, 'last')).position).toMatchObject({ epoch: 0, step: 4 * begun - 37, pretraining: reached });
    const finished = await resume(stopped.folder, { dataFolders: [] });
    expect(finished.outcome).toBe('finished');
    expect(await pretrainedAfterResume(stopped.folder)).toHaveLength(9 - begun);
    await expectSame(stopped.folder);
  });

  it('goes on from the last finished epoch after a kill, once and again', async () => {
    let folder = '';
    for (const look of [2 * 6 + 1, 2 * 9 + 1, 2 * 11 + 1]) {
      const stop = stopAtLook(look);
      ({ folder } = await (folder === '' ? trainAt(place(belief), stop) : resume(folder, { dataFolders: [], ...stop })));
      // What a killed process leaves: no last words, and half a line.
      const file = path.join(folder, runFiles.events);
      fs.writeFileSync(file, `${fs.readFileSync(file, 'utf8').split('\n').filter(line => !line.includes('"end"')).join('\n')}{"type":"scal`);
    }
    // 6 steps, of which 4 count; 9 more, of which 8 count; 11 more, of which 8 count.
    expect((await readCheckpoint(folder, 'last')).position).toMatchObject({ step: 20 - 37, pretraining: { layers: 1, epochs: 2 } });
    await resume(folder, { dataFolders: [] });
    await expectSame(folder);
  });

  async function expectSame(folder: string): Promise<void> {
    expect(await curves(folder)).toEqual(reference.curves);
    expect(await epochLosses(folder)).toEqual(reference.losses);
    const [mine, theirs] = await Promise.all([readCheckpoint(folder, 'last'), readCheckpoint(reference.result.folder, 'last')]);
    expect(mine.tensors).toEqual(theirs.tensors);
    expect(mine.position).toEqual(theirs.position);
  }

  it('tells the errors of an epoch whose checkpoint outlived them', async () => {
    const { folder } = await trainAt(place(belief), stopAtLook(2 * 34 + 1));
    const file = path.join(folder, runFiles.events);
    // As if killed right after the checkpoint of the last layer's second epoch was renamed into its place.
    const lines = fs.readFileSync(file, 'utf8').split('\n').filter(line => line.includes('"scalars"') && !/"epoch":2,.*latent/.test(line));
    expect(lines).toHaveLength(6 + 6 + 2);
    fs.writeFileSync(file, `${lines.join('\n')}\n{"type":"scal`);
    await resume(folder, { dataFolders: [] });
    const found = await curves(folder);
    expect(found).toEqual(reference.curves);
    expect((await readRun(folder)).events.filter(event => event.type === 'scalars' && event.step < 0)).toHaveLength(18);
    expect(await epochLosses(folder)).toEqual(reference.losses);
  });

  it('pauses, continues and stops on request', async () => {
    const { states, options } = pauseContinueStop(({ step, message }) => step < -1 && /^Pretraining dense, epoch \d+ of 100000$/.test(message ?? ''));
    const { outcome } = await trainAt(place(belief), { overrides: { 'pretraining.epochs': 100_000 }, ...options });
    expect(states).toEqual(['preparing', 'training', 'paused', 'training', 'stopped']);
    expect(outcome).toBe('stopped');
  });

  it('says which layer diverged and what to change', async () => {
    await expect(trainAt(place(belief), { overrides: { 'pretraining.gaussianLearningRate': 1e6, 'pretraining.epochs': 30 } }))
      .rejects.toMatchObject({ reason: 'run', message: expect.stringMatching(/Pretraining of "latent" has diverged in epoch \d+.*gaussianLearningRate/) as string });
  });
});

describe('layer-wise pretraining', () => {
  it('brings a convolutional network with a gaussian latent nearer to its goal, layer by layer, the same after a stop', async () => {
    const pretrained = await trainAt(place(convolutional));
    const errors = await curves(pretrained.folder);
    expect(Object.keys(errors)).toHaveLength(2 * 6 * 2);
    for (const [name, first, last] of [['conv2d', -111, -61], ['dense', -51, -1]] as const) {
      expect(errors[`validation ${name} 6 ${last}`]!, name).toBeLessThan(errors[`validation ${name} 1 ${first}`]! * 0.7);
    }
    const stopped = await trainAt(place(convolutional), abortOn(isEndOf('dense', 3)));
    const { position } = await readCheckpoint(stopped.folder, 'last');
    expect(position.pretraining?.layers).toBe(1);
    expect(position.pretraining?.epochs).toBeGreaterThanOrEqual(3);
    await resume(stopped.folder, { dataFolders: [] });
    expect(await curves(stopped.folder)).toEqual(errors);
    expect(await epochLosses(stopped.folder)).toEqual(await epochLosses(pretrained.folder));
  });

  it('rebuilds better at once than fresh weights do', async () => {
    const plain = { 'latent': { type: 'plain', units: 10 } };
    const pretrained = await trainAt(place(convolutional), { overrides: plain });
    const fresh = await trainAt(place(convolutional.replace(/ {2}"pretraining".*\n/, '')), { overrides: plain });
    expect(pretrained.validationLoss!).toBeLessThan(fresh.validationLoss! * 0.6);
  });
});

it('moments of parts are those of the whole, far from zero too', () => {
  const numbers = [1e6 + 1, 1e6 + 3, 1e6 + 8, 1e6 + 2, 1e6 - 4];
  const of = (values: number[]) => {
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    return { count: values.length, mean: Float64Array.of(mean), variance: Float64Array.of(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length) };
  };
  const merged = mergeMoments(of(numbers.slice(0, 2)), of(numbers.slice(2)));
  expect(merged.count).toBe(5);
  expect(merged.mean[0]).toBeCloseTo(of(numbers).mean[0]!, 8);
  expect(merged.variance[0]).toBeCloseTo(of(numbers).variance[0]!, 8);
});
