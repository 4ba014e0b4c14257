// Settings, read by their typed names, and the folders they stand for.
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { settings, type SettingName, type Settings } from './contributions.ts';

/** The value for a file or folder; the default when the setting holds something of another type. */
export function readSetting<N extends SettingName>(name: N, scope?: vscode.Uri): Settings[N] {
  const value: unknown = vscode.workspace.getConfiguration(undefined, scope ?? null).get(name);
  const fallback = settings[name].default;
  const fits = Array.isArray(fallback) ? Array.isArray(value) : typeof value === typeof fallback;
  // The check above is all that the types of settings.json allow; each use checks what it needs beyond.
  return fits ? value as Settings[N] : fallback;
}

/** An absolute folder from a setting: `${workspaceFolder}`, `~`, and relative paths from the workspace folder. */
function expand(folder: string, workspace: string): string {
  const text = folder.replaceAll('${workspaceFolder}', workspace).replace(/^~(?=$|[/\\])/, os.homedir());
  return path.resolve(workspace, text);
}

/** The workspace folder of a file; the file's own folder when it is outside of all. */
export function workspaceOf(file: vscode.Uri): string {
  return vscode.workspace.getWorkspaceFolder(file)?.uri.fsPath ?? path.dirname(file.fsPath);
}

export function runsFolderOf(file: vscode.Uri): string {
  return expand(readSetting('autoencoder.runsFolder', file), workspaceOf(file));
}

export function dataFoldersOf(file: vscode.Uri): string[] {
  return readSetting('autoencoder.dataFolders', file).filter(folder => typeof folder === 'string' && folder !== '').map(folder => expand(folder, workspaceOf(file)));
}

/** The data folders of all workspace folders, for what belongs to none of them. */
export function allDataFolders(): string[] {
  const folders = vscode.workspace.workspaceFolders?.flatMap(folder => dataFoldersOf(folder.uri)) ?? [...readSetting('autoencoder.dataFolders')];
  return [...new Set(folders)];
}

/** The runs folders of all workspace folders. */
export function allRunsFolders(): string[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return [...new Set(folders.filter(folder => folder.uri.scheme === 'file').map(folder => expand(readSetting('autoencoder.runsFolder', folder.uri), folder.uri.fsPath)))];
}
