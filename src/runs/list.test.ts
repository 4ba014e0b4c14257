import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSpec } from '../spec/load.ts';
import { compareConfigs, compareRuns } from './compare.ts';
import { deleteRun } from './delete.ts';
import { runFiles } from './events.ts';
import { findRuns, listRuns } from './list.ts';
import { noteRun, readNotes, renameRun, starRun, tagRun } from './notes.ts';
import { newRun, scalars } from './testing.ts';
import { RunWriter } from './writer.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'list-'));
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

async function finished(name: string, resolvedConfig: unknown = {}): Promise<RunWriter> {
  const writer = await RunWriter.create(folder, { ...newRun(name), resolvedConfig });
  writer.status({ state: 'finished', epoch: 3, step: 30, epochs: 3, validationLoss: 0.5, bestValidationLoss: 0.25, bestEpoch: 2 });
  writer.close();
  return writer;
}

describe('a runs folder', () => {
  it('lists its runs newest first, whole and damaged, and nothing else', async () => {
    expect(await listRuns(path.join(folder, 'none'))).toEqual([]);
    const first = await finished('first');
    await new Promise(resolve => setTimeout(resolve, 5));
    const second = await RunWriter.create(folder, newRun('second'));
    fs.mkdirSync(path.join(folder, '2000-01-01T00-00-00-damaged'));
    fs.writeFileSync(path.join(folder, '2000-01-01T00-00-00-damaged', runFiles.info), '{"form');
    fs.mkdirSync(path.join(folder, 'holiday'));
    fs.mkdirSync(path.join(folder, '.new-half'));
    fs.writeFileSync(path.join(folder, 'file'), '');
    const runs = await listRuns(folder);
    expect(runs.map(run => [run.id, run.state])).toEqual([[second.id, 'preparing'], [first.id, 'finished'], ['2000-01-01T00-00-00-damaged', 'failed']]);
    expect((await findRuns(folder, 'last')).map(run => run.id)).toEqual([second.id]);
    expect((await findRuns(folder, 'first')).map(run => run.id)).toEqual([first.id]);
    expect((await findRuns(folder, first.id.slice(0, 4))).length).toBe(2);
    expect((await findRuns(folder, first.folder)).map(run => run.id)).toEqual([first.id]);
    second.close();
  });
});

describe('notes', () => {
  it('are kept beside each other and shown in the list', async () => {
    const run = await finished('noted');
    await renameRun(run.folder, ' Better name ');
    await starRun(run.folder, true);
    await tagRun(run.folder, ['a', ' a', 'b', '']);
    await noteRun(run.folder, 'Line\nline');
    expect(await readNotes(run.folder)).toEqual({ name: 'Better name', star: true, tags: ['a', 'b'], note: 'Line\nline' });
    expect((await listRuns(folder))[0]).toMatchObject({ name: 'Better name', notes: { star: true } });
    await renameRun(run.folder, '');
    await starRun(run.folder, false);
    await tagRun(run.folder, []);
    await noteRun(run.folder, '');
    expect(await readNotes(run.folder)).toEqual({});
    expect((await listRuns(folder))[0]?.name).toBe('noted');
  });
});

describe('deleting', () => {
  it('removes a run that is over', async () => {
    const run = await finished('gone');
    await deleteRun(run.folder);
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it('takes what a killed program left half-made or half-deleted along', async () => {
    const old = new Date(Date.now() - 2 * 3_600_000);
    for (const name of ['.new-abc', '.deleted-x', '.new-young', '.other']) {
      fs.mkdirSync(path.join(folder, name));
      fs.writeFileSync(path.join(folder, name, 'file'), '');
      if (name !== '.new-young') fs.utimesSync(path.join(folder, name), old, old);
    }
    await deleteRun((await finished('gone')).folder);
    expect(fs.readdirSync(folder).sort()).toEqual(['.new-young', '.other']);
  });

  it('of many old runs at once is done for each', async () => {
    const old = new Date(Date.now() - 2 * 3_600_000);
    const runs = await Promise.all(Array.from({ length: 40 }, (_, i) => finished(`old-${i}`)));
    for (const run of runs) fs.utimesSync(run.folder, old, old);
    const outcomes = await Promise.allSettled(runs.map(run => deleteRun(run.folder)));
    expect(outcomes.filter(outcome => outcome.status === 'rejected')).toEqual([]);
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it('refuses a run that is being trained, and folders that are no runs', async () => {
    const run = await RunWriter.create(folder, newRun('busy', { state: 'training' }));
    await expect(deleteRun(run.folder)).rejects.toMatchObject({ reason: 'run', message: expect.stringContaining('Stop it first') });
    await expect(deleteRun(folder)).rejects.toMatchObject({ reason: 'run', message: expect.stringContaining('no run folder') });
    expect(fs.existsSync(run.path(runFiles.info))).toBe(true);
    run.close();
  });

  it('of a link keeps what it points at', { skip: process.platform === 'win32' }, async () => {
    const run = await finished('target');
    const link = path.join(folder, 'link');
    fs.symlinkSync(run.folder, link);
    await deleteRun(link);
    expect(fs.existsSync(link)).toBe(false);
    expect(fs.existsSync(run.path(runFiles.info))).toBe(true);
  });
});

describe('comparing', () => {
  it('names the settings that differ by their paths', () => {
    const a = { name: 'a', seed: 1, encoder: [{ type: 'dense', units: 64, activation: { type: 'relu' } }], corruption: [], training: { epochs: 3, loss: 'mse' }, size: [3, 3] };
    const b = { name: 'b', seed: 1, encoder: [{ type: 'dense', units: 32, activation: { type: 'leakyRelu', slope: 0.01 } }, { type: 'flatten' }], corruption: [{ type: 'masking', amount: 0.1 }], training: { epochs: 5, loss: 'mse' }, size: [3, 5] };
    expect(compareConfigs([a, b])).toEqual([
      { path: 'encoder[0].units', values: [64, 32] },
      { path: 'encoder[0].activation', values: [{ type: 'relu' }, { type: 'leakyRelu', slope: 0.01 }] },
      { path: 'encoder[1]', values: [undefined, { type: 'flatten' }] },
      { path: 'corruption[0]', values: [undefined, { type: 'masking', amount: 0.1 }] },
      { path: 'training.epochs', values: [3, 5] },
      { path: 'size', values: [[3, 3], [3, 5]] },
    ]);
    expect(compareConfigs([a, a, { ...a, seed: 2 }])).toEqual([{ path: 'seed', values: [1, 1, 2] }]);
    expect(compareConfigs([a, structuredClone(a)])).toEqual([]);
  });

  it('tells a default of the whole model once, and not with the layers that took it', async () => {
    const layers = (first: string) => `"encoder": [{ "type": "flatten" }, { "type": "dense", "units": 8${first} }, { "type": "dense", "units": 4 }], "latent": { "type": "plain", "units": 2 }`;
    const texts = {
      selu: `{ "data": "glyphs", "defaults": { "activation": "selu", "useBias": false }, ${layers('')} }`,
      relu: `{ "data": "glyphs", "defaults": { "activation": "relu", "useBias": false }, ${layers('')} }`,
      silent: `{ "data": "glyphs", ${layers('')} }`,
      own: `{ "data": "glyphs", "defaults": { "activation": "relu", "useBias": false }, ${layers(', "activation": "tanh"')} }`,
    };
    const folders: Record<string, string> = {};
    for (const [name, config] of Object.entries(texts)) {
      const writer = await RunWriter.create(folder, { ...newRun(name), config, resolvedConfig: readSpec(config, name).resolved });
      writer.close();
      folders[name] = writer.folder;
    }
    const told = async (...names: string[]) => (await compareRuns(names.map(name => folders[name]!))).differences;
    expect(await told('selu', 'relu')).toEqual([{ path: 'defaults.activation', values: [{ type: 'selu' }, { type: 'relu' }] }]);
    expect((await told('selu', 'silent')).map(({ path: at, values }) => [at, values[1]])).toEqual([['defaults.activation', undefined], ['defaults.useBias', undefined]]);
    // What a config says of a layer itself does not follow from its defaults.
    expect((await told('selu', 'own')).map(({ path: at }) => at)).toEqual(['defaults.activation', 'encoder[1].activation']);
    fs.rmSync(path.join(folders['relu']!, runFiles.config));
    expect((await told('selu', 'relu')).map(({ path: at }) => at)).toEqual(['defaults.activation', 'encoder[1].activation', 'encoder[2].activation']);
  });

  it('gives the final numbers in the order asked for', async () => {
    const a = await finished('a', { seed: 1 });
    const b = await finished('b', { seed: 2 });
    const { runs, differences } = await compareRuns([b.folder, a.folder]);
    expect(runs.map(run => run.name)).toEqual(['b', 'a']);
    expect(runs[0]).toMatchObject({ state: 'finished', epoch: 3, validationLoss: 0.5, bestValidationLoss: 0.25, bestEpoch: 2, parameters: 10 });
    expect(runs[0]).toMatchObject({ trainMetrics: {}, validationMetrics: {} });
    expect(differences).toEqual([{ path: 'seed', values: [2, 1] }]);
    const lines = [scalars(1, 'train', { loss: 1, accuracy: 0.1 }), scalars(2, 'train', { loss: 0.5, kl: 3, accuracy: 0.25 }), scalars(2, 'validation', { loss: 0.6, mse: 0.4, accuracy: 0.2 })];
    fs.writeFileSync(b.path(runFiles.events), lines.map(line => `${JSON.stringify(line)}\n`).join(''));
    expect((await compareRuns([b.folder, a.folder])).runs[0]).toMatchObject({ trainMetrics: { accuracy: 0.25 }, validationMetrics: { accuracy: 0.2, mse: 0.4 } });
    fs.writeFileSync(a.path(runFiles.resolvedConfig), '{');
    await expect(compareRuns([a.folder])).rejects.toMatchObject({ reason: 'run', message: expect.stringContaining(runFiles.resolvedConfig) });
  });
});
