import { spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runFiles, type WorkState } from '../runs/events.ts';
import { thisProcess, type ProcessIdentity } from '../runs/process.ts';
import { runCondition } from '../runs/state.ts';
import { createSweep, type SweepRecord } from '../runs/sweep.ts';
import { newRun } from '../runs/testing.ts';
import { RunWriter } from '../runs/writer.ts';
import * as stopping from './stop-run.ts';
import { stopSweep } from './stop-sweep.ts';

vi.mock('./stop-run.ts', { spy: true });

let base: string;
let child: ChildProcess | undefined;
beforeEach(() => { base = fs.mkdtempSync(path.join(os.tmpdir(), 'sweep-')); });
afterEach(() => {
  if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
  child = undefined;
  fs.rmSync(base, { recursive: true, force: true });
});
const onLinux = process.platform === 'linux' ? it : it.skip;

const sweep = () => createSweep(base, { name: 'sizes', configPath: '/a.aeconf', config: '', overrides: {}, device: 'cpu', combine: 'grid', parallel: 1, tolerance: 0.1, members: [{ seed: 1 }, { seed: 2 }] });

async function member({ id }: SweepRecord, index: number, state: WorkState): Promise<string> {
  const run = newRun(`seed ${index}`, { state });
  const writer = await RunWriter.create(base, { ...run, info: { ...run.info, sweep: { id, index, count: 2, values: { seed: index + 1 } } } });
  writer.close();
  return writer.folder;
}

/** A process that does what the text says, with a way to say what became of a run. */
async function runner(text: string): Promise<ProcessIdentity> {
  child = spawn(process.execPath, ['-e', `const fs = require('fs');
    const say = (folder, state) => {
      const file = folder + '/${runFiles.status}';
      fs.writeFileSync(file + '.new', JSON.stringify({ ...JSON.parse(fs.readFileSync(file)), state, pid: process.pid, processStart: identity, heartbeat: Date.now() }));
      fs.renameSync(file + '.new', file);
    };
    let identity;
    process.stdin.once('data', data => { identity = String(data); ${text}; console.log('up'); });`], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
  const { processStart, host } = await thisProcess();
  const stat = fs.readFileSync(`/proc/${child.pid}/stat`, 'utf8');
  const identity = `${processStart.slice(0, processStart.lastIndexOf('/'))}/${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  child.stdin!.write(identity);
  await new Promise(resolve => child!.stdout!.once('data', resolve));
  return { pid: child.pid!, processStart: identity, host };
}

onLinux('a training that ends by itself just then does not save the next one', async () => {
  const record = await sweep();
  const [first, second] = [await member(record, 0, 'stopped'), await member(record, 1, 'stopped')];
  const [a, b] = [JSON.stringify(first), JSON.stringify(second)];
  const identity = await runner(`say(${a}, 'training'); const asked = folder => fs.existsSync(folder + '/${runFiles.control}');
    const look = setInterval(() => {
      if (!asked(${a})) return;
      clearInterval(look);
      say(${a}, 'finished');
      setTimeout(() => {
        say(${b}, 'training');
        setInterval(() => { if (asked(${b})) { say(${b}, 'stopped'); process.exit(0); } }, 10);
      }, 300);
    }, 10);`);
  await stopSweep(base, { ...record, runner: identity });
  expect([(await runCondition(first)).state, (await runCondition(second)).state]).toEqual(['finished', 'stopped']);
  expect(child!.exitCode).toBe(0);
});

onLinux('between two trainings the runner is told', async () => {
  const record = await sweep();
  const identity = await runner(`process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1000)`);
  await stopSweep(base, { ...record, runner: identity });
  expect(child!.exitCode).toBe(7);
});

onLinux('a runner that does not heed is ended', async () => {
  const record = await sweep();
  const identity = await runner(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)`);
  const ended = new Promise(resolve => child!.once('exit', (_, signal) => resolve(signal)));
  await stopSweep(base, { ...record, runner: identity }, { grace: 1500 });
  expect(await ended).toBe('SIGKILL');
});

it('a training that had ended before it was asked is no error', async () => {
  const record = await sweep();
  const folder = await member(record, 0, 'training');
  vi.mocked(stopping.stopRun).mockImplementationOnce(run => {
    const file = path.join(run, runFiles.status);
    fs.writeFileSync(file, JSON.stringify({ ...JSON.parse(fs.readFileSync(file, 'utf8')) as object, state: 'finished' }));
    return Promise.reject(new Error('it is finished'));
  });
  await stopSweep(base, record);
  expect((await runCondition(folder)).state).toBe('finished');
});

it('where nobody works there is nothing to stop', async () => {
  const record = await sweep();
  await member(record, 0, 'stopped');
  await expect(stopSweep(base, record)).rejects.toThrow(/Nothing works on the sweep sizes/);
});
