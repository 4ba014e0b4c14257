// Where the relative paths of a config start. A config may be a link to one elsewhere, with its data beside either.
import * as fs from 'node:fs';
import * as path from 'node:path';

/** The folder of the file, then, where it is a link, that of the file it leads to. */
export function configFolders(configPath: string): readonly string[] {
  const file = path.resolve(configPath);
  return [...new Set([file, realFile(file)].map(each => path.dirname(each)))];
}

/** The file itself where it is gone, or cannot be looked at. */
function realFile(file: string): string {
  try {
    // The folders above may be links, too: only where the file itself leads is meant.
    return fs.lstatSync(file).isSymbolicLink() ? fs.realpathSync(file) : file;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return file;
    throw error;
  }
}
