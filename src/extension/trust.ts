// Restricted Mode: without trust in the workspace a config is only read as text. Whatever opens what it names, or computes with what
// lies in the workspace, asks here first.
import * as vscode from 'vscode';
import { StudioError } from '../core/errors.ts';

/** How the user gives it. */
export const trustCure = 'Choose "Manage Workspace Trust".';

/** @throws StudioError('usage') with the reason, a sentence, in a workspace without trust. */
export function requireTrust(reason: string): void {
  if (!vscode.workspace.isTrusted) throw new StudioError('usage', `${reason} ${trustCure}`);
}
