// What became of a sweep: a row for every training, the best one, and the knee: the smallest value that costs little. Made anew
// from the runs whenever someone asks, so it is as true while the sweep runs as after a kill.
import { beatsBaseline, type Baseline } from '../core/baseline.ts';
import { baselineOf } from './baseline.ts';
import { changeOf, type Change } from './comparable.ts';
import type { RunState, ScalarValues } from './events.ts';
import { listRuns } from './list.ts';
import { lastValues, readRun, type RunSummary } from './reader.ts';
import { isActive } from './state.ts';
import { hasRunner, type SweepRecord } from './sweep.ts';

export interface SweepRow {
  readonly index: number;
  /** Path → value. */
  readonly values: Readonly<Record<string, unknown>>;
  /** "waiting" until its run begins. */
  readonly state: RunState | 'waiting';
  readonly run?: string;
  readonly folder?: string;
  /** Why it failed, or stands still. */
  readonly reason?: string;
  readonly epoch?: number;
  readonly epochs?: number;
  readonly parameters?: number;
  /** Number of validation samples. */
  readonly judged?: number;
  readonly trainLoss?: number;
  /** Validation losses: of the last epoch and of the best. */
  readonly loss?: number;
  readonly bestLoss?: number;
  readonly bestEpoch?: number;
  /** What else was measured on the validation samples after the last epoch: "mse", "ssim", "kl", ... */
  readonly metrics: ScalarValues;
  /** Of training. */
  readonly seconds?: number;
  /** What the sweep is judged by (see `SweepReport.judgedBy`); only of finished trainings. */
  readonly error?: number;
  /** Principal components with as many numbers in their code, and the mean squared error of the model beside them. */
  readonly baseline?: Baseline;
  /** What they reach in each value that can be compared with them: "mse", "loss". */
  readonly levels?: ScalarValues;
  /** The same in what the sweep is judged by. */
  readonly baselineError?: number;
}

export interface SweepReport {
  readonly id: string;
  readonly name: string;
  readonly configPath: string;
  readonly created: number;
  readonly state: 'running' | 'finished' | 'unfinished';
  /** The paths that change. */
  readonly paths: readonly string[];
  readonly tolerance: number;
  /** Losses of different kinds cannot be compared: then "mse" where it was measured, else nothing; errors on different samples not at all. */
  readonly judgedBy?: 'validation loss' | 'training loss' | 'mse';
  /** Why the finished trainings are judged by nothing. */
  readonly incomparable?: string;
  readonly rows: readonly SweepRow[];
  /** Index of the row with the smallest error. */
  readonly best?: number;
  /** Index of the row with the smallest value whose error is within the tolerance of the best; with one path of numbers only. */
  readonly knee?: number;
}

/** The runs of a sweep by their place in it; the newest where one was begun twice. */
export async function sweepRuns(runsFolder: string, id: string): Promise<ReadonlyMap<number, RunSummary>> {
  const found = new Map<number, RunSummary>();
  for (const run of await listRuns(runsFolder)) {
    const sweep = run.info?.sweep;
    if (sweep?.id === id && !found.has(sweep.index)) found.set(sweep.index, run);
  }
  return found;
}

/** @throws StudioError('run') when the runs folder cannot be read. */
export async function sweepReport(runsFolder: string, record: SweepRecord): Promise<SweepReport> {
  const runs = await sweepRuns(runsFolder, record.id);
  const bare = await Promise.all(record.members.map((values, index) => rowOf(index, values, runs.get(index))));
  const paths = Object.keys(record.members[0] ?? {});
  const judge = judgeOf(paths, bare);
  const { judgedBy } = judge;
  const measured = bare.some(({ metrics }) => metrics['mse'] !== undefined);
  const rows = bare.map(row => withBaseline(withError(measured ? withMse(row) : row, judgedBy), judgedBy));
  const { id, name, configPath, created, tolerance } = record;
  const best = bestOf(rows);
  const knee = kneeOf(rows.flatMap(({ index, values, error }) => (error === undefined || paths.length !== 1 ? [] : [{ index, value: values[paths[0]!], error }])), tolerance);
  const running = rows.some(({ state }) => state !== 'waiting' && isActive(state)) || await hasRunner(record);
  return {
    id, name, configPath, created, paths, tolerance, rows,
    state: rows.every(({ state }) => state === 'finished') ? 'finished' : running ? 'running' : 'unfinished',
    ...judge,
    ...(best === undefined ? {} : { best }),
    ...(knee === undefined ? {} : { knee }),
  };
}

async function rowOf(index: number, values: SweepRow['values'], run: RunSummary | undefined): Promise<SweepRow> {
  if (run === undefined) return { index, values, state: 'waiting', metrics: {} };
  const { id, folder, state, reason, status, info } = run;
  const { trainLoss, validationLoss, bestValidationLoss, bestEpoch } = status ?? {};
  const baseline = baselineOf(run);
  const levels = info?.baseline?.levels;
  return {
    index, values, state, run: id, folder, metrics: state === 'finished' ? await lastMetrics(folder) : {},
    ...(reason === undefined || reason === '' ? {} : { reason }),
    ...(status === undefined ? {} : { epoch: status.epoch, epochs: status.epochs, seconds: status.elapsed }),
    ...(info === undefined || info.model.parameters === 0 ? {} : { parameters: info.model.parameters }),
    ...(info === undefined ? {} : { judged: info.dataset.validation }),
    ...(trainLoss === undefined ? {} : { trainLoss }),
    ...(validationLoss === undefined ? {} : { loss: validationLoss }),
    ...(bestValidationLoss === undefined ? {} : { bestLoss: bestValidationLoss }),
    ...(bestEpoch === undefined ? {} : { bestEpoch }),
    ...(baseline === undefined ? {} : { baseline }),
    ...(levels === undefined ? {} : { levels }),
  };
}

async function lastMetrics(folder: string): Promise<ScalarValues> {
  const { events } = await readRun(folder);
  // The divergence of each single dimension is too much for a table.
  return Object.fromEntries(Object.entries(lastValues(events, 'validation')).filter(([name]) => name !== 'loss' && !name.includes('/')));
}

/** By what the finished trainings are judged, or why they cannot be. */
function judgeOf(paths: readonly string[], rows: readonly SweepRow[]): Pick<SweepReport, 'judgedBy' | 'incomparable'> {
  const finished = rows.filter(({ state }) => state === 'finished');
  if (finished.length === 0) return {};
  const other = (change: Change): string | undefined => paths.find(path => changeOf(path) === change);
  const sameJudged = finished.every(({ judged }) => judged !== undefined && judged > 0 && judged === finished[0]!.judged);
  const samples = other('samples') ?? (sameJudged ? undefined : other('training samples'));
  if (samples !== undefined) return { incomparable: `With another ${samples} other samples are rebuilt, and errors on different samples cannot be compared.` };
  if (other('loss') !== undefined) {
    if (finished.every(row => mseOf(row) !== undefined)) return { judgedBy: 'mse' };
    return { incomparable: 'These losses mean different things and cannot be compared. Add "metrics": ["mse"] to "training" to compare by mse.' };
  }
  if (finished.every(({ loss, bestLoss }) => (bestLoss ?? loss) !== undefined)) return { judgedBy: 'validation loss' };
  return finished.every(({ trainLoss }) => trainLoss !== undefined) ? { judgedBy: 'training loss' } : {};
}

/** As a metric of the spec, or as it was compared with principal components. */
function mseOf({ metrics, baseline }: SweepRow): number | undefined {
  return metrics['mse'] ?? baseline?.model;
}

/** Where some trainings tell it as a metric, the others tell what was compared with principal components. */
function withMse(row: SweepRow): SweepRow {
  const mse = row.state === 'finished' ? mseOf(row) : undefined;
  return mse === undefined ? row : { ...row, metrics: { ...row.metrics, mse } };
}

function withError(row: SweepRow, judgedBy: SweepReport['judgedBy']): SweepRow {
  if (row.state !== 'finished' || judgedBy === undefined) return row;
  const error = judgedBy === 'mse' ? mseOf(row) : judgedBy === 'validation loss' ? row.bestLoss ?? row.loss : row.trainLoss;
  return error === undefined || !Number.isFinite(error) ? row : { ...row, error };
}

function withBaseline(row: SweepRow, judgedBy: SweepReport['judgedBy']): SweepRow {
  const level = judgedBy === 'mse' ? row.baseline?.mse : judgedBy === 'validation loss' ? row.levels?.['loss'] : undefined;
  return level === undefined ? row : { ...row, baselineError: level };
}

/** The finished trainings that are no better than principal components, of those that can be compared with them. */
export function notBetterThanBaseline(rows: readonly SweepRow[]): { readonly compared: number; readonly worse: readonly SweepRow[] } {
  const compared = rows.filter(({ state, baseline }) => state === 'finished' && baseline?.model !== undefined);
  return { compared: compared.length, worse: compared.filter(({ baseline }) => beatsBaseline(baseline!) === false) };
}

function bestOf(rows: readonly SweepRow[]): number | undefined {
  return rows.filter(({ error }) => error !== undefined).sort((a, b) => a.error! - b.error!)[0]?.index;
}

/** The largest error that is within a tolerance of the best one. */
export function errorLimit(best: number, tolerance: number): number {
  return best + Math.abs(best) * tolerance;
}

/** The place of the smallest value whose error is within the tolerance of the best; undefined unless there are two numbers to choose from. */
export function kneeOf(points: readonly { readonly index: number; readonly value: unknown; readonly error: number }[], tolerance: number): number | undefined {
  const numbers = points.flatMap(({ index, value, error }) => (typeof value === 'number' ? [{ index, value, error }] : []));
  if (numbers.length < points.length || new Set(numbers.map(({ value }) => value)).size < 2) return undefined;
  const limit = errorLimit(Math.min(...numbers.map(({ error }) => error)), tolerance);
  return numbers.filter(({ error }) => error <= limit).sort((a, b) => a.value - b.value)[0]!.index;
}
