// Pictures that do not fit in memory are decoded once into a file of their own, an .npy array of bytes in the cache folder, which
// is then read like any other array. Its name holds what it was made from: the same pictures are found again, changed ones are
// packed anew. It is complete or not there, and goes when nobody has used it for a month, or for a week when its source has changed.
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { lstat, readdir, rename, rm, stat, statfs, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, StudioError } from '../core/errors.ts';
import { makeFolder } from '../core/make-folder.ts';
import { sizeOf } from '../core/tensor.ts';
import { withBytes } from './byte-reader.ts';
import { formatBytes } from './memory.ts';
import { readNpyHeader } from './npy.ts';
import type { StoredArray } from './stored.ts';

const DAY = 86_400_000;
const WEEK = 7 * DAY;
const MONTH = 30 * DAY;

export interface PackKey {
  /** The same for every state of a source: its path and how it is read. */
  readonly source: string;
  /** What changes when its pictures do. */
  readonly content: AsyncIterable<string>;
}

/** A file that pictures are packed into; `name` without its folder. */
export async function packName({ source, content }: PackKey): Promise<string> {
  const hash = createHash('sha256');
  for await (const line of content) hash.update(`${line}\n`);
  return `${createHash('sha256').update(source).digest('hex').slice(0, 16)}-${hash.digest('hex').slice(0, 32)}.npy`;
}

/** An array that is there already, marked as used now. */
export async function findPack(folder: string, name: string): Promise<StoredArray | undefined> {
  const path = join(folder, name);
  try {
    const { mtimeMs } = await stat(path);
    await utimes(path, new Date(), wholeSeconds(mtimeMs));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw cacheError(path, error);
  }
  return openPack(path);
}

/** Times are set in whole seconds: saying that a pack was used must not change by a rounding when it was written. */
function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}

function openPack(path: string): Promise<StoredArray> {
  return withBytes(path, undefined, async reader => {
    const { shape } = await readNpyHeader(reader);
    if (reader.origin?.file.size !== reader.position + sizeOf(shape)) throw new StudioError('data', `${path} is damaged. Delete it; the images are packed again then.`);
    return { shape, stored: { file: reader.origin.file, offset: reader.position, type: 'uint8', littleEndian: true, features: sizeOf(shape.slice(1)) } };
  });
}

/**
 * Writes a new array of bytes.
 * @param write is given a function that takes the bytes of the sample at a position.
 * @throws StudioError('data') when there is no room for it or the folder cannot be written; what was begun is removed
 */
export async function writePack(folder: string, name: string, shape: readonly number[], write: (put: (position: number, sample: Uint8Array) => void) => Promise<void>): Promise<StoredArray> {
  const path = join(folder, name);
  const part = `${path}.${process.pid}.part`;
  let file: number | undefined;
  try {
    makeFolder(folder);
    await removeOld(folder, name);
    await requireRoom(folder, sizeOf(shape));
    const opened = file = openSync(part, 'w');
    const header = npyHeader(shape);
    const features = sizeOf(shape.slice(1));
    const put = (bytes: Uint8Array, position: number): void => { writeAll(opened, bytes, position, part); };
    put(header, 0);
    await write((position, sample) => { put(sample, header.length + position * features); });
    fsyncSync(opened);
    closeSync(opened);
    file = undefined;
    await utimes(part, new Date(), wholeSeconds(Date.now()));
    // Another process may have packed the same meanwhile, and be reading it.
    if (existsSync(path)) await rm(part);
    else await rename(part, path);
  } catch (error) {
    if (file !== undefined) closeSync(file);
    await rm(part, { force: true });
    throw error instanceof StudioError ? error : cacheError(part, error);
  }
  return openPack(path);
}

function writeAll(file: number, bytes: Uint8Array, position: number, path: string): void {
  try {
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written, bytes.length - written, position + written);
  } catch (error) {
    throw cacheError(path, error);
  }
}

/** A .npy header, version 1.0, of bytes (numpy.lib.format). */
function npyHeader(shape: readonly number[]): Uint8Array {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const padded = `${text.padEnd(Math.ceil((10 + text.length + 1) / 64) * 64 - 11)}\n`;
  const prefix = Uint8Array.of(0x93, ...Buffer.from('NUMPY'), 1, 0, padded.length & 255, padded.length >> 8);
  return Buffer.concat([prefix, Buffer.from(padded, 'latin1')]);
}

async function requireRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes) return;
  throw new StudioError('data', `The images do not fit in memory, and packing them for reading from disk takes ${formatBytes(bytes)} in ${folder}, where ${formatBytes(bavail * bsize)} are free. Free some space, give a smaller "size", or use fewer with "limit".`);
}

/** Removes packs that nobody uses any more and parts that nobody finished. */
async function removeOld(folder: string, name: string): Promise<void> {
  for (const other of await readdir(folder)) {
    if (!/^[0-9a-f]{16}-[0-9a-f]{32}\.npy(\.\d+\.part)?$/.test(other)) continue;
    const { atimeMs, mtimeMs } = await lstat(join(folder, other));
    const sameSource = other.startsWith(name.slice(0, 17));
    if (Date.now() - Math.max(atimeMs, mtimeMs) > (other.endsWith('.part') ? DAY : sameSource ? WEEK : MONTH)) await rm(join(folder, other), { force: true });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function cacheError(path: string, error: unknown): StudioError {
  const full = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
  const what = full ? `The disk is full: ${path}, into which images are packed for reading from disk, cannot be written. Free some space, give a smaller "size", or use fewer images with "limit".`
    : `${path}, into which images are packed for reading from disk, cannot be used: ${messageOf(error)}.`;
  return new StudioError('data', what, { cause: error });
}
