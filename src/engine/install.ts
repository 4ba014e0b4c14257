// Installs and removes an engine that is fetched on demand: its npm package into a folder of its own, by npm, whose install script fetches
// the library. What is not whole and checked is not kept, and counts as installed only once its mark is written.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { lstat, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, StudioError } from '../core/errors.ts';
import { makeFolder } from '../core/make-folder.ts';
import { installedAt, libraryKinds, markFile, type LibraryId } from './libraries.ts';
import { missingForGpu } from './nvidia.ts';

export interface InstallOptions {
  /** The folder of engines; each gets one below it. */
  readonly folder: string;
  readonly signal?: AbortSignal;
  /** What is being done; `share` in [0, 1] where it is known. */
  readonly onProgress?: (message: string, share?: number) => void;
  /** Tries what was installed, in another process; throws when it does not work. */
  readonly check: () => Promise<void>;
}

export interface Installed {
  readonly id: LibraryId;
  readonly version: string;
  readonly folder: string;
}

/** What a user should know before: size, place, needs. Throws StudioError('device') where it could not be used, with the reason. */
export function announcement(id: LibraryId, folder: string): string {
  const { library, megabytes, platforms, requirements, package: name, version } = libraryKinds[id];
  const platform = `${process.platform}-${process.arch}`;
  if (!platforms.includes(platform)) throw new StudioError('device', `${name} has no library for ${platform}; it exists for ${platforms.join(', ')}. Train with --device cpu or webgpu.`);
  const missing = id === 'tensorflow' ? undefined : missingForGpu(id);
  if (missing !== undefined) throw new StudioError('device', `It could not be used on this machine yet. ${missing}`);
  return `${library} (${name} ${version}): about ${megabytes.download} MB to download and ${megabytes.disk} MB on disk, in ${join(folder, libraryKinds[id].folder)}. It needs ${requirements}.`;
}

/** Throws StudioError: 'download' when npm or its script failed, 'device' when the check did, 'cancelled'; nothing is kept then. */
export async function install(id: LibraryId, { folder, signal, onProgress = () => undefined, check }: InstallOptions): Promise<Installed> {
  const { package: name, version, folder: kind } = libraryKinds[id];
  const target = join(folder, kind);
  try {
    await rm(target, { recursive: true, force: true });
    makeFolder(target);
  } catch (cause) {
    throw new StudioError('device', `An engine cannot be kept in ${target}: ${messageOf(cause)} (--folder DIR takes another).`, { cause });
  }
  try {
    await writeFile(join(target, 'package.json'), '{ "private": true }\n');
    await fetchPackage(id, target, signal, onProgress);
    onProgress('Checking that it computes right');
    await check();
    if (signal?.aborted) throw new StudioError('cancelled', 'The installation was cancelled; nothing was kept.');
    await writeFile(join(target, markFile), `${JSON.stringify({ package: name, version })}\n`);
  } catch (error) {
    await rm(target, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    throw error;
  }
  return { id, version, folder: target };
}

/** Gives back whether there was anything to remove. */
export async function remove(id: LibraryId, folder: string): Promise<boolean> {
  const target = join(folder, libraryKinds[id].folder);
  if (!existsSync(target)) return false;
  try {
    await rm(target, { recursive: true, maxRetries: 5, retryDelay: 200 });
  } catch (cause) {
    throw new StudioError('device', `${target} could not be removed: ${messageOf(cause)}. Is a training using it? Stop it and try again.`, { cause });
  }
  return true;
}

/** How often the growth of the library is looked at, in milliseconds. */
const LOOK = 500;

async function fetchPackage(id: LibraryId, target: string, signal: AbortSignal | undefined, onProgress: NonNullable<InstallOptions['onProgress']>): Promise<void> {
  const { package: name, version, megabytes, grows } = libraryKinds[id];
  onProgress(`Fetching ${name} ${version}`);
  const library = join(target, 'node_modules', name, grows);
  const looking = setInterval(() => {
    void sizeOf(library).then(bytes => { if (bytes > 0) onProgress('Fetching its library', Math.min(1, bytes / 1e6 / megabytes.disk)); });
  }, LOOK);
  try {
    await npm(['install', `${name}@${version}`, '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts=false', '--foreground-scripts', '--loglevel=error'], id, target, signal);
  } finally {
    clearInterval(looking);
  }
  if (!existsSync(installedAt(id, join(target, '..')))) throw new StudioError('download', `npm said it installed ${name} but it is not there. Is "global" set in npm's configuration?`);
}

async function npm(args: readonly string[], id: LibraryId, cwd: string, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) throw new StudioError('cancelled', 'The installation was cancelled; nothing was kept.');
  const { library, home, environment } = libraryKinds[id];
  const windows = process.platform === 'win32';
  // A process group of its own, so that it can be ended with all it started. Windows runs npm through its shell only.
  const child = spawn(windows ? 'npm.cmd' : 'npm', args, { cwd, env: { ...plainEnvironment(), ...environment }, shell: windows, detached: !windows, windowsHide: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { said = (said + text).slice(-8000); });
  const cancel = (): void => { endTree(child); };
  signal?.addEventListener('abort', cancel);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (signal?.aborted) throw new StudioError('cancelled', 'The installation was cancelled; nothing was kept.');
    if (code !== 0) throw new StudioError('download', `npm could not install ${library}; nothing was kept. It said:\n${lastLines(said)}\nCheck the connection (the library comes from ${home}) and try again.`);
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new StudioError('download', missing ? `npm is not in PATH, and it installs ${library}. Install Node 20 or newer from https://nodejs.org, open a new window and try again.` : `npm did not start: ${messageOf(cause)}`, { cause });
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

/** Lines that tell what went wrong, without npm's pointers to its own logs. */
function lastLines(text: string): string {
  return text.split('\n').map(line => line.trimEnd()).filter(line => line !== '' && !/npm (warn|notice)|complete log of this run/i.test(line)).slice(-12).join('\n');
}

/** Without what an npm that runs this very process tells its children about another package. */
function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle|command)|^npm_config_(local_)?prefix$|^npm_config_global$|^ELECTRON_RUN_AS_NODE$/.test(name)));
}

function endTree(child: ChildProcess): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/PID', String(child.pid), '/T', '/F'], { windowsHide: true });
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Bytes of the files in a folder; 0 while there is none. */
async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(names.map(name => lstat(join(folder, name)).then(({ size }) => size, () => 0)));
  return sizes.reduce((total, size) => total + size, 0);
}

/** What is installed in this folder by us. */
export async function installedIn(id: LibraryId, folder: string): Promise<Installed | undefined> {
  const target = join(folder, libraryKinds[id].folder);
  const text = await readFile(join(target, markFile), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : { id, version: (JSON.parse(text) as { version: string }).version, folder: target };
}
