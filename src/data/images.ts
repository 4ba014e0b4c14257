// Folders and archives of pictures: sub-folders are labels, everything is brought to one size and to grey or RGB.
// Sub-folders named "train" and "test" (or "validation") at the top are the two parts of the set, with the labels beneath them.
import { StudioError } from '../core/errors.ts';
import type { DataProgress } from './dataset.ts';
import { compareNaturally, openFileSet, type FileSet } from './file-set.ts';
import { allocate, type NumberArray } from './memory.ts';
import { decodePicture, picturePattern } from './picture.ts';
import { fitPicture, type Fit } from './resize.ts';

export interface ImageOptions {
  /** Height and width; left out, all images must have one size. */
  readonly size?: readonly [number, number] | undefined;
  readonly color: 'grey' | 'rgb';
  readonly fit: 'crop' | 'stretch';
  /** At most this many of the training part. */
  readonly limit?: number | undefined;
  /** Whether a test part, where there is one, is read. */
  readonly test: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DataProgress) => void) | undefined;
}

export interface ImagePart {
  /** count × height × width × channels bytes. */
  readonly samples: NumberArray;
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
    const collector = new Collector(files, train.concat(test), options);
    const all = await collector.read();
    const labelled = [...train, ...test].some(file => labelOf(file, depth, parts.test.length > 0) !== undefined);
    const part = (list: readonly string[], from: number): ImagePart => ({
      samples: { shape: [list.length, ...all.shape.slice(1)], data: all.data.subarray(from * collector.features, (from + list.length) * collector.features) },
      ...(labelled ? { labels: list.map(file => labelOf(file, depth, parts.test.length > 0) ?? '(no folder)') } : {}),
    });
    return { train: part(train, 0), ...(test.length > 0 ? { test: part(test, train.length) } : {}) };
  } finally {
    files.close();
  }
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

class Collector {
  features = 0;
  private data: Uint8Array = new Uint8Array(0);
  private target: Fit | undefined;
  private firstName = '';
  private done = 0;

  constructor(private readonly files: FileSet, private readonly list: readonly string[], private readonly options: ImageOptions) {
    if (options.size) this.start(options.size[0], options.size[1]);
  }

  private start(height: number, width: number): Fit {
    const channels = this.options.color === 'grey' ? 1 : 3;
    this.features = height * width * channels;
    this.data = allocate('uint8', this.list.length * this.features, this.files.name);
    return this.target = { height, width, channels, fit: this.options.fit };
  }

  async read(): Promise<NumberArray> {
    const position = new Map(this.list.map((path, index) => [path, index]));
    const wanted = new Set(this.list);
    await this.files.read(wanted, (path, bytes) => {
      const name = `${this.files.name}/${path}`;
      const picture = decodePicture(bytes, name);
      const target = this.target ?? this.start(picture.height, picture.width);
      if (this.firstName === '') this.firstName = name;
      if (!this.options.size && (picture.width !== target.width || picture.height !== target.height)) {
        throw new StudioError('data', `The images have several sizes: ${name} has ${picture.width}×${picture.height} pixels, ${this.firstName} has ${target.width}×${target.height}. Give "size": [height, width] to bring all to one size.`);
      }
      const index = position.get(path)!;
      fitPicture(picture, target, this.data.subarray(index * this.features, (index + 1) * this.features));
      this.done++;
      this.options.onProgress?.({ task: `Reading images of ${this.files.name}`, done: this.done, total: this.list.length, unit: 'files' });
    });
    if (this.done !== this.list.length) throw new StudioError('data', `${this.files.name} changed while it was read.`);
    const target = this.target!;
    return { shape: [this.list.length, target.height, target.width, target.channels], data: this.data };
  }
}
