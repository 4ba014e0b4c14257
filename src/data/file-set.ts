// A folder of files, or an archive of one, seen the same way: a list of paths, and the bytes of those that are wanted.
// Archives are read in memory, nothing is ever unpacked to disk.
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { messageOf, StudioError } from '../core/errors.ts';
import { cancelled, openBytes, readError, stampOf, type ByteReader } from './byte-reader.ts';
import { formatBytes } from './memory.ts';
import { ZipArchive } from './zip.ts';

/** No picture file is larger, in bytes. */
const MAX_FILE = 256e6;

export interface FileSet {
  /** The folder or archive. */
  readonly name: string;
  /** Paths inside it with "/" between folders, in natural order: image2 before image10. */
  readonly paths: readonly string[];
  /** Calls `visit` with the bytes of each wanted path, in any order. */
  read(wanted: ReadonlySet<string>, visit: (path: string, bytes: Uint8Array) => void): Promise<void>;
  /** Lines that say of the wanted paths, in order, what changes when their bytes do: sizes and times of change. */
  describe(wanted: ReadonlySet<string>): AsyncGenerator<string>;
  close(): void;
}

export type PathFilter = (path: string) => boolean;

/** Opens a folder, a .zip, a .tar or a packed .tar. @throws StudioError('data') naming it when that fails */
export async function openFileSet(path: string, filter: PathFilter, signal?: AbortSignal): Promise<FileSet> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (error) {
    throw readError(path, error);
  }
  if (isFolder) return openFolder(path, filter, signal);
  if (/\.zip$/i.test(path)) return openZip(path, filter, signal);
  if (/\.(tgz|tar\.gz|tar)$/i.test(path)) return openTar(path, filter, signal);
  throw new StudioError('data', `${path} is neither a folder nor a .zip, .tgz or .tar.gz archive.`);
}

/** Natural order: numbers inside names count as numbers, everything else by code point. */
export function compareNaturally(a: string, b: string): number {
  const partsA = a.match(/\d+|\D+/g) ?? [];
  const partsB = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(partsA.length, partsB.length); i++) {
    const x = partsA[i]!;
    const y = partsB[i]!;
    if (x === y) continue;
    const byNumber = /^\d/.test(x) && /^\d/.test(y) ? Number(x) - Number(y) : 0;
    return byNumber !== 0 ? byNumber : x < y ? -1 : 1;
  }
  return partsA.length - partsB.length;
}

/** System files and hidden ones are no data. */
function isHidden(path: string): boolean {
  return path.split('/').some(part => (part.startsWith('.') && part !== '.') || part === '__MACOSX');
}

function requireLive(signal: AbortSignal | undefined, name: string): void {
  if (signal?.aborted === true) throw cancelled(`Reading ${name}`);
}

function requireSmall(name: string, size: number): void {
  if (size > MAX_FILE) throw new StudioError('data', `${name} is ${formatBytes(size)} large, more than ${formatBytes(MAX_FILE)} is refused for one picture.`);
}

async function openFolder(root: string, filter: PathFilter, signal: AbortSignal | undefined): Promise<FileSet> {
  const paths: string[] = [];
  const visited = new Set<string>();
  const walk = async (folder: string): Promise<void> => {
    requireLive(signal, root);
    // A link to a folder above would never end.
    const real = await realpath(join(root, folder));
    if (visited.has(real)) return;
    visited.add(real);
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (isHidden(entry.name)) continue;
      const kind = entry.isSymbolicLink() ? await stat(join(root, path)) : entry;
      if (kind.isDirectory()) await walk(path);
      else if (kind.isFile() && filter(path)) paths.push(path);
    }
  };
  try {
    await walk('');
  } catch (error) {
    throw readError(root, error);
  }
  paths.sort(compareNaturally);
  return {
    name: root,
    paths,
    async read(wanted, visit) {
      for (const path of paths) {
        if (!wanted.has(path)) continue;
        requireLive(signal, root);
        const full = join(root, path);
        let bytes: Uint8Array;
        try {
          requireSmall(full, (await stat(full)).size);
          bytes = await readFile(full);
        } catch (error) {
          throw readError(full, error);
        }
        visit(path, bytes);
      }
    },
    async *describe(wanted) {
      for (const path of paths) {
        if (!wanted.has(path)) continue;
        requireLive(signal, root);
        const { size, mtimeMs } = await stampOf(join(root, path));
        yield `${path} ${size} ${mtimeMs}`;
      }
    },
    close: () => undefined,
  };
}

/** The paths of an archive are what they are as long as the archive is. */
async function* describeArchive(archivePath: string, paths: readonly string[], wanted: ReadonlySet<string>): AsyncGenerator<string> {
  const { size, mtimeMs } = await stampOf(archivePath);
  yield `${size} ${mtimeMs}`;
  for (const path of paths) if (wanted.has(path)) yield path;
}

async function openZip(archivePath: string, filter: PathFilter, signal: AbortSignal | undefined): Promise<FileSet> {
  const archive = await ZipArchive.open(archivePath);
  const paths = archive.names.filter(path => !isHidden(path) && filter(path)).sort(compareNaturally);
  return {
    name: archivePath,
    paths,
    async read(wanted, visit) {
      for (const path of paths) {
        if (!wanted.has(path)) continue;
        requireLive(signal, archivePath);
        visit(path, await archive.readMember(path, MAX_FILE));
      }
    },
    describe: wanted => describeArchive(archivePath, paths, wanted),
    close: () => { archive.close(); },
  };
}

/** A tar file can only be read from front to back: once for its list of files, once more for their bytes. */
async function openTar(archivePath: string, filter: PathFilter, signal: AbortSignal | undefined): Promise<FileSet> {
  const paths: string[] = [];
  await eachTarFile(archivePath, signal, (path, size) => {
    if (!isHidden(path) && filter(path)) {
      requireSmall(`${archivePath} (${path})`, size);
      paths.push(path);
    }
    return undefined;
  });
  paths.sort(compareNaturally);
  return {
    name: archivePath,
    paths,
    read: (wanted, visit) => eachTarFile(archivePath, signal, path =>
      (wanted.has(path) ? bytes => { visit(path, bytes); } : undefined)),
    describe: wanted => describeArchive(archivePath, paths, wanted),
    close: () => undefined,
  };
}

async function* piecesOf(reader: ByteReader): AsyncGenerator<Uint8Array> {
  for (let piece = await reader.next(); piece !== undefined; piece = await reader.next()) yield piece;
}

/** Visits the plain files of a tar archive; `visit` returns what wants the file's bytes, if anything does. */
async function eachTarFile(
  archivePath: string, signal: AbortSignal | undefined, visit: (path: string, size: number) => ((bytes: Uint8Array) => void) | undefined,
): Promise<void> {
  const reader = await openBytes(archivePath, signal);
  const source = Readable.from(piecesOf(reader), { objectMode: true });
  const entries = extract();
  source.on('error', error => { entries.destroy(error); });
  source.pipe(entries);
  try {
    for await (const entry of entries) {
      const { type, size = 0 } = entry.header;
      const take = type === 'file' || type === 'contiguous-file' ? visit(requireInside(entry.header.name, archivePath), size) : undefined;
      if (take === undefined) {
        entry.resume();
        continue;
      }
      const pieces: Uint8Array[] = [];
      for await (const piece of entry as AsyncIterable<Uint8Array>) pieces.push(piece);
      take(Buffer.concat(pieces));
    }
  } catch (error) {
    if (error instanceof StudioError) throw error;
    throw new StudioError('data', `${archivePath} is no tar archive, or it is cut short or damaged: ${messageOf(error)}.`, { cause: error });
  } finally {
    reader.close();
    source.destroy();
    entries.destroy();
  }
}

/** The path without "./"; refuses one that leaves the archive's own folder. */
function requireInside(path: string, archivePath: string): string {
  if (/^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)/.test(path)) {
    throw new StudioError('data', `${archivePath} is refused: it holds a file that points outside of the archive (${path}).`);
  }
  return path.replace(/^(\.\/)+/, '');
}
