// Where runs are, and which one a user means.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { StudioError } from '../core/errors.ts';
import { makeFolder } from '../core/make-folder.ts';
import { nearest } from '../spec/diagnostics.ts';
import { findRuns, listRuns, looksLikeRun } from '../runs/list.ts';
import { readSummary, type RunSummary } from '../runs/reader.ts';

const MARKS = ['.autoencoder', '.git', '.vscode'];

/**
 * The folder of runs for a config in `start`: what was asked for, else AECONF_RUNS, else `.autoencoder/runs` of the nearest
 * folder upwards that looks like a workspace, else of `start` itself. The home folder is none: VS Code keeps its own
 * `.vscode` there.
 */
export function runsFolderFor(start: string, asked: string | undefined, env: NodeJS.ProcessEnv = process.env, home = os.homedir()): string {
  const given = asked ?? env['AECONF_RUNS'];
  if (given !== undefined && given !== '') return path.resolve(given);
  const beginning = path.resolve(start);
  for (let folder = beginning; folder !== path.dirname(folder) && folder !== home; folder = path.dirname(folder)) {
    if (MARKS.some(mark => fs.existsSync(path.join(folder, mark)))) return path.join(folder, '.autoencoder', 'runs');
  }
  return path.join(beginning, '.autoencoder', 'runs');
}

/** Keeps runs out of version control: `.autoencoder` ignores itself. */
export function ignoreRuns(runsFolder: string): void {
  const folder = path.dirname(runsFolder);
  if (path.basename(folder) !== '.autoencoder') return;
  makeFolder(folder);
  const file = path.join(folder, '.gitignore');
  if (!fs.existsSync(file)) fs.writeFileSync(file, '*\n');
}

/**
 * The run that a user means.
 * @throws StudioError('usage') when nothing was said, StudioError('run') when no run fits, or several do.
 */
export async function findRun(typed: string, runsFolder: string): Promise<RunSummary> {
  // Copied from a table that had no room for all of it.
  const text = typed.replace(/…$/, '');
  // Of an unset variable in a script; every id begins with nothing.
  if (text.trim() === '') throw new StudioError('usage', 'The run has no name: an empty text was given. "aeconf runs" lists the runs; "last" is the newest.');
  if (fs.existsSync(text) && looksLikeRun(text)) return readSummary(path.resolve(text));
  const found = await findRuns(runsFolder, text);
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    throw new StudioError('run', `"${text}" may mean ${found.length} runs: ${found.slice(0, 5).map(({ id }) => id).join(', ')}${found.length > 5 ? ', ...' : ''}. Write more of the id.`);
  }
  const runs = await listRuns(runsFolder);
  if (runs.length === 0) throw new StudioError('run', `There are no runs in ${runsFolder}. Give another folder with --runs, or the run's own folder.`);
  const near = nearest(path.basename(text, '.aeconf'), runs.flatMap(({ id, name }) => [id, name]));
  const config = text.endsWith('.aeconf') ? ' That is the name of a config; a run is what was trained from one.' : '';
  throw new StudioError('run', `There is no run "${text}" in ${runsFolder}.${config}${near === undefined ? '' : ` Did you mean ${near}?`} "aeconf runs" lists them; --runs names another folder.`);
}

/**
 * The run that a user means and names in full, for what cannot be undone: its folder, whole id or name, or "last".
 * @throws StudioError as `findRun`, and when only the beginning of an id was given.
 */
export async function findRunByName(text: string, runsFolder: string): Promise<RunSummary> {
  const run = await findRun(text, runsFolder);
  if (text !== 'last' && text !== run.id && text !== run.name && path.resolve(text) !== run.folder) {
    throw new StudioError('run', `"${text}" is only the beginning of ${run.id} (${run.name}). Write the whole id or name to delete it.`);
  }
  return run;
}
