// Says when a training that somebody waited for is over, and offers to look at it, or what can be done about it.
import * as vscode from 'vscode';
import type { CommandId } from './contributions.ts';
import { asksForDataFolder } from './editor-words.ts';
import type { RunRecord } from './run-record.ts';
import { canRepeat, canResume, endMessage, newWarnings } from './status-text.ts';
import type { Studio } from './studio.ts';

/** What a button of a message does. */
interface Action {
  readonly label: string;
  readonly act: () => Thenable<unknown>;
}

function onRun(label: string, command: CommandId, run: RunRecord): Action {
  return { label, act: () => vscode.commands.executeCommand(command, { id: run.id, folder: run.folder }) };
}

/** Where a run has nothing to go on from. */
function waysOut(run: RunRecord): Action[] {
  const { configPath } = run;
  return [
    ...(asksForDataFolder(run.reason) ? [{ label: 'Add Data Folder…', act: () => vscode.commands.executeCommand('autoencoder.addDataFolder' satisfies CommandId) }] : []),
    ...(canRepeat(run) ? [onRun('Train Again', 'autoencoder.trainAgain', run)] : []),
    ...(configPath === undefined ? [] : [{ label: 'Open Config', act: () => vscode.commands.executeCommand('vscode.open', vscode.Uri.file(configPath)) }]),
  ];
}

function looks(run: RunRecord): Action[] {
  return [onRun('Show Loss', 'autoencoder.showLoss', run), onRun('Reconstructions', 'autoencoder.showReconstructions', run), onRun('Latent Space', 'autoencoder.showLatent', run)];
}

function actionsAfter(run: RunRecord): Action[] {
  if (run.state === 'finished') return looks(run);
  if (!canResume(run)) return waysOut(run);
  return run.state === 'interrupted' ? [onRun('Resume', 'autoencoder.resume', run), ...looks(run)] : [onRun('Show Loss', 'autoencoder.showLoss', run)];
}

async function tell(level: 'info' | 'warning' | 'error', text: string, actions: readonly Action[]): Promise<void> {
  const show = { info: vscode.window.showInformationMessage, warning: vscode.window.showWarningMessage, error: vscode.window.showErrorMessage }[level];
  const chosen = await show(text, ...actions.map(({ label }) => label));
  await actions.find(({ label }) => label === chosen)?.act();
}

export function registerNotifications({ owner, store, log }: Studio): void {
  const told = new Set<string>();
  owner.add(store.onChange.on(() => {
    for (const text of newWarnings(store.runs, told)) {
      log.warn(text);
      void vscode.window.showWarningMessage(text);
    }
  }));
  owner.add(store.onEnded.on(run => {
    const message = endMessage(run);
    log.info(`${run.id}: ${run.state}${run.reason === undefined ? '' : ` (${run.reason})`}`);
    // A sweep speaks for its runs when it ends.
    if (message === undefined || (run.sweep !== undefined && run.state === 'finished')) return;
    void tell(message.level, message.text, actionsAfter(run));
  }));
}

/** Why a run cannot be resumed, and what can be done instead. */
export function tellNothingToResume(run: RunRecord): Promise<void> {
  return tell('warning', `${run.name} has no checkpoint, so there is nothing to go on from.${run.state === 'failed' && run.reason !== undefined ? ` ${run.reason}` : ''}`, waysOut(run));
}
