// Where the user's own files lie that belong to no workspace: the XDG folders, or what the system has for them.
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Below the folder for what can be had again: downloads, measurements. */
export function userCacheFolder(name: string, env: NodeJS.ProcessEnv = process.env): string {
  const base = env['XDG_CACHE_HOME']
    ?? (process.platform === 'win32' ? env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local')
      : process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache'));
  return join(base, 'autoencoder-studio', name);
}

/** Below the folder for what was installed on the user's wish. */
export function userDataFolder(name: string, env: NodeJS.ProcessEnv = process.env): string {
  const base = env['XDG_DATA_HOME']
    ?? (process.platform === 'win32' ? env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local')
      : process.platform === 'darwin' ? join(homedir(), 'Library', 'Application Support') : join(homedir(), '.local', 'share'));
  return join(base, 'autoencoder-studio', name);
}
