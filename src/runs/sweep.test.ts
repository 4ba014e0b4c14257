import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunInfo } from './events.ts';
import { kneeOf, notBetterThanBaseline, sweepReport } from './sweep-report.ts';
import { claimSweep, createSweep, findSweep, listSweeps, readSweep, shortNames, sweepFolder, valuesText, valueText, type SweepRecord } from './sweep.ts';
import { newRun, scalars } from './testing.ts';
import { listRuns } from './list.ts';
import { RunWriter } from './writer.ts';

let runsFolder: string;
beforeEach(() => { runsFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'aeconf-sweep-')); });
afterEach(() => {
  vi.useRealTimers();
  fs.rmSync(runsFolder, { recursive: true, force: true });
});

const make = (members: SweepRecord['members'], tolerance = 0.1): Promise<SweepRecord> => createSweep(runsFolder, {
  name: 'sizes', configPath: '/w/sizes.aeconf', config: '{}', overrides: {}, device: 'cpu', combine: 'grid', parallel: 1, tolerance, members,
});

interface Facts {
  readonly loss?: number;
  readonly best?: number;
  readonly mse?: number;
  readonly baseline?: RunInfo['baseline'];
  readonly judged?: number;
  readonly state?: 'finished' | 'failed' | 'stopped';
}

async function member(record: SweepRecord, index: number, { loss, best, mse, baseline, judged = 20, state = 'finished' }: Facts): Promise<void> {
  const run = newRun(`sizes ${index}`);
  const writer = await RunWriter.create(runsFolder, { ...run, info: { ...run.info, dataset: { ...run.info.dataset, validation: judged }, sweep: { id: record.id, index, count: record.members.length, values: record.members[index]! }, ...(baseline === undefined ? {} : { baseline }) } });
  if (loss !== undefined) writer.event(scalars(3, 'validation', { loss, ...(mse === undefined ? {} : { mse }), 'kl/1': 1 }));
  writer.status({ state, epoch: 3, step: 30, epochs: 3, elapsed: 7, ...(loss === undefined ? {} : { validationLoss: loss }), ...(best === undefined ? {} : { bestValidationLoss: best, bestEpoch: 2 }), ...(state === 'failed' ? { message: 'diverged' } : {}) });
  writer.close();
}

const sizes = (...units: unknown[]) => units.map(value => ({ 'latent.units': value }));

describe('a sweep on disk', () => {
  it('is read back as it was written, found by id, beginning, name and file, and is no run', async () => {
    // Two within one second.
    vi.useFakeTimers({ toFake: ['Date'] });
    const record = await make(sizes(2, 4));
    expect(await readSweep(runsFolder, record.id)).toEqual(record);
    for (const text of [record.id, record.id.slice(0, -2), 'sizes', '/w/sizes.aeconf', 'last']) expect((await findSweep(runsFolder, text)).id, text).toBe(record.id);
    const second = await make(sizes(2));
    expect(second.id).toBe(`${record.id}-2`);
    expect((await findSweep(runsFolder, 'sizes')).id).toBe(second.id);
    expect((await listSweeps(runsFolder)).map(({ id }) => id)).toEqual([second.id, record.id]);
    expect(await listRuns(runsFolder)).toEqual([]);
  });

  it('says what is wrong with what is missing or damaged, and lists what can be read', async () => {
    await expect(findSweep(runsFolder, 'sizes')).rejects.toThrow(/There are no sweeps/);
    const record = await make(sizes(2));
    await expect(findSweep(runsFolder, 'size')).rejects.toThrow(/no sweep "size".*Did you mean sizes/);
    const folder = sweepFolder(runsFolder, 'broken');
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, 'sweep.json'), '{"format": 1,');
    await expect(readSweep(runsFolder, 'broken')).rejects.toThrow(/sweep\.json is damaged/);
    expect((await listSweeps(runsFolder)).map(({ id }) => id)).toEqual([record.id]);
  });

  it('belongs to one living process at a time', async () => {
    const record = await make(sizes(2));
    const parent = { ...record.runner!, pid: process.ppid, processStart: record.runner!.processStart.replace(/[^/]*$/, '') };
    // Of a process that no longer is who it was, anyone may take it over.
    expect((await claimSweep(runsFolder, { ...record, runner: { ...parent, processStart: `${parent.processStart}1` } })).runner?.pid).toBe(process.pid);
    if (process.platform !== 'linux') return;
    const stat = fs.readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!;
    await expect(claimSweep(runsFolder, { ...record, runner: { ...parent, processStart: `${parent.processStart}${startTime}` } })).rejects.toThrow(/worked through by process/);
  });
});

describe('the report', () => {
  it('has a row for every training, with what became of it', async () => {
    const record = await make(sizes(2, 4, 8, 16));
    await member(record, 0, { loss: 0.05, best: 0.04, mse: 0.03 });
    await member(record, 1, { state: 'failed' });
    await member(record, 2, { loss: 0.02, best: 0.02, state: 'stopped' });
    const report = await sweepReport(runsFolder, record);
    expect(report).toMatchObject({ id: record.id, state: 'unfinished', paths: ['latent.units'], judgedBy: 'validation loss', best: 0 });
    expect(report.rows.map(({ state }) => state)).toEqual(['finished', 'failed', 'stopped', 'waiting']);
    expect(report.rows[0]).toMatchObject({ values: { 'latent.units': 2 }, loss: 0.05, bestLoss: 0.04, bestEpoch: 2, error: 0.04, metrics: { mse: 0.03 }, seconds: 7, parameters: 10 });
    expect(report.rows[0]!.metrics).not.toHaveProperty('kl/1');
    expect(report.rows[1]!.reason).toBe('diverged');
    expect(report.rows[2]).not.toHaveProperty('error');
  });

  it('marks the smallest size that costs little', async () => {
    const record = await make(sizes(16, 2, 8, 4));
    const losses = [0.0101, 0.05, 0.0108, 0.0112];
    for (const [index, best] of losses.entries()) await member(record, index, { loss: best, best });
    // Within a tenth of 0.0101 lies 0.0108, not 0.0112.
    expect(await sweepReport(runsFolder, record)).toMatchObject({ state: 'finished', best: 0, knee: 2 });
    expect((await sweepReport(runsFolder, { ...record, tolerance: 0.2 })).knee).toBe(3);
    expect((await sweepReport(runsFolder, { ...record, tolerance: 0 })).knee).toBe(0);
  });

  it('compares losses of different kinds by mse, or not at all', async () => {
    const record = await make([{ 'training.loss': 'mse' }, { 'training.loss': 'binaryCrossentropy' }]);
    await member(record, 0, { loss: 0.03, best: 0.03, mse: 0.03 });
    await member(record, 1, { loss: 0.2, best: 0.2, mse: 0.02 });
    expect(await sweepReport(runsFolder, record)).toMatchObject({ judgedBy: 'mse', best: 1 });
    const bare = await make([{ 'training.loss': 'mse' }]);
    await member(bare, 0, { loss: 0.03, best: 0.03 });
    const report = await sweepReport(runsFolder, bare);
    expect(report.incomparable).toMatch(/mean different things/);
    expect(report).not.toHaveProperty('judgedBy');
    expect(report).not.toHaveProperty('best');
  });

  it.each([['latent.weight', 1, 100], ['latent.commitment', 0.1, 1], ['latent.freeBits', 0, 2], ['latent.importanceSamples', 1, 50], ['latent.annealEpochs', 0, 9], ['penalties[0].weight', 0.1, 1]])('names no winner by a loss that %s weighs', async (path, small, large) => {
    const record = await make([{ [path]: small }, { [path]: large }]);
    // The smaller weight makes the smaller loss, the larger one the better reconstructions.
    await member(record, 0, { loss: 0.02, best: 0.02, mse: 0.02 });
    await member(record, 1, { loss: 0.5, best: 0.5, mse: 0.01 });
    expect(await sweepReport(runsFolder, record)).toMatchObject({ judgedBy: 'mse', best: 1, knee: 1 });
  });

  it('does not rank errors on different samples, whatever they are measured by', async () => {
    const record = await make([{ 'data.size': 16 }, { 'data.size': 64 }]);
    await member(record, 0, { loss: 0.01, best: 0.01, mse: 0.01 });
    await member(record, 1, { loss: 0.02, best: 0.02, mse: 0.02 });
    const report = await sweepReport(runsFolder, record);
    expect(report.incomparable).toMatch(/another data\.size other samples/);
    for (const property of ['judgedBy', 'best', 'knee']) expect(report).not.toHaveProperty(property);
  });

  it('ranks trainings on more or fewer samples, as long as they are judged on the same ones', async () => {
    const record = await make([{ 'data.limit': 100 }, { 'data.limit': 1000 }]);
    await member(record, 0, { loss: 0.02, best: 0.02 });
    await member(record, 1, { loss: 0.01, best: 0.01 });
    expect(await sweepReport(runsFolder, record)).toMatchObject({ judgedBy: 'validation loss', best: 1 });
    // A share of the training samples.
    const shares = await make(record.members);
    await member(shares, 0, { loss: 0.01, best: 0.01, judged: 10 });
    await member(shares, 1, { loss: 0.02, best: 0.02, judged: 100 });
    expect(await sweepReport(runsFolder, shares)).not.toHaveProperty('best');
  });
});

describe('principal components beside a sweep', () => {
  const pca = (components: number, mse: number, model: number, levels = {}): RunInfo['baseline'] => ({ kind: 'pca', components, mse, model, levels: { mse, ...levels } });

  it('stand in every row, where they can be compared in what the sweep is judged by', async () => {
    const record = await make(sizes(2, 4, 8));
    await member(record, 0, { loss: 0.05, best: 0.05, baseline: pca(2, 0.04, 0.05, { loss: 0.04 }) });
    await member(record, 1, { loss: 0.02, best: 0.02, baseline: pca(4, 0.03, 0.02, { loss: 0.03 }) });
    await member(record, 2, { loss: 0.3, best: 0.3, baseline: pca(8, 0.02, 0.01) });
    const { rows } = await sweepReport(runsFolder, record);
    expect(rows.map(({ baseline }) => baseline)).toEqual([{ components: 2, mse: 0.04, model: 0.05 }, { components: 4, mse: 0.03, model: 0.02 }, { components: 8, mse: 0.02, model: 0.01 }]);
    expect(rows.map(({ baselineError }) => baselineError)).toEqual([0.04, 0.03, undefined]);
    const { compared, worse } = notBetterThanBaseline(rows);
    expect([compared, worse.map(({ index }) => index)]).toEqual([3, [0]]);
  });

  it('make losses of different kinds comparable without a metric', async () => {
    const record = await make([{ 'training.loss': 'mse' }, { 'training.loss': 'mae' }]);
    await member(record, 0, { loss: 0.03, best: 0.03, baseline: pca(2, 0.04, 0.03, { loss: 0.04 }) });
    await member(record, 1, { loss: 0.01, best: 0.01, mse: 0.035, baseline: pca(2, 0.04, 0.034) });
    const report = await sweepReport(runsFolder, record);
    expect(report).toMatchObject({ judgedBy: 'mse', best: 0 });
    expect(report.rows.map(({ error, baselineError }) => [error, baselineError])).toEqual([[0.03, 0.04], [0.035, 0.04]]);
    expect(report.rows.map(({ metrics }) => metrics['mse'])).toEqual([0.03, 0.035]);
  });
});

describe('kneeOf', () => {
  const points = (...pairs: [unknown, number][]) => pairs.map(([value, error], index) => ({ index, value, error }));
  it('needs two different numbers', () => {
    expect(kneeOf(points([2, 1], ['a', 1]), 0.1)).toBeUndefined();
    expect(kneeOf(points([2, 1], [2, 0.9]), 0.1)).toBeUndefined();
    expect(kneeOf([], 0.1)).toBeUndefined();
  });
  it('takes the tolerance as a share of the best, also below zero', () => {
    expect(kneeOf(points([1, 5], [2, 1.1], [3, 1]), 0.1)).toBe(1);
    expect(kneeOf(points([1, -80], [2, -95], [3, -100]), 0.1)).toBe(1);
  });
});

it('names paths by the shortest ends that tell them apart', () => {
  expect([...shortNames(['latent.units', 'seed'])]).toEqual([['latent.units', 'units'], ['seed', 'seed']]);
  expect([...shortNames(['latent.units', 'encoder[1].units']).values()]).toEqual(['latent.units', 'encoder[1].units']);
  expect(valuesText({ 'latent.units': 8, 'training.optimizer': { type: 'sgd', learningRate: 0.01, momentum: 0.9 }, 'data': 'mnist', 'corruption': [] }))
    .toBe('units = 8, optimizer = sgd learningRate=0.01 momentum=0.9, data = mnist, corruption = []');
  expect([{ type: 'rmsprop' }, [{ type: 'masking', amount: 0.1 }, 'gaussian'], [3, 5], null, 'x'.repeat(50)].map(valueText)).toEqual(['rmsprop', 'masking amount=0.1 + gaussian', '[3,5]', 'null', `${'x'.repeat(39)}…`]);
});
