// Commands that show runs on pages: loss curves, reconstructions, the latent space, and several runs side by side.
import * as vscode from 'vscode';
import type { PageName } from '../../protocol/messages.ts';
import { isActive } from '../../runs/state.ts';
import { languageId, type CommandId } from '../contributions.ts';
import { comparisonUri } from '../documents.ts';
import type { Panels } from '../panels/panels.ts';
import { chooseRun, chooseRuns, noRuns, runNamed } from '../run-pick.ts';
import { onCommand, type Studio } from '../studio.ts';

const pages: readonly (readonly [CommandId, Exclude<PageName, 'sweep' | 'model' | 'data'>, string])[] = [
  ['autoencoder.showLoss', 'loss', 'Loss Curves'],
  ['autoencoder.showReconstructions', 'reconstructions', 'Reconstructions'],
  ['autoencoder.showLatent', 'latent', 'Latent Space'],
  ['autoencoder.showReport', 'report', 'Report'],
];

export function registerViewCommands(studio: Studio, panels: Panels, configOf: (argument: unknown, prompt: string) => Promise<vscode.Uri | undefined>): void {
  for (const [id, page, title] of pages) {
    onCommand(studio, id, title, async argument => {
      // Called without a run, it is about what is in front, or else about what is going on now.
      const run = await chooseRun(studio, { argument, prompt: `${title} of which run?`, likely: run => isActive(run.state), none: noRuns });
      if (run !== undefined) panels.show(page, [run]);
    });
  }
  onCommand(studio, 'autoencoder.showModel', 'Model', async argument => {
    const name = argument instanceof vscode.Uri || isConfig(argument) ? undefined : runNamed(argument);
    if (name !== undefined) {
      const run = await chooseRun(studio, { argument, prompt: '', none: noRuns });
      if (run !== undefined) panels.showModel(run.configPath, run);
      return;
    }
    const file = await configOf(argument, 'Show the model of which config?');
    if (file !== undefined) panels.showModel(file.fsPath);
  });
  onCommand(studio, 'autoencoder.compareRuns', 'Compare Runs', async (argument, selected) => {
    const named = [argument, ...(Array.isArray(selected) ? selected as readonly unknown[] : [])].map(runNamed).filter(name => name !== undefined);
    const folders = [...new Set(named.map(name => studio.store.find(name)?.folder).filter(folder => folder !== undefined))];
    const runs = await chooseRuns(studio, 'Compare which runs?', folders.length > 0 ? folders : studio.activePage());
    if (runs === undefined) return;
    if (runs.length > 1) {
      await vscode.commands.executeCommand('vscode.openWith', comparisonUri(runs.map(run => run.folder)), 'vscode.markdown.preview.editor', vscode.ViewColumn.One);
    }
    panels.show('loss', runs);
  });
}

/** A config of the tree, or its path. */
function isConfig(argument: unknown): boolean {
  if (typeof argument === 'string') return argument.endsWith(`.${languageId}`);
  return typeof argument === 'object' && argument !== null && 'kind' in argument && argument.kind === 'config';
}
