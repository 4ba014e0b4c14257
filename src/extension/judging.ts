// Judging trained runs: the program is asked, with its progress and a way to cancel, and what it wrote is to be seen on the report page.
import * as vscode from 'vscode';
import { StudioError } from '../core/errors.ts';
import { readProbe } from '../runs/probe.ts';
import type { Panels } from './panels/panels.ts';
import { ask } from './program.ts';
import type { RunRecord } from './run-record.ts';
import { dataFoldersOf, readSetting, workspaceOf } from './settings.ts';
import type { Studio } from './studio.ts';
import { requireTrust } from './trust.ts';

export interface Judgement {
  readonly command: 'probe' | 'robustness' | 'generate' | 'evaluate';
  /** "Probing quickstart". */
  readonly title: string;
  /** After the run. */
  readonly args: readonly string[];
}

/** Looks this often at what a probe says it is doing, in milliseconds. */
const PROGRESS = 1000;

export class Judging {
  /** What is under way, so that two do not write the same files. */
  private readonly busy = new Set<string>();

  constructor(private readonly studio: Studio, private readonly panels: Panels) {}

  /** @throws StudioError with the program's own words; 'cancelled' when the user ended it. */
  async judge(run: RunRecord, { command, title, args }: Judgement): Promise<void> {
    requireTrust('Judging a run needs a trusted workspace, as training does: it reads the files that a config names.');
    const key = `${command} ${run.folder}`;
    if (this.busy.has(key)) throw new StudioError('usage', `${title} is under way already.`);
    const file = vscode.Uri.file(run.configPath ?? run.folder);
    const threads = readSetting('autoencoder.threads', file);
    const words = [command, run.folder, ...args, ...dataFoldersOf(file).flatMap(folder => ['--data', folder]), ...(threads > 0 ? ['--threads', String(threads)] : [])];
    this.studio.log.info(`aeconf ${words.join(' ')}`);
    this.busy.add(key);
    // A probe tells how it goes on while it works; the others have nothing to show before they end.
    if (command === 'probe') this.panels.show('report', [run], 'leave');
    try {
      await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, async (progress, token) => {
        const abort = new AbortController();
        token.onCancellationRequested(() => abort.abort());
        const looking = command === 'probe' ? setInterval(() => { void this.tell(run, progress); }, PROGRESS) : undefined;
        try {
          await ask(this.studio.program, words, { cwd: workspaceOf(file), signal: abort.signal });
        } finally {
          clearInterval(looking);
        }
      });
    } finally {
      this.busy.delete(key);
    }
    this.studio.log.info(`${title}: done.`);
    // By now the user may be doing something else. A report that is in sight follows by itself.
    if (this.panels.isSeen('report', [run])) return;
    const open = 'Open Report';
    void vscode.window.showInformationMessage(`${title} is done.`, open).then(chosen => { if (chosen === open) this.panels.show('report', [run]); });
  }

  private async tell(run: RunRecord, progress: vscode.Progress<{ message?: string }>): Promise<void> {
    const message = (await readProbe(run.folder).catch(() => undefined))?.message;
    if (message !== undefined) progress.report({ message });
  }
}
