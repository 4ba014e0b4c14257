// Choosing the device that trains, and where data sets are looked for.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { StudioError } from '../../core/errors.ts';
import { languageId } from '../contributions.ts';
import { deviceText, type DeviceInfo } from '../device-text.ts';
import type { Overrides } from '../overrides.ts';
import { ask, type Program } from '../program.ts';
import { dataFoldersOf, readSetting } from '../settings.ts';
import { onCommand, type Studio } from '../studio.ts';

/** The config that devices are chosen for, and values that differ from the file. */
export interface DeviceQuestion {
  readonly file: vscode.Uri;
  readonly overrides?: Overrides;
}

/** The devices that the program found on this machine, with what is known of them for a config. */
async function listDevices({ program }: Studio, about: DeviceQuestion | undefined): Promise<readonly DeviceInfo[]> {
  return devicesIn(await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: 'Looking for devices' }, () => askWithout(program, about === undefined ? [] : wordsFor(about))));
}

/** The same after each has tried out the training step of the config, as before a training. */
async function measureDevices({ program }: Studio, about: DeviceQuestion): Promise<readonly DeviceInfo[]> {
  const threads = readSetting('autoencoder.threads', about.file);
  const words = ['devices', ...wordsFor(about), '--check', ...dataFoldersOf(about.file).flatMap(folder => ['--data', folder]), ...(threads > 0 ? ['--threads', String(threads)] : [])];
  const title = `Trying out a step of ${path.basename(about.file.fsPath)} on every device`;
  return devicesIn(await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, (_progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    return ask(program, words, { signal: abort.signal });
  }));
}

function wordsFor({ file, overrides = {} }: DeviceQuestion): readonly string[] {
  return [file.fsPath, ...Object.entries(overrides).flatMap(([name, value]) => ['--set', `${name}=${JSON.stringify(value)}`])];
}

function devicesIn(answer: unknown): readonly DeviceInfo[] {
  const list: unknown = typeof answer === 'object' && answer !== null && 'devices' in answer ? answer.devices : answer;
  if (!Array.isArray(list)) throw new StudioError('internal', '`aeconf devices` printed no list of devices.');
  return list.filter((item): item is DeviceInfo => typeof item === 'object' && item !== null && 'id' in item && typeof item.id === 'string' && 'name' in item && 'available' in item);
}

/** A config with errors has no checks; the devices are the same. */
async function askWithout(program: Program, args: readonly string[]): Promise<unknown> {
  try {
    return await ask(program, ['devices', ...args]);
  } catch (error) {
    if (error instanceof StudioError && (error.reason === 'spec' || error.reason === 'usage')) return ask(program, ['devices']);
    throw error;
  }
}

/** The config in front of the user. */
function configAtHand(): DeviceQuestion | undefined {
  const document = [vscode.window.activeTextEditor, ...vscode.window.visibleTextEditors].map(editor => editor?.document).find(shown => shown?.languageId === languageId && shown.uri.scheme === 'file');
  return document && { file: document.uri };
}

/** Lets the user pick a device; undefined when they changed their mind. */
export async function pickDevice(studio: Studio, question: DeviceQuestion | undefined = configAtHand()): Promise<string | undefined> {
  // To say how a device does with a config, its model is built for the data that it names.
  const about = vscode.workspace.isTrusted ? question : undefined;
  const current = readSetting('autoencoder.device');
  const mark = (id: string) => id === current ? '$(check) ' : '';
  const name = about === undefined ? '' : path.basename(about.file.fsPath);
  const choices = (devices: readonly DeviceInfo[]): readonly DeviceChoice[] => [
    { label: `${mark('auto')}auto`, description: 'the fastest that computes right', detail: `Each device is compared with the CPU on the very model before it is trusted; for small steps the CPU is taken without asking others.${about === undefined ? '' : ` What is said below is of ${name}.`}`, id: 'auto' },
    ...devices.map(device => ({ label: `${mark(device.id)}${device.id}`, ...deviceText(device), id: device.id })),
    ...(about === undefined ? [] : [{ label: '$(beaker) Measure…', description: `let every device try out a step of ${name}`, id: undefined }]),
  ];
  let measure = false;
  for (;;) {
    const items = (measure && about !== undefined ? measureDevices(studio, about) : listDevices(studio, about)).then(choices);
    const picked = await vscode.window.showQuickPick(items, { title: 'Select Device', placeHolder: 'Which device trains?', matchOnDescription: true, ignoreFocusOut: measure });
    if (picked === undefined || picked.id !== undefined) return picked?.id;
    measure = true;
  }
}

/** A device; without an id the wish to measure all of them. */
interface DeviceChoice extends vscode.QuickPickItem {
  readonly id: string | undefined;
}

export function registerDeviceCommands(studio: Studio, refresh: () => Promise<void>): void {
  onCommand(studio, 'autoencoder.selectDevice', 'Select Device', async () => {
    const device = await pickDevice(studio);
    if (device === undefined) return;
    const target = vscode.workspace.workspaceFolders === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
    await vscode.workspace.getConfiguration().update('autoencoder.device', device, target);
  });
  onCommand(studio, 'autoencoder.addDataFolder', 'Add Data Folder', async () => {
    const picked = await vscode.window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false, canSelectMany: true, openLabel: 'Look for data sets here' });
    if (picked === undefined) return;
    const folders = [...new Set([...readSetting('autoencoder.dataFolders'), ...picked.map(uri => uri.fsPath)])];
    await vscode.workspace.getConfiguration().update('autoencoder.dataFolders', folders, vscode.ConfigurationTarget.Global);
  });
  onCommand(studio, 'autoencoder.refresh', 'Refresh', refresh);
  onCommand(studio, 'autoencoder.showLog', 'Show Log', () => studio.log.show());
}
