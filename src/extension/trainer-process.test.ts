import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LineReader } from '../core/json-lines.ts';
import { runFiles } from '../runs/events.ts';
import { ask, TextTail } from './program.ts';
import { resumeArguments, resumeSweepArguments, trainArguments, TrainerProcess } from './trainer-process.ts';

let folder: string;
beforeEach(() => { folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trainer-')); });
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A program that does what the text says, in place of aeconf.js. */
function program(text: string) {
  const script = path.join(folder, 'aeconf.cjs');
  fs.writeFileSync(script, text);
  return { node: process.execPath, script };
}
const say = (value: unknown) => `console.log(${JSON.stringify(JSON.stringify(value))});`;
const run = { event: 'run', id: 'r1', folder: '/runs/r1' };

describe('arguments', () => {
  it('carry device, folders and overrides', () => {
    expect(trainArguments({
      configPath: '/w/a.aeconf', runsFolder: '/w/runs', device: 'cpu', threads: 2, dataFolders: ['/d1', '/d 2'],
      overrides: { 'training.epochs': 5, data: 'mnist', name: '2024', 'encoder[0].kernelSize': [3, 5] },
    })).toEqual(['train', '/w/a.aeconf', '--runs', '/w/runs', '--device', 'cpu', '--data', '/d1', '--data', '/d 2', '--threads', '2',
      '--set', 'training.epochs=5', '--set', 'data="mnist"', '--set', 'name="2024"', '--set', 'encoder[0].kernelSize=[3,5]']);
    expect(trainArguments({ configPath: '/w/a.aeconf', runsFolder: '/w/runs', device: 'cpu', threads: 0, dataFolders: [], overrides: {}, withoutSweep: true })).toEqual(['train', '/w/a.aeconf', '--runs', '/w/runs', '--device', 'cpu', '--no-sweep']);
    expect(resumeArguments({ folder: '/r', dataFolders: [], threads: 0, epochs: 30 })).toEqual(['resume', '/r', '--epochs', '30']);
    expect(resumeSweepArguments({ id: 's1', runsFolder: '/w/runs', dataFolders: ['/d'] })).toEqual(['sweep', 's1', '--resume', '--runs', '/w/runs', '--data', '/d']);
  });
});

describe('a trainer', () => {
  it('names its run while it still trains', async () => {
    const trainer = new TrainerProcess(program(`${say(run)} setTimeout(() => {}, 60000);`), ['train'], folder);
    expect(await trainer.run).toEqual({ id: 'r1', folder: '/runs/r1' });
    void trainer.cancel();
    expect(await trainer.exit).toEqual({});
  });

  it('that works through a sweep names it with its first run', async () => {
    const trainer = new TrainerProcess(program(`${say({ event: 'sweep', id: 's1' })} ${say({ ...run, member: 0 })}`), ['train'], folder);
    expect(await trainer.run).toEqual({ id: 'r1', folder: '/runs/r1' });
    expect(trainer.sweep).toBe('s1');
    await trainer.exit;
  });

  it('that is over at once has still named its run', async () => {
    const trainer = new TrainerProcess(program(say(run)), ['train'], folder);
    await trainer.exit;
    expect(await trainer.run).toEqual({ id: 'r1', folder: '/runs/r1' });
  });

  it('leads a process group of its own', async () => {
    const trainer = new TrainerProcess(program(`${say(run)} setTimeout(() => {}, 60000);`), [], folder);
    await trainer.run;
    expect(() => process.kill(-trainer.pid!, 0)).not.toThrow();
    void trainer.cancel();
    await trainer.exit;
  });

  it('that does not heed its cancellation is ended', async () => {
    const trainer = new TrainerProcess(program(`process.on('SIGTERM', () => {}); ${say(run)} setTimeout(() => {}, 60000);`), [], folder);
    await trainer.run;
    await trainer.cancel(200);
    expect(await trainer.exit).toEqual({});
    expect(() => process.kill(trainer.pid!, 0)).toThrow(/ESRCH/);
  });

  it('that refuses tells its own reason', async () => {
    const trainer = new TrainerProcess(program(`${say({ event: 'error', reason: 'memory', message: 'Needs 90 GB.' })} process.exitCode = 5;`), [], folder);
    await expect(trainer.run).rejects.toMatchObject({ reason: 'memory', message: 'Needs 90 GB.' });
  });

  it('that crashes shows the end of what it said', async () => {
    const trainer = new TrainerProcess(program('console.error("first"); console.error("last words"); process.exit(3);'), ['train', 'a.aeconf'], folder);
    await expect(trainer.run).rejects.toThrow(/aeconf train a\.aeconf.*exit code 3:\nfirst\nlast words/s);
  });

  it('that is killed by the system is a failure', async () => {
    const trainer = new TrainerProcess(program(`${say(run)} process.kill(process.pid, 'SIGKILL');`), ['train'], folder);
    expect((await trainer.exit).error?.message).toContain('signal SIGKILL');
  });

  it('that cannot be started says what was to be started', async () => {
    const trainer = new TrainerProcess({ node: '/no/such/node', script: 'x' }, [], folder);
    await expect(trainer.run).rejects.toThrow(/Cannot start \/no\/such\/node/);
  });
});

describe('when the window closes', () => {
  const asks = (where: string) => fs.existsSync(path.join(where, runFiles.control)) ? (JSON.parse(fs.readFileSync(path.join(where, runFiles.control), 'utf8')) as { request: string }).request : undefined;
  const begin = async (name: string, ...lines: object[]) => {
    fs.mkdirSync(path.join(folder, name));
    const trainer = new TrainerProcess(program([...lines, { event: 'run', id: name, folder: path.join(folder, name) }].map(say).join(' ') + ' setTimeout(() => {}, 60000);'), [], folder);
    await trainer.run;
    return trainer;
  };

  it('a training that was started here is asked to stop, and no other', async () => {
    const trainer = await begin('one');
    trainer.stopAtOnce([{ folder: path.join(folder, 'one') }, { folder: path.join(folder, 'elsewhere') }], error => { throw error; });
    expect(asks(path.join(folder, 'one'))).toBe('stop');
    expect(fs.existsSync(path.join(folder, 'elsewhere'))).toBe(false);
    await trainer.cancel();
  });

  it('of a sweep those under way are asked, whatever cannot be, and it begins no other', async () => {
    const trainer = await begin('first', { event: 'sweep', id: 's' });
    fs.mkdirSync(path.join(folder, 'second'));
    const errors: unknown[] = [];
    trainer.stopAtOnce(['deleted', 'second'].map(name => ({ folder: path.join(folder, name), sweep: { id: 's' } })), error => errors.push(error));
    expect([asks(path.join(folder, 'first')), asks(path.join(folder, 'second'))]).toEqual([undefined, 'stop']);
    expect(errors).toEqual([expect.objectContaining({ reason: 'run', message: expect.stringContaining('deleted') as string })]);
    expect(await trainer.exit).toEqual({});
  });

  it('one that has no run yet is ended', async () => {
    const trainer = new TrainerProcess(program('setTimeout(() => {}, 60000)'), [], folder);
    const begun = expect(trainer.run).rejects.toMatchObject({ reason: 'cancelled' });
    trainer.stopAtOnce([], error => { throw error; });
    await begun;
  });
});

describe('ask', () => {
  it('gives the JSON that was printed', async () => {
    expect(await ask(program('console.log(JSON.stringify({ args: process.argv.slice(2) }))'), ['devices'])).toEqual({ args: ['devices', '--json'] });
  });

  it('passes errors on and can be aborted', async () => {
    await expect(ask(program(`${say({ event: 'error', reason: 'spec', message: 'Bad.' })} process.exit(3)`), ['summary'])).rejects.toMatchObject({ reason: 'spec', message: 'Bad.' });
    const abort = new AbortController();
    const question = ask(program('setTimeout(() => {}, 60000)'), [], { signal: abort.signal });
    abort.abort();
    await expect(question).rejects.toMatchObject({ reason: 'cancelled' });
  });
});

it('lines and tails are cut where they should be', () => {
  const lines: string[] = [];
  const reader = new LineReader(line => lines.push(line));
  reader.add('one\ntw');
  reader.add('o\n\nthree');
  reader.end();
  expect(lines).toEqual(['one', 'two', 'three']);
  const tail = new TextTail(10);
  tail.add('0123456789\nabcd\nefgh\n');
  expect(tail.lines()).toEqual(['abcd', 'efgh']);
});
