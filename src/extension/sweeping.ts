// Sweeps in the editor: their page, what is said when one ends, and stopping all of one.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { StudioError } from '../core/errors.ts';
import { requestControl } from '../runs/control.ts';
import { isActive } from '../runs/state.ts';
import { sweepReport } from '../runs/sweep-report.ts';
import { hasRunner, listSweeps, readSweep, sweepFolder, type SweepRecord } from '../runs/sweep.ts';
import type { Panels } from './panels/panels.ts';
import { allRunsFolders } from './settings.ts';
import { sweepEnd } from './status-text.ts';
import { signalTree } from './stop-run.ts';
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
  constructor(private readonly studio: Studio, private readonly panels: Panels) {}

  async show(runsFolder: string, id: string, focus: 'take' | 'leave' = 'take'): Promise<void> {
    const { name } = await readSweep(runsFolder, id);
    this.panels.showSweep({ id, name, folder: sweepFolder(runsFolder, id) }, focus);
  }

  /** Asks every run of it to end after its step: that stops the sweep too, on whatever machine it is. */
  async stop({ record }: KnownSweep): Promise<void> {
    const live = this.studio.store.runs.filter(run => run.sweep?.id === record.id && isActive(run.state));
    await Promise.all(live.map(run => requestControl(run.folder, 'stop')));
    if (live.length > 0) return;
    // Between two runs there is none to ask.
    if (record.runner === undefined || !await hasRunner(record)) throw new StudioError('run', `Nothing works on the sweep ${record.name}, so there is nothing to stop.`);
    signalTree(record.runner.pid, 'SIGTERM');
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
