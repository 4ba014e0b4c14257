// Tables and their numbers, from the file to a trained model: what is said when they do not fit, and what normalisation keeps.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { copyRows } from '../data/rows.ts';
import { RandomStream } from '../core/random.ts';
import { expectStudioError } from '../data/testing.ts';
import { COLUMNS_FILE, readColumns } from '../runs/columns.ts';
import { runFiles } from '../runs/events.ts';
import { readRun } from '../runs/reader.ts';
import { exportModel } from './models.ts';
import { openModel, openRun } from './opened-run.ts';
import { resume } from './resume.ts';
import { testRobustness } from './robustness.ts';
import { epochLosses, makePlace, removePlace, stopAtLook, trainAt, type Place } from './testing.ts';

const places: Place[] = [];
afterEach(() => { places.splice(0).forEach(removePlace); });

/** 90 rows of three columns that hang together, the second in thousands. */
function rows(seed = 1): number[][] {
  const random = new RandomStream(seed, 'sampling');
  return Array.from({ length: 90 }, () => {
    const t = random.normal();
    return [t + 0.1 * random.normal(), 800 + 300 * t + 20 * random.normal(), -t / 10];
  });
}

function place(data: string, more = '', table = rows()): Place {
  const made = makePlace(`{
    "data": { "type": "csv", "path": "table.csv", "validation": 0.2${data} },
    "encoder": [{ "type": "dense", "units": 8, "activation": "elu" }],
    "latent": { "type": "plain", "units": 2 },
    "training": { "epochs": 3, "batchSize": 16 },
    ${more}
    "views": { "samples": 4, "latentSamples": 20 },
  }`);
  places.push(made);
  fs.writeFileSync(path.join(made.folder, 'table.csv'), `speed,height,share\n${table.map(row => row.join(',')).join('\n')}\n`);
  return made;
}

async function alerts(folder: string, level: string): Promise<string[]> {
  return (await readRun(folder)).events.flatMap(event => event.type === 'alert' && event.level === level ? [event.message] : []);
}

const linear = '"decoder": { "type": "mirror", "outputActivation": "linear" },';

describe('data that does not lie where the experiment can deal with it', () => {
  it('is warned of with its numbers and the cure, in events and log, and at the end in place of the advice to train on', async () => {
    const { folder } = await trainAt(place(''));
    const warnings = await alerts(folder, 'warning');
    expect(warnings[0]).toMatch(/^table\.csv lies in -\d.* … 1\d\d\d\.?\d*, but the output \(sigmoid\) in 0 … 1: .* set "outputActivation": "linear" in "decoder", or bring every column to \[0, 1\] with "normalize": "minMax" in "data"\.$/);
    expect(fs.readFileSync(path.join(folder, runFiles.log), 'utf8')).toContain(warnings[0]);
    // The editor reads it from there while the run goes on.
    expect((await readRun(folder)).status?.warning).toBe(warnings[0]);
    const last = warnings.at(-1)!;
    expect(last).toMatch(/not better than .* principal components .*the output \(sigmoid\)/);
    expect(last).not.toContain('Train longer');
    expect(await alerts(folder, 'info')).toContain('table.csv: the first line was taken as the names of its 3 columns (speed, height, share).');
  });

  it('says what a corruption cuts off', async () => {
    const { folder } = await trainAt(place(', "normalize": "standard"', `${linear} "corruption": [{ "type": "gaussian" }, { "type": "masking", "amount": 0.1, "clip": false }],`));
    expect((await alerts(folder, 'warning'))[0]).toMatch(/^table\.csv lies in -\S+ … \S+, but the corruption \(gaussian\) cuts the input to \[0, 1\], samples included\. Set "clip": false in it\.$/);
  });

  it('refuses what can only fail, as an error of the data', async () => {
    await expectStudioError(trainAt(place(''), { overrides: { 'training.loss': 'binaryCrossentropy' } }), 'data', 'binaryCrossentropy needs targets in [0, 1]', 'table.csv lies in -', '"normalize": "minMax"');
  });

  it('says nothing where all fits', async () => {
    const { folder } = await trainAt(place(', "normalize": "minMax"', '"corruption": [{ "type": "gaussian" }],'));
    expect((await alerts(folder, 'warning')).filter(text => text.includes(' lies in '))).toEqual([]);
  });
});

describe('normalised columns', () => {
  it('train to errors of all columns alike, and are kept in the run for whoever looks at it later', async () => {
    const made = place(', "normalize": "standard"', linear);
    const { folder } = await trainAt(made);
    const columns = (await readColumns(folder))!;
    expect(columns).toMatchObject({ names: ['speed', 'height', 'share'], normalization: { kind: 'standard' } });
    expect(columns.normalization!.center[1]).toBeGreaterThan(500);
    const first = await openRun(folder, { dataFolders: [] });
    const before = copyRows(first.experiment.dataset.validation, 0, 18);
    await first.close();
    // Other samples of training now: those of validation stay what they were to the model.
    const table = rows();
    table[89] = [5e6, 5e6, 5e6];
    fs.writeFileSync(path.join(made.folder, 'table.csv'), `speed,height,share\n${table.map(row => row.join(',')).join('\n')}\n`);
    const again = await openRun(folder, { dataFolders: [] });
    const after = copyRows(again.experiment.dataset.validation, 0, 18);
    await again.close();
    expect(Math.max(...before.map(Math.abs))).toBeLessThan(6);
    const changed = after.filter((value, i) => value !== before[i]).length;
    expect(changed).toBeLessThanOrEqual(3);
    // The file that says so must not get lost in silence.
    fs.writeFileSync(path.join(folder, COLUMNS_FILE), '{');
    await expectStudioError(openRun(folder, { dataFolders: [] }), 'run', COLUMNS_FILE);
  });

  it('are the same to a run that goes on', async () => {
    const whole = await trainAt(place(', "normalize": "standard"', linear));
    const stopped = await trainAt(place(', "normalize": "standard"', linear), stopAtLook(9));
    expect(stopped.outcome).toBe('stopped');
    await resume(stopped.folder, { dataFolders: [] });
    expect(await epochLosses(stopped.folder)).toEqual(await epochLosses(whole.folder));
    expect(await readColumns(stopped.folder)).toEqual(await readColumns(whole.folder));
  });

  it('are told by the exported models, which stay models', async () => {
    const { folder } = await trainAt(place(', "normalize": "standard"', linear));
    const { programs, state, position: { epoch } } = await openModel(folder);
    const columns = (await readColumns(folder))!;
    const bytes = Buffer.concat(exportModel(programs, 'autoencoder', state, { epoch, columns }));
    expect(Buffer.compare(bytes, fs.readFileSync(path.join(folder, runFiles.autoencoder)))).toBe(0);
    expect(bytes.toString('latin1')).toContain(JSON.stringify(columns));
    const ort = await import('onnxruntime-node');
    const session = await ort.InferenceSession.create(bytes);
    const results = await session.run({ input: new ort.Tensor('float32', new Float32Array(6), [2, 3]) });
    expect(Object.values(results)[0]!.dims).toEqual([2, 3]);
  });
});

it('tests robustness without cutting samples that lie elsewhere to [0, 1], and says so', async () => {
  const { folder } = await trainAt(place(', "normalize": "standard"', linear));
  const run = await openRun(folder, { dataFolders: [] });
  const { report } = await testRobustness(run, [], { corruption: { type: 'gaussian', mean: 0, stddev: 0.1, clip: true }, strengths: [0.1], samples: 3 }, 'gaussian');
  await run.close();
  expect(report.strengths[0]!.corrupted.mse.mean).toBeGreaterThan(0.005);
  expect(report.strengths[0]!.corrupted.mse.mean).toBeLessThan(0.015);
  expect(report.note).toMatch(/^The samples lie in -\S+ … \S+, so the noisy input was not cut to \[0, 1\]\.$/);
  expect(report.corruption.clip).toBe(false);
});
