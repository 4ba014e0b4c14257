// What the Experiments view shows, as plain data: the configs of the workspace with their runs beneath, and runs whose config is
// not (or no longer) here.
import * as path from 'node:path';
import { isActive } from '../runs/state.ts';
import { sweepFolder, valuesText } from '../runs/sweep.ts';
import type { RunRecord } from './run-record.ts';
import { fileKey } from './same-file.ts';

/** Folders whose .aeconf files are nobody's experiments. */
export const notConfigs = '**/{node_modules,.git,.autoencoder,.cache}/**';

export interface ConfigFile {
  readonly path: string;
  /** Name of its workspace folder; only told apart when there are several. */
  readonly workspace: string;
  /** Path from the workspace folder. */
  readonly relative: string;
}

export interface ConfigNode {
  readonly kind: 'config';
  /** Absolute path of the file. */
  readonly path: string;
  readonly label: string;
  /** Where it is, when its name alone does not say. */
  readonly description: string;
  /** False for a file that is gone or outside the workspace, whose runs are here. */
  readonly here: boolean;
  /** The newest first, starred ones before the others. */
  readonly runs: readonly RunRecord[];
}

export interface RunNode {
  readonly kind: 'run';
  readonly run: RunRecord;
}

/** The runs of one sweep, in its order. */
export interface SweepNode {
  readonly kind: 'sweep';
  readonly id: string;
  /** Its folder, which stands for it in commands. */
  readonly folder: string;
  readonly name: string;
  /** How many runs it has in the end. */
  readonly count: number;
  readonly runs: readonly RunRecord[];
}

export type ExperimentNode = ConfigNode | SweepNode | RunNode;

/** Runs as a config shows them: those of a sweep together, in the place of its newest run. */
export function groupSweeps(runs: readonly RunRecord[]): (RunRecord | SweepNode)[] {
  const sweeps = new Map<string, RunRecord[]>();
  for (const run of runs) if (run.sweep !== undefined) sweeps.set(run.sweep.id, [...sweeps.get(run.sweep.id) ?? [], run]);
  const placed = new Set<string>();
  return runs.flatMap((run): (RunRecord | SweepNode)[] => {
    if (run.sweep === undefined) return [run];
    const { id, count } = run.sweep;
    if (placed.has(id)) return [];
    placed.add(id);
    const members = sweeps.get(id)!.sort((a, b) => a.sweep!.index - b.sweep!.index || a.created - b.created);
    const began = Math.min(...members.map(member => member.created));
    return [{ kind: 'sweep', id, folder: sweepFolder(path.dirname(run.folder), id), name: `Sweep ${formatMoment(began)}`, count, runs: members }];
  });
}

/** "3/6 finished · 1 training". */
export function sweepDescription({ runs, count }: Pick<SweepNode, 'runs' | 'count'>): string {
  const finished = new Set(runs.filter(run => run.state === 'finished').map(run => run.sweep?.index)).size;
  const others = [...new Set(runs.map(run => run.state))].filter(state => state !== 'finished');
  return [`${finished}/${count} finished`, ...others.map(state => `${runs.filter(run => run.state === state).length} ${state}`)].join(' · ');
}

/** The words by which menus know what can be done with a sweep (manifest.ts). */
export function sweepContext({ runs, count }: Pick<SweepNode, 'runs' | 'count'>): string {
  const live = runs.some(run => isActive(run.state));
  const whole = new Set(runs.filter(run => run.state === 'finished').map(run => run.sweep?.index)).size >= count;
  return `sweep ${live ? 'live' : whole ? 'whole' : 'unfinished'}`;
}

/** Configs that have runs by name, then the others, then those elsewhere. */
export function experimentTree(configs: readonly ConfigFile[], runs: readonly RunRecord[]): ConfigNode[] {
  const byConfig = new Map<string, RunRecord[]>();
  for (const run of runs) {
    const key = run.configPath === undefined ? '' : fileKey(run.configPath);
    byConfig.set(key, [...byConfig.get(key) ?? [], run]);
  }
  const severalWorkspaces = new Set(configs.map(config => config.workspace)).size > 1;
  const nodes = configs.map((config): ConfigNode => {
    const key = fileKey(config.path);
    const own = byConfig.get(key) ?? [];
    byConfig.delete(key);
    const folder = path.dirname(config.relative);
    const place = [...(severalWorkspaces ? [config.workspace] : []), ...(folder === '.' ? [] : [folder])].join(' · ');
    return { kind: 'config', path: config.path, label: path.basename(config.path, '.aeconf'), description: place, here: true, runs: starredFirst(own) };
  });
  const elsewhere = [...byConfig.values()].map((own): ConfigNode => {
    const file = own[0]!.configPath ?? '';
    return {
      kind: 'config', path: file, here: false, runs: starredFirst(own),
      label: file === '' ? 'Unknown config' : path.basename(file, '.aeconf'),
      description: file === '' ? '' : `not found in ${path.dirname(file)}`,
    };
  });
  const byName = (a: ConfigNode, b: ConfigNode) => a.label.localeCompare(b.label, undefined, { numeric: true }) || a.path.localeCompare(b.path);
  // What one works with first, however many configs lie beside it.
  const usedFirst = (a: ConfigNode, b: ConfigNode) => Number(b.runs.length > 0) - Number(a.runs.length > 0) || byName(a, b);
  return [...nodes.sort(usedFirst), ...elsewhere.sort(byName)];
}

function starredFirst(runs: readonly RunRecord[]): RunRecord[] {
  return [...runs.filter(run => run.star), ...runs.filter(run => !run.star)];
}

/** "19:30:05" today, "20 Nov 19:30" this year, "20 Nov 2025 19:30" else. */
export function formatMoment(time: number, now = Date.now()): string {
  const date = new Date(time);
  const today = new Date(now);
  if (date.toDateString() === today.toDateString()) return new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' }).format(date);
  const year = date.getFullYear() === today.getFullYear() ? {} : { year: 'numeric' } as const;
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', ...year }).format(date).replace(',', '');
}

/** A run beneath its config: its own name where the user gave one or it is another config's, else when it began; in a sweep its values. */
export function runTitle(run: RunRecord, configLabel: string): string {
  if (run.sweep !== undefined) {
    const values = valuesText(run.sweep.values);
    // As `aeconf sweep` names it; any other name is the user's.
    return run.name.endsWith(values.replaceAll(' = ', '=').replaceAll(', ', ' ')) ? values : run.name;
  }
  return run.name === configLabel && run.created > 0 ? formatMoment(run.created) : run.name;
}
