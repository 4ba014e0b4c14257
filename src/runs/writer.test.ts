import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runFiles, type RunEvent } from './events.ts';
import { EventLog } from './log.ts';
import { readRun, readTensors, RunTail } from './reader.ts';
import { runCondition } from './state.ts';
import { newRun, scalars } from './testing.ts';
import { runId, RunWriter, truncateTornTail } from './writer.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runs-'));
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

describe('a new run', () => {
  it('has a name that sorts by time and survives any title', () => {
    const time = new Date(2026, 10, 20, 19, 30, 5);
    expect(runId('janet-50', time)).toBe('2026-11-20T19-30-05-janet-50');
    expect(runId('../../Gesichter: Größe 64/ß', time)).toBe('2026-11-20T19-30-05-gesichter-gro-e-64');
    expect(runId('…', time)).toBe('2026-11-20T19-30-05-run');
  });

  it('gets a folder of its own even when many start in the same second', async () => {
    const writers = await Promise.all(Array.from({ length: 8 }, () => RunWriter.create(folder, newRun('same'))));
    expect(new Set(writers.map(writer => writer.id)).size).toBe(8);
    expect(fs.readdirSync(folder).filter(name => name.startsWith('.'))).toEqual([]);
    for (const writer of writers) {
      writer.close();
      expect(path.basename(writer.folder)).toBe(writer.id);
      expect((await readRun(writer.folder)).info?.id).toBe(writer.id);
    }
  });

  it('is readable from the first moment', async () => {
    const writer = await RunWriter.create(folder, newRun('first', { state: 'preparing', message: 'Downloading' }));
    const run = await readRun(writer.folder);
    expect(run).toMatchObject({ name: 'first', state: 'preparing', events: [], damagedLines: 0 });
    expect(fs.readFileSync(writer.path(runFiles.config), 'utf8')).toBe('{ /* as written */ }');
    writer.close();
  });

  it('says what is wrong with a runs folder that is a file', async () => {
    const file = path.join(folder, 'file');
    fs.writeFileSync(file, '');
    await expect(RunWriter.create(file, newRun('x'))).rejects.toMatchObject({ reason: 'run', message: expect.stringContaining(file) });
    // Node's own making of folders never ends there.
    if (fs.existsSync('/proc/self')) await expect(RunWriter.create('/proc/nowhere/runs', newRun('x'))).rejects.toMatchObject({ reason: 'run', message: expect.stringMatching(/^Cannot make a run in \/proc\/nowhere\/runs: (the system lets no folder be made in \/proc\. Choose another place|you have no permission)/) });
  });
});

describe('events', () => {
  it('come back as they were written, also losses that are no numbers', async () => {
    const writer = await RunWriter.create(folder, newRun('events'));
    const written: RunEvent[] = [
      writer.event(scalars(1, 'train', { loss: NaN, penalty: Infinity, other: -Infinity, fine: 0.1 + 0.2 })),
      writer.event({ type: 'checkpoint', kind: 'best', value: 0.5, time: 2, epoch: 1, step: 10 }),
      writer.event({ type: 'alert', level: 'warning', message: 'Größe "x"\n\u2028', time: 2, epoch: 1, step: 10 }),
      writer.event({ type: 'picture', file: runFiles.picture(1), time: 2, epoch: 1, step: 10 }),
      writer.event({ type: 'end', outcome: 'finished', time: 2, epoch: 1, step: 10 }),
    ];
    writer.close();
    expect((await readRun(writer.folder)).events).toEqual(written);
  });

  it('carry the training time without pauses', async () => {
    const writer = await RunWriter.create(folder, newRun('clock'));
    const started = performance.now();
    writer.status({ state: 'training', epoch: 0, step: 0, epochs: 3 });
    await new Promise(resolve => setTimeout(resolve, 60));
    writer.status({ state: 'paused', epoch: 0, step: 0, epochs: 3 });
    const trained = performance.now() - started;
    await new Promise(resolve => setTimeout(resolve, 100));
    const elapsed = writer.event(scalars(1, 'train', { loss: 1 })).elapsed!;
    expect(elapsed).toBeGreaterThanOrEqual(55);
    expect(elapsed).toBeLessThanOrEqual(trained + 1);
    writer.close();
  });

  it('keeps a line the disk has no room for, and leaves no half line', { skip: process.platform !== 'linux' }, () => {
    // A file size limit makes the last write a partial one, as a full disk does.
    const script = path.join(folder, 'fill.mjs');
    buildSync({
      stdin: {
        contents: `
          import { EventLog } from './log.ts';
          import * as fs from 'node:fs';
          const log = new EventLog(process.argv[2]);
          let error;
          while (error === undefined) try { log.append('x'.repeat(99) + '\\n'); } catch (e) { error = e; }
          console.log(JSON.stringify({ reason: error.reason, message: error.message, waiting: log.waiting, size: fs.statSync(process.argv[2]).size }));
          process.exit(0);`,
        resolveDir: import.meta.dirname, loader: 'ts',
      },
      bundle: true, platform: 'node', format: 'esm', outfile: script,
    });
    const file = path.join(folder, 'events.jsonl');
    const out = execFileSync('bash', ['-c', `trap '' XFSZ; ulimit -f 4; exec "$0" "$@"`, process.execPath, script, file], { encoding: 'utf8' });
    const result: unknown = JSON.parse(out);
    expect(result).toMatchObject({ reason: 'run', waiting: 1, size: 4000 });
    expect((result as { message: string }).message).toContain(file);

    const log = new EventLog(file);
    log.append('next\n');
    log.close();
    expect(fs.readFileSync(file, 'utf8').endsWith(`x\nnext\n`)).toBe(true);
  });
});

describe('a torn tail', () => {
  it('is invisible to a tail, which goes on when the line is finished', async () => {
    const file = path.join(folder, runFiles.events);
    const tail = new RunTail(folder);
    expect(await tail.read()).toEqual({ events: [], restarted: false });
    const lines = [scalars(1, 'train', { loss: 3 }), scalars(2, 'train', { loss: 2 })].map(event => `${JSON.stringify(event)}\n`);
    fs.writeFileSync(file, lines[0]! + lines[1]!.slice(0, 30));
    expect((await tail.read()).events).toHaveLength(1);
    expect((await tail.read()).events).toHaveLength(0);
    fs.appendFileSync(file, lines[1]!.slice(30));
    expect((await tail.read()).events).toEqual([scalars(2, 'train', { loss: 2 })]);
    expect(tail.position).toBe(fs.statSync(file).size);
  });

  it('is cut off before a resume, wherever the break is', () => {
    const file = path.join(folder, runFiles.events);
    for (const [before, after] of [['', ''], ['{"a":1}', ''], ['{"a":1}\n', '{"a":1}\n'], ['{"a":1}\n{"b"', '{"a":1}\n'], [`é\n${'x'.repeat(200_000)}`, 'é\n']] as const) {
      fs.writeFileSync(file, before);
      expect(truncateTornTail(folder)).toBe(Buffer.byteLength(before) - Buffer.byteLength(after));
      expect(fs.readFileSync(file, 'utf8')).toBe(after);
    }
  });

  it('longer than the reading buffer is read in one piece', async () => {
    const long = { ...scalars(1, 'train', { loss: 3 }), type: 'alert', level: 'info', message: 'ä'.repeat(2 << 20) };
    const file = path.join(folder, runFiles.events);
    fs.writeFileSync(file, `${JSON.stringify(scalars(1, 'train', { loss: 1 }))}\n`.repeat(30_000) + `${JSON.stringify(long)}\n`);
    const { events } = await new RunTail(folder).read();
    expect(events).toHaveLength(30_001);
    expect(events.at(-1)).toMatchObject({ message: long.message });
  });

  it('tells when the file was replaced', async () => {
    const file = path.join(folder, runFiles.events);
    const line = `${JSON.stringify(scalars(1, 'train', { loss: 3 }))}\n`;
    fs.writeFileSync(file, line + line);
    const tail = new RunTail(folder);
    await tail.read();
    fs.writeFileSync(`${file}.new`, line);
    fs.renameSync(`${file}.new`, file);
    expect(await tail.read()).toMatchObject({ restarted: true, events: [{ epoch: 1 }] });
  });
});

describe('resume', () => {
  it('voids what came after the checkpoint, and the end', async () => {
    const first = await RunWriter.create(folder, newRun('resumed'));
    for (let epoch = 1; epoch <= 3; epoch++) first.event({ ...scalars(epoch, 'train', { loss: 1 / epoch }), elapsed: epoch * 1000 });
    first.event({ type: 'end', outcome: 'stopped', time: 9, epoch: 3, step: 30, elapsed: 3000 });
    first.status({ state: 'stopped', epoch: 3, step: 30, epochs: 5, message: 'Stopped by the user.', trainLoss: NaN });
    first.close();
    fs.appendFileSync(path.join(first.folder, runFiles.events), '{"type":"scal');

    const second = await RunWriter.resume(first.folder, { epoch: 2, step: 20 });
    expect(second.elapsed).toBe(2);
    second.event({ type: 'checkpoint', kind: 'best', time: 9, epoch: 2, step: 20, elapsed: 2500 }); // told late
    expect(second.elapsed).toBe(2.5);
    second.event(scalars(3, 'train', { loss: 0.3 }));
    const run = await readRun(first.folder);
    expect(run.damagedLines).toBe(0);
    expect(run.events.map(event => [event.type, event.epoch])).toEqual([['scalars', 1], ['scalars', 2], ['checkpoint', 2], ['scalars', 3]]);
    expect(run.events[3]).toMatchObject({ values: { loss: 0.3 } });
    expect(run.state).toBe('preparing');
    expect(run.status).toMatchObject({ epoch: 2, step: 20, epochs: 5, trainLoss: NaN });
    expect(run.status?.message).toBeUndefined();
    await expect(RunWriter.resume(first.folder, { epoch: 2, step: 20 })).rejects.toMatchObject({ reason: 'run', message: expect.stringContaining('still being trained') });
    second.close();
  });
});

describe('checkpoints and tensors', () => {
  it('replace the former one whole', async () => {
    const writer = await RunWriter.create(folder, newRun('checkpoint'));
    for (let epoch = 1; epoch <= 2; epoch++) {
      await writer.checkpoint('last', { weights: { dtype: 'float32', shape: [2, 2], data: new Float32Array(4).fill(epoch) } }, { epoch: String(epoch) });
    }
    const { tensors, metadata } = await readTensors(writer.path(runFiles.lastCheckpoint));
    expect(metadata).toEqual({ epoch: '2' });
    expect(Array.from(tensors.weights!.data)).toEqual([2, 2, 2, 2]);
    expect(fs.readdirSync(writer.path('checkpoints'))).toEqual(['last.safetensors']);
    writer.close();
  });

  it('say which file is missing', async () => {
    await expect(readTensors(path.join(folder, 'none.safetensors'))).rejects.toMatchObject({ reason: 'run', message: expect.stringContaining('none.safetensors') });
  });
});

describe('a killed writer', () => {
  it('leaves a run that shows as interrupted at once, with all its whole lines', async () => {
    const script = path.join(folder, 'train.mjs');
    buildSync({
      stdin: {
        contents: `
          import { RunWriter } from './writer.ts';
          import { newRun, scalars } from './testing.ts';
          const writer = await RunWriter.create(process.argv[2], newRun('killed'));
          writer.status({ state: 'training', epoch: 0, step: 0, epochs: 9 });
          console.log(writer.folder);
          for (let epoch = 1; ; epoch++) writer.event(scalars(epoch, 'train', { loss: 1 / epoch }));`,
        resolveDir: import.meta.dirname, loader: 'ts',
      },
      bundle: true, platform: 'node', format: 'esm', outfile: script,
    });
    const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const run = await new Promise<string>(resolve => child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim())));
    expect((await runCondition(run)).state).toBe('training');
    await new Promise(resolve => setTimeout(resolve, 100));
    const gone = new Promise(resolve => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    const after = await readRun(run);
    expect(after.state).toBe('interrupted');
    expect(after.reason).toContain('train it again');
    expect(after.damagedLines).toBe(0);
    expect(after.events.map(event => event.epoch)).toEqual(after.events.map((_event, i) => i + 1));
    expect(after.events.length).toBeGreaterThan(100);
  });
});
