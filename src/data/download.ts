// Downloads one file with a known checksum from the first of several homes that has it. It is complete and right, or it is not
// there: bytes go to a part file that is renamed at the end. A part survives a cancelled or killed download and is continued.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, StudioError } from '../core/errors.ts';
import { makeFolder } from '../core/make-folder.ts';
import { cancelled } from './byte-reader.ts';
import type { DataProgress } from './dataset.ts';
import { formatBytes } from './memory.ts';

export interface Download {
  /** Where the file shall be; its folder is made. */
  readonly target: string;
  /** Addresses of the very same file, the best first. */
  readonly urls: readonly string[];
  /** Hexadecimal. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DataProgress) => void) | undefined;
  /** Milliseconds without a byte after which a home is given up. */
  readonly patience?: number;
}

const ATTEMPTS = 3;
const PATIENCE = 30_000;

/** sha256 of a file, in hexadecimal. */
export async function sha256Of(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20, ...(signal ? { signal } : {}) })) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/**
 * Downloads the file.
 * @throws StudioError('download') that lists what was tried at which home and why it failed, or says that the disk is full;
 * StudioError('cancelled') after `signal`, the part file being kept for the next time
 */
export async function download(request: Download): Promise<void> {
  makeFolder(dirname(request.target));
  const part = await claimPart(request.target);
  const failures: string[] = [];
  try {
    for (const url of request.urls) {
      const failure = await tryHome(url, part, request);
      if (failure === undefined) {
        await rename(part, request.target);
        return;
      }
      failures.push(`${url}: ${failure}`);
    }
  } finally {
    await releasePart(part, request.target);
  }
  throw new StudioError('download', `${basename(request.target)} could not be downloaded. ${failures.join('; ')}.`, { details: failures });
}

// ── Part files ──────────────────────────────────────────────────────────────────────────────────────────────────────
// "name.part" belongs to nobody. A download renames it to "name.part.<pid>" first, which only one of several can do, and
// gives it back at its end; the parts of processes that are gone are up for taking too.

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function claimPart(target: string): Promise<string> {
  const shared = `${target}.part`;
  const own = `${shared}.${process.pid}`;
  const prefix = `${basename(shared)}.`;
  const orphans = (await readdir(dirname(target)))
    .filter(name => name.startsWith(prefix) && !isAlive(Number(name.slice(prefix.length))))
    .map(name => join(dirname(target), name));
  for (const candidate of [shared, ...orphans]) {
    if (await renameIfThere(candidate, own)) break;
  }
  return own;
}

async function releasePart(own: string, target: string): Promise<void> {
  await renameIfThere(own, `${target}.part`);
}

async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

async function sizeIfThere(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}

// ── One home ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Why an attempt failed, and whether the same home may do better at once. */
class HomeFailure extends Error {
  constructor(message: string, readonly again: boolean) {
    super(message);
  }
}

/** Undefined when the part file is complete and right; otherwise why this home did not do. */
async function tryHome(url: string, part: string, request: Download): Promise<string | undefined> {
  let failure = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const before = await sizeIfThere(part);
    try {
      if (before !== request.size) await fetchInto(url, part, before, request);
      requireSignal(request);
      if (await sha256Of(part, request.signal) === request.sha256) return undefined;
      await rm(part);
      // What was continued may have been another file's beginning: once more from the start.
      throw new HomeFailure('its checksum is wrong, so it is another or a damaged file', before > 0);
    } catch (error) {
      requireSignal(request);
      if (!(error instanceof HomeFailure)) throw error;
      failure = error.message;
      if (!error.again) break;
    }
  }
  return failure;
}

function requireSignal({ signal, target }: Download): void {
  if (signal?.aborted === true) throw cancelled(`Downloading ${basename(target)}`);
}

async function fetchInto(url: string, part: string, from: number, request: Download): Promise<void> {
  // Aborted by the user, or by nothing arriving for too long.
  const stalled = new AbortController();
  const patience = request.patience ?? PATIENCE;
  let timer = setTimeout(() => { stalled.abort(); }, patience);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => { stalled.abort(); }, patience);
  };
  const cancel = () => { stalled.abort(); };
  request.signal?.addEventListener('abort', cancel, { once: true });
  try {
    const offset = from < request.size ? from : 0;
    const response = await fetch(url, {
      signal: stalled.signal,
      // Packed transfer would be unpacked on the way and change what is checked.
      headers: { 'accept-encoding': 'identity', ...(offset > 0 ? { range: `bytes=${offset}-` } : {}) },
    });
    alive();
    await store(response, part, offset, request, alive);
  } catch (error) {
    if (error instanceof HomeFailure || (error instanceof StudioError)) throw error;
    if (stalled.signal.aborted) throw new HomeFailure(`nothing arrived for ${patience / 1000} seconds`, false);
    throw new HomeFailure(networkMessage(error), await sizeIfThere(part) > from);
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', cancel);
    // Ends the connection when the answer was not read to its end.
    stalled.abort();
  }
}

function networkMessage(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && cause.message !== '' ? `${messageOf(error)} (${cause.message})` : messageOf(error);
}

async function store(response: Response, part: string, offset: number, request: Download, alive: () => void): Promise<void> {
  if (!response.ok || response.body === null) {
    const restart = response.status === 416;
    if (restart) await rm(part, { force: true });
    throw new HomeFailure(`answered ${response.status} ${response.statusText}`.trim(), restart);
  }
  const start = response.status === 206 ? rangeStart(response, offset) : 0;
  const length = Number(response.headers.get('content-length') ?? NaN);
  if (length + start !== request.size && Number.isFinite(length)) {
    throw new HomeFailure(`its file is ${formatBytes(length + start)} large, ${formatBytes(request.size)} are expected`, false);
  }
  const task = `Downloading ${basename(request.target)}`;
  const file = await openPart(part, start);
  let done = start;
  try {
    const reader = response.body.getReader();
    for (;;) {
      const { value: piece } = await reader.read();
      if (piece === undefined) break;
      alive();
      if (done + piece.length > request.size) throw new HomeFailure(`it sends more than the ${formatBytes(request.size)} expected`, false);
      await write(file, piece, part);
      done += piece.length;
      request.onProgress?.({ task, done, total: request.size, unit: 'bytes' });
    }
  } finally {
    await file.close();
  }
  if (done < request.size) throw new HomeFailure(`the connection ended after ${formatBytes(done)} of ${formatBytes(request.size)}`, done > offset);
}

type PartFile = Awaited<ReturnType<typeof open>>;

/** Opens the part file for writing from `start` on. */
async function openPart(part: string, start: number): Promise<PartFile> {
  return open(part, start > 0 ? 'a' : 'w');
}

function rangeStart(response: Response, asked: number): number {
  const start = Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? NaN);
  if (start !== asked) throw new HomeFailure('it answered with another part of the file than was asked for', false);
  return start;
}

async function write(file: PartFile, piece: Uint8Array, part: string): Promise<void> {
  try {
    await file.writeFile(piece);
  } catch (error) {
    const full = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
    throw new StudioError('download', full ? `The disk is full: ${part} cannot be written. Free some space, or choose another cache folder.` : `${part} cannot be written: ${messageOf(error)}.`, { cause: error });
  }
}
