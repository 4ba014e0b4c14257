// Looking closely at a trained run, in one window: a sample shown large, sums of codes by pointer and by keys, and the model taken to
// Keras. The tests build on each other, as the user's steps do.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { RunStatus } from '../../src/runs/events.ts';
import { Workbench, eventually, themes, watchFailures, type Theme } from './driver.ts';
import { endTrainers, statusFiles } from './trainers.ts';

const shorter = (text: string): string => text.replace(/"epochs": \d+/, '"epochs": 5').replace('"train": 6000', '"train": 2000');

let workbench: Workbench;
watchFailures(() => workbench, { steps: true });
beforeAll(async () => {
  workbench = await Workbench.open('exploring', { edits: { 'quickstart.aeconf': shorter }, settings: { 'autoencoder.openViews': [] } });
  await workbench.open('quickstart.aeconf');
  await workbench.command('Autoencoder: Train Current Config');
  await eventually(async () => {
    const [file] = await statusFiles(join(workbench.workspace, '.autoencoder/runs'));
    return file === undefined ? 'none' : (JSON.parse(await readFile(file, 'utf8')) as RunStatus).state;
  }, state => state === 'finished', 120_000);
});
afterAll(async () => {
  await workbench?.close();
  if (workbench !== undefined) await endTrainers(workbench.workspace);
});

/** How much of a picture is lit; one that was not decoded is empty. */
const light = (canvas: Locator): Promise<number> => canvas.evaluate(element => {
  const { width, height } = element as HTMLCanvasElement;
  const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) sum += data[i]! / 255;
  return sum;
});

/** @param show what is to be seen; choosing a theme presses Escape. */
async function inEveryTheme(name: string, show: () => Promise<void>): Promise<void> {
  for (const theme of Object.keys(themes) as Theme[]) {
    await workbench.theme(theme);
    await show();
    await workbench.screenshot(`${name}-${theme}`);
  }
}

test('a sample is shown large by a click, the next one by an arrow, and all of them again by Escape', async () => {
  await workbench.command('Autoencoder: Show Reconstructions');
  const page = await workbench.webview('reconstructions');
  const large = page.locator('ae-large');
  await inEveryTheme('reconstructions-large', async () => {
    await page.locator('.caption').nth(2).click({ timeout: 20_000 });
    await large.getByText('sample 3 of').waitFor();
    for (const label of ['Original', 'Reconstruction']) expect(await light(large.getByRole('img', { name: new RegExp(`^${label}`) }))).toBeGreaterThan(5);
    await large.getByRole('img', { name: /^Reconstruction/ }).hover({ position: { x: 40, y: 40 } });
    await eventually(() => large.locator('.large-readout').textContent(), text => /row \d+, column \d+/.test(text ?? ''));
  });
  // The page has the focus after the click: keys reach it from anywhere in it.
  await page.locator('.large-area').press('ArrowRight');
  await large.getByText('sample 4 of').waitFor();
  await page.locator('.large-area').press('Escape');
  await large.waitFor({ state: 'detached' });
});

/** The samples of the first rows of the page's table, chosen one after the other. */
async function chooseRows(page: Frame, rows: readonly number[]): Promise<void> {
  for (const row of rows) await page.locator('.table .link').nth(row).click();
}

test('A − B + C of three points is decoded, and its nearest sample is shown', async () => {
  await workbench.command('Autoencoder: Explore Latent Space');
  const page = await workbench.webview('latent');
  await page.locator('.section-probe canvas').waitFor({ timeout: 20_000 });
  await eventually(() => light(page.locator('.section-probe canvas')), sum => sum > 1);
  await page.getByRole('radio', { name: 'A − B + C' }).click();
  await page.locator('.section-table summary').click();
  await chooseRows(page, [0, 3]);
  await eventually(() => page.locator('.strip .hint').textContent(), text => /Click C, to which their difference is added/.test(text ?? ''));
  await chooseRows(page, [7]);
  await eventually(() => light(page.getByLabel('A − B + C, decoded')), sum => sum > 1);
  await page.locator('.strip figcaption', { hasText: /nearest: \d/ }).waitFor();
  expect(await light(page.getByLabel('Nearest other sample'))).toBeGreaterThan(5);
  await inEveryTheme('latent-sum', () => page.getByLabel('A − B + C, decoded').scrollIntoViewIfNeeded());
});

test('the sum is chosen by keys alone, too', async () => {
  const page = await workbench.webview('latent');
  const plot = page.locator('.plot');
  await plot.focus();
  await plot.press('Escape');
  await page.getByLabel('A − B + C, decoded').waitFor({ state: 'detached' });
  for (const direction of ['ArrowLeft', 'ArrowRight', 'ArrowUp']) {
    for (let step = 0; step < 40; step++) {
      await plot.press(direction);
      const hint = (await page.locator('.strip .hint').textContent())!;
      if (step >= 2 && hint.includes('Enter takes the sample nearest to it')) break;
    }
    await plot.press('Enter');
  }
  await eventually(() => light(page.getByLabel('A − B + C, decoded')), sum => sum > 1);
  await workbench.screenshot('latent-sum-keys');
});

test('Export as Keras Script writes model and weights of the config\'s newest run, and opens the script', async () => {
  await workbench.command('View: Close All Editors');
  await workbench.open('quickstart.aeconf');
  const withWeights = workbench.page.locator('.quick-input-widget .monaco-list-row').and(workbench.page.locator('[aria-label^="With the weights of quickstart"]'));
  await vi.waitFor(async () => {
    await workbench.command('Autoencoder: Export as Keras Script…');
    await withWeights.waitFor({ timeout: 6000 });
  }, { timeout: 60_000 });
  await workbench.screenshot('keras-choice');
  await withWeights.click();
  await workbench.choosePath(`${workbench.workspace}/`, /Export here|OK/);
  const folder = join(workbench.workspace, 'quickstart-keras');
  await eventually(() => Promise.resolve(existsSync(join(folder, 'weights.npz'))), there => there, 60_000);
  const script = await readFile(join(folder, 'model.py'), 'utf8');
  expect(script).toMatch(/def build_autoencoder/);
  expect(script).toMatch(/Dense\(\s*2\b/);
  await workbench.page.locator('.tab.active[data-resource-name="model.py"]').waitFor({ timeout: 20_000 });
  await workbench.editor('model.py').locator('.view-line', { hasText: /keras/i }).first().waitFor();
  await workbench.screenshot('keras-script');
});

test('of a file that was not trained, the script comes without weights', async () => {
  await workbench.command('View: Close All Editors');
  await workbench.open('conv-mirror.aeconf');
  await workbench.command('Autoencoder: Export as Keras Script…');
  await workbench.choosePath(`${workbench.workspace}/`, /Export here|OK/);
  await workbench.page.locator('.tab.active[data-resource-name="model.py"]').waitFor({ timeout: 60_000 });
  const folder = join(workbench.workspace, 'conv-mirror-keras');
  expect(await readFile(join(folder, 'model.py'), 'utf8')).toMatch(/Conv2D/);
  expect(existsSync(join(folder, 'weights.npz'))).toBe(false);
});

test('no page broke its security policy or threw', () => {
  expect(workbench.violations).toEqual([]);
  expect(workbench.pageErrors).toEqual([]);
});
