// Every program of every sample on WebGPU, against the CPU. Without a GPU the driver is software (SwiftShader), as in continuous
// integration: slow, but its numbers count.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostTensor } from '../../src/core/tensor.ts';
import type { Session } from '../../src/engine/engine.ts';
import { listDevices, openSession } from '../../src/engine/engines.ts';
import { fingerprint } from '../../src/engine/fingerprint.ts';
import type { Program } from '../../src/graph/program.ts';
import { normalises, runsOf, sampleFiles, type Run } from './samples.ts';

const device = (await listDevices()).find(({ id, available }) => id === 'webgpu' && available);
const cpu = (await listDevices({ gpus: false })).find(({ id }) => id === 'cpu')!;

const BATCH = 2;
/** Two samples, normalised over the batch, are +1 and −1 whatever they were: their gradient is nothing but rounding. */
const NORMALISED_BATCH = 4;
/** ‖GPU − CPU‖ / ‖CPU‖ of any output; 1.6e-5 at most was measured, of a variance, 2.4e-6 of all others. */
const OUTPUT_TOLERANCE = 5e-5;
/**
 * The same of what a step changes in the state. Adam divides a gradient by its own size, so that where a gradient is next to nothing
 * its rounding is the step; 1.5e-2 at most was measured, before a normalisation over the batch, 7e-4 elsewhere.
 */
const CHANGE_TOLERANCE = 3e-2;

/** ‖a − b‖ / ‖b − origin‖, and 0 where nothing changes and nothing is off. */
function distance(a: HostTensor, b: HostTensor, origin?: HostTensor): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < b.data.length; i++) {
    difference += (a.data[i]! - b.data[i]!) ** 2;
    size += (b.data[i]! - (origin?.data[i] ?? 0)) ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / Math.max(size, 1e-14));
}

async function compute(session: Session, { program, feeds, state }: Run): Promise<{ outputs: Record<string, HostTensor>; after: Record<string, HostTensor> }> {
  await session.setState(Object.fromEntries(program.state.map(({ name }) => [name, state[name]!])));
  const compiled = await session.compile(program);
  const outputs = await compiled.run(feeds);
  return { outputs, after: await session.getState(program.updates.map(({ name }) => name)) };
}

/** The differences that matter, largest first. */
async function differences(gpu: Session, reference: Session, run: Run): Promise<{ outputs: number; changes: number }> {
  const [got, want] = [await compute(gpu, run), await compute(reference, run)];
  for (const { data } of Object.values(want.outputs)) expect(data.every(Number.isFinite)).toBe(true);
  return {
    outputs: Math.max(0, ...Object.entries(want.outputs).map(([name, value]) => distance(got.outputs[name]!, value))),
    changes: Math.max(0, ...Object.entries(want.after).map(([name, value]) => distance(got.after[name]!, value, run.state[name]!))),
  };
}

// Continuous integration has a driver in software on this kind of machine: without one nothing below would be tested, and nobody would know.
it.runIf(process.env['CI'] !== undefined && process.platform === 'linux' && process.arch === 'x64')('there is a WebGPU to test', () => {
  expect(device, 'The driver in software is missing: apt-get install chromium libvulkan1, and VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json').toBeDefined();
});

describe.runIf(device !== undefined)('WebGPU', () => {
  // Kernels that are compiled once serve all sessions as long as one is open.
  let keeper: Session;
  beforeAll(async () => {
    keeper = await openSession(device!);
    const [first] = runsOf('types/undercomplete.aeconf', BATCH);
    await compute(keeper, first!);
  }, 300_000);
  afterAll(async () => { await keeper.dispose(); });

  const seen = new Set<string>();
  const isNew = (program: Program): boolean => {
    const mark = fingerprint(program);
    return !seen.has(mark) && seen.add(mark) !== undefined;
  };

  it.each(sampleFiles)('computes every program of %s as the CPU does', async sample => {
    const runs = runsOf(sample, normalises(sample) ? NORMALISED_BATCH : BATCH).filter(({ program }) => isNew(program));
    // As in training, a level of pretraining has sessions of its own.
    for (const state of new Set(runs.map(run => run.state))) {
      const sessions = [await openSession(device!), await openSession(cpu)] as const;
      for (const run of runs.filter(one => one.state === state)) {
        const { outputs, changes } = await differences(...sessions, run);
        expect(outputs, run.program.name).toBeLessThan(OUTPUT_TOLERANCE);
        expect(changes, run.program.name).toBeLessThan(CHANGE_TOLERANCE);
      }
      for (const session of sessions) await session.dispose();
    }
  }, 300_000);
});
