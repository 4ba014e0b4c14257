import { afterAll, describe, expect, it } from 'vitest';
import { BlockOrder, blockSizes } from './block-order.ts';
import { MemoryBudget } from './free-memory.ts';
import { StoredGatherer, WindowGatherer, windowBytes, type Gatherer } from './gather.ts';
import { openNpy } from './npy.ts';
import { npyFile, TemporaryFolder } from './testing.ts';

const folder = new TemporaryFolder();
afterAll(() => { folder.remove(); });

const COUNT = 1003;
const sizes = { block: 10, window: 8 };
const epochOf = (order: BlockOrder, epoch: number, batch = COUNT): number[] => {
  const all: number[] = [];
  for (let place = 0; place < COUNT; place += batch) {
    all.push(...order.positions(epoch, place, Math.min(batch, COUNT - place)));
  }
  return all;
};
const ascending = Array.from({ length: COUNT }, (_, i) => i);

describe('the order of blocks', () => {
  it('has every sample once, by seed and epoch, whatever the batch size and the history', () => {
    const order = new BlockOrder(COUNT, sizes, 5, true);
    const first = epochOf(order, 1);
    expect([...first].sort((a, b) => a - b)).toEqual(ascending);
    const second = epochOf(order, 2);
    expect([...second].sort((a, b) => a - b)).toEqual(ascending);
    expect(second).not.toEqual(first);
    expect(epochOf(order, 1, 7)).toEqual(first);
    expect(epochOf(new BlockOrder(COUNT, sizes, 5, true), 2, 300)).toEqual(second);
    expect(epochOf(new BlockOrder(COUNT, sizes, 6, true), 1)).not.toEqual(first);
    expect(epochOf(new BlockOrder(COUNT, sizes, 5, false), 3, 64)).toEqual(ascending);
  });

  it('mixes the samples of a window from blocks of anywhere', () => {
    const order = new BlockOrder(COUNT, sizes, 5, true);
    const window = order.windowAt(1, 85);
    expect([window.index, window.count, window.blocks.length]).toEqual([1, 80, 8]);
    const places = epochOf(order, 1).slice(window.start, window.start + window.count);
    expect([...places].sort((a, b) => a - b)).toEqual([...window.positions].sort((a, b) => a - b));
    const firsts = window.blocks.map(({ first }) => first);
    expect(Math.max(...firsts) - Math.min(...firsts)).toBeGreaterThan(COUNT / 2);
    // Neighbours in the file are far from each other: of 79 steps about one in eight stays in a block, and few go to the next sample.
    expect(places.filter((place, i) => i > 0 && Math.floor(place / 10) === Math.floor(places[i - 1]! / 10)).length).toBeLessThan(25);
    expect(places.filter((place, i) => i > 0 && place === places[i - 1]! + 1).length).toBeLessThan(6);
  });

  it('goes on with the next epoch after the last window', () => {
    const order = new BlockOrder(COUNT, sizes, 5, true);
    const last = order.windowAt(1, COUNT - 1);
    expect(last.start + last.count).toBe(COUNT);
    expect(order.windowAfter(last)).toEqual(new BlockOrder(COUNT, sizes, 5, true).windowAt(2, 0));
  });

  it('has blocks of 1 MB and windows of 128, and sixteen blocks where samples are larger than that', () => {
    expect(blockSizes(784)).toEqual({ block: 1337, window: 128 });
    expect(blockSizes(2 ** 20)).toEqual({ block: 1, window: 128 });
    expect(blockSizes(4e7)).toEqual({ block: 1, window: 16 });
  });
});

describe('samples in a file', () => {
  const plan = { count: COUNT, features: 3, seed: 5, shuffle: true };
  /** Sample i is [i mod 256, ⌊i / 256⌋, 7]. */
  const stored = async () => {
    const array = await openNpy(folder.write('x.npy', npyFile('|u1', [COUNT, 3], Uint8Array.from({ length: 3 * COUNT }, (_, i) => {
      const sample = Math.floor(i / 3);
      return [sample & 255, sample >> 8, 7][i % 3]!;
    }))), { budget: new MemoryBudget(0) });
    if (!('stored' in array)) throw new Error('It is in memory.');
    return array.stored;
  };
  const samplesOf = (target: Uint8Array): number[] => Array.from({ length: target.length / 3 }, (_, i) => target[3 * i]! + 256 * target[3 * i + 1]!);
  const gathered = (gatherer: Gatherer, epoch: number, place: number, size: number): number[] => {
    const target = new Uint8Array(3 * size);
    gatherer.gather(epoch, place, target);
    const positions = gatherer.positions(epoch, place, size);
    gatherer.readAhead();
    expect(samplesOf(target)).toEqual([...positions]);
    return samplesOf(target);
  };

  it.each([32, 79, 200, COUNT])('come in the same order one by one and by windows read ahead, %i at a time', async size => {
    const rows = await stored();
    const [windows, single] = [new WindowGatherer(rows, plan, sizes), new StoredGatherer(rows, plan, sizes)];
    for (const epoch of [1, 2]) {
      const all: number[] = [];
      for (let place = 0; place < COUNT; place += size) {
        const batch = gathered(windows, epoch, place, Math.min(size, COUNT - place));
        expect(gathered(single, epoch, place, batch.length)).toEqual(batch);
        all.push(...batch);
      }
      expect(all).toEqual(epochOf(new BlockOrder(COUNT, sizes, 5, true), epoch));
    }
  });

  it('come right after jumps', async () => {
    const rows = await stored();
    const [windows, single] = [new WindowGatherer(rows, plan, sizes), new StoredGatherer(rows, plan, sizes)];
    for (const [epoch, place] of [[3, 500], [3, 532], [1, 0], [2, 970], [3, 0], [1, 90], [1, 90]] as const) {
      expect(gathered(windows, epoch, place, 33)).toEqual(gathered(single, epoch, place, 33));
    }
  });

  it('come in the order of the file without shuffling', async () => {
    const windows = new WindowGatherer(await stored(), { ...plan, shuffle: false }, sizes);
    expect(gathered(windows, 4, 100, 300)).toEqual(ascending.slice(100, 400));
  });

  it('take two windows of memory', async () => {
    const rows = await stored();
    expect(windowBytes(rows, COUNT)).toBe(2 * 3 * COUNT);
    expect(windowBytes({ ...rows, type: 'float64', features: 1024 }, 1e9)).toBe(2 ** 28);
  });
});
