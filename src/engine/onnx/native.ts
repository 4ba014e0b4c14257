// Which copy of ONNX Runtime's native library a process uses: the one that comes with the program or, where a user has installed CUDA, the
// copy that its provider lies beside. Both have the same name for the loader, so that a process and all its threads use the same one.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { here } from '../here.ts';
import { engineFolder, installedAt, isInstalled, libraryKinds, userEngineFolder } from '../libraries.ts';
import type { Runtime } from './session.ts';

export type NativeRuntime = Runtime & { listSupportedBackends(): { name: string; bundled: boolean }[] };

const { package: NAME } = libraryKinds.cuda;

/** Where CUDA was installed, if it was. */
function cudaFolder(): string | undefined {
  return [engineFolder(), userEngineFolder()].find(folder => isInstalled('cuda', folder));
}

/** Since 1.29 the library reports its use to its makers and keeps an id of the machine, unless this is set before it is loaded. */
export const silence = { ORT_DISABLE_TELEMETRY: '1' };

/** "1.30.0", of a package by its name or folder. */
export function versionOf(name: string): string | undefined {
  const file = createRequire(here()).resolve.paths(name)?.map(folder => join(folder, name, 'package.json')).find(existsSync);
  return file === undefined ? undefined : versionIn(file);
}

const versionIn = (file: string): string | undefined => (JSON.parse(readFileSync(file, 'utf8')) as { version?: string }).version;

let chosen: string | undefined;

/** From now on this process uses the copy in this folder of engines, tried or not; for a process that has loaded none yet. */
export function useCudaIn(folder: string): void {
  chosen = installedAt('cuda', folder);
}

/** Name or folder of the package that this process uses. */
export function nativePackage(): string {
  if (chosen === undefined) {
    const folder = cudaFolder();
    chosen = folder === undefined || staleCuda() !== undefined ? NAME : installedAt('cuda', folder);
  }
  return chosen;
}

/** The version that CUDA was installed for when that is not the program's own: numbers of two versions would be compared. */
export function staleCuda(): string | undefined {
  const folder = cudaFolder();
  const version = folder === undefined ? undefined : versionIn(join(installedAt('cuda', folder), 'package.json'));
  return version === versionOf(NAME) ? undefined : version;
}

export async function loadNative(): Promise<NativeRuntime> {
  Object.assign(process.env, silence);
  const place = nativePackage();
  return place === NAME ? import('onnxruntime-node') : loadFrom(place);
}

/** Loads a copy by its folder, in a thread that was told which. */
export function loadFrom(place: string): NativeRuntime {
  return createRequire(here())(place) as NativeRuntime;
}
