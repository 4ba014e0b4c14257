// The Experiments view: configs with their runs beneath, live. What it shows is decided in experiment-tree.ts; here it becomes
// tree items.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { contextKeys, languageId, viewIds } from '../contributions.ts';
import { experimentTree, formatMoment, runTitle, type ConfigFile, type ConfigNode, type ExperimentNode } from '../experiment-tree.ts';
import { formatOverrides } from '../overrides.ts';
import type { RunRecord } from '../run-record.ts';
import { contextValueOf, formatDuration, formatLoss, runDescription, runLabel, stateIcons, stateNames } from '../status-text.ts';
import { inBackground, type Studio } from '../studio.ts';

/** Looks for configs again this long after the last file event, in milliseconds. */
const CALM = 200;
/** Numbers of live runs are drawn again at most this often, in milliseconds. */
const REDRAW = 500;
const exclude = '**/{node_modules,.git,.autoencoder,.cache}/**';

export class ExperimentsView implements vscode.TreeDataProvider<ExperimentNode> {
  private readonly changed = new vscode.EventEmitter<ExperimentNode | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private configs: readonly ConfigFile[] = [];
  private roots: readonly ConfigNode[] = [];
  private shape = '';
  private timer: NodeJS.Timeout | undefined;
  private redraw: NodeJS.Timeout | undefined;

  constructor(private readonly studio: Studio) {
    const { owner, store } = studio;
    owner.add(this.changed);
    const view = owner.add(vscode.window.createTreeView<ExperimentNode>(viewIds.experiments, { treeDataProvider: this, showCollapseAll: true, canSelectMany: true }));
    owner.add(view.onDidChangeVisibility(({ visible }) => { if (visible) inBackground(studio, 'Looking for runs', store.refresh()); }));
    owner.add(store.onChange.on(() => {
      this.update();
      view.badge = store.live.length === 0 ? undefined : { value: store.live.length, tooltip: `${store.live.length} running` };
    }));
    const watcher = owner.add(vscode.workspace.createFileSystemWatcher(`**/*.${languageId}`, false, true, false));
    owner.add(watcher.onDidCreate(() => this.lookSoon()));
    owner.add(watcher.onDidDelete(() => this.lookSoon()));
    owner.add(vscode.workspace.onDidChangeWorkspaceFolders(() => this.lookSoon()));
    owner.add({
      dispose: () => {
        clearTimeout(this.timer);
        clearTimeout(this.redraw);
      },
    });
    inBackground(studio, 'Looking for configs', this.look());
  }

  /** The configs of the workspace, by path. */
  get files(): readonly ConfigFile[] {
    return this.configs;
  }

  async look(): Promise<void> {
    const found = await vscode.workspace.findFiles(`**/*.${languageId}`, exclude, 2000);
    this.configs = found.map(uri => {
      const folder = vscode.workspace.getWorkspaceFolder(uri);
      return { path: uri.fsPath, workspace: folder?.name ?? '', relative: folder === undefined ? uri.fsPath : path.relative(folder.uri.fsPath, uri.fsPath) };
    });
    await vscode.commands.executeCommand('setContext', contextKeys.hasConfigs, this.configs.length > 0);
    await vscode.commands.executeCommand('setContext', contextKeys.ready, true);
    this.update();
  }

  getChildren(node?: ExperimentNode): ExperimentNode[] {
    if (node === undefined) return [...this.roots];
    return node.kind === 'config' ? node.runs.map(run => ({ kind: 'run', run })) : [];
  }

  getParent(node: ExperimentNode): ExperimentNode | undefined {
    return node.kind === 'config' ? undefined : this.roots.find(config => config.runs.some(run => run.folder === node.run.folder));
  }

  getTreeItem(node: ExperimentNode): vscode.TreeItem {
    return node.kind === 'config' ? configItem(node) : runItem(node.run, this.getParent(node));
  }

  private lookSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => inBackground(this.studio, 'Looking for configs', this.look()), CALM);
  }

  private update(): void {
    this.roots = experimentTree(this.configs, this.studio.store.runs);
    const shape = JSON.stringify(this.roots.map(config => [config.path, config.runs.map(run => [run.folder, run.state, run.name, run.star])]));
    if (shape !== this.shape) {
      this.shape = shape;
      this.changed.fire(undefined);
    } else {
      // Only numbers changed. Items have ids, so nothing collapses or jumps when the whole tree is drawn again.
      this.redraw ??= setTimeout(() => {
        this.redraw = undefined;
        this.changed.fire(undefined);
      }, REDRAW);
    }
  }
}

function configItem(node: ConfigNode): vscode.TreeItem {
  const hasRuns = node.runs.length > 0;
  const item = new vscode.TreeItem(node.label, hasRuns ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.None);
  // VS Code keeps a known item collapsed when its first child comes; with an id of its own the first run is seen at once.
  item.id = `config ${hasRuns ? 'with runs ' : ''}${node.path}`;
  item.description = node.description;
  item.contextValue = node.here ? 'config' : 'config-elsewhere';
  item.resourceUri = vscode.Uri.file(node.path);
  item.iconPath = node.here ? vscode.ThemeIcon.File : new vscode.ThemeIcon('question');
  item.tooltip = node.path;
  item.accessibilityInformation = { label: `Config ${node.label}, ${node.runs.length} runs` };
  if (node.here) item.command = { command: 'vscode.open', title: 'Open', arguments: [vscode.Uri.file(node.path)] };
  return item;
}

function runItem(run: RunRecord, config: ExperimentNode | undefined): vscode.TreeItem {
  const item = new vscode.TreeItem(runTitle(run, config?.kind === 'config' ? config.label : ''), vscode.TreeItemCollapsibleState.None);
  const { icon, color } = stateIcons[run.state];
  item.id = `run ${run.folder}`;
  item.description = `${run.star ? '★ ' : ''}${runDescription(run)}`;
  item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
  item.contextValue = contextValueOf(run);
  item.tooltip = runTooltip(run);
  item.accessibilityInformation = { label: runLabel(run) };
  item.command = { command: 'autoencoder.showLoss', title: 'Show Loss Curves', arguments: [{ id: run.id, folder: run.folder }] };
  return item;
}

/** Everything that is known of a run, as a small table. */
export function runTooltip(run: RunRecord): vscode.MarkdownString {
  const text = new vscode.MarkdownString(undefined, true);
  text.appendMarkdown('**').appendText(run.name).appendMarkdown(`** — ${stateNames[run.state]}\n\n`);
  if (run.note !== undefined) text.appendText(run.note).appendMarkdown('\n\n');
  const rows: [string, string | undefined][] = [
    ['Epoch', `${Math.floor(run.epoch)} of ${run.epochs}`],
    ['Best loss', run.bestLoss === undefined ? undefined : `${formatLoss(run.bestLoss)}${run.bestEpoch === undefined ? '' : ` at epoch ${Math.round(run.bestEpoch)}`}`],
    ['Training loss', run.trainLoss === undefined ? undefined : formatLoss(run.trainLoss)],
    ['Validation loss', run.validationLoss === undefined ? undefined : formatLoss(run.validationLoss)],
    ['Duration', formatDuration(run.elapsed)],
    ['Time left', run.state === 'training' && run.timeLeft !== undefined ? formatDuration(run.timeLeft) : undefined],
    ['Samples per second', run.samplesPerSecond === undefined ? undefined : Math.round(run.samplesPerSecond).toLocaleString('en')],
    ['Parameters', run.parameters === undefined ? undefined : run.parameters.toLocaleString('en')],
    ['Device', run.device],
    ['Started', run.created === 0 ? undefined : formatMoment(run.created)],
    ['Overrides', Object.keys(run.overrides).length === 0 ? undefined : formatOverrides(run.overrides)],
    ['Reason', run.reason],
  ];
  text.appendMarkdown('| | |\n|:--|:--|\n');
  for (const [name, value] of rows) {
    if (value !== undefined) text.appendMarkdown(`| ${name} | `).appendText(value.replaceAll('\n', ' ').replaceAll('|', '/')).appendMarkdown(' |\n');
  }
  return text;
}
