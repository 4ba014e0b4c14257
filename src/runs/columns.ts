// `columns.json` in the run folder: what the columns of vectors are called, and what was done to them. It is written when a run first
// meets its data, and everyone who looks at that data later does the same to it.
import * as path from 'node:path';
import { StudioError } from '../core/errors.ts';
import type { Normalization } from '../core/normalization.ts';
import { readTextIfThere } from './files.ts';

export const COLUMNS_FILE = 'columns.json';

export interface RunColumns {
  readonly format: 1;
  readonly names?: readonly string[];
  /** The model sees (x − center) / spread of a number x of the file. */
  readonly normalization?: Normalization;
}

/** What a run keeps of its columns; undefined where there is nothing to say of them. */
export function columnsOf({ columnNames: names, normalization }: { readonly columnNames?: readonly string[]; readonly normalization?: Normalization }): RunColumns | undefined {
  if (names === undefined && normalization === undefined) return undefined;
  return { format: 1, ...(names === undefined ? {} : { names }), ...(normalization === undefined ? {} : { normalization }) };
}

export function columnsJson(columns: RunColumns): string {
  return JSON.stringify(columns);
}

/** @throws StudioError('run') when the file is there but damaged: without it nobody can do to samples what the run did. */
export async function readColumns(runFolder: string): Promise<RunColumns | undefined> {
  const file = path.join(runFolder, COLUMNS_FILE);
  const read = await readTextIfThere(file);
  if (read === undefined) return undefined;
  try {
    const value = JSON.parse(read.text) as Partial<RunColumns> | null;
    const numbers = (list: unknown): boolean => Array.isArray(list) && list.every(item => typeof item === 'number');
    const { names, normalization } = value ?? {};
    const whole = value?.format === 1 && (names === undefined || Array.isArray(names))
      && (normalization === undefined || (numbers(normalization.center) && numbers(normalization.spread) && normalization.center.length === normalization.spread.length));
    if (whole) return value as RunColumns;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new StudioError('run', `${file} is damaged. It holds what every column was normalised with, so the run cannot be used without it; bring it back from a copy.`);
}
