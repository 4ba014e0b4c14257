// What an editor with a .aeconf file shows: the checker's findings as you type, their fixes, shapes beside the layers, and
// the commands above the file. All of it is computed by src/spec and src/model; here it is only put where VS Code wants it.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { configFolders } from '../../core/config-folders.ts';
import { checkConfig } from '../../model/check.ts';
import { documentOutline, inlayHints, quickFixes, type Section } from '../../model/features.ts';
import type { Diagnostic } from '../../spec/diagnostics.ts';
import { languageId, type CommandId } from '../contributions.ts';
import { groupSweeps } from '../experiment-tree.ts';
import type { RunRecord } from '../run-record.ts';
import { sameFile } from '../same-file.ts';
import { isLive, lensText } from '../status-text.ts';
import { dataFoldersOf } from '../settings.ts';
import { inBackground, type Studio } from '../studio.ts';
import { missingFiles, namedFiles } from './data-files.ts';
import { lensPace } from './lens-pace.ts';

/** Milliseconds without a keystroke before the file is checked again. */
const TYPING_PAUSE = 150;

const selector: vscode.DocumentSelector = { language: languageId };
const source = 'Autoencoder Studio';
/** Code of the finding that data is not there; what is spec is known to src/spec. */
const missingData = 'missing-data';

/** Findings of one version of a document, so that squiggles and fixes agree and the check runs once. */
class Checker {
  private readonly known = new WeakMap<vscode.TextDocument, { readonly version: number; readonly findings: readonly Diagnostic[] }>();

  findings(document: vscode.TextDocument): readonly Diagnostic[] {
    const before = this.known.get(document);
    if (before?.version === document.version) return before.findings;
    const findings = checkConfig(document.getText(), document.uri.fsPath).diagnostics;
    this.known.set(document, { version: document.version, findings });
    return findings;
  }
}

export function registerLanguage(studio: Studio): void {
  const checker = new Checker();
  registerDiagnostics(studio, checker);
  const { owner } = studio;
  owner.add(vscode.languages.registerCodeActionsProvider(selector, {
    provideCodeActions: (document, range, { diagnostics }) => [...fixes(checker, document, range), ...dataFixes(diagnostics)],
  }, {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  }));
  owner.add(vscode.languages.registerInlayHintsProvider(selector, { provideInlayHints: hints }));
  const lenses = new vscode.EventEmitter<void>();
  owner.add(lenses);
  const due = lensPace();
  owner.add(studio.store.onChange.on(() => {
    const { runs } = studio.store;
    if (due(runs.map(run => `${run.configPath} ${run.folder} ${run.state}`).join('\n'), runs.map(lensText).join('\n'))) lenses.fire();
  }));
  owner.add(vscode.languages.registerCodeLensProvider(selector, { onDidChangeCodeLenses: lenses.event, provideCodeLenses: document => codeLenses(studio, document) }));
}

function registerDiagnostics(studio: Studio, checker: Checker): void {
  const { owner } = studio;
  const collection = owner.add(vscode.languages.createDiagnosticCollection(languageId));
  const missing = owner.add(vscode.languages.createDiagnosticCollection(`${languageId}-data`));
  const lookForData = async (document: vscode.TextDocument): Promise<void> => {
    const { version } = document;
    const files = vscode.workspace.isTrusted && document.uri.scheme === 'file' ? namedFiles(document.getText()) : [];
    const beside = files.length === 0 ? [] : configFolders(document.uri.fsPath);
    const gone = files.length === 0 ? [] : await missingFiles(files, [...beside, ...dataFoldersOf(document.uri)]);
    if (document.version === version && !document.isClosed) missing.set(document.uri, gone.map(file => missingDiagnostic(document, file, beside.length > 1)));
  };
  const waiting = new Map<string, NodeJS.Timeout>();
  const check = (document: vscode.TextDocument): void => {
    // What is no JSON at all, and a key that is there twice, is told by the JSON language service, which contributes to this language too.
    const findings = checker.findings(document).filter(finding => finding.kind !== 'syntax' && finding.code !== 'duplicate-key');
    collection.set(document.uri, findings.map(finding => toDiagnostic(document, finding)));
    inBackground(studio, 'Looking for data', lookForData(document));
  };
  const forget = (document: vscode.TextDocument): void => {
    clearTimeout(waiting.get(document.uri.toString()));
    waiting.delete(document.uri.toString());
    collection.delete(document.uri);
    missing.delete(document.uri);
  };
  const opened = (document: vscode.TextDocument): void => {
    if (document.languageId === languageId) check(document);
  };
  owner.add(vscode.workspace.onDidOpenTextDocument(opened));
  // What is there may have changed without a keystroke.
  owner.add(vscode.workspace.onDidSaveTextDocument(opened));
  const all = (): void => vscode.workspace.textDocuments.forEach(opened);
  owner.add(vscode.workspace.onDidGrantWorkspaceTrust(all));
  owner.add(vscode.window.onDidChangeWindowState(({ focused }) => { if (focused) all(); }));
  owner.add(vscode.workspace.onDidChangeConfiguration(event => { if (event.affectsConfiguration('autoencoder.dataFolders')) all(); }));
  owner.add(vscode.workspace.onDidCloseTextDocument(forget));
  owner.add(vscode.workspace.onDidChangeTextDocument(({ document }) => {
    if (document.languageId !== languageId) return;
    const key = document.uri.toString();
    clearTimeout(waiting.get(key));
    waiting.set(key, setTimeout(() => {
      waiting.delete(key);
      if (!document.isClosed) check(document);
    }, TYPING_PAUSE));
  }));
  owner.add({ dispose: () => { for (const timer of waiting.values()) clearTimeout(timer); } });
  all();
}

function rangeOf(document: vscode.TextDocument, offset: number, length: number): vscode.Range {
  return new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
}

function toDiagnostic(document: vscode.TextDocument, finding: Diagnostic): vscode.Diagnostic {
  const severity = finding.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const diagnostic = new vscode.Diagnostic(rangeOf(document, finding.offset, finding.length), `${finding.message} ${finding.cure}`.trim(), severity);
  diagnostic.source = source;
  diagnostic.code = finding.code;
  return diagnostic;
}

function missingDiagnostic(document: vscode.TextDocument, file: { readonly offset: number; readonly length: number; readonly path: string }, isLink: boolean): vscode.Diagnostic {
  const where = path.isAbsolute(file.path) ? '' : isLink ? ' beside this file, beside the one it is a link to, or in a data folder' : ' beside this file or in a data folder';
  const diagnostic = new vscode.Diagnostic(rangeOf(document, file.offset, file.length), `There is no ${file.path}${where}, so nothing can be trained yet.`, vscode.DiagnosticSeverity.Warning);
  diagnostic.source = source;
  diagnostic.code = missingData;
  return diagnostic;
}

/** For data that is not there: the folder that it is in. */
function dataFixes(diagnostics: readonly vscode.Diagnostic[]): vscode.CodeAction[] {
  const own = diagnostics.filter(({ source: from, code }) => from === source && code === missingData);
  if (own.length === 0) return [];
  const action = new vscode.CodeAction('Add Data Folder…', vscode.CodeActionKind.QuickFix);
  action.diagnostics = own;
  action.command = { title: 'Add Data Folder…', command: 'autoencoder.addDataFolder' satisfies CommandId };
  return [action];
}

function fixes(checker: Checker, document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
  const start = document.offsetAt(range.start);
  return quickFixes(checker.findings(document), start, document.offsetAt(range.end) - start).map(({ diagnostic, fix }) => {
    const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
    action.diagnostics = [toDiagnostic(document, diagnostic)];
    action.isPreferred = true;
    action.edit = new vscode.WorkspaceEdit();
    action.edit.replace(document.uri, rangeOf(document, fix.offset, fix.length), fix.text);
    return action;
  });
}

function hints(document: vscode.TextDocument, range: vscode.Range): vscode.InlayHint[] {
  return inlayHints(document.getText())
    .map(({ offset, text }) => {
      const hint = new vscode.InlayHint(document.positionAt(offset), text);
      hint.paddingLeft = true;
      return hint;
    })
    .filter(hint => range.contains(hint.position));
}

/** The newest sweep among runs, as commands name it. */
function sweepOf(runs: readonly RunRecord[]): { readonly id: string; readonly folder: string } | undefined {
  const node = groupSweeps(runs).find(child => 'kind' in child);
  return node !== undefined && 'kind' in node ? { id: node.id, folder: node.folder } : undefined;
}

function codeLenses({ store }: Studio, document: vscode.TextDocument): vscode.CodeLens[] {
  const outline = documentOutline(document.getText());
  if (outline === undefined) return [];
  const at = rangeOf(document, outline.root, 1);
  const lens = (title: string, command: CommandId, tooltip: string, ...args: unknown[]) => new vscode.CodeLens(at, { title, command, tooltip, arguments: args });
  /** Above a section, where the file has it. */
  const above = (section: Section, title: string, command: CommandId, tooltip: string, argument: unknown) => {
    const offset = outline.sections[section];
    return offset === undefined || argument === undefined ? [] : [new vscode.CodeLens(rangeOf(document, offset, 1), { title, command, tooltip, arguments: [argument] })];
  };
  const own = store.runs.filter(run => sameFile(run.configPath, document.uri.fsPath));
  const newest = own.find(run => isLive(run.state)) ?? own[0];
  const trained = own.find(run => run.bestLoss !== undefined);
  const judged = trained && { id: trained.id, folder: trained.folder };
  return [
    lens('$(play) Train', 'autoencoder.train', 'Train this config on this machine', document.uri),
    lens('Train with overrides…', 'autoencoder.trainWithOverrides', 'Try other values without changing the file', document.uri),
    lens('Model', 'autoencoder.showModel', 'The model as a picture that follows the file, and what its runs have learned', document.uri),
    lens('Summary', 'autoencoder.showSummary', 'Layers, shapes and parameters', document.uri),
    ...(newest === undefined ? [] : [lens(lensText(newest), 'autoencoder.showLoss', 'Show the loss curves of the newest run', { id: newest.id, folder: newest.folder })]),
    ...above('data', '$(eye) Preview data', 'autoencoder.previewData', 'Look at the samples before training', document.uri),
    ...above('sweep', '$(layers) Run sweep', 'autoencoder.runSweep', 'Train this config with all these values', document.uri),
    ...above('sweep', 'Train without it', 'autoencoder.trainWithoutSweep', 'Train this config once, as it is apart from the sweep', document.uri),
    ...above('sweep', 'Open newest sweep', 'autoencoder.openSweep', 'What became of its trainings', sweepOf(own)),
    ...above('probe', '$(beaker) Probe newest run', 'autoencoder.probe', 'Train these classifiers on its codes', judged),
    ...above('robustness', '$(shield) Test newest run', 'autoencoder.testRobustness', 'Give it this noise', judged),
  ];
}
