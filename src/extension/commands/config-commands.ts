// Commands about a config: train it, train it with other values, begin a new one or a copy, see its layers.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { StudioError } from '../../core/errors.ts';
import { checkConfig } from '../../model/check.ts';
import { templateGroups, type Template } from '../../spec/templates.ts';
import { copyOfConfig } from '../config-copy.ts';
import { languageId } from '../contributions.ts';
import { summaryUri } from '../documents.ts';
import { pickDevice } from './device-commands.ts';
import { latentUnits, readAssignment, readCount, type Overrides } from '../overrides.ts';
import { onCommand, type Studio } from '../studio.ts';
import type { Training } from '../training.ts';

export function registerConfigCommands(studio: Studio, training: Training, knownConfigs: () => readonly string[]): void {
  onCommand(studio, 'autoencoder.train', 'Train', async argument => {
    const file = await chooseConfig(argument, knownConfigs(), 'Train which config?');
    if (file !== undefined) await training.train(file);
  });
  onCommand(studio, 'autoencoder.trainWithOverrides', 'Train with Overrides', async argument => {
    const file = await chooseConfig(argument, knownConfigs(), 'Train which config with other values?');
    if (file === undefined) return;
    const wish = await askOverrides(studio, file);
    if (wish !== undefined) await training.train(file, wish);
  });
  onCommand(studio, 'autoencoder.showSummary', 'Show Model Summary', async argument => {
    const file = await chooseConfig(argument, knownConfigs(), 'Show the layers of which config?');
    if (file === undefined) return;
    const document = await vscode.workspace.openTextDocument(summaryUri(file));
    // Beside nothing would leave an empty group.
    const alone = vscode.window.tabGroups.all.every(group => group.tabs.length === 0);
    await vscode.window.showTextDocument(document, { viewColumn: alone ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside, preview: true, preserveFocus: true });
  });
  onCommand(studio, 'autoencoder.newConfig', 'New Config', () => newConfig());
  onCommand(studio, 'autoencoder.duplicateConfig', 'Duplicate Config', async argument => {
    const file = await chooseConfig(argument, knownConfigs(), 'Duplicate which config?');
    if (file !== undefined) await duplicateConfig(file);
  });
}

/** The config a command was called with, that of the active editor, the only one, or the one the user picks. */
export async function chooseConfig(argument: unknown, known: readonly string[], prompt: string): Promise<vscode.Uri | undefined> {
  if (argument instanceof vscode.Uri) return argument;
  if (typeof argument === 'object' && argument !== null && 'path' in argument && typeof argument.path === 'string') return vscode.Uri.file(argument.path);
  if (typeof argument === 'string') return vscode.Uri.file(argument);
  const active = vscode.window.activeTextEditor?.document;
  if (active?.languageId === languageId) return active.uri;
  const visible = vscode.window.visibleTextEditors.filter(editor => editor.document.languageId === languageId);
  if (visible.length === 1) return visible[0]!.document.uri;
  if (known.length === 0) throw new StudioError('usage', 'There is no .aeconf file in this workspace. Make one with "Autoencoder: New Config…".');
  if (known.length === 1) return vscode.Uri.file(known[0]!);
  const items = known.map(file => ({ label: path.basename(file, `.${languageId}`), description: vscode.workspace.asRelativePath(path.dirname(file)), file }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: prompt, matchOnDescription: true });
  return picked && vscode.Uri.file(picked.file);
}

interface Choice extends vscode.QuickPickItem {
  readonly act: 'train' | 'epochs' | 'latent' | 'device' | 'any' | { readonly edit: string };
}

/** A menu of values to change, shown again after each change until the user trains or leaves. */
async function askOverrides(studio: Studio, file: vscode.Uri): Promise<{ overrides: Overrides; device?: string } | undefined> {
  const text = (await vscode.workspace.openTextDocument(file)).getText();
  const { spec } = checkConfig(text, file.fsPath);
  if (spec === undefined) throw new StudioError('spec', `${path.basename(file.fsPath)} has errors. Mend them first (View: Show Problems), then try other values.`);
  const latent = latentUnits(spec);
  const title = `Train ${path.basename(file.fsPath)} with overrides`;
  let overrides: Record<string, unknown> = {};
  let device: string | undefined;
  const show = (name: string, usual: unknown) => name in overrides ? `${JSON.stringify(overrides[name])} (in the file: ${JSON.stringify(usual)})` : JSON.stringify(usual);
  const fixed = new Set(['training.epochs', latent?.path]);
  for (;;) {
    const others = Object.keys(overrides).filter(name => !fixed.has(name));
    const choices: Choice[] = [
      { label: '$(play) Train', description: Object.keys(overrides).length === 0 && device === undefined ? 'as the file says' : 'with these values', act: 'train' },
      { label: 'Values', kind: vscode.QuickPickItemKind.Separator, act: 'train' },
      { label: '$(edit) Epochs', description: show('training.epochs', spec.training.epochs), act: 'epochs' },
      ...(latent === undefined ? [] : [{ label: '$(edit) Latent units', description: show(latent.path, latent.units), act: 'latent' } as const]),
      { label: '$(chip) Device', description: device ?? 'as in the settings', act: 'device' },
      ...others.map(name => ({ label: `$(edit) ${name}`, description: JSON.stringify(overrides[name]), act: { edit: name } })),
      { label: '$(add) Another value…', description: 'path=value', act: 'any' },
    ];
    const choice = await vscode.window.showQuickPick(choices, { title, placeHolder: 'Change values, then train' });
    if (choice === undefined) return undefined;
    const { act } = choice;
    if (act === 'train') return { overrides, ...(device === undefined ? {} : { device }) };
    if (act === 'device') device = await pickDevice(studio, { file, overrides }) ?? device;
    else if (act === 'epochs' || act === 'latent') {
      const name = act === 'latent' && latent !== undefined ? latent.path : 'training.epochs';
      const usual = act === 'latent' && latent !== undefined ? latent.units : spec.training.epochs;
      const count = await askCount(title, act === 'latent' ? 'Latent units' : 'Epochs', Number(overrides[name] ?? usual));
      if (count === usual) overrides = without(overrides, name);
      else if (count !== undefined) overrides = { ...overrides, [name]: count };
    } else {
      const before = act === 'any' ? undefined : act.edit;
      const rest = before === undefined ? overrides : without(overrides, before);
      const assignment = await askAssignment(title, before === undefined ? '' : `${before}=${JSON.stringify(overrides[before])}`, text, file.fsPath, rest);
      if (assignment !== undefined) overrides = { ...rest, [assignment.path]: assignment.value };
    }
  }
}

function without(overrides: Overrides, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(overrides).filter(([key]) => key !== name));
}

export async function askCount(title: string, what: string, value: number): Promise<number | undefined> {
  const validateInput = (input: string) => {
    const count = readCount(input, what);
    return typeof count === 'string' ? count : undefined;
  };
  const input = await vscode.window.showInputBox({ title, prompt: what, value: String(value), validateInput });
  const count = input === undefined ? undefined : readCount(input, what);
  return typeof count === 'number' ? count : undefined;
}

async function askAssignment(title: string, value: string, text: string, file: string, others: Overrides): Promise<{ path: string; value: unknown } | undefined> {
  const read = (input: string) => readAssignment(input, text, file, others);
  const input = await vscode.window.showInputBox({
    title, value, prompt: 'A path in the config and its value', placeHolder: 'training.optimizer.learningRate=0.01   encoder[1].units=64   data=mnist',
    validateInput: input => {
      if (input.trim() === '') return undefined;
      const assignment = read(input);
      return typeof assignment === 'string' ? assignment : undefined;
    },
  });
  if (input === undefined || input.trim() === '') return undefined;
  const assignment = read(input);
  return typeof assignment === 'string' ? undefined : assignment;
}

/** A new file from a template, beside the active config or in the folder; the user names it. */
async function newConfig(): Promise<void> {
  const items = templateGroups.flatMap(({ title, templates }): TemplateItem[] => [
    { label: title, kind: vscode.QuickPickItemKind.Separator },
    ...templates.map(template => ({ label: template.label, detail: template.detail, template })),
  ]);
  const picked = await vscode.window.showQuickPick(items, { title: 'New Config', placeHolder: 'Start from which template?', matchOnDetail: true });
  if (picked?.template === undefined) return;
  const { id, text } = picked.template;
  const folder = newConfigFolder();
  if (folder === undefined) {
    const document = await vscode.workspace.openTextDocument({ language: languageId, content: text });
    await vscode.window.showTextDocument(document);
    return;
  }
  const file = await askFile('New Config', folder, id);
  if (file !== undefined) await writeConfig(file, text);
}

interface TemplateItem extends vscode.QuickPickItem {
  readonly template?: Template;
}

/** A copy beside the config, as it stands in the editor; the user names it. */
async function duplicateConfig(source: vscode.Uri): Promise<void> {
  if (source.scheme !== 'file') throw new StudioError('usage', 'This config has no file on disk yet. Save it, then duplicate it.');
  const text = (await vscode.workspace.openTextDocument(source)).getText();
  const folder = vscode.Uri.joinPath(source, '..');
  const file = await askFile('Duplicate Config', folder, path.basename(source.fsPath, `.${languageId}`));
  if (file !== undefined) await writeConfig(file, copyOfConfig(text, source.fsPath, folder.fsPath, path.basename(file.fsPath, `.${languageId}`)));
}

/** Asks for the name of a file that is not there yet; undefined when the user changed their mind. */
async function askFile(title: string, folder: vscode.Uri, base: string): Promise<vscode.Uri | undefined> {
  const taken = async (name: string) => vscode.workspace.fs.stat(fileOf(folder, name)).then(() => true, () => false);
  let suggestion = base;
  for (let number = 2; await taken(suggestion); number++) suggestion = `${base}-${number}`;
  const name = await vscode.window.showInputBox({
    title, prompt: `Name of the file, in ${vscode.workspace.asRelativePath(folder)}`, value: suggestion,
    validateInput: async input => {
      if (input.trim() === '' || /[\\/:*?"<>|]/.test(input)) return 'A name without any of \\ / : * ? " < > |';
      return await taken(input) ? `${path.basename(fileOf(folder, input).fsPath)} is there already.` : undefined;
    },
  });
  return name === undefined ? undefined : fileOf(folder, name);
}

async function writeConfig(file: vscode.Uri, text: string): Promise<void> {
  await vscode.workspace.fs.writeFile(file, Buffer.from(text));
  await vscode.window.showTextDocument(file);
}

function fileOf(folder: vscode.Uri, name: string): vscode.Uri {
  const base = name.trim().replace(new RegExp(`\\.${languageId}$`), '');
  return vscode.Uri.joinPath(folder, `${base}.${languageId}`);
}

function newConfigFolder(): vscode.Uri | undefined {
  const active = vscode.window.activeTextEditor?.document;
  if (active?.languageId === languageId && active.uri.scheme === 'file') return vscode.Uri.joinPath(active.uri, '..');
  return vscode.workspace.workspaceFolders?.[0]?.uri;
}
