// "Preview Data": of the config at hand, or of a set in the Datasets view.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { StudioError } from '../../core/errors.ts';
import type { Panels } from '../panels/panels.ts';
import { previewNeedsTrust } from '../previewing.ts';
import { onCommand, type Studio } from '../studio.ts';
import { requireTrust } from '../trust.ts';
import { chooseConfig } from './config-commands.ts';

export function registerDataCommands(studio: Studio, panels: Pick<Panels, 'showData'>, knownConfigs: () => readonly string[]): void {
  onCommand(studio, 'autoencoder.previewData', 'Preview Data', async argument => {
    requireTrust(previewNeedsTrust);
    const dataset = datasetNamed(argument);
    if (dataset !== undefined) {
      panels.showData({ dataset });
      return;
    }
    const file = await chooseConfig(argument, knownConfigs(), 'Look at the data of which config?');
    if (file === undefined) return;
    const document = await vscode.workspace.openTextDocument(file);
    if (document.isUntitled || document.uri.scheme !== 'file') throw new StudioError('usage', 'This config has no file on disk yet. Save it, then look at its data.');
    // The program reads what is on disk.
    if (document.isDirty && !await document.save()) throw new StudioError('usage', `${path.basename(file.fsPath)} could not be saved, so its data is not looked at.`);
    panels.showData({ config: file.fsPath });
  });
}

/** A set of the Datasets view. */
function datasetNamed(argument: unknown): string | undefined {
  if (typeof argument !== 'object' || argument === null || !('name' in argument) || !('note' in argument)) return undefined;
  return typeof argument.name === 'string' ? argument.name : undefined;
}
