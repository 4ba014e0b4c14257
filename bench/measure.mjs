// Watches one training from outside: its speed from the events it writes, its memory from the operating system.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const over = new Set(['finished', 'stopped', 'failed']);

/** Peak resident memory of a process in MiB; 0 when it is gone. */
function peakMemory(pid) {
  try {
    if (process.platform === 'linux') return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim()) / 1024;
  } catch {
    return 0;
  }
}

async function readJson(file) {
  return JSON.parse(await readFile(file, 'utf8'));
}

/**
 * Follows the one run of a runs folder from its beginning to its end.
 * @returns {Promise<{ stepsPerSecond: number, secondsPerEpoch: number, peakMiB: number, trainLoss: number }>}
 */
export async function followRun(runsFolder, timeout = 600_000) {
  const deadline = Date.now() + timeout;
  let peakMiB = 0;
  for (;;) {
    if (Date.now() > deadline) throw new Error(`No run ended in ${runsFolder} within ${timeout / 1000} s.`);
    await sleep(50);
    const [id] = existsSync(runsFolder) ? (await readdir(runsFolder)).filter(name => !name.startsWith('.')) : [];
    const folder = id === undefined ? undefined : join(runsFolder, id);
    if (folder === undefined || !existsSync(join(folder, 'status.json'))) continue;
    const status = await readJson(join(folder, 'status.json'));
    peakMiB = Math.max(peakMiB, peakMemory(status.pid));
    if (status.state === 'failed') throw new Error(`The run ${folder} failed: ${status.message ?? 'see its train.log'}`);
    if (over.has(status.state)) return { ...speed(await readFile(join(folder, 'events.jsonl'), 'utf8')), peakMiB };
  }
}

/** Speed of a run, its first epoch left out: sessions are built and caches filled there. */
export function speed(events) {
  const scalars = events.trim().split('\n').map(line => JSON.parse(line)).filter(event => event.type === 'scalars' && event.split === 'train');
  const epochs = scalars.filter(event => event.per === 'epoch');
  const first = epochs[0];
  const last = epochs.at(-1);
  if (first === undefined || last === undefined || first === last) throw new Error('A run must have at least two epochs to be measured.');
  // Between two batch events of one epoch nothing happens but steps.
  let steps = 0;
  let milliseconds = 0;
  const batches = scalars.filter(event => event.per === 'batch' && event.step > first.step);
  for (let i = 1; i < batches.length; i++) {
    if (Math.ceil(batches[i].epoch) !== Math.ceil(batches[i - 1].epoch)) continue;
    steps += batches[i].step - batches[i - 1].step;
    milliseconds += batches[i].time - batches[i - 1].time;
  }
  return {
    stepsPerSecond: 1000 * steps / milliseconds,
    secondsPerEpoch: (last.time - first.time) / 1000 / (epochs.length - 1),
    trainLoss: last.values.loss,
  };
}
