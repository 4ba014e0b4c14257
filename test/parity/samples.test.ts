// Twenty steps of every sample against Keras's losses (golden/samples.json, made by `npm run parity -- --keras`), on every engine that
// this machine has without a GPU, and a few by WebGPU.
import { describe, expect, it } from 'vitest';
import { listDevices } from '../../src/engine/engines.ts';
import { BATCH, convolves, courseNames, largestDifference, lossesOn, openCourse, STEPS } from './course.ts';
import { readGolden } from './golden.ts';
import { limitOf } from './table.ts';

const golden = readGolden();
const devices = (await listDevices()).filter(({ available }) => available);

/** Where float32 itself is not good to 1e-5: twice as far as Keras in float32 is from Keras in float64, or more (docs/PARITY.md tells why). */
const rounding: Readonly<Record<string, number>> = { 'beyond/everything': 1e-3, 'systems/iwae-50': 4e-4, 'systems/faces-lfw': 5e-5 };
/** A driver in software takes half a minute for larger ones. */
const onGpu = new Set(['quickstart']);

it('knows what Keras computes for every sample', () => {
  expect(Object.keys(golden.losses)).toEqual(courseNames());
  expect(golden).toMatchObject({ batch: BATCH, steps: STEPS });
});

describe.each(devices)('$name takes the steps that Keras takes', device => {
  const gpu = !['cpu', 'wasm', 'tensorflow'].includes(device.id);
  it.each(courseNames().filter(name => !gpu || onGpu.has(name)))('%s', async name => {
    const course = openCourse(name);
    const limit = rounding[name] ?? limitOf(device.id, convolves(course));
    expect(largestDifference(await lossesOn(device, course), golden.losses[name]!.float32)).toBeLessThanOrEqual(limit);
    // A second alone; a machine with a dozen other things to do takes its time, and a step that goes on behind a test spoils the next.
  }, 300_000);
});
