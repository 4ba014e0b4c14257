// A checkpoint: weights, optimiser state and position of one and the same step in one file. Order, noise and dropout are keyed
// by (seed, epoch, batch), so nothing else is needed to go on exactly.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { StudioError } from '../core/errors.ts';
import type { ModelPrograms, State } from '../graph/program.ts';
import { runFiles, type RunEvent, type RunStatus, type TensorFile } from '../runs/events.ts';
import { fileError, replaceFile } from '../runs/files.ts';
import { toJson } from '../runs/json.ts';
import { readTensors } from '../runs/reader.ts';
import type { Spec } from '../spec/schema.ts';
import { freshEarlyStopping, type EarlyStoppingState } from './early-stopping.ts';

/** Where training stands, and all it remembers. */
export interface Position {
  /** Finished epochs. */
  readonly epoch: number;
  /** Steps taken in the epoch after those. */
  readonly stepInEpoch: number;
  /** Samples in each of those, in a checkpoint within an epoch: the spec may have been given another size since. */
  readonly batchSize?: number;
  /** Steps taken in all; negative while pretraining, which ends at −1. */
  readonly step: number;
  /** Layers that are pretrained, and epochs of the one after them, as long as training has not begun. */
  readonly pretraining?: { readonly layers: number; readonly epochs?: number };
  /** Sum over the samples of the unfinished epoch of their batches' losses. */
  readonly lossSum: number;
  /** The same of the scalars that are followed beside the loss, in the order of the programs' `followed`. */
  readonly followedSums: readonly number[];
  readonly earlyStopping: EarlyStoppingState;
  /** Losses of the last finished epoch. */
  readonly trainLoss?: number;
  readonly validationLoss?: number;
  /** The epoch with the lowest watched loss so far. */
  readonly best?: { readonly epoch: number; readonly value: number };
}

export const startPosition: Position = { epoch: 0, stepInEpoch: 0, step: 0, lossSum: 0, followedSums: [], earlyStopping: freshEarlyStopping };

/** The losses of a position, as status.json and results tell them. */
export function lossFacts({ best, trainLoss, validationLoss }: Position, { training: { earlyStopping } }: Pick<Spec, 'training'>): Pick<RunStatus, 'trainLoss' | 'validationLoss' | 'bestValidationLoss' | 'bestEpoch' | 'bestLoss'> {
  return {
    ...(trainLoss === undefined ? {} : { trainLoss }),
    ...(validationLoss === undefined ? {} : { validationLoss }),
    ...(best === undefined ? {} : { bestEpoch: best.epoch, bestLoss: best.value }),
    ...(best === undefined || validationLoss === undefined || earlyStopping?.monitor === 'trainLoss' ? {} : { bestValidationLoss: best.value }),
  };
}

export type CheckpointKind = 'last' | 'best';

/** Metadata of a checkpoint file: the position, and the events of the epoch it ends, should a kill come before they are written. */
export function checkpointMetadata(position: Position, events: readonly RunEvent[]): Record<string, string> {
  return { format: 'autoencoder-studio/1', position: toJson(position), events: toJson(events) };
}

export interface Checkpoint {
  readonly tensors: TensorFile;
  readonly position: Position;
  readonly events: readonly RunEvent[];
}

export function hasCheckpoint(folder: string, kind: CheckpointKind): boolean {
  return fs.existsSync(checkpointFile(folder, kind));
}

export function checkpointFile(folder: string, kind: CheckpointKind): string {
  return path.join(folder, kind === 'last' ? runFiles.lastCheckpoint : runFiles.bestCheckpoint);
}

/** @throws StudioError('run') when the checkpoint is missing, damaged or of another version. */
export async function readCheckpoint(folder: string, kind: CheckpointKind): Promise<Checkpoint> {
  const file = checkpointFile(folder, kind);
  const { tensors, metadata } = await readTensors(file);
  const { format, position, events } = metadata;
  if (format !== 'autoencoder-studio/1' || position === undefined || events === undefined) {
    throw new StudioError('run', `${file} is no checkpoint of this version (format ${format ?? 'missing'}). Train again, or use the version that wrote it.`);
  }
  // The file was written by checkpointMetadata, whole or not at all.
  return { tensors, position: JSON.parse(position) as Position, events: JSON.parse(events) as RunEvent[] };
}

/**
 * Makes the checkpoint "best" what `last` says it is, before a run goes on. A kill may come when an epoch is in `last` and not yet in
 * `best`: then the one is a copy of the other. A `best` of an epoch that `last` knows nothing of is void.
 * @throws StudioError('run') when the disk refuses.
 */
export async function settleBest(folder: string, last: Pick<Checkpoint, 'position'> | undefined): Promise<void> {
  const best = last?.position.best?.epoch;
  if (hasCheckpoint(folder, 'best') && best === (await readCheckpoint(folder, 'best')).position.epoch) return;
  const { epoch, stepInEpoch } = last?.position ?? startPosition;
  const file = checkpointFile(folder, 'best');
  try {
    if (best === epoch && stepInEpoch === 0) await replaceFile(file, await fs.promises.readFile(checkpointFile(folder, 'last')), { durable: true });
    else await fs.promises.rm(file, { force: true });
  } catch (error) {
    throw fileError('replace', file, error);
  }
}

/** Makes `last` a copy of `best`, where a run is to go on. @throws StudioError('run') when the disk refuses. */
export async function goBackToBest(folder: string): Promise<void> {
  await replaceFile(checkpointFile(folder, 'last'), await fs.promises.readFile(checkpointFile(folder, 'best')), { durable: true });
}

/** Checkpoint tensors → state of a session, bit for bit. @throws StudioError('run') when they belong to another model. */
export function stateOf(programs: ModelPrograms, { tensors }: Pick<Checkpoint, 'tensors'>): State {
  return programs.pack(tensors);
}
