// The config that a run on a page was trained from: to change it, and to train it again.
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { StudioError } from '../../core/errors.ts';
import { runFiles } from '../../runs/events.ts';
import type { RunRecord } from '../run-record.ts';

/** The file itself, where it is open if it is; the run's own copy where the file is gone. */
export async function openConfig({ configPath, folder }: RunRecord): Promise<void> {
  const uri = vscode.Uri.file(configPath !== undefined && existsSync(configPath) ? configPath : path.join(folder, runFiles.config));
  const open = vscode.window.tabGroups.all.find(group => group.tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === uri.toString()));
  await vscode.window.showTextDocument(uri, open === undefined ? {} : { viewColumn: open.viewColumn });
}

/** @throws StudioError('run') when the file is gone. */
export async function trainAgain({ name, configPath, folder }: RunRecord): Promise<void> {
  if (configPath === undefined || !existsSync(configPath)) {
    throw new StudioError('run', `The config of ${name} is gone${configPath === undefined ? '' : `: ${configPath}`}. What was trained is kept in ${path.join(folder, runFiles.config)}; save it under a name of its own and train that.`);
  }
  await vscode.commands.executeCommand('autoencoder.train', vscode.Uri.file(configPath));
}
