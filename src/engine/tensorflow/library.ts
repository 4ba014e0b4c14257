// Where TensorFlow may be installed. It is no dependency of the project, because its library is several hundred megabytes: users
// install it with `aeconf engine install tensorflow` or from VS Code, or have it in node_modules already.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { userDataFolder } from '../../core/user-folders.ts';
import { here } from '../here.ts';

export type TensorFlowId = 'tensorflow' | 'tensorflow-gpu';

export interface LibraryKind {
  readonly package: string;
  /** Folder of its own below the engine's folder, so that each can be removed. */
  readonly folder: string;
  readonly version: string;
  /** The TensorFlow library that this version brings. */
  readonly library: string;
  readonly megabytes: { readonly download: number; readonly disk: number };
  readonly platforms: readonly string[];
  readonly requirements: string;
}

/** Sizes are about those on Linux x64. */
export const libraryKinds: Readonly<Record<TensorFlowId, LibraryKind>> = {
  'tensorflow': {
    package: '@tensorflow/tfjs-node', folder: 'cpu', version: '4.22.0', library: 'TensorFlow 2.9.1', megabytes: { download: 200, disk: 800 },
    platforms: ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64'],
    requirements: 'a processor with AVX',
  },
  'tensorflow-gpu': {
    package: '@tensorflow/tfjs-node-gpu', folder: 'gpu', version: '4.22.0', library: 'TensorFlow 2.9.1', megabytes: { download: 500, disk: 1600 },
    platforms: ['linux-x64', 'win32-x64'],
    requirements: 'an NVIDIA GPU with its driver, CUDA 11.2 and cuDNN 8.1, installed and found by the loader',
  },
};

/** The folder the engine is installed in: AECONF_TENSORFLOW, or the user's data folder. */
export function engineFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env['AECONF_TENSORFLOW'] ? resolve(env['AECONF_TENSORFLOW']) : dataFolder(env);
}

const dataFolder = (env: NodeJS.ProcessEnv): string => userDataFolder('tensorflow', env);

/** Written into the folder of a kind once its library was tried; without it the folder is a torn installation. */
export const markFile = 'installed.json';

/** The folder of the package below an engine's folder when we have installed it there. */
export const installedAt = (id: TensorFlowId, folder: string): string => join(folder, libraryKinds[id].folder, 'node_modules', libraryKinds[id].package);

/** The folder of the package, if it is there, and all that were looked at: that folder or the usual ones, then node_modules. */
export function findLibrary(id: TensorFlowId, folder?: string): { readonly found?: string; readonly lookedIn: readonly string[] } {
  const { package: name, folder: kind } = libraryKinds[id];
  const lookedIn: string[] = [];
  for (const place of new Set(folder === undefined ? [engineFolder(), dataFolder(process.env)] : [folder])) {
    const [ours, plain] = [installedAt(id, place), join(place, 'node_modules', name)];
    lookedIn.push(ours, plain);
    if (existsSync(join(place, kind, markFile))) return { found: ours, lookedIn };
    if (existsSync(join(plain, 'package.json'))) return { found: plain, lookedIn };
  }
  const found = createRequire(here()).resolve.paths(name)?.map(path => join(path, name)).find(path => existsSync(join(path, 'package.json')));
  return { lookedIn: [...lookedIn, 'node_modules'], ...(found === undefined ? {} : { found }) };
}
