// What `aeconf evaluate` measured last: `evaluation.json` in the run folder, so that a page can show it beside other judgements.
import * as path from 'node:path';
import type { ScalarValues } from './events.ts';
import { readTextIfThere, replaceFile } from './files.ts';
import { toJson } from './json.ts';

export const EVALUATION_FILE = 'evaluation.json';

/** Means over some samples. */
export interface Evaluated {
  readonly samples: number;
  readonly loss: number;
  readonly metrics: ScalarValues;
}

export interface EvaluationReport extends Evaluated {
  readonly format: 1;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly checkpoint: 'last' | 'best';
  readonly epoch: number;
  readonly step: number;
  readonly split: 'train' | 'validation';
  readonly lossName: string;
  /** Of the samples' losses. */
  readonly median: number;
  readonly worst: number;
  readonly classes: readonly (Evaluated & { readonly name: string })[];
  /** Training samples beside the validation samples that were judged: at most as many, spread evenly. */
  readonly train?: Evaluated;
  /** Estimated in nats, from so many draws for each sample. */
  readonly logLikelihood?: { readonly draws: number; readonly mean: number; readonly standardError: number; readonly binary: boolean };
}

/** @throws StudioError('run') when the disk refuses; an old report stays. */
export async function writeEvaluation(runFolder: string, report: Omit<EvaluationReport, 'format' | 'created'>): Promise<void> {
  await replaceFile(path.join(runFolder, EVALUATION_FILE), Buffer.from(`${toJson({ format: 1, created: Date.now(), ...report }, 2)}\n`));
}

/** Undefined when the run was never evaluated, or the report is damaged. */
export async function readEvaluation(runFolder: string): Promise<EvaluationReport | undefined> {
  const read = await readTextIfThere(path.join(runFolder, EVALUATION_FILE));
  if (read === undefined) return undefined;
  try {
    const value = JSON.parse(read.text) as Partial<EvaluationReport> | null;
    const whole = value?.format === 1 && typeof value.samples === 'number' && typeof value.metrics === 'object' && Array.isArray(value.classes);
    // The file is replaced in one go by writeEvaluation, so what has its frame has all of it.
    return whole ? value as EvaluationReport : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
