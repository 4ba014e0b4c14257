// Reads a file, or a member of an archive, from front to back in pieces, unpacking gzip on the way: headers are seen before
// anything is allocated, and no file is ever in memory twice.
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf, StudioError } from '../core/errors.ts';
import { formatBytes } from './memory.ts';

/** Deflate cannot pack more tightly than this; a header that claims more is wrong. */
export const MAX_DEFLATE_RATIO = 1032;

const CHUNK = 1 << 20;

export function cancelled(what: string): StudioError {
  return new StudioError('cancelled', `${what} was cancelled.`);
}

/** Turns what reading threw into one error that names the file. */
export function readError(name: string, error: unknown): StudioError {
  if (error instanceof StudioError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const name_ = error instanceof Error ? error.name : '';
  if (name_ === 'AbortError') return cancelled(`Reading ${name}`);
  if (code === 'ENOENT') return new StudioError('data', `${name}: there is no such file.`, { cause: error });
  if (code === 'EISDIR') return new StudioError('data', `${name} is a folder, a file is expected.`, { cause: error });
  if (code === 'EACCES' || code === 'EPERM') return new StudioError('data', `${name} may not be read: permission denied.`, { cause: error });
  if (code === 'Z_BUF_ERROR') return new StudioError('data', `${name} is cut short: its compressed data ends too early. Copy or download it again.`, { cause: error });
  if (code.startsWith('Z_')) return new StudioError('data', `${name} is damaged: ${messageOf(error)}. Copy or download it again.`, { cause: error });
  return new StudioError('data', `${name} cannot be read: ${messageOf(error)}.`, { cause: error });
}

/** A file as it was when it was first looked at. */
export interface FileStamp {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly mtimeMs: number;
}

/** @throws StudioError('data') when there is no such file */
export async function stampOf(path: string): Promise<FileStamp> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { path, size, mtimeMs };
  } catch (error) {
    throw readError(path, error);
  }
}

/** Where bytes lie that are stored as they are. */
export interface Origin {
  readonly file: FileStamp;
  /** Of the first of them in the file. */
  readonly start: number;
}

export class ByteReader {
  private pending: Uint8Array = new Uint8Array(0);
  private readonly iterator: AsyncIterator<Uint8Array>;
  /** Unpacked bytes given out so far. */
  position = 0;

  /**
   * @param name for messages
   * @param capacity the most bytes the stream can yield
   * @param origin left out for what is packed
   */
  constructor(readonly name: string, private readonly stream: Readable, readonly capacity: number, readonly origin?: Origin) {
    this.iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }

  /** The next bytes, as many as are at hand; undefined at the end. Valid until the next call. */
  async next(): Promise<Uint8Array | undefined> {
    if (this.pending.length > 0) {
      const piece = this.pending;
      this.pending = new Uint8Array(0);
      this.position += piece.length;
      return piece;
    }
    try {
      for (;;) {
        const result = await this.iterator.next();
        if (result.done === true) return undefined;
        if (result.value.length === 0) continue;
        this.position += result.value.length;
        return result.value;
      }
    } catch (error) {
      throw readError(this.name, error);
    }
  }

  /** Fills `target`. @throws StudioError('data') when the file ends before that */
  async readInto(target: Uint8Array): Promise<void> {
    let filled = 0;
    while (filled < target.length) {
      const piece = await this.next();
      if (piece === undefined) {
        throw new StudioError('data', `${this.name} is cut short: it ends after ${formatBytes(this.position)}, ${formatBytes(this.position + target.length - filled)} or more are expected. Copy or download it again.`);
      }
      const used = Math.min(piece.length, target.length - filled);
      target.set(used === piece.length ? piece : piece.subarray(0, used), filled);
      filled += used;
      if (used < piece.length) {
        this.pending = piece.subarray(used);
        this.position -= this.pending.length;
      }
    }
  }

  /** The next `length` bytes, which must be few: a header. */
  async read(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    await this.readInto(bytes);
    return bytes;
  }

  /** @throws StudioError('data') when a header claims more than the file can hold */
  requireCapacity(bytes: number, claim: string): void {
    if (bytes > this.capacity - this.position) {
      throw new StudioError('data', `${this.name} is cut short or damaged: its header claims ${claim}, that is ${formatBytes(bytes)}, but the file can hold at most ${formatBytes(Math.max(0, this.capacity - this.position))} after the header.`);
    }
  }

  /** @throws StudioError('data') when something follows */
  async expectEnd(): Promise<void> {
    const piece = await this.next();
    if (piece !== undefined) {
      throw new StudioError('data', `${this.name} is damaged: more data follows than its header says.`);
    }
  }

  close(): void {
    this.stream.destroy();
  }
}

/**
 * Opens a file for reading from its start; gzip is recognised by its magic bytes and unpacked.
 * @throws StudioError('data') when it cannot be opened; reading throws StudioError('cancelled') after `signal` is aborted
 */
export async function openBytes(path: string, signal?: AbortSignal): Promise<ByteReader> {
  let stamp: FileStamp;
  const magic = new Uint8Array(2);
  try {
    const handle = await open(path, 'r');
    try {
      const found = await handle.stat();
      if (found.isDirectory()) throw new StudioError('data', `${path} is a folder, a file is expected.`);
      stamp = { path, size: found.size, mtimeMs: found.mtimeMs };
      await handle.read(magic, 0, 2, 0);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw readError(path, error);
  }
  const file = createReadStream(path, { highWaterMark: CHUNK, ...(signal ? { signal } : {}) });
  const gzip = magic[0] === 0x1f && magic[1] === 0x8b;
  if (!gzip) return new ByteReader(path, file, stamp.size, { file: stamp, start: 0 });
  const unpacked = createGunzip({ chunkSize: CHUNK });
  // The error, if any, reaches the reader through `unpacked`, which the pipeline destroys with it.
  pipeline(file, unpacked, () => undefined);
  return new ByteReader(path, unpacked, stamp.size * MAX_DEFLATE_RATIO);
}

/** Opens a file, lets `use` read it, and closes it whatever happens. */
export async function withBytes<T>(path: string, signal: AbortSignal | undefined, use: (reader: ByteReader) => Promise<T>): Promise<T> {
  const reader = await openBytes(path, signal);
  try {
    return await use(reader);
  } finally {
    reader.close();
  }
}
