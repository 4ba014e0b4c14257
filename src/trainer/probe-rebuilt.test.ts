// Digits rebuilt as others: counted after every shown epoch, with a classifier that a resume takes up where it lies.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tensor } from '../core/tensor.ts';
import { encodeSafetensors } from '../runs/safetensors.ts';
import { probeFiles } from '../runs/probe.ts';
import { readRun, readTensors } from '../runs/reader.ts';
import { makePlace, removePlace, trainAt, type Place } from './testing.ts';
import { resume } from './resume.ts';
import type { TrainOptions } from './trainer.ts';

const config = `{
  "seed": 5,
  "data": { "type": "glyphs", "train": 600, "test": 100 },
  "corruption": [{ "type": "occlusion", "size": 6 }],
  "encoder": [{ "type": "flatten" }, { "type": "dense", "units": 64, "activation": "relu" }],
  "latent": { "type": "plain", "units": 16 },
  "training": { "epochs": 5, "batchSize": 32, "optimizer": { "type": "adam", "learningRate": 0.003 } },
  "views": { "samples": 4, "latentSamples": 10, "every": 2 },
  "probe": { "rebuiltAs": true, "epochs": 6, "batchSize": 16, "layers": [{ "type": "dense", "units": 32, "activation": "relu" }] },
}
`;

let place: Place;
let reference: { folder: string; values: Record<number, Record<string, number>> };
beforeAll(async () => {
  place = makePlace(config);
  const { folder } = await trainAt(place);
  reference = { folder, values: await validationValues(folder) };
}, 60_000);
afterAll(() => { removePlace(place); });

/** Epoch → values of its validation event. */
async function validationValues(folder: string): Promise<Record<number, Record<string, number>>> {
  const values: Record<number, Record<string, number>> = {};
  for (const event of (await readRun(folder)).events) {
    if (event.type === 'scalars' && event.per === 'epoch' && event.split === 'validation') values[event.epoch] = { ...event.values };
  }
  return values;
}

function stopAfter(step: number): Partial<TrainOptions> {
  const stopping = new AbortController();
  return { signal: stopping.signal, onEvent: event => { if (event.type === 'checkpoint' && event.step >= step) stopping.abort(); } };
}

describe('digits rebuilt as others', () => {
  it('are counted after every epoch with views, and grow fewer', () => {
    const { values } = reference;
    expect(Object.keys(values).filter(epoch => 'rebuiltAsAnother' in values[Number(epoch)]!)).toEqual(['1', '2', '4', '5']);
    const floor = values[1]!['originalsAsAnother']!;
    expect(floor).toBeLessThan(0.3);
    for (const epoch of [2, 4, 5]) expect(values[epoch]!['originalsAsAnother']).toBe(floor);
    expect(values[5]!['rebuiltAsAnother']!).toBeLessThan(values[1]!['rebuiltAsAnother']!);
    expect(values[5]!['rebuiltAsAnother']!).toBeGreaterThanOrEqual(0);
  });

  it('leave the training as it is', async () => {
    const { folder } = await trainAt(place, { overrides: { 'probe.rebuiltAs': false } });
    const plain = await validationValues(folder);
    expect(Object.values(plain).map(({ loss }) => loss)).toEqual(Object.values(reference.values).map(({ loss }) => loss));
    expect(Object.keys(plain[5]!)).toEqual(['loss']);
    expect(fs.existsSync(path.join(folder, probeFiles.originals))).toBe(false);
  });

  it('are the same after a resume, which trains no classifier again', async () => {
    const { folder, outcome } = await trainAt(place, stopAfter(38));
    expect(outcome).toBe('stopped');
    const file = path.join(folder, probeFiles.originals);
    const { mtimeMs } = fs.statSync(file);
    await resume(folder, { dataFolders: [] });
    expect(await validationValues(folder)).toEqual(reference.values);
    expect(fs.statSync(file).mtimeMs).toBe(mtimeMs);
    expect(Object.keys((await readTensors(file)).tensors)).toEqual(['classifier/dense/bias', 'classifier/dense/kernel', 'classifier/dense_1/bias', 'classifier/dense_1/kernel']);
  });

  it('are counted by a classifier of the spec, not by whatever lies in the folder', async () => {
    const { folder } = await trainAt(place, stopAfter(38));
    fs.writeFileSync(path.join(folder, probeFiles.originals), encodeSafetensors({ nonsense: tensor(new Float32Array(3)) }, { made: 'otherwise' }));
    await resume(folder, { dataFolders: [] });
    expect(await validationValues(folder)).toEqual(reference.values);
  });

  it('need validation samples', async () => {
    await expect(trainAt(place, { overrides: { 'data.validation': 0 } })).rejects.toThrow(/probe: a probe is judged on validation samples, but "validation" is 0/);
  });

  it('keep a stop in their preparation in order', async () => {
    const stopping = new AbortController();
    const options: Partial<TrainOptions> = { signal: stopping.signal, overrides: { 'probe.epochs': 5000 }, onStatus: ({ message }) => { if (message?.includes('classifier of originals')) stopping.abort(); } };
    await expect(trainAt(place, options)).rejects.toMatchObject({ reason: 'cancelled' });
  });
});
