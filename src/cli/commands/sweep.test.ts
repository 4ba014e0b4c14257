// Sweeps by the built program: what a terminal shows, and what signals and kills do.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRun, readTensors } from '../../runs/reader.ts';
import { runFiles } from '../../runs/events.ts';
import { isActive } from '../../runs/state.ts';
import { findSweep } from '../../runs/sweep.ts';
import { sweepReport, sweepRuns, type SweepReport } from '../../runs/sweep-report.ts';
import { epochLosses, makePlace, removePlace, tinyConfig, type Place } from '../../trainer/testing.ts';
import { exitCodes } from '../exit-codes.ts';
import { buildProgram, jsonLines, removeProgram, start, type Ended } from '../testing.ts';

let program: string;
let place: Place;
const withSweep = (sweep: string): string => tinyConfig.replace('"seed": 7,', `"seed": 7,\n  "sweep": ${sweep},`);
beforeAll(async () => {
  program = await buildProgram();
  place = makePlace(withSweep('{ "values": { "latent.units": [2, 3, 6] }, "tolerance": 0.5 }'));
});
afterAll(() => {
  removeProgram(program);
  removePlace(place);
});

const aeconf = (...words: string[]): Promise<Ended> => start(program, [...words, '--runs', place.runsFolder]).ended;
const on = (...words: string[]): Promise<Ended> => aeconf(...words, '--device', 'cpu');
/** The report at the end of an output in JSON. */
const reportOf = ({ out }: Ended): SweepReport => jsonLines(out).at(-1)!['sweep'] as SweepReport;
const report = async (): Promise<SweepReport> => sweepReport(place.runsFolder, await findSweep(place.runsFolder, 'last'));

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  const begun = Date.now();
  while (!await condition()) {
    if (Date.now() - begun > 60_000) throw new Error('It did not happen within 60 s.');
    await sleep(20);
  }
}
const begunAfter = (before: string | undefined) => until(async () => {
  const now = await findSweep(place.runsFolder, 'last').catch(() => undefined);
  return now !== undefined && now.id !== before;
});
const statesOf = async (): Promise<string[]> => (await report()).rows.map(({ state }) => state);

describe('aeconf sweep', () => {
  it('trains all values, and ends with a table, the knee and a chart', async () => {
    const { code, out, err } = await on('sweep', place.configPath, '--epochs', '2');
    expect(err).toMatch(/^Sweep .*-tiny: 3 trainings of tiny\.aeconf\.\n1\/3 units = 2\n/);
    expect(code).toBe(0);
    expect(out).toMatch(/^units +State +Best +in epoch +Last +Training +PCA \(mse\) +Parameters +Time +Run\n +2 +finished +0\.\d+ +[12] +0\.\d+ +0\.\d+ +0\.\d+ +38,7\d\d +0:\d\d +\S+-tiny-units-2/);
    expect(out).toMatch(/^Best: latent\.units = \d \(validation loss 0\.\d+\)\.\nKnee: latent\.units = \d \(0\.\d+\), the smallest within 50 % of the best/m);
    const chart = /^Chart {2}(.*)$/m.exec(out)![1]!;
    expect([...fs.readFileSync(chart).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
  });

  it('is what training such a file does, unless only its base is wanted', async () => {
    const swept = await on('train', place.configPath, '--epochs', '1', '--json');
    const lines = jsonLines(swept.out);
    expect(lines[0]).toMatchObject({ event: 'sweep', count: 3, members: [{ 'latent.units': 2 }, { 'latent.units': 3 }, { 'latent.units': 6 }] });
    expect(lines[1]).toMatchObject({ event: 'run', member: 0, id: expect.any(String) as string, folder: expect.any(String) as string });
    expect(lines.filter(({ event }) => event === 'member').map(({ member, outcome }) => [member, outcome])).toEqual([[0, 'finished'], [1, 'finished'], [2, 'finished']]);
    expect(reportOf(swept)).toMatchObject({ state: 'finished', paths: ['latent.units'] });
    const alone = jsonLines((await on('train', place.configPath, '--epochs', '1', '--no-sweep', '--json')).out);
    expect(alone.filter(({ event }) => event === 'run')).toHaveLength(1);
    const { info } = await readRun(String(alone[0]!['folder']));
    expect(info).not.toHaveProperty('sweep');
    expect(info).toMatchObject({ name: 'tiny', model: { latentShape: [2] } });
  });

  it('trains several at once, to the losses of a training alone with as many threads', async () => {
    const together = await on('sweep', place.configPath, '--epochs', '2', '--parallel', '3', '--threads', '3', '--json');
    expect(together.code).toBe(0);
    const one = await on('sweep', place.configPath, '--epochs', '2', '--threads', '1', '--json');
    for (const index of [0, 1, 2]) {
      const [mine, theirs] = [reportOf(together).rows[index]!, reportOf(one).rows[index]!];
      expect((await readRun(mine.folder!)).info?.threads).toBe(1);
      expect(await epochLosses(mine.folder!), String(index)).toEqual(await epochLosses(theirs.folder!));
    }
    const lines = jsonLines(together.out);
    expect(lines.filter(({ event }) => event === 'run').map(({ member }) => member).sort()).toEqual([0, 1, 2]);
    expect(lines.filter(({ event }) => event === 'member')).toHaveLength(3);
  });

  it('says what is wrong with a combination before anything trains', async () => {
    const before = fs.readdirSync(place.runsFolder).length;
    const wrong = path.join(place.folder, 'wrong.aeconf');
    fs.writeFileSync(wrong, withSweep('{ "values": { "decoder": ["mirror", [{ "type": "dense", "units": 780 }]] } }'));
    const { code, err } = await on('sweep', wrong);
    expect(code).toBe(exitCodes.spec.code);
    expect(err).toMatch(/wrong\.aeconf:4:\d+: error: decoder\[0\]\.units: with decoder = .*: decoder ends in 780, the input is 28×28×1/);
    expect(fs.readdirSync(place.runsFolder)).toHaveLength(before);
  });

  it('takes nothing new for a sweep that goes on', async () => {
    expect(await aeconf('sweep', place.configPath, '--resume', '--epochs', '3')).toMatchObject({ code: exitCodes.usage.code, err: expect.stringMatching(/goes on as it began, so --epochs/) as string });
    expect(await aeconf('sweep')).toMatchObject({ code: exitCodes.usage.code });
    const again = await aeconf('sweep', place.configPath, '--resume');
    expect(again.code).toBe(0);
    expect(again.out).toMatch(/^Best: /m);
  });

  it('is listed and shown', async () => {
    const all = JSON.parse((await aeconf('sweeps', '--json')).out) as { sweeps: SweepReport[] };
    expect(all.sweeps).toHaveLength(4);
    const { id } = all.sweeps[0]!;
    expect((await aeconf('sweeps')).out).toMatch(new RegExp(`^${id} +tiny +finished +3/3 +0\\.\\d+ +latent\\.units`, 'm'));
    expect(JSON.parse((await aeconf('sweeps', id, '--json')).out)).toMatchObject({ id, state: 'finished', knee: expect.any(Number) as number, chart: expect.stringMatching(/sweep\.png$/) as string });
  });
}, 240_000);

for (const parallel of [1, 2]) {
  it(`survives SIGKILL with ${parallel} at a time: what is finished is kept, what was interrupted goes on, the losses are those of a sweep never killed`, async () => {
    const words = ['sweep', place.configPath, '--epochs', '60', '--threads', String(parallel), '--parallel', String(parallel), '--set', 'views.every=20'];
    const whole = reportOf(await on(...words, '--json'));
    expect(whole.state).toBe('finished');
    const { child, ended } = start(program, [...words, '--runs', place.runsFolder, '--device', 'cpu']);
    await begunAfter(whole.id);
    // In the middle of a training, when another one is finished and one has not begun or is under way too.
    await until(async () => (await report()).rows.some(({ state }) => state === 'finished'));
    await until(async () => (await report()).rows.some(({ state, epoch }) => state === 'training' && epoch! >= 2 && epoch! < 40));
    child.kill('SIGKILL');
    expect((await ended).signal).toBe('SIGKILL');
    // Trainings in processes of their own notice that they are alone, and stop by themselves.
    await until(async () => (await statesOf()).every(state => state === 'waiting' || !isActive(state as 'finished')));
    const states = await statesOf();
    expect(states).toContain('finished');
    expect(states).toContain(parallel === 1 ? 'interrupted' : 'stopped');
    const record = await findSweep(place.runsFolder, 'last');
    const kept = await sweepRuns(place.runsFolder, record.id);
    const finished = states.indexOf('finished');
    const { mtimeMs } = fs.statSync(path.join(kept.get(finished)!.folder, runFiles.lastCheckpoint));

    const resumed = await aeconf('sweep', place.configPath, '--resume', '--json');
    expect(resumed.code).toBe(0);
    const rows = reportOf(resumed).rows;
    expect(rows.map(({ state }) => state)).toEqual(['finished', 'finished', 'finished']);
    expect(fs.statSync(path.join(rows[finished]!.folder!, runFiles.lastCheckpoint)).mtimeMs).toBe(mtimeMs);
    for (const [index, run] of kept) expect(rows[index]!.run).toBe(run.id);
    for (const { index, folder } of rows) {
      expect(await epochLosses(folder!), String(index)).toEqual(await epochLosses(whole.rows[index]!.folder!));
      const [mine, theirs] = await Promise.all([folder!, whole.rows[index]!.folder!].map(where => readTensors(path.join(where, runFiles.lastCheckpoint))));
      for (const [name, { data }] of Object.entries(theirs!.tensors)) expect(Buffer.compare(bytes(mine!.tensors[name]!.data), bytes(data)), name).toBe(0);
    }
  }, 240_000);

  it(`stops politely at the first signal with ${parallel} at a time, and says how to go on`, async () => {
    const before = (await findSweep(place.runsFolder, 'last')).id;
    const { child, ended } = start(program, ['sweep', place.configPath, '--epochs', '4000', '--parallel', String(parallel), '--set', 'views.every=1000', '--runs', place.runsFolder, '--device', 'cpu']);
    await begunAfter(before);
    await until(async () => (await statesOf()).filter(state => state === 'training').length === parallel);
    // A second sweep of the same work is refused while this one runs.
    expect(await aeconf('sweep', '--resume')).toMatchObject({ code: exitCodes.run.code, err: expect.stringMatching(/is being worked through by process/) as string });
    child.kill('SIGINT');
    const { code, out } = await ended;
    expect(code).toBe(exitCodes.stopped.code);
    expect(out).toMatch(/^Stopped\. Go on with {2}aeconf sweep \S+-tiny\S* --resume$/m);
    expect(await statesOf()).toEqual([...Array<string>(parallel).fill('stopped'), ...Array<string>(3 - parallel).fill('waiting')]);
  }, 240_000);
}

function bytes(data: ArrayBufferView): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
