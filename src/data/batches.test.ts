import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBatchSource } from './batches.ts';
import type { Batch, BatchPlan, BatchSource, HeldSplit, Split } from './dataset.ts';
import { allocate, allocateLabels } from './memory.ts';
import { heldValues } from './rows.ts';
import { splitOff } from './splits.ts';
import { expectStudioError, TemporaryFolder } from './testing.ts';

const folder = new TemporaryFolder();
const workerPath = join(folder.path, 'batch-worker.js');
beforeAll(async () => {
  await build({ entryPoints: [join(import.meta.dirname, 'batch-worker.ts')], bundle: true, platform: 'node', format: 'cjs', outfile: workerPath, logLevel: 'error' });
});
afterAll(() => { folder.remove(); });

const FEATURES = 12;
const dataset = { name: 'numbers', shape: [3, 4, 1], scale: 1 / 255 };

/** Sample i is filled with the byte i. */
function split(count: number, kind: 'uint8' | 'float32' = 'uint8'): HeldSplit {
  const values = allocate(kind, count * FEATURES, 'test');
  for (let i = 0; i < values.length; i++) values[i] = Math.floor(i / FEATURES);
  return { count, values };
}

const plain: BatchPlan = { seed: 5, batchSize: 4, shuffle: true, corruption: [], random: [] };
const noisy: BatchPlan = {
  ...plain,
  corruption: [{ type: 'gaussian', mean: 0, stddev: 0.1, clip: true }, { type: 'occlusion', size: [2, 2], value: 0, clip: true }],
  random: [{ name: 'dropout/mask', kind: 'keep', probability: 0.75, perSample: 50 }, { name: 'noise', kind: 'normal', perSample: 3 }, { name: 'u', kind: 'uniform', perSample: 2 }],
};

interface Copy { epoch: number; index: number; size: number; target: number[]; input: number[] | undefined; random: Record<string, number[]> }
const copyOf = (batch: Batch): Copy => ({
  epoch: batch.epoch, index: batch.index, size: batch.size, target: [...batch.target], input: batch.input && [...batch.input],
  random: Object.fromEntries(Object.entries(batch.random).map(([name, values]) => [name, [...values]])),
});

async function epochOf(source: BatchSource, epoch: number): Promise<Copy[]> {
  const copies: Copy[] = [];
  for (let index = 0; index < source.batchesPerEpoch; index++) {
    const batch = await source.next(epoch, index);
    copies.push(copyOf(batch));
    source.recycle(batch);
  }
  return copies;
}

const samplesOf = (copies: Copy[]) => copies.flatMap(copy => copy.target.filter((_, i) => i % FEATURES === 0));

describe.each([['inline', false], ['worker', true]] as const)('batches, %s', (_name, worker) => {
  const create = (count: number, plan: BatchPlan, kind: 'uint8' | 'float32' = 'uint8') =>
    createBatchSource(split(count, kind), dataset, plan, worker ? { workerPath } : {});

  it('shows every sample once an epoch, in an order of its own, with a smaller last batch', async () => {
    const source = create(10, noisy);
    const [first, second] = [await epochOf(source, 1), await epochOf(source, 2)];
    expect(first.map(copy => copy.size)).toEqual([4, 4, 2]);
    expect(first[2]!.target).toHaveLength(2 * FEATURES);
    expect(first[2]!.input).toHaveLength(2 * FEATURES);
    expect(first[2]!.random['noise']).toHaveLength(6);
    const ascending = Array.from({ length: 10 }, (_, i) => i);
    for (const epoch of [first, second]) expect(samplesOf(epoch).sort((a, b) => a - b)).toEqual(ascending);
    expect(samplesOf(first)).not.toEqual(samplesOf(second));
    expect(samplesOf(first)).not.toEqual(ascending);
    await source.dispose();
  });

  it('brings each sample with its label where the plan asks for it', async () => {
    const samples = split(10);
    const labels = allocateLabels(10);
    labels.forEach((_, i) => { labels[i] = 100 + i; });
    const source = createBatchSource({ ...samples, labels }, dataset, { ...noisy, labels: true }, worker ? { workerPath } : {});
    for (const epoch of [1, 2]) {
      for (let index = 0; index < source.batchesPerEpoch; index++) {
        const batch = await source.next(epoch, index);
        expect(batch.labels).toEqual(Int32Array.from({ length: batch.size }, (_, row) => 100 + batch.target[row * FEATURES]!));
        source.recycle(batch);
      }
    }
    await source.dispose();
    expect(() => createBatchSource(samples, dataset, { ...plain, labels: true })).toThrow('numbers has no labels in this split.');
  });

  it('keeps the order of the file without shuffling', async () => {
    const source = create(10, { ...noisy, shuffle: false });
    expect(samplesOf(await epochOf(source, 3))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await source.dispose();
  });

  it('names the rows of samples that nothing is done to, where they stay in this thread', async () => {
    const held = split(10);
    const named = createBatchSource(held, dataset, plain);
    const [first, second] = [await named.next(1, 2), await named.next(2, 0)];
    expect(named.samples).toMatchObject({ dtype: 'uint8', shape: [10, FEATURES] });
    expect(named.samples!.data).toBe(held.values);
    for (const batch of [second, first]) {
      const rows = Array.from({ length: batch.size }, (_, i) => batch.target[i * FEATURES]);
      expect([...batch.rows!]).toEqual(rows);
      expect(batch.target).toBe(batch.target);
      expect(batch.target).toHaveLength(batch.size * FEATURES);
    }
    for (const other of [create(10, noisy), create(10, { ...plain, shuffle: false }), create(10, { ...plain, binarize: true })]) {
      expect([other.samples, (await other.next(1, 0)).rows]).toEqual([undefined, undefined]);
      await other.dispose();
    }
  });

  it('gives the same batch wherever training starts', async () => {
    const through = create(10, noisy);
    const all = [...await epochOf(through, 1), ...await epochOf(through, 2), ...await epochOf(through, 3)];
    await through.dispose();
    const jumping = create(10, noisy);
    for (const [epoch, index] of [[3, 1], [3, 2], [1, 0], [2, 2], [2, 2], [1, 1]] as const) {
      const batch = await jumping.next(epoch, index);
      expect(copyOf(batch)).toEqual(all[(epoch - 1) * 3 + index]);
      if (index !== 2) jumping.recycle(batch);
    }
    await jumping.dispose();
  });

  it('corrupts the input in model scale and leaves the target clean', async () => {
    for (const kind of ['uint8', 'float32'] as const) {
      const source = create(200, { ...plain, batchSize: 200, shuffle: false, corruption: [{ type: 'masking', amount: 0.5, clip: true }] }, kind);
      const batch = await source.next(1, 0);
      expect(batch.target.constructor).toBe(kind === 'uint8' ? Uint8Array : Float32Array);
      let masked = 0;
      for (let i = 0; i < batch.target.length; i++) {
        expect(batch.target[i]).toBe(Math.floor(i / FEATURES));
        if (batch.input![i] === 0) masked++;
        else expect(batch.input![i]).toBe(Math.fround(batch.target[i]! * (1 / 255)));
      }
      expect(masked / batch.target.length).toBeCloseTo(0.5, 1);
      await source.dispose();
    }
  });

  it('fills random feeds by their kind', async () => {
    const source = create(1000, { ...noisy, batchSize: 1000 });
    const { random } = await source.next(1, 0);
    const kept = random['dropout/mask']!;
    expect(kept).toBeInstanceOf(Uint8Array);
    expect(kept).toHaveLength(50000);
    expect([...kept].reduce((sum, value) => sum + value, 0) / 50000).toBeCloseTo(0.75, 2);
    const normal = random['noise'] as Float32Array;
    expect(normal.reduce((sum, value) => sum + value * value, 0) / normal.length).toBeCloseTo(1, 0);
    const uniform = random['u'] as Float32Array;
    expect(uniform.every(value => value >= 0 && value < 1)).toBe(true);
    await source.dispose();
  });

  it('keeps batches apart that are in use at the same time', async () => {
    const source = create(40, noisy);
    const held = [];
    for (let index = 0; index < 10; index++) held.push(await source.next(1, index));
    const copies = held.map(copyOf);
    held.forEach(batch => { source.recycle(batch); });
    expect(await epochOf(source, 1)).toEqual(copies);
    await source.dispose();
  });

  it('refuses a batch that does not exist', async () => {
    const source = create(10, noisy);
    await expect((async () => source.next(1, 3))()).rejects.toThrow('There is no batch 3; an epoch has 3.');
    await source.dispose();
  });
});

describe('createBatchSource', () => {
  it('gives the same bits with and without a worker', async () => {
    const inline = createBatchSource(split(30), dataset, noisy);
    const worker = createBatchSource(split(30), dataset, noisy, { workerPath });
    for (const epoch of [1, 2]) expect(await epochOf(worker, epoch)).toEqual(await epochOf(inline, epoch));
    await worker.dispose();
  });

  it('draws the same pixels with and without a worker', async () => {
    for (const kind of ['uint8', 'float32'] as const) {
      for (const plan of [{ ...plain, binarize: true }, { ...noisy, binarize: true }]) {
        const inline = createBatchSource(split(30, kind), dataset, plan);
        const worker = createBatchSource(split(30, kind), dataset, plan, { workerPath });
        for (const epoch of [1, 2]) {
          const expected = await epochOf(inline, epoch);
          expect(await epochOf(worker, epoch)).toEqual(expected);
          expect(new Set(expected.flatMap(({ target }) => target))).toEqual(new Set([0, 255]));
        }
        await worker.dispose();
      }
    }
  });

  it('has no input without corruption', async () => {
    const source = createBatchSource(split(10), dataset, plain, { workerPath });
    expect((await source.next(1, 0)).input).toBeUndefined();
    await source.dispose();
  });

  it('tells the caller when the worker fails', async () => {
    const broken = createBatchSource(split(10), dataset, noisy, { workerPath: folder.write('broken.js', 'throw new Error("no luck");') });
    await expectStudioError(broken.next(1, 0), 'internal', 'The batch worker failed: no luck');
    await expectStudioError(broken.next(1, 1), 'internal', 'no luck');
    await broken.dispose();
    const missing = createBatchSource(split(10), dataset, noisy, { workerPath: join(folder.path, 'nowhere.js') });
    await expectStudioError(missing.next(1, 0), 'internal', 'nowhere.js');
    await missing.dispose();
  });

  it('ends what is waited for when it is disposed of', async () => {
    const source = createBatchSource(split(10), dataset, noisy, { workerPath });
    const waiting = expectStudioError(source.next(1, 0), 'cancelled');
    await source.dispose();
    await waiting;
    await expectStudioError(source.next(1, 1), 'cancelled');
  });

  it('refuses an empty split', () => {
    expect(() => createBatchSource(split(0), dataset, plain)).toThrow('numbers has no samples');
  });
});

describe('splitOff', () => {
  const labelled = (count: number): Split => ({ ...split(count), labels: Uint16Array.from({ length: count }, (_, i) => i * 3) });
  const ids = (part: Split) => [...heldValues(part)].filter((_, i) => i % FEATURES === 0);

  it('cuts by the seed, keeps order, samples whole and labels with them', () => {
    const { train, validation } = splitOff(labelled(100), FEATURES, 0.2, 3, 'test');
    expect([train.count, validation.count]).toEqual([80, 20]);
    for (const part of [train, validation]) {
      expect(heldValues(part)).toHaveLength(part.count * FEATURES);
      expect(ids(part)).toEqual([...ids(part)].sort((a, b) => a - b));
      expect([...part.labels!]).toEqual(ids(part).map(id => id * 3));
      expect(heldValues(part).every((value, i) => value === ids(part)[Math.floor(i / FEATURES)])).toBe(true);
    }
    expect([...ids(train), ...ids(validation)].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(ids(splitOff(labelled(100), FEATURES, 0.2, 3, 'test').validation)).toEqual(ids(validation));
    expect(ids(splitOff(labelled(100), FEATURES, 0.2, 4, 'test').validation)).not.toEqual(ids(validation));
  });

  it('leaves at least one sample on each side, and none for a share of 0', () => {
    expect(splitOff(split(3), FEATURES, 0.01, 0, 't').validation.count).toBe(1);
    expect(splitOff(split(3), FEATURES, 0.99, 0, 't').train.count).toBe(1);
    expect(splitOff(split(3), FEATURES, 0, 0, 't').validation.count).toBe(0);
  });
});
