// Starting and steering trainings: what the commands Train, Resume, Stop, Pause and Continue do.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { StudioError, messageOf } from '../core/errors.ts';
import { checkConfig } from '../model/check.ts';
import type { PageName, RunLabel } from '../protocol/messages.ts';
import { requestControl } from '../runs/control.ts';
import { formatDiagnostic } from '../spec/diagnostics.ts';
import { languageId } from './contributions.ts';
import { overrideProblem, type Overrides } from './overrides.ts';
import type { FollowingPanel, Panels } from './panels/panels.ts';
import { keepOutOfGit } from './runs-folder.ts';
import { toLabel, type RunRecord } from './run-record.ts';
import { dataFoldersOf, readSetting, runsFolderOf, workspaceOf } from './settings.ts';
import { stopRun } from './stop-run.ts';
import { inBackground, report, type Studio } from './studio.ts';
import type { KnownSweep, Sweeping } from './sweeping.ts';
import { resumeArguments, resumeSweepArguments, trainArguments, TrainerProcess, type StartedRun } from './trainer-process.ts';
import { requireTrust } from './trust.ts';

const needsTrust = 'Training needs a trusted workspace: a config names files that are read, and training runs for long.';

/** What of a training is not in its config. */
export interface TrainWish {
  readonly overrides?: Overrides;
  /** In place of the setting. */
  readonly device?: string;
  /** 'required': only a config that holds a sweep will do; 'without': the sweep of a config is left aside. */
  readonly sweep?: 'required' | 'without';
}

export class Training {
  /** Those that were started in this window and have not ended. */
  private readonly launched = new Set<TrainerProcess>();

  constructor(private readonly studio: Studio, private readonly panels: Panels, private readonly sweeping: Sweeping) {}

  /**
   * Saves, checks and trains a config, with all values of its sweep where it holds one; resolves with the run as soon as its folder exists, undefined when the user has to act.
   * @throws StudioError when the trainer refuses.
   */
  async train(file: vscode.Uri, wish: TrainWish = {}): Promise<RunRecord | undefined> {
    requireTrust(needsTrust);
    const document = await vscode.workspace.openTextDocument(file);
    if (document.languageId !== languageId) throw new StudioError('usage', `${path.basename(file.fsPath)} is no config. Open a .${languageId} file, or make one with "Autoencoder: New Config…".`);
    if (document.isUntitled || document.uri.scheme !== 'file') throw new StudioError('usage', 'This config has no file on disk yet. Save it, then train it.');
    if (document.isDirty && !await document.save()) throw new StudioError('usage', `${path.basename(file.fsPath)} could not be saved, so it is not trained.`);
    const { overrides = {}, device = readSetting('autoencoder.device', file) } = wish;
    const checked = checkConfig(document.getText(), file.fsPath, { overrides });
    if (checked.spec === undefined) {
      await this.showProblem(document, overrides);
      return undefined;
    }
    const holdsSweep = checked.spec.sweep !== undefined;
    const sweeps = holdsSweep && wish.sweep !== 'without';
    if (wish.sweep === 'required' && !holdsSweep) throw new StudioError('usage', `${path.basename(file.fsPath)} holds no sweep. Say which values to try: "sweep": { "values": { "latent.units": [2, 8, 32] } }.`);
    const runsFolder = runsFolderOf(file);
    keepOutOfGit(runsFolder);
    const name = checked.spec.name ?? path.basename(file.fsPath, `.${languageId}`);
    const args = trainArguments({ configPath: file.fsPath, runsFolder, device, threads: readSetting('autoencoder.threads', file), dataFolders: dataFoldersOf(file), overrides, withoutSweep: holdsSweep && !sweeps });
    // The trainer first: it needs longer to begin than the pages.
    const trainer = this.launch(args, workspaceOf(file), name, runsFolder);
    // A sweep has a page of its own, which begins with its first run.
    const pages = sweeps ? [] : await this.openPages({ id: 'preparing', name, state: 'preparing', epoch: 0, epochs: checked.spec.training.epochs, star: false, message: 'Starting the trainer' });
    try {
      return await this.begun(trainer, name, pages, runsFolder);
    } catch (error) {
      for (const page of pages) page.undo();
      throw error;
    }
  }

  /** Trains the config of a run once more, with the values that were given in place of the file's. */
  async trainAgain({ name, configPath, overrides, sweep }: RunRecord): Promise<RunRecord | undefined> {
    if (configPath === undefined) throw new StudioError('run', `${name} does not say which config it was started from.`);
    return this.train(vscode.Uri.file(configPath), { overrides: { ...overrides, ...sweep?.values }, sweep: 'without' });
  }

  /** Goes on with a run that ended; a finished one up to more epochs. */
  async resume(run: RunRecord, epochs?: number): Promise<RunRecord | undefined> {
    requireTrust(needsTrust);
    const file = vscode.Uri.file(run.configPath ?? run.folder);
    const args = resumeArguments({ folder: run.folder, dataFolders: dataFoldersOf(file), threads: readSetting('autoencoder.threads', file), ...(epochs === undefined ? {} : { epochs }) });
    return this.begun(this.launch(args, workspaceOf(file), run.name), run.name, []);
  }

  /** Goes on with what of a sweep is not finished; its settings are those it began with. */
  async resumeSweep({ runsFolder, record }: KnownSweep): Promise<RunRecord | undefined> {
    requireTrust(needsTrust);
    const file = vscode.Uri.file(record.configPath);
    const args = resumeSweepArguments({ id: record.id, runsFolder, dataFolders: dataFoldersOf(file) });
    return this.begun(this.launch(args, workspaceOf(file), record.name, runsFolder), record.name, [], runsFolder);
  }

  /** Asks a run to end after its step; firmly when it does not answer. Resolves when it has ended. */
  async stop(run: RunRecord): Promise<void> {
    this.studio.log.info(`Stopping ${run.id}.`);
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: `Stopping ${run.name}` }, () => stopRun(run.folder));
    await this.studio.store.refreshRun(run.folder);
  }

  async control(run: RunRecord, request: 'pause' | 'continue'): Promise<void> {
    await requestControl(run.folder, request);
    await this.studio.store.refreshRun(run.folder);
  }

  /** The window closes: what was started in it is asked to stop, and writes its checkpoint. What others started goes on. */
  stopLaunched(): void {
    const { log, store } = this.studio;
    for (const trainer of this.launched) trainer.stopAtOnce(store.live, error => log.error(`Stopping: ${messageOf(error)}`));
  }

  private launch(args: readonly string[], cwd: string, name: string, runsFolder?: string): TrainerProcess {
    const { log, program, store } = this.studio;
    log.info(`aeconf ${args.join(' ')}`);
    const trainer = new TrainerProcess(program, args, cwd);
    this.launched.add(trainer);
    void trainer.exit.then(async ({ error }) => {
      this.launched.delete(trainer);
      // Before the run is known the error is the command's own, thrown below.
      const started = await trainer.run.catch((): StartedRun | undefined => undefined);
      const run = started === undefined ? undefined : await store.refreshRun(started.folder);
      log.info(`aeconf ${args[0] ?? ''} of ${name} ended${error === undefined ? '' : ' with an error'}.`);
      if (trainer.sweep !== undefined && runsFolder !== undefined && started !== undefined) this.sweeping.ended(runsFolder, trainer.sweep);
      // A run that failed in order is told of by its state (notifications.ts).
      else if (error !== undefined && started !== undefined && run?.state !== 'failed') await report(this.studio, `${name} ended unexpectedly`, error, run);
    });
    return trainer;
  }

  /** Waits until the run is known, and shows it. */
  private async begun(trainer: TrainerProcess, name: string, pages: readonly FollowingPanel[], runsFolder?: string): Promise<RunRecord | undefined> {
    const { log, store } = this.studio;
    const started = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: `Starting ${name}`, cancellable: true },
      (_progress, token) => {
        token.onCancellationRequested(() => inBackground(this.studio, `Cancelling ${name}`, trainer.cancel()));
        return trainer.run;
      },
    );
    log.info(`Run ${started.id}, process ${trainer.pid ?? '?'}: ${started.folder}`);
    const run = await store.refreshRun(started.folder);
    if (run !== undefined) for (const page of pages) page.show({ label: toLabel(run), folder: run.folder });
    if (trainer.sweep !== undefined && runsFolder !== undefined) await this.sweeping.show(runsFolder, trainer.sweep, 'leave');
    return run;
  }

  /** The pages that a training opens, showing at once that it is being prepared. */
  private openPages(label: RunLabel): Promise<FollowingPanel[]> {
    const known: readonly string[] = ['loss', 'reconstructions', 'latent'] satisfies PageName[];
    const wanted = [...new Set(readSetting('autoencoder.openViews'))].filter(page => known.includes(page));
    return this.panels.follow(wanted, { label });
  }

  /** Shows where a config cannot be trained, or which override does not fit. */
  private async showProblem(document: vscode.TextDocument, overrides: Overrides): Promise<void> {
    const findings = checkConfig(document.getText(), document.uri.fsPath).diagnostics.filter(finding => finding.severity === 'error');
    const first = findings[0];
    const what = `${path.basename(document.uri.fsPath)} cannot be trained`;
    if (first === undefined) throw new StudioError('usage', overrideProblem(document.getText(), document.uri.fsPath, overrides) ?? what);
    const editor = await vscode.window.showTextDocument(document, { preserveFocus: false });
    const range = new vscode.Range(document.positionAt(first.offset), document.positionAt(first.offset + first.length));
    editor.selection = new vscode.Selection(range.start, range.end);
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    this.studio.log.warn(findings.map(formatDiagnostic).join('\n'));
    const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
    const showProblems = 'Show Problems';
    void vscode.window.showErrorMessage(`${what}: line ${first.line}: ${first.message} ${first.cure}${more}`, showProblems).then(chosen =>
      chosen === showProblems ? vscode.commands.executeCommand('workbench.actions.view.problems') : undefined);
  }
}
