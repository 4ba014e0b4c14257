import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { DataSpec } from '../spec/schema.ts';
import { createBatchSource } from './batches.ts';
import type { BatchPlan, Dataset } from './dataset.ts';
import { loadDataset } from './load.ts';
import { heldValues } from './rows.ts';
import { bytesOf, expectStudioError, npyFile, TemporaryFolder } from './testing.ts';

const folder = new TemporaryFolder();
afterAll(() => { folder.remove(); });
const load = (data: DataSpec, seed = 1): Promise<Dataset> => loadDataset(data, { baseFolders: [folder.path], cacheFolder: join(folder.path, 'cache'), seed });

/** 200 + 200 samples of 50 numbers, each the same share of 1. */
const shares = [0, 0.2, 0.5, 0.9, 1];
const share = (i: number): number => shares[i % shares.length]!;
folder.write('bytes.npy', npyFile('|u1', [200, 50], Uint8Array.from({ length: 10_000 }, (_, i) => Math.round(255 * share(i)))));
folder.write('floats.npy', npyFile('<f4', [200, 50], bytesOf(Float32Array.from({ length: 10_000 }, (_, i) => share(i)))));
const files = (name: string, binarize: DataSpec['binarize']): DataSpec =>
  ({ type: 'npy', images: name, testImages: name, validation: 'test', ...(binarize === undefined ? {} : { binarize }) });
const bytes = (binarize: DataSpec['binarize']): DataSpec => files('bytes.npy', binarize);

const plan: BatchPlan = { seed: 5, batchSize: 200, shuffle: false, corruption: [], binarize: true, random: [] };
const kinds = [['bytes.npy', 255], ['floats.npy', 1]] as const;

/** How often each of the shares became a one. */
function frequencies(values: ArrayLike<number>, one: number): number[] {
  const counts = shares.map(() => 0);
  for (let i = 0; i < values.length; i++) {
    expect(values[i] === 0 || values[i] === one).toBe(true);
    if (values[i] === one) counts[i % shares.length]!++;
  }
  return counts.map(count => count * shares.length / values.length);
}

describe.each(kinds)('binarize of %s', (name, one) => {
  it('cuts all samples at one half, in their own type and scale', async () => {
    const { train, validation, scale } = await load(files(name, 'threshold'));
    expect(scale).toBe(1 / one);
    for (const split of [train, validation]) expect(Array.from(heldValues(split).subarray(0, 5))).toEqual([0, 0, one, one, one]);
  });

  it('draws the validation samples once, by the seed, and leaves the training samples as probabilities', async () => {
    const [plain, first, again, other] = [await load(files(name, undefined)), await load(files(name, 'sample')), await load(files(name, 'sample')), await load(files(name, 'sample'), 2)];
    expect(heldValues(first.train)).toEqual(heldValues(plain.train));
    expect(heldValues(first.validation)).toEqual(heldValues(again.validation));
    expect(heldValues(first.validation)).not.toEqual(heldValues(other.validation));
    frequencies(heldValues(first.validation), one).forEach((found, i) => { expect(Math.abs(found - shares[i]!)).toBeLessThan(0.04); });
  });

  it('draws training samples anew for every batch, the same for the same epoch and index', async () => {
    const set = await load(files(name, 'sample'));
    const source = createBatchSource(set.train, set, plan);
    const targets = [];
    for (const [epoch, index] of [[1, 0], [1, 0], [2, 0]] as const) targets.push((await source.next(epoch, index)).target);
    expect(targets[0]).toEqual(targets[1]);
    expect(targets[0]).not.toEqual(targets[2]);
    for (const target of targets) frequencies(target, one).forEach((found, i) => { expect(Math.abs(found - shares[i]!)).toBeLessThan(0.04); });
  });
});

it('corrupts what was drawn, not the probabilities', async () => {
  const set = await load(bytes('sample'));
  const source = createBatchSource(set.train, set, { ...plan, corruption: [{ type: 'masking', amount: 0, clip: true }] });
  const { target, input } = await source.next(1, 0);
  expect(Array.from(input!)).toEqual(Array.from(target, value => value / 255));
});

it('refuses values that are no probabilities, and scales that bytes cannot hold', async () => {
  folder.write('wide.npy', npyFile('<f4', [2, 3], bytesOf(Float32Array.of(0, 1, 3, 0, 0, 1))));
  for (const binarize of ['sample', 'threshold'] as const) {
    await expectStudioError(load({ type: 'npy', images: 'wide.npy', validation: 0, binarize }), 'data', /npy: "binarize" needs values in \[0, 1\], there is 3\. Divide them with "divideBy"/);
  }
  await expectStudioError(load({ type: 'npy', images: 'bytes.npy', divideBy: 300, validation: 0, binarize: 'sample' }), 'data', /cannot write 1 as a byte when values are divided by 300/);
});
