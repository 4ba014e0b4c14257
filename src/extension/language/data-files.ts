// Files and folders that a config names as its data, looked for where the trainer will: while one writes, not when the training fails.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseText, propertyOf } from '../../spec/parse.ts';

export interface NamedFile {
  readonly offset: number;
  readonly length: number;
  readonly path: string;
}

const arrays = ['images', 'labels', 'testImages', 'testLabels'];
/** The keys of a kind of data that are paths. */
const pathKeys: Readonly<Record<string, readonly string[]>> = { idx: arrays, npy: arrays, npz: ['path'], csv: ['path'], images: ['path'] };

/** The paths under `data`, with their places. */
export function namedFiles(text: string): NamedFile[] {
  const { tree } = parseText(text, '');
  const data = tree && propertyOf(tree, 'data')?.value;
  const type = data && propertyOf(data, 'type')?.value;
  if (data === undefined || type?.kind !== 'string') return [];
  return (pathKeys[type.value] ?? []).flatMap(key => {
    const value = propertyOf(data, key)?.value;
    return value?.kind === 'string' && value.value !== '' ? [{ offset: value.offset, length: value.length, path: value.value }] : [];
  });
}

/** Those that are in none of the folders. What cannot be looked at counts as being there: the trainer says why. */
export async function missingFiles(files: readonly NamedFile[], folders: readonly string[]): Promise<NamedFile[]> {
  const missing = await Promise.all(files.map(async file => {
    const looks = folders.map(folder => isMissing(path.resolve(folder, file.path)));
    return (await Promise.all(looks)).every(Boolean);
  }));
  return files.filter((_, i) => missing[i]);
}

async function isMissing(file: string): Promise<boolean> {
  try {
    await fs.promises.stat(file);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
  }
}
