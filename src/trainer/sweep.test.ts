import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { requestControl } from '../runs/control.ts';
import { runFiles } from '../runs/events.ts';
import { readSummary } from '../runs/reader.ts';
import { createSweep, type SweepRecord } from '../runs/sweep.ts';
import { sweepReport, sweepRuns } from '../runs/sweep-report.ts';
import { planSweep, type SweepOptions } from './sweep-plan.ts';
import { runSweep, threadsOf, trainMember, type MemberOptions, type SweepEnd } from './sweep.ts';
import { epochLosses, makePlace, removePlace, tinyConfig, trainAt, type Place } from './testing.ts';
import { resume } from './resume.ts';

const places: Place[] = [];
afterEach(() => { places.splice(0).forEach(removePlace); });

const withSweep = (sweep: string, change: (text: string) => string = text => text) => change(tinyConfig.replace('"seed": 7,', `"seed": 7,\n  "sweep": ${sweep},`));
function placeOf(config: string): Place {
  const made = makePlace(config);
  places.push(made);
  return made;
}
const plan = ({ configPath, runsFolder }: Place, more: Partial<SweepOptions> = {}) => planSweep({ configPath, runsFolder, overrides: {}, device: 'cpu', dataFolders: [], ...more });
const begin = async (place: Place, more: Partial<SweepOptions> = {}): Promise<SweepRecord> => createSweep(place.runsFolder, await plan(place, more));
const work = (place: Place, record: SweepRecord, more: Partial<MemberOptions> = {}, signal?: AbortSignal): Promise<SweepEnd> => runSweep(record, {
  runsFolder: place.runsFolder, parallel: 1, work: trainMember(record, { runsFolder: place.runsFolder, dataFolders: [], ...more }), ...(signal === undefined ? {} : { signal }),
});

const twoSizes = '{ "values": { "latent.units": [2, 3] } }';
const short = { overrides: { 'training.epochs': 2 } };

describe('planSweep', () => {
  it('gives the trainings and what they share', async () => {
    const place = placeOf(withSweep('{ "values": { "latent.units": [2, 3], "training.loss": ["mse", "mae"] }, "tolerance": 0.2 }'));
    const record = await plan(place, { overrides: { 'training.epochs': 2, 'sweep.parallel': 2 }, threads: 1 });
    expect(record).toMatchObject({ name: 'tiny', configPath: place.configPath, combine: 'grid', parallel: 2, tolerance: 0.2, threads: 1, overrides: { 'training.epochs': 2 } });
    expect(record.members).toHaveLength(4);
    expect(record.members[1]).toEqual({ 'latent.units': 2, 'training.loss': 'mae' });
  });

  it('may come from the command line as a whole', async () => {
    expect((await plan(placeOf(tinyConfig), { overrides: { sweep: { values: { seed: [1, 2, 3] } } } })).members).toEqual([{ seed: 1 }, { seed: 2 }, { seed: 3 }]);
  });

  it('says that a file holds none', async () => {
    await expect(plan(placeOf(tinyConfig))).rejects.toMatchObject({ reason: 'usage', message: expect.stringMatching(/tiny\.aeconf holds no sweep\. Add one/) as string });
  });

  it('finds what is wrong with the last combination before the first one trains, and names it', async () => {
    const place = placeOf(withSweep('{ "values": { "encoder[1].units": [24, 16], "decoder": ["mirror", [{ "type": "dense", "units": 700 }]] } }'));
    await expect(plan(place)).rejects.toMatchObject({
      reason: 'spec',
      message: expect.stringMatching(/^[^\n]*tiny\.aeconf:4:\d+: error: decoder\[0\]\.units: with units = 24, decoder = .*; units = 16, decoder = .*: decoder ends in 700, the input is 28×28×1\. Give this layer 784 units\.$/) as string,
    });
    expect(fs.existsSync(place.runsFolder)).toBe(false);
  });

  it('finds what only the data tells, reading it once', async () => {
    const place = placeOf(withSweep('{ "values": { "encoder": [[{ "type": "dense", "units": 4 }], [{ "type": "conv2d", "filters": 2 }]] } }', text => text.replace(/"data": .*/, '"data": { "type": "csv", "path": "table.csv", "validation": 0.2 },')));
    fs.writeFileSync(path.join(place.folder, 'table.csv'), Array.from({ length: 30 }, (_, i) => `${i % 3},${i % 5},${i % 7}`).join('\n'));
    await expect(plan(place)).rejects.toThrow(/encoder\[0\]: with encoder = .*conv2d.*: .*image/);
  });

  it('finds weights that do not fit one of the combinations', async () => {
    const place = placeOf(tinyConfig);
    const { id } = await trainAt(place, short);
    const file = path.join(place.folder, 'child.aeconf');
    fs.writeFileSync(file, withSweep(twoSizes, text => text.replace('"seed"', `"init": { "from": "${id}" }, "seed"`)));
    await expect(plan({ ...place, configPath: file })).rejects.toThrow(/with units = 3: "latent\/latent" does not fit .*: kernel 24×2 there, 24×3 here/);
  });
});

describe('runSweep', () => {
  it('trains each combination as an ordinary run that knows its sweep', async () => {
    const place = placeOf(withSweep(twoSizes));
    const record = await begin(place, short);
    expect(await work(place, record)).toEqual({ outcome: 'finished', failed: [] });
    const report = await sweepReport(place.runsFolder, record);
    expect(report).toMatchObject({ state: 'finished', judgedBy: 'validation loss' });
    const { info } = await readSummary(report.rows[1]!.folder!);
    expect(info).toMatchObject({
      name: 'tiny units=3', configPath: place.configPath, overrides: { 'training.epochs': 2, 'latent.units': 3 },
      sweep: { id: record.id, index: 1, count: 2, values: { 'latent.units': 3 } }, model: { latentShape: [3] },
    });
    expect(JSON.parse(fs.readFileSync(path.join(report.rows[1]!.folder!, runFiles.resolvedConfig), 'utf8'))).not.toHaveProperty('sweep');
    const alone = await trainAt(place, { overrides: { 'training.epochs': 2, 'latent.units': 3 } });
    expect(await epochLosses(report.rows[1]!.folder!)).toEqual(await epochLosses(alone.folder));
  });

  it('goes on after a failure, and tries what failed again when it is asked to', async () => {
    const place = placeOf(withSweep('{ "values": { "training.optimizer": [{ "type": "sgd", "learningRate": 1e30 }, "adam"] } }', text => text.replace('"latent":', '"decoder": { "type": "mirror", "outputActivation": "linear" }, "latent":')));
    const record = await begin(place, short);
    const ends: unknown[] = [];
    expect(await runSweep(record, {
      runsFolder: place.runsFolder, parallel: 1, work: trainMember(record, { runsFolder: place.runsFolder, dataFolders: [] }), onEnd: (index, end) => ends.push([index, end.outcome, end.message?.slice(0, 15)]),
    })).toEqual({ outcome: 'failed', failed: [0] });
    expect(ends).toEqual([[0, 'failed', 'The loss became'], [1, 'finished', undefined]]);
    const { rows, state } = await sweepReport(place.runsFolder, record);
    expect(rows.map(row => row.state)).toEqual(['failed', 'finished']);
    expect(rows[0]!.reason).toMatch(/diverged/);
    expect(state).toBe('unfinished');
    expect(await work(place, record)).toEqual({ outcome: 'failed', failed: [0] });
    expect((await sweepRuns(place.runsFolder, record.id)).size).toBe(2);
    expect(fs.readdirSync(place.runsFolder).filter(name => name !== 'sweeps')).toHaveLength(2);
  });

  it('stops politely in the middle of a training and goes on to the same losses, even when the file has changed', async () => {
    const place = placeOf(withSweep('{ "values": { "latent.units": [2, 3, 4] } }'));
    const whole = await begin(place, short);
    await work(place, whole);
    const record = await begin(place, short);
    const stop = new AbortController();
    let begun = 0;
    const stopped = await work(place, record, {
      onEvent: event => {
        if (event.type === 'scalars' && event.per === 'batch' && begun === 2) stop.abort();
      },
      onRun: () => { begun++; },
    }, stop.signal);
    expect(stopped.outcome).toBe('stopped');
    expect((await sweepReport(place.runsFolder, record)).rows.map(({ state }) => state)).toEqual(['finished', 'stopped', 'waiting']);
    fs.writeFileSync(place.configPath, '{ "changed": true }');
    expect((await work(place, record)).outcome).toBe('finished');
    const [mine, theirs] = await Promise.all([record, whole].map(({ id }) => sweepRuns(place.runsFolder, id)));
    for (const index of [0, 1, 2]) expect(await epochLosses(mine!.get(index)!.folder), String(index)).toEqual(await epochLosses(theirs!.get(index)!.folder));
  });
  it('ends as a whole when one of its trainings is asked to stop', async () => {
    const place = placeOf(withSweep(twoSizes));
    const record = await begin(place, { overrides: { 'training.epochs': 100_000, 'views.every': 1000 } });
    let folder = '';
    let asked = false;
    const { outcome } = await work(place, record, {
      onRun: run => { folder = run.folder; },
      onStatus: ({ state, epoch }) => {
        if (state !== 'training' || epoch < 1 || asked) return;
        asked = true;
        void requestControl(folder, 'stop');
      },
    });
    expect(outcome).toBe('stopped');
    expect((await sweepReport(place.runsFolder, record)).rows.map(({ state }) => state)).toEqual(['stopped', 'waiting']);
  });

  it('trains as many at once as it is told', async () => {
    const place = placeOf(withSweep('{ "values": { "seed": [1, 2, 3, 4, 5] } }'));
    const record = await begin(place);
    let now = 0;
    let most = 0;
    const order: number[] = [];
    await runSweep(record, {
      runsFolder: place.runsFolder, parallel: 2,
      work: async index => {
        most = Math.max(most, ++now);
        order.push(index);
        await new Promise(resolve => setTimeout(resolve, 5));
        now--;
        return { outcome: 'finished' };
      },
    });
    expect(most).toBe(2);
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect([threadsOf(8, 3), threadsOf(2, 4)]).toEqual([2, 1]);
  });
});

it('lets a run that was killed after its last epoch say its last words', async () => {
  const place = placeOf(tinyConfig);
  const { folder } = await trainAt(place, short);
  const losses = await epochLosses(folder);
  const events = path.join(folder, runFiles.events);
  fs.writeFileSync(events, fs.readFileSync(events, 'utf8').replace(/^.*"type":"end".*\n/m, ''));
  const status = path.join(folder, runFiles.status);
  fs.writeFileSync(status, fs.readFileSync(status, 'utf8').replace('"finished"', '"training"').replace(/"pid":\d+/, '"pid":999999999'));
  fs.rmSync(path.join(folder, 'pictures/reconstructions.png'));
  expect((await resume(folder, { dataFolders: [] })).outcome).toBe('finished');
  expect(await epochLosses(folder)).toEqual(losses);
  expect(fs.existsSync(path.join(folder, 'pictures/reconstructions.png'))).toBe(true);
});
