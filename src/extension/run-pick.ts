// Which run a command is about: the one it was called with (a tree item, a lens, a page), the only one that fits, or the one the
// user picks.
import * as vscode from 'vscode';
import { StudioError } from '../core/errors.ts';
import { formatMoment } from './experiment-tree.ts';
import type { RunRecord } from './run-record.ts';
import { sameFile } from './same-file.ts';
import { runDescription, stateIcons } from './status-text.ts';
import type { Studio } from './studio.ts';

/** The folder or id a command's argument names: a tree node, { folder }, { id } or text. */
export function runNamed(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  if (typeof argument !== 'object' || argument === null) return undefined;
  if ('run' in argument) return runNamed(argument.run);
  if ('folder' in argument && typeof argument.folder === 'string') return argument.folder;
  return 'id' in argument && typeof argument.id === 'string' ? argument.id : undefined;
}

interface RunItem extends vscode.QuickPickItem {
  readonly run: RunRecord;
}

function toItem(run: RunRecord): RunItem {
  return {
    label: `$(${stateIcons[run.state].icon}) ${run.star ? '★ ' : ''}${run.name}`,
    description: runDescription(run),
    detail: [run.created > 0 ? formatMoment(run.created) : run.id, run.note].filter(text => text !== undefined).join(' · '),
    run,
  };
}

export interface RunWish {
  readonly argument: unknown;
  /** "Stop which run?" */
  readonly prompt: string;
  readonly fits?: (run: RunRecord) => boolean;
  /** Said when no run fits. */
  readonly none: string;
  /** Take the newest that fits in place of asking. */
  readonly newest?: boolean;
}

/**
 * The run of a command; undefined when the user changed their mind.
 * @throws StudioError('run') when the named run is gone, or none fits.
 */
export async function chooseRun({ store }: Studio, { argument, prompt, fits = () => true, none, newest = false }: RunWish): Promise<RunRecord | undefined> {
  const name = runNamed(argument);
  if (name !== undefined) {
    const run = store.find(name) ?? await store.refreshRun(name);
    if (run === undefined) throw new StudioError('run', `There is no run ${name}: its folder was deleted or moved.`);
    return run;
  }
  const runs = store.runs.filter(fits);
  if (runs.length === 0) throw new StudioError('run', none);
  if (runs.length === 1) return runs[0];
  const active = vscode.window.activeTextEditor?.document.uri.fsPath;
  const ofEditor = runs.filter(run => sameFile(run.configPath, active));
  if (newest) return ofEditor[0] ?? runs[0];
  const sorted = [...ofEditor, ...runs.filter(run => !ofEditor.includes(run))];
  return (await vscode.window.showQuickPick(sorted.map(toItem), { placeHolder: prompt, matchOnDescription: true, matchOnDetail: true }))?.run;
}

/** Several runs, those already chosen ticked; undefined when the user changed their mind or ticked none. */
export async function chooseRuns({ store }: Studio, prompt: string, chosen: readonly string[]): Promise<readonly RunRecord[] | undefined> {
  if (store.runs.length === 0) throw new StudioError('run', 'There are no runs yet. Train a config first.');
  const items = store.runs.map(run => ({ ...toItem(run), picked: chosen.includes(run.folder) }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: prompt, canPickMany: true, matchOnDescription: true, matchOnDetail: true });
  return picked === undefined || picked.length === 0 ? undefined : picked.map(item => item.run);
}
