// Where the samples of a batch come from: memory, the file, or windows of it that are read ahead of their use.
import { RandomStream } from '../core/random.ts';
import { BlockOrder, blockSizes, type BlockSizes, type Window } from './block-order.ts';
import type { Samples } from './memory.ts';
import { allocatedBytes, allocateRows, readStored, type StoredRows } from './stored.ts';

/** Gives the samples of an epoch, in its order. */
export interface Gatherer {
  /** Fills `target` with samples of `epoch` from that place on. */
  gather(epoch: number, place: number, target: Samples): void;
  /** Position in the split of each of so many samples, to be looked at only. */
  positions(epoch: number, place: number, count: number): Int32Array;
  /** Reads what will be wanted soon; called when a batch has been handed over. */
  readAhead(): void;
}

export interface GatherPlan {
  readonly count: number;
  readonly features: number;
  readonly seed: number;
  readonly shuffle: boolean;
}

/** Samples in memory, each at a random place. */
export class HeldGatherer implements Gatherer {
  private order: Int32Array | undefined;
  private orderEpoch = 0;

  constructor(private readonly values: Samples, private readonly plan: GatherPlan) {}

  gather(epoch: number, place: number, target: Samples): void {
    const { values, plan: { features, shuffle } } = this;
    if (!shuffle) {
      target.set(values.subarray(place * features, place * features + target.length));
      return;
    }
    const order = this.orderOf(epoch);
    for (let at = 0; at < target.length; at += features) {
      const from = order[place++]! * features;
      target.set(values.subarray(from, from + features), at);
    }
  }

  positions(epoch: number, place: number, count: number): Int32Array {
    return this.plan.shuffle ? this.orderOf(epoch).subarray(place, place + count) : Int32Array.from({ length: count }, (_, i) => place + i);
  }

  readAhead(): void {
    // Everything is there.
  }

  private orderOf(epoch: number): Int32Array {
    if (this.order === undefined || this.orderEpoch !== epoch) {
      this.order = new Int32Array(new RandomStream(this.plan.seed, 'shuffle', epoch).permutation(this.plan.count).buffer);
      this.orderEpoch = epoch;
    }
    return this.order;
  }
}

function sizesOf(stored: StoredRows): BlockSizes {
  return blockSizes(allocatedBytes(stored, 1));
}

/** Bytes that reading a split of that many samples ahead takes at most: the window in use and the next one. */
export function windowBytes(stored: StoredRows, count: number): number {
  const { block, window } = sizesOf(stored);
  return 2 * allocatedBytes(stored, Math.min(count, block * window));
}

/** Samples in a file, read one by one: for a few batches, without memory of its own. */
export class StoredGatherer implements Gatherer {
  private readonly order: BlockOrder;

  constructor(private readonly stored: StoredRows, { count, seed, shuffle }: GatherPlan, sizes = sizesOf(stored)) {
    this.order = new BlockOrder(count, sizes, seed, shuffle);
  }

  gather(epoch: number, place: number, target: Samples): void {
    const positions = this.positions(epoch, place, target.length / this.stored.features);
    readStored(this.stored, reader => { reader.rows(positions, target); });
  }

  positions(epoch: number, place: number, count: number): Int32Array {
    return this.order.positions(epoch, place, count);
  }

  readAhead(): void {
    // Nothing is kept.
  }
}

/** A window whose blocks are read one after the other. */
class LoadedWindow {
  private loaded = 0;
  private filled = 0;

  constructor(readonly window: Window, readonly values: Samples, private readonly stored: StoredRows) {}

  /** Reads until that share of the blocks, 0 to 1, is there. */
  load(share: number): void {
    const { blocks } = this.window;
    const wanted = Math.min(blocks.length, Math.ceil(share * blocks.length));
    if (this.loaded >= wanted) return;
    const { features } = this.stored;
    readStored(this.stored, reader => {
      for (; this.loaded < wanted; this.loaded++) {
        const { first, count } = blocks[this.loaded]!;
        reader.range(first, this.values.subarray(this.filled * features, (this.filled + count) * features));
        this.filled += count;
      }
    });
  }
}

/** Samples in a file, read in whole blocks: the next window while the one in use is used up, so that no batch waits for many reads. */
export class WindowGatherer implements Gatherer {
  private readonly order: BlockOrder;
  private current: LoadedWindow | undefined;
  private next: LoadedWindow | undefined;
  /** Share of the current window that was given out. */
  private used = 0;
  private readonly spare: Samples[] = [];

  constructor(private readonly stored: StoredRows, { count, seed, shuffle }: GatherPlan, sizes = sizesOf(stored)) {
    this.order = new BlockOrder(count, sizes, seed, shuffle);
  }

  gather(epoch: number, place: number, target: Samples): void {
    const { features } = this.stored;
    for (let at = 0; at < target.length;) {
      const { window: { start, count, order }, values } = this.enter(this.order.windowAt(epoch, place));
      const end = Math.min(count, place - start + (target.length - at) / features);
      for (let i = place - start; i < end; i++) {
        const from = order[i]! * features;
        target.set(values.subarray(from, from + features), at);
        at += features;
      }
      place = start + end;
      this.used = end / count;
    }
  }

  positions(epoch: number, place: number, count: number): Int32Array {
    return this.order.positions(epoch, place, count);
  }

  readAhead(): void {
    if (this.current === undefined) return;
    this.next ??= new LoadedWindow(this.order.windowAfter(this.current.window), this.memory(), this.stored);
    this.next.load(this.used);
  }

  /** Makes a window the current one, all of it read. */
  private enter(wanted: Window): LoadedWindow {
    const isIt = ({ window }: LoadedWindow): boolean => window.epoch === wanted.epoch && window.index === wanted.index;
    if (this.current === undefined || !isIt(this.current)) {
      if (this.current !== undefined) this.spare.push(this.current.values);
      if (this.next !== undefined && !isIt(this.next)) {
        // Training has jumped.
        this.spare.push(this.next.values);
        this.next = undefined;
      }
      this.current = this.next ?? new LoadedWindow(wanted, this.memory(), this.stored);
      this.next = undefined;
    }
    this.current.load(1);
    return this.current;
  }

  private memory(): Samples {
    return this.spare.pop() ?? allocateRows(this.stored, this.order.largest);
  }
}
