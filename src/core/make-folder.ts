// Folders with those above them. Node's own way never ends where the system lets no folder be made and says there is no such place, as below
// /proc: it takes the folder above for the missing one, finds it there, and begins again.
import * as fs from 'node:fs';
import * as path from 'node:path';

/** Makes a folder, and those above it that are missing. @throws what the system says. */
export function makeFolder(folder: string): void {
  const missing: string[] = [];
  let at = path.resolve(folder);
  for (; fs.statSync(at, { throwIfNoEntry: false }) === undefined && path.dirname(at) !== at; at = path.dirname(at)) missing.unshift(at);
  // What is there and no folder, the system refuses in its own words.
  for (const each of missing.length > 0 ? missing : [at]) make(each);
}

function make(folder: string): void {
  try {
    fs.mkdirSync(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // Somebody else may have made it just now.
    if (code === 'EEXIST' && fs.statSync(folder).isDirectory()) return;
    if (code === 'ENOENT') throw new Error(`the system lets no folder be made in ${path.dirname(folder)}. Choose another place`, { cause: error });
    throw error;
  }
}
