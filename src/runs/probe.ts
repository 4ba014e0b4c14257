// What a probe found out about a run: `probe/probe.json` in the run folder. The file grows while the probe works (it is
// replaced as a whole after every epoch, so a page may tail it), and like a run's state its own is derived: a report that says
// "running" while its process is gone was interrupted.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ProbeSpec } from '../spec/schema.ts';
import { fileError, readTextIfThere, replaceFileSync } from './files.ts';
import { toJson } from './json.ts';
import { livenessOf, type ProcessIdentity } from './process.ts';
import { HEARTBEAT_FRESH } from './state.ts';

/** Files of a run folder that belong to probes. */
export const probeFiles = {
  report: 'probe/probe.json',
  /** Weights of the classifier of originals that counts digits rebuilt as others, kept for a resume. */
  originals: 'probe/originals.safetensors',
} as const;

export interface ProbeReport {
  readonly format: 1;
  readonly state: 'running' | 'finished' | 'stopped' | 'failed' | 'interrupted';
  /** What is being done, while it runs; why it ended, where it did not finish. */
  readonly message?: string;
  readonly process: ProcessIdentity;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly updated: number;
  /** Which weights of the autoencoder were judged. */
  readonly checkpoint: 'last' | 'best';
  readonly epoch: number;
  readonly samples: { readonly train: number; readonly validation: number };
  readonly settings: Omit<ProbeSpec, 'rebuiltAs'> & { readonly seed: number };
  /** One for each of `settings.on`, in that order; those still to come are missing. */
  readonly subjects: readonly SubjectReport[];
}

/** A classifier trained on one subject. */
export interface SubjectReport {
  readonly on: ProbeSpec['on'][number];
  /** Of one sample: [196], [28, 28, 1]. */
  readonly shape: readonly number[];
  readonly parameters: { readonly total: number; readonly trainable: number; readonly notTrainable: number };
  readonly curve: readonly ProbeEpoch[];
  /** On the validation samples, with the weights of the last epoch; absent while it is trained. */
  readonly result?: Classification;
  /** The epoch with the highest validation accuracy. */
  readonly best?: { readonly epoch: number; readonly accuracy: number };
  /** Of training and judging the classifier. */
  readonly seconds: number;
  readonly neighbors?: Classification & { readonly k: number; readonly seconds: number };
}

export interface ProbeEpoch {
  readonly epoch: number;
  /** Means over the epoch's batches, with dropout, as Keras reports them. */
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
}

export interface Classification {
  readonly accuracy: number;
  /** Rows are true classes, columns predicted ones, entries numbers of samples. */
  readonly confusion: readonly (readonly number[])[];
  readonly classes: readonly ClassScores[];
}

export interface ClassScores {
  readonly name: string;
  /** Share of those put into the class that belong there; 0 when none was. */
  readonly precision: number;
  /** Share of the class that was found; 0 when it has no samples. */
  readonly recall: number;
  /** Harmonic mean of both. */
  readonly f1: number;
  /** Samples of the class. */
  readonly support: number;
}

/** @throws StudioError('run') naming the file when the disk refuses; the old report stays. */
export function writeProbe(runFolder: string, report: ProbeReport): void {
  const file = path.join(runFolder, probeFiles.report);
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
  } catch (error) {
    throw fileError('make the folder of', file, error);
  }
  replaceFileSync(file, `${toJson(report)}\n`);
}

/** The report as it stands; undefined when the run was never probed, or its report is damaged. */
export async function readProbe(runFolder: string): Promise<ProbeReport | undefined> {
  const read = await readTextIfThere(path.join(runFolder, probeFiles.report));
  const report = read === undefined ? undefined : parseProbe(read.text);
  if (report?.state !== 'running') return report;
  const liveness = await livenessOf(report.process);
  const fresh = Math.abs(Date.now() - report.updated) < HEARTBEAT_FRESH;
  return liveness === 'alive' || (liveness === 'unknown' && fresh) ? report : { ...report, state: 'interrupted', message: 'Its process ended without a word. Probe again.' };
}

const states: readonly unknown[] = ['running', 'finished', 'stopped', 'failed'] satisfies ProbeReport['state'][];

function parseProbe(json: string): ProbeReport | undefined {
  try {
    const value = JSON.parse(json) as Partial<ProbeReport> | null;
    const whole = value?.format === 1 && states.includes(value.state) && Array.isArray(value.subjects) && typeof value.settings === 'object' && typeof value.process === 'object';
    // The file is replaced in one go by writeProbe, so what has its frame has all of it.
    return whole ? value as ProbeReport : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
