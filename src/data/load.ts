// From the `data` of a spec to samples in memory: picks the reader, checks what came, cuts into training and validation.
import { stat } from 'node:fs/promises';
import { basename, isAbsolute, resolve } from 'node:path';
import { StudioError } from '../core/errors.ts';
import { formatShape, sizeOf } from '../core/tensor.ts';
import type { DataOf, DataSpec } from '../spec/schema.ts';
import { binarizeDataset } from './binarize.ts';
import { readCsv } from './csv.ts';
import type { DataProgress, Dataset, LoadOptions, Split } from './dataset.ts';
import { limitRows, type ReadOptions } from './elements.ts';
import { drawGlyphs } from './glyphs.ts';
import { readIdx } from './idx.ts';
import { readImages, type ImageSet } from './images.ts';
import { classNamesOf, labelIndices, labelsFromNumbers, type LabelTexts } from './labels.ts';
import type { NumberArray } from './memory.ts';
import { findNamedSet, namedSets } from './named-sets.ts';
import { readNpy, type NpyArray } from './npy.ts';
import { openNpz } from './npz.ts';
import { emptySplit, splitOff } from './splits.ts';

/** What a reader found, before it is cut. */
interface Parts {
  readonly name: string;
  readonly train: Part;
  /** Absent when the set has none, or it is not wanted. */
  readonly test?: Part | undefined;
  readonly scale: number;
  /** Names of classes 0, 1, ... where they are known beforehand; otherwise the labels themselves. */
  readonly classNames?: readonly string[];
  readonly shape?: readonly number[] | undefined;
}

interface Part {
  readonly samples: NumberArray;
  readonly labels?: LabelTexts | undefined;
}

/** Sets without a test part lose this share of their samples to validation. */
const DEFAULT_SHARE = 0.1;

/**
 * Loads a data set.
 * @throws StudioError('data') naming the file and the cure; 'download' when a named set cannot be had; 'cancelled' after `signal`
 */
export async function loadDataset(data: DataSpec, options: LoadOptions): Promise<Dataset> {
  const throttled: LoadOptions = options.onProgress ? { ...options, onProgress: throttle(options.onProgress) } : options;
  const parts = await readParts(data, throttled);
  const dataset = finish(parts, data, options.seed);
  binarizeDataset(dataset, data.binarize, options.seed);
  return dataset;
}

/** Shape of one sample, reading as little as the format allows: for a summary before anything is trained. Throws as `loadDataset` does. */
export async function loadShape(data: DataSpec, options: LoadOptions): Promise<readonly number[]> {
  const { shape } = await loadDataset({ ...data, limit: 1, validation: 0 }, options);
  return shape;
}

function readParts(data: DataSpec, options: LoadOptions): Promise<Parts> {
  switch (data.type) {
    case 'glyphs': return Promise.resolve(glyphParts(data));
    case 'mnist':
    case 'fashion-mnist': return namedIdxParts(data, options);
    case 'lfw': return lfwParts(data, options);
    case 'idx': return arrayParts(data, options, readIdx);
    case 'npy': return arrayParts(data, options, readNpy);
    case 'npz': return npzParts(data, options);
    case 'csv': return csvParts(data, options);
    case 'images': return imageParts(data, options);
  }
}

function wantsTest(data: DataSpec): boolean {
  return data.validation === 'test';
}

function readOptions(data: DataSpec, options: LoadOptions): ReadOptions {
  return { limit: data.limit, signal: options.signal };
}

function scaleOf(array: NumberArray, divideBy: number | undefined): number {
  return 1 / (divideBy ?? (array.data instanceof Uint8Array ? 255 : 1));
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
    name: data.type, scale: 1 / 255, ...(definition.classNames ? { classNames: definition.classNames } : {}),
    train: await part('train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz', data.limit),
    test: wantsTest(data) ? await part('t10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz', undefined) : undefined,
  };
}

async function lfwParts(data: DataOf<'lfw'>, options: LoadOptions): Promise<Parts> {
  const found = await findNamedSet(namedSets.lfw, options);
  return { ...fromImages(await images(found.path, data, options)), name: 'lfw' };
}

async function imageParts(data: DataOf<'images'>, options: LoadOptions): Promise<Parts> {
  const path = await locate(data.path, options);
  return { ...fromImages(await images(path, data, options)), name: basename(path) };
}

function images(path: string, data: DataOf<'lfw'> | DataOf<'images'>, options: LoadOptions): Promise<ImageSet> {
  return readImages(path, {
    size: data.size, color: data.color, fit: data.fit, limit: data.limit, test: wantsTest(data), signal: options.signal, onProgress: options.onProgress,
  });
}

function fromImages(set: ImageSet): Omit<Parts, 'name'> {
  return { scale: 1 / 255, train: set.train, test: set.test };
}

async function arrayParts(
  data: DataOf<'idx'> | DataOf<'npy'>, options: LoadOptions, read: (path: string, options: ReadOptions) => Promise<NumberArray | NpyArray>,
): Promise<Parts> {
  const part = async (imagesPath: string, labelsPath: string | undefined, limit: number | undefined): Promise<Part> => {
    const samples = await read(await locate(imagesPath, options), { limit, signal: options.signal });
    if (labelsPath === undefined) return { samples };
    const labels = await locate(labelsPath, options);
    return { samples, labels: labelsFromNumbers(await read(labels, { limit, signal: options.signal }), samples.shape[0]!, labels) };
  };
  const train = await part(data.images, data.labels, data.limit);
  const test = data.testImages !== undefined && wantsTest(data) ? await part(data.testImages, data.testLabels, undefined) : undefined;
  return { name: basename(data.images), scale: arrayScale(train.samples, data.divideBy), train, test, shape: data.shape };
}

/** Truth values are 0 and 1 already. */
function arrayScale(array: NumberArray | NpyArray, divideBy: number | undefined): number {
  return 'bool' in array && array.bool ? 1 / (divideBy ?? 1) : scaleOf(array, divideBy);
}

async function npzParts(data: DataOf<'npz'>, options: LoadOptions): Promise<Parts> {
  const path = await locate(data.path, options);
  const archive = await openNpz(path);
  try {
    const part = async (images: string, labels: string, read: ReadOptions): Promise<Part> => {
      const samples = await archive.read(images, read);
      if (!archive.names.includes(labels)) return { samples };
      return { samples, labels: labelsFromNumbers(await archive.read(labels, read), samples.shape[0]!, `${path} (${labels})`) };
    };
    const train = await part(data.images, data.labels, readOptions(data, options));
    const hasTest = wantsTest(data) && archive.names.includes(data.testImages);
    const test = hasTest ? await part(data.testImages, data.testLabels, { signal: options.signal }) : undefined;
    return { name: basename(path), scale: arrayScale(train.samples, data.divideBy), train, test, shape: data.shape };
  } finally {
    archive.close();
  }
}

async function csvParts(data: DataOf<'csv'>, options: LoadOptions): Promise<Parts> {
  const path = await locate(data.path, options);
  const table = await readCsv(path, {
    separator: data.separator, labelColumn: data.labelColumn, limit: data.limit, signal: options.signal, onProgress: options.onProgress,
  });
  // Numbers of a table are numbers, even where they are kept as bytes.
  return { name: basename(path), scale: 1 / (data.divideBy ?? 1), train: table, shape: data.shape };
}

/** Finds a file of the spec: beside the spec, or in a data folder. */
async function locate(path: string, options: LoadOptions): Promise<string> {
  const candidates = isAbsolute(path) ? [path] : [options.baseFolder, ...options.dataFolders ?? []].map(folder => resolve(folder, path));
  for (const candidate of candidates) {
    try {
      await stat(candidate);
      return candidate;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))) throw error;
    }
  }
  throw new StudioError('data', `There is no ${candidates.join(', nor ')}. Relative paths start at the .aeconf file, then at the data folders (--data DIR, autoencoder.dataFolders).`);
}

// ── From parts to a data set ────────────────────────────────────────────────────────────────────────────────────────

function finish(parts: Parts, data: DataSpec, seed: number): Dataset {
  const { name } = parts;
  const shape = parts.shape ?? sampleShape(parts.train.samples, name);
  const features = sizeOf(shape);
  requireFeatures(parts.train.samples, features, shape, `${name}: the training samples`);
  const known = parts.classNames;
  const classNames = parts.train.labels ? known ?? classNamesOf(name, parts.train.labels, parts.test?.labels) : undefined;
  const toSplit = (part: Part): Split => ({
    count: part.samples.shape[0]!,
    values: part.samples.data,
    ...(part.labels && classNames ? { labels: known ? numericLabels(part.labels, known.length, name) : labelIndices(part.labels, classNames) } : {}),
  });
  const limited: Part = { ...parts.train, samples: limitRows(parts.train.samples, data.limit), ...(parts.train.labels ? { labels: parts.train.labels.slice(0, data.limit) } : {}) };
  const all = toSplit(limited);
  if (all.count === 0) throw new StudioError('data', `${name} holds no samples.`);
  const common = { name, shape, scale: parts.scale, ...(classNames ? { classNames } : {}) };
  if (data.validation === 'test' && parts.test) {
    requireFeatures(parts.test.samples, features, shape, `${name}: the test samples`);
    if (parts.test.samples.data.constructor !== all.values.constructor) {
      throw new StudioError('data', `${name}: training and test samples must be of one type, bytes or other numbers.`);
    }
    return { ...common, train: all, validation: toSplit(parts.test) };
  }
  const share = data.validation === 'test' ? DEFAULT_SHARE : data.validation;
  if (share > 0 && all.count < 2) throw new StudioError('data', `${name} holds a single sample; it cannot be cut into training and validation. Say "validation": 0.`);
  if (share === 0) return { ...common, train: all, validation: emptySplit(all) };
  return { ...common, ...splitOff(all, features, share, seed, name) };
}

/** Labels 0 to 9 of sets whose classes have names. */
function numericLabels(labels: LabelTexts, classes: number, name: string): Uint16Array {
  const texts = Array.from({ length: classes }, (_, i) => String(i));
  const wrong = labels.find(label => !(Number(label) >= 0 && Number(label) < classes));
  if (wrong !== undefined) throw new StudioError('data', `${name}: there is a label ${wrong}, labels must be 0 to ${classes - 1}.`);
  return labelIndices(labels, texts);
}

/** Shape of one sample as a model sees it: pictures without channels get one. */
function sampleShape(array: NumberArray, name: string): readonly number[] {
  const shape = array.shape.slice(1);
  if (shape.length === 0) return [1];
  if (shape.length === 2) return [...shape, 1];
  if (shape.length > 3) throw new StudioError('data', `${name}: samples of shape ${formatShape(shape)} have too many axes. Say what they are with "shape": [height, width, channels].`);
  return shape;
}

function requireFeatures(array: NumberArray, features: number, shape: readonly number[], what: string): void {
  const each = sizeOf(array.shape.slice(1));
  if (each !== features) {
    throw new StudioError('data', `${what} have ${each} numbers each (${formatShape(array.shape.slice(1))}), the shape ${formatShape(shape)} needs ${features}.`);
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
