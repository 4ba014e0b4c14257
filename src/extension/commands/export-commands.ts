// "Export as Keras Script…": of a run with its weights, or of a config that was not trained yet.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { StudioError } from '../../core/errors.ts';
import { languageId } from '../contributions.ts';
import { ask } from '../program.ts';
import { chooseRun, runNamed } from '../run-pick.ts';
import type { RunRecord } from '../run-record.ts';
import { dataFoldersOf } from '../settings.ts';
import { onCommand, type Studio } from '../studio.ts';
import { chooseConfig } from './config-commands.ts';

/** What a script is made of. */
type Source = { readonly run: RunRecord } | { readonly config: vscode.Uri };

export function registerExportCommands(studio: Studio, knownConfigs: () => readonly string[]): void {
  onCommand(studio, 'autoencoder.exportKeras', 'Export as Keras Script', async argument => {
    const source = await chooseSource(studio, argument, knownConfigs());
    if (source !== undefined) await exportKeras(studio, source);
  });
}

async function chooseSource(studio: Studio, argument: unknown, known: readonly string[]): Promise<Source | undefined> {
  const onRun = runNamed(argument) !== undefined && !isConfig(argument);
  if (onRun || (argument === undefined && vscode.window.activeTextEditor?.document.languageId !== languageId && studio.store.runs.length > 0)) {
    const run = await chooseRun(studio, { argument, prompt: 'Export which run as a Keras script?', none: 'There are no runs yet. Train a config first.' });
    return run && { run };
  }
  const config = await chooseConfig(argument, known, 'Export which config as a Keras script?');
  if (config === undefined) return undefined;
  // The newest first.
  const run = studio.store.runs.find(({ configPath, bestLoss }) => configPath === config.fsPath && bestLoss !== undefined);
  if (run === undefined) return { config };
  const picked = await vscode.window.showQuickPick([
    { label: `With the weights of ${run.name}`, detail: 'Its newest run: the script reconstructs and trains', source: { run } as Source },
    { label: 'Without weights', detail: 'The file as it is now: the script trains', source: { config } as Source },
  ], { title: `Export ${path.basename(config.fsPath)} as a Keras script`, placeHolder: 'Trained or not?' });
  return picked?.source;
}

/** A file of the explorer or the editor, or a config of the Experiments view. */
function isConfig(argument: unknown): boolean {
  return argument instanceof vscode.Uri || (typeof argument === 'object' && argument !== null && 'kind' in argument && argument.kind === 'config');
}

async function exportKeras({ program, log }: Studio, source: Source): Promise<void> {
  const config = 'run' in source ? source.run.configPath : source.config.fsPath;
  const name = 'run' in source ? source.run.name : path.basename(source.config.fsPath, `.${languageId}`);
  if (!('run' in source) && !vscode.workspace.isTrusted) throw new StudioError('usage', 'Exporting a config needs a trusted workspace, because its data says what shape the model has. Choose "Manage Workspace Trust".');
  const picked = await vscode.window.showOpenDialog({
    canSelectFolders: true, canSelectFiles: false, openLabel: 'Export here', title: `Export ${name} as a Keras script, in a folder of its own`,
    ...(config === undefined ? {} : { defaultUri: vscode.Uri.file(path.dirname(config)) }),
  });
  const target = picked?.[0];
  if (target === undefined) return;
  const folder = path.join(target.fsPath, `${path.basename(config ?? name, `.${languageId}`)}-keras`);
  const words = 'run' in source ? [source.run.folder] : [source.config.fsPath, ...dataFoldersOf(source.config).flatMap(data => ['--data', data])];
  log.info(`aeconf export ${words.join(' ')} --keras --out ${folder}`);
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: `Exporting ${name}` }, () => ask(program, ['export', ...words, '--keras', '--out', folder]));
  await vscode.window.showTextDocument(vscode.Uri.file(path.join(folder, 'model.py')), { preview: false });
}
