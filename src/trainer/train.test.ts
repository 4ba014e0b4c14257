import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runFiles, type RunEvent, type RunStatus } from '../runs/events.ts';
import { readRun, readTensors } from '../runs/reader.ts';
import { readCheckpoint } from './checkpoint.ts';
import { epochLosses, loseCheckpoints, makePlace, pauseContinueStop, removePlace, stopAtLook, trainAt, type Place } from './testing.ts';
import { resume } from './resume.ts';
import type { TrainResult } from './trainer.ts';

let reference: { place: Place; result: TrainResult; events: RunEvent[]; statuses: RunStatus[]; losses: Record<string, number> };
const places: Place[] = [];

function place(config?: string): Place {
  const made = makePlace(config);
  places.push(made);
  return made;
}

beforeAll(async () => {
  const here = makePlace();
  const events: RunEvent[] = [];
  const statuses: RunStatus[] = [];
  const result = await trainAt(here, { onEvent: event => events.push(event), onStatus: status => statuses.push(status) });
  reference = { place: here, result, events, statuses, losses: await epochLosses(result.folder) };
});
afterEach(() => { places.splice(0).forEach(removePlace); });
afterAll(() => { removePlace(reference.place); });

describe('a training', () => {
  it('lowers the loss and says how it went', () => {
    const { result, losses } = reference;
    expect(result.outcome).toBe('finished');
    expect(Object.keys(losses)).toHaveLength(8);
    expect(losses['train 4']!).toBeLessThan(losses['train 1']! * 0.8);
    expect(result.trainLoss).toBe(losses['train 4']);
    expect(result.validationLoss).toBe(losses['validation 4']);
    expect(result.bestValidationLoss).toBe(Math.min(...[1, 2, 3, 4].map(epoch => losses[`validation ${epoch}`]!)));
  });

  it('writes a whole run folder', async () => {
    const { folder } = reference.result;
    for (const file of [
      runFiles.info, runFiles.config, runFiles.resolvedConfig, runFiles.events, runFiles.status, runFiles.log, runFiles.lastCheckpoint, runFiles.bestCheckpoint,
      runFiles.encoder, runFiles.decoder, runFiles.autoencoder, runFiles.pictureSamples, runFiles.latentSamples,
      runFiles.picture(1), runFiles.picture(4), runFiles.latent(4), 'pictures/reconstructions.png', 'pictures/manifold.png', 'tb/train', 'tb/validation',
    ]) expect(fs.existsSync(path.join(folder, file)), file).toBe(true);
    const run = await readRun(folder);
    expect(run.state).toBe('finished');
    expect(run.info).toMatchObject({
      name: 'tiny', seed: 7, device: { id: 'cpu' }, epochs: 4, stepsPerEpoch: 7,
      dataset: { shape: [28, 28, 1], train: 200, validation: 60 }, model: { latentShape: [2] },
    });
    expect(run.status).toMatchObject({ epoch: 4, step: 28, epochs: 4 });
  });

  it('keeps pictures and codes with the errors that the validation loss is made of', async () => {
    const { folder } = reference.result;
    const { tensors: samples, metadata } = await readTensors(path.join(folder, runFiles.pictureSamples));
    const { tensors: picture } = await readTensors(path.join(folder, runFiles.picture(4)));
    expect(samples['original']!.shape).toEqual([6, 784]);
    expect(samples['corrupted']!.shape).toEqual([6, 784]);
    expect(Number(metadata['scale'])).toBeCloseTo(1 / 255, 12);
    expect([...samples['index']!.data]).toEqual([0, 10, 20, 30, 40, 50]);
    expect(picture['code']!.shape).toEqual([6, 2]);
    for (let i = 0; i < 6; i++) {
      let sum = 0;
      for (let k = 0; k < 784; k++) sum += (samples['original']!.data[i * 784 + k]! / 255 - picture['reconstruction']!.data[i * 784 + k]!) ** 2;
      expect(picture['error']!.data[i]).toBeCloseTo(sum / 784, 6);
    }
    const { tensors: latent } = await readTensors(path.join(folder, runFiles.latent(4)));
    expect(latent['code']!.shape).toEqual([40, 2]);
  });

  it('tells the first step at once and checkpoints of the very step they name', async () => {
    const { events, result } = reference;
    expect(events[0]).toMatchObject({ type: 'scalars', per: 'batch', step: 1 });
    const { position } = await readCheckpoint(result.folder, 'last');
    expect(position).toMatchObject({ epoch: 4, step: 28, stepInEpoch: 0, trainLoss: result.trainLoss, validationLoss: result.validationLoss });
    expect((await readCheckpoint(result.folder, 'best')).position.epoch).toBe(result.bestEpoch);
  });

  it('shows its states in order', () => {
    const states = reference.statuses.map(({ state }) => state).filter((state, i, all) => state !== all[i - 1]);
    expect(states).toEqual(['preparing', 'training', 'finished']);
  });

  it('gives the same losses again', async () => {
    expect(await epochLosses((await trainAt(place())).folder)).toEqual(reference.losses);
  });

  it('takes overrides, and keeps them', async () => {
    const { folder } = await trainAt(place(), { overrides: { 'training.epochs': 1, 'latent.units': 3 } });
    const { info } = await readRun(folder);
    expect(info).toMatchObject({ epochs: 1, overrides: { 'training.epochs': 1, 'latent.units': 3 }, model: { latentShape: [3] } });
    expect(fs.existsSync(path.join(folder, 'pictures/manifold.png'))).toBe(false);
  });

  it('does without validation samples', async () => {
    const { folder, validationLoss, bestEpoch } = await trainAt(place(), { overrides: { 'data.validation': 0, 'training.epochs': 2 } });
    expect(validationLoss).toBeUndefined();
    expect(bestEpoch).toBe(2);
    expect(Object.keys(await epochLosses(folder))).toEqual(['train 1', 'train 2']);
  });
});

describe('stopping and going on', () => {
  for (const step of [1, 5, 7, 12]) {
    it(`continues to the last bit after a stop at step ${step}`, async () => {
      const stopped = await trainAt(place(), stopAfter(step));
      expect(stopped.outcome).toBe('stopped');
      expect((await readCheckpoint(stopped.folder, 'last')).position.step).toBe(step);
      const finished = await resume(stopped.folder, { dataFolders: [] });
      expect(finished.outcome).toBe('finished');
      expect(await epochLosses(stopped.folder)).toEqual(reference.losses);
      const [mine, theirs] = await Promise.all([readCheckpoint(stopped.folder, 'last'), readCheckpoint(reference.result.folder, 'last')]);
      expect(Object.keys(mine.tensors)).toEqual(Object.keys(theirs.tensors));
      for (const [name, { data }] of Object.entries(theirs.tensors)) expect(Buffer.compare(bytes(mine.tensors[name]!.data), bytes(data)), name).toBe(0);
    });
  }

  it('pauses, continues and stops on request', async () => {
    const { states, options } = pauseContinueStop(({ epoch }) => epoch > 1);
    const { outcome, folder } = await trainAt(place(), { overrides: { 'training.epochs': 100_000, 'views.every': 1000 }, ...options });
    expect(states).toEqual(['preparing', 'training', 'paused', 'training', 'stopped']);
    expect(outcome).toBe('stopped');
    expect((await readRun(folder)).state).toBe('stopped');
  });

  it('trains a finished run on when it is given more epochs', async () => {
    const here = place();
    const { folder } = await trainAt(here, { overrides: { 'training.epochs': 2 } });
    await expect(resume(folder, { dataFolders: [] })).rejects.toThrow(/finished after 2 epochs.*--epochs 4/);
    await resume(folder, { dataFolders: [], epochs: 4 });
    expect(await epochLosses(folder)).toEqual(reference.losses);
    expect((await readRun(folder)).info?.epochs).toBe(4);
  });

  it('tells the events of an epoch whose checkpoint outlived them', async () => {
    const here = place();
    const { folder } = await trainAt(here, { overrides: { 'training.epochs': 2 } });
    const file = path.join(folder, runFiles.events);
    const lines = fs.readFileSync(file, 'utf8').split('\n');
    const first = lines.findIndex(line => line.includes('"epoch":2,') && line.includes('"per":"epoch"'));
    fs.writeFileSync(file, `${lines.slice(0, first).join('\n')}\n{"type":"scal`);
    await resume(folder, { dataFolders: [], epochs: 4 });
    expect(await epochLosses(folder)).toEqual(reference.losses);
    const pictures = (await readRun(folder)).events.filter(({ type }) => type === 'picture');
    expect(pictures).toHaveLength(4);
  });

  it('begins anew where there is no checkpoint yet', async () => {
    const here = place();
    const { folder } = await trainAt(here);
    loseCheckpoints(folder);
    await resume(folder, { dataFolders: [], epochs: 4 });
    expect(await epochLosses(folder)).toEqual(reference.losses);
  });

  it('refuses data that has changed', async () => {
    const here = place();
    const { folder } = await trainAt(here, { overrides: { 'training.epochs': 1 } });
    const resolved = path.join(folder, runFiles.resolvedConfig);
    fs.writeFileSync(resolved, fs.readFileSync(resolved, 'utf8').replace('"train": 200', '"train": 100'));
    await expect(resume(folder, { dataFolders: [], epochs: 2 })).rejects.toThrow(/100 \+ 60 samples .* now, 200 \+ 60/);
  });
});

describe('early stopping', () => {
  it('ends when nothing improves, and gives back the best weights', async () => {
    const here = place();
    const { folder, bestEpoch, outcome } = await trainAt(here, {
      overrides: { 'training.epochs': 50, 'training.earlyStopping': { patience: 2, minDelta: 10 }, 'corruption': [] },
    });
    expect(outcome).toBe('finished');
    const epochs = Object.keys(await epochLosses(folder)).filter(key => key.startsWith('train')).length;
    expect(epochs).toBe(3);
    expect((await readCheckpoint(folder, 'best')).position.epoch).toBe(bestEpoch);
  });
});

describe('what goes wrong', () => {
  it('refuses a wrong file before it makes a folder, with all findings', async () => {
    const here = place('{ "data": "glyfs", "encoder": [] }');
    await expect(trainAt(here)).rejects.toMatchObject({ reason: 'spec', message: expect.stringMatching(/tiny\.aeconf:1:11: error: data.*glyphs/) as string });
    expect(fs.existsSync(here.runsFolder)).toBe(false);
  });

  it('refuses a model that would not fit, naming the estimate', async () => {
    const here = place();
    await expect(trainAt(here, { overrides: { 'encoder[1].units': 3_000_000_000 } })).rejects.toMatchObject({
      reason: 'memory', message: expect.stringMatching(/needs about \d+ GB of memory at a batch size of 32, .* are free/) as string,
    });
    const [id] = fs.readdirSync(here.runsFolder);
    expect((await readRun(path.join(here.runsFolder, id!))).state).toBe('failed');
  });

  it('ends a training whose loss is no number, and keeps the last good checkpoint', async () => {
    const here = place();
    const optimizer = { type: 'sgd', learningRate: { type: 'step', learningRate: 0.01, factor: 1e30, epochs: 2 } };
    await expect(trainAt(here, { overrides: { 'training.optimizer': optimizer, 'decoder.outputActivation': 'linear', 'corruption': [] } }))
      .rejects.toMatchObject({ reason: 'run', message: expect.stringMatching(/(NaN|Infinity).*learningRate/) as string });
    const [id] = fs.readdirSync(here.runsFolder);
    const run = await readRun(path.join(here.runsFolder, id!));
    expect(run.state).toBe('failed');
    expect(run.events.filter(({ type }) => type === 'alert')).toHaveLength(1);
    const { tensors, position } = await readCheckpoint(run.folder, 'last');
    expect(position.epoch).toBeGreaterThanOrEqual(1);
    for (const [name, { data }] of Object.entries(tensors)) expect(data.every(Number.isFinite), name).toBe(true);
  });

  it('ends when a file cannot be written, and goes on exactly when it can', async () => {
    let latents = '';
    await expect(trainAt(place(), {
      onRun: ({ folder }) => { latents = path.join(folder, 'latents'); },
      onEvent: event => {
        if (event.type !== 'latent' || event.epoch !== 2) return;
        fs.renameSync(latents, `${latents}-away`);
        fs.writeFileSync(latents, 'in the way');
      },
    })).rejects.toMatchObject({ reason: 'run', message: expect.stringMatching(/Cannot write .*latents/) as string });
    const folder = path.dirname(latents);
    const run = await readRun(folder);
    expect(run).toMatchObject({ state: 'failed', reason: expect.stringMatching(/Cannot write/) as string });
    expect(run.events.at(-1)).toMatchObject({ type: 'end', outcome: 'failed' });
    fs.rmSync(latents);
    fs.renameSync(`${latents}-away`, latents);
    await resume(folder, { dataFolders: [] });
    expect(await epochLosses(folder)).toEqual(reference.losses);
  });

  it('names an unknown device', async () => {
    await expect(trainAt(place(), { device: 'gpu9' })).rejects.toMatchObject({ reason: 'device' });
  });

  it('ends as stopped when it is aborted before the first step', async () => {
    const abort = new AbortController();
    abort.abort();
    const here = place();
    await expect(trainAt(here, { signal: abort.signal })).rejects.toMatchObject({ reason: 'cancelled' });
    const [id] = fs.readdirSync(here.runsFolder);
    expect((await readRun(path.join(here.runsFolder, id!))).state).toBe('stopped');
  });
});

function bytes(data: ArrayBufferView): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** Options that stop a training of `reference`'s size after exactly that many steps: it looks before each of the 7 steps of an epoch and before the epoch's end. */
const stopAfter = (step: number): ReturnType<typeof stopAtLook> => stopAtLook(step + Math.floor((step - 1) / 7) + 1);
