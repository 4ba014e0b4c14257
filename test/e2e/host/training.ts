// A training from the command to its files, without anybody looking.
import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, openEdited, sample, until, workspaceFolder } from './helpers.ts';

const runs = () => vscode.Uri.joinPath(workspaceFolder(), '.autoencoder/runs');

async function readJson<T>(uri: vscode.Uri): Promise<T> {
  return JSON.parse(Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('utf8')) as T;
}

async function runFolders(): Promise<string[]> {
  try {
    return (await vscode.workspace.fs.readDirectory(runs())).map(([name]) => name);
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return [];
    throw error;
  }
}

/** Waits for one more run folder than before with a status of the wanted state. */
async function newRun(before: readonly string[], states: readonly string[]): Promise<vscode.Uri> {
  const [name] = await until('a new run', async () => (await runFolders()).filter(each => !before.includes(each)), found => found.length > 0);
  const folder = vscode.Uri.joinPath(runs(), name!);
  await until(`state ${states.join(' or ')}`,
    () => readJson<{ state: string; message?: string }>(vscode.Uri.joinPath(folder, 'status.json')).catch(() => ({ state: 'none' })),
    status => states.includes(status.state), 60_000);
  return folder;
}

suite('training', () => {
  teardown(closeAll);

  test('Train saves the config, trains it, and leaves a whole run folder', async () => {
    const before = await runFolders();
    const document = await openEdited('quickstart.aeconf', text => text.replace(/"epochs": \d+/, '"epochs": 2'));
    assert.ok(document.isDirty);
    await vscode.commands.executeCommand('autoencoder.train');
    assert.equal(document.isDirty, false);
    const folder = await newRun(before, ['finished']);
    const info = await readJson<{ epochs: number; configPath: string }>(vscode.Uri.joinPath(folder, 'run.json'));
    assert.equal(info.epochs, 2);
    assert.equal(info.configPath, document.uri.fsPath);
    for (const file of ['config.aeconf', 'config.resolved.json', 'events.jsonl', 'checkpoints/last.safetensors', 'models/decoder.onnx', 'pictures/epoch-0002.safetensors', 'latents/epoch-0002.safetensors']) {
      const { size } = await vscode.workspace.fs.stat(vscode.Uri.joinPath(folder, file));
      assert.ok(size > 0, `${file} is empty`);
    }
  });

  test('Stop ends a long training with a checkpoint, and Resume goes on from there', async () => {
    const before = await runFolders();
    await openEdited('quickstart.aeconf', text => text.replace(/"epochs": \d+/, '"epochs": 5000'));
    await vscode.commands.executeCommand('autoencoder.train');
    const folder = await newRun(before, ['training']);
    const status = vscode.Uri.joinPath(folder, 'status.json');
    await until('an epoch', () => readJson<{ epoch: number }>(status), value => value.epoch >= 1);
    await vscode.commands.executeCommand('autoencoder.stop');
    const stopped = await until('stopped', () => readJson<{ state: string; step: number }>(status), value => value.state === 'stopped');
    await vscode.workspace.fs.stat(vscode.Uri.joinPath(folder, 'checkpoints/last.safetensors'));

    await vscode.commands.executeCommand('autoencoder.resume', { id: folder.path.split('/').at(-1), folder: folder.fsPath });
    await until('more steps', () => readJson<{ state: string; step: number }>(status), value => value.state === 'training' && value.step > stopped.step);
    await vscode.commands.executeCommand('autoencoder.stop');
    await until('stopped again', () => readJson<{ state: string }>(status), value => value.state === 'stopped');
  });

  test('a config with errors is not trained', async () => {
    const before = await runFolders();
    await openEdited('quickstart.aeconf', text => text.replace(/"epochs": \d+/, '"epochs": "many"'));
    void vscode.commands.executeCommand('autoencoder.train');
    await new Promise(resolve => setTimeout(resolve, 3000));
    assert.deepEqual(await runFolders(), before);
    assert.ok((await vscode.workspace.fs.stat(sample('quickstart.aeconf'))).size > 0);
  });
});
