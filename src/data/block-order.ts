// The order of an epoch for samples that are read from disk. Every sample at a place of its own would mean a read for each, so
// blocks of consecutive samples are put in random order, and the samples of some hundred blocks, a window, among each other
// (as WebDataset and tf.data do with shards and a shuffle buffer; A. Aizman et al., "High Performance I/O For Large Scale Deep
// Learning", 2019). Blocks and windows have fixed sizes, so the order depends on the seed, the epoch and the samples only:
// not on the memory a machine has, nor on the batch size.
import { RandomStream } from '../core/random.ts';

/** Bytes of a block: read in one go. */
const BLOCK_BYTES = 1 << 20;
/** Bytes of a window. */
const WINDOW_BYTES = 1 << 27;
/** Blocks of a window where samples are very large. */
const LEAST_BLOCKS = 16;

export interface BlockSizes {
  /** Samples in a block; the last one of a split may have fewer. */
  readonly block: number;
  /** Blocks in a window; the last one of an epoch may have fewer. */
  readonly window: number;
}

/** @param sampleBytes of one sample once it is read. */
export function blockSizes(sampleBytes: number): BlockSizes {
  const block = Math.max(1, Math.floor(BLOCK_BYTES / sampleBytes));
  return { block, window: Math.max(LEAST_BLOCKS, Math.floor(WINDOW_BYTES / (block * sampleBytes))) };
}

/** Samples whose order is known, and where they come from. */
export interface Window {
  readonly epoch: number;
  /** From 0 in its epoch. */
  readonly index: number;
  /** Place of its first sample in the epoch. */
  readonly start: number;
  readonly count: number;
  /** First position in the split and number of samples of each block, in the order in which they are kept. */
  readonly blocks: readonly { readonly first: number; readonly count: number }[];
  /** Position in the split of each sample as they are kept, block by block. */
  readonly positions: Uint32Array;
  /** Which of the kept samples comes first, second, ... */
  readonly order: Uint32Array;
}

export class BlockOrder {
  /** Samples that the largest window holds. */
  readonly largest: number;
  private readonly blockCount: number;
  private epoch = 0;
  private blocks: Uint32Array = new Uint32Array(0);
  /** Place of the first sample of each window in the epoch, then the number of all. */
  private starts: readonly number[] = [];
  private readonly recent: Window[] = [];

  constructor(private readonly count: number, private readonly sizes: BlockSizes, private readonly seed: number, private readonly shuffle: boolean) {
    this.blockCount = Math.ceil(count / sizes.block);
    this.largest = Math.min(count, sizes.block * sizes.window);
  }

  /** The window that holds that place of the epoch. */
  windowAt(epoch: number, place: number): Window {
    this.begin(epoch);
    let index = 0;
    while (this.starts[index + 1]! <= place) index++;
    return this.window(epoch, index);
  }

  /** The window that follows, in the next epoch after the last one. */
  windowAfter({ epoch, index, start, count }: Window): Window {
    return start + count < this.count ? this.window(epoch, index + 1) : this.window(epoch + 1, 0);
  }

  /** Positions in the split of the samples of an epoch from a place on. */
  positions(epoch: number, place: number, count: number): Int32Array {
    const out = new Int32Array(count);
    for (let done = 0; done < count;) {
      const window = this.windowAt(epoch, place + done);
      const { positions, order } = window;
      const from = place + done - window.start;
      const taken = Math.min(count - done, window.count - from);
      for (let i = 0; i < taken; i++) out[done + i] = positions[order[from + i]!]!;
      done += taken;
    }
    return out;
  }

  private begin(epoch: number): void {
    if (this.epoch === epoch) return;
    this.epoch = epoch;
    this.blocks = this.shuffle ? new RandomStream(this.seed, 'shuffle', epoch).permutation(this.blockCount) : Uint32Array.from({ length: this.blockCount }, (_, i) => i);
    const starts: number[] = [];
    let start = 0;
    this.blocks.forEach((block, i) => {
      if (i % this.sizes.window === 0) starts.push(start);
      start += this.blockOf(block).count;
    });
    this.starts = [...starts, start];
  }

  private blockOf(block: number): { first: number; count: number } {
    const first = block * this.sizes.block;
    return { first, count: Math.min(this.sizes.block, this.count - first) };
  }

  private window(epoch: number, index: number): Window {
    const known = this.recent.find(window => window.epoch === epoch && window.index === index);
    if (known !== undefined) return known;
    this.begin(epoch);
    const start = this.starts[index]!;
    const count = this.starts[index + 1]! - start;
    const blocks = Array.from(this.blocks.subarray(index * this.sizes.window, (index + 1) * this.sizes.window), block => this.blockOf(block));
    const positions = new Uint32Array(count);
    let at = 0;
    for (const block of blocks) for (let i = 0; i < block.count; i++) positions[at++] = block.first + i;
    const order = this.shuffle ? new RandomStream(this.seed, 'shuffle', epoch, index + 1).permutation(count) : Uint32Array.from({ length: count }, (_, i) => i);
    const window: Window = { epoch, index, start, count, blocks, positions, order };
    this.recent.unshift(window);
    this.recent.length = Math.min(2, this.recent.length);
    return window;
  }
}
