// Folders and archives of pictures: sub-folders are labels, everything is brought to one size and to grey or RGB.
// Sub-folders named "train" and "test" (or "validation") at the top are the two parts of the set, with the labels beneath them.
import { realpath } from 'node:fs/promises';
import { StudioError } from '../core/errors.ts';
import { sizeOf } from '../core/tensor.ts';
import type { DataProgress } from './dataset.ts';
import type { SampleArray } from './elements.ts';
import { compareNaturally, openFileSet, type FileSet } from './file-set.ts';
import type { MemoryBudget } from './free-memory.ts';
import { allocate } from './memory.ts';
import { findPack, packName, writePack } from './packed-images.ts';
import { decodePicture, picturePattern } from './picture.ts';
import type { Picture } from './pixels.ts';
import { fitPicture, type Fit } from './resize.ts';
import type { StoredArray } from './stored.ts';

export interface ImageOptions {
  /** Height and width; left out, all images must have one size. */
  readonly size?: readonly [number, number] | undefined;
  readonly color: 'grey' | 'rgb';
  readonly fit: 'crop' | 'stretch';
  /** At most this many of the training part. */
  readonly limit?: number | undefined;
  /** Whether a test part, where there is one, is read. */
  readonly test: boolean;
  /** What it has no memory for is packed into a file and left there. */
  readonly budget: MemoryBudget;
  /** Where such files are kept. */
  readonly packFolder: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DataProgress) => void) | undefined;
}

export interface ImagePart {
  /** count × height × width × channels bytes. */
  readonly samples: SampleArray;
  /** The sub-folder each image is in; absent when there are no sub-folders. */
  readonly labels?: readonly string[];
}

export interface ImageSet {
  readonly train: ImagePart;
  readonly test?: ImagePart;
}

/**
 * Reads all pictures of a folder, .zip, .tgz or .tar.gz.
 * @throws StudioError('data') naming the file: no pictures, one that cannot be decoded, mixed sizes without `size`
 */
export async function readImages(path: string, options: ImageOptions): Promise<ImageSet> {
  const files = await openFileSet(path, name => picturePattern.test(name), options.signal);
  try {
    if (files.paths.length === 0) {
      throw new StudioError('data', `${path} holds no images (PNG, JPEG, PGM, PPM or BMP).`);
    }
    const depth = commonDepth(files.paths);
    const parts = splitParts(files.paths, depth);
    const train = parts.train.slice(0, options.limit);
    const test = options.test ? parts.test : [];
    const all = await new Collector(files, train.concat(test), path, options).read();
    const labelled = [...train, ...test].some(file => labelOf(file, depth, parts.test.length > 0) !== undefined);
    const part = (list: readonly string[], from: number): ImagePart => ({
      samples: slice(all, from, list.length),
      ...(labelled ? { labels: list.map(file => labelOf(file, depth, parts.test.length > 0) ?? '(no folder)') } : {}),
    });
    return { train: part(train, 0), ...(test.length > 0 ? { test: part(test, train.length) } : {}) };
  } finally {
    files.close();
  }
}

/** How many pictures a folder or archive holds, without reading any. @throws StudioError('data') naming it when it cannot be listed. */
export async function countImages(path: string): Promise<{ readonly train: number; readonly test: number }> {
  const files = await openFileSet(path, name => picturePattern.test(name));
  try {
    const { train, test } = splitParts(files.paths, commonDepth(files.paths));
    return { train: train.length, test: test.length };
  } finally {
    files.close();
  }
}

/** Some of the samples of an array, without a copy. */
function slice(all: SampleArray, from: number, count: number): SampleArray {
  const shape = [count, ...all.shape.slice(1)];
  const features = sizeOf(shape.slice(1));
  if ('stored' in all) return { shape, stored: { ...all.stored, offset: all.stored.offset + from * features } };
  return { shape, data: all.data.subarray(from * features, (from + count) * features) };
}

/** How many folders all paths share: an archive usually holds one folder that holds everything. */
function commonDepth(paths: readonly string[]): number {
  const folders = paths.map(path => path.split('/').slice(0, -1));
  const first = folders[0] ?? [];
  let depth = 0;
  while (depth < first.length && folders.every(parts => parts[depth] === first[depth])) depth++;
  return depth;
}

const trainNames = /^(train|training)$/i;
const testNames = /^(test|testing|val|valid|validation)$/i;

function splitParts(paths: readonly string[], depth: number): { train: string[]; test: string[] } {
  const top = (path: string) => path.split('/').slice(0, -1)[depth] ?? '';
  const names = [...new Set(paths.map(top))];
  const isSplit = names.length > 1 && names.every(name => trainNames.test(name) || testNames.test(name)) && names.some(name => trainNames.test(name));
  if (!isSplit) return { train: [...paths], test: [] };
  return { train: paths.filter(path => trainNames.test(top(path))), test: paths.filter(path => testNames.test(top(path))) };
}

function labelOf(path: string, depth: number, isSplit: boolean): string | undefined {
  return path.split('/').slice(0, -1)[depth + (isSplit ? 1 : 0)];
}

/** Class names of sub-folders in natural order. */
export function folderNames(labels: Iterable<string>): string[] {
  return [...new Set(labels)].sort(compareNaturally);
}

type Size = Pick<Picture, 'width' | 'height'>;

class Collector {
  private readonly channels: 1 | 3;
  private firstName = '';
  private done = 0;

  /** @param path of the folder or archive, as it was asked for */
  constructor(private readonly files: FileSet, private readonly list: readonly string[], private readonly path: string, private readonly options: ImageOptions) {
    this.channels = options.color === 'grey' ? 1 : 3;
  }

  async read(): Promise<SampleArray> {
    const { size, budget, fit } = this.options;
    const { height, width } = size ? { height: size[0], width: size[1] } : await this.firstSize();
    const target: Fit = { height, width, channels: this.channels, fit };
    const shape = [this.list.length, height, width, this.channels];
    if (budget.place(sizeOf(shape)) === 'disk') return this.pack(shape, target);
    const data = allocate('uint8', sizeOf(shape), this.files.name);
    const features = sizeOf(shape.slice(1));
    await this.fill(target, (index, picture) => { fitPicture(picture, target, data.subarray(index * features, (index + 1) * features)); });
    return { shape, data };
  }

  /** All images must have the size of the first one. */
  private async firstSize(): Promise<Size> {
    const first = this.list[0]!;
    let size: Size | undefined;
    await this.files.read(new Set([first]), (path, bytes) => {
      this.firstName = `${this.files.name}/${path}`;
      size = decodePicture(bytes, this.firstName);
    });
    if (size === undefined) throw this.changed();
    return size;
  }

  /** Leaves the pixels in a file, which may be there from an earlier time. */
  private async pack(shape: readonly number[], target: Fit): Promise<StoredArray> {
    const { packFolder } = this.options;
    const source = JSON.stringify([await realpath(this.path), target]);
    const name = await packName({ source, content: this.files.describe(new Set(this.list)) });
    const known = await findPack(packFolder, name);
    if (known !== undefined) return known;
    const sample = new Uint8Array(sizeOf(shape.slice(1)));
    return writePack(packFolder, name, shape, put => this.fill(target, (index, picture) => {
      fitPicture(picture, target, sample);
      put(index, sample);
    }));
  }

  /** Decodes all pictures, in any order. */
  private async fill(target: Fit, take: (index: number, picture: Picture) => void): Promise<void> {
    const position = new Map(this.list.map((path, index) => [path, index]));
    await this.files.read(new Set(this.list), (path, bytes) => {
      const name = `${this.files.name}/${path}`;
      const picture = decodePicture(bytes, name);
      if (!this.options.size && (picture.width !== target.width || picture.height !== target.height)) {
        throw new StudioError('data', `The images have several sizes: ${name} has ${picture.width}×${picture.height} pixels, ${this.firstName} has ${target.width}×${target.height}. Give "size": [height, width] to bring all to one size.`);
      }
      take(position.get(path)!, picture);
      this.done++;
      this.options.onProgress?.({ task: `Reading images of ${this.files.name}`, done: this.done, total: this.list.length, unit: 'files' });
    });
    if (this.done !== this.list.length) throw this.changed();
  }

  private changed(): StudioError {
    return new StudioError('data', `${this.files.name} changed while it was read.`);
  }
}
