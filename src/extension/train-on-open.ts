// The setting autoencoder.trainOnOpen: a folder made for a demonstration or a course trains its config when it is opened.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { sameFile } from './same-file.ts';
import { readSetting } from './settings.ts';
import { inBackground, type Studio } from './studio.ts';
import type { Training } from './training.ts';

/** Trains the config that the folder names, unless it has a run already (also the one that goes on after a reload). */
export function trainOnOpen(studio: Studio, training: Training): void {
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    const name = readSetting('autoencoder.trainOnOpen', folder.uri).trim();
    if (name === '' || !vscode.workspace.isTrusted) continue;
    const file = path.resolve(folder.uri.fsPath, name);
    inBackground(studio, `Training ${name}`, studio.ready.then(async () => {
      if (studio.store.runs.some(run => sameFile(run.configPath, file))) return;
      await vscode.window.showTextDocument(vscode.Uri.file(file));
      await training.train(vscode.Uri.file(file));
    }));
  }
}
