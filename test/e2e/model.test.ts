// The model page beside its config, as a teacher uses it: edit a layer and the picture follows, click a layer and the text shows it; train,
// and look at what the layers have learned. The tests build on each other.
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunStatus } from '../../src/runs/events.ts';
import { Workbench, eventually, watchFailures, themes, type Theme } from './driver.ts';
import { endTrainers, statusFiles } from './trainers.ts';

let workbench: Workbench;
watchFailures(() => workbench, { steps: true });
beforeAll(async () => {
  workbench = await Workbench.open('model', {
    settings: { 'autoencoder.openViews': [] },
    edits: { 'quickstart.aeconf': text => text.replace('"epochs": 30', '"epochs": 2').replace('"train": 6000', '"train": 600') },
  });
  await workbench.open('quickstart.aeconf');
});
afterAll(async () => {
  await workbench?.close();
  if (workbench !== undefined) await endTrainers(workbench.workspace);
});

const layer = async (key: string) => (await workbench.webview('model')).locator(`.layer[data-key="${key}"]`);

test('the lens above the file opens the picture, with totals and memory', async () => {
  await workbench.editor('quickstart.aeconf').locator('.codelens-decoration a', { hasText: /^Model$/ }).first().click({ timeout: 20_000 });
  const page = await workbench.webview('model');
  await page.getByText('784 numbers → 2: 392× fewer').waitFor({ timeout: 20_000 });
  await (await layer('encoder/dense')).getByText('200,960 params').waitFor();
  await page.getByText(/about .* to train at a batch size of 64/).waitFor({ timeout: 30_000 });
  await workbench.screenshot('model-file');
});

test('it follows the text as it is typed, and keeps the last picture while there is an error', async () => {
  const page = await workbench.webview('model');
  await workbench.replace('quickstart.aeconf', '"units": 256', '"units": 100');
  await (await layer('encoder/dense')).getByText('78,500 params').waitFor({ timeout: 5000 });
  await workbench.replace('quickstart.aeconf', '"units": 100', '"units": 0');
  await page.getByText('The picture is that of the last text without an error.').waitFor({ timeout: 5000 });
  expect(await (await layer('encoder/dense')).textContent()).toContain('78,500 params');
  await workbench.screenshot('model-stale');
  await workbench.replace('quickstart.aeconf', '"units": 0', '"units": 100');
  await page.locator('svg.diagram:not([opacity])').waitFor({ timeout: 5000 });
});

test('a click on a layer selects it in the text, and the cursor in the text marks its layer', async () => {
  const page = await workbench.webview('model');
  const editor = workbench.editor('quickstart.aeconf');
  await (await layer('latent/latent')).click();
  await editor.locator('.selected-text').first().waitFor({ timeout: 10_000 });
  // VS Code tells how much is selected in the status bar of the editor that has the focus.
  await workbench.command('View: Focus First Editor Group');
  await workbench.statusBar.getByText(`(${'{ "type": "plain", "units": 2 }'.length} selected)`).waitFor({ timeout: 10_000 });
  await editor.locator('.view-line', { hasText: '"units": 64' }).click();
  await eventually(() => page.locator('.at-cursor').count(), count => count === 2, 5000);
  await workbench.screenshot('model-cursor');
});

test('after a training it shows what the layers have learned', async () => {
  await workbench.page.keyboard.press('Control+s');
  await workbench.command('Autoencoder: Train Current Config');
  await eventually(async () => {
    const [file] = await statusFiles(join(workbench.workspace, '.autoencoder/runs'));
    return file === undefined ? 'none' : (JSON.parse(await readFile(file, 'utf8')) as RunStatus).state;
  }, state => state === 'finished', 90_000);
  const page = await workbench.webview('model');
  await page.getByText('See What It Has Learned').click({ timeout: 20_000 });
  await page.getByText('after epoch 2').waitFor({ timeout: 20_000 });
  await page.locator('ae-tiles canvas').waitFor();
  const pixels = await page.locator('ae-tiles canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(Array.from({ length: data.length / 4 }, (_, i) => `${data[i * 4]} ${data[i * 4 + 1]} ${data[i * 4 + 2]}`)).size;
  });
  expect(pixels).toBeGreaterThan(50);
  await (await layer('decoder/dense_2')).click();
  await page.getByText('What each number that comes in adds to the reconstruction').waitFor({ timeout: 10_000 });
});

test('it comes back after a reload of the window, with the run it showed', async () => {
  await workbench.reload({ keeping: 'Model: ' });
  const page = await workbench.webview('model', 60_000);
  await page.getByText('after epoch 2').waitFor({ timeout: 30_000 });
  for (const theme of Object.keys(themes) as Theme[]) {
    await workbench.theme(theme);
    await workbench.screenshot(`model-run-${theme}`);
  }
});

test('it shows what each layer makes of a sample', async () => {
  const page = await workbench.webview('model');
  await page.getByText('One Sample').click();
  await page.getByText(/^Sample 1 of \d+/).waitFor({ timeout: 30_000 });
  expect(await page.locator('ae-activation figcaption b').allTextContents()).toEqual(['original', 'flatten', 'dense', 'dense_1', 'latent', 'dense', 'dense_1', 'dense_2', 'reshape', 'reconstruction']);
  expect(await page.locator('ae-activation[data-layer="encoder/dense"] .activation-says').textContent()).toMatch(/^0 to \d.*at zero: \d+ %$/);
  await page.getByRole('button', { name: 'Next sample' }).click();
  await page.getByText(/^Sample 2 of \d+: \S/).waitFor({ timeout: 30_000 });
  await page.locator('.activations').evaluate(cards => { cards.scrollIntoView(); });
  for (const theme of Object.keys(themes) as Theme[]) {
    await workbench.theme(theme);
    await workbench.screenshot(`model-sample-${theme}`);
  }
});

test('no page broke its security policy or threw', () => {
  expect(workbench.violations).toEqual([]);
  expect(workbench.pageErrors).toEqual([]);
});
