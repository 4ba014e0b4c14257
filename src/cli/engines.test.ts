// A training on every engine of this machine goes through what trainings go through: it is paused, goes on, is killed, resumed,
// stopped and resumed again, and has the losses of one that was left in peace. And what a machine lacks is told.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listDevices } from '../engine/engines.ts';
import { readRun } from '../runs/reader.ts';
import { readCheckpoint } from '../trainer/checkpoint.ts';
import { epochLosses, makePlace, oneBatchSize, removePlace, tinyConfig, trainAt, type Place } from '../trainer/testing.ts';
import { exitCodes } from './exit-codes.ts';
import { buildProgram, jsonLines, removeProgram, start, type Ended } from './testing.ts';

const available = (await listDevices()).filter(device => device.available);

let program: string;
let place: Place;
let cache: string;
beforeAll(async () => {
  program = await buildProgram();
  place = makePlace(tinyConfig);
  cache = mkdtempSync(path.join(tmpdir(), 'aeconf-devices-'));
});
afterAll(() => {
  removeProgram(program);
  removePlace(place);
  rmSync(cache, { recursive: true, force: true });
});

const aeconf = (words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> => start(program, [...words, '--runs', place.runsFolder], { XDG_CACHE_HOME: cache, ...env }).ended;

/** A program that trains, once its run folder is known. */
async function training(...words: string[]): Promise<{ folder: string; child: ReturnType<typeof start>['child']; ended: Promise<Ended> }> {
  const { child, ended } = start(program, [...words, '--runs', place.runsFolder, '--json'], { XDG_CACHE_HOME: cache });
  let out = '';
  child.stdout!.on('data', (text: string) => { out += text; });
  await until(() => out.includes('\n'));
  return { child, ended, folder: String(jsonLines(out.slice(0, out.indexOf('\n')))[0]!['folder']) };
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  const begun = Date.now();
  while (!await condition()) {
    if (Date.now() - begun > 180_000) throw new Error('It did not happen within three minutes.');
    await sleep(20);
  }
}

/** Everything a resume has to bring back; on a GPU drawn by software, where every kind of operation takes seconds to compile, less of it. */
const overridesOn = (id: string): Readonly<Record<string, unknown>> => ({
  ...oneBatchSize, 'views.every': 1000,
  ...(id === 'webgpu' ? { 'corruption': [], 'encoder': [{ type: 'flatten' }, { type: 'dense', units: 8 }], 'training.optimizer': { type: 'sgd', learningRate: 0.1, momentum: 0.9 } } : {}),
});

const stateOf = async (folder: string): Promise<string> => (await readRun(folder)).state;
const finishedEpochs = async (folder: string): Promise<number> => (await readRun(folder)).events.filter(({ type, epoch }) => type === 'checkpoint' && Number.isInteger(epoch)).length;

/**
 * How far losses may be from those of an unbroken training, relative. Processors add in the same order every time; what a GPU's
 * driver does is its own.
 */
const tolerance = (id: string): number => id === 'webgpu' || id === 'cuda' || id === 'dml' || id === 'tensorflow-gpu' ? 1e-5 : 0;

describe.each(available)('a training on $name', ({ id }) => {
  it('can be paused, killed, stopped and resumed without a trace in its losses', async () => {
    const forever = ['--epochs', '100000'];
    const overrides = overridesOn(id);
    const settings = Object.entries(overrides).flatMap(([name, value]) => ['--set', `${name}=${JSON.stringify(value)}`]);
    const first = await training('train', place.configPath, '--device', id, ...forever, ...settings);
    await until(async () => await finishedEpochs(first.folder) > 0);
    expect((await aeconf(['pause', first.folder])).out).toMatch(/ is paused\.\n$/);
    const { step } = (await readRun(first.folder)).status!;
    expect((await aeconf(['continue', first.folder])).out).toMatch(/ is training\.\n$/);
    await until(async () => (await readRun(first.folder)).status!.step > step);

    first.child.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');
    expect(await stateOf(first.folder)).toBe('interrupted');
    const before = await finishedEpochs(first.folder);
    const second = await training('resume', first.folder, ...forever);
    await until(async () => await finishedEpochs(first.folder) > before);
    expect((await aeconf(['stop', first.folder])).out).toMatch(/ is stopped\.\n$/);
    expect((await second.ended).code).toBe(exitCodes.stopped.code);

    const epochs = (await readCheckpoint(first.folder, 'last')).position.epoch + 1;
    const last = await aeconf(['resume', first.folder, '--epochs', String(epochs)]);
    expect(last.code, last.err).toBe(0);
    expect((await readRun(first.folder)).info?.device.id).toBe(id);
    const unbroken = await trainAt(place, { device: id, devicesFolder: path.join(cache, 'unbroken'), overrides: { ...overrides, 'training.epochs': epochs } });
    const [broken, whole] = [await epochLosses(first.folder), await epochLosses(unbroken.folder)];
    expect(Object.keys(broken)).toEqual(Object.keys(whole));
    for (const [name, loss] of Object.entries(whole)) expect(Math.abs(broken[name]! - loss) / loss, name).toBeLessThanOrEqual(tolerance(id));
  });
}, 600_000);

describe('a device that is not there', () => {
  it.each([
    ['webgpu', { VK_ICD_FILENAMES: '/nowhere.json', VK_DRIVER_FILES: '/nowhere.json' }, /GPU \(WebGPU\) is not available: .*(No GPU answered|No Vulkan loader).*Train with --device cpu or auto\./s],
    ['tensorflow-gpu', { AECONF_TENSORFLOW: '/nowhere' }, /TensorFlow\) is not available: Not installed\. "aeconf engine install tensorflow --gpu"/],
  ])('%s is said to be missing, with what to do, and "auto" goes on', async (id, env, message) => {
    if (process.platform === 'darwin') return;
    const refused = await aeconf(['train', place.configPath, '--device', id], env);
    expect(refused.code).toBe(exitCodes.device.code);
    expect(refused.err).toMatch(message);
    const { out } = await aeconf(['runs', '--json']);
    expect(out).toContain('"failed"');
    const auto = await aeconf(['train', place.configPath, '--epochs', '1', '--device', 'auto'], env);
    expect(auto.code, auto.err).toBe(0);
    expect(auto.err).toMatch(/^cpu chosen: a step is [\d.]+ million operations, and below 200 million "auto" takes the CPU without asking any other device$/m);
  }, 180_000);
});
