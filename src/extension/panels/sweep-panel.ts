// The sweep page's host: a report made anew from the sweep's runs whenever one of them has moved on.
import * as path from 'node:path';
import type * as vscode from 'vscode';
import { StudioError } from '../../core/errors.ts';
import type { ShownSweep, SweepHostMessage, SweepReport } from '../../protocol/messages.ts';
import { isActive } from '../../runs/state.ts';
import { sweepReport } from '../../runs/sweep-report.ts';
import { readSweep, shortNames, valueText } from '../../runs/sweep.ts';
import { PagePanel, type PanelHost } from './page-panel.ts';

/** A report reads all runs of the folder: not more often than this while only numbers change, in milliseconds. */
const CALM = 2000;
/** The runner lives on for a moment after its last run: looked at again after so many milliseconds. */
const LAST_LOOK = 1500;

export class SweepPanel extends PagePanel<SweepHostMessage> {
  protected readonly answers = {};
  /** States and numbers of the members the page knows of. */
  private told = { states: '', numbers: '' };
  private calmUntil = 0;
  private lastLook: NodeJS.Timeout | undefined;

  constructor(host: PanelHost, panel: vscode.WebviewPanel) {
    super('sweep', host, panel, false);
    this.owner.add({ dispose: () => clearTimeout(this.lastLook) });
  }

  protected async snapshot(): Promise<SweepHostMessage | undefined> {
    return this.runs[0] === undefined ? undefined : { type: 'snapshot', revision: this.nextRevision(), sweep: await this.read() };
  }

  protected async increment(): Promise<SweepHostMessage | undefined> {
    const now = this.members();
    if (now.states === this.told.states && (now.numbers === this.told.numbers || performance.now() < this.calmUntil)) return undefined;
    return { type: 'update', revision: this.nextRevision(), sweep: await this.read() };
  }

  private get id(): string {
    const folder = this.runs[0]?.folder;
    if (folder === undefined) throw new StudioError('run', 'This page shows no sweep.');
    return path.basename(folder);
  }

  private members(): { states: string; numbers: string } {
    const own = this.host.studio.store.runs.filter(run => run.sweep?.id === this.id);
    return {
      states: JSON.stringify(own.map(run => [run.id, run.state])),
      numbers: JSON.stringify(own.map(run => [Math.floor(run.epoch), run.bestLoss])),
    };
  }

  private async read(): Promise<ShownSweep> {
    this.told = this.members();
    this.calmUntil = performance.now() + CALM;
    const runsFolder = path.resolve(this.runs[0]!.folder!, '../..');
    const record = await readSweep(runsFolder, this.id);
    const report = await sweepReport(runsFolder, record);
    this.panel.title = `Sweep: ${record.name}`;
    clearTimeout(this.lastLook);
    if (report.state === 'running' && !report.rows.some(row => row.state !== 'waiting' && isActive(row.state))) {
      this.lastLook = setTimeout(() => {
        this.told = { states: '', numbers: '' };
        this.refresh();
      }, LAST_LOOK);
    }
    const short = shortNames(report.paths);
    const lossName = await this.lossOf(report);
    return {
      report, names: report.paths.map(name => short.get(name) ?? name), texts: report.rows.map(row => report.paths.map(name => valueText(row.values[name]))),
      ...(lossName === undefined ? {} : { lossName }),
    };
  }

  /** All trainings have that of one of them, unless it is what changes. */
  private async lossOf({ paths, rows }: SweepReport): Promise<string | undefined> {
    const folder = rows.find(row => row.folder !== undefined)?.folder;
    if (folder === undefined || paths.some(name => name === 'training' || name === 'training.loss')) return undefined;
    const { feed, dispose } = this.host.studio.feeds.open(folder);
    try {
      return await feed.loss();
    } finally {
      dispose();
    }
  }
}
