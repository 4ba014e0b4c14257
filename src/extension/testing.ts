// As much of VS Code as tests on plain Node need, in place of the module `vscode` (`vi.mock('vscode', () => import('./testing.ts'))`):
// what was registered is kept, questions are answered by the test.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Signal, type Disposable } from './disposables.ts';

export class Uri {
  private constructor(readonly scheme: string, readonly path: string, readonly query = '') {}
  static file(file: string): Uri { return new Uri('file', file); }
  static from(parts: { scheme: string; path: string; query?: string }): Uri { return new Uri(parts.scheme, parts.path, parts.query); }
  static joinPath(base: Uri, ...more: string[]): Uri { return new Uri(base.scheme, path.posix.join(base.path, ...more), base.query); }
  get fsPath(): string { return this.path; }
  toString(): string { return `${this.scheme}:${this.path}`; }
}

export class EventEmitter<T> extends Signal<T> {
  readonly event = (listener: (value: T) => void): Disposable => this.on(listener);
}

export const ViewColumn = { Beside: -2, Active: -1, One: 1 };
export const UIKind = { Desktop: 1, Web: 2 };
export const ProgressLocation = { Window: 10, Notification: 15 };

export class MarkdownString {
  constructor(readonly value = '') {}
}

export class Range {
  constructor(readonly start: number, readonly end: number) {}
}
export class Diagnostic {
  source?: string;
  code?: string;
  constructor(readonly range: Range, readonly message: string, readonly severity: number) {}
}
export class CodeAction {
  command?: { readonly command: string };
  constructor(readonly title: string) {}
}
export const DiagnosticSeverity = { Error: 0, Warning: 1 };
export const CodeActionKind = { QuickFix: 'quickfix' };

const nothing: Disposable = { dispose: () => undefined };

/** What the extension registered, and how the test answers. */
export const registered = {
  commands: new Map<string, (...args: unknown[]) => unknown>(),
  contents: undefined as { provideTextDocumentContent(uri: Uri): Promise<string> } | undefined,
  trusted: new Signal<void>(),
  saved: new Signal<unknown>(),
  codeActions: undefined as { provideCodeActions(...args: unknown[]): CodeAction[] } | undefined,
  lenses: undefined as { onDidChangeCodeLenses(listener: () => void): Disposable } | undefined,
  /** By collection, then by document. */
  diagnostics: new Map<string, Map<string, readonly Diagnostic[]>>(),
  /** Messages that were shown, the buttons that were offered with the last, and those that are pressed. */
  messages: [] as string[],
  buttons: [] as readonly string[],
  press: [] as readonly string[],
  /** What there was to pick from, the last time; nothing is picked unless the test picks it, once. */
  offered: [] as readonly unknown[],
  pick: undefined as ((items: readonly unknown[]) => unknown) | undefined,
  /** What the last input box proposed, what is typed into it (else the proposal is taken), and why that was refused. */
  suggested: '',
  typed: undefined as string | undefined,
  refused: undefined as unknown,
  /** How the last text document was shown. */
  shownIn: undefined as unknown,
  /** Commands that were run, with what they were given. */
  executed: [] as unknown[][],
  /** What is found in the workspace. */
  files: [] as readonly Uri[],
  deleteFile: (_uri: Uri): Promise<void> => Promise.resolve(),
  /** Where things are saved, and what the dialog proposed the last time. */
  saveTo: undefined as Uri | undefined,
  proposed: undefined as Uri | undefined,
  /** What was opened outside of VS Code, and what pages without scripts were given. */
  opened: [] as Uri[],
  pages: [] as { html: string }[],
};

function show(text: string, ...rest: readonly (string | { readonly detail?: string })[]): Promise<string | undefined> {
  const [options] = rest;
  registered.messages.push(typeof options === 'object' && options.detail !== undefined ? `${text}\n${options.detail}` : text);
  registered.buttons = rest.filter(button => typeof button === 'string');
  return Promise.resolve(rest.find(button => typeof button === 'string' && registered.press.includes(button)) as string | undefined);
}

export const env = {
  remoteName: undefined as string | undefined,
  uiKind: UIKind.Desktop,
  openExternal: (uri: Uri) => {
    registered.opened.push(uri);
    return Promise.resolve(true);
  },
};

export const QuickPickItemKind = { Separator: -1 };

export const workspace = {
  isTrusted: true,
  textDocuments: [] as { readonly uri: Uri }[],
  workspaceFolders: undefined,
  findFiles: () => Promise.resolve(registered.files),
  fs: {
    delete: (uri: Uri) => registered.deleteFile(uri),
    readFile: (uri: Uri) => fs.promises.readFile(uri.fsPath),
    stat: (uri: Uri) => fs.promises.stat(uri.fsPath),
    writeFile: (uri: Uri, bytes: Uint8Array) => fs.promises.writeFile(uri.fsPath, bytes),
  },
  asRelativePath: (uri: Uri) => path.basename(uri.fsPath),
  getConfiguration: () => ({ get: () => undefined }),
  getWorkspaceFolder: () => undefined,
  onDidOpenTextDocument: () => nothing,
  onDidCloseTextDocument: () => nothing,
  onDidChangeTextDocument: () => nothing,
  onDidChangeConfiguration: () => nothing,
  onDidSaveTextDocument: (listener: (document: unknown) => void) => registered.saved.on(listener),
  onDidGrantWorkspaceTrust: (listener: () => void) => registered.trusted.on(listener),
  openTextDocument: (uri: Uri) => Promise.resolve({ uri, isDirty: false, getText: () => fs.readFileSync(uri.fsPath, 'utf8') }),
  registerTextDocumentContentProvider: (_scheme: string, provider: NonNullable<typeof registered.contents>) => {
    registered.contents = provider;
    return nothing;
  },
};

export const window = {
  activeTextEditor: undefined,
  visibleTextEditors: [],
  showErrorMessage: show,
  showInformationMessage: show,
  showWarningMessage: show,
  showOpenDialog: () => Promise.resolve(undefined),
  showSaveDialog: ({ defaultUri }: { readonly defaultUri: Uri }) => {
    registered.proposed = defaultUri;
    return Promise.resolve(registered.saveTo);
  },
  createWebviewPanel: () => {
    const webview = { html: '' };
    registered.pages.push(webview);
    return { webview };
  },
  showQuickPick: async (items: readonly unknown[] | Promise<readonly unknown[]>) => {
    registered.offered = await items;
    const { pick } = registered;
    registered.pick = undefined;
    return pick?.(registered.offered);
  },
  showInputBox: async (options: { readonly value: string; readonly validateInput?: (input: string) => unknown }) => {
    registered.suggested = options.value;
    registered.refused = await options.validateInput?.(registered.typed ?? options.value);
    return registered.refused === undefined ? registered.typed ?? options.value : undefined;
  },
  showTextDocument: (_document: unknown, options: unknown) => {
    registered.shownIn = options;
    return Promise.resolve();
  },
  tabGroups: { all: [] as { readonly tabs: readonly unknown[] }[] },
  onDidChangeWindowState: () => nothing,
  onDidChangeTextEditorSelection: () => nothing,
  onDidChangeActiveTextEditor: () => nothing,
  withProgress: (_options: unknown, task: (...args: unknown[]) => Promise<unknown>) => task({ report() {} }, { onCancellationRequested: () => nothing }),
};

export const languages = {
  createDiagnosticCollection: (name: string) => {
    const kept = new Map<string, readonly Diagnostic[]>();
    registered.diagnostics.set(name, kept);
    return { set: (uri: Uri, found: readonly Diagnostic[]) => kept.set(uri.fsPath, found), delete: (uri: Uri) => kept.delete(uri.fsPath), dispose() {} };
  },
  registerCodeActionsProvider: (_selector: unknown, provider: NonNullable<typeof registered.codeActions>) => {
    registered.codeActions = provider;
    return nothing;
  },
  registerInlayHintsProvider: () => nothing,
  registerCodeLensProvider: (_selector: unknown, provider: NonNullable<typeof registered.lenses>) => {
    registered.lenses = provider;
    return nothing;
  },
};

export const commands = {
  executeCommand: (id: string, ...args: unknown[]) => {
    registered.executed.push([id, ...args]);
    return Promise.resolve();
  },
  registerCommand: (id: string, run: (...args: unknown[]) => unknown) => {
    registered.commands.set(id, run);
    return nothing;
  },
};
