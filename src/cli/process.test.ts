// The built program as a process: what signals, kills and pipes do to it.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRun } from '../runs/reader.ts';
import { readCheckpoint } from '../trainer/checkpoint.ts';
import { epochLosses, makePlace, removePlace, trainAt, type Place } from '../trainer/testing.ts';
import { exitCodes } from './exit-codes.ts';
import { buildProgram, jsonLines, removeProgram, start, type Ended } from './testing.ts';

let program: string;
let place: Place;
beforeAll(async () => {
  program = await buildProgram();
  place = makePlace();
});
afterAll(() => {
  removeProgram(program);
  removePlace(place);
});

const on = (...words: string[]) => [...words, '--runs', place.runsFolder, '--device', 'cpu'];
const aeconf = (...words: string[]): Promise<Ended> => start(program, words).ended;

/** The run folder, as soon as the program has told it. */
async function folderOf(out: () => string): Promise<string> {
  for (;;) {
    const [line] = jsonLines(out().slice(0, out().lastIndexOf('\n') + 1));
    if (line !== undefined) return String(line['folder']);
    await sleep(10);
  }
}

async function startTraining(...words: string[]): Promise<{ folder: string; child: ReturnType<typeof start>['child']; ended: Promise<Ended> }> {
  const { child, ended } = start(program, [...on('train', place.configPath, ...words), '--json']);
  let out = '';
  child.stdout!.on('data', (text: string) => { out += text; });
  return { child, ended, folder: await folderOf(() => out) };
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  const start = Date.now();
  while (!await condition()) {
    if (Date.now() - start > 30_000) throw new Error('It did not happen within 30 s.');
    await sleep(20);
  }
}

describe('aeconf train', () => {
  it('tells the run first, then events, then the end, as JSON', async () => {
    const { code, out, err } = await aeconf(...on('train', place.configPath, '--epochs', '2'), '--json');
    expect(err).toBe('');
    expect(code).toBe(0);
    const lines = jsonLines(out);
    expect(lines[0]).toMatchObject({ event: 'run' });
    expect(new Set(lines.map(({ event }) => event))).toEqual(new Set(['run', 'status', 'scalars', 'picture', 'latent', 'checkpoint', 'alert', 'end']));
    expect(lines.at(-1)).toMatchObject({ event: 'end', id: lines[0]!['id'], outcome: 'finished', bestEpoch: 2, findings: [{ kind: 'meanPicture' }] });
  });

  // ONNX Runtime keeps the id and the outbox of its telemetry in the user's cache folder; in continuous integration it is silent anyway.
  it('reports to nobody', async () => {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), 'aeconf-home-'));
    try {
      const env = { HOME: home, USERPROFILE: home, XDG_CACHE_HOME: path.join(home, 'cache'), CI: undefined, ORT_DISABLE_TELEMETRY: undefined };
      const { code } = await start(program, on('train', place.configPath, '--epochs', '1'), env).ended;
      expect(code).toBe(0);
      expect(fs.readdirSync(home, { recursive: true }).filter(name => /deviceid|Microsoft/.test(String(name)))).toEqual([]);
    } finally {
      fs.rmSync(home, { recursive: true });
    }
  });

  it('computes in the worker what it computes without one', async () => {
    const { folder } = jsonLines((await aeconf(...on('train', place.configPath), '--json')).out)[0] as { folder: string };
    const reference = await trainAt(place);
    expect(await epochLosses(folder)).toEqual(await epochLosses(reference.folder));
  });

  it('writes a line per epoch and the last words where there is no terminal', async () => {
    const { code, out, err } = await aeconf(...on('train', place.configPath, '--epochs', '2'));
    expect(code).toBe(0);
    expect(err).toMatch(/tiny · 200 \+ 60 samples of 28×28×1 · 38,754 parameters · CPU/);
    expect(err).toMatch(/^epoch 1\/2 {2}loss 0\.\d+ {2}validation 0\.\d+/m);
    expect(err).toMatch(/^epoch 2\/2 /m);
    expect(err + out).not.toContain('\u001b');
    expect(out).toMatch(/^Finished after 0:0\d: loss .*, validation loss .*, best .* in epoch 2\.\nPCA with 2 components: .*\nWhat the curves show\n {2}Nothing learned yet\. .*\nRun {9}.*\nPictures {4}.*reconstructions\.png\n.*manifold\.png\n$/);
  });

  it('stops after the step at the first signal, and resumes exactly', async () => {
    const { child, ended, folder } = await startTraining('--epochs', '4000', '--set', 'views.every=1000');
    await until(async () => (await readRun(folder)).events.some(event => event.type === 'checkpoint'));
    child.kill('SIGINT');
    const { code, out } = await ended;
    expect(code).toBe(exitCodes.stopped.code);
    expect(jsonLines(out).at(-1)).toMatchObject({ event: 'end', outcome: 'stopped' });
    const { position } = await readCheckpoint(folder, 'last');
    const epochs = position.epoch + 2;
    expect((await aeconf('resume', folder, '--epochs', String(epochs))).code).toBe(0);
    const whole = await trainAt(place, { overrides: { 'training.epochs': epochs } });
    expect(await epochLosses(folder)).toEqual(await epochLosses(whole.folder));
  });

  it('ends at once at the second signal, and shows as interrupted', async () => {
    const { child, ended, folder } = await startTraining('--epochs', '4000', '--set', 'views.every=1000');
    await until(async () => (await readRun(folder)).state === 'training');
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect((await ended).code).toBe(exitCodes.stopped.code);
    expect((await readRun(folder)).state).not.toBe('training');
  });

  it('goes on when nobody reads its output any more', async () => {
    const { child, ended, folder } = await startTraining('--epochs', '6');
    child.stdout!.destroy();
    child.stderr!.destroy();
    await ended;
    expect((await readRun(folder)).state).toBe('finished');
  });

  it('obeys stop, pause and continue from another process', async () => {
    const { ended, folder } = await startTraining('--epochs', '100000', '--set', 'views.every=1000');
    await until(async () => (await readRun(folder)).state === 'training');
    expect((await aeconf('pause', folder)).out).toMatch(/ is paused\.\n$/);
    const { step } = (await readRun(folder)).status!;
    await sleep(300);
    expect((await readRun(folder)).status!.step).toBe(step);
    expect((await aeconf('continue', folder)).out).toMatch(/ is training\.\n$/);
    await until(async () => (await readRun(folder)).status!.step > step);
    expect(JSON.parse((await aeconf('stop', folder, '--json')).out)).toMatchObject({ request: 'stop', state: 'stopped', done: true });
    expect((await ended).code).toBe(exitCodes.stopped.code);
    expect((await aeconf('stop', folder)).code).toBe(exitCodes.run.code);
  });
}, 120_000);

it('survives SIGKILL at any moment: no finished epoch is lost, the losses are those of a run never killed', async () => {
  const overrides = { 'training.epochs': 14, 'views.every': 4 };
  const whole = await trainAt(place, { overrides });
  const begun = await startTraining('--epochs', '14', '--set', 'views.every=4');
  const { folder } = begun;
  let { child, ended }: Pick<typeof begun, 'child' | 'ended'> = begun;
  const toldEpochs = async (): Promise<number> =>
    Math.max(0, ...(await readRun(folder)).events.filter(event => event.type === 'scalars' && event.per === 'epoch').map(({ epoch }) => epoch));
  // Each at another place of an epoch and of what is written after it.
  for (const delay of [0, 3, 17, 41]) {
    const before = await toldEpochs();
    await until(async () => await toldEpochs() > before);
    await sleep(delay);
    child.kill('SIGKILL');
    expect((await ended).signal).toBe('SIGKILL');
    expect((await readRun(folder)).state).toBe('interrupted');
    expect((await readCheckpoint(folder, 'last')).position.epoch).toBeGreaterThanOrEqual(await toldEpochs());
    ({ child, ended } = start(program, ['resume', folder]));
  }
  expect((await ended).code).toBe(0);
  expect(await epochLosses(folder)).toEqual(await epochLosses(whole.folder));
  const [mine, theirs] = await Promise.all([readCheckpoint(folder, 'last'), readCheckpoint(whole.folder, 'last')]);
  expect(mine.position).toEqual(theirs.position);
  for (const [name, { data }] of Object.entries(theirs.tensors)) expect([...mine.tensors[name]!.data], name).toEqual([...data]);
}, 180_000);

it('checks a file without loading what trains', async () => {
  const start = performance.now();
  expect((await aeconf('check', place.configPath)).code).toBe(0);
  // Far more than it takes, far less than with ONNX Runtime on a busy machine.
  expect(performance.now() - start).toBeLessThan(2000);
});
