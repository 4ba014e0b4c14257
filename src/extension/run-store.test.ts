import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runFiles } from '../runs/events.ts';
import * as reader from '../runs/reader.ts';
import { newRun } from '../runs/testing.ts';
import { RunWriter } from '../runs/writer.ts';
import type { RunRecord } from './run-record.ts';
import { RunStore } from './run-store.ts';

vi.mock('../runs/reader.ts', { spy: true });
vi.mock('node:fs', async original => {
  const real = await original<typeof fs>();
  const watch = (...args: Parameters<typeof fs.watch>) => {
    const watcher = real.watch(...args);
    vi.spyOn(watcher, 'close');
    return watcher;
  };
  return { ...real, watch: vi.fn(watch) };
});

let base: string;
let runs: string;
let store: RunStore;
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'store-'));
  runs = path.join(base, '.autoencoder', 'runs');
  store = new RunStore({ liveInterval: 20 });
});
afterEach(() => {
  vi.mocked(fs.watch).mockClear();
  store.dispose();
  fs.rmSync(base, { recursive: true, force: true });
});

/** Waits until the condition holds; fails after three seconds. */
async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 3000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('It did not happen within 3 s.');
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}

it('finds runs of a folder that does not exist yet', async () => {
  await store.setFolders([runs]);
  expect(store.runs).toEqual([]);
  await RunWriter.create(runs, newRun('first'));
  await until(() => store.runs.length === 1);
  expect(store.runs[0]).toMatchObject({ name: 'first', state: 'preparing', epochs: 3 });
});

it('follows a live run without being told', async () => {
  const writer = await RunWriter.create(runs, newRun('live'));
  await store.setFolders([runs]);
  const ended: RunRecord[] = [];
  store.onEnded.on(run => ended.push(run));
  writer.status({ state: 'training', epoch: 1.5, step: 15, epochs: 3, validationLoss: 0.2, bestValidationLoss: 0.1 });
  await until(() => store.live[0]?.epoch === 1.5);
  expect(store.live[0]).toMatchObject({ state: 'training', bestLoss: 0.1, validationLoss: 0.2 });
  writer.status({ state: 'finished', epoch: 3, step: 30, epochs: 3 });
  await until(() => ended.length === 1);
  expect(store.live).toEqual([]);
  expect(ended[0]).toMatchObject({ name: 'live', state: 'finished' });
});

it('notices that an ended run was renamed, resumed and deleted by others', async () => {
  const writer = await RunWriter.create(runs, newRun('old', { state: 'finished' }));
  await store.setFolders([runs]);
  fs.writeFileSync(path.join(writer.folder, runFiles.notes), JSON.stringify({ name: 'better name', star: true }));
  await until(() => store.runs[0]?.name === 'better name');
  expect(store.runs[0]!.star).toBe(true);
  writer.status({ state: 'training', epoch: 1, step: 10, epochs: 3 });
  await until(() => store.live.length === 1);
  fs.rmSync(writer.folder, { recursive: true });
  await until(() => store.runs.length === 0);
});

it('tells the end of a run that was resumed and failed again before anybody looked', async () => {
  const writer = await RunWriter.create(runs, newRun('again', { state: 'failed' }));
  await store.setFolders([runs]);
  const ended: RunRecord[] = [];
  store.onEnded.on(run => ended.push(run));
  await store.refreshRun(writer.folder);
  const file = path.join(writer.folder, runFiles.status);
  const status = JSON.parse(fs.readFileSync(file, 'utf8')) as { pid: number };
  fs.writeFileSync(file, JSON.stringify({ ...status, pid: status.pid + 1, message: 'No data.' }));
  await store.refreshRun(writer.folder);
  await store.refreshRun(writer.folder);
  expect(ended.map(run => run.reason)).toEqual(['No data.']);
});

it('knows whether there is a checkpoint to go on from', async () => {
  const writer = await RunWriter.create(runs, newRun('stopped', { state: 'stopped' }));
  await store.setFolders([runs]);
  expect(store.runs[0]!.checkpoint).toBeUndefined();
  fs.writeFileSync(path.join(writer.folder, runFiles.lastCheckpoint), '');
  expect((await store.refreshRun(writer.folder))?.checkpoint).toBe(true);
});

it('tells an end once, however many look at it', async () => {
  const writer = await RunWriter.create(runs, newRun('short', { state: 'training' }));
  await store.setFolders([runs]);
  const ended: RunRecord[] = [];
  store.onEnded.on(run => ended.push(run));
  writer.status({ state: 'finished', epoch: 3, step: 30, epochs: 3 });
  await Promise.all([store.refreshRun(writer.folder), store.refreshRun(writer.folder), store.refresh()]);
  expect(ended.map(run => run.state)).toEqual(['finished']);
});

it('does not go back to what a slow look saw before a run ended', async () => {
  const writer = await RunWriter.create(runs, newRun('slow', { state: 'training' }));
  await store.setFolders([runs]);
  const { readSummary } = await vi.importActual<typeof reader>('../runs/reader.ts');
  const old = await readSummary(writer.folder);
  let goOn: (() => void) | undefined;
  vi.mocked(reader.readSummary).mockImplementationOnce(() => new Promise(resolve => { goOn = () => resolve(old); }));
  const slow = store.refreshRun(writer.folder);
  await until(() => goOn !== undefined);
  writer.status({ state: 'finished', epoch: 3, step: 30, epochs: 3 });
  const states: (string | undefined)[] = [];
  store.onChange.on(() => states.push(store.runs[0]?.state));
  const late = store.refreshRun(writer.folder);
  // Time for a second look to overtake the first.
  await new Promise(resolve => setTimeout(resolve, 50));
  goOn!();
  await slow;
  expect((await late)?.state).toBe('finished');
  await until(() => states.at(-1) === 'finished');
  expect(states.slice(states.indexOf('finished')).filter(state => state !== 'finished')).toEqual([]);
});

it('looks ever more calmly while nothing happens, and at once again when somebody acts', async () => {
  const quick = new RunStore({ liveInterval: 5 });
  const writer = await RunWriter.create(runs, newRun('long'));
  await quick.setFolders([runs]);
  const looks: number[] = [];
  quick.onTick.on(() => looks.push(performance.now()));
  const gaps = () => looks.slice(1).map((time, i) => time - looks[i]!);
  await until(() => gaps().some(gap => gap > 60));
  const seen = looks.length;
  await quick.refreshRun(writer.folder);
  await until(() => looks.length > seen + 3);
  quick.dispose();
  // The shortest time between two looks is 5 ms; a calm store takes 100.
  expect(Math.min(...gaps().slice(seen))).toBeLessThan(40);
});

it('tells progress more calmly than it looks, and a change of state at once', async () => {
  const quick = new RunStore({ liveInterval: 5 });
  const writer = await RunWriter.create(runs, newRun('long'));
  await quick.setFolders([runs]);
  let step = 0;
  const busy = setInterval(() => { writer.status({ state: 'training', epoch: 0, step: ++step, epochs: 3 }); }, 5);
  try {
    // By then looks are 100 ms apart, and reports 250.
    await new Promise(resolve => setTimeout(resolve, 2700));
    let [looks, reports] = [0, 0];
    quick.onTick.on(() => looks++);
    quick.onChange.on(() => reports++);
    await until(() => looks === 10);
    expect(reports).toBeGreaterThan(1);
    expect(reports).toBeLessThan(7);
  } finally {
    clearInterval(busy);
  }
  let [looks, told] = [0, false];
  quick.onTick.on(() => looks++);
  quick.onChange.on(() => { told ||= quick.runs[0]!.state === 'finished'; });
  writer.status({ state: 'finished', epoch: 3, step, epochs: 3 });
  await until(() => told);
  // The look that sees it, and perhaps one that was under way.
  expect(looks).toBeLessThanOrEqual(2);
  quick.dispose();
});

it('holds nothing of a run while something is done to its folder, and holds it again if it stays', async () => {
  const writer = await RunWriter.create(runs, newRun('held', { state: 'finished' }));
  await store.setFolders([runs]);
  const own = (): boolean[] => vi.mocked(fs.watch).mock.calls.flatMap(([where], i) => where === writer.folder ? [vi.mocked(vi.mocked(fs.watch).mock.results[i]!.value as fs.FSWatcher).close.mock.calls.length === 0] : []);
  expect(own()).toEqual([true]);
  const told: boolean[] = [];
  store.onHold.on(folder => told.push(store.mayBeHeld(folder)));
  await expect(store.lettingGo(writer.folder, async () => {
    expect(own()).toEqual([false]);
    // What else happens to runs does not bring the watch back.
    await RunWriter.create(runs, newRun('other', { state: 'finished' }));
    await store.refresh();
    expect(own()).toEqual([false]);
    throw new Error('somebody holds it');
  })).rejects.toThrow('somebody holds it');
  expect(own()).toEqual([false, true]);
  expect(told).toEqual([false, true]);
  await store.lettingGo(writer.folder, () => fs.promises.rm(writer.folder, { recursive: true }));
  expect(store.runs.map(run => run.name)).toEqual(['other']);
  expect(own()).toEqual([false, false]);
});

it('looks away when nothing lives', async () => {
  await RunWriter.create(runs, newRun('done', { state: 'finished' }));
  await store.setFolders([runs]);
  let ticks = 0;
  store.onTick.on(() => ticks++);
  await new Promise(resolve => setTimeout(resolve, 120));
  expect(ticks).toBe(0);
});

it('sorts by creation and finds by id or folder', async () => {
  const first = await RunWriter.create(runs, newRun('a', { state: 'finished' }));
  await new Promise(resolve => setTimeout(resolve, 5));
  const second = await RunWriter.create(runs, newRun('b', { state: 'finished' }));
  fs.mkdirSync(path.join(runs, 'not-a-run'));
  await store.setFolders([runs]);
  expect(store.runs.map(run => run.id)).toEqual([second.id, first.id]);
  expect(store.find(first.id)?.folder).toBe(first.folder);
  expect(store.find(second.folder)?.id).toBe(second.id);
  await store.setFolders([]);
  expect(store.runs).toEqual([]);
});
