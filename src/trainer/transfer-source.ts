// Where the weights of `init.from` lie: in a run by id, name or folder, in the newest run of a config, or in a file of tensors.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { nearest } from '../spec/diagnostics.ts';
import { loadSpec } from '../spec/load.ts';
import type { InitSpec } from '../spec/schema.ts';
import { runFiles } from '../runs/events.ts';
import { listRuns, looksLikeRun } from '../runs/list.ts';
import { readSummary, type RunSummary } from '../runs/reader.ts';
import { checkpointFile, hasCheckpoint, type CheckpointKind } from './checkpoint.ts';
import { readConfigText } from './config.ts';

export interface WeightFile {
  readonly file: string;
  /** Id of the run it belongs to. */
  readonly run?: string;
  /** For messages: 'the run 2026-11-20T19-30-05-janet-50'. */
  readonly label: string;
  /** What is to be said where it is not plainly what was asked for. */
  readonly note?: string;
}

/** Why there are no weights, and what to do. */
export interface NoWeights {
  readonly message: string;
  readonly cure: string;
}

export interface Surroundings {
  /** Where relative paths start (core/config-folders.ts). */
  readonly baseFolders: readonly string[];
  readonly runsFolder: string;
  /** A run that is no source for itself. */
  readonly except?: string;
}

/** Finds the file with the weights; never throws for what the spec says. */
export async function findWeights({ from, checkpoint }: InitSpec, around: Surroundings): Promise<WeightFile | NoWeights> {
  const places = around.baseFolders.map(folder => path.resolve(folder, from));
  const place = places.find(each => fs.existsSync(each)) ?? places[0]!;
  if (from.endsWith('.safetensors')) return fromFile(place);
  const folder = fs.statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (folder && looksLikeRun(place)) return ofRun([await readSummary(place)], checkpoint);
  const runs = (await listRuns(around.runsFolder)).filter(({ id }) => id !== around.except);
  if (from.endsWith('.aeconf')) return ofConfig(place, runs, checkpoint, around);
  if (/[\\/]/.test(from)) {
    return { message: `${place} is ${folder ? `no run folder: it has no ${runFiles.info}` : 'not there'}.`, cure: 'Give a run folder, a .safetensors file, an .aeconf file, or the name or id of a run; relative paths start at this file.' };
  }
  return ofName(from, runs, checkpoint, around);
}

function fromFile(file: string): WeightFile | NoWeights {
  if (!fs.existsSync(file)) return { message: `there is no file ${file}.`, cure: 'Relative paths start at this file.' };
  const folder = path.dirname(path.dirname(file));
  return looksLikeRun(folder) ? { file, run: path.basename(folder), label: `the run ${path.basename(folder)}` } : { file, label: file };
}

/** The newest of these runs that has the checkpoint: one that has just begun has no weights yet. */
function ofRun(runs: readonly RunSummary[], checkpoint: CheckpointKind): WeightFile | NoWeights {
  const run = runs.find(({ folder }) => hasCheckpoint(folder, checkpoint));
  if (run !== undefined) return { file: checkpointFile(run.folder, checkpoint), run: run.id, label: `the run ${run.id}` };
  const { id, folder, state } = runs[0]!;
  const other = checkpoint === 'last' ? 'best' : 'last';
  return {
    message: `the run ${id} (${state}) has no checkpoint "${checkpoint}".`,
    cure: hasCheckpoint(folder, other) ? `Write "checkpoint": "${other}".` : `One is written after the first epoch: train on with "aeconf resume ${id}".`,
  };
}

async function ofConfig(file: string, runs: readonly RunSummary[], checkpoint: CheckpointKind, { runsFolder }: Surroundings): Promise<WeightFile | NoWeights> {
  const started = runs.filter(({ info }) => info?.configPath === file);
  if (started.length > 0) return ofRun(started, checkpoint);
  const there = fs.existsSync(file);
  const name = (there ? loadSpec(await readConfigText(file), file).spec?.name : undefined) ?? path.basename(file, '.aeconf');
  const named = runs.filter(run => run.name === name || run.info?.name === name);
  if (named.length > 0) {
    // A file that was moved, or has a namesake elsewhere: it need not be the same model.
    const found = ofRun(named, checkpoint);
    const origin = 'message' in found ? undefined : named.find(({ id }) => id === found.run)?.info?.configPath;
    return 'message' in found ? found : { ...found, note: `No run was started from ${file}: this is the newest one called "${name}"${origin === undefined ? '' : `, started from ${origin}`}.` };
  }
  return {
    message: `no run in ${runsFolder} was started from ${file}${there ? '' : ', which is not there'}.`,
    cure: there ? `Train it first: aeconf train ${file}` : 'Relative paths start at this file.',
  };
}

function ofName(from: string, runs: readonly RunSummary[], checkpoint: CheckpointKind, { runsFolder }: Surroundings): WeightFile | NoWeights {
  const exact = runs.filter(({ id }) => id === from);
  // The name it has now, or the one it was given when it began.
  const named = runs.filter(({ name, info }) => name === from || info?.name === from);
  const begun = runs.filter(({ id }) => id.startsWith(from));
  const found = exact.length > 0 ? exact : named;
  if (found.length > 0) return ofRun(found, checkpoint);
  if (begun.length === 1) return ofRun(begun, checkpoint);
  if (begun.length > 1) {
    return { message: `"${from}" may mean ${begun.length} runs: ${begun.slice(0, 4).map(({ id }) => id).join(', ')}${begun.length > 4 ? ', ...' : ''}.`, cure: 'Write more of the id.' };
  }
  const near = nearest(from, runs.flatMap(({ id, name }) => [id, name]));
  return {
    message: `there is no run "${from}" in ${runsFolder}.`,
    cure: near === undefined ? `Train it first, or give the run's folder, a .safetensors file or an .aeconf file. "aeconf runs" lists the runs there are.` : `Did you mean "${near}"?`,
  };
}
