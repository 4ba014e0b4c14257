// The playground: a working copy of samples/ under .cache/, so that what a person tries there never changes the samples.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ScriptError, cacheFolder, root } from './process.mjs';

const hash = async file => createHash('sha256').update(await readFile(file)).digest('hex');

/**
 * Brings samples/ into a folder. A file that the user changed there stays as it is; one they left alone follows the sample.
 * @returns {Promise<string>} the folder
 */
export async function preparePlayground({ fresh = false } = {}) {
  const folder = join(cacheFolder, 'playground');
  if (fresh) await rm(folder, { recursive: true, force: true });
  const stateFolder = join(folder, '.autoencoder');
  const ledgerFile = join(stateFolder, 'samples.json');
  await mkdir(stateFolder, { recursive: true });
  const ledger = existsSync(ledgerFile) ? JSON.parse(await readFile(ledgerFile, 'utf8')) : {};
  for (const entry of await readdir(join(root, 'samples'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath ?? entry.path, entry.name);
    const name = source.slice(join(root, 'samples').length + 1);
    const target = join(folder, name);
    if (existsSync(target) && await hash(target) !== ledger[name]) continue;
    await mkdir(dirname(target), { recursive: true });
    await copyFile(source, target);
    ledger[name] = await hash(target);
  }
  await writeFile(ledgerFile, `${JSON.stringify(ledger, null, 2)}\n`);
  return folder;
}

/** Sets settings of the playground's window and leaves the others that stand there. */
export async function writePlaygroundSettings(folder, settings) {
  const file = join(folder, '.vscode/settings.json');
  let present = {};
  if (existsSync(file)) {
    try {
      present = JSON.parse(await readFile(file, 'utf8'));
    } catch (error) {
      throw new ScriptError(`${file} cannot be read (${error.message}); mend it, or start anew with "npm start -- --fresh".`);
    }
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify({ ...present, ...settings }, null, 2)}\n`);
}
