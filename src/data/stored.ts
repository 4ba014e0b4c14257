// Samples that stay in their file. Node maps no files, so rows are read at their places in it; the system keeps what was read
// in memory as long as it has some to spare. The file is opened for every look: nothing has to be closed, a worker thread needs
// only this description, and a file that has changed meanwhile is noticed.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { StudioError } from '../core/errors.ts';
import type { Normalization } from '../core/normalization.ts';
import { readError, type FileStamp } from './byte-reader.ts';
import { applyPixels, type Pixels } from './binarize.ts';
import { convertElements, elementBytes, type ElementType } from './elements.ts';
import { requireFinite } from './finite.ts';
import { formatBytes, type Samples } from './memory.ts';
import { applyNormalization } from './normalize.ts';

/** Rows of numbers in a file; can be posted to a worker. */
export interface StoredRows {
  readonly file: FileStamp;
  /** Where the first row of the file's array begins, in bytes. */
  readonly offset: number;
  readonly type: ElementType;
  readonly littleEndian: boolean;
  /** Numbers in a row. */
  readonly features: number;
  /** Which rows of the file these are, ascending, in shared memory: `only` these, or all `but` these. Left out: all. */
  readonly choice?: { readonly only: Uint32Array } | { readonly but: Uint32Array };
  /** What becomes of the columns of a row once it is read; bytes become float32 then. */
  readonly normalization?: Normalization;
  /** What becomes of the pixels of a row once it is read. */
  readonly pixels?: Pixels;
}

/** An array as a file holds it, its numbers left there; the first axis counts the samples. */
export interface StoredArray {
  readonly shape: readonly number[];
  readonly stored: StoredRows;
}

/** Bytes that are read at a time where rows have to be picked out or converted. */
const PIECE = 1 << 20;
/** Bytes between two wanted rows that are rather read and dropped than skipped. */
const GAP = 1 << 15;

const nativeLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The type rows have once they are read: bytes stay bytes unless they are normalised, everything else becomes float32. */
export function storedKind({ type, normalization }: StoredRows): 'uint8' | 'float32' {
  return type === 'uint8' && normalization === undefined ? 'uint8' : 'float32';
}

/** Memory for `count` rows. */
export function allocateRows(stored: StoredRows, count: number): Samples {
  const length = count * stored.features;
  return storedKind(stored) === 'uint8' ? new Uint8Array(length) : new Float32Array(length);
}

/** Bytes that so many rows take in memory. */
export function allocatedBytes(stored: StoredRows, count: number): number {
  return count * stored.features * (storedKind(stored) === 'uint8' ? 1 : Float32Array.BYTES_PER_ELEMENT);
}

/** The row of the file that is at a position of these rows. */
function fileRow({ choice }: StoredRows, position: number): number {
  if (choice === undefined) return position;
  return 'only' in choice ? choice.only[position]! : position + leftOutBefore(choice.but, position);
}

/** How many of the rows that are left out come before a position of what remains: but[k] − k rows remain before but[k]. */
function leftOutBefore(but: Uint32Array, position: number): number {
  let low = 0;
  let high = but.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (but[middle]! - middle <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Rows that follow each other in the file. */
interface Stretch {
  /** In the file. */
  readonly row: number;
  readonly count: number;
  /** Where they go, in rows. */
  readonly at: number;
}

/**
 * Lets `use` read from the file of these rows.
 * @throws StudioError('data') naming the file when it is gone, was changed since it was first looked at, or is cut short
 */
export function readStored<T>(stored: StoredRows, use: (reader: StoredReader) => T): T {
  const { path, size, mtimeMs } = stored.file;
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const now = fstatSync(descriptor);
    if (now.size !== size || now.mtimeMs !== mtimeMs) {
      const what = now.size === size ? '' : `: it had ${formatBytes(size)}, now it has ${formatBytes(now.size)}`;
      throw new StudioError('data', `${path} was changed while it was in use${what}. Its samples are read as they are needed, so it must stay as it is; bring the old file back and resume the run, or start a new one.`);
    }
    return use(new StoredReader(stored, descriptor));
  } catch (error) {
    throw readError(path, error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

let shared = new Uint8Array(0);

/** A buffer of this thread for what is about to be picked from or converted. */
function scratch(bytes: number): Uint8Array {
  if (shared.length < bytes) shared = new Uint8Array(Math.max(bytes, PIECE));
  return shared.subarray(0, bytes);
}

export class StoredReader {
  private readonly rowBytes: number;
  /** Rows that are read at a time. */
  private readonly piece: number;
  /** Whether the file holds rows as they are wanted. */
  private readonly raw: boolean;

  constructor(private readonly stored: StoredRows, private readonly descriptor: number) {
    const { type, littleEndian, features, normalization } = stored;
    this.rowBytes = features * elementBytes[type];
    this.piece = Math.max(1, Math.floor(PIECE / this.rowBytes));
    this.raw = (type === 'uint8' && normalization === undefined) || (type === 'float32' && littleEndian === nativeLittleEndian);
  }

  /** The rows from position `first` on, as many as `out` holds. */
  range(first: number, out: Samples): void {
    const count = out.length / this.stored.features;
    let near: Stretch[] = [];
    for (const stretch of this.stretches(first, count)) {
      const [begin, last] = [near[0], near.at(-1)];
      if (begin !== undefined && last !== undefined) {
        const apart = (stretch.row - last.row - last.count) * this.rowBytes > GAP;
        if (apart || stretch.row + stretch.count - begin.row > this.piece) {
          this.take(near, out);
          near = [];
        }
      }
      near.push(stretch);
    }
    this.take(near, out);
    this.change(first, count, out);
  }

  /** The rows at these positions, in their order. */
  rows(positions: ArrayLike<number>, out: Samples): void {
    const { features } = this.stored;
    for (let i = 0; i < positions.length;) {
      let count = 1;
      while (i + count < positions.length && positions[i + count] === positions[i]! + count) count++;
      this.range(positions[i]!, out.subarray(i * features, (i + count) * features));
      i += count;
    }
  }

  private *stretches(first: number, count: number): Generator<Stretch> {
    const { choice } = this.stored;
    const most = this.raw ? count : this.piece;
    let row = count === 0 ? 0 : fileRow(this.stored, first);
    for (let at = 0; at < count;) {
      const begin = row;
      let length = 0;
      do {
        length++;
        if (choice === undefined) row++;
        else if (at + length < count) row = 'only' in choice ? choice.only[first + at + length]! : this.remainingAfter(row, choice.but, first + at + length);
      } while (at + length < count && length < most && row === begin + length);
      yield { row: begin, count: length, at };
      at += length;
    }
  }

  /** The row at `position`, the one before it being at `row`. */
  private remainingAfter(row: number, but: Uint32Array, position: number): number {
    let skipped = row + 1 - position;
    while (skipped < but.length && but[skipped] === position + skipped) skipped++;
    return position + skipped;
  }

  /** Reads stretches that are near each other in one go. */
  private take(near: readonly Stretch[], out: Samples): void {
    const [begin, last] = [near[0], near.at(-1)];
    if (begin === undefined || last === undefined) return;
    const { features, type, littleEndian } = this.stored;
    const rowsOf = ({ at, count }: Stretch): Samples => out.subarray(at * features, (at + count) * features);
    if (this.raw && near.length === 1) {
      const { buffer, byteOffset, byteLength } = rowsOf(begin);
      this.read(new Uint8Array(buffer, byteOffset, byteLength), begin.row);
      return;
    }
    const bytes = scratch((last.row + last.count - begin.row) * this.rowBytes);
    this.read(bytes, begin.row);
    for (const stretch of near) {
      const own = bytes.subarray((stretch.row - begin.row) * this.rowBytes, (stretch.row - begin.row + stretch.count) * this.rowBytes);
      const rows = rowsOf(stretch);
      if (rows instanceof Uint8Array) rows.set(own);
      else convertElements(own, type, littleEndian, rows);
    }
  }

  private read(target: Uint8Array, row: number): void {
    const { file, offset } = this.stored;
    const position = offset + row * this.rowBytes;
    for (let filled = 0; filled < target.length;) {
      const got = readSync(this.descriptor, target, filled, target.length - filled, position + filled);
      if (got === 0) throw new StudioError('data', `${file.path} is cut short: it ends after ${formatBytes(position + filled)}, ${formatBytes(position + target.length)} or more are expected. Copy or download it again.`);
      filled += got;
    }
  }

  private change(first: number, count: number, out: Samples): void {
    const { pixels, normalization, features, type, file } = this.stored;
    if (type.startsWith('float')) requireFinite(out, features, file.path, place => fileRow(this.stored, first + place));
    if (normalization !== undefined) applyNormalization(out, normalization);
    if (pixels === undefined) return;
    for (let i = 0; i < count; i++) applyPixels(out.subarray(i * features, (i + 1) * features), pixels, first + i);
  }
}
