// Commands about sweeps: run the one a config holds, look at one, stop it, go on with it.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { StudioError } from '../../core/errors.ts';
import { hasRunner, sweepFolder } from '../../runs/sweep.ts';
import { sweepReport } from '../../runs/sweep-report.ts';
import { formatMoment } from '../experiment-tree.ts';
import { onCommand, type Studio } from '../studio.ts';
import { allSweeps, sweepIn, type KnownSweep, type Sweeping } from '../sweeping.ts';
import type { Training } from '../training.ts';

export function registerSweepCommands(studio: Studio, training: Training, sweeping: Sweeping, chooseConfig: (argument: unknown, prompt: string) => Promise<vscode.Uri | undefined>): void {
  onCommand(studio, 'autoencoder.runSweep', 'Run Sweep', async argument => {
    const file = await chooseConfig(argument, 'Sweep which config?');
    if (file !== undefined) await training.train(file, { sweep: 'required' });
  });
  onCommand(studio, 'autoencoder.trainWithoutSweep', 'Train Without Sweep', async argument => {
    const file = await chooseConfig(argument, 'Train which config, without its sweep?');
    if (file !== undefined) await training.train(file, { sweep: 'without' });
  });
  onCommand(studio, 'autoencoder.openSweep', 'Open Sweep', async argument => {
    const sweep = await chooseSweep(argument, 'Open which sweep?');
    if (sweep !== undefined) await sweeping.show(sweep.runsFolder, sweep.record.id);
  });
  onCommand(studio, 'autoencoder.stopSweep', 'Stop Sweep', async argument => {
    const sweep = await chooseSweep(argument, 'Stop which sweep?', ({ record }) => hasRunner(record), 'No sweep is running on this machine.');
    if (sweep !== undefined) await sweeping.stop(sweep);
  });
  onCommand(studio, 'autoencoder.resumeSweep', 'Resume Sweep', async argument => {
    const sweep = await chooseSweep(argument, 'Go on with which sweep?', async ({ runsFolder, record }) => (await sweepReport(runsFolder, record)).state === 'unfinished', 'There is no sweep that could go on.');
    if (sweep !== undefined) await training.resumeSweep(sweep);
  });
}

/** The sweep a command was called with, the only one that fits, or the one the user picks. */
async function chooseSweep(argument: unknown, prompt: string, fits: (sweep: KnownSweep) => Promise<boolean> = () => Promise.resolve(true), none = 'There are no sweeps yet: give a config a "sweep" and train it.'): Promise<KnownSweep | undefined> {
  if (typeof argument === 'object' && argument !== null && 'folder' in argument && typeof argument.folder === 'string') return sweepIn(argument.folder);
  const all = await allSweeps();
  const fitting = await Promise.all(all.map(fits));
  const sweeps = all.filter((_, i) => fitting[i]);
  if (sweeps.length === 0) throw new StudioError('run', none);
  if (sweeps.length === 1) return sweeps[0];
  const items = sweeps.map(sweep => ({
    label: sweep.record.name, description: formatMoment(sweep.record.created), detail: `${sweep.record.members.length} trainings over ${Object.keys(sweep.record.members[0] ?? {}).join(', ')} of ${path.basename(sweep.record.configPath)}`,
    iconPath: new vscode.ThemeIcon('layers'), sweep, tooltip: sweepFolder(sweep.runsFolder, sweep.record.id),
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder: prompt, matchOnDescription: true, matchOnDetail: true }))?.sweep;
}
