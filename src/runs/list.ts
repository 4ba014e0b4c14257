// All runs of a runs folder. Cheap enough to ask again whenever something moved: three small files per run, no events.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { runFiles } from './events.ts';
import { errorCode, fileError } from './files.ts';
import { readSummary, type RunSummary } from './reader.ts';

/** How many runs are read at a time: quick, also on network disks, without running out of file handles. */
const AT_A_TIME = 16;

/**
 * The runs of a folder, newest first, damaged ones included. No folder means no runs.
 * @throws StudioError('run') when the runs folder itself cannot be read.
 */
export async function listRuns(runsFolder: string): Promise<RunSummary[]> {
  let entries: fs.Dirent[];
  try {
    entries = await fs.promises.readdir(runsFolder, { withFileTypes: true });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw fileError('list', runsFolder, error);
  }
  const folders = entries
    .filter(entry => !entry.name.startsWith('.') && (entry.isDirectory() || entry.isSymbolicLink()))
    .map(entry => path.join(runsFolder, entry.name));
  const runs: RunSummary[] = [];
  for (let i = 0; i < folders.length; i += AT_A_TIME) {
    const some = await Promise.all(folders.slice(i, i + AT_A_TIME).map(async folder => looksLikeRun(folder) ? [await readSummary(folder)] : []));
    runs.push(...some.flat());
  }
  return runs.sort(newestFirst);
}

/** Whether a folder holds a run, or what is left of one. */
export function looksLikeRun(folder: string): boolean {
  return [runFiles.info, runFiles.status, runFiles.events].some(file => fs.existsSync(path.join(folder, file)));
}

/** Runs that lost their date sort by their folder's name, which starts with it. */
function newestFirst(a: RunSummary, b: RunSummary): number {
  const difference = a.info === undefined || b.info === undefined ? 0 : b.info.created - a.info.created;
  return difference !== 0 ? difference : a.id < b.id ? 1 : -1;
}

/**
 * Finds a run by what a user types: a path, the folder's name, the beginning of it, or "last".
 * @returns all runs that fit; more than one when the text is ambiguous.
 */
export async function findRuns(runsFolder: string, text: string): Promise<RunSummary[]> {
  if (/[\\/]/.test(text) && looksLikeRun(text)) return [await readSummary(path.resolve(text))];
  const runs = await listRuns(runsFolder);
  if (text === 'last') return runs.slice(0, 1);
  const exact = runs.filter(run => run.id === text || run.name === text);
  return exact.length > 0 || text === '' ? exact : runs.filter(run => run.id.startsWith(text));
}
