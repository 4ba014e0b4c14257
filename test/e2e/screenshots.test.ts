// A picture of every view in a light, a dark and a high-contrast theme, of a finished training: out/screenshots/. Look at them.
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PageName } from '../../src/protocol/messages.ts';
import type { RunStatus } from '../../src/runs/events.ts';
import { Workbench, eventually, watchFailures, themes, type Theme } from './driver.ts';
import { endTrainers, statusFiles } from './trainers.ts';

let workbench: Workbench;
watchFailures(() => workbench, { steps: true });
beforeAll(async () => {
  workbench = await Workbench.open('screenshots', { settings: { 'autoencoder.openViews': [] } });
  await workbench.open('quickstart.aeconf');
  await workbench.command('Autoencoder: Train Current Config');
  await eventually(async () => {
    const [file] = await statusFiles(join(workbench.workspace, '.autoencoder/runs'));
    return file === undefined ? 'none' : (JSON.parse(await readFile(file, 'utf8')) as RunStatus).state;
  }, state => state === 'finished', 170_000);
});
afterAll(async () => {
  await workbench?.close();
  if (workbench !== undefined) await endTrainers(workbench.workspace);
});

const names = Object.keys(themes) as Theme[];

async function inEveryTheme(name: string): Promise<void> {
  for (const theme of names) {
    await workbench.theme(theme);
    await workbench.screenshot(`${name}-${theme}`);
  }
}

/** Opens one page alone and waits until it has drawn. */
async function show(page: PageName, command: string, drawn: string): Promise<void> {
  await workbench.command('View: Close All Editors');
  await workbench.command(command);
  const frame = await workbench.webview(page);
  await frame.locator(drawn).first().waitFor({ timeout: 20_000 });
  await workbench.page.waitForTimeout(1500);
}

test('editor with a config, its hints and lenses', async () => {
  await workbench.open('conv-denoise-16.aeconf');
  await workbench.editor('conv-denoise-16.aeconf').locator('.view-line', { hasText: '14×14×32' }).first().waitFor();
  await inEveryTheme('editor');
});

test('the Experiments and Datasets trees', async () => {
  await workbench.activity('Autoencoder Studio');
  await workbench.row(/\d+\/\d+/).first().waitFor();
  await inEveryTheme('trees');
});

test('loss curves', async () => {
  await show('loss', 'Autoencoder: Show Loss Curves', '.chart canvas');
  await inEveryTheme('loss');
});

test('reconstructions', async () => {
  await show('reconstructions', 'Autoencoder: Show Reconstructions', 'ae-strip canvas');
  await inEveryTheme('reconstructions');
});

test('latent space', async () => {
  await show('latent', 'Autoencoder: Explore Latent Space', '.plot canvas');
  const page = await workbench.webview('latent');
  await page.locator('vscode-checkbox', { hasText: 'Decoded grid' }).click();
  await page.locator('.plot').hover({ position: { x: 300, y: 250 } });
  await workbench.page.waitForTimeout(1500);
  await inEveryTheme('latent');
});

test('model summary', async () => {
  await workbench.command('View: Close All Editors');
  await workbench.open('conv-denoise-16.aeconf');
  await workbench.command('Autoencoder: Show Model Summary');
  await workbench.page.locator('.view-line', { hasText: /trainable/i }).first().waitFor({ timeout: 20_000 });
  await inEveryTheme('summary');
});

test('all views at once', async () => {
  await workbench.command('View: Close All Editors');
  await workbench.open('quickstart.aeconf');
  await workbench.command('Autoencoder: Show Loss Curves');
  await workbench.webview('loss');
  await workbench.command('Autoencoder: Show Reconstructions');
  await workbench.webview('reconstructions');
  await workbench.page.waitForTimeout(2000);
  await inEveryTheme('overview');
});

test('no page broke its security policy or threw', () => {
  expect(workbench.violations).toEqual([]);
  expect(workbench.pageErrors).toEqual([]);
});
