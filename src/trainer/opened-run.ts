// A trained run, opened to be looked at: its weights with its model, and where it is wanted its data and a session.
import * as path from 'node:path';
import { configFolders } from '../core/config-folders.ts';
import { StudioError } from '../core/errors.ts';
import type { Normalization } from '../core/normalization.ts';
import { sizeOf } from '../core/tensor.ts';
import type { DataProgress } from '../data/dataset.ts';
import type { Session } from '../engine/engine.ts';
import { listDevices, openSession } from '../engine/engines.ts';
import type { ModelPrograms, State } from '../graph/program.ts';
import { buildPrograms } from '../graph/programs.ts';
import { buildModel } from '../model/build.ts';
import { readColumns } from '../runs/columns.ts';
import { runFiles, type RunInfo } from '../runs/events.ts';
import { readSummary } from '../runs/reader.ts';
import type { Spec } from '../spec/schema.ts';
import { hasCheckpoint, readCheckpoint, stateOf, type CheckpointKind, type Position } from './checkpoint.ts';
import { CompiledPrograms } from './compiled.ts';
import { checkedConfig, readConfigText } from './config.ts';
import { Evaluator } from './evaluate.ts';
import { openExperiment, type Experiment } from './experiment.ts';

export interface OpenRunOptions {
  /** Left out: the result, that is the best one when early stopping restores it, else the last. */
  readonly checkpoint?: CheckpointKind;
}

export interface TrainedModel {
  readonly info: RunInfo;
  /** What the user calls the run now. */
  readonly name: string;
  /** What its columns were normalised with. */
  readonly normalization?: Normalization;
  readonly spec: Spec;
  readonly checkpoint: CheckpointKind;
  readonly position: Position;
  readonly programs: ModelPrograms;
  readonly state: State;
}

/** Weights and model of a run, without data. @throws StudioError('run') when there is no whole checkpoint. */
export async function openModel(folder: string, options: OpenRunOptions = {}): Promise<TrainedModel> {
  const { info, name, reason, id } = await readSummary(folder);
  if (info === undefined) throw new StudioError('run', `Cannot open ${folder}: ${reason ?? `${runFiles.info} is missing.`}`);
  const spec = await specOf(folder);
  const wanted = options.checkpoint ?? (spec.training.earlyStopping?.restoreBest ? 'best' : 'last');
  const checkpoint = options.checkpoint === undefined && !hasCheckpoint(folder, wanted) ? 'last' : wanted;
  if (!hasCheckpoint(folder, checkpoint)) {
    throw new StudioError('run', `The run ${id} has no checkpoint "${checkpoint}" yet: one is written after the first epoch, and when training is stopped. Train on with "aeconf resume ${id}".`);
  }
  const read = await readCheckpoint(folder, checkpoint);
  const normalization = (await readColumns(folder))?.normalization;
  const model = buildModel(spec, info.dataset.shape);
  // The type of the data plays no part in weights and exported models.
  const programs = buildPrograms(model, spec, { data: { dtype: 'float32', scale: 1 } });
  return { info, name, ...(normalization === undefined ? {} : { normalization }), spec, checkpoint, position: read.position, programs, state: stateOf(programs, read) };
}

async function specOf(folder: string): Promise<Spec> {
  const file = path.join(folder, runFiles.resolvedConfig);
  return checkedConfig(await readConfigText(file), file, {}).spec;
}

export interface DataAccess {
  readonly dataFolders: readonly string[];
  readonly cacheFolder?: string;
  readonly threads?: number;
  readonly onProgress?: (progress: DataProgress) => void;
}

export interface OpenedRun extends TrainedModel {
  readonly experiment: Experiment;
  readonly evaluator: Evaluator;
  /** With the run's weights in it. */
  readonly session: Session;
  /** Frees the session. */
  close(): Promise<void>;
}

/**
 * A run with its data and a session on the CPU, where a few looks at the data need no accelerator.
 * @throws StudioError('run', 'data', 'download').
 */
export async function openRun(folder: string, access: DataAccess, options: OpenRunOptions = {}): Promise<OpenedRun> {
  const trained = await openModel(folder, options);
  const { info, spec, normalization } = trained;
  const experiment = await openExperiment(spec, {
    baseFolders: configFolders(info.configPath), dataFolders: access.dataFolders,
    ...(access.cacheFolder === undefined ? {} : { cacheFolder: access.cacheFolder }),
    ...(access.onProgress === undefined ? {} : { onProgress: access.onProgress }),
    ...(normalization === undefined ? {} : { normalization }),
  });
  if (experiment.features !== sizeOf(info.dataset.shape)) {
    throw new StudioError('data', `The data now has samples of ${experiment.dataset.shape.join('×')}, the run was trained on ${info.dataset.shape.join('×')}. Bring the old data back.`);
  }
  const session = await cpuSession(access.threads);
  await session.setState(trained.state);
  const evaluator = new Evaluator(experiment, new CompiledPrograms(session, experiment.programs));
  return { ...trained, programs: experiment.programs, experiment, evaluator, session, close: () => session.dispose() };
}

/** A session on the CPU, which every machine has. */
export async function cpuSession(threads: number | undefined): Promise<Session> {
  const devices = await listDevices({ gpus: false });
  const device = devices.find(({ id, available }) => id === 'cpu' && available) ?? devices.find(({ available }) => available);
  if (device === undefined) throw new StudioError('device', 'This machine has no device to compute on.');
  return openSession(device, threads === undefined ? {} : { threads });
}
