// How files of a run folder are written so that a reader, or a power cut, never meets half a file: a temporary file beside
// the target, then a rename. What must survive a power cut is flushed to the disk first (fsync of file and folder).
import * as fs from 'node:fs';
import * as path from 'node:path';
import { StudioError } from '../core/errors.ts';
import { makeFolder } from '../core/make-folder.ts';

let counter = 0;

/** A name beside `target` that nobody else uses; readers and listers ignore names that start with a dot. */
function temporaryName(target: string): string {
  return path.join(path.dirname(target), `.${path.basename(target)}.${process.pid}-${counter++}.tmp`);
}

/** The system's error code ("ENOSPC"), or '' for anything else that was thrown. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

const cures: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space',
  EDQUOT: 'your disk quota is used up. Free some space',
  EFBIG: 'the file would be larger than the system allows. Raise the limit (ulimit -f)',
  EACCES: 'you have no permission. Check who owns the folder, or choose another runs folder',
  EPERM: 'you have no permission. Check who owns the folder, or choose another runs folder',
  EROFS: 'the disk is read-only. Choose another runs folder',
  ENOENT: 'the folder is gone. It was moved or deleted',
  EISDIR: 'it is a folder. Give the name of a file in it',
  EEXIST: 'there is a file of that name where a folder would have to be. Give another name',
  ENOTDIR: 'a part of the path is a file, not a folder. Choose another runs folder',
  EMFILE: 'too many files are open. Raise the limit (ulimit -n)',
  EIO: 'the disk reports a hardware error',
};

/** A file operation that failed, as an error that says which file, why and what to do. */
export function fileError(action: string, file: string, cause: unknown): StudioError {
  if (cause instanceof StudioError) return cause;
  const code = errorCode(cause);
  const why = cures[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new StudioError('run', `Cannot ${action} ${file}: ${why}${code === '' ? '' : ` (${code})`}.`, { cause });
}

/** Windows refuses to rename what a reader or a virus scanner has open, a file or something in a folder; that passes. */
const passingCodes = new Set(['EPERM', 'EACCES', 'EBUSY']);
const waits = process.platform === 'win32' ? [5, 10, 20, 50, 100, 200] : [];

function sleepSync(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function renameSync(from: string, to: string): void {
  for (let attempt = 0; ; attempt++) {
    try {
      fs.renameSync(from, to);
      return;
    } catch (error) {
      const wait = waits[attempt];
      if (wait === undefined || !passingCodes.has(errorCode(error))) throw error;
      sleepSync(wait);
    }
  }
}

/** Renames a folder without blocking, with the same patience. @throws what the system says. */
export async function renameFolder(from: string, to: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await fs.promises.rename(from, to);
      return;
    } catch (error) {
      const wait = waits[attempt];
      if (wait === undefined || !passingCodes.has(errorCode(error))) throw error;
      await new Promise(resolve => setTimeout(resolve, wait));
    }
  }
}

/** Cleans up after an error; what went wrong first is what counts. */
function removeIfPossible(file: string): void {
  try {
    fs.rmSync(file, { force: true });
  } catch (error) {
    if (errorCode(error) === '') throw error;
  }
}

function writeWholeSync(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += fs.writeSync(descriptor, bytes, written);
}

/**
 * Replaces a small file in one go. The old contents stay when anything fails. Blocks for some 0.1 ms on a local disk.
 * @throws StudioError('run') naming the file.
 */
export function replaceFileSync(file: string, contents: string | Uint8Array): void {
  const temporary = temporaryName(file);
  try {
    const descriptor = fs.openSync(temporary, 'wx');
    try {
      writeWholeSync(descriptor, typeof contents === 'string' ? Buffer.from(contents) : contents);
    } finally {
      fs.closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch (error) {
    removeIfPossible(temporary);
    throw fileError('write', file, error);
  }
}

/**
 * Replaces a file in one go without blocking; makes its folder where needed. With `durable`, contents and name are on
 * the disk when it returns, even if the power fails then.
 * @throws StudioError('run') naming the file; the old contents stay.
 */
export async function replaceFile(file: string, contents: Uint8Array | readonly Uint8Array[], options: { readonly durable?: boolean } = {}): Promise<void> {
  const temporary = temporaryName(file);
  const parts = contents instanceof Uint8Array ? [contents] : contents;
  try {
    makeFolder(path.dirname(file));
    const handle = await fs.promises.open(temporary, 'wx');
    try {
      await writeParts(handle, parts);
      if (options.durable) await handle.sync();
    } finally {
      await handle.close();
    }
    renameSync(temporary, file);
    if (options.durable) await syncFolder(path.dirname(file));
  } catch (error) {
    removeIfPossible(temporary);
    throw fileError('write', file, error);
  }
}

/** All parts in as few calls as the system allows: each costs a turn of the event loop, which training shares. */
async function writeParts(handle: fs.promises.FileHandle, parts: readonly Uint8Array[]): Promise<void> {
  let rest = parts.filter(part => part.length > 0);
  while (rest.length > 0) {
    let { bytesWritten } = await handle.writev(rest);
    rest = rest.flatMap(part => {
      const done = Math.min(bytesWritten, part.length);
      bytesWritten -= done;
      return done < part.length ? [part.subarray(done)] : [];
    });
  }
}

/** Flushes a folder, so that a rename in it survives a power cut. Windows does so by itself and cannot open folders. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.promises.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Contents and time of change of a text file, or undefined when there is none. */
export async function readTextIfThere(file: string): Promise<{ readonly text: string; readonly changed: number } | undefined> {
  try {
    const handle = await fs.promises.open(file, 'r');
    try {
      const { mtimeMs } = await handle.stat();
      return { text: await handle.readFile('utf8'), changed: mtimeMs };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw fileError('read', file, error);
  }
}
