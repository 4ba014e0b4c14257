// Data sets known by name: what they are made of, where they may lie on this machine, and their public homes.
import { createHash } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { messageOf, StudioError } from '../core/errors.ts';
import { userCacheFolder } from '../core/user-folders.ts';
import type { LoadOptions } from './dataset.ts';
import { download, sha256Of } from './download.ts';
import { countImages } from './images.ts';
import { formatBytes } from './memory.ts';

export type NamedSetName = 'mnist' | 'fashion-mnist' | 'lfw';

export interface NamedFile {
  readonly name: string;
  /** Bytes of the published file. */
  readonly size: number;
  readonly sha256: string;
}

export interface NamedSet {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Of one sample; left out where it depends on the spec. */
  readonly shape?: readonly number[];
  readonly train: number;
  readonly test: number;
  readonly classNames?: readonly string[];
  readonly files: readonly NamedFile[];
  /** Addresses of folders, ending in "/", that hold the files by name; or of the file itself when there is only one. */
  readonly homes: readonly string[];
  /** Other places inside a data folder that may hold the whole set, as a folder or archive. */
  readonly alternatives?: readonly string[];
  /** sha256 of the unpacked training labels, to tell sets with the same file names apart. */
  readonly labelsSha256?: string;
}

const digitNames = Array.from({ length: 10 }, (_, digit) => String(digit));

export const namedSets: Readonly<Record<NamedSetName, NamedSet>> = {
  mnist: {
    name: 'mnist', title: 'MNIST', description: 'Handwritten digits', shape: [28, 28, 1], train: 60000, test: 10000, classNames: digitNames,
    files: [
      { name: 'train-images-idx3-ubyte.gz', size: 9912422, sha256: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609' },
      { name: 'train-labels-idx1-ubyte.gz', size: 28881, sha256: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c' },
      { name: 't10k-images-idx3-ubyte.gz', size: 1648877, sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6' },
      { name: 't10k-labels-idx1-ubyte.gz', size: 4542, sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6' },
    ],
    homes: [
      'https://ossci-datasets.s3.amazonaws.com/mnist/',
      'https://storage.googleapis.com/cvdf-datasets/mnist/',
      'http://yann.lecun.com/exdb/mnist/',
    ],
    labelsSha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  },
  'fashion-mnist': {
    name: 'fashion-mnist', title: 'Fashion-MNIST', description: 'Pictures of clothes', shape: [28, 28, 1], train: 60000, test: 10000,
    classNames: ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
    files: [
      { name: 'train-images-idx3-ubyte.gz', size: 26421880, sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84' },
      { name: 'train-labels-idx1-ubyte.gz', size: 29515, sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845' },
      { name: 't10k-images-idx3-ubyte.gz', size: 4422102, sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073' },
      { name: 't10k-labels-idx1-ubyte.gz', size: 5148, sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5' },
    ],
    homes: [
      'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
      'https://storage.googleapis.com/tensorflow/tf-keras-datasets/',
      'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
    ],
    labelsSha256: 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
  },
  lfw: {
    name: 'lfw', title: 'Labeled Faces in the Wild', description: 'Photographs of faces, by person', train: 13233, test: 0,
    files: [{ name: 'lfw.tgz', size: 180566744, sha256: '055f7d9c632d7370e6fb4afc7468d40f970c34a80d4c6f50ffec63f5a8d536c0' }],
    homes: [
      'https://ndownloader.figshare.com/files/5976018',
      'https://figshare.com/ndownloader/files/5976018',
      'http://vis-www.cs.umass.edu/lfw/lfw.tgz',
    ],
    alternatives: ['lfw/lfw-funneled.tgz', 'lfw-funneled.tgz', 'lfw/lfw.zip', 'lfw.zip', 'lfw', 'faces/lfw', 'lfw_funneled'],
  },
};

/** Where a set lies on this machine. */
export interface FoundSet {
  readonly where: 'folder' | 'cache';
  /** The folder that holds its files; for sets of one file or folder, that. */
  readonly path: string;
  /** Path of each file by its published name. */
  readonly files: Readonly<Record<string, string>>;
}

/** The user's folder for downloads. */
export function defaultCacheFolder(): string {
  return userCacheFolder('datasets');
}

type Places = Pick<LoadOptions, 'dataFolders' | 'cacheFolder'>;

function cacheOf(set: NamedSet, places: Places): string {
  return join(places.cacheFolder ?? defaultCacheFolder(), set.name);
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    throw new StudioError('data', `${path} cannot be looked at: ${messageOf(error)}.`, { cause: error });
  }
}

/** The file in that folder under its published name, or unpacked. */
async function fileIn(folder: string, name: string): Promise<string | undefined> {
  const unpacked = name.replace(/\.gz$/, '');
  for (const candidate of new Set([name, unpacked, unpacked.replace('-idx', '.idx')])) {
    const path = join(folder, candidate);
    if (await kindOf(path) === 'file') return path;
  }
  return undefined;
}

async function allFilesIn(folder: string, set: NamedSet): Promise<Record<string, string> | undefined> {
  const files: Record<string, string> = {};
  for (const { name } of set.files) {
    const path = await fileIn(folder, name);
    if (path === undefined) return undefined;
    files[name] = path;
  }
  return files;
}

/** MNIST and Fashion-MNIST have the same file names: in a folder not called after the set, the labels tell which it is. */
async function isAnotherSet(files: Readonly<Record<string, string>>, set: NamedSet): Promise<boolean> {
  const labels = files['train-labels-idx1-ubyte.gz'];
  if (labels === undefined) return false;
  const bytes = await readFile(labels);
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  let sum: string;
  try {
    sum = createHash('sha256').update(packed ? gunzipSync(bytes, { maxOutputLength: 1 << 20 }) : bytes).digest('hex');
  } catch (error) {
    throw new StudioError('data', `${labels} is damaged: ${messageOf(error)}. Copy or download it again.`, { cause: error });
  }
  return Object.values(namedSets).some(other => other.name !== set.name && other.labelsSha256 === sum);
}

async function findInFolders(set: NamedSet, folders: readonly string[]): Promise<FoundSet | undefined> {
  for (const folder of folders) {
    for (const candidate of [join(folder, set.name), folder]) {
      const files = await allFilesIn(candidate, set);
      if (files === undefined || (basename(candidate) !== set.name && await isAnotherSet(files, set))) continue;
      return { where: 'folder', path: set.files.length === 1 ? Object.values(files)[0]! : candidate, files };
    }
    for (const alternative of set.alternatives ?? []) {
      const path = join(folder, alternative);
      const kind = await kindOf(path);
      if (kind === (/\.(tgz|zip)$/.test(alternative) ? 'file' : 'folder')) return { where: 'folder', path, files: {} };
    }
    if (set.alternatives?.includes(basename(folder)) === true && await kindOf(folder) === 'folder') return { where: 'folder', path: folder, files: {} };
  }
  return undefined;
}

/** What somebody has to agree to first. */
export interface NeededDownload {
  readonly dataset: string;
  readonly title: string;
  readonly bytes: number;
}

/** @throws StudioError('download') with a `NeededDownload` as its details, when any file is not in the cache as it was published. */
async function requireCached(set: NamedSet, cache: string, signal: AbortSignal | undefined): Promise<void> {
  let bytes = 0;
  for (const { name, size, sha256 } of set.files) {
    const path = join(cache, name);
    if (await kindOf(path) !== 'file' || await sha256Of(path, signal) !== sha256) bytes += size;
  }
  if (bytes === 0) return;
  const details: NeededDownload = { dataset: set.name, title: set.title, bytes };
  throw new StudioError('download', `${set.title} is not on this machine yet: ${formatBytes(bytes)} to download. Name a folder that holds it with --data DIR, or let it be downloaded.`, { details });
}

/**
 * Finds a set in the data folders, then in the cache (whose files are checked), then downloads it into the cache.
 * @throws StudioError('download') that says which folders were searched, which homes were tried and what can be done
 */
export async function findNamedSet(set: NamedSet, options: LoadOptions): Promise<FoundSet> {
  const folders = options.dataFolders ?? [];
  const found = await findInFolders(set, folders);
  if (found) return found;
  const cache = cacheOf(set, options);
  if (options.download === false) await requireCached(set, cache, options.signal);
  const files: Record<string, string> = {};
  try {
    for (const file of set.files) {
      const target = join(cache, file.name);
      files[file.name] = target;
      if (await kindOf(target) === 'file') {
        if (await sha256Of(target, options.signal) === file.sha256) continue;
        await rm(target);
      }
      const urls = set.homes.map(home => (home.endsWith('/') ? home + file.name : home));
      await download({ target, urls, sha256: file.sha256, size: file.size, signal: options.signal, onProgress: options.onProgress });
    }
  } catch (error) {
    if (options.signal?.aborted === true) throw new StudioError('cancelled', `Getting ${set.title} was cancelled. What was downloaded is kept and continued next time.`, { cause: error });
    throw new StudioError('download', unavailable(set, folders, cache, error), { cause: error });
  }
  return { where: 'cache', path: set.files.length === 1 ? Object.values(files)[0]! : cache, files };
}

function unavailable(set: NamedSet, folders: readonly string[], cache: string, error: unknown): string {
  const places = folders.length === 0 ? 'no data folders are set' : `searched ${folders.join(', ')}`;
  const names = set.files.map(file => file.name).join(', ');
  return `${set.title} is not on this machine (${places}; cache ${cache}) and could not be downloaded. ${messageOf(error)} `
    + `Put ${names} into a folder named "${set.name}" inside a data folder (--data DIR, or the setting autoencoder.dataFolders), or use "data": "glyphs", which needs no files.`;
}

export interface DatasetDescription {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly shape?: readonly number[];
  /** Samples: those that are there, where it was found as a folder of pictures, else as published. */
  readonly train: number;
  readonly test: number;
  readonly state: 'built-in' | 'found' | 'cached' | 'download';
  /** Where it lies, when it does. */
  readonly path?: string;
  /** Bytes to be downloaded, when it must be. */
  readonly downloadBytes?: number;
  /** For people: "found in /data/mnist", "found in /data/lfw: 1,180 of 13,233", "to download, 30.9 MB". */
  readonly note: string;
}

/** What sets there are and where, without loading any; cached files are judged by their size. */
export async function describeDatasets(options: Places = {}): Promise<DatasetDescription[]> {
  const sets = await Promise.all(Object.values(namedSets).map(set => describe(set, options)));
  return [{
    name: 'glyphs', title: 'Glyphs', description: 'Digits drawn by the program', shape: [28, 28, 1], train: 4000, test: 1000,
    state: 'built-in', note: 'built in, needs no files',
  }, ...sets];
}

/** What is really there: a folder of pictures may hold a part of a set. A packed archive would have to be unpacked for that and is taken at its name's word. */
async function countsOf({ train, test }: NamedSet, { path, files }: FoundSet): Promise<Pick<DatasetDescription, 'train' | 'test' | 'note'>> {
  const note = `found in ${path}`;
  if (Object.keys(files).length > 0 || await kindOf(path) !== 'folder') return { train, test, note };
  try {
    const there = await countImages(path);
    const [count, published] = [there.train + there.test, train + test];
    return { ...there, note: count < published ? `${note}: ${count.toLocaleString('en-US')} of ${published.toLocaleString('en-US')}` : note };
  } catch (error) {
    // The list tells of the other sets all the same.
    if (error instanceof StudioError && error.reason === 'data') return { train, test, note: `${note}, which cannot be used: ${error.message}` };
    throw error;
  }
}

async function describe(set: NamedSet, options: Places): Promise<DatasetDescription> {
  const { name, title, description, shape, train, test } = set;
  const common = { name, title, description, ...(shape ? { shape } : {}), train, test };
  const found = await findInFolders(set, options.dataFolders ?? []);
  if (found) return { ...common, ...await countsOf(set, found), state: 'found', path: found.path };
  const cache = cacheOf(set, options);
  let missing = 0;
  for (const file of set.files) {
    const path = join(cache, file.name);
    if (await kindOf(path) !== 'file' || (await stat(path)).size !== file.size) missing += file.size;
  }
  if (missing === 0) return { ...common, state: 'cached', path: cache, note: 'downloaded' };
  return { ...common, state: 'download', downloadBytes: missing, note: `to download, ${formatBytes(missing)}` };
}
