import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StudioError } from '../core/errors.ts';
import { readRun, readSummary } from '../runs/reader.ts';
import type { TensorFile } from '../runs/events.ts';
import { readCheckpoint } from './checkpoint.ts';
import { epochLosses, loseCheckpoints, makePlace, removePlace, trainAt, type Place } from './testing.ts';
import { resume } from './resume.ts';
import type { TrainOptions, TrainResult } from './trainer.ts';

const parts = (options: { units?: number; code?: number; extra?: string; data?: string } = {}) => `{
  "seed": 7,
  "data": ${options.data ?? '{ "type": "glyphs", "train": 200, "test": 60 }'},
  "encoder": [{ "type": "flatten" }, { "type": "dense", "units": ${options.units ?? 24}, "activation": "relu" }, { "type": "batchNormalization" }],
  "latent": { "type": "plain", "units": ${options.code ?? 4} },
  "training": { "epochs": 2, "batchSize": 25, "optimizer": { "type": "adam", "learningRate": 0.01 } },
  "views": { "samples": 4, "latentSamples": 20 },
  ${options.extra ?? ''}
}
`;

let place: Place;
let parent: TrainResult;
let parentWeights: TensorFile;
beforeAll(async () => {
  place = makePlace(parts());
  parent = await trainAt(place);
  parentWeights = (await readCheckpoint(parent.folder, 'last')).tensors;
});
afterAll(() => { removePlace(place); });

let files = 0;
/** Trains a config that starts from the parent. */
function trainWith(init: object, options: Parameters<typeof parts>[0] = {}, more: Partial<TrainOptions> = {}): Promise<TrainResult> {
  const configPath = path.join(place.folder, `child-${++files}.aeconf`);
  fs.writeFileSync(configPath, parts({ ...options, extra: `"init": ${JSON.stringify(init)},` }));
  return trainAt({ ...place, configPath }, more);
}
const weightsOf = async ({ folder }: TrainResult): Promise<TensorFile> => (await readCheckpoint(folder, 'last')).tensors;
const bytes = (data: ArrayBufferView): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
const runCount = () => fs.readdirSync(place.runsFolder).length;

/** With steps of length zero what is saved is what training began with (only moving averages go on). */
const still = { overrides: { 'training.epochs': 1, 'training.optimizer': { type: 'sgd', learningRate: 1e-30 } } };

describe('what is taken over', () => {
  it('is every weight, when nothing else is said', async () => {
    const child = await trainWith({ from: parent.id }, {}, still);
    const weights = await weightsOf(child);
    for (const name of Object.keys(parentWeights).filter(name => !name.startsWith('optimizer/') && !name.includes('moving_'))) {
      expect([...weights[name]!.data], name).toEqual([...parentWeights[name]!.data]);
    }
    const { info } = await readSummary(child.folder);
    expect(info?.parent).toBe(parent.id);
    expect((await readRun(child.folder)).events).toContainEqual(expect.objectContaining({ type: 'alert', level: 'info', message: `Starts from the weights of the run ${parent.id}.` }));
  });

  it('gives the parent\'s own validation loss before anything is learned, moving averages included', async () => {
    // Momentum 1 leaves the moving averages as they came.
    const frozen = { 'encoder[2].momentum': 1 };
    const child = await trainWith({ from: parent.id }, {}, { overrides: { ...still.overrides, ...frozen } });
    expect(child.validationLoss).toBe(parent.validationLoss);
    const weights = await weightsOf(child);
    for (const name of ['moving_mean', 'moving_variance'].map(end => `encoder/batch_normalization/${end}`)) {
      expect([...weights[name]!.data], name).toEqual([...parentWeights[name]!.data]);
    }
  });

  it('is less when layers are named; the rest is drawn by the seed', async () => {
    const child = await trainWith({ from: 'tiny', layers: ['encoder'] }, { code: 6 }, still);
    const scratch = await trainAt(place, { overrides: { ...still.overrides, 'latent.units': 6 } });
    const [weights, drawn] = [await weightsOf(child), await weightsOf(scratch)];
    expect([...weights['encoder/dense/kernel']!.data]).toEqual([...parentWeights['encoder/dense/kernel']!.data]);
    for (const name of ['latent/latent/kernel', 'decoder/dense/kernel']) expect([...weights[name]!.data], name).toEqual([...drawn[name]!.data]);
    expect([...weights['encoder/dense/kernel']!.data]).not.toEqual([...drawn['encoder/dense/kernel']!.data]);
    const [alert] = (await readRun(child.folder)).events.filter(({ type }) => type === 'alert');
    expect(alert).toMatchObject({ message: expect.stringMatching(/in encoder\/dense, encoder\/batch_normalization\. Drawn anew: latent\/latent, /) as string });
  });

  it('helps: the first epoch is better than that of the same model from scratch', async () => {
    const other = { data: '{ "type": "glyphs", "train": 200, "test": 60, "seed": 5 }' };
    const scratchPath = path.join(place.folder, 'scratch.aeconf');
    fs.writeFileSync(scratchPath, parts(other));
    const scratch = await epochLosses((await trainAt({ ...place, configPath: scratchPath })).folder);
    const child = await epochLosses((await trainWith({ from: parent.id }, other)).folder);
    expect(child['train 1']!).toBeLessThan(0.8 * scratch['train 1']!);
  });

  it('does not change by a bit while it is frozen; what is not frozen learns', async () => {
    const child = await trainWith({ from: parent.id, freeze: ['encoder/dense'] });
    const weights = await weightsOf(child);
    for (const name of ['encoder/dense/kernel', 'encoder/dense/bias']) {
      expect(Buffer.compare(bytes(weights[name]!.data), bytes(parentWeights[name]!.data)), name).toBe(0);
    }
    expect([...weights['latent/latent/kernel']!.data]).not.toEqual([...parentWeights['latent/latent/kernel']!.data]);
    expect(Object.keys(weights).filter(name => name.startsWith('optimizer/') && name.includes('encoder/dense/'))).toEqual([]);
  });

  it('says what is frozen without having learned anything', async () => {
    const child = await trainWith({ from: parent.id, layers: ['encoder'], freeze: ['latent'] });
    const [alert] = (await readRun(child.folder)).events.filter(({ type }) => type === 'alert');
    expect(alert).toMatchObject({ message: expect.stringMatching(/Frozen: latent\/latent\. latent\/latent is frozen as drawn by the seed/) as string });
  });
});

describe('the source', () => {
  const startsFromParent = async (from: string): Promise<void> => {
    const { info } = await readSummary((await trainWith({ from }, {}, { overrides: { 'training.epochs': 1 } })).folder);
    expect(info?.parent).toBe(parent.id);
  };
  it('may be the beginning of an id', () => startsFromParent(parent.id.slice(0, -1)));
  it('may be a run folder, from the config\'s folder on', () => startsFromParent(`runs/${parent.id}`));
  it('may be a checkpoint file', () => startsFromParent(path.join(parent.folder, 'checkpoints/best.safetensors')));

  it('may be a file of tensors that belongs to no run', async () => {
    fs.copyFileSync(path.join(parent.folder, 'checkpoints/last.safetensors'), path.join(place.folder, 'some.safetensors'));
    const child = await trainWith({ from: 'some.safetensors' }, {}, still);
    expect((await readSummary(child.folder)).info?.parent).toBeUndefined();
    expect([...(await weightsOf(child))['decoder/dense/kernel']!.data]).toEqual([...parentWeights['decoder/dense/kernel']!.data]);
  });

  it('is the newest run of a name or of a config that has weights', async () => {
    const newest = await trainAt(place, { overrides: { 'training.epochs': 1 } });
    const begun = await trainAt(place, { overrides: { 'training.epochs': 1 } });
    fs.rmSync(path.join(begun.folder, 'checkpoints/last.safetensors'));
    for (const from of ['tiny', 'tiny.aeconf']) {
      const { info } = await readSummary((await trainWith({ from }, {}, { overrides: { 'training.epochs': 1 } })).folder);
      expect(info?.parent, from).toBe(newest.id);
    }
  });

  it('is said to be the run of a namesake, where no run was started from the file itself', async () => {
    const told = async (from: string): Promise<string> => {
      const child = await trainWith({ from, checkpoint: 'best' }, {}, { overrides: { 'training.epochs': 1 } });
      const alert = (await readRun(child.folder)).events.find(({ type }) => type === 'alert');
      return alert?.type === 'alert' ? alert.message : '';
    };
    fs.mkdirSync(path.join(place.folder, 'systems'));
    const namesake = path.join(place.folder, 'systems/tiny.aeconf');
    fs.copyFileSync(place.configPath, namesake);
    expect(await told('systems/tiny.aeconf')).toMatch(/^Starts from the weights of the run \S+-tiny\S*\. No run was started from .*systems\/tiny\.aeconf: this is the newest one called "tiny", started from .*\/tiny\.aeconf\.$/);
    await trainAt({ ...place, configPath: namesake }, { overrides: { 'training.epochs': 1 } });
    expect(await told('systems/tiny.aeconf')).toMatch(/^Starts from the weights of the run \S+-tiny\S*\.$/);
  });

  it.each([
    ['tinny', /"tinny" in .*Did you mean "tiny"/],
    ['nowhere/run', /nowhere\/run is not there/],
    ['gone.safetensors', /there is no file .*gone\.safetensors/],
    ['gone.aeconf', /no run in .* was started from .*gone\.aeconf, which is not there/],
    ['20', /"20" may mean \d+ runs/],
  ])('that is missing ("%s") is an error at its place, before a folder is made', async (from, message) => {
    const before = runCount();
    await expect(trainWith({ from })).rejects.toMatchObject({ reason: 'spec', message: expect.stringMatching(message) as string });
    await expect(trainWith({ from })).rejects.toThrow(/child-\d+\.aeconf:8:\d+: error: init\.from: /);
    expect(runCount()).toBe(before);
  });
});

describe('weights that do not fit', () => {
  it('are told layer by layer with both shapes and the cure, before a folder is made', async () => {
    const before = runCount();
    const { reason, message } = await trainWith({ from: parent.id }, { units: 16 }).then(() => { throw new Error('It fitted.'); }, (error: unknown) => error as StudioError);
    expect(reason).toBe('spec');
    expect(message).toContain(`"encoder/dense" does not fit the run ${parent.id}: kernel 784×24 there, 784×16 here; bias 24 there, 16 here. Give it "units": 24 as there. No other layer fits; remove "init"`);
    expect(message).toContain(`"latent/latent" does not fit the run ${parent.id}: kernel 24×4 there, 16×4 here. Give the layers before it the sizes they have there.`);
    expect(message.split('\n')).toHaveLength(6);
    expect(runCount()).toBe(before);
  });

  it('are told by the entry of init.layers that asks for them', async () => {
    await expect(trainWith({ from: parent.id, layers: ['encoder', 'latent'] }, { code: 6 }))
      .rejects.toThrow(/init\.layers\[1\]: "latent\/latent" does not fit .*: kernel 24×4 there, 24×6 here.*"units": 4 as there\. Or take over only what fits: "layers": \["encoder\/dense", "encoder\/batch_normalization"/);
  });

  it('are told when the layer is not there at all', async () => {
    const file = path.join(place.folder, 'renamed.aeconf');
    fs.writeFileSync(file, parts({ extra: `"init": { "from": "${parent.id}" },` }).replace('"units": 24,', '"units": 24, "name": "features",'));
    await expect(trainAt({ ...place, configPath: file })).rejects.toThrow(/has no layer "encoder\/features"\. Its layers are "encoder\/batch_normalization", "encoder\/dense", "latent\/latent", .*Give the layer the name/);
  });

  it('end the run where only the data tells the shape', async () => {
    const table = Array.from({ length: 30 }, (_, i) => Array.from({ length: 9 }, (_, k) => (i * k) % 7).join(',')).join('\n');
    fs.writeFileSync(path.join(place.folder, 'table.csv'), table);
    const before = runCount();
    await expect(trainWith({ from: parent.id }, { data: '{ "type": "csv", "path": "table.csv", "validation": 0.2 }' })).rejects.toThrow(/kernel 784×24 there, 9×24 here/);
    expect(runCount()).toBe(before + 1);
  });
});

describe('going on', () => {
  it('never reads the parent again once there is a checkpoint', async () => {
    const child = await trainWith({ from: 'here' }, {}, {}).catch(() => undefined);
    expect(child).toBeUndefined();
    fs.cpSync(parent.folder, path.join(place.folder, 'here'), { recursive: true });
    const whole = await trainWith({ from: './here' }, {}, { overrides: { 'training.epochs': 3 } });
    const { folder } = await trainWith({ from: './here' });
    fs.rmSync(path.join(place.folder, 'here'), { recursive: true });
    await resume(folder, { dataFolders: [], epochs: 3 });
    expect(await epochLosses(folder)).toEqual(await epochLosses(whole.folder));
  });

  it('without one starts from the same parent as before, whatever its name means by now', async () => {
    const { folder } = await trainWith({ from: 'tiny' });
    const before = await epochLosses(folder);
    await trainAt(place, { overrides: { 'training.epochs': 3, seed: 3 } });
    loseCheckpoints(folder);
    await resume(folder, { dataFolders: [], epochs: 2 });
    expect(await epochLosses(folder)).toEqual(before);
  });
});
