import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../core/random.ts';
import { sizeOf, tensor, type HostTensor } from '../../core/tensor.ts';
import { buildPrograms } from '../../graph/programs.ts';
import type { Program } from '../../graph/program.ts';
import { buildModel } from '../../model/build.ts';
import { loadSpec } from '../../spec/load.ts';
import type { Session } from '../engine.ts';
import { listDevices, openSession } from '../engines.ts';

// Inside the repository, so that the native package is found.
const folder = fileURLToPath(new URL(`../../../node_modules/.cache/sharded-test-${process.pid}`, import.meta.url));
const worker = join(folder, 'shard-worker.js');
beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, 'shard-worker.ts')], bundle: true, platform: 'node', format: 'cjs', outfile: worker, logLevel: 'error', external: ['onnxruntime-node'],
  });
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const { spec } = loadSpec(JSON.stringify({
  data: 'glyphs', corruption: [{ type: 'gaussian', stddev: 0.3 }],
  encoder: [
    { type: 'conv2d', filters: 16, strides: 2, padding: 'same', activation: 'relu' }, { type: 'conv2d', filters: 32, strides: 2, padding: 'same', activation: 'selu' },
    { type: 'flatten' }, { type: 'dropout', rate: 0.1 },
  ],
  latent: { type: 'gaussian', units: 4 },
  decoder: 'mirror',
  training: { loss: 'binaryCrossentropy', metrics: ['ssim'] },
}), 'test.aeconf');
const programs = buildPrograms(buildModel(spec!, [28, 28, 1]), spec!, { data: { dtype: 'uint8', scale: 1 / 255 } });
const cpu = (await listDevices({ gpus: false })).find(({ id }) => id === 'cpu')!;

function feedsOf(program: Program): Record<string, HostTensor> {
  const random = new RandomStream(4, 'sampling');
  return Object.fromEntries(program.inputs.map(({ name, dtype, shape }) => {
    if (name === 'hyper') return [name, programs.hyper(1, 0.001)];
    const data = dtype === 'uint8' ? Uint8Array.from({ length: sizeOf(shape) }, () => random.integer(name === 'target' ? 256 : 2)) : random.fillUniform(new Float32Array(sizeOf(shape)));
    return [name, tensor(data, shape)];
  }));
}

async function withSession<T>(shardWorker: string, threads: number, use: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(cpu, { threads, shardWorker });
  try {
    await session.setState(programs.initialState(1));
    return await use(session);
  } finally {
    await session.dispose();
  }
}

/** Three steps of two batch sizes, an evaluation, and the state after it. */
async function trained(session: Session): Promise<Record<string, number[]>> {
  const seen: Record<string, number[]> = {};
  for (const [batch, steps] of [[48, 2], [24, 1]] as const) {
    const program = programs.trainStep(batch);
    const compiled = await session.compile(program);
    for (let step = 0; step < steps; step++) seen[`loss ${batch} ${step}`] = [...(await compiled.run(feedsOf(program)))['loss']!.data];
    await compiled.dispose();
  }
  const look = programs.evaluate(48);
  for (const [name, { data }] of Object.entries(await (await session.compile(look)).run(feedsOf(look)))) seen[`evaluated ${name}`] = [...data];
  for (const [name, { data }] of Object.entries(await session.getState())) seen[name] = [...data];
  return seen;
}

describe('a convolutional program in threads of its own', () => {
  it('trains and judges as in one piece, with two threads and with three', async () => {
    const whole = await withSession('', 1, trained);
    for (const threads of [2, 3]) {
      const sharded = await withSession(worker, threads, trained);
      expect(Object.keys(sharded)).toEqual(Object.keys(whole));
      for (const [name, numbers] of Object.entries(sharded)) {
        expect(numbers.length, name).toBe(whole[name]!.length);
        const scale = Math.max(...whole[name]!.map(Math.abs));
        // Adam divides by the size of a gradient, so a rounding of one near zero shows.
        const allowed = name.startsWith('weights/') ? 2e-3 : 2e-5;
        expect(Math.max(...numbers.map((number, i) => Math.abs(number - whole[name]![i]!))) / scale, `${name}, ${threads} threads`).toBeLessThan(allowed);
      }
    }
  });

  it('is the same to the last bit every time', async () => {
    const once = await withSession(worker, 2, trained);
    expect(await withSession(worker, 2, trained)).toEqual(once);
    // And is not simply the program in one piece.
    expect(await withSession('', 2, trained)).not.toEqual(once);
  });

  it('says what happened to a thread, and lets the session be closed', async () => {
    mkdirSync(folder, { recursive: true });
    const broken = (name: string, code: string): string => {
      writeFileSync(join(folder, name), code);
      return join(folder, name);
    };
    const program = programs.evaluate(480);
    const attempt = (path: string): Promise<unknown> => withSession(path, 2, async session => (await session.compile(program)).run(feedsOf(program)));
    await expect(attempt(broken('throws.js', 'throw new Error("no luck");'))).rejects.toMatchObject({ reason: 'device', message: /evaluate.*no luck/ });
    const answers = (onRun: string): string => `
      const { parentPort } = require('node:worker_threads');
      parentPort.on('message', ({ kind }) => { if (kind === 'run') { ${onRun} } else { parentPort.postMessage({}); if (kind === 'end') parentPort.close(); } });`;
    await expect(attempt(broken('ends.js', answers('process.exit(3)')))).rejects.toMatchObject({ reason: 'device', message: /exit code 3/ });
    await expect(attempt(broken('memory.js', answers('parentPort.postMessage({ error: "Failed to allocate memory for requested buffer" })')))).rejects.toMatchObject({ reason: 'memory', message: /batchSize/ });
  });
});
