// What is different between runs: the settings (by their path in the spec) and how each ended.
import * as path from 'node:path';
import type { Baseline } from '../core/baseline.ts';
import { StudioError } from '../core/errors.ts';
import { readSpec } from '../spec/load.ts';
import { stands, type Syntax } from '../spec/parse.ts';
import { parsePath } from '../spec/paths.ts';
import { metricsOf } from './metrics.ts';
import { baselineOf } from './baseline.ts';
import { changeOf } from './comparable.ts';
import { runFiles, type RunState, type ScalarValues } from './events.ts';
import { readTextIfThere } from './files.ts';
import { lastValues, readRun, readSummary } from './reader.ts';

/** A setting in which configs differ: one value per config, undefined where it has none. */
export interface ConfigDifference {
  /** As with --set: "training.optimizer.learningRate", "encoder[1].units". */
  readonly path: string;
  readonly values: readonly unknown[];
}

export interface FinalNumbers {
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  readonly epoch: number;
  readonly step: number;
  /** Seconds of training. */
  readonly elapsed: number;
  readonly parameters?: number;
  readonly trainLoss?: number;
  readonly validationLoss?: number;
  readonly bestValidationLoss?: number;
  readonly bestEpoch?: number;
  readonly baseline?: Baseline;
  /** The metrics of the spec after the last epoch; empty where there are none. */
  readonly trainMetrics: ScalarValues;
  readonly validationMetrics: ScalarValues;
}

export interface RunComparison {
  readonly runs: readonly FinalNumbers[];
  readonly differences: readonly ConfigDifference[];
}

type Kind = 'list' | 'object' | 'value';

function kindOf(value: unknown): Kind {
  return Array.isArray(value) ? 'list' : typeof value === 'object' && value !== null ? 'object' : 'value';
}

function propertyOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined;
}

function equal(a: unknown, b: unknown): boolean {
  if (kindOf(a) !== kindOf(b)) return false;
  if (kindOf(a) === 'value') return Object.is(a, b);
  const keys = [...new Set([...Object.keys(a as object), ...Object.keys(b as object)])];
  return keys.every(key => equal(propertyOf(a, key), propertyOf(b, key)));
}

/** Lists of plain values ([3, 3]) are one setting; lists of objects (layers) are looked into. */
function looksInside(values: readonly unknown[]): boolean {
  const kinds = new Set(values.map(kindOf));
  if (kinds.size !== 1 || kinds.has('value')) return false;
  if (kinds.has('list')) return values.flat().some(item => kindOf(item) === 'object');
  // A relu and a leakyRelu share no settings: they differ as a whole.
  return new Set(values.map(value => propertyOf(value, 'type'))).size === 1;
}

/**
 * The settings in which resolved configs differ, in the order of the first config that has them.
 * Names and descriptions are not settings.
 */
export function compareConfigs(configs: readonly unknown[]): ConfigDifference[] {
  const differences: ConfigDifference[] = [];
  const walk = (at: string, found: readonly unknown[]): void => {
    // A config without defaults differs from others in each of theirs.
    const values = at === 'defaults' ? found.map(value => value ?? {}) : found;
    if (values.every(value => equal(value, values[0]))) return;
    if (!looksInside(values)) {
      differences.push({ path: at, values });
      return;
    }
    const keys = new Set(values.flatMap(value => Object.keys(value as object)));
    for (const key of keys) {
      if (at === '' && (key === 'name' || key === 'description' || key === '$schema')) continue;
      const below = Array.isArray(values[0]) ? `${at}[${key}]` : at === '' ? key : `${at}.${key}`;
      walk(below, values.map(value => propertyOf(value, key)));
    }
  };
  walk('', configs);
  return differences;
}

/**
 * Settings and final numbers of runs, in the order given.
 * @throws StudioError('run') when the resolved config of one is missing or damaged.
 */
export async function compareRuns(folders: readonly string[]): Promise<RunComparison> {
  const configs = await Promise.all(folders.map(readResolvedConfig));
  const runs = await Promise.all(folders.map(async (folder): Promise<FinalNumbers> => {
    const run = await readRun(folder);
    const { id, name, state, status, info, events } = run;
    const baseline = baselineOf(run);
    return {
      id, name, state, epoch: status?.epoch ?? 0, step: status?.step ?? 0, elapsed: status?.elapsed ?? 0,
      ...(info === undefined ? {} : { parameters: info.model.parameters }),
      ...(status?.trainLoss === undefined ? {} : { trainLoss: status.trainLoss }),
      ...(status?.validationLoss === undefined ? {} : { validationLoss: status.validationLoss }),
      ...(status?.bestValidationLoss === undefined ? {} : { bestValidationLoss: status.bestValidationLoss }),
      ...(status?.bestEpoch === undefined ? {} : { bestEpoch: status.bestEpoch }),
      ...(baseline === undefined ? {} : { baseline }),
      trainMetrics: metricsOf(lastValues(events, 'train')), validationMetrics: metricsOf(lastValues(events, 'validation')),
    };
  }));
  return { runs, differences: withoutConsequences(compareConfigs(configs), await Promise.all(folders.map(readWritten))) };
}

/**
 * The differences without those of layers that only follow from `defaults`: of a setting in which the defaults differ, and that no config
 * names at the layer.
 * @param written each config as it was written; a difference is kept where one is not known
 */
function withoutConsequences(differences: readonly ConfigDifference[], written: readonly (Syntax | undefined)[]): readonly ConfigDifference[] {
  const defaults = new Set(differences.flatMap(({ path: at }) => (at.startsWith('defaults.') ? [parsePath(at)[1]] : [])));
  return differences.filter(({ path: at }) => {
    const steps = parsePath(at);
    const key = typeof steps[1] === 'number' ? 2 : 1;
    if (!isLayerPart(steps[0]) || !defaults.has(steps[key])) return true;
    return written.some(tree => tree === undefined || stands(tree, steps.slice(0, key + 1)));
  });
}

function isLayerPart(part: string | number | undefined): boolean {
  return part === 'encoder' || part === 'latent' || part === 'decoder';
}

/** What the user wrote, with the values given beside it. */
async function readWritten(folder: string): Promise<Syntax | undefined> {
  const file = path.join(folder, runFiles.config);
  const text = (await readTextIfThere(file))?.text;
  return text === undefined ? undefined : readSpec(text, file, (await readSummary(folder)).info?.overrides).tree;
}

export interface Ranking {
  /** Place of the run with the lowest best validation loss; absent where none or several have it, or the losses do not mean the same. */
  readonly best?: number;
  /** The settings for which they do not mean the same. */
  readonly apart: readonly string[];
}

/** Which of some runs is the best by its loss, where that can be said. */
export function rankRuns({ runs, differences }: RunComparison): Ranking {
  const apart = differences.map(({ path }) => path).filter(path => changeOf(path) === 'loss' || changeOf(path) === 'samples');
  const losses = runs.map(run => run.bestValidationLoss ?? Infinity);
  const lowest = Math.min(...losses);
  if (apart.length > 0 || !Number.isFinite(lowest) || losses.filter(loss => loss === lowest).length > 1) return { apart };
  return { best: losses.indexOf(lowest), apart };
}

/** config.resolved.json of a run, unchecked. @throws StudioError('run') when it is missing or damaged. */
export async function readResolvedConfig(folder: string): Promise<unknown> {
  const name = path.join(folder, runFiles.resolvedConfig);
  const file = await readTextIfThere(name);
  if (file === undefined) throw new StudioError('run', `${name} is missing: the run was damaged or never began.`);
  try {
    return JSON.parse(file.text) as unknown;
  } catch (error) {
    throw new StudioError('run', `${name} is damaged: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
  }
}
