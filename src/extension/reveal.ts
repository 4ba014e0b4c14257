// Where files are shown: by the system of this machine, or, as in a browser or over SSH, by VS Code.
import * as vscode from 'vscode';

/** Whether what the system opens opens on the machine that the user sits at. */
export function isLocal(): boolean {
  return vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
}

/** In the system's file manager; else in the explorer where it shows it, or its folder in a window of its own. */
export async function reveal(file: vscode.Uri): Promise<void> {
  if (isLocal()) await vscode.commands.executeCommand('revealFileInOS', file);
  else if (vscode.workspace.getWorkspaceFolder(file) !== undefined) await vscode.commands.executeCommand('revealInExplorer', file);
  else await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.joinPath(file, '..'), { forceNewWindow: true });
}
