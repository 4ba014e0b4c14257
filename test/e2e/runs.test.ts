// What a person does with a run that is over, or that should be when the window closes: export its models, delete it, have it stop
// with the window.
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunStatus } from '../../src/runs/events.ts';
import { Workbench, eventually, watchFailures } from './driver.ts';
import { endTrainers, statusFiles } from './trainers.ts';

let workbench: Workbench;
watchFailures(() => workbench, { steps: true });
beforeAll(async () => {
  workbench = await Workbench.open('runs', {
    settings: { 'autoencoder.onWindowClose': 'stop', 'autoencoder.openViews': ['loss', 'reconstructions', 'latent'] },
    edits: { 'quickstart.aeconf': text => text.replace(/"epochs": \d+/, '"epochs": 4000') },
  });
});
afterAll(async () => {
  await workbench?.close();
  if (workbench !== undefined) await endTrainers(workbench.workspace);
});

const runs = () => join(workbench.workspace, '.autoencoder/runs');

async function status(): Promise<RunStatus | undefined> {
  const [file] = await statusFiles(runs());
  return file === undefined ? undefined : JSON.parse(await readFile(file, 'utf8')) as RunStatus;
}

test('three views of a training are all seen, and the editor keeps the focus', async () => {
  await workbench.open('quickstart.aeconf');
  await workbench.command('Autoencoder: Train Current Config');
  for (const name of ['loss', 'reconstructions', 'latent'] as const) {
    const frame = await workbench.webview(name);
    await frame.locator('canvas').first().waitFor({ timeout: 60_000 });
    const { width, height } = await frame.evaluate(() => ({ width: innerWidth, height: innerHeight }));
    expect(Math.min(width, height)).toBeGreaterThan(200);
  }
  await workbench.page.locator('.editor-group-container.active .tab.active[data-resource-name="quickstart.aeconf"]').waitFor();
  await workbench.page.waitForTimeout(2000);
  await workbench.screenshot('training-all-views');
});

test('a training stops with its checkpoint when the window closes, if that is wanted', async () => {
  await eventually(status, now => now !== undefined && now.epoch > 1);
  await workbench.reload();
  const ended = await eventually(status, now => now?.state === 'stopped', 30_000);
  const [id] = await readdir(runs());
  expect(existsSync(join(runs(), id!, 'checkpoints/last.safetensors'))).toBe(true);
  expect(ended?.epoch).toBeLessThan(4000);
  await workbench.activity('Autoencoder Studio');
  await workbench.row(/stopped/).first().waitFor({ timeout: 30_000 });
});

test('Export ONNX writes the three models to a folder of choice', async () => {
  await workbench.rowMenu(workbench.row(/stopped/).first(), 'Export ONNX');
  await workbench.choosePath(`${workbench.workspace}/`, /Export here|OK/);
  await eventually(() => readdir(join(workbench.workspace, 'quickstart-onnx')).catch((): string[] => []), files => files.filter(file => file.endsWith('.onnx')).length === 3, 60_000);
  await workbench.toasts.filter({ hasText: /Exported the models/ }).first().waitFor({ timeout: 15_000 });
});

test('a run is deleted after a question, from the disk and from the tree', async () => {
  await workbench.rowMenu(workbench.row(/stopped/).first(), 'Delete Run');
  const dialog = workbench.page.locator('.monaco-dialog-box');
  await dialog.locator('.monaco-button', { hasText: 'Move to Trash' }).click();
  // A server has no trash, and says so before anything is lost.
  const forever = dialog.locator('.monaco-button', { hasText: 'Delete Permanently' });
  await Promise.race([forever.click({ timeout: 15_000 }), eventually(() => readdir(runs()), left => left.length === 0, 15_000)]);
  await eventually(() => readdir(runs()), left => left.length === 0);
  await workbench.row(/stopped/).first().waitFor({ state: 'detached', timeout: 15_000 });
});

test('no page broke its security policy or threw', () => {
  expect(workbench.violations).toEqual([]);
  expect(workbench.pageErrors).toEqual([]);
});
