// What a trained model makes of noise: `robustness/<name>.json` in the run folder, one file for each kind of noise that was
// tried, with its pictures beside it. Only whole reports are written.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { CorruptionSpec } from '../spec/schema.ts';
import { errorCode, fileError, readTextIfThere, replaceFile } from './files.ts';
import { toJson } from './json.ts';

export const ROBUSTNESS_FOLDER = 'robustness';

export interface RobustnessReport {
  readonly format: 1;
  /** "uniform", "saltAndPepper-2", "gaussian-against-dae": name of the file without its ending. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** The noise at its first strength; each strength takes the place of its amount, stddev or size. */
  readonly corruption: CorruptionSpec;
  /** The noise of a sample comes from this and its position, so every run sees the same. */
  readonly seed: number;
  readonly split: 'train' | 'validation';
  /** Number of samples behind every score. */
  readonly samples: number;
  /** The run of this folder first, then those it was compared with. Scores come in this order. */
  readonly runs: readonly TestedRun[];
  /** What each run makes of samples without noise. */
  readonly clean: readonly Scores[];
  readonly strengths: readonly StrengthReport[];
  /** All strengths in one picture, relative to the run folder. */
  readonly picture: string;
  /** What was done otherwise than asked for. */
  readonly note?: string;
}

export interface TestedRun {
  readonly id: string;
  readonly name: string;
  readonly checkpoint: 'last' | 'best';
  readonly epoch: number;
  /** Trained with corruption. */
  readonly denoising: boolean;
}

export interface StrengthReport {
  readonly strength: number;
  /** The noisy input itself against the clean sample: what a model has to be better than. */
  readonly corrupted: Scores;
  /** Each run's reconstruction of the noisy input against the clean sample. */
  readonly runs: readonly Scores[];
  /** A few samples clean, noisy and rebuilt, relative to the run folder. */
  readonly picture: string;
}

/** Mean squared error; for values in [0, 1] peak signal-to-noise ratio in decibels, and of images structural similarity. */
export interface Scores {
  readonly mse: Spread;
  readonly psnr?: Spread;
  readonly ssim?: Spread;
}

/** Over all samples. */
export interface Spread {
  readonly mean: number;
  readonly stddev: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
}

/** Of the numbers of all samples; quartiles are those of the nearest samples. @param values at least one; not changed. */
export function spreadOf(values: ArrayLike<number>): Spread {
  const sorted = Float64Array.from(values).sort();
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sorted.length;
  const quantile = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  return { mean, stddev: Math.sqrt(variance), lowerQuartile: quantile(0.25), median: quantile(0.5), upperQuartile: quantile(0.75) };
}

/** Relative to the run folder. */
export function robustnessFile(name: string): string {
  return `${ROBUSTNESS_FOLDER}/${name}.json`;
}

/** @throws StudioError('run') when the disk refuses; an old report stays. */
export async function writeRobustness(runFolder: string, report: RobustnessReport): Promise<void> {
  await replaceFile(path.join(runFolder, robustnessFile(report.name)), Buffer.from(`${toJson(report, 2)}\n`));
}

/** All reports of a run by name; damaged ones are left out. @throws StudioError('run') when the folder cannot be read. */
export async function readRobustness(runFolder: string): Promise<RobustnessReport[]> {
  const folder = path.join(runFolder, ROBUSTNESS_FOLDER);
  let names: string[];
  try {
    names = await fs.promises.readdir(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw fileError('read', folder, error);
  }
  const texts = await Promise.all(names.filter(name => name.endsWith('.json')).sort().map(name => readTextIfThere(path.join(folder, name))));
  return texts.flatMap(read => parseReport(read?.text ?? '') ?? []);
}

function parseReport(json: string): RobustnessReport | undefined {
  try {
    const value = JSON.parse(json) as Partial<RobustnessReport> | null;
    const whole = value?.format === 1 && typeof value.name === 'string' && Array.isArray(value.runs) && Array.isArray(value.strengths) && Array.isArray(value.clean);
    // The file is replaced in one go by writeRobustness, so what has its frame has all of it.
    return whole ? value as RobustnessReport : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
