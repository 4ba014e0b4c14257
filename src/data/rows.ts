// The samples of a split, asked for by their positions, wherever they are.
import { setImmediate } from 'node:timers/promises';
import { StudioError } from '../core/errors.ts';
import { cancelled } from './byte-reader.ts';
import type { Split } from './dataset.ts';
import { kindOf, type SampleKind, type Samples } from './memory.ts';
import { allocateRows, readStored, storedKind } from './stored.ts';

/** Bytes of samples looked at together. */
const PIECE = 1 << 22;

/** The type of the samples. */
export function splitKind(split: Split): SampleKind {
  return split.stored === undefined ? kindOf(split.values) : storedKind(split.stored);
}

/** Numbers in a sample; 0 when there are none. */
function featuresOf(split: Split): number {
  if (split.stored !== undefined) return split.stored.features;
  return split.count === 0 ? 0 : split.values.length / split.count;
}

/** Bytes of all samples as they are once they are read. */
export function bytesOf(split: Split): number {
  return split.count * featuresOf(split) * (splitKind(split) === 'uint8' ? 1 : Float32Array.BYTES_PER_ELEMENT);
}

/**
 * Samples from position `first` on: count × features, in memory of their own (engines take no memory shared between threads).
 * @throws StudioError('data') when their file is gone or has changed
 */
export function copyRows(split: Split, first: number, count: number): Samples {
  if (split.stored === undefined) {
    const features = featuresOf(split);
    return split.values.slice(first * features, (first + count) * features);
  }
  return copyRowsTo(allocateRows(split.stored, count), split, first);
}

/** The same, in memory that is there: whole samples, as many as it has room for. @returns `out` */
export function copyRowsTo<T extends Samples>(out: T, split: Split, first: number): T {
  if (split.stored !== undefined) readStored(split.stored, reader => { reader.range(first, out); });
  else out.set(split.values.subarray(first * featuresOf(split), first * featuresOf(split) + out.length));
  return out;
}

/** Samples at these positions, in their order: positions × features, in memory of their own. Throws as `copyRows` does. */
export function gatherRows(split: Split, positions: Int32Array | Uint32Array): Samples {
  if (split.stored !== undefined) {
    const out = allocateRows(split.stored, positions.length);
    readStored(split.stored, reader => { reader.rows(positions, out); });
    return out;
  }
  const features = featuresOf(split);
  const { values } = split;
  const out = values instanceof Uint8Array ? new Uint8Array(positions.length * features) : new Float32Array(positions.length * features);
  positions.forEach((position, i) => { out.set(values.subarray(position * features, (position + 1) * features), i * features); });
  return out;
}

/**
 * Looks at all samples, some at a time; those in memory all at once and without a copy.
 * @param look is told how many samples were seen, these included
 * @throws StudioError('cancelled') after `signal`
 */
export async function eachPiece(split: Split, look: (values: Samples, seen: number) => void, signal?: AbortSignal): Promise<void> {
  for (const [values, seen] of pieces(split)) {
    look(values, seen);
    if (split.stored === undefined) continue;
    await setImmediate();
    if (signal?.aborted === true) throw cancelled(`Reading ${split.stored.file.path}`);
  }
}

/** Places of a split that are looked at where not all of it is. */
const PLACES = 64;

/**
 * Samples spread evenly over a split, of about so many numbers, a piece at a time; all of it where it has no more. Those in memory are not copied.
 * Throws as `copyRows` does.
 */
export function* spreadPieces(split: Split, numbers: number): Generator<Samples> {
  const features = featuresOf(split);
  const wanted = Math.min(split.count, Math.max(1, Math.floor(numbers / features)));
  if (wanted === split.count) {
    if (wanted > 0) for (const [values] of pieces(split)) yield values;
    return;
  }
  const places = Math.min(PLACES, wanted);
  const each = Math.floor(wanted / places);
  for (let place = 0; place < places; place++) {
    const first = Math.floor((place * (split.count - each)) / Math.max(1, places - 1));
    yield split.stored === undefined ? split.values.subarray(first * features, (first + each) * features) : copyRows(split, first, each);
  }
}

/** Whether all values pass; stops at the first that does not. */
export function everyValue(split: Split, passes: (value: number) => boolean): boolean {
  for (const [values] of pieces(split)) if (!values.every(passes)) return false;
  return true;
}

function* pieces(split: Split): Generator<readonly [Samples, number]> {
  if (split.stored === undefined) {
    yield [split.values, split.count];
    return;
  }
  const rows = Math.max(1, Math.floor(PIECE / split.stored.features));
  for (let first = 0; first < split.count; first += rows) {
    const count = Math.min(rows, split.count - first);
    yield [copyRows(split, first, count), first + count];
  }
}

/** The values of a split that is known to be in memory. @throws StudioError('internal') when it is not */
export function heldValues(split: Split): Samples {
  if (split.stored === undefined) return split.values;
  throw new StudioError('internal', `The samples of ${split.stored.file.path} are not in memory.`);
}
