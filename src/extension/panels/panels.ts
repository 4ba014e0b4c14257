// All open pages: opens them, finds the one that already shows a run, remembers what each showed and brings them back after a
// reload of the window.
import * as vscode from 'vscode';
import type { HostMessage, PageName } from '../../protocol/messages.ts';
import { isActive } from '../../runs/state.ts';
import { panelTypes } from '../contributions.ts';
import { keyOf, type DataSubject } from '../data-subject.ts';
import { toLabel, type RunRecord } from '../run-record.ts';
import { sameFile } from '../same-file.ts';
import type { Studio } from '../studio.ts';
import { DataPanel } from './data-panel.ts';
import { LatentPanel } from './latent-panel.ts';
import { spread } from './layout.ts';
import { LossPanel } from './loss-panel.ts';
import { ModelPanel } from './model-panel.ts';
import { pageTitles, type PagePanel, type PanelHost, type ShownRun } from './page-panel.ts';
import { ReconstructionsPanel } from './reconstructions-panel.ts';
import { ReportPanel } from './report-panel.ts';
import { SweepPanel } from './sweep-panel.ts';

const makers: Readonly<Record<PageName, (host: PanelHost, panel: vscode.WebviewPanel) => PagePanel<HostMessage>>> = {
  loss: (host, panel) => new LossPanel(host, panel),
  reconstructions: (host, panel) => new ReconstructionsPanel(host, panel),
  latent: (host, panel) => new LatentPanel(host, panel),
  report: (host, panel) => new ReportPanel(host, panel),
  sweep: (host, panel) => new SweepPanel(host, panel),
  model: (host, panel) => new ModelPanel(host, panel),
  data: (host, panel) => new DataPanel(host, panel),
};

/** What is remembered of a panel: the page's own view settings are kept by VS Code. */
interface Remembered {
  readonly page: PageName;
  readonly title: string;
  readonly folders: readonly string[];
  readonly follows: boolean;
  /** The config that a model page is about. */
  readonly config?: string;
}

/** A page opened for a training that is about to begin. */
export interface FollowingPanel {
  show(begun: ShownRun): void;
  /** The training did not begin: as it was before. */
  undo(): void;
}

const memoryKey = 'openPanels';
/** Panels of earlier windows that were closed unseen are forgotten in the end. */
const remembered = 30;

export class Panels {
  private readonly open = new Set<PagePanel<HostMessage>>();
  private readonly host: PanelHost;
  /** Panels of the last window that VS Code has not brought back yet. */
  private readonly waiting: Remembered[];

  constructor(private readonly studio: Studio, host: Omit<PanelHost, 'changed' | 'studio'>) {
    this.host = { ...host, studio, changed: () => this.remember() };
    this.waiting = [...studio.context.workspaceState.get<readonly Remembered[]>(memoryKey, [])];
    for (const page of Object.keys(makers) as PageName[]) {
      studio.owner.add(vscode.window.registerWebviewPanelSerializer(panelTypes[page], {
        deserializeWebviewPanel: (panel: vscode.WebviewPanel) => this.restore(page, panel),
      }));
    }
  }

  /** Shows runs on a page beside the editor; a panel that shows just them comes to the front. */
  show(page: Exclude<PageName, 'sweep' | 'model' | 'data'>, runs: readonly RunRecord[], focus: 'take' | 'leave' = 'take'): void {
    this.present(page, runs.map(run => ({ label: toLabel(run), folder: run.folder })), focus);
  }

  /** Shows a sweep on its page; its folder stands for it as a run's does. */
  showSweep(sweep: { readonly id: string; readonly name: string; readonly folder: string }, focus: 'take' | 'leave' = 'take'): void {
    this.present('sweep', [{ label: { id: sweep.id, name: sweep.name, state: 'finished', epoch: 0, epochs: 0, star: false }, folder: sweep.folder }], focus);
  }

  /** Shows the model of a config, as the file is now, or as a run of it has learned it. A config has one such page. */
  showModel(config: string | undefined, run?: RunRecord): void {
    const shown = run === undefined ? [] : [{ label: toLabel(run), folder: run.folder }];
    const same = [...this.open].find(panel => panel.page === 'model' && (config === undefined ? panel.folders[0] === run?.folder : sameFile(panel.config, config)));
    if (same !== undefined) {
      if (run !== undefined && !same.folders.includes(run.folder)) same.show(shown);
      same.panel.reveal();
      return;
    }
    const panel = this.create('model', this.column(), false);
    if (panel instanceof ModelPanel) panel.about(config);
    panel.show(shown);
  }

  /** Shows the data of a config, or a named set; what names it stands where a run has its folder. */
  showData(subject: DataSubject): void {
    const key = keyOf(subject);
    this.present('data', [{ label: { id: key, name: key, state: 'finished', epoch: 0, epochs: 0, star: false }, folder: key }], 'take');
  }

  /** Whether a page that shows these runs, and perhaps others, is in sight. */
  isSeen(page: PageName, runs: readonly RunRecord[]): boolean {
    return [...this.open].some(panel => panel.page === page && panel.panel.visible && runs.every(run => panel.folders.includes(run.folder)));
  }

  /** The folders of the runs on the page that is the active tab; none when that is something else. */
  get activeFolders(): readonly string[] {
    const active = [...this.open].find(panel => panel.panel.active);
    return active === undefined || active.page === 'sweep' || active.page === 'data' ? [] : active.folders;
  }

  private present(page: PageName, shown: readonly ShownRun[], focus: 'take' | 'leave'): void {
    const folders = JSON.stringify(shown.flatMap(run => run.folder ?? []).sort());
    const same = [...this.open].find(panel => panel.page === page && JSON.stringify([...panel.folders].sort()) === folders);
    if (same === undefined) this.create(page, this.column(), focus === 'leave').show(shown);
    else if (focus === 'take' || !same.panel.visible) same.panel.reveal(undefined, focus === 'leave');
  }

  /**
   * Opens pages for a training that is about to begin, in the panels that followed the last one when that has ended.
   * The focus stays where it is.
   */
  async follow(pages: readonly PageName[], run: ShownRun): Promise<FollowingPanel[]> {
    const columns = await this.makeRoom(pages.filter(page => this.freePanel(page) === undefined));
    // The first one stays in front where pages share a column.
    return pages.toReversed().map(page => this.followOn(page, run, columns.get(page))).toReversed();
  }

  /**
   * Places for new pages so that all are seen, where the window still is as it was opened; once there are groups or pages, they
   * are as the user wants them.
   */
  private async makeRoom(pages: readonly PageName[]): Promise<ReadonlyMap<PageName, vscode.ViewColumn>> {
    const { all: groups } = vscode.window.tabGroups;
    if (pages.length < 2 || this.open.size > 0 || groups.length > 1) return new Map();
    const taken = groups.some(group => group.tabs.length > 0) ? 1 : 0;
    const { layout, columns } = spread(taken + pages.length);
    await vscode.commands.executeCommand('vscode.setEditorLayout', layout);
    return new Map(pages.map((page, i) => [page, columns[taken + i]!]));
  }

  /** The panel that followed a training that has ended. */
  private freePanel(page: PageName): PagePanel<HostMessage> | undefined {
    return [...this.open].find(panel => panel.page === page && panel.follows && !panel.runs.some(shown => isActive(this.stateOf(shown))));
  }

  private followOn(page: PageName, run: ShownRun, column: vscode.ViewColumn = this.column()): FollowingPanel {
    const free = this.freePanel(page);
    const before = free?.runs;
    const panel = free ?? this.create(page, column, true);
    panel.follows = true;
    if (!panel.panel.visible) panel.panel.reveal(undefined, true);
    panel.show([run]);
    return {
      show: begun => panel.show([begun]),
      undo: () => before === undefined ? panel.panel.dispose() : panel.show(before),
    };
  }

  /** Pages share one column: the first opens beside the editor, the others behind it. */
  private column(): vscode.ViewColumn {
    const others = [...this.open].map(panel => panel.panel);
    const other = others.find(panel => panel.visible) ?? others.at(-1);
    return other?.viewColumn ?? vscode.ViewColumn.Beside;
  }

  private stateOf(shown: ShownRun) {
    return (shown.folder === undefined ? undefined : this.studio.store.find(shown.folder)?.state) ?? shown.label.state;
  }

  private create(page: PageName, column: vscode.ViewColumn, preserveFocus: boolean): PagePanel<HostMessage> {
    return this.adopt(page, vscode.window.createWebviewPanel(panelTypes[page], pageTitles[page], { viewColumn: column, preserveFocus }, { enableScripts: true }));
  }

  private adopt(page: PageName, webviewPanel: vscode.WebviewPanel): PagePanel<HostMessage> {
    const panel = makers[page](this.host, webviewPanel);
    this.open.add(panel);
    this.studio.owner.add(panel.owner);
    panel.owner.add({
      dispose: () => {
        this.open.delete(panel);
        this.studio.owner.release(panel.owner);
      },
    });
    return panel;
  }

  private async restore(page: PageName, webviewPanel: vscode.WebviewPanel): Promise<void> {
    // VS Code keeps the title, which tells panels of a page apart; panels of equal title are alike to the user too.
    const at = this.waiting.findIndex(each => each.page === page && each.title === webviewPanel.title);
    const [known] = at < 0 ? [] : this.waiting.splice(at, 1);
    await this.studio.ready;
    const panel = this.adopt(page, webviewPanel);
    panel.follows = known?.follows ?? false;
    if (panel instanceof ModelPanel) panel.about(known?.config);
    panel.show((known?.folders ?? []).map((folder): ShownRun => {
      const run = this.studio.store.find(folder);
      const name = folder.split(/[/\\]/).at(-1) ?? folder;
      return { folder, label: run === undefined ? { id: name, name, state: 'interrupted', epoch: 0, epochs: 0, star: false } : toLabel(run) };
    }));
  }

  private remember(): void {
    const panels = [...this.open].map((panel): Remembered => ({ page: panel.page, title: panel.panel.title, folders: panel.folders, follows: panel.follows, ...(panel.config === undefined ? {} : { config: panel.config }) }));
    void this.studio.context.workspaceState.update(memoryKey, [...panels, ...this.waiting].slice(0, remembered));
  }
}
