import { spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runFiles } from '../runs/events.ts';
import { newRun } from '../runs/testing.ts';
import { RunWriter } from '../runs/writer.ts';
import { signalTree, stopRun } from './stop-run.ts';

let base: string;
let child: ChildProcess | undefined;
beforeEach(() => { base = fs.mkdtempSync(path.join(os.tmpdir(), 'stop-')); });
afterEach(() => {
  if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) signalTree(child.pid, 'SIGKILL');
  child = undefined;
  fs.rmSync(base, { recursive: true, force: true });
});

/** A run folder that says it is trained by a process, which does what the text says. */
async function runOf(text: string): Promise<string> {
  const writer = await RunWriter.create(base, newRun('a', { state: 'training' }));
  child = spawn(process.execPath, ['-e', `const folder = ${JSON.stringify(writer.folder)}; ${text}; console.log('up')`], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise(resolve => child!.stdout!.once('data', resolve));
  const stat = fs.readFileSync(`/proc/${child.pid}/stat`, 'utf8');
  const file = path.join(writer.folder, runFiles.status);
  const status = JSON.parse(fs.readFileSync(file, 'utf8')) as { processStart: string };
  const world = status.processStart.slice(0, status.processStart.lastIndexOf('/'));
  fs.writeFileSync(file, JSON.stringify({ ...status, pid: child.pid, processStart: `${world}/${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}` }));
  return writer.folder;
}
const onLinux = process.platform === 'linux' ? it : it.skip;

onLinux('a trainer that reads its control file ends by itself', async () => {
  const folder = await runOf(`const fs = require('fs'); setInterval(() => {
    if (!fs.existsSync(folder + '/control.json')) return;
    fs.writeFileSync(folder + '/s', JSON.stringify({ ...JSON.parse(fs.readFileSync(folder + '/status.json')), state: 'stopped' }));
    fs.renameSync(folder + '/s', folder + '/status.json');
    process.exit(0);
  }, 10)`);
  expect(await stopRun(folder, { grace: 5000 })).toBe('stopped');
});

onLinux('one that hangs is ended with all it started, and counts as interrupted', async () => {
  const folder = await runOf(`const grandchild = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    require('fs').writeFileSync(folder + '/grandchild', String(grandchild.pid)); setInterval(() => {}, 1000); process.on('SIGTERM', () => {})`);
  const grandchild = Number(fs.readFileSync(path.join(folder, 'grandchild'), 'utf8'));
  expect(await stopRun(folder, { grace: 100, firmGrace: 300 })).toBe('interrupted');
  await new Promise(resolve => setTimeout(resolve, 100));
  const gone = !fs.existsSync(`/proc/${grandchild}`) || /\) Z /.test(fs.readFileSync(`/proc/${grandchild}/stat`, 'utf8'));
  expect(gone).toBe(true);
});

it('a run that is over cannot be stopped', async () => {
  const writer = await RunWriter.create(base, newRun('a', { state: 'finished' }));
  await expect(stopRun(writer.folder)).rejects.toThrow(/it is finished/);
});
