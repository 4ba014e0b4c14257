// Watches one training from outside: its speed from the events it writes, its memory from the operating system.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../scripts/lib/process.mjs';
import { cpuBetween, cpuSeconds } from './cpu.mjs';

/** Peak resident memory of a process in MiB; 0 when it is gone. */
function peakMemory(pid) {
  try {
    if (process.platform === 'linux') return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim()) / 1024;
  } catch {
    return 0;
  }
}

/** The program of products.ts, bundled: what it is asked and answers is one number. */
export async function bundleProducts() {
  const { build } = await import('esbuild');
  const file = join(root, 'out/bench/products.mjs');
  await build({ entryPoints: [join(root, 'bench/products.ts')], outfile: file, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'error' });
  return (...question) => Number(execFileSync(process.execPath, [file, ...question], { encoding: 'utf8' }));
}

/** Where real data is at hand; undefined where drawn digits of the same shape and number have to do. */
export function dataFolder() {
  return [process.env.AECONF_TEST_DATA, join(root, '../shared/data')].find(folder => folder !== undefined && existsSync(join(folder, 'fashion-mnist')));
}

/** Writes a sample that trains for ever: with this size of batch, on so many samples, measuring these metrics, on its own data or on drawn digits. */
export async function writeConfig(folder, { sample, batchSize, limit }, metrics, real) {
  const { applyEdits, modify, parse } = await import('jsonc-parser');
  let text = await readFile(join(root, 'samples', `${sample}.aeconf`), 'utf8');
  const set = (path, value) => { text = applyEdits(text, modify(text, path, value, { formattingOptions: { insertSpaces: true, tabSize: 2 } })); };
  const named = parse(text).data;
  const data = real ? (typeof named === 'string' ? { type: named } : named) : { type: 'glyphs', train: 60_000, test: 10_000 };
  set(['data'], limit === undefined ? data : { ...data, limit });
  set(['training', 'batchSize'], batchSize);
  set(['training', 'epochs'], 1_000_000);
  set(['training', 'metrics'], metrics);
  const file = join(folder, `${basename(sample)}.aeconf`);
  await writeFile(file, text);
  return file;
}

/** The events of a run so far; a line that is just being written is left out. */
export async function readEvents(folder) {
  const text = await readFile(join(folder, 'events.jsonl'), 'utf8');
  return text.slice(0, text.lastIndexOf('\n')).split('\n').filter(line => line !== '').map(line => JSON.parse(line));
}

/** Whether the run has its principal components, which are computed beside the first epochs and once only. */
async function hasBaseline(folder) {
  const { baseline, baselineSkipped } = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'));
  return baseline !== undefined || baselineSkipped !== undefined;
}

/**
 * Follows the one run of a runs folder: lets it warm up until it has its principal components and `ready` resolves, watches it from
 * the end of one epoch to that of another, `seconds` and at least two epochs later, then ends it. CPU time is that of everything this
 * process started, for each second watched: views rest by the clock, however fast or slow a busy machine trains; that of
 * the trainer is given for each epoch as well.
 * @returns {Promise<{ stepsPerSecond: number, secondsPerEpoch: number, cpuPerEpoch?: number, peakMiB: number, cpuPerSecond: Record<string, number> }>}
 */
export async function watchRun(runsFolder, { seconds, ready = () => Promise.resolve(), threads = false }) {
  const deadline = Date.now() + 600_000;
  let folder;
  let warm = false;
  let start;
  let peakMiB = 0;
  for (;;) {
    if (Date.now() > deadline) throw new Error(`No run in ${runsFolder} could be measured within 10 minutes.`);
    await sleep(50);
    if (folder === undefined) {
      const [id] = existsSync(runsFolder) ? (await readdir(runsFolder)).filter(name => !name.startsWith('.')) : [];
      if (id !== undefined && existsSync(join(runsFolder, id, 'events.jsonl')) && existsSync(join(runsFolder, id, 'status.json'))) folder = join(runsFolder, id);
      continue;
    }
    const { pid, state, message } = JSON.parse(await readFile(join(folder, 'status.json'), 'utf8'));
    peakMiB = Math.max(peakMiB, peakMemory(pid));
    if (['finished', 'stopped', 'failed'].includes(state)) throw new Error(`The run ${folder} ended too soon (${state}): ${message ?? ''}`);
    const events = await readEvents(folder);
    const epochs = events.filter(event => event.type === 'scalars' && event.per === 'epoch' && event.split === 'train').length;
    if (!warm) {
      if (epochs === 0 || !await hasBaseline(folder)) continue;
      await ready();
      warm = true;
      start = { epochs: Infinity };
    }
    // The look that is the first one after an epoch.
    if (start.time === undefined) {
      if (epochs > start.epochs) start = { epochs, time: Date.now(), cpu: await cpuSeconds(process.pid, { threads }) };
      else start = { epochs };
      continue;
    }
    if (epochs === start.epochs || epochs === start.last) continue;
    start.last = epochs;
    if (Date.now() - start.time < 1000 * seconds || epochs - start.epochs < 2) continue;
    const used = cpuBetween(start.cpu, await cpuSeconds(process.pid, { threads }));
    const watched = (Date.now() - start.time) / 1000;
    process.kill(pid, 'SIGKILL');
    return {
      ...speed(events, start.time), peakMiB,
      ...(used.trainer === undefined ? {} : { cpuPerEpoch: used.trainer / (epochs - start.epochs) }),
      cpuPerSecond: Object.fromEntries(Object.entries(used).map(([part, spent]) => [part, spent / watched])),
    };
  }
}

/** Speed of a run from a moment on. */
export function speed(events, start) {
  const scalars = events.filter(event => event.type === 'scalars' && event.split === 'train' && event.time >= start);
  const epochs = scalars.filter(event => event.per === 'epoch');
  // Between two batch events of one epoch nothing happens but steps.
  let steps = 0;
  let milliseconds = 0;
  const batches = scalars.filter(event => event.per === 'batch');
  for (let i = 1; i < batches.length; i++) {
    if (Math.ceil(batches[i].epoch) !== Math.ceil(batches[i - 1].epoch)) continue;
    steps += batches[i].step - batches[i - 1].step;
    milliseconds += batches[i].time - batches[i - 1].time;
  }
  return {
    stepsPerSecond: 1000 * steps / milliseconds,
    secondsPerEpoch: (epochs.at(-1).time - epochs[0].time) / 1000 / (epochs.length - 1),
  };
}
