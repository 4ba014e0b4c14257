// What judges left in a run folder (evaluation, probe, robustness, generated pictures), as reports show it, and a stamp that changes
// whenever any of it does.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { StudioError } from '../core/errors.ts';
import { EVALUATION_FILE, readEvaluation, type EvaluationReport } from './evaluation.ts';
import { runFiles } from './events.ts';
import { fileError } from './files.ts';
import { probeFiles, readProbe, type ProbeReport } from './probe.ts';
import { readRobustness, ROBUSTNESS_FOLDER, type RobustnessReport } from './robustness.ts';

/** A picture in the run folder; `version` changes when it is written again. */
export interface RunPicture {
  readonly file: string;
  readonly version: number;
}

export interface Judged {
  readonly evaluation?: EvaluationReport;
  readonly probe?: ProbeReport;
  /** By name. */
  readonly robustness: readonly RobustnessReport[];
  readonly generated: readonly RunPicture[];
}

const GENERATED_FOLDER = 'generated';

/** Folders of a run in which judges write, beside the run's own. */
export const judgedFolders: readonly string[] = [path.dirname(probeFiles.report), ROBUSTNESS_FOLDER, GENERATED_FOLDER];

function entriesOf(folder: string, ending: string): { readonly name: string; readonly changed: number }[] {
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder).filter(name => name.endsWith(ending) && !name.startsWith('.')).sort()
    .map(name => ({ name, changed: fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
}

/** The same text as long as nothing was written. */
export function judgedStamp(folder: string): string {
  const files = [
    ...judgedFolders.flatMap(sub => entriesOf(path.join(folder, sub), sub === GENERATED_FOLDER ? '.png' : '.json')),
    ...[runFiles.info, EVALUATION_FILE].map(name => ({ name, changed: fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 })),
  ];
  return JSON.stringify(files);
}

/** @throws StudioError('run') when a folder is there and cannot be read. */
export async function readJudged(folder: string): Promise<Judged> {
  const [evaluation, probe, robustness] = await Promise.all([readEvaluation(folder), readProbe(folder), readRobustness(folder)]);
  const generated = entriesOf(path.join(folder, GENERATED_FOLDER), '.png').map((entry): RunPicture => ({ file: `${GENERATED_FOLDER}/${entry.name}`, version: entry.changed }));
  return { robustness, generated, ...(evaluation === undefined ? {} : { evaluation }), ...(probe === undefined ? {} : { probe }) };
}

/** A picture of a run. @throws StudioError('run') when it is missing, or is none of the run's own. */
export async function readReportPicture(folder: string, file: string): Promise<Uint8Array> {
  const where = path.resolve(folder, file);
  // A report is a file that anybody may have written: it cannot make the page read what is not the run's.
  if (!where.startsWith(path.resolve(folder) + path.sep) || path.extname(where) !== '.png') throw new StudioError('run', `${file} is no picture of this run.`);
  try {
    return new Uint8Array(await fs.promises.readFile(where));
  } catch (error) {
    throw fileError('read', where, error);
  }
}
