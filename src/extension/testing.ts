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

export const ViewColumn = { Beside: -2, One: 1 };
export const ProgressLocation = { Window: 10, Notification: 15 };

export class MarkdownString {
  constructor(readonly value = '') {}
}

const nothing: Disposable = { dispose: () => undefined };

/** What the extension registered, and how the test answers. */
export const registered = {
  commands: new Map<string, (...args: unknown[]) => unknown>(),
  contents: undefined as { provideTextDocumentContent(uri: Uri): Promise<string> } | undefined,
  trusted: new Signal<void>(),
  /** Messages that were shown, the buttons that were offered with the last, and those that are pressed. */
  messages: [] as string[],
  buttons: [] as readonly string[],
  press: [] as readonly string[],
  /** Commands that were run, with what they were given. */
  executed: [] as unknown[][],
  deleteFile: (_uri: Uri): Promise<void> => Promise.resolve(),
};

function show(text: string, ...rest: readonly (string | { readonly detail?: string })[]): Promise<string | undefined> {
  const [options] = rest;
  registered.messages.push(typeof options === 'object' && options.detail !== undefined ? `${text}\n${options.detail}` : text);
  registered.buttons = rest.filter(button => typeof button === 'string');
  return Promise.resolve(rest.find(button => typeof button === 'string' && registered.press.includes(button)) as string | undefined);
}

export const workspace = {
  isTrusted: true,
  textDocuments: [] as { readonly uri: Uri }[],
  workspaceFolders: undefined,
  fs: { delete: (uri: Uri) => registered.deleteFile(uri) },
  getConfiguration: () => ({ get: () => undefined }),
  getWorkspaceFolder: () => undefined,
  onDidChangeTextDocument: () => nothing,
  onDidSaveTextDocument: () => nothing,
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
  showQuickPick: async (items: Promise<readonly unknown[]>) => { await items; },
  withProgress: (_options: unknown, task: () => Promise<unknown>) => task(),
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
