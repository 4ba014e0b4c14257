// The extension starts when it is needed and brings everything its manifest promises. (How fast: ../timing.test.ts.)
import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { extensionId } from './helpers.ts';

suite('activation', () => {
  const extension = vscode.extensions.getExtension(extensionId);

  test('is not asked for before it is needed, and succeeds', async () => {
    assert.ok(extension, `${extensionId} is not installed`);
    assert.equal(extension.isActive, false, 'nothing in this window has asked for the extension yet');
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  test('registers every command of the manifest', async () => {
    assert.ok(extension);
    const manifest = extension.packageJSON as { contributes: { commands: { command: string }[] } };
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = manifest.contributes.commands.map(each => each.command).filter(each => !registered.has(each));
    assert.deepEqual(missing, []);
  });
});
