// From the `data` of a spec to samples: picks the reader, finds files, decides what is held in memory and what stays on disk.
import { readdir, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { StudioError } from '../core/errors.ts';
import type { NormalizationKind } from '../core/normalization.ts';
import { sizeOf } from '../core/tensor.ts';
import type { DataOf, DataSpec } from '../spec/schema.ts';
import { binarizeDataset } from './binarize.ts';
import { readCsv } from './csv.ts';
import type { DataProgress, Dataset, LoadOptions } from './dataset.ts';
import type { ReadOptions, SampleArray } from './elements.ts';
import { requireFinite } from './finite.ts';
import { MemoryBudget } from './free-memory.ts';
import { drawGlyphs } from './glyphs.ts';
import { openIdx, readIdx } from './idx.ts';
import { readImages, type ImageSet } from './images.ts';
import { labelsFromNumbers } from './labels.ts';
import type { NumberArray } from './memory.ts';
import { defaultCacheFolder, findNamedSet, namedSets } from './named-sets.ts';
import { normalizeDataset } from './normalize.ts';
import { openNpy, readNpy } from './npy.ts';
import { openNpz } from './npz.ts';
import { finish, type Part, type Parts } from './parts.ts';
import { storedKind } from './stored.ts';

/**
 * Loads a data set.
 * @throws StudioError('data') naming the file and the cure; 'download' when a named set cannot be had; 'cancelled' after `signal`
 */
export async function loadDataset(data: DataSpec, options: LoadOptions): Promise<Dataset> {
  const throttled: LoadOptions = options.onProgress ? { ...options, onProgress: throttle(options.onProgress) } : options;
  const budget = new MemoryBudget('memory' in data ? data.memory : undefined, options.place);
  const parts = await readParts(data, { ...throttled, budget });
  const dataset = await normalizeDataset(finish(parts, data, options.seed), normalizeOf(data), throttled);
  return binarizeDataset(dataset, data.binarize, throttled);
}

interface Reading extends LoadOptions {
  readonly budget: MemoryBudget;
}

/** Shape of one sample, reading as little as the format allows: for a summary before anything is trained. Throws as `loadDataset` does. */
export async function loadShape(data: DataSpec, options: LoadOptions): Promise<readonly number[]> {
  const { memory: _memory, normalize: _normalize, ...unlimited } = { memory: undefined, normalize: undefined, ...data };
  const { shape } = await loadDataset({ ...unlimited, limit: 1, validation: 0 }, options);
  return shape;
}

function readParts(data: DataSpec, options: Reading): Promise<Parts> {
  switch (data.type) {
    case 'glyphs': return Promise.resolve(glyphParts(data));
    case 'mnist':
    case 'fashion-mnist': return namedIdxParts(data, options);
    case 'lfw': return lfwParts(data, options);
    case 'idx': return arrayParts(data, options, { open: openIdx, read: readIdx });
    case 'npy': return arrayParts(data, options, { open: openNpy, read: readNpy });
    case 'npz': return npzParts(data, options);
    case 'csv': return csvParts(data, options);
    case 'images': return imageParts(data, options);
  }
}

function normalizeOf(data: DataSpec): NormalizationKind | undefined {
  return 'normalize' in data ? data.normalize : undefined;
}

function wantsTest(data: DataSpec): boolean {
  return data.validation === 'test';
}

/** Truth values are 0 and 1 already. */
function scaleOf(array: SampleArray & { readonly bool?: boolean }, divideBy: number | undefined): number {
  const bytes = 'stored' in array ? storedKind(array.stored) === 'uint8' : array.data instanceof Uint8Array;
  return 1 / (divideBy ?? (bytes && array.bool !== true ? 255 : 1));
}

// ── Readers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function glyphParts(data: DataOf<'glyphs'>): Parts {
  const part = (count: number, which: 'train' | 'test'): Part => {
    const { values, labels } = drawGlyphs(count, data.seed, which);
    return { samples: { shape: [count, 28, 28, 1], data: values }, labels: Array.from(labels, String) };
  };
  const count = Math.min(data.train, data.limit ?? Infinity);
  return {
    name: 'glyphs', scale: 1 / 255, classNames: namedSets.mnist.classNames!,
    train: part(count, 'train'), test: wantsTest(data) ? part(data.test, 'test') : undefined,
  };
}

async function namedIdxParts(data: DataOf<'mnist'> | DataOf<'fashion-mnist'>, options: LoadOptions): Promise<Parts> {
  const definition = namedSets[data.type];
  const found = await findNamedSet(definition, options);
  const file = (name: string) => found.files[name]!;
  const part = async (images: string, labels: string, limit: number | undefined): Promise<Part> => {
    const samples = await readIdx(file(images), { limit, signal: options.signal });
    return { samples, labels: labelsFromNumbers(await readIdx(file(labels), { limit, signal: options.signal }), samples.shape[0]!, file(labels)) };
  };
  return {
    name: data.type, source: found.path, scale: 1 / 255, ...(definition.classNames ? { classNames: definition.classNames } : {}),
    train: await part('train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz', data.limit),
    test: wantsTest(data) ? await part('t10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz', undefined) : undefined,
  };
}

async function lfwParts(data: DataOf<'lfw'>, options: Reading): Promise<Parts> {
  const found = await findNamedSet(namedSets.lfw, options);
  return { ...fromImages(await images(found.path, data, options)), name: 'lfw', source: found.path };
}

async function imageParts(data: DataOf<'images'>, options: Reading): Promise<Parts> {
  const path = await locate(data.path, options);
  return { ...fromImages(await images(path, data, options)), name: basename(path), source: path };
}

function images(path: string, data: DataOf<'lfw'> | DataOf<'images'>, options: Reading): Promise<ImageSet> {
  return readImages(path, {
    size: data.size, color: data.color, fit: data.fit, limit: data.limit, test: wantsTest(data), signal: options.signal, onProgress: options.onProgress,
    budget: options.budget, packFolder: join(options.cacheFolder ?? defaultCacheFolder(), 'packed'),
  });
}

function fromImages(set: ImageSet): Omit<Parts, 'name'> {
  return { scale: 1 / 255, train: set.train, test: set.test };
}

interface ArrayReader {
  open(path: string, options: ReadOptions & { readonly budget: MemoryBudget }): Promise<SampleArray & { readonly bool?: boolean }>;
  read(path: string, options: ReadOptions): Promise<NumberArray>;
}

async function arrayParts(data: DataOf<'idx'> | DataOf<'npy'>, options: Reading, { open, read }: ArrayReader): Promise<Parts> {
  const { signal, budget } = options;
  const part = async (imagesPath: string, labelsPath: string | undefined, limit: number | undefined) => {
    const path = await locate(imagesPath, options);
    const samples = await open(path, { limit, signal, budget, floats: normalizeOf(data) !== undefined });
    requireHeldFinite(samples, path);
    if (labelsPath === undefined) return { samples, path };
    const labels = await locate(labelsPath, options);
    return { samples, path, labels: labelsFromNumbers(await read(labels, { limit, signal }), samples.shape[0]!, labels) };
  };
  const train = await part(data.images, data.labels, data.limit);
  const test = data.testImages !== undefined && wantsTest(data) ? await part(data.testImages, data.testLabels, undefined) : undefined;
  return { name: basename(data.images), source: train.path, scale: scaleOf(train.samples, data.divideBy), train, test, shape: data.shape };
}

async function npzParts(data: DataOf<'npz'>, options: Reading): Promise<Parts> {
  const { signal, budget } = options;
  const path = await locate(data.path, options);
  const archive = await openNpz(path);
  try {
    const part = async (images: string, labels: string, limit: number | undefined) => {
      const samples = await archive.open(images, { limit, signal, budget, floats: data.normalize !== undefined });
      requireHeldFinite(samples, `${path} (${images})`);
      if (!archive.names.includes(labels)) return { samples };
      return { samples, labels: labelsFromNumbers(await archive.read(labels, { limit, signal }), samples.shape[0]!, `${path} (${labels})`) };
    };
    const train = await part(data.images, data.labels, data.limit);
    const hasTest = wantsTest(data) && archive.names.includes(data.testImages);
    const test = hasTest ? await part(data.testImages, data.testLabels, undefined) : undefined;
    return { name: basename(path), source: path, scale: scaleOf(train.samples, data.divideBy), train, test, shape: data.shape };
  } finally {
    archive.close();
  }
}

async function csvParts(data: DataOf<'csv'>, options: LoadOptions): Promise<Parts> {
  const path = await locate(data.path, options);
  const table = await readCsv(path, {
    separator: data.separator, labelColumn: data.labelColumn, limit: data.limit, signal: options.signal, onProgress: options.onProgress,
    decimal: data.decimal, floats: data.normalize !== undefined,
  });
  // Numbers of a table are numbers, even where they are kept as bytes.
  const name = basename(path);
  const notes = table.header === undefined ? [] : [`${name}: the first line was taken as the names of its ${table.header.length} columns (${someOf(table.header)}).`];
  return { name, source: path, scale: 1 / (data.divideBy ?? 1), train: table, shape: data.shape, columnNames: table.columnNames, notes };
}

function someOf(names: readonly string[]): string {
  return `${names.slice(0, 6).join(', ')}${names.length > 6 ? ', ...' : ''}`;
}

/** What is left in its file is looked at whenever it is read. */
function requireHeldFinite(array: SampleArray, name: string): void {
  if (!('stored' in array)) requireFinite(array.data, sizeOf(array.shape.slice(1)), name);
}

/** Finds a file of the spec: beside the spec (beside a link to it, then beside the real one), or in a data folder, there also by its name alone and in the folders of the data folder. */
async function locate(path: string, options: LoadOptions): Promise<string> {
  const folders = options.dataFolders ?? [];
  const candidates = isAbsolute(path) ? [path] : [...options.baseFolders, ...folders].map(folder => resolve(folder, path));
  for (const candidate of candidates) if (await exists(candidate)) return candidate;
  if (!isAbsolute(path)) {
    const found = await findByName(basename(path), folders);
    if (found.length > 1) throw new StudioError('data', `There is no ${candidates.join(', nor ')}, but ${found.join(' and ')}. Say which: give its own folder with --data, or write its path.`);
    if (found[0] !== undefined) return found[0];
  }
  const where = isAbsolute(path) ? '' : ` Put it there, or name a folder that holds it, itself or in one of its folders, with --data DIR or the setting autoencoder.dataFolders${folders.length === 0 ? '' : ` (searched: ${folders.join(', ')})`}. The first lines of the .aeconf file may say where to get it.`;
  const link = isAbsolute(path) || options.baseFolders.length < 2 ? '' : ' The config is a link, so files are looked for beside it, then beside the file it leads to.';
  throw new StudioError('data', `There is no ${candidates.join(', nor ')}.${link}${where}`);
}

/** Files of that name in folders; only where there is none, those in their folders. */
async function findByName(name: string, folders: readonly string[]): Promise<string[]> {
  const existing = async (paths: readonly string[]): Promise<string[]> => {
    const found: string[] = [];
    for (const candidate of new Set(paths)) if (await exists(candidate)) found.push(candidate);
    return found;
  };
  const direct = await existing(folders.map(folder => resolve(folder, name)));
  if (direct[0] !== undefined) return [direct[0]];
  const inner: string[] = [];
  for (const folder of folders) {
    if (!await exists(folder)) continue;
    const entries = await readdir(folder, { withFileTypes: true });
    inner.push(...entries.filter(entry => entry.isDirectory()).map(entry => resolve(folder, entry.name, name)));
  }
  return existing(inner);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return false;
    throw error;
  }
}

/** At most ten reports a second, but every new task and its end. */
function throttle(report: (progress: DataProgress) => void): (progress: DataProgress) => void {
  let last = 0;
  let task = '';
  return progress => {
    const now = Date.now();
    if (progress.task === task && progress.done !== progress.total && now - last < 100) return;
    last = now;
    task = progress.task;
    report(progress);
  };
}
