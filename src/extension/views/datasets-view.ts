// The Datasets view: the named sets and where they are, as `aeconf datasets` tells it (reading data is the program's job).
// Asked when the view is seen for the first time, when data folders change, after a training, and on Refresh.
import * as vscode from 'vscode';
import { StudioError, messageOf } from '../../core/errors.ts';
import { viewIds, type CommandId } from '../contributions.ts';
import { markdownText } from '../markdown-text.ts';
import { ask } from '../program.ts';
import { allDataFolders } from '../settings.ts';
import type { Studio } from '../studio.ts';

/** What the program says of a set (src/data, DatasetDescription). */
interface DatasetInfo {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly shape?: readonly number[];
  readonly train?: number;
  readonly test?: number;
  readonly state: 'built-in' | 'found' | 'cached' | 'download';
  readonly path?: string;
  readonly note: string;
}

/** A line that tells that the list could not be had. */
interface Failure {
  readonly failure: string;
}
type Node = DatasetInfo | Failure;

const icons: Readonly<Record<DatasetInfo['state'], readonly [icon: string, color: string]>> = {
  'built-in': ['sparkle', 'charts.purple'],
  found: ['pass', 'charts.green'],
  cached: ['pass', 'charts.green'],
  download: ['cloud-download', 'charts.blue'],
};

function isDataset(value: unknown): value is DatasetInfo {
  return typeof value === 'object' && value !== null && 'name' in value && 'title' in value && 'note' in value && 'state' in value && typeof value.state === 'string' && value.state in icons;
}

export class DatasetsView implements vscode.TreeDataProvider<Node> {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private nodes: Promise<readonly Node[]> | undefined;

  constructor(private readonly studio: Studio) {
    const { owner, store } = studio;
    owner.add(this.changed);
    owner.add(vscode.window.createTreeView<Node>(viewIds.datasets, { treeDataProvider: this }));
    owner.add(vscode.workspace.onDidChangeConfiguration(event => {
      if (event.affectsConfiguration('autoencoder.dataFolders')) this.refresh();
    }));
    owner.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.refresh()));
    // A training may have downloaded its set.
    owner.add(store.onEnded.on(() => this.refresh()));
  }

  refresh(): void {
    this.nodes = undefined;
    this.changed.fire(undefined);
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node !== undefined || !vscode.workspace.isTrusted) return [];
    this.nodes ??= this.ask();
    return [...await this.nodes];
  }

  getTreeItem(node: Node): vscode.TreeItem {
    if ('failure' in node) {
      const item = new vscode.TreeItem('The data sets could not be listed');
      item.description = node.failure;
      item.tooltip = node.failure;
      item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
      return item;
    }
    const [icon, color] = icons[node.state];
    const item = new vscode.TreeItem(node.name);
    item.id = `dataset ${node.name}`;
    item.description = node.note;
    item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
    item.contextValue = `dataset ${node.state}`;
    item.tooltip = tooltip(node);
    item.command = { title: 'Preview Data', command: 'autoencoder.previewData' satisfies CommandId, arguments: [node] };
    item.accessibilityInformation = { label: `${node.title}: ${node.description}, ${node.note}` };
    return item;
  }

  private async ask(): Promise<readonly Node[]> {
    try {
      const answer = await ask(this.studio.program, ['datasets', ...allDataFolders().flatMap(folder => ['--data', folder])]);
      const list: unknown = typeof answer === 'object' && answer !== null && 'datasets' in answer ? answer.datasets : answer;
      if (!Array.isArray(list)) throw new StudioError('internal', '`aeconf datasets` printed no list of data sets.');
      return list.filter(isDataset);
    } catch (error) {
      this.studio.log.error(`Datasets: ${messageOf(error)}`);
      return [{ failure: messageOf(error) }];
    }
  }
}

function tooltip(node: DatasetInfo): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendMarkdown(`**${markdownText(node.title)}**\n\n${markdownText(node.description)}.`);
  const samples = [node.train, node.test].filter(count => count !== undefined).map(count => count.toLocaleString('en')).join(' + ');
  if (samples !== '') text.appendMarkdown(`\n\n${markdownText(`${samples} samples${node.shape === undefined ? '' : ` of ${node.shape.join('×')}`}`)}`);
  if (node.path !== undefined) text.appendMarkdown(`\n\n${markdownText(node.path)}`);
  text.appendMarkdown('\n\n').appendCodeblock(`"data": "${node.name}"`, 'jsonc');
  return text;
}
