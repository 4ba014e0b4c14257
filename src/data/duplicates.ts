// Samples that are there more than once. Of those that are in both parts a model knows the answer, so its validation loss says less.
import { sizeOf } from '../core/tensor.ts';
import type { Dataset, Split } from './dataset.ts';
import type { Samples } from './memory.ts';

export interface Duplicates {
  /** Training samples that are equal to one before them. */
  readonly train: number;
  /** Validation samples that are training samples, too. */
  readonly shared: number;
}

/** Numbers and samples beyond which nobody wants to wait for it. */
const MOST = { numbers: 1 << 28, samples: 1_000_000 };

/** Counts samples that are equal in every number; undefined where it would take long, or samples are not in memory. */
export function findDuplicates({ train, validation, shape }: Pick<Dataset, 'train' | 'validation' | 'shape'>): Duplicates | undefined {
  if (train.stored !== undefined || validation.stored !== undefined) return undefined;
  const features = sizeOf(shape);
  const count = train.count + validation.count;
  if (count > MOST.samples || count * features > MOST.numbers) return undefined;
  /** The first training sample with a hash. */
  const first = new Map<number, number>();
  let repeated = 0;
  eachHash(train.values, train, features, (hash, at) => {
    const known = first.get(hash);
    if (known === undefined) first.set(hash, at);
    else if (equal(train.values, known, train.values, at, features)) repeated++;
  });
  let shared = 0;
  eachHash(validation.values, validation, features, (hash, at) => {
    const known = first.get(hash);
    if (known !== undefined && equal(train.values, known, validation.values, at, features)) shared++;
  });
  return { train: repeated, shared };
}

/** Two FNV-1a hashes of different beginnings, of which 53 bits are taken. */
function eachHash(values: Samples, { count }: Pick<Split, 'count'>, features: number, use: (hash: number, at: number) => void): void {
  const words = values instanceof Uint8Array ? values : new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let at = 0; at < count; at++) {
    let a = 0x811c9dc5;
    let b = 0x01000193;
    for (let i = at * features; i < (at + 1) * features; i++) {
      const word = words[i]!;
      a = Math.imul(a ^ word, 0x01000193);
      a ^= a >>> 15;
      b = Math.imul(b ^ word, 0x85ebca6b);
      b ^= b >>> 13;
    }
    use((a >>> 0) * 0x200000 + (b >>> 11), at);
  }
}

function equal(a: Samples, i: number, b: Samples, j: number, features: number): boolean {
  for (let c = 0; c < features; c++) if (a[i * features + c] !== b[j * features + c]) return false;
  return true;
}
