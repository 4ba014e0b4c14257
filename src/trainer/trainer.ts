// The border of the trainer: what the command line asks of it.
import type { CheckpointKind } from './checkpoint.ts';
import type { RunEvent, RunInfo, RunOutcome, RunStatus, SweepMembership } from '../runs/events.ts';

export interface TrainOptions {
  readonly configPath: string;
  /** Path in the spec ("training.epochs", "encoder[1].units") → value, as with --set. */
  readonly overrides: Readonly<Record<string, unknown>>;
  /** A device id, or "auto". */
  readonly device: string;
  readonly threads?: number;
  /** The built src/data/batch-worker.ts; batches are made on the main thread without it. */
  readonly batchWorker?: string;
  readonly dataFolders: readonly string[];
  readonly cacheFolder?: string;
  /** Where checks of devices are kept; the user's cache folder when left out. */
  readonly devicesFolder?: string;
  /** Holds one folder per run; `.autoencoder/runs` beside the nearest workspace root when left out by the caller. */
  readonly runsFolder: string;
  /** Aborting stops after the current step with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly onStatus?: (status: RunStatus) => void;
  readonly onEvent?: (event: RunEvent) => void;
  /** For a run of a sweep: its name, its place, and the text of the file as it was when the sweep began. */
  readonly member?: { readonly name: string; readonly sweep: SweepMembership; readonly text: string };
  /** Called once, as soon as the run folder exists. */
  readonly onRun?: (run: { readonly id: string; readonly folder: string }) => void;
}

export interface TrainResult {
  readonly id: string;
  readonly folder: string;
  readonly outcome: RunOutcome;
  readonly trainLoss?: number;
  readonly validationLoss?: number;
  readonly bestValidationLoss?: number;
  /** As in RunStatus. */
  readonly bestEpoch?: number;
  readonly bestLoss?: number;
  /** Reconstruction errors of principal components and of the model, where they were computed. */
  readonly baseline?: RunInfo['baseline'];
  readonly seconds: number;
}

export type ResumeOptions = Pick<TrainOptions, 'dataFolders' | 'cacheFolder' | 'devicesFolder' | 'signal' | 'onStatus' | 'onEvent' | 'onRun' | 'threads' | 'batchWorker'> & {
  /** Left out: the device the run was on. */
  readonly device?: string;
  /** Train up to this many epochs in place of the spec's. */
  readonly epochs?: number;
  /** Samples per step in place of the spec's. */
  readonly batchSize?: number;
  /** Where to go on from; what came after the best epoch is void then. Left out: from the last. */
  readonly checkpoint?: CheckpointKind;
};
