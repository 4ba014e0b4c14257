// Runs are big and personal: the folder that keeps them tells git to leave it alone.
import * as fs from 'node:fs';
import * as path from 'node:path';

/** Makes the runs folder; where it lies in a folder named `.autoencoder`, that one is kept out of git. */
export function keepOutOfGit(runsFolder: string): void {
  fs.mkdirSync(runsFolder, { recursive: true });
  const parts = path.resolve(runsFolder).split(path.sep);
  const at = parts.lastIndexOf('.autoencoder');
  if (at < 0) return;
  const file = [...parts.slice(0, at + 1), '.gitignore'].join(path.sep);
  if (!fs.existsSync(file)) fs.writeFileSync(file, '*\n');
}
