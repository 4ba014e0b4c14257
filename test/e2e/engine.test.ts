// Installing TensorFlow from VS Code up to where the network begins: what it costs is told before, and Cancel keeps nothing.
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Workbench, eventually, watchFailures } from './driver.ts';

let workbench: Workbench;
watchFailures(() => workbench);
beforeAll(async () => { workbench = await Workbench.open('engine', { settings: { 'autoencoder.openViews': [] } }); });
afterAll(async () => { await workbench?.close(); });

test('Install TensorFlow or CUDA Engine tells size and needs, begins on request, and can be cancelled', async () => {
  const { page } = workbench;
  await workbench.command('Autoencoder: Install TensorFlow or CUDA Engine…');
  await page.locator('.quick-input-widget .monaco-list-row').and(page.locator('[aria-label^="TensorFlow for the CPU"]')).click({ timeout: 30_000 });
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.getByText('Install TensorFlow for the CPU?').waitFor();
  const text = await dialog.textContent() ?? '';
  expect(text).toContain('about 200 MB to download and 800 MB on disk');
  expect(text).toContain('It needs a processor with AVX.');
  const folder = /on disk, in (\S+globalStorage\S+cpu)\. It needs/.exec(text)![1]!;
  await workbench.screenshot('install-tensorflow');
  await dialog.locator('.monaco-button', { hasText: 'Install' }).click();
  await page.locator('.notifications-toasts', { hasText: 'Installing TensorFlow for the CPU' }).waitFor({ timeout: 20_000 });
  await eventually(async () => Promise.resolve(existsSync(folder)), there => there);
  await page.locator('.notifications-toasts .monaco-button', { hasText: 'Cancel' }).click();
  await eventually(async () => Promise.resolve(existsSync(folder)), there => !there);
});
