// How runs go on that were ended or killed at unlucky moments.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runFiles, type RunStatus } from '../runs/events.ts';
import { readRun } from '../runs/reader.ts';
import { readCheckpoint } from './checkpoint.ts';
import { resume } from './resume.ts';
import { epochLosses, makePlace, removePlace, stopAtLook, trainAt, type Place } from './testing.ts';
import type { ResumeOptions, TrainOptions } from './trainer.ts';

const places: Place[] = [];
function train(overrides: TrainOptions['overrides'], options: Partial<TrainOptions> = {}) {
  const place = makePlace();
  places.push(place);
  return trainAt(place, { overrides, ...options });
}
afterEach(() => { places.splice(0).forEach(removePlace); });

/** The loss falls for that many epochs and rises then: steps become a thousand times as long. */
const risingAfter = (epochs: number) => ({ 'corruption': [], 'training.batchSize': 8, 'training.optimizer': { type: 'adam', learningRate: { type: 'step', learningRate: 0.01, factor: 1000, epochs } } });

const epochsOf = async (folder: string): Promise<number> => Object.keys(await epochLosses(folder)).filter(key => key.startsWith('train')).length;
const bestEpochOf = async (folder: string): Promise<number> => (await readCheckpoint(folder, 'best')).position.epoch;
const inFolder = (folder: string, file: string): string => path.join(folder, file);

/** As a kill leaves a run that had no time for its last words. */
function killBeforeItsEnd(folder: string): void {
  const events = inFolder(folder, runFiles.events);
  fs.writeFileSync(events, fs.readFileSync(events, 'utf8').split('\n').filter(line => !line.includes('"type":"end"')).join('\n'));
  fs.rmSync(inFolder(folder, runFiles.status));
}

/** Goes on with a run and is stopped while its data is read. */
async function resumeInVain(folder: string, options: Pick<ResumeOptions, 'epochs' | 'batchSize' | 'checkpoint'> = {}): Promise<void> {
  const abort = new AbortController();
  abort.abort();
  await expect(resume(folder, { dataFolders: [], ...options, signal: abort.signal })).rejects.toMatchObject({ reason: 'cancelled' });
}

describe('a run that early stopping ended', () => {
  /** Stops after three epochs: nothing is as large an improvement as wanted. */
  const stopping = { 'training.epochs': 50, 'training.earlyStopping': { patience: 2, minDelta: 10 } };

  it('waits anew when it is given more epochs', async () => {
    const { folder } = await train(stopping);
    expect(await epochsOf(folder)).toBe(3);
    await resume(folder, { dataFolders: [], epochs: 60 });
    expect(await epochsOf(folder)).toBe(5);
  });

  it('waits anew, too, when it was killed before it could use them', async () => {
    const { folder } = await train(stopping);
    await resumeInVain(folder, { epochs: 60 });
    await resume(folder, { dataFolders: [] });
    expect(await epochsOf(folder)).toBe(5);
  });

  it('only has to say so when it was killed after its last checkpoint', async () => {
    const { folder, bestEpoch, bestLoss } = await train({ ...stopping, ...risingAfter(2) });
    expect(bestEpoch).toBe(2);
    killBeforeItsEnd(folder);
    expect((await readRun(folder)).state).toBe('interrupted');
    expect(await resume(folder, { dataFolders: [] })).toMatchObject({ outcome: 'finished', bestEpoch, bestLoss });
    expect(await epochsOf(folder)).toBe(3);
    expect((await readRun(folder)).events.at(-1)).toMatchObject({ type: 'end', outcome: 'finished', epoch: 3 });
  });

  it('keeps waiting where it was when it had not ended', async () => {
    const { folder } = await train({ ...stopping, 'training.epochs': 2 });
    await resume(folder, { dataFolders: [], epochs: 50 });
    expect(await epochsOf(folder)).toBe(3);
  });
});

describe('the best checkpoint', () => {
  const restoring = { 'training.epochs': 3, 'training.earlyStopping': { patience: 9 } };

  it('is made of the last one when a kill came between the two', async () => {
    let best = '';
    await expect(train(restoring, {
      onRun: ({ folder }) => { best = inFolder(folder, runFiles.bestCheckpoint); },
      onEvent: event => {
        if (event.type !== 'checkpoint' || event.kind !== 'last' || event.epoch !== 1) return;
        // From now on it cannot be replaced.
        fs.renameSync(best, `${best}-1`);
        fs.mkdirSync(best);
        fs.writeFileSync(path.join(best, 'in-the-way'), '');
      },
    })).rejects.toMatchObject({ reason: 'run', message: expect.stringMatching(/Cannot write .*best/) as string });
    const folder = path.dirname(path.dirname(best));
    expect((await readCheckpoint(folder, 'last')).position).toMatchObject({ epoch: 2, best: { epoch: 2 } });
    fs.rmSync(best, { recursive: true });
    fs.renameSync(`${best}-1`, best);
    await resumeInVain(folder);
    expect(await bestEpochOf(folder)).toBe(2);
  });

  it('is not one of an epoch that the last one knows nothing of, and no other weights go by its name', async () => {
    const { folder } = await train(restoring);
    expect(await bestEpochOf(folder)).toBe(3);
    const worse = await train({ ...restoring, ...risingAfter(1), 'training.epochs': 2 });
    expect(await bestEpochOf(worse.folder)).toBe(1);
    fs.copyFileSync(inFolder(folder, runFiles.bestCheckpoint), inFolder(worse.folder, runFiles.bestCheckpoint));
    const resumed = await resume(worse.folder, { dataFolders: [], epochs: 3 });
    expect(resumed.bestEpoch).toBe(1);
    expect((await readRun(worse.folder)).events).toContainEqual(expect.objectContaining({ type: 'alert', level: 'warning', message: expect.stringMatching(/weights of epoch 1, the best one, are not kept.*epoch 3 are the result/) as string }));
    expect(fs.existsSync(inFolder(worse.folder, runFiles.bestCheckpoint))).toBe(false);
  });
});

it('tells its place in the batches it takes now', async () => {
  const { folder } = await train({}, stopAtLook(3));
  expect((await readCheckpoint(folder, 'last')).position).toMatchObject({ epoch: 0, stepInEpoch: 2 });
  const statuses: RunStatus[] = [];
  await resume(folder, { dataFolders: [], batchSize: 16, onStatus: status => statuses.push(status) });
  expect(statuses[0]).toMatchObject({ state: 'preparing' });
  // 64 of 200 samples, in 4 of 13 steps.
  expect(statuses[0]!.epoch).toBeCloseTo(4 / 13, 10);
  const resumed = (await readRun(folder)).events.find(({ step }) => step > 2)!;
  expect(resumed.epoch).toBeCloseTo(5 / 13, 10);
});

it('finds its place in the data again when it was killed with another batch size before its next checkpoint', async () => {
  const { folder } = await train({ 'training.epochs': 1 }, stopAtLook(3));
  await resumeInVain(folder, { batchSize: 16 });
  const { status } = await readRun(folder);
  expect(status!.epoch).toBeCloseTo(4 / 13, 10);
  await resume(folder, { dataFolders: [] });
  // 64 samples in 2 steps, the other 136 in 9.
  expect((await readRun(folder)).status).toMatchObject({ state: 'finished', epoch: 1, step: 11 });
});

it('no longer tells the error of the model that it leaves behind', async () => {
  const { folder, baseline } = await train({ 'training.epochs': 2 });
  expect(baseline!.model).toBeGreaterThan(0);
  await resumeInVain(folder, { epochs: 4 });
  const { model: _, ...rest } = baseline!;
  expect((await readRun(folder)).info?.baseline).toEqual(rest);
});

it('tells the lowest loss of the kind that is watched beside its epoch', async () => {
  const rising = { ...risingAfter(2), 'training.epochs': 3 };
  for (const overrides of [{ ...rising, 'data.validation': 0 }, { ...rising, 'training.earlyStopping': { monitor: 'trainLoss', patience: 9 } }]) {
    const { folder } = await train(overrides);
    const { status } = await readRun(folder);
    const losses = await epochLosses(folder);
    expect(status).toMatchObject({ bestEpoch: 2, bestLoss: losses['train 2'], trainLoss: losses['train 3'] });
    expect(losses['train 3']).toBeGreaterThan(losses['train 2']!);
  }
});

describe('a run whose last checkpoint is lost', () => {
  const last = (folder: string): string => inFolder(folder, runFiles.lastCheckpoint);

  it('does not begin anew, and goes on from its best epoch when it is told to', async () => {
    const { folder } = await train({ 'training.epochs': 4, ...risingAfter(2) });
    expect(await bestEpochOf(folder)).toBe(2);
    const before = await epochLosses(folder);
    fs.rmSync(last(folder));
    await expect(resume(folder, { dataFolders: [], epochs: 5 })).rejects.toMatchObject({ reason: 'run', message: expect.stringMatching(/last\.safetensors is missing.*Its best checkpoint is there: aeconf resume \S+ --checkpoint best\.$/) as string });
    await resume(folder, { dataFolders: [], epochs: 5, checkpoint: 'best' });
    // Epochs 3 and 4 are gone through once more, with the same losses.
    const after = await epochLosses(folder);
    for (const [name, loss] of Object.entries(before)) expect(after[name], name).toBe(loss);
    expect((await readCheckpoint(folder, 'last')).position.epoch).toBe(5);
  });

  it('goes on from the same place when it is stopped at once', async () => {
    const { folder } = await train({ 'training.epochs': 4, ...risingAfter(2) });
    await resumeInVain(folder, { epochs: 5, checkpoint: 'best' });
    expect((await readCheckpoint(folder, 'last')).position.epoch).toBe(2);
    await resume(folder, { dataFolders: [] });
    expect(await epochsOf(folder)).toBe(5);
  });

  it('says that the best one is lost, too', async () => {
    const { folder } = await train({ 'training.epochs': 2 });
    fs.rmSync(last(folder));
    fs.rmSync(inFolder(folder, runFiles.bestCheckpoint));
    await expect(resume(folder, { dataFolders: [], epochs: 5 })).rejects.toThrow(/cannot go on from there\. Train again\.$/);
  });
});
