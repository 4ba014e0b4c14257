// Which run a command is about: the one it was called with (a tree item, a lens, a page), that of the page in front, the only one that
// fits, or the one the user picks.
import * as vscode from 'vscode';
import { StudioError } from '../core/errors.ts';
import { tagText } from '../runs/notes.ts';
import { languageId, type CommandId } from './contributions.ts';
import { formatMoment, notConfigs } from './experiment-tree.ts';
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

export const noRuns = 'There are no runs yet. Train a config first.';

interface RunItem extends vscode.QuickPickItem {
  readonly run: RunRecord;
}

/** A run in a list to pick from. */
export function toItem(run: RunRecord): RunItem {
  return {
    label: `$(${stateIcons[run.state].icon}) ${run.star ? '★ ' : ''}${run.name}`,
    description: runDescription(run),
    detail: [run.created > 0 ? formatMoment(run.created) : run.id, run.tags === undefined ? undefined : tagText(run.tags), run.note].filter(text => text !== undefined).join(' · '),
    run,
  };
}

export interface RunWish {
  readonly argument: unknown;
  /** "Stop which run?" */
  readonly prompt: string;
  readonly fits?: (run: RunRecord) => boolean;
  /** The only run of this kind is meant before all others. */
  readonly likely?: (run: RunRecord) => boolean;
  /** Said when no run fits. */
  readonly none: string;
  /** Take the newest that fits in place of asking. */
  readonly newest?: boolean;
}

/**
 * The run of a command; undefined when the user changed their mind, or was told that none fits.
 * @throws StudioError('run') when the named run is gone.
 */
export async function chooseRun(studio: Studio, { argument, prompt, fits = () => true, likely = () => false, none, newest = false }: RunWish): Promise<RunRecord | undefined> {
  const { store } = studio;
  const name = runNamed(argument);
  if (name !== undefined) {
    const run = store.find(name) ?? await store.refreshRun(name);
    if (run === undefined) throw new StudioError('run', `There is no run ${name}: its folder was deleted or moved.`);
    return run;
  }
  const runs = store.runs.filter(fits);
  if (runs.length === 0) {
    void tellNone(studio, none);
    return undefined;
  }
  if (runs.length === 1) return runs[0];
  const page = studio.activePage();
  const ofPage = runs.filter(run => page.includes(run.folder));
  if (ofPage.length === 1) return ofPage[0];
  if (ofPage.length > 1) return pick(ofPage, prompt);
  const expected = runs.filter(likely);
  if (expected.length === 1) return expected[0];
  const active = vscode.window.activeTextEditor?.document.uri.fsPath;
  const ofEditor = runs.filter(run => sameFile(run.configPath, active));
  if (newest) return ofEditor[0] ?? runs[0];
  const sorted = [...ofEditor, ...runs.filter(run => !ofEditor.includes(run))];
  return pick(sorted, prompt);
}

async function pick(runs: readonly RunRecord[], prompt: string): Promise<RunRecord | undefined> {
  return (await vscode.window.showQuickPick(runs.map(toItem), { placeHolder: prompt, matchOnDescription: true, matchOnDetail: true }))?.run;
}

/** Where there is no run to choose that is no error; without any run at all the way to the first one is offered. */
async function tellNone({ store }: Studio, none: string): Promise<void> {
  if (store.runs.length > 0) {
    await vscode.window.showInformationMessage(none);
    return;
  }
  const [train, make] = ['Train', 'New Config…'];
  const hasConfigs = (await vscode.workspace.findFiles(`**/*.${languageId}`, notConfigs, 1)).length > 0;
  const chosen = await vscode.window.showInformationMessage(noRuns, ...(hasConfigs ? [train, make] : [make]));
  if (chosen === undefined) return;
  await vscode.commands.executeCommand((chosen === train ? 'autoencoder.train' : 'autoencoder.newConfig') satisfies CommandId);
}

/** Several runs, those already chosen ticked; undefined when the user changed their mind or ticked none. */
export async function chooseRuns(studio: Studio, prompt: string, chosen: readonly string[]): Promise<readonly RunRecord[] | undefined> {
  const { runs } = studio.store;
  if (runs.length === 0) {
    void tellNone(studio, noRuns);
    return undefined;
  }
  const items = runs.map(run => ({ ...toItem(run), picked: chosen.includes(run.folder) }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: prompt, canPickMany: true, matchOnDescription: true, matchOnDetail: true });
  return picked === undefined || picked.length === 0 ? undefined : picked.map(item => item.run);
}
