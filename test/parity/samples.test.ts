// Twenty steps of every sample against Keras's losses (golden/samples.json, made by `npm run parity -- --keras`), on every engine that
// this machine has without a GPU, and a few by WebGPU; with full batches on the CPU. The limits are those of docs/PARITY.md.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { listDevices } from '../../src/engine/engines.ts';
import { allCourses, BATCH, largestDifference, lossesOn, openCourse, STEPS } from './course.ts';
import { readGolden } from './golden.ts';
import type { Table } from './table.ts';

const golden = readGolden();
const limits = new Map((JSON.parse(readFileSync('docs/parity.json', 'utf8')) as Table).rows.map(({ name, limit }) => [name, limit]));
const devices = (await listDevices()).filter(({ available }) => available);

/** A driver in software takes half a minute for larger ones. */
const onGpu = new Set(['quickstart']);

function coursesOn(device: string): string[] {
  switch (device) {
    case 'cpu': return allCourses();
    case 'wasm': case 'tensorflow': return allCourses().filter(name => !name.includes('@'));
    default: return [...onGpu];
  }
}

it('knows what Keras computes for every sample', () => {
  expect(Object.keys(golden.losses)).toEqual(allCourses());
  expect(golden).toMatchObject({ batch: BATCH, steps: STEPS });
});

describe.each(devices)('$name takes the steps that Keras takes', device => {
  it.each(coursesOn(device.id))('%s', async name => {
    const difference = largestDifference(await lossesOn(device, openCourse(name)), golden.losses[name]!.float32);
    expect(difference, 'docs/PARITY.md says what one rounding does to this sample').toBeLessThanOrEqual(limits.get(name)!);
    // A second alone; a machine with a dozen other things to do takes its time, and a step that goes on behind a test spoils the next.
  }, 300_000);
});
