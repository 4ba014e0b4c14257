// What the Experiments view shows, as plain data: the configs of the workspace with their runs beneath, and runs whose config is
// not (or no longer) here.
import * as path from 'node:path';
import type { RunRecord } from './run-record.ts';

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

export type ExperimentNode = ConfigNode | RunNode;

/** Configs by name, those elsewhere last. */
export function experimentTree(configs: readonly ConfigFile[], runs: readonly RunRecord[], caseSensitive = process.platform !== 'win32'): ConfigNode[] {
  const keyOf = (file: string) => caseSensitive ? path.normalize(file) : path.normalize(file).toLowerCase();
  const byConfig = new Map<string, RunRecord[]>();
  for (const run of runs) {
    const key = run.configPath === undefined ? '' : keyOf(run.configPath);
    byConfig.set(key, [...byConfig.get(key) ?? [], run]);
  }
  const severalWorkspaces = new Set(configs.map(config => config.workspace)).size > 1;
  const nodes = configs.map((config): ConfigNode => {
    const key = keyOf(config.path);
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
  return [...nodes.sort(byName), ...elsewhere.sort(byName)];
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

/** A run beneath its config: its own name where the user gave one or it is another config's, else when it began. */
export function runTitle(run: RunRecord, configLabel: string): string {
  return run.name === configLabel && run.created > 0 ? formatMoment(run.created) : run.name;
}
