// Devices that compute wrong numbers, or give out in the middle: how a training says so, and how its run goes on. The faults are put
// around sessions of the real engines.
import { readdirSync } from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tensor } from '../core/tensor.ts';
import type { CompiledProgram, Device, Session } from '../engine/engine.ts';
import type * as engines from '../engine/engines.ts';
import { listDevices, openSession } from '../engine/engines.ts';
import { programFailure } from '../engine/failure.ts';
import type { Program } from '../graph/program.ts';
import { readRun } from '../runs/reader.ts';
import { readCheckpoint } from './checkpoint.ts';
import { epochLosses, makePlace, removePlace, oneBatchSize, trainAt, type Place } from './testing.ts';
import { resume } from './resume.ts';
import type { TrainOptions } from './trainer.ts';

vi.mock('../engine/engines.ts', async original => {
  const real = await original<typeof engines>();
  return { listDevices: vi.fn(real.listDevices), openSession: vi.fn(real.openSession) };
});
const real = await vi.importActual<typeof engines>('../engine/engines.ts');
const available = (await real.listDevices()).filter(device => device.available);
const accelerators = available.filter(({ id }) => id !== 'cpu');

/** Few kinds of operations: each takes a GPU drawn by software a while to compile. */
const plainConfig = `{
  "seed": 7, "data": { "type": "glyphs" }, "encoder": [{ "type": "flatten" }, { "type": "dense", "units": 24, "activation": "relu" }], "latent": { "type": "plain", "units": 2 },
  "training": { "epochs": 3, "batchSize": 32, "optimizer": { "type": "sgd", "learningRate": 0.5 } }
}`;

let place: Place;
beforeEach(() => { place = makePlace(plainConfig); });
afterEach(() => {
  removePlace(place);
  vi.mocked(openSession).mockImplementation(real.openSession);
  vi.mocked(listDevices).mockImplementation(real.listDevices);
});

const trainOn = (device: string, options: Partial<TrainOptions> = {}) => trainAt(place, { device, devicesFolder: path.join(place.folder, 'devices'), ...options, overrides: { ...oneBatchSize, ...options.overrides } });

/** Every session on the device runs its programs through `run`. */
function breakDevice(id: string, run: (compiled: CompiledProgram, program: Program, device: Device) => CompiledProgram['run']): void {
  vi.mocked(openSession).mockImplementation(async (device, options) => {
    const session = await real.openSession(device, options);
    if (device.id !== id) return session;
    const broken: Session = {
      device,
      setState: values => session.setState(values),
      getState: names => session.getState(names),
      dispose: () => session.dispose(),
      compile: async program => {
        const compiled = await session.compile(program);
        return { dispose: () => compiled.dispose(), run: run(compiled, program, device) };
      },
    };
    return broken;
  });
}

/** One kernel computes wrong: the loss is a tenth too large. */
function wrongKernel(id: string): void {
  breakDevice(id, compiled => async feeds => {
    const results = await compiled.run(feeds);
    return { ...results, loss: tensor(results['loss']!.data.map(x => x * 1.1), results['loss']!.shape) };
  });
}

async function onlyRun(result: Promise<unknown>): Promise<{ folder: string; error: unknown }> {
  let folder = '';
  const error = await result.then(() => undefined, (reason: unknown) => reason);
  folder = path.join(place.runsFolder, readdirSync(place.runsFolder)[0]!);
  return { folder, error };
}

// Where WebGPU is drawn by software every program takes seconds to compile.
const PATIENCE = 240_000;

describe.each(accelerators)('a wrong kernel on $name', { timeout: PATIENCE }, ({ id, name }) => {
  it('ends the training before its first step when the device was asked for', async () => {
    wrongKernel(id);
    const { folder, error } = await onlyRun(trainOn(id));
    expect(error).toMatchObject({ reason: 'device', message: expect.stringMatching(/is not used: its numbers are wrong: the loss differed by 1e-1 .*Train with --device cpu or auto/) as string });
    expect((error as Error).message).toContain(name);
    const run = await readRun(folder);
    expect(run.state).toBe('failed');
    expect(run.events.map(({ type }) => type)).toEqual(['alert', 'end']);
    // The run is of use all the same: on the CPU it trains.
    const resumed = await resume(folder, { dataFolders: [], device: 'cpu' });
    expect(resumed.outcome).toBe('finished');
    const { id: cpu } = (await readRun(folder)).info!.device;
    expect(cpu).toBe('cpu');
  });

  it('leaves "auto" on the CPU, with the reason in the run', async () => {
    wrongKernel(id);
    const cpu = available.find(device => device.id === 'cpu')!;
    vi.mocked(listDevices).mockResolvedValue([cpu, accelerators.find(device => device.id === id)!]);
    // 210 million operations a step: enough to be asked.
    const { folder } = await trainOn('auto', { overrides: { 'encoder[1].units': 420, 'training.batchSize': 64, 'training.epochs': 1 } });
    const { info, state } = await readRun(folder);
    expect(state).toBe('finished');
    expect(info?.device.id).toBe('cpu');
    // WebAssembly is a way out, never a gain: it is not tried.
    if (id === 'wasm') expect(info?.device.others).toBeUndefined();
    else expect(info?.device.others).toMatchObject([{ id, reason: expect.stringMatching(/^not chosen: its numbers are wrong: the loss differed by 1e-1/) as string }]);
  });
});

/** The real words of each library. */
const refusals: Readonly<Record<string, string>> = {
  'cpu': 'Non-zero status code returned while running MatMul node. bfc_arena.cc:376 Failed to allocate memory for requested buffer of size 4294967296',
  'webgpu': 'Buffer size (4294967296) exceeds the max buffer size limit (2147483648).',
  'wasm': 'std::bad_alloc',
  'tensorflow': 'OOM when allocating tensor with shape[32,784] and type float on /job:localhost/replica:0/task:0/device:CPU:0 by allocator cpu',
};

/** A session's training steps run out of memory after that many, as long as batches are larger than that. */
function fullAfter(id: string, steps: number, largestBatch = 0): void {
  breakDevice(id, (compiled, program, device) => {
    let taken = 0;
    return async feeds => {
      const batch = feeds['target']?.shape[0] ?? 0;
      if (program.updates.length > 0 && batch > largestBatch && ++taken > steps) throw programFailure(device, program.name, new Error(refusals[id] ?? 'out of memory'));
      return compiled.run(feeds);
    };
  });
}

/** In the second epoch: one has 6 steps. A check takes 6, too. */
const SECOND_EPOCH = 8;

describe.each(available)('memory that runs out on $name', { timeout: PATIENCE }, ({ id }) => {
  it('ends the run with what to do, keeps the last epoch, and the run goes on with smaller batches', async () => {
    fullAfter(id, SECOND_EPOCH, 16);
    const { folder, error } = await onlyRun(trainOn(id));
    const elsewhere = id === 'cpu' ? '' : ' or --device cpu';
    expect(error).toMatchObject({ reason: 'memory', message: expect.stringMatching(/ran out of memory in "train step of 32" .*Lower training\.batchSize/) as string });
    expect((error as Error).message).toContain(`What was reached by step 6 is kept; go on with "aeconf resume ${path.basename(folder)}" and --batch-size 16${elsewhere}.`);
    const failed = await readRun(folder);
    expect(failed).toMatchObject({ state: 'failed', reason: expect.stringMatching(/ran out of memory/) as string });
    expect((await readCheckpoint(folder, 'last')).position).toMatchObject({ epoch: 1, step: 6 });
    const first = (await epochLosses(folder))['train 1'];

    const devicesFolder = path.join(place.folder, 'devices');
    await resume(folder, { dataFolders: [], batchSize: 16, devicesFolder });
    const run = await readRun(folder);
    expect(run).toMatchObject({ state: 'finished', info: { device: { id }, stepsPerEpoch: 12, overrides: { 'training.batchSize': 16 } }, status: { epoch: 3, step: 6 + 2 * 12 } });
    const losses = await epochLosses(folder);
    expect(Object.keys(losses)).toHaveLength(6);
    expect(losses['train 1']).toBe(first);
    expect(losses['train 3']!).toBeLessThan(first!);
  });

  it('can be left for the CPU', async () => {
    if (id === 'cpu') return;
    const unbroken = await trainOn('cpu');
    fullAfter(id, SECOND_EPOCH);
    let folder = '';
    await expect(trainOn(id, { onRun: run => { folder = run.folder; } })).rejects.toMatchObject({ reason: 'memory' });
    await resume(folder, { dataFolders: [], device: 'cpu' });
    const [losses, whole] = [await epochLosses(folder), await epochLosses(unbroken.folder)];
    expect(Object.keys(losses)).toEqual(Object.keys(whole));
    // One epoch was computed elsewhere.
    for (const [name, loss] of Object.entries(whole)) expect(Math.abs(losses[name]! - loss) / loss, name).toBeLessThan(1e-4);
  });

  it('is told when it happens before the first epoch is done, too', async () => {
    fullAfter(id, id === 'cpu' ? 3 : 0);
    const { folder, error } = await onlyRun(trainOn(id));
    expect(error).toMatchObject({ reason: 'memory', message: expect.stringMatching(/ran out of memory in "train step of 32"/) as string });
    expect((await readRun(folder)).state).toBe('failed');
    vi.mocked(openSession).mockImplementation(real.openSession);
    expect((await resume(folder, { dataFolders: [], batchSize: 8, device: 'cpu' })).outcome).toBe('finished');
  });
});

it('refuses by the estimate what could not fit, on the CPU and in WebAssembly', async () => {
  for (const device of ['cpu', 'wasm', 'auto']) {
    await expect(trainOn(device, { overrides: { 'encoder[1].units': 3_000_000_000 } }), device).rejects.toMatchObject({
      reason: 'memory', message: expect.stringMatching(/needs about .* at a batch size of 32, .* are free\. Lower training\.batchSize/) as string,
    });
  }
});
