// Choosing the device that trains, and where data sets are looked for.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { StudioError } from '../../core/errors.ts';
import { languageId } from '../contributions.ts';
import { deviceText, type DeviceInfo } from '../device-text.ts';
import type { Overrides } from '../overrides.ts';
import { ask, type Program } from '../program.ts';
import { readSetting } from '../settings.ts';
import { onCommand, type Studio } from '../studio.ts';

/** The config that devices are chosen for, and values that differ from the file. */
export interface DeviceQuestion {
  readonly file: vscode.Uri;
  readonly overrides?: Overrides;
}

/** The devices that the program found on this machine, with what is known of them for a config. */
async function listDevices({ program }: Studio, about: DeviceQuestion | undefined): Promise<readonly DeviceInfo[]> {
  const args = about === undefined ? [] : [about.file.fsPath, ...Object.entries(about.overrides ?? {}).flatMap(([path, value]) => ['--set', `${path}=${JSON.stringify(value)}`])];
  const answer = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: 'Looking for devices' }, () => askWithout(program, args));
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
  const items = listDevices(studio, about).then(devices => [
    { label: `${mark('auto')}auto`, description: 'the fastest that computes right', detail: `Each device is compared with the CPU on the very model before it is trusted.${about === undefined ? '' : ` What is said below is of ${path.basename(about.file.fsPath)}.`}`, id: 'auto' },
    ...devices.map(device => ({ label: `${mark(device.id)}${device.id}`, ...deviceText(device), id: device.id })),
  ]);
  return (await vscode.window.showQuickPick(items, { title: 'Select Device', placeHolder: 'Which device trains?', matchOnDescription: true }))?.id;
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
