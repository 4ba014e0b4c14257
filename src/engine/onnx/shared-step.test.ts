// Training steps in threads that share their memory, which ONNX Runtime takes from Node 24 on. `npm test` runs this file twice: in the
// Node that it runs in itself, and in one of the version that VS Code has.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../core/random.ts';
import { GatheredRows, sizeOf, tensor, type HostTensor } from '../../core/tensor.ts';
import { fuseUpdates } from '../../graph/fusion.ts';
import { buildPrograms } from '../../graph/programs.ts';
import type { Program, State } from '../../graph/program.ts';
import { buildModel } from '../../model/build.ts';
import { loadSpec } from '../../spec/load.ts';
import type { Session } from '../engine.ts';
import { listDevices, openSession } from '../engines.ts';
import { sharingOf, takesSharedMemory } from './shared-step.ts';

type Programs = ReturnType<typeof buildPrograms>;

const sharing = Number(process.versions.node.split('.')[0]) >= 24;

// Inside the repository, so that the native package is found.
const folder = fileURLToPath(new URL(`../../../node_modules/.cache/shared-step-test-${process.pid}`, import.meta.url));
const worker = join(folder, 'shard-worker.js');
beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, 'shard-worker.ts')], bundle: true, platform: 'node', format: 'cjs', outfile: worker, logLevel: 'error', external: ['onnxruntime-node'],
  });
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

function programsOf(encoder: readonly object[], training: object, more: object = {}): Programs {
  const { spec } = loadSpec(JSON.stringify({ data: 'glyphs', encoder, latent: { type: 'gaussian', units: 4 }, decoder: 'mirror', training, ...more }), 'test.aeconf');
  return buildPrograms(buildModel(spec!, [28, 28, 1]), spec!, { data: { dtype: 'uint8', scale: 1 / 255 } });
}

const dense = [{ type: 'flatten' }, { type: 'dense', units: 96, activation: 'relu' }, { type: 'dropout', rate: 0.1 }];
const models: readonly (readonly [string, Programs])[] = [
  ['dense', programsOf(dense, { loss: 'binaryCrossentropy', metrics: ['ssim'], optimizer: { type: 'adamw', weightDecay: 0.01 } })],
  ['convolutional', programsOf([{ type: 'conv2d', filters: 8, strides: 2, padding: 'same', activation: 'selu' }, { type: 'flatten' }], { optimizer: { type: 'sgd', momentum: 0.9 } })],
];
const cpu = (await listDevices({ gpus: false })).find(({ id }) => id === 'cpu')!;

function feedsOf(program: Program, programs: Programs, step: number): Record<string, HostTensor> {
  const random = new RandomStream(4, 'sampling', step);
  return Object.fromEntries(program.inputs.map(({ name, dtype, shape }) => {
    if (name === 'hyper') return [name, programs.hyper(step + 1, 0.001)];
    const data = dtype === 'uint8' ? Uint8Array.from({ length: sizeOf(shape) }, () => random.integer(name === 'target' ? 256 : 2)) : random.fillUniform(new Float32Array(sizeOf(shape)));
    return [name, tensor(data, shape)];
  }));
}

async function withSession<T>(shardWorker: string, threads: number, start: State, use: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(cpu, { threads, shardWorker });
  try {
    await session.setState(start);
    return await use(session);
  } finally {
    await session.dispose();
  }
}

/** Batches of an epoch: the last one is smaller, and of an odd size that no thread gets a whole part of. */
const batches = [48, 48, 24, 17];

/** Steps from one place in the epochs to another: their losses, and the state after them. */
async function trained(programs: Programs, session: Session, from: number, to: number): Promise<{ losses: number[]; state: State }> {
  const losses: number[] = [];
  const compiled = new Map(await Promise.all([...new Set(batches)].map(async batch => [batch, await session.compile(programs.trainStep(batch))] as const)));
  for (let step = from; step < to; step++) {
    const batch = batches[step % batches.length]!;
    losses.push((await compiled.get(batch)!.run(feedsOf(programs.trainStep(batch), programs, step)))['loss']!.data[0]!);
  }
  for (const program of compiled.values()) await program.dispose();
  return { losses, state: await session.getState() };
}

it('ONNX Runtime takes shared memory in the Node of VS Code', async () => {
  expect(await takesSharedMemory(ort)).toBe(sharing);
});

it('shares steps in even parts, whose samples can be told apart', () => {
  const countOf = (programs: Programs, batch: number, threads: number): number | undefined => sharingOf(fuseUpdates(programs.trainStep(batch)), threads)?.count;
  const [[, small]] = models as readonly [readonly [string, Programs]];
  expect([countOf(small, 48, 2), countOf(small, 48, 3), countOf(small, 17, 2), countOf(small, 48, 1), countOf(small, 2, 2)]).toEqual([2, 3, undefined, undefined, undefined]);
  // Moving statistics of a batch, and a limit for the gradient as a whole, need all samples at once.
  expect(countOf(programsOf([...dense, { type: 'batchNormalization' }], {}), 48, 2)).toBeUndefined();
  expect(countOf(programsOf(dense, { optimizer: { type: 'adam', globalClipNorm: 1 } }), 48, 2)).toBeUndefined();
  // Frozen weights lie outside of the memory that is shared.
  expect(countOf(programsOf(dense, {}, { init: { from: 'other.aeconf', freeze: ['encoder/dense'] } }), 48, 2)).toBeUndefined();
});

describe.runIf(sharing).each(models)('a %s step in threads that share memory', (_name, programs) => {
  const start = programs.initialState(1);

  it('trains as in one piece, with two threads and with three', async () => {
    const whole = await withSession('', 1, start, session => trained(programs, session, 0, 6));
    for (const threads of [2, 3]) {
      const shared = await withSession(worker, threads, start, session => trained(programs, session, 0, 6));
      shared.losses.forEach((loss, step) => { expect(Math.abs(loss / whole.losses[step]! - 1), `step ${step}, ${threads} threads`).toBeLessThan(1e-5); });
      for (const [name, { data }] of Object.entries(shared.state)) {
        const other = [...whole.state[name]!.data];
        const scale = Math.max(...other.map(Math.abs));
        // Adam divides by the size of a gradient, so a rounding of one near zero shows.
        const allowed = name.startsWith('weights/') ? 5e-3 : 5e-5;
        expect(Math.max(...[...data].map((number, i) => Math.abs(number - other[i]!))) / scale, `${name}, ${threads} threads`).toBeLessThan(allowed);
      }
    }
  });

  it('is the same to the last bit every time, and when it goes on from a state that was kept', async () => {
    const once = await withSession(worker, 2, start, session => trained(programs, session, 0, 7));
    expect(await withSession(worker, 2, start, session => trained(programs, session, 0, 7))).toEqual(once);
    const half = await withSession(worker, 2, start, session => trained(programs, session, 0, 3));
    const rest = await withSession(worker, 2, half.state, session => trained(programs, session, 3, 7));
    expect({ losses: [...half.losses, ...rest.losses], state: rest.state }).toEqual(once);
    // And is not simply the program in one piece.
    expect(await withSession('', 2, start, session => trained(programs, session, 0, 7))).not.toEqual(once);
  });

  it('gathers samples itself, in every thread, and has the same losses', async () => {
    const given = await withSession(worker, 2, start, session => trained(programs, session, 0, 7));
    const samples = tensor(new Uint8Array(new SharedArrayBuffer(100 * 784)), [100, 784]);
    const gathered = await withSession(worker, 2, start, async session => {
      const losses: number[] = [];
      for (let step = 0; step < 7; step++) {
        const program = programs.trainStep(batches[step % batches.length]!);
        const feeds = feedsOf(program, programs, step);
        const target = feeds['target']!;
        // The batch lies backwards and scattered in the matrix.
        const rows = Int32Array.from({ length: target.shape[0]! }, (_, i) => 97 - 2 * i);
        rows.forEach((row, i) => { samples.data.set(target.data.subarray(i * 784, (i + 1) * 784), row * 784); });
        let asked = 0;
        feeds['target'] = new GatheredRows(samples, rows, () => { asked++; return target.data; });
        const compiled = await session.compile(program, { target: samples });
        losses.push((await compiled.run(feeds))['loss']!.data[0]!);
        // Seventeen are odd, so that step is left whole.
        expect(asked).toBe(rows.length === 17 ? 1 : 0);
        if (rows.length !== 17) await expect(compiled.run({ ...feeds, target })).rejects.toThrow('was fed others');
        await compiled.dispose();
      }
      return { losses, state: await session.getState() };
    });
    expect(gathered).toEqual(given);
  });

  it('trains two sessions at once, and rests between steps', async () => {
    const alone = await withSession(worker, 2, start, session => trained(programs, session, 0, 5));
    const both = await Promise.all([1, 2].map(() => withSession(worker, 2, start, session => trained(programs, session, 0, 5))));
    expect(both).toEqual([alone, alone]);
    const slowly = await withSession(worker, 2, start, async session => {
      const program = programs.trainStep(48);
      const compiled = await session.compile(program);
      const losses: number[] = [];
      for (let step = 0; step < 2; step++) {
        losses.push((await compiled.run(feedsOf(program, programs, step)))['loss']!.data[0]!);
        await new Promise(resolve => { setTimeout(resolve, 50); });
      }
      return losses;
    });
    expect(slowly).toEqual(alone.losses.slice(0, 2));
  });

  it('says what happened to a thread, and lets the session be closed', async () => {
    mkdirSync(folder, { recursive: true });
    const broken = (name: string, code: string): string => {
      writeFileSync(join(folder, name), code);
      return join(folder, name);
    };
    const program = programs.trainStep(48);
    const attempt = (path: string): Promise<unknown> => withSession(path, 2, start, async session => (await session.compile(program)).run(feedsOf(program, programs, 0)));
    await expect(attempt(broken('throws.js', 'throw new Error("no luck");'))).rejects.toMatchObject({ reason: 'device', message: /train step.*no luck/ });
    const answers = (onWake: string): string => `
      const { parentPort } = require('node:worker_threads');
      let numbers, words;
      parentPort.on('message', request => {
        if (request.kind === 'wake') { ${onWake}; return; }
        if (request.signal) { numbers = new Int32Array(request.signal, 0, 8); words = new Uint8Array(request.signal, 32); }
        parentPort.postMessage({});
        if (request.kind === 'end') parentPort.close();
      });`;
    await expect(attempt(broken('ends.js', answers('process.exit(3)')))).rejects.toMatchObject({ reason: 'device', message: /exit code 3/ });
    const says = 'const said = Buffer.from("Failed to allocate memory for requested buffer"); words.set(said); numbers[6] = said.length; numbers[2] = numbers[0]; numbers[4] = numbers[0]';
    await expect(attempt(broken('memory.js', answers(says)))).rejects.toMatchObject({ reason: 'memory', message: /batchSize/ });
  });
});
