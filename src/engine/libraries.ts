// Engines that are no part of the program because of their size: what they are, and where they lie once a user has installed them, with
// `aeconf engine install` or from VS Code.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { userDataFolder } from '../core/user-folders.ts';

export const libraryIds = ['tensorflow', 'tensorflow-gpu', 'cuda'] as const;
/** Named like the device that each brings. */
export type LibraryId = (typeof libraryIds)[number];

export interface LibraryKind {
  /** Of npm; its install script fetches the library. */
  readonly package: string;
  readonly version: string;
  /** Folder of its own below the engines' folder, so that each can be removed. */
  readonly folder: string;
  /** For people: what comes with it. */
  readonly library: string;
  /** Where the library grows while it is fetched, below the package. */
  readonly grows: string;
  /** About, on Linux x64. */
  readonly megabytes: { readonly download: number; readonly disk: number };
  /** The home that the install script asks. */
  readonly home: string;
  readonly platforms: readonly string[];
  readonly requirements: string;
  /** What its install script wants to be told. */
  readonly environment?: Readonly<Record<string, string>>;
}

export const libraryKinds: Readonly<Record<LibraryId, LibraryKind>> = {
  'tensorflow': {
    package: '@tensorflow/tfjs-node', folder: 'cpu', version: '4.22.0', library: 'TensorFlow 2.9.1', grows: 'deps/lib',
    megabytes: { download: 200, disk: 800 }, home: 'storage.googleapis.com',
    platforms: ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64'],
    requirements: 'a processor with AVX',
  },
  'tensorflow-gpu': {
    package: '@tensorflow/tfjs-node-gpu', folder: 'gpu', version: '4.22.0', library: 'TensorFlow 2.9.1', grows: 'deps/lib',
    megabytes: { download: 500, disk: 1600 }, home: 'storage.googleapis.com',
    platforms: ['linux-x64', 'win32-x64'],
    requirements: 'an NVIDIA GPU with its driver, CUDA 11.2 and cuDNN 8.1, installed and found by the loader',
  },
  'cuda': {
    // A second copy of the package that runs everything else, of the same version (a test watches): the provider has to lie beside its library.
    package: 'onnxruntime-node', folder: 'onnxruntime-cuda', version: '1.30.0', library: 'ONNX Runtime 1.30 with its CUDA provider', grows: `bin/napi-v6/${process.platform}/${process.arch}`,
    megabytes: { download: 330, disk: 450 }, home: 'api.nuget.org',
    platforms: ['linux-x64'],
    requirements: 'an NVIDIA GPU with its driver, CUDA 12 and cuDNN 9, installed and found by the loader',
    environment: { ONNXRUNTIME_NODE_INSTALL: 'cuda12' },
  },
};

/** The folder engines are installed in: AECONF_TENSORFLOW (named after the first of them), or the user's data folder. */
export function engineFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env['AECONF_TENSORFLOW'] ? resolve(env['AECONF_TENSORFLOW']) : userEngineFolder(env);
}

export const userEngineFolder = (env: NodeJS.ProcessEnv = process.env): string => userDataFolder('tensorflow', env);

/** Written into the folder of a kind once its library was tried; without it the folder is a torn installation. */
export const markFile = 'installed.json';

/** The folder of the package below an engines' folder when we have installed it there. */
export const installedAt = (id: LibraryId, folder: string): string => join(folder, libraryKinds[id].folder, 'node_modules', libraryKinds[id].package);

/** Whether it was installed there by us, and tried. */
export const isInstalled = (id: LibraryId, folder: string): boolean => existsSync(join(folder, libraryKinds[id].folder, markFile));

/** How to install it, for messages. */
export const installWith = (id: LibraryId): string => `"aeconf engine install ${wordsFor(id)}" or, in VS Code, "Autoencoder: Install TensorFlow or CUDA Engine…" installs it.`;

/** How a user names it to `aeconf engine`. */
export const wordsFor = (id: LibraryId): string => (id === 'tensorflow-gpu' ? 'tensorflow --gpu' : id);
