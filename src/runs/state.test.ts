import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ControlReader, requestControl } from './control.ts';
import { runFiles, type RunStatus, type WorkState } from './events.ts';
import { livenessOf, thisProcess } from './process.ts';
import { readSummary } from './reader.ts';
import { HEARTBEAT_FRESH, runCondition, weigh } from './state.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'state-'));
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

async function status(change: Partial<RunStatus> = {}): Promise<RunStatus> {
  return { ...await thisProcess(), heartbeat: Date.now(), state: 'training', epoch: 1, step: 10, epochs: 3, elapsed: 4, ...change };
}
function write(value: unknown): void {
  fs.writeFileSync(path.join(folder, runFiles.status), typeof value === 'string' ? value : JSON.stringify(value));
}
function age(milliseconds: number): void {
  const time = (Date.now() - milliseconds) / 1000;
  fs.utimesSync(path.join(folder, runFiles.status), time, time);
}

describe('the process behind a run', () => {
  it('is recognised while it lives, and not after', async () => {
    const self = await thisProcess();
    expect(await livenessOf(self)).toBe('alive');
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    expect(await livenessOf({ ...self, pid: child.pid! })).toBe('gone'); // Alive, but not the process that wrote.
    const exit = new Promise(resolve => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exit;
    expect(await livenessOf({ ...self, pid: child.pid! })).toBe('gone');
  });

  it('that is a zombie is gone', { skip: process.platform !== 'linux' }, async () => {
    // The shell's child ends while the shell, replaced by sleep, never collects it.
    const shell = spawn('bash', ['-c', 'sleep 0.05 & echo $!; exec sleep 20'], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const pid = Number(await new Promise<string>(resolve => shell.stdout.once('data', (data: Buffer) => resolve(data.toString()))));
      const self = await thisProcess();
      await expect.poll(() => fs.readFileSync(`/proc/${pid}/stat`, 'utf8')).toMatch(/\) Z /);
      expect(() => process.kill(pid, 0)).not.toThrow();
      expect(await livenessOf({ ...self, pid })).toBe('gone');
    } finally {
      shell.kill('SIGKILL');
    }
  });

  it('cannot be judged from another machine, boot or container', async () => {
    const self = await thisProcess();
    expect(await livenessOf({ ...self, host: 'elsewhere' })).toBe('unknown');
    expect(await livenessOf({ ...self, processStart: 'another-boot pid:[1]/55' })).toBe('unknown');
  });
});

describe('the state of a run', () => {
  it.each<[WorkState, ReturnType<typeof weigh>['state'], Parameters<typeof weigh>[1], number]>([
    ['training', 'training', 'alive', 1e9],      // a debugger may hold it for long
    ['paused', 'paused', 'alive', 0],
    ['training', 'interrupted', 'gone', 0],      // a fresh heartbeat does not revive the dead
    ['training', 'training', 'unknown', HEARTBEAT_FRESH - 1],
    ['training', 'training', 'unknown', -HEARTBEAT_FRESH + 1],
    ['training', 'interrupted', 'unknown', HEARTBEAT_FRESH],
    ['preparing', 'interrupted', 'unknown', -1e9],
    ['finished', 'finished', 'gone', 1e9],
    ['stopped', 'stopped', 'unknown', 0],
    ['failed', 'failed', 'alive', 0],
  ])('written %s, it is %s when the process is %s and %d ms silent', async (written, derived, liveness, silent) => {
    expect(weigh(await status({ state: written }), liveness, silent).state).toBe(derived);
  });

  it('of another machine follows heartbeat or file time', async () => {
    write(await status({ host: 'elsewhere' }));
    expect((await runCondition(folder)).state).toBe('training');
    write(await status({ host: 'elsewhere', heartbeat: Date.now() - 60_000 })); // its clock is a minute behind
    expect((await runCondition(folder)).state).toBe('training');
    age(60_000);
    expect(await runCondition(folder)).toMatchObject({ state: 'interrupted', reason: expect.stringContaining('elsewhere') });
  });

  it('is interrupted, with a reason, when the status is missing or damaged', async () => {
    expect(await runCondition(folder)).toMatchObject({ state: 'interrupted', reason: expect.stringContaining('missing') });
    for (const text of ['', '{', '[]', '{"pid":1}', JSON.stringify(await status({ state: 'dancing' as WorkState }))]) {
      write(text);
      expect(await runCondition(folder)).toMatchObject({ state: 'interrupted', reason: expect.stringContaining('damaged') });
    }
    fs.rmSync(path.join(folder, runFiles.status));
    fs.mkdirSync(path.join(folder, runFiles.status));
    expect((await runCondition(folder)).state).toBe('interrupted');
  });
});

describe('an interrupted run', () => {
  const reasonOf = async () => (await runCondition(folder)).reason;

  it.each([['on this machine', {}], ['on another one', { host: 'elsewhere', heartbeat: Date.now() - 60_000 }]])('%s is to be resumed only where it left a checkpoint', async (_, change) => {
    write(await status({ pid: 2 ** 22 + 5, ...change }));
    age(60_000);
    expect(await reasonOf()).toMatch(/It left no checkpoint to go on from: train it again\.$/);
    fs.mkdirSync(path.join(folder, 'checkpoints'));
    fs.writeFileSync(path.join(folder, runFiles.lastCheckpoint), '');
    expect(await reasonOf()).toMatch(/Resume it to go on\.$/);
    expect(await reasonOf()).not.toMatch(/no checkpoint/);
  });
});

describe('a damaged run', () => {
  it.each(['', 'null', '{"format":2}', '{"format":1,"id":"x"}'])('with run.json %j is listed as failed with the reason', async text => {
    fs.writeFileSync(path.join(folder, runFiles.info), text);
    expect(await readSummary(folder)).toMatchObject({ state: 'failed', name: path.basename(folder), reason: expect.stringContaining('run.json') });
  });
});

describe('control', () => {
  it('passes each request once', async () => {
    write(await status());
    const reader = new ControlReader(folder);
    expect(reader.next()).toBeUndefined();
    await requestControl(folder, 'pause');
    expect(reader.next()).toBe('pause');
    expect(reader.next()).toBeUndefined();
    await requestControl(folder, 'pause');
    expect(reader.next()).toBe('pause');
    write(await status({ state: 'paused' }));
    await requestControl(folder, 'continue');
    expect(reader.next()).toBe('continue');
    await requestControl(folder, 'stop');
    expect(reader.next()).toBe('stop');
  });

  it('is refused when nobody is there to listen', async () => {
    write(await status({ state: 'finished' }));
    await expect(requestControl(folder, 'stop')).rejects.toMatchObject({ reason: 'run', message: expect.stringContaining('finished') });
    write(await status({ pid: 2 ** 22 + 5 }));
    await expect(requestControl(folder, 'stop')).rejects.toMatchObject({ message: expect.stringMatching(/interrupted.* no checkpoint to go on from/) });
    expect(fs.existsSync(path.join(folder, runFiles.control))).toBe(false);
  });
});
