// Sweeps in the editor: their page, what is said when one ends, and stopping all of one.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { sweepReport } from '../runs/sweep-report.ts';
import { listSweeps, readSweep, sweepFolder, type SweepRecord } from '../runs/sweep.ts';
import type { Panels } from './panels/panels.ts';
import { allRunsFolders } from './settings.ts';
import { sweepEnd } from './status-text.ts';
import { stopSweep } from './stop-sweep.ts';
import { inBackground, type Studio } from './studio.ts';

/** A sweep and the runs folder it is in. */
export interface KnownSweep {
  readonly runsFolder: string;
  readonly record: SweepRecord;
}

/** The sweep in a folder, as a tree item or a page names it. */
export async function sweepIn(folder: string): Promise<KnownSweep> {
  const runsFolder = path.resolve(folder, '../..');
  return { runsFolder, record: await readSweep(runsFolder, path.basename(folder)) };
}

/** The sweeps of all runs folders, newest first. */
export async function allSweeps(): Promise<KnownSweep[]> {
  const found = await Promise.all(allRunsFolders().map(async runsFolder => (await listSweeps(runsFolder)).map(record => ({ runsFolder, record }))));
  return found.flat().sort((a, b) => b.record.created - a.record.created);
}

export class Sweeping {
  /** Those that are being stopped: a trainer that is told twice ends at once, without a checkpoint. */
  private readonly stopping = new Map<string, Promise<void>>();

  constructor(private readonly studio: Studio, private readonly panels: Panels) {}

  async show(runsFolder: string, id: string, focus: 'take' | 'leave' = 'take'): Promise<void> {
    const { name } = await readSweep(runsFolder, id);
    this.panels.showSweep({ id, name, folder: sweepFolder(runsFolder, id) }, focus);
  }

  /** Ends its trainings after their step, and with them the sweep. Resolves when nobody works on it. */
  async stop({ runsFolder, record }: KnownSweep): Promise<void> {
    const { log, store } = this.studio;
    let stopping = this.stopping.get(record.id);
    if (stopping === undefined) {
      log.info(`Stopping the sweep ${record.id}.`);
      const work = stopSweep(runsFolder, record).finally(() => this.stopping.delete(record.id));
      this.stopping.set(record.id, stopping = work);
      await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: `Stopping the sweep ${record.name}` }, () => work);
      await store.refresh();
    }
    await stopping;
  }

  /** Says how a sweep ended that was started here. */
  ended(runsFolder: string, id: string): void {
    inBackground(this.studio, 'Sweep', readSweep(runsFolder, id).then(async record => {
      const report = await sweepReport(runsFolder, record);
      const { text, failed } = sweepEnd(report);
      this.studio.log.info(`Sweep ${id}: ${text}`);
      const open = 'Open Sweep';
      const show = failed ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
      void show(text, open).then(chosen => chosen === open ? this.show(runsFolder, id) : undefined);
    }));
  }
}
