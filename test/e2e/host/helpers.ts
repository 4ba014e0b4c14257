// Small helpers of the host suite.
import * as vscode from 'vscode';

export const extensionId = 'autoencoder-studio.autoencoder-studio';

export function workspaceFolder(): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (folder === undefined) throw new Error('The suite needs a folder: a copy of samples/.');
  return folder.uri;
}

export function sample(name: string): vscode.Uri {
  return vscode.Uri.joinPath(workspaceFolder(), name);
}

/** Asks until an answer satisfies. */
export async function until<T>(what: string, ask: () => T | Thenable<T>, holds: (value: T) => boolean, timeout = 20_000): Promise<T> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeout / 1000} s; last seen ${JSON.stringify(value)}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

/** Our own diagnostics and those of the JSON schema. */
export function problems(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri);
}

/** Opens a document with the given text in place of its own; nothing is saved. */
export async function openEdited(name: string, edit: (text: string) => string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(sample(name));
  const editor = await vscode.window.showTextDocument(document);
  const before = document.getText();
  await editor.edit(builder => builder.replace(new vscode.Range(document.positionAt(0), document.positionAt(before.length)), edit(before)));
  return document;
}

export async function closeAll(): Promise<void> {
  for (const document of vscode.workspace.textDocuments) {
    if (document.isDirty && !document.isUntitled) {
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    }
  }
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}
