// What an editor with a .aeconf file shows: the checker's findings as you type, their fixes, shapes beside the layers, and
// the commands above the file. All of it is computed by src/spec and src/model; here it is only put where VS Code wants it.
import * as vscode from 'vscode';
import { checkConfig } from '../../model/check.ts';
import { documentOutline, inlayHints, quickFixes, type Section } from '../../model/features.ts';
import type { Diagnostic } from '../../spec/diagnostics.ts';
import { languageId, type CommandId } from '../contributions.ts';
import { groupSweeps } from '../experiment-tree.ts';
import type { RunRecord } from '../run-record.ts';
import { sameFile } from '../same-file.ts';
import { isLive, lensText } from '../status-text.ts';
import type { Studio } from '../studio.ts';

/** Milliseconds without a keystroke before the file is checked again. */
const TYPING_PAUSE = 150;
/** The numbers of a live run in its lens change at most this often, in milliseconds: the editor lays itself out for each change. */
const LENS_INTERVAL = 5000;

const selector: vscode.DocumentSelector = { language: languageId };
const source = 'Autoencoder Studio';

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
  owner.add(vscode.languages.registerCodeActionsProvider(selector, { provideCodeActions: (document, range) => fixes(checker, document, range) }, {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  }));
  owner.add(vscode.languages.registerInlayHintsProvider(selector, { provideInlayHints: hints }));
  const lenses = new vscode.EventEmitter<void>();
  let waiting: NodeJS.Timeout | undefined;
  let states = '';
  owner.add(lenses);
  owner.add(studio.store.onChange.on(() => {
    const now = studio.store.runs.map(run => `${run.configPath} ${run.state} ${run.message ?? ''}`).join('\n');
    // Only what is told while nothing else changes may wait.
    if (now !== states) clearTimeout(waiting);
    waiting = now === states && waiting !== undefined ? waiting : setTimeout(() => {
      waiting = undefined;
      lenses.fire();
    }, now === states ? LENS_INTERVAL : 0);
    states = now;
  }));
  owner.add({ dispose: () => clearTimeout(waiting) });
  owner.add(vscode.languages.registerCodeLensProvider(selector, { onDidChangeCodeLenses: lenses.event, provideCodeLenses: document => codeLenses(studio, document) }));
}

function registerDiagnostics({ owner }: Studio, checker: Checker): void {
  const collection = owner.add(vscode.languages.createDiagnosticCollection(languageId));
  const waiting = new Map<string, NodeJS.Timeout>();
  const check = (document: vscode.TextDocument): void => {
    // What is no JSON at all is told by the JSON language service, which contributes to this language too.
    const findings = checker.findings(document).filter(finding => finding.kind !== 'syntax');
    collection.set(document.uri, findings.map(finding => toDiagnostic(document, finding)));
  };
  const forget = (document: vscode.TextDocument): void => {
    clearTimeout(waiting.get(document.uri.toString()));
    waiting.delete(document.uri.toString());
    collection.delete(document.uri);
  };
  const opened = (document: vscode.TextDocument): void => {
    if (document.languageId === languageId) check(document);
  };
  owner.add(vscode.workspace.onDidOpenTextDocument(opened));
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
  vscode.workspace.textDocuments.forEach(opened);
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
    lens('Summary', 'autoencoder.showSummary', 'Layers, shapes and parameters', document.uri),
    ...(newest === undefined ? [] : [lens(lensText(newest), 'autoencoder.showLoss', 'Show the loss curves of the newest run', { id: newest.id, folder: newest.folder })]),
    ...above('sweep', '$(layers) Run sweep', 'autoencoder.runSweep', 'Train this config with all these values', document.uri),
    ...above('sweep', 'Train without it', 'autoencoder.trainWithoutSweep', 'Train this config once, as it is apart from the sweep', document.uri),
    ...above('sweep', 'Open newest sweep', 'autoencoder.openSweep', 'What became of its trainings', sweepOf(own)),
    ...above('probe', '$(beaker) Probe newest run', 'autoencoder.probe', 'Train these classifiers on its codes', judged),
    ...above('robustness', '$(shield) Test newest run', 'autoencoder.testRobustness', 'Give it this noise', judged),
  ];
}
