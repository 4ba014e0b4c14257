// The door of the extension. It only wires: whatever reads files, starts processes or opens pages does so later, when asked.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../core/errors.ts';
import { chooseConfig, registerConfigCommands } from './commands/config-commands.ts';
import { registerDataCommands } from './commands/data-commands.ts';
import { registerDeviceCommands } from './commands/device-commands.ts';
import { registerEngineCommands } from './commands/engine-commands.ts';
import { registerExportCommands } from './commands/export-commands.ts';
import { registerJudgeCommands } from './commands/judge-commands.ts';
import { registerReportCommands } from './commands/report-commands.ts';
import { registerRunCommands } from './commands/run-commands.ts';
import { registerSweepCommands } from './commands/sweep-commands.ts';
import { registerViewCommands } from './commands/view-commands.ts';
import { Disposables } from './disposables.ts';
import { registerDocuments } from './documents.ts';
import { Judging } from './judging.ts';
import { registerLanguage } from './language/language.ts';
import { registerNotifications } from './notifications.ts';
import type { PanelHost } from './panels/page-panel.ts';
import { Panels } from './panels/panels.ts';
import { RunFeeds } from './run-feed.ts';
import { chooseRuns } from './run-pick.ts';
import { RunStore } from './run-store.ts';
import { allRunsFolders, readSetting } from './settings.ts';
import { inBackground, type Studio } from './studio.ts';
import { Sweeping } from './sweeping.ts';
import { trainOnOpen } from './train-on-open.ts';
import { Training } from './training.ts';
import { DatasetsView } from './views/datasets-view.ts';
import { ExperimentsView } from './views/experiments-view.ts';
import { registerStatusBar } from './views/status-bar.ts';

let current: Training | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const began = performance.now();
  const owner = new Disposables();
  context.subscriptions.push(owner);
  const log = owner.add(vscode.window.createOutputChannel('Autoencoder Studio', { log: true }));
  try {
    wire(context, owner, log);
    log.info(`Autoencoder Studio ${String(context.extension.packageJSON.version)} is ready after ${(performance.now() - began).toFixed(0)} ms.`);
  } catch (error) {
    log.error(error instanceof Error ? error.stack ?? error.message : String(error));
    void vscode.window.showErrorMessage(`Autoencoder Studio could not start: ${messageOf(error)}. Reload the window; if that does not help, install the extension again.`, 'Reload Window').then(chosen =>
      chosen === undefined ? undefined : vscode.commands.executeCommand('workbench.action.reloadWindow'));
    throw error;
  }
}

function wire(context: vscode.ExtensionContext, owner: Disposables, log: vscode.LogOutputChannel): void {
  const store = owner.add(new RunStore({ onError: error => log.error(`Runs: ${messageOf(error)}`) }));
  const ready = store.setFolders(allRunsFolders());
  const studio: Studio = {
    context, owner, log, store, feeds: new RunFeeds(), ready,
    program: { node: process.execPath, script: path.join(context.extensionPath, 'dist', 'aeconf.js') },
    activePage: () => panels.activeFolders,
  };
  // Every program that is started from here finds the engines that were installed from here.
  process.env['AECONF_TENSORFLOW'] ||= path.join(context.globalStorageUri.fsPath, 'tensorflow');
  inBackground(studio, 'Looking for runs', ready);

  const host: Omit<PanelHost, 'changed' | 'studio'> = {
    pickRuns: chosen => chooseRuns(studio, 'Show which runs?', chosen),
    command: (command, run) => Promise.resolve(vscode.commands.executeCommand(`autoencoder.${command}`, { id: run.id, folder: run.folder })),
  };
  const panels = new Panels(studio, host);
  const sweeping = new Sweeping(studio, panels);
  const training = current = new Training(studio, panels, sweeping);
  const experiments = new ExperimentsView(studio);
  const datasets = new DatasetsView(studio);
  registerLanguage(studio);
  registerDocuments(studio);
  registerStatusBar(studio);
  registerNotifications(studio);
  const configs = () => experiments.files.map(file => file.path);
  registerConfigCommands(studio, training, configs);
  registerSweepCommands(studio, training, sweeping, (argument, prompt) => chooseConfig(argument, configs(), prompt));
  registerJudgeCommands(studio, new Judging(studio, panels));
  registerRunCommands(studio, training);
  registerExportCommands(studio, configs);
  registerReportCommands(studio);
  registerViewCommands(studio, panels, (argument, prompt) => chooseConfig(argument, configs(), prompt));
  registerDataCommands(studio, panels, configs);
  registerEngineCommands(studio);
  registerDeviceCommands(studio, async () => {
    datasets.refresh();
    await Promise.all([store.refresh(), experiments.look()]);
  });
  followWorkspace(studio);
  trainOnOpen(studio, training);
}

/** Runs folders move with the workspace and the setting; after a return to the window others may have added runs. */
function followWorkspace(studio: Studio): void {
  const { owner, store } = studio;
  const setFolders = () => inBackground(studio, 'Looking for runs', store.setFolders(allRunsFolders()));
  owner.add(vscode.workspace.onDidChangeWorkspaceFolders(setFolders));
  owner.add(vscode.workspace.onDidChangeConfiguration(event => { if (event.affectsConfiguration('autoencoder.runsFolder')) setFolders(); }));
  owner.add(vscode.window.onDidChangeWindowState(({ focused }) => { if (focused) inBackground(studio, 'Looking for runs', store.refresh()); }));
}

/** The window closes. Trainings go on unless the user wants them to stop. */
export function deactivate(): void {
  const training = current;
  current = undefined;
  if (readSetting('autoencoder.onWindowClose') === 'stop') training?.stopLaunched();
}
