// A sweep on disk: what was asked. What became of it is never stored: its trainings are ordinary runs whose run.json names the
// sweep and their place in it, so a sweep killed at any moment knows all it needs.
//
// `sweeps/<id>/` in the runs folder: `sweep.json` (a SweepRecord, replaced in one go) and `sweep.png`, its chart.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { StudioError } from '../core/errors.ts';
import { makeFolder } from '../core/make-folder.ts';
import { nearest } from '../spec/diagnostics.ts';
import type { SweepSpec } from '../spec/schema.ts';
import { errorCode, fileError, readTextIfThere, replaceFile, syncFolder } from './files.ts';
import { toJson } from './json.ts';
import { livenessOf, thisProcess, type ProcessIdentity } from './process.ts';
import { runId } from './writer.ts';

/** sweep.json */
export interface SweepRecord extends Pick<SweepSpec, 'combine' | 'parallel' | 'tolerance'> {
  readonly format: 1;
  readonly id: string;
  readonly name: string;
  /** Absolute path of the .aeconf file, and its text when the sweep began: trainings that come later use that one. */
  readonly configPath: string;
  readonly config: string;
  /** Paths and values given with --set, for all trainings. */
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly device: string;
  /** CPU threads of each training; absent for the engine's own choice. */
  readonly threads?: number;
  readonly created: number;
  /** Path → value of each training, in the order in which they are trained. */
  readonly members: readonly Readonly<Record<string, unknown>>[];
  /** The process that works through it, or did so last. */
  readonly runner?: ProcessIdentity;
}

const FOLDER = 'sweeps';
const RECORD = 'sweep.json';
const CHART = 'sweep.png';

export function sweepFolder(runsFolder: string, id: string): string {
  return path.join(runsFolder, FOLDER, id);
}

export function sweepChart(runsFolder: string, id: string): string {
  return path.join(sweepFolder(runsFolder, id), CHART);
}

/** Writes a new sweep down, with this process as its runner. @throws StudioError('run') when the runs folder cannot be written. */
export async function createSweep(runsFolder: string, sweep: Omit<SweepRecord, 'format' | 'id' | 'created' | 'runner'>): Promise<SweepRecord> {
  const created = new Date();
  const wanted = runId(sweep.name, created);
  for (let attempt = 1; ; attempt++) {
    const id = attempt === 1 ? wanted : `${wanted}-${attempt}`;
    const folder = sweepFolder(runsFolder, id);
    try {
      makeFolder(path.dirname(folder));
      await fs.promises.mkdir(folder);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') continue;
      throw fileError('make', folder, error);
    }
    const record: SweepRecord = { ...sweep, format: 1, id, created: created.getTime(), runner: await thisProcess() };
    await write(runsFolder, record);
    await syncFolder(path.dirname(folder));
    return record;
  }
}

async function write(runsFolder: string, record: SweepRecord): Promise<void> {
  await replaceFile(path.join(sweepFolder(runsFolder, record.id), RECORD), Buffer.from(`${toJson(record, 2)}\n`), { durable: true });
}

/** Takes a sweep over. @throws StudioError('run') when another process of this machine works through it. */
export async function claimSweep(runsFolder: string, record: SweepRecord): Promise<SweepRecord> {
  if (await hasRunner(record)) throw new StudioError('run', `The sweep ${record.id} is being worked through by process ${record.runner?.pid ?? '?'}. Wait for it, or stop it first.`);
  const claimed = { ...record, runner: await thisProcess() };
  await write(runsFolder, claimed);
  return claimed;
}

/** Whether the process that works through it is alive. A runner on another machine counts as gone; its runs tell of themselves. */
export async function hasRunner({ runner }: SweepRecord): Promise<boolean> {
  return runner !== undefined && runner.pid !== process.pid && await livenessOf(runner) === 'alive';
}

/** @throws StudioError('run') when it is missing or makes no sense. */
export async function readSweep(runsFolder: string, id: string): Promise<SweepRecord> {
  const file = path.join(sweepFolder(runsFolder, id), RECORD);
  const found = await readTextIfThere(file);
  if (found === undefined) throw new StudioError('run', `There is no sweep ${id}: ${file} is missing. "aeconf sweeps" lists the sweeps there are.`);
  let value: unknown;
  try {
    value = JSON.parse(found.text);
  } catch (cause) {
    throw new StudioError('run', `${file} is damaged: it is no JSON. Start the sweep again; its finished runs stay.`, { cause });
  }
  const record = value as Partial<SweepRecord> | null;
  if (record?.format !== 1 || record.id !== id || typeof record.config !== 'string' || typeof record.configPath !== 'string' || !Array.isArray(record.members)) {
    throw new StudioError('run', `${file} is no sweep of this version. Start the sweep again; its finished runs stay.`);
  }
  // Written whole or not at all by createSweep; what others build on was just checked.
  return record as SweepRecord;
}

/** All sweeps of a runs folder that can be read, newest first. */
export async function listSweeps(runsFolder: string): Promise<SweepRecord[]> {
  let names: string[];
  try {
    names = await fs.promises.readdir(path.join(runsFolder, FOLDER));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw fileError('list', path.join(runsFolder, FOLDER), error);
  }
  const records = await Promise.all(names.filter(name => fs.existsSync(path.join(sweepFolder(runsFolder, name), RECORD))).map(async name => {
    try {
      return [await readSweep(runsFolder, name)];
    } catch (error) {
      if (error instanceof StudioError && error.reason === 'run') return []; // Not ours, or of another version.
      throw error;
    }
  }));
  return records.flat().sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1));
}

/**
 * The sweep a user means by its id, the beginning of it, its name or its .aeconf file (the newest one), or "last".
 * @throws StudioError('run') when there is none, or the text means several.
 */
export async function findSweep(runsFolder: string, text: string): Promise<SweepRecord> {
  const sweeps = await listSweeps(runsFolder);
  const file = path.resolve(text);
  const newest = text === 'last' ? sweeps[0] : sweeps.find(({ id, name, configPath }) => id === text || name === text || configPath === file);
  if (newest !== undefined) return newest;
  const begun = text === '' ? [] : sweeps.filter(({ id }) => id.startsWith(text));
  if (begun.length === 1) return begun[0]!;
  if (begun.length > 1) throw new StudioError('run', `"${text}" may mean ${begun.length} sweeps: ${begun.slice(0, 5).map(({ id }) => id).join(', ')}${begun.length > 5 ? ', ...' : ''}. Write more of the id.`);
  if (sweeps.length === 0) throw new StudioError('run', `There are no sweeps in ${runsFolder}. Start one with "aeconf sweep FILE", or give another folder with --runs.`);
  const near = nearest(text, sweeps.flatMap(({ id, name }) => [id, name]));
  throw new StudioError('run', `There is no sweep "${text}" in ${runsFolder}.${near === undefined ? '' : ` Did you mean ${near}?`} "aeconf sweeps" lists them.`);
}

/** The shortest ends of paths that tell them apart: "units" for "latent.units" where no other path ends so. */
export function shortNames(paths: readonly string[]): ReadonlyMap<string, string> {
  return new Map(paths.map(name => {
    const steps = name.split('.');
    for (let from = steps.length - 1; from > 0; from--) {
      const short = steps.slice(from).join('.');
      if (paths.every(other => other === name || !(other === short || other.endsWith(`.${short}`)))) return [name, short];
    }
    return [name, name];
  }));
}

const LONGEST_VALUE = 40;

/** A value for people, on one line and not too long: text as it is, a typed setting as "sgd momentum=0.9", anything else as JSON. */
export function valueText(value: unknown): string {
  const text = plainText(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 1)}…`;
}

function plainText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.some(item => typeof item === 'object')) return value.map(plainText).join(' + ');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  const { type, ...settings } = value as Readonly<Record<string, unknown>>;
  return [...(type === undefined ? [] : [String(type)]), ...Object.entries(settings).map(([key, entry]) => `${key}=${plainText(entry)}`)].join(' ');
}

/** "units = 8, stddev = 0.1" */
export function valuesText(values: Readonly<Record<string, unknown>>): string {
  const short = shortNames(Object.keys(values));
  return Object.entries(values).map(([name, value]) => `${short.get(name)!} = ${valueText(value)}`).join(', ');
}
