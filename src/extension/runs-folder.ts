// Runs are big and personal: the folder that keeps them tells git to leave it alone.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { makeFolder } from '../core/make-folder.ts';

/** Makes the runs folder; where it lies in a folder named `.autoencoder`, that one is kept out of git. */
export function keepOutOfGit(runsFolder: string): void {
  makeFolder(runsFolder);
  const parts = path.resolve(runsFolder).split(path.sep);
  const at = parts.lastIndexOf('.autoencoder');
  if (at < 0) return;
  const file = [...parts.slice(0, at + 1), '.gitignore'].join(path.sep);
  if (!fs.existsSync(file)) fs.writeFileSync(file, '*\n');
}
