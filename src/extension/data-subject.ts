// What a data page is about: the data of a config, or a set that is known by name; and one text for either, by which a page is found again.
import * as path from 'node:path';
import { languageId } from './contributions.ts';

export type DataSubject = { readonly config: string } | { readonly dataset: string };

const PREFIX = 'dataset ';

export function keyOf(subject: DataSubject): string {
  return 'config' in subject ? subject.config : `${PREFIX}${subject.dataset}`;
}

export function subjectOf(key: string): DataSubject {
  return key.startsWith(PREFIX) ? { dataset: key.slice(PREFIX.length) } : { config: key };
}

/** "quickstart", "mnist". */
export function nameOf(subject: DataSubject): string {
  return 'config' in subject ? path.basename(subject.config, `.${languageId}`) : subject.dataset;
}

/** The place in a file of data that a reader's message begins with: "/data/table.csv:12: column 3: …". */
export function placeIn(message: string): { readonly file: string; readonly line: number } | undefined {
  const match = /^(.+?):(\d+): /.exec(message);
  return match === null || !path.isAbsolute(match[1]!) ? undefined : { file: match[1]!, line: Number(match[2]) };
}
