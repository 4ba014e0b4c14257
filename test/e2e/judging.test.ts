// Judging a trained run as a user does: from the page that offers it and from the palette, each finding on the report page; then
// a config that holds a sweep, from Train to the chart and the tree. The tests build on each other, as the user's steps do.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { RunStatus } from '../../src/runs/events.ts';
import { Workbench, eventually, themes, watchFailures, type Theme } from './driver.ts';
import { endTrainers, statusFiles } from './trainers.ts';

const shorter = (text: string): string => text.replace(/"epochs": \d+/, '"epochs": 4').replace('"train": 6000', '"train": 1500');
const sweep = `{
  "data": { "type": "glyphs", "train": 600 },
  "encoder": [{ "type": "flatten" }, { "type": "dense", "units": 32, "activation": "relu" }],
  "latent": { "type": "plain", "units": 2 },
  "decoder": "mirror",
  "training": { "epochs": 2, "batchSize": 64, "loss": "mse", "optimizer": "adam" },
  "sweep": { "values": { "latent.units": [1, 4, 16] }, "tolerance": 0.3 },
}
`;

let workbench: Workbench;
watchFailures(() => workbench, { steps: true });
beforeAll(async () => {
  workbench = await Workbench.open('judging', { edits: { 'quickstart.aeconf': shorter }, settings: { 'autoencoder.openViews': [] } });
  await writeFile(join(workbench.workspace, 'small-sweep.aeconf'), sweep);
  await workbench.open('quickstart.aeconf');
  await workbench.command('Autoencoder: Train Current Config');
  await eventually(states, found => found.length === 1 && found[0] === 'finished', 120_000);
});
afterAll(async () => {
  await workbench?.close();
  if (workbench !== undefined) await endTrainers(workbench.workspace);
});

async function states(): Promise<string[]> {
  const files = await statusFiles(join(workbench.workspace, '.autoencoder/runs'));
  return Promise.all(files.map(async file => (JSON.parse(await readFile(file, 'utf8')) as RunStatus).state));
}

/** Takes the settings that a command asks for, as they stand or with this in their place. */
async function takeSettings(asked: string, instead?: string): Promise<void> {
  const input = workbench.page.locator('.quick-input-widget input.input').first();
  await eventually(() => input.inputValue(), value => value === asked, 20_000);
  if (instead !== undefined) await input.fill(instead);
  await input.press('Enter');
}

/** Runs a command and takes an entry of the list that it opens; a list that closed before it was clicked is asked for again. */
async function choose(command: string, label: string): Promise<void> {
  const row = workbench.page.locator('.quick-input-widget .monaco-list-row').and(workbench.page.locator(`[aria-label^="${label}"]`)).first();
  await vi.waitFor(async () => {
    await workbench.command(command);
    await row.click({ timeout: 6000 });
  }, { timeout: 60_000 });
}

test('Open Report shows the baseline and offers every way to judge; Evaluate measures', async () => {
  await workbench.command('Autoencoder: Open Report');
  const page = await workbench.webview('report');
  await page.getByText('PCA (2 components)').waitFor({ timeout: 20_000 });
  await page.getByText('was not judged yet').waitFor();
  await page.getByRole('button', { name: 'Evaluate' }).click();
  await page.getByRole('heading', { name: 'Evaluation' }).waitFor({ timeout: 60_000 });
  expect(await page.getByRole('region', { name: 'Metrics' }).locator('thead th').allTextContents()).toEqual(expect.arrayContaining(['loss', 'mse', 'psnr']));
});

test('Probe Run trains classifiers and shows accuracies and a confusion matrix', async () => {
  await choose('Autoencoder: Probe Run', 'Linear probe');
  await takeSettings('epochs 20, neighbors 5', 'epochs 3');
  const page = await workbench.webview('report');
  await page.locator('.matrix td').first().waitFor({ timeout: 90_000 });
  await eventually(() => page.getByRole('region', { name: 'Accuracy on the validation samples' }).locator('tbody tr').first().locator('td').allTextContents(), cells => cells.length === 2 && cells.every(cell => /^\d+\.\d\d %$/.test(cell)), 60_000);
});

test('Test Robustness asks for a noise and shows error against strength with pictures', async () => {
  await choose('Autoencoder: Test Robustness', 'gaussian');
  await takeSettings('0.1, 0.2, 0.3, 0.4, 0.5', '0.2, 0.4');
  await takeSettings('mean 0, clip true', 'mean 0.5, clip true');
  const page = await workbench.webview('report');
  await page.locator('ae-figure#robustness svg.figure').waitFor({ timeout: 90_000 });
  const pictures = page.locator('section', { has: page.getByRole('heading', { name: 'Robustness' }) }).locator('img');
  await eventually(() => pictures.evaluateAll(images => images.filter(image => (image as HTMLImageElement).naturalWidth > 50).length), count => count === 3);
});

test('Generate Samples decodes new codes into a picture', async () => {
  await choose('Autoencoder: Generate Samples', 'Mixture of Gaussians');
  await takeSettings('count 16, seed 0, components 10', 'count 4, seed 3');
  const page = await workbench.webview('report');
  const picture = page.locator('section', { has: page.getByRole('heading', { name: 'Generated' }) }).locator('img');
  await eventually(() => picture.evaluateAll(images => images.map(image => (image as HTMLImageElement).naturalWidth)), widths => widths.length === 1 && widths[0]! > 50, 90_000);
});

test('the report in light, dark and high contrast', async () => {
  for (const theme of Object.keys(themes) as Theme[]) {
    await workbench.theme(theme);
    await workbench.screenshot(`report-${theme}`);
  }
  await workbench.theme('dark');
  const page = await workbench.webview('report');
  for (const name of ['Probe', 'Robustness', 'Generated']) {
    await page.getByRole('heading', { name, exact: true }).evaluate(heading => heading.scrollIntoView());
    await workbench.screenshot(`report-${name.toLowerCase()}-dark`);
  }
});

test('Export Report writes one file that tells all of it, and opens it', async () => {
  const file = join(workbench.workspace, 'handed-in.html');
  const page = await workbench.webview('report');
  await page.getByRole('button', { name: 'Export report as one file…' }).click();
  await workbench.choosePath(file, /Export|OK/);
  const text = await eventually(() => readFile(file, 'utf8').catch(() => ''), found => found.includes('</html>'), 60_000);
  for (const heading of ['What was asked for', 'Reconstructions', 'Latent space', 'Evaluation', 'Probe', 'Robustness', 'Generated samples', 'How to repeat it']) expect(text).toContain(`<h2>${heading}</h2>`);
  const toast = workbench.page.locator('.notifications-toasts .notification-list-item', { hasText: 'Exported the report of' });
  await toast.waitFor({ timeout: 15_000 });
  await toast.locator('.monaco-button', { hasText: 'Open' }).click();
  await workbench.page.locator('.tab.active[data-resource-name="handed-in.html"], .tab.active', { hasText: 'handed-in.html' }).first().waitFor({ timeout: 15_000 });
  const shown = async (): Promise<string> => {
    const texts = await Promise.all(workbench.page.frames().map(frame => frame.locator('article h2').allTextContents().catch((): string[] => [])));
    return texts.flat().join(', ');
  };
  await eventually(shown, found => found.includes('How to repeat it'), 20_000);
  await workbench.screenshot('report-exported');
  await workbench.command('View: Close Editor');
});

test('Train on a config with a sweep runs it, and its page follows', async () => {
  await workbench.open('small-sweep.aeconf');
  await workbench.editor('small-sweep.aeconf').locator('.codelens-decoration a', { hasText: 'Run sweep' }).waitFor({ timeout: 20_000 });
  await workbench.command('Autoencoder: Train Current Config');
  const page = await workbench.webview('sweep', 60_000);
  await page.getByText('3 of 3 finished').waitFor({ timeout: 120_000 });
  expect(await page.locator('.sweep-table tbody tr').count()).toBe(3);
  // Two epochs are too few for any of them, and the page says so in place of recommending one.
  await page.getByText('No model is better than principal components of the same size').waitFor();
  await page.locator('ae-figure svg.figure polyline, ae-figure svg.figure path').first().waitFor();
  await workbench.screenshot('sweep-dark');
});

test('the tree keeps the runs of a sweep together, and a click opens a run of it', async () => {
  await workbench.activity('Autoencoder Studio');
  await workbench.row(/Sweep .*3\/3 finished/).first().waitFor({ timeout: 20_000 });
  await workbench.row('units = 16').first().waitFor();
  await workbench.screenshot('sweep-tree-dark');
  const page = await workbench.webview('sweep');
  await page.getByRole('button', { name: 'Open training 1, finished' }).click();
  await (await workbench.webview('loss')).locator('.chart canvas').waitFor({ timeout: 20_000 });
});

test('no page broke its security policy or threw', () => {
  expect(workbench.violations).toEqual([]);
  expect(workbench.pageErrors).toEqual([]);
});
