// Everything a report tells of a run, read from its folder alone: no data set is opened, nothing is computed anew with the model. A run
// may be live, damaged or without a checkpoint; what cannot be read is told among the problems and left out.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ReconstructedSamples } from '../analysis/pictures.ts';
import { StudioError } from '../core/errors.ts';
import { sizeOf } from '../core/tensor.ts';
import { checkConfig } from '../model/check.ts';
import { summarize, type Summary } from '../model/summary.ts';
import type { LossRun, ReportRun, RunLabel } from '../protocol/messages.ts';
import { baselineOf } from '../runs/baseline.ts';
import { runFiles, type RunEvent } from '../runs/events.ts';
import { readTextIfThere } from '../runs/files.ts';
import { readJudged, readReportPicture, type Judged } from '../runs/judged.ts';
import { readRun, readTensors, type Run } from '../runs/reader.ts';
import { RunSeries } from '../runs/series.ts';
import type { Spec } from '../spec/schema.ts';

export type Alert = Extract<RunEvent, { type: 'alert' }>;

/** Reconstructions of one epoch. */
export interface Reconstructions {
  readonly epoch: number;
  readonly samples: ReconstructedSamples;
}

/** Codes of many samples after one epoch. */
export interface Codes {
  readonly epoch: number;
  readonly size: number;
  readonly count: number;
  /** count × size. */
  readonly code: Float32Array;
  /** Each sample's own loss. */
  readonly error?: ArrayLike<number>;
  /** Class of each sample, and what the classes are called. */
  readonly labels?: ArrayLike<number>;
  readonly classNames: ReadonlyMap<number, string>;
}

export interface RunFacts {
  readonly run: Run;
  readonly label: RunLabel;
  /** What the report page shows of it. */
  readonly report: ReportRun;
  /** What the loss page shows of it. */
  readonly loss: LossRun;
  /** The file as the user wrote it; the same with every default filled in. */
  readonly config?: string;
  readonly resolved?: string;
  readonly spec?: Spec;
  readonly model?: Summary;
  /** The epoch with the lowest loss of the kind that is watched. */
  readonly bestEpoch?: number;
  readonly checkpoints: readonly ('best' | 'last')[];
  readonly alerts: readonly Alert[];
  readonly reconstructions?: Reconstructions;
  readonly codes?: Codes;
  /** PNG files. */
  readonly manifold?: Uint8Array;
  readonly pictures: ReadonlyMap<string, Uint8Array>;
  readonly problems: readonly string[];
}

/** @throws only what is a fault of this program. */
export async function readFacts(folder: string): Promise<RunFacts> {
  const run = await readRun(folder);
  const problems: string[] = run.damagedLines === 0 ? [] : [`${run.damagedLines} ${run.damagedLines === 1 ? 'line' : 'lines'} of ${runFiles.events} could not be understood.`];
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StudioError) || error.reason === 'internal') throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const series = new RunSeries();
  series.apply(run.events);
  const { spec, model, config, resolved } = await readConfigs(run, attempt, problems);
  const bestEpoch = run.status?.bestEpoch ?? series.best()?.epoch;
  const judged: Judged = await attempt(() => readJudged(folder)) ?? { robustness: [], generated: [] };
  const pictures = new Map<string, Uint8Array>();
  for (const file of picturesOf(judged)) {
    const png = await attempt(() => readReportPicture(folder, file));
    if (png !== undefined) pictures.set(file, png);
  }
  const label = labelOf(run);
  const { info } = run;
  const lossName = spec?.training.loss ?? 'loss';
  const levels = info?.baseline?.levels ?? (info?.baseline && { mse: info.baseline.mse });
  const kept = (kind: 'picture' | 'latent') => nearest(series.epochs(kind), bestEpoch);
  const [pictured, encoded] = [kept('picture'), kept('latent')];
  const reconstructions = pictured === undefined ? undefined : await attempt(() => readReconstructions(run, pictured));
  const codes = encoded === undefined ? undefined : await attempt(() => readCodes(run, encoded));
  const manifold = codes?.size === 2 && fs.existsSync(path.join(folder, runFiles.manifold)) ? await attempt(() => readReportPicture(folder, runFiles.manifold)) : undefined;
  const has = (file: string): boolean => fs.existsSync(path.join(folder, file));
  return {
    run, label, pictures, problems,
    report: { run: label, lossName, values: series.latest('validation'), latentShape: info?.model.latentShape ?? [], ...judged, ...(info?.baseline === undefined ? {} : { baseline: info.baseline }) },
    loss: { run: label, curves: series.curves(), lossName, ...(bestEpoch === undefined ? {} : { bestEpoch }), ...(levels === undefined ? {} : { levels }) },
    ...(config === undefined ? {} : { config }), ...(resolved === undefined ? {} : { resolved }),
    ...(spec === undefined ? {} : { spec }), ...(model === undefined ? {} : { model }),
    ...(bestEpoch === undefined ? {} : { bestEpoch }),
    checkpoints: [...(has(runFiles.bestCheckpoint) ? ['best' as const] : []), ...(has(runFiles.lastCheckpoint) ? ['last' as const] : [])],
    alerts: run.events.filter(event => event.type === 'alert'),
    ...(reconstructions === undefined ? {} : { reconstructions }), ...(codes === undefined ? {} : { codes }), ...(manifold === undefined ? {} : { manifold }),
  };
}

type Attempt = <T>(work: () => Promise<T>) => Promise<T | undefined>;

async function readConfigs({ folder, info }: Run, attempt: Attempt, problems: string[]): Promise<Pick<RunFacts, 'config' | 'resolved' | 'spec' | 'model'>> {
  const text = async (name: string) => (await attempt(() => readTextIfThere(path.join(folder, name))))?.text;
  const config = await text(runFiles.config);
  const resolved = await text(runFiles.resolvedConfig);
  for (const [name, found] of [[runFiles.config, config], [runFiles.resolvedConfig, resolved]] as const) if (found === undefined) problems.push(`${name} is missing.`);
  const known = { ...(config === undefined ? {} : { config }), ...(resolved === undefined ? {} : { resolved }) };
  if (resolved === undefined) return known;
  const shape = info?.dataset.shape ?? [];
  const { spec, model, diagnostics } = checkConfig(resolved, runFiles.resolvedConfig, shape.length === 0 ? {} : { inputShape: shape });
  const wrong = diagnostics.find(({ severity }) => severity === 'error');
  if (wrong !== undefined) problems.push(`${runFiles.resolvedConfig} is not understood by this version: ${wrong.message}`);
  return { ...known, ...(spec === undefined ? {} : { spec }), ...(model === undefined ? {} : { model: summarize(model) }) };
}

/** As pages are told of a run. */
function labelOf(run: Run): RunLabel {
  const { id, name, state, reason, status, info, notes } = run;
  const message = state === 'failed' || state === 'interrupted' ? reason : status?.message;
  const baseline = baselineOf(run);
  return {
    id, name, state, epoch: status?.epoch ?? 0, epochs: status?.epochs || (info?.epochs ?? 0), star: notes.star ?? false,
    ...(info === undefined ? {} : { created: info.created }), ...(message === undefined || message === '' ? {} : { message }), ...(baseline === undefined ? {} : { baseline }),
  };
}

/** What judges drew: of a test with noise the picture of all strengths. */
function picturesOf({ generated, robustness }: Judged): readonly string[] {
  return [...robustness.map(({ picture }) => picture), ...generated.map(({ file }) => file)];
}

/** The wanted one or the nearest to it; the last where none is wanted. */
function nearest(epochs: readonly number[], wanted: number | undefined): number | undefined {
  if (wanted === undefined) return epochs.at(-1);
  return epochs.toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0];
}

async function readReconstructions({ folder, info }: Run, epoch: number): Promise<Reconstructions | undefined> {
  if (info === undefined) return undefined;
  const { tensors: { original, corrupted, labels }, metadata } = await readTensors(path.join(folder, runFiles.pictureSamples));
  const file = path.join(folder, runFiles.picture(epoch));
  const { tensors: { reconstruction, code, error } } = await readTensors(file);
  const [count = 0] = original?.shape ?? [];
  const [features, codeSize] = [sizeOf(info.dataset.shape), sizeOf(info.model.latentShape)];
  const whole = [[original, features], [reconstruction, features], [corrupted ?? original, features], ...(code === undefined ? [] : [[code, codeSize] as const]), ...(error === undefined ? [] : [[error, 1] as const]), ...(labels === undefined ? [] : [[labels, 1] as const])] as const;
  if (original === undefined || reconstruction === undefined || whole.some(([tensor, size]) => tensor?.data.length !== count * size)) throw new StudioError('run', `${file} or ${runFiles.pictureSamples} is damaged.`);
  const scale = Number(metadata['scale'] ?? (original.data instanceof Uint8Array ? 1 / 255 : 1));
  return {
    epoch,
    samples: {
      shape: info.dataset.shape, latentShape: info.model.latentShape, count,
      original: Float32Array.from(original.data, value => value * scale), reconstruction: reconstruction.data,
      ...(corrupted === undefined ? {} : { corrupted: corrupted.data }), ...(code === undefined ? {} : { code: code.data }), ...(error === undefined ? {} : { error: error.data }),
      ...(labels === undefined ? {} : { labels: Array.from(labels.data, label => className(info.dataset.classNames, label)) }),
    },
  };
}

async function readCodes({ folder, info }: Run, epoch: number): Promise<Codes | undefined> {
  const { tensors: { labels } } = await readTensors(path.join(folder, runFiles.latentSamples));
  const file = path.join(folder, runFiles.latent(epoch));
  const { tensors: { code, error } } = await readTensors(file);
  const [count = 0] = code?.shape ?? [];
  if (!(code?.data instanceof Float32Array) || (labels !== undefined && labels.data.length !== count)) throw new StudioError('run', `${file} or ${runFiles.latentSamples} is damaged.`);
  const classes = [...new Set(labels?.data ?? [])].sort((a, b) => a - b);
  return {
    epoch, count, size: count === 0 ? 0 : code.data.length / count, code: code.data,
    classNames: new Map(classes.map(label => [label, className(info?.dataset.classNames, label)])),
    ...(error === undefined ? {} : { error: error.data }), ...(labels === undefined ? {} : { labels: labels.data }),
  };
}

function className(names: readonly string[] | undefined, label: number): string {
  return names?.[label] ?? String(label);
}
