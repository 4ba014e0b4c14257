// The report page's host: what judges found out about runs, from the files they wrote. Those folders are watched, so a probe
// started in a terminal shows as it goes on.
import * as path from 'node:path';
import type * as vscode from 'vscode';
import type { ReportHostMessage, ReportRun } from '../../protocol/messages.ts';
import { judgedFolders, judgedStamp, readJudged, readReportPicture } from '../../runs/judged.ts';
import { FolderWatch } from '../folder-watch.ts';
import { PagePanel, type PanelHost, type ShownRun } from './page-panel.ts';

export class ReportPanel extends PagePanel<ReportHostMessage> {
  protected readonly answers = {
    file: ({ runId, file }: { runId: string; file: string }) => readReportPicture(this.recordOf(runId).folder, file),
  };
  /** What the page knows of each run, as a stamp. */
  private readonly told = new Map<string, string>();
  private watches: readonly FolderWatch[] = [];

  constructor(host: PanelHost, panel: vscode.WebviewPanel) {
    super('report', host, panel, true);
    this.owner.add({ dispose: () => this.watch([]) });
    this.owner.add(host.studio.store.onHold.on(folder => { if (this.folders.includes(folder)) this.watch(this.folders); }));
  }

  override show(runs: readonly ShownRun[]): void {
    super.show(runs);
    this.watch(this.folders);
  }

  private watch(folders: readonly string[]): void {
    for (const watch of this.watches) watch.dispose();
    const { store } = this.host.studio;
    this.watches = folders.filter(folder => store.mayBeHeld(folder)).flatMap(folder => ['', ...judgedFolders].map(sub => new FolderWatch(path.join(folder, sub), () => this.refresh())));
  }

  protected async snapshot(): Promise<ReportHostMessage> {
    this.told.clear();
    const runs = await Promise.all(this.runs.map(run => this.reportRun(run)));
    return { type: 'snapshot', revision: this.nextRevision(), runs };
  }

  protected async increment(): Promise<ReportHostMessage | 'snapshot' | undefined> {
    if (this.runs.some(shown => !this.told.has(this.labelOf(shown).id))) return 'snapshot';
    const [first, ...others] = this.runs.filter(shown => this.told.get(this.labelOf(shown).id) !== this.stampOf(shown));
    if (first === undefined) return undefined;
    // One run at a time.
    if (others.length > 0) this.passOver();
    return { type: 'update', revision: this.nextRevision(), report: await this.reportRun(first) };
  }

  private stampOf(shown: ShownRun): string {
    const label = this.labelOf(shown);
    const values = this.feedOf(shown)?.series.latest('validation') ?? {};
    return JSON.stringify([label.name, label.state, label.message, values, shown.folder === undefined ? '' : judgedStamp(shown.folder)]);
  }

  private async reportRun(shown: ShownRun): Promise<ReportRun> {
    const run = this.labelOf(shown);
    // Before reading: what is written meanwhile is told next time.
    this.told.set(run.id, this.stampOf(shown));
    const feed = this.feedOf(shown);
    if (feed === undefined) return { run, lossName: 'loss', values: {}, latentShape: [], robustness: [], generated: [] };
    const [info, judged, lossName] = await Promise.all([feed.info(), readJudged(feed.folder), feed.loss()]);
    return {
      run, lossName, values: feed.series.latest('validation'), latentShape: info?.model.latentShape ?? [], ...judged,
      ...(info?.baseline === undefined ? {} : { baseline: info.baseline }),
    };
  }
}
