// "Export Report…": one HTML file that tells of a run, or of several beside each other. The program writes it from the run folders.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { ask } from '../program.ts';
import { isLocal, reveal } from '../reveal.ts';
import { chooseRun, noRuns, runNamed } from '../run-pick.ts';
import type { RunRecord } from '../run-record.ts';
import { inBackground, onCommand, type Studio } from '../studio.ts';
import { requireTrust } from '../trust.ts';

/** Where the last report went: the next one most likely goes there too. */
const folderKey = 'reportFolder';

export function registerReportCommands(studio: Studio): void {
  onCommand(studio, 'autoencoder.exportReport', 'Export Report', async (argument, selected) => {
    const runs = await runsOf(studio, argument, selected);
    if (runs.length > 0) await exportReport(studio, runs);
  });
}

/** Those selected in the tree; all of a page that asks, or that is in front; else one that is chosen. */
async function runsOf(studio: Studio, argument: unknown, selected: unknown): Promise<readonly RunRecord[]> {
  const { store } = studio;
  const find = (names: readonly (string | undefined)[]): readonly RunRecord[] => [...new Set(names.flatMap(name => (name === undefined ? [] : store.find(name) ?? [])))];
  if (Array.isArray(selected) && selected.length > 1) return find(selected.map(runNamed));
  const page = find(studio.activePage()).map(({ folder }) => folder);
  const ofTree = typeof argument === 'object' && argument !== null && 'kind' in argument;
  const name = runNamed(argument);
  if (!ofTree && page.length > 0 && (name === undefined || page.includes(name))) return find(page);
  const run = await chooseRun(studio, { argument, prompt: 'Export a report of which run?', none: noRuns });
  return run === undefined ? [] : [run];
}

async function exportReport(studio: Studio, runs: readonly RunRecord[]): Promise<void> {
  requireTrust('Exporting a report needs a trusted workspace, as training does: it starts the program on what the run folder holds.');
  const { program, log, context } = studio;
  const [first] = runs;
  const name = runs.length === 1 ? first!.name : `${runs.length} runs`;
  const file = fileName(runs.length === 1 ? first!.name : `${runs.length}-runs`);
  const target = await vscode.window.showSaveDialog({ title: `Export a report of ${name}`, saveLabel: 'Export', defaultUri: vscode.Uri.file(path.join(folderOf(studio, first!), file)), filters: { 'HTML file': ['html'] } });
  if (target === undefined) return;
  const words = ['report', ...runs.map(run => run.folder), '--out', target.fsPath];
  log.info(`aeconf ${words.join(' ')}`);
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: `Exporting a report of ${name}` }, () => ask(program, words));
  await context.workspaceState.update(folderKey, path.dirname(target.fsPath));
  const [open, show] = ['Open', 'Reveal'];
  void vscode.window.showInformationMessage(`Exported the report of ${name} to ${path.basename(target.fsPath)}.`, open, show).then(chosen => {
    if (chosen === open) inBackground(studio, 'Open Report', openReport(target));
    if (chosen === show) inBackground(studio, 'Reveal Report', reveal(target));
  });
}

function folderOf({ context }: Studio, run: RunRecord): string {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  return context.workspaceState.get<string>(folderKey) ?? (run.configPath === undefined ? workspace ?? run.folder : path.dirname(run.configPath));
}

/** Of signs that every file system takes. */
export function fileName(name: string): string {
  return `${name.replaceAll(/[^\p{L}\p{N}._ -]+/gu, '-').replaceAll(/^[-. ]+|[-. ]+$/g, '').slice(0, 80) || 'run'}-report.html`;
}

/** In the browser of this machine; where that is another one, in a tab. The file forbids itself scripts and the network. */
async function openReport(file: vscode.Uri): Promise<void> {
  if (isLocal()) {
    await vscode.env.openExternal(file);
    return;
  }
  const text = Buffer.from(await vscode.workspace.fs.readFile(file)).toString('utf8');
  vscode.window.createWebviewPanel('autoencoder.handout', path.basename(file.fsPath), vscode.ViewColumn.Active, { enableScripts: false, localResourceRoots: [] }).webview.html = text;
}
