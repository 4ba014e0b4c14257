// Choosing the device that trains, and where data sets are looked for.
import * as vscode from 'vscode';
import { StudioError } from '../../core/errors.ts';
import { ask } from '../program.ts';
import { readSetting } from '../settings.ts';
import { onCommand, type Studio } from '../studio.ts';

interface DeviceInfo {
  readonly id: string;
  readonly name: string;
  readonly available: boolean;
  readonly note?: string;
}

/** The devices that the program found on this machine. */
async function listDevices({ program }: Studio): Promise<readonly DeviceInfo[]> {
  const answer = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: 'Looking for devices' }, () => ask(program, ['devices']));
  const list: unknown = typeof answer === 'object' && answer !== null && 'devices' in answer ? answer.devices : answer;
  if (!Array.isArray(list)) throw new StudioError('internal', '`aeconf devices` printed no list of devices.');
  return list.filter((item): item is DeviceInfo => typeof item === 'object' && item !== null && 'id' in item && typeof item.id === 'string' && 'name' in item && 'available' in item);
}

/** Lets the user pick a device; undefined when they changed their mind. */
export async function pickDevice(studio: Studio): Promise<string | undefined> {
  const current = readSetting('autoencoder.device');
  const mark = (id: string) => id === current ? '$(check) ' : '';
  const items = listDevices(studio).then(devices => [
    { label: `${mark('auto')}auto`, description: 'the fastest that computes right', detail: 'Each device is compared with the CPU on the very model before it is trusted.', id: 'auto' },
    ...devices.map(device => ({
      label: `${mark(device.id)}${device.id}`,
      description: device.available ? device.name : `${device.name} — not available`,
      ...(device.note === undefined ? {} : { detail: device.note }),
      id: device.id,
    })),
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
