// A config as the beginning of another one: what it calls itself is new, and the data files it names are found as before.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { configFolders } from '../core/config-folders.ts';
import { parseText, propertyOf } from '../spec/parse.ts';
import { namedFiles } from './language/data-files.ts';

/** @param file where the text comes from @param folder where the copy will lie @param name of the copy */
export function copyOfConfig(text: string, file: string, folder: string, name: string): string {
  const { tree } = parseText(text, file);
  const own = tree && propertyOf(tree, 'name')?.value;
  const edits = [
    ...(own?.kind === 'string' ? [{ ...own, text: name }] : []),
    ...namedFiles(text).map(({ offset, length, path: named }) => ({ offset, length, text: movedPath(named, file, folder) })),
  ];
  return edits.sort((a, b) => b.offset - a.offset).reduce((done, edit) => done.slice(0, edit.offset) + JSON.stringify(edit.text) + done.slice(edit.offset + edit.length), text);
}

/** Relative paths start elsewhere where the file was a link, or goes to another folder. What is nowhere may be in a data folder. */
function movedPath(named: string, file: string, folder: string): string {
  if (path.isAbsolute(named) || fs.existsSync(path.resolve(folder, named))) return named;
  const found = configFolders(file).map(start => path.resolve(start, named)).find(place => fs.existsSync(place));
  return found === undefined ? named : path.relative(folder, found).split(path.sep).join('/');
}
