// Whether two paths name the same file, as far as their text tells: a run keeps the path that a terminal wrote, VS Code has its own
// (on Windows with a small drive letter).
import * as path from 'node:path';

/** Equal for paths of the same file. */
export function fileKey(file: string, platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' ? path.win32.normalize(file).toLowerCase() : path.normalize(file);
}

export function sameFile(a: string | undefined, b: string | undefined, platform: NodeJS.Platform = process.platform): boolean {
  return a !== undefined && b !== undefined && fileKey(a, platform) === fileKey(b, platform);
}
