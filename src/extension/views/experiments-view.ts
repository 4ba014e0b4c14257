// The Experiments view: configs with their runs beneath, live. What it shows is decided in experiment-tree.ts; here it becomes
// tree items.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { baselineText } from '../../core/baseline.ts';
import { messageOf } from '../../core/errors.ts';
import { diagnoseRun, type Finding } from '../../runs/diagnosis.ts';
import { tagText } from '../../runs/notes.ts';
import { contextKeys, languageId, viewIds } from '../contributions.ts';
import { experimentTree, formatMoment, groupSweeps, notConfigs, runTitle, sweepContext, sweepDescription, type ConfigFile, type ConfigNode, type ExperimentNode, type RunNode, type SweepNode } from '../experiment-tree.ts';
import { markdownText } from '../markdown-text.ts';
import { formatOverrides } from '../overrides.ts';
import type { RunRecord } from '../run-record.ts';
import { contextValueOf, formatDuration, formatLoss, runDescription, runLabel, stateIcons, stateNames } from '../status-text.ts';
import { inBackground, type Studio } from '../studio.ts';

/** Looks for configs again this long after the last file event, in milliseconds. */
const CALM = 200;
/** Numbers of live runs are drawn again at most this often, in milliseconds. */
const REDRAW = 1000;

export class ExperimentsView implements vscode.TreeDataProvider<ExperimentNode> {
  private readonly changed = new vscode.EventEmitter<ExperimentNode[] | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<ExperimentNode>;
  /** One node for each run as long as the tree keeps its shape, so that it can be drawn again alone; and how it is drawn now. */
  private readonly nodes = new Map<string, { readonly node: { readonly kind: 'run'; run: RunRecord }; drawn: string }>();
  private configs: readonly ConfigFile[] = [];
  private roots: readonly ConfigNode[] = [];
  private shape = '';
  /** Before the configs have been looked for, every run would seem to be of one that is gone. */
  private looked = false;
  private timer: NodeJS.Timeout | undefined;
  private redraw: NodeJS.Timeout | undefined;

  constructor(private readonly studio: Studio) {
    const { owner, store } = studio;
    owner.add(this.changed);
    const view = this.view = owner.add(vscode.window.createTreeView<ExperimentNode>(viewIds.experiments, { treeDataProvider: this, showCollapseAll: true, canSelectMany: true }));
    owner.add(view.onDidChangeVisibility(({ visible }) => {
      if (!visible) return;
      this.redrawRuns();
      inBackground(studio, 'Looking for runs', store.refresh());
    }));
    owner.add(store.onChange.on(() => {
      this.update();
      const running = store.live.length;
      if ((view.badge?.value ?? 0) !== running) view.badge = running === 0 ? undefined : { value: running, tooltip: `${running} running` };
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
    const found = await vscode.workspace.findFiles(`**/*.${languageId}`, notConfigs, 2000);
    this.configs = found.map(uri => {
      const folder = vscode.workspace.getWorkspaceFolder(uri);
      return { path: uri.fsPath, workspace: folder?.name ?? '', relative: folder === undefined ? uri.fsPath : path.relative(folder.uri.fsPath, uri.fsPath) };
    });
    this.looked = true;
    await vscode.commands.executeCommand('setContext', contextKeys.hasConfigs, this.configs.length > 0);
    await vscode.commands.executeCommand('setContext', contextKeys.ready, true);
    this.update();
  }

  getChildren(node?: ExperimentNode): ExperimentNode[] {
    if (node === undefined) return [...this.roots];
    if (node.kind === 'run') return [];
    const children = node.kind === 'config' ? groupSweeps(node.runs) : node.runs;
    return children.map(child => 'kind' in child ? child : this.nodeOf(child));
  }

  getParent(node: ExperimentNode): ExperimentNode | undefined {
    if (node.kind === 'config') return undefined;
    const own = node.kind === 'run' ? node.run : node.runs[0];
    const config = this.configOf(own);
    const sweep = node.kind === 'run' && own?.sweep !== undefined ? groupSweeps(config?.runs ?? []).find(child => 'kind' in child && child.id === own.sweep?.id) : undefined;
    return sweep !== undefined && 'kind' in sweep ? sweep : config;
  }

  private configOf(run: RunRecord | undefined): ConfigNode | undefined {
    return this.roots.find(config => config.runs.some(other => other.folder === run?.folder));
  }

  getTreeItem(node: ExperimentNode): vscode.TreeItem {
    if (node.kind === 'config') return configItem(node);
    if (node.kind === 'sweep') return sweepItem(node);
    const item = runItem(node.run, this.configOf(node.run));
    const known = this.nodes.get(node.run.folder);
    if (known !== undefined) known.drawn = textOf(item);
    return item;
  }

  /** What pointing at a run tells is made when somebody points at it: it takes the events of the run. */
  async resolveTreeItem(item: vscode.TreeItem, node: ExperimentNode): Promise<vscode.TreeItem> {
    if (node.kind === 'run') item.tooltip = runTooltip(node.run, await this.firstFinding(node.run));
    return item;
  }

  private async firstFinding({ folder }: RunRecord): Promise<Finding | undefined> {
    try {
      return (await diagnoseRun(folder))[0];
    } catch (error) {
      this.studio.log.warn(`What the curves of ${folder} show: ${messageOf(error)}`);
      return undefined;
    }
  }

  private lookSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => inBackground(this.studio, 'Looking for configs', this.look()), CALM);
  }

  private update(): void {
    if (!this.looked) return;
    this.roots = experimentTree(this.configs, this.studio.store.runs);
    const shape = JSON.stringify(this.roots.map(config => [config.path, config.runs.map(run => [run.folder, run.state, run.name, run.star])]));
    if (shape !== this.shape) {
      this.shape = shape;
      this.nodes.clear();
      this.changed.fire(undefined);
    } else {
      this.redraw ??= setTimeout(() => {
        this.redraw = undefined;
        this.redrawRuns();
      }, REDRAW);
    }
  }

  private nodeOf(run: RunRecord): RunNode {
    let known = this.nodes.get(run.folder);
    if (known === undefined) this.nodes.set(run.folder, known = { node: { kind: 'run', run }, drawn: '' });
    known.node.run = run;
    return known.node;
  }

  /** Draws the runs again whose numbers changed, and only where somebody sees them. */
  private redrawRuns(): void {
    if (!this.view.visible) return;
    const changed = this.roots.flatMap(config => config.runs.filter(run => {
      const known = this.nodes.get(run.folder);
      if (known === undefined) return false;
      known.node.run = run;
      return textOf(runItem(run, config)) !== known.drawn;
    }));
    if (changed.length > 0) this.changed.fire(changed.map(run => this.nodeOf(run)));
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

function sweepItem(node: SweepNode): vscode.TreeItem {
  const item = new vscode.TreeItem(node.name, vscode.TreeItemCollapsibleState.Expanded);
  item.id = `sweep ${node.folder}`;
  item.description = sweepDescription(node);
  item.iconPath = new vscode.ThemeIcon('layers');
  item.contextValue = sweepContext(node);
  item.tooltip = `${node.id}: ${sweepDescription(node)}`;
  item.accessibilityInformation = { label: `${node.name}, ${sweepDescription(node)}` };
  item.command = { command: 'autoencoder.openSweep', title: 'Open Sweep', arguments: [{ id: node.id, folder: node.folder }] };
  return item;
}

/** What one sees of an item without pointing at it. */
function textOf(item: vscode.TreeItem): string {
  return `${String(item.label)} ${String(item.description)}`;
}

function runItem(run: RunRecord, config: ExperimentNode | undefined): vscode.TreeItem {
  const item = new vscode.TreeItem(runTitle(run, config?.kind === 'config' ? config.label : ''), vscode.TreeItemCollapsibleState.None);
  const { icon, color } = stateIcons[run.state];
  item.id = `run ${run.folder}`;
  item.description = [run.star ? '★' : '', runDescription(run, config !== undefined && 'runs' in config ? config.runs : undefined), tagText(run.tags ?? [])].filter(text => text !== '').join(' ');
  item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
  item.contextValue = contextValueOf(run);
  item.accessibilityInformation = { label: runLabel(run) };
  item.command = { command: 'autoencoder.showLoss', title: 'Show Loss Curves', arguments: [{ id: run.id, folder: run.folder }] };
  return item;
}

/** Everything that is known of a run, as a small table, under what its curves show. */
export function runTooltip(run: RunRecord, finding?: Finding): vscode.MarkdownString {
  const rows: [string, string | undefined][] = [
    ['Epoch', `${Math.floor(run.epoch)} of ${run.epochs}`],
    ['Best loss', run.bestLoss === undefined ? undefined : `${formatLoss(run.bestLoss)}${run.bestEpoch === undefined ? '' : ` at epoch ${Math.round(run.bestEpoch)}`}`],
    ['Training loss', run.trainLoss === undefined ? undefined : formatLoss(run.trainLoss)],
    ['Validation loss', run.validationLoss === undefined ? undefined : formatLoss(run.validationLoss)],
    ['Principal components', run.baseline === undefined ? undefined : baselineText(run.baseline, formatLoss)],
    ['Duration', formatDuration(run.elapsed)],
    ['Time left', run.state === 'training' && run.timeLeft !== undefined ? formatDuration(run.timeLeft) : undefined],
    ['Samples per second', run.samplesPerSecond === undefined ? undefined : Math.round(run.samplesPerSecond).toLocaleString('en')],
    // A run that never began has not counted them.
    ['Parameters', run.parameters === undefined || run.parameters === 0 ? undefined : run.parameters.toLocaleString('en')],
    ['Device', run.deviceReason === undefined ? run.device : `${run.device ?? ''} ${run.deviceReason}`],
    ['Other devices', run.otherDevices],
    ['Started', run.created === 0 ? undefined : formatMoment(run.created)],
    ['Overrides', Object.keys(run.overrides).length === 0 ? undefined : formatOverrides(run.overrides)],
    ['Tags', run.tags === undefined ? undefined : tagText(run.tags)],
    ['Weights from', run.parent],
    ['Reason', run.reason],
    ['Warning', run.warning],
  ];
  return new vscode.MarkdownString([
    `**${markdownText(run.name)}** — ${stateNames[run.state]}\n\n`,
    ...(run.note === undefined ? [] : [`${markdownText(run.note)}\n\n`]),
    ...(finding === undefined ? [] : [`**${markdownText(finding.title)}.** ${markdownText(finding.text)}\n\n`]),
    '| | |\n|:--|:--|\n',
    ...rows.flatMap(([name, value]) => value === undefined ? [] : [`| ${name} | ${markdownText(value)} |\n`]),
  ].join(''));
}
