// Says when a training that somebody waited for is over, and offers to look at it.
import * as vscode from 'vscode';
import type { CommandId } from './contributions.ts';
import { endMessage, newWarnings } from './status-text.ts';
import type { Studio } from './studio.ts';

const looks: Readonly<Record<string, CommandId>> = {
  'Show Loss': 'autoencoder.showLoss',
  'Reconstructions': 'autoencoder.showReconstructions',
  'Latent Space': 'autoencoder.showLatent',
};
const resume = 'Resume';

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
    const show = { info: vscode.window.showInformationMessage, warning: vscode.window.showWarningMessage, error: vscode.window.showErrorMessage }[message.level];
    const actions = run.state === 'interrupted' ? [resume, ...Object.keys(looks)] : run.state === 'failed' ? ['Show Loss'] : Object.keys(looks);
    void show(message.text, ...actions).then(chosen => {
      const command = chosen === resume ? 'autoencoder.resume' : chosen === undefined ? undefined : looks[chosen];
      return command === undefined ? undefined : vscode.commands.executeCommand(command, { id: run.id, folder: run.folder });
    });
  }));
}
