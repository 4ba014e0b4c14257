// Saving what a page made (a picture, a table): asks where, writes it, offers to open it.
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Requests } from '../../protocol/messages.ts';

const kinds: Readonly<Record<Requests['saveFile']['params']['kind'], string>> = { png: 'PNG picture', csv: 'CSV table', onnx: 'ONNX model' };

/** Where the last file went: the next one most likely goes there too. */
let lastFolder: string | undefined;

/** @returns false when the user changed their mind. */
export async function savePageFile({ suggestedName, kind, bytes }: Requests['saveFile']['params'], runFolder: string | undefined): Promise<boolean> {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const folder = lastFolder ?? workspace ?? runFolder ?? '.';
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.file(path.join(folder, path.basename(suggestedName))),
    filters: { [kinds[kind]]: [kind] },
  });
  if (target === undefined) return false;
  await vscode.workspace.fs.writeFile(target, bytes);
  lastFolder = path.dirname(target.fsPath);
  const open = 'Open';
  void vscode.window.showInformationMessage(`Saved ${path.basename(target.fsPath)}.`, open).then(chosen =>
    chosen === open ? vscode.commands.executeCommand('vscode.open', target) : undefined);
  return true;
}
