// Read-only documents made on the spot: a model's summary, a comparison of runs. Their address holds all they need, so they
// come back after a reload, and they follow what they show.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { StudioError, messageOf } from '../core/errors.ts';
import { checkConfig } from '../model/check.ts';
import { formatSummary, summarize } from '../model/summary.ts';
import { compareRuns } from '../runs/compare.ts';
import { formatDiagnostic } from '../spec/diagnostics.ts';
import { comparisonMarkdown } from './compare-text.ts';
import { languageId } from './contributions.ts';
import { ask } from './program.ts';
import { sameFile } from './same-file.ts';
import { dataFoldersOf } from './settings.ts';
import type { Studio } from './studio.ts';
import { trustCure } from './trust.ts';

const scheme = 'autoencoder';
/** Milliseconds after a keystroke before an open summary follows. */
const TYPING_PAUSE = 300;

export function summaryUri(config: vscode.Uri): vscode.Uri {
  const name = path.basename(config.fsPath, `.${languageId}`);
  return vscode.Uri.from({ scheme, path: `/${name} (summary).txt`, query: JSON.stringify({ summary: config.fsPath }) });
}

export function comparisonUri(folders: readonly string[]): vscode.Uri {
  return vscode.Uri.from({ scheme, path: '/Comparison of runs.md', query: JSON.stringify({ compare: folders }) });
}

export function registerDocuments(studio: Studio): void {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const { owner, store } = studio;
  owner.add(changed);
  owner.add(vscode.workspace.registerTextDocumentContentProvider(scheme, {
    onDidChange: changed.event,
    provideTextDocumentContent: uri => contentOf(studio, uri),
  }));
  const openOnes = () => vscode.workspace.textDocuments.filter(document => document.uri.scheme === scheme);
  let typing: NodeJS.Timeout | undefined;
  owner.add(vscode.workspace.onDidChangeTextDocument(({ document }) => {
    if (document.languageId !== languageId) return;
    clearTimeout(typing);
    typing = setTimeout(() => {
      for (const { uri } of openOnes()) if (sameFile(subjectOf(uri).summary, document.uri.fsPath)) changed.fire(uri);
    }, TYPING_PAUSE);
  }));
  owner.add(vscode.workspace.onDidSaveTextDocument(document => {
    for (const { uri } of openOnes()) if (sameFile(subjectOf(uri).summary, document.uri.fsPath)) changed.fire(uri);
  }));
  owner.add({ dispose: () => clearTimeout(typing) });
  owner.add(vscode.workspace.onDidGrantWorkspaceTrust(() => {
    for (const { uri } of openOnes()) if (subjectOf(uri).summary !== undefined) changed.fire(uri);
  }));
  owner.add(store.onEnded.on(run => {
    for (const { uri } of openOnes()) if (subjectOf(uri).compare?.includes(run.folder) === true) changed.fire(uri);
  }));
}

interface Subject {
  readonly summary?: string;
  readonly compare?: readonly string[];
}

function subjectOf(uri: vscode.Uri): Subject {
  const value: unknown = uri.query === '' ? {} : JSON.parse(uri.query);
  return typeof value === 'object' && value !== null ? value : {};
}

async function contentOf(studio: Studio, uri: vscode.Uri): Promise<string> {
  const { summary, compare } = subjectOf(uri);
  try {
    if (compare !== undefined) return comparisonMarkdown(await compareRuns(compare));
    if (summary !== undefined) return await summaryOf(studio, vscode.Uri.file(summary));
    return '';
  } catch (error) {
    studio.log.error(messageOf(error));
    return messageOf(error);
  }
}

/**
 * The summary of a config. A saved one is read by the program, which knows the shape of the data and the memory needed; while
 * it is being edited, it follows the text as far as that tells the shapes. Without trust in the workspace the text is all there is:
 * the program would open, or download, the data that it names.
 */
async function summaryOf({ program }: Studio, file: vscode.Uri): Promise<string> {
  const document = await vscode.workspace.openTextDocument(file);
  const { diagnostics, model, spec } = checkConfig(document.getText(), file.fsPath);
  if (spec === undefined) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    return `There is no model yet: the config has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}.\n\n${errors.map(formatDiagnostic).join('\n')}\n`;
  }
  const { isTrusted } = vscode.workspace;
  if ((document.isDirty || !isTrusted) && model !== undefined) return formatSummary(summarize(model), spec.name ?? path.basename(file.fsPath, `.${languageId}`));
  if (!isTrusted) return `The shapes of the layers depend on the data, which is read only in a trusted workspace. ${trustCure}\n`;
  const answer = await ask(program, ['summary', file.fsPath, ...dataFoldersOf(file).flatMap(folder => ['--data', folder])]);
  if (typeof answer !== 'object' || answer === null || !('text' in answer) || typeof answer.text !== 'string') {
    throw new StudioError('internal', '`aeconf summary` printed no text.');
  }
  return answer.text;
}
