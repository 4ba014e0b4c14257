import * as fs from 'node:fs';
import * as path from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { afterEach, expect, it } from 'vitest';
import { runFiles } from '../runs/events.ts';
import { epochOfModel } from '../runs/model-epoch.ts';
import { makePlace, removePlace, stopAtLook, trainAt, type Place } from './testing.ts';

let place: Place;
afterEach(() => { removePlace(place); });

/** The epochs that the three models of a run name. */
async function epochsOf(folder: string): Promise<(number | undefined)[]> {
  const files = [runFiles.encoder, runFiles.decoder, runFiles.autoencoder].map(file => fs.readFileSync(path.join(folder, file)));
  // They are models as before.
  for (const bytes of files) expect((await InferenceSession.create(bytes)).outputNames).toHaveLength(1);
  return files.map(epochOfModel);
}

it('name the epoch of their weights: of a restored one, too, whatever curve is watched', async () => {
  place = makePlace();
  // The training loss falls for two epochs and rises then.
  const optimizer = { type: 'adam', learningRate: { type: 'step', learningRate: 0.01, factor: 1000, epochs: 2 } };
  const rising = { 'training.epochs': 3, 'corruption': [], 'training.batchSize': 8, 'training.optimizer': optimizer };
  expect(await epochsOf((await trainAt(place, { overrides: rising })).folder)).toEqual([3, 3, 3]);
  const restored = await trainAt(place, { overrides: { ...rising, 'training.earlyStopping': { monitor: 'trainLoss', patience: 9 } } });
  expect(restored.bestEpoch).toBe(2);
  expect(await epochsOf(restored.folder)).toEqual([2, 2, 2]);
});

it('name the last whole epoch after a stop within one', async () => {
  place = makePlace();
  // 7 steps and a look before each and before the end of the epoch.
  expect(await epochsOf((await trainAt(place, stopAtLook(11))).folder)).toEqual([1, 1, 1]);
});
