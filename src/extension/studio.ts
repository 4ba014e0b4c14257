// What the parts of the extension share: log, runs, trainings, panels. Made once in `activate`, handed to every part.
import * as vscode from 'vscode';
import { StudioError, messageOf } from '../core/errors.ts';
import { runFiles } from '../runs/events.ts';
import type { CommandId } from './contributions.ts';
import type { Disposables } from './disposables.ts';
import { inEditor } from './editor-words.ts';
import type { Program } from './program.ts';
import type { RunFeeds } from './run-feed.ts';
import type { RunRecord } from './run-record.ts';
import type { RunStore } from './run-store.ts';

export interface Studio {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly owner: Disposables;
  readonly store: RunStore;
  /** Resolves when the runs of the workspace are known. */
  readonly ready: Promise<void>;
  readonly feeds: RunFeeds;
  readonly program: Program;
  /** The folders of the runs on the page that is the active tab. */
  activePage(): readonly string[];
}

const showLog = 'Show Log';
const openTrainLog = 'Open Log of the Run';

/** Writes an error to the log and shows it; a cancellation is no error. `run` offers its log. */
export async function report(studio: Pick<Studio, 'log'>, what: string, error: unknown, run?: RunRecord): Promise<void> {
  if (error instanceof StudioError && error.reason === 'cancelled') {
    studio.log.info(`${what}: cancelled.`);
    return;
  }
  studio.log.error(`${what}: ${error instanceof Error ? error.stack ?? error.message : String(error)}`);
  const text = inEditor(messageOf(error));
  const short = text.length > 600 ? `${text.slice(0, 600)}…` : text;
  const actions = run === undefined ? [showLog] : [openTrainLog, showLog];
  const chosen = await vscode.window.showErrorMessage(`${what}: ${short}`, ...actions);
  if (chosen === showLog) studio.log.show(true);
  if (chosen === openTrainLog && run !== undefined) {
    await vscode.window.showTextDocument(vscode.Uri.joinPath(vscode.Uri.file(run.folder), runFiles.log), { preview: true });
  }
}

/** Waits for work that nobody else waits for; a failure is logged and shown. */
export function inBackground(studio: Pick<Studio, 'log'>, what: string, work: Promise<unknown>): void {
  void work.catch((error: unknown) => report(studio, what, error));
}

/** Registers a command; what it throws is logged and shown under its title. */
export function onCommand(studio: Studio, id: CommandId, title: string, run: (...args: unknown[]) => unknown): void {
  studio.owner.add(vscode.commands.registerCommand(id, async (...args: unknown[]) => {
    try {
      return await run(...args);
    } catch (error) {
      // Not awaited: a message that stays open must not keep the command running.
      void report(studio, title, error);
      return undefined;
    }
  }));
}
