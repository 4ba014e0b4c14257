// Where TensorFlow is: installed by us, in a folder that the environment names, or in node_modules already.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { here } from '../here.ts';
import { engineFolder, installedAt, isInstalled, libraryKinds, userEngineFolder } from '../libraries.ts';

export const tensorFlowIds = ['tensorflow', 'tensorflow-gpu'] as const;
export type TensorFlowId = (typeof tensorFlowIds)[number];

/** The folder of the package, if it is there, and all that were looked at: that folder or the usual ones, then node_modules. */
export function findLibrary(id: TensorFlowId, folder?: string): { readonly found?: string; readonly lookedIn: readonly string[] } {
  const { package: name } = libraryKinds[id];
  const lookedIn: string[] = [];
  for (const place of new Set(folder === undefined ? [engineFolder(), userEngineFolder()] : [folder])) {
    const [ours, plain] = [installedAt(id, place), join(place, 'node_modules', name)];
    lookedIn.push(ours, plain);
    if (isInstalled(id, place)) return { found: ours, lookedIn };
    if (existsSync(join(plain, 'package.json'))) return { found: plain, lookedIn };
  }
  const found = createRequire(here()).resolve.paths(name)?.map(path => join(path, name)).find(path => existsSync(join(path, 'package.json')));
  return { lookedIn: [...lookedIn, 'node_modules'], ...(found === undefined ? {} : { found }) };
}
