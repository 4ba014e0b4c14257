// The main job as a user does it, in one window: train from the palette, watch, look back, explore, reload in mid-training,
// stop, resume. The tests build on each other, as the user's steps do.
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunStatus } from '../../src/runs/events.ts';
import { Workbench, eventually, watchFailures } from './driver.ts';
import { endTrainers, statusFiles } from './trainers.ts';

/** Long enough for all the steps. */
const longer = (text: string): string => text.replace(/"epochs": \d+/, '"epochs": 4000');

let workbench: Workbench;
watchFailures(() => workbench, { steps: true });
beforeAll(async () => { workbench = await Workbench.open('training', { edits: { 'quickstart.aeconf': longer } }); });
afterAll(async () => {
  await workbench?.close();
  if (workbench !== undefined) await endTrainers(workbench.workspace);
});

/** The status of the only run, as the trainer wrote it. */
async function status(): Promise<RunStatus> {
  const [file] = await statusFiles(join(workbench.workspace, '.autoencoder/runs'));
  if (file === undefined) throw new Error('No run has written its status.');
  return JSON.parse(await readFile(file, 'utf8')) as RunStatus;
}

/** Numbers in the loss page's legend: train, validation, best. */
async function legendValues(): Promise<number[]> {
  const page = await workbench.webview('loss');
  const texts = await page.locator('.legend td.value').allTextContents();
  return texts.map(text => Number.parseFloat(text.replace('−', '-'))).filter(Number.isFinite);
}

test('Train in the palette opens the loss page, which soon shows a number', async () => {
  await workbench.open('quickstart.aeconf');
  await workbench.command('Autoencoder: Train Current Config');
  await eventually(() => legendValues().catch(() => []), values => values.length > 0);
});

test('the tree shows the run beneath its config, live', async () => {
  await workbench.activity('Autoencoder Studio');
  await workbench.row('quickstart').first().waitFor();
  const run = workbench.row(/\d+\/4000/);
  await run.first().waitFor({ timeout: 20_000 });
  const before = await run.first().textContent();
  await eventually(() => run.first().textContent(), text => text !== before, 20_000);
  await workbench.statusBar.getByText(/quickstart \d+\/4000/).waitFor();
});

test('the loss page draws on', async () => {
  const page = await workbench.webview('loss');
  await page.locator('.chart canvas').waitFor();
  // Train, validation and best.
  const before = await eventually(legendValues, values => values.length >= 3);
  await eventually(legendValues, values => values[0] !== before[0], 20_000);
  await page.getByRole('button', { name: 'Show as table' }).click();
  await eventually(() => page.locator('.epoch-table tbody tr').count(), rows => rows > 2, 20_000);
  await page.getByRole('button', { name: 'Show as table' }).click();
});

test('reconstructions can be scrubbed back and followed again', async () => {
  await workbench.command('Autoencoder: Show Reconstructions');
  const page = await workbench.webview('reconstructions');
  const slider = page.locator('ae-player input[type=range]');
  await slider.waitFor({ timeout: 20_000 });
  await eventually(() => slider.getAttribute('max').then(Number), max => max >= 3);
  const row = page.locator('.line', { has: page.locator('.row-label', { hasText: /^reconstruction/i }) }).locator('ae-strip canvas').first();
  const picture = (): Promise<string> => row.evaluate(canvas => (canvas as HTMLCanvasElement).toDataURL());
  const newest = await eventually(picture, url => url.length > 1000);
  await slider.focus();
  await slider.press('Home');
  await page.locator('.player-text', { hasText: /Epoch 1\b/ }).waitFor();
  const first = await eventually(picture, url => url !== newest);
  await page.getByRole('button', { name: 'Live' }).click();
  await eventually(picture, url => url !== first);
});

test('the latent page shows a point with its reconstruction, and decodes empty space under the mouse', async () => {
  await workbench.command('Autoencoder: Explore Latent Space');
  const page = await workbench.webview('latent');
  const plot = page.locator('.plot');
  await plot.waitFor({ timeout: 20_000 });
  const card = page.locator('.card.shown');
  const decoded = async (label: string): Promise<number> => {
    const canvas = card.getByLabel(label);
    if (await canvas.count() === 0) return 0;
    // How much of the picture is lit; a picture that was not decoded is empty.
    return canvas.first().evaluate(element => {
      const { width, height } = element as HTMLCanvasElement;
      const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      let sum = 0;
      for (let i = 0; i < data.length; i += 4) sum += data[i]! / 255;
      return sum;
    });
  };
  const corner = { x: 60, y: 40 };
  await eventually(async () => {
    await plot.hover({ position: corner });
    return decoded('What this place decodes to');
  }, light => light > 1);

  // Points lie around the middle of the plot: somewhere on the way across it the mouse is on one.
  const box = (await plot.boundingBox())!;
  let found = 0;
  for (let step = 1; step < 60 && found <= 1; step++) {
    await plot.hover({ position: { x: box.width * (0.2 + step / 100), y: box.height * (0.35 + (step % 7) * 0.05) } });
    await page.page().waitForTimeout(60);
    found = await decoded('Reconstruction');
  }
  expect(found).toBeGreaterThan(1);
  expect(await decoded('Original')).toBeGreaterThan(1);
  expect(await card.textContent()).toMatch(/error/);
});

test('a reload in mid-training finds the run still going, and its pages again', async () => {
  const before = await status();
  expect(before.state).toBe('training');
  await workbench.reload({ keeping: 'Latent' });
  const page = await workbench.webview('latent', 60_000);
  await page.locator('canvas').first().waitFor({ timeout: 20_000 });
  const after = await status();
  expect(after.pid).toBe(before.pid);
  expect(after.state).toBe('training');
  expect(after.step).toBeGreaterThan(before.step);
  await workbench.activity('Autoencoder Studio');
  await workbench.row(/\d+\/4000/).first().waitFor({ timeout: 20_000 });
  await workbench.statusBar.getByText(/quickstart \d+\/4000/).waitFor();
});

test('Stop ends it with a checkpoint; Resume goes on from there', async () => {
  await workbench.command('Autoencoder: Stop');
  const stopped = await eventually(status, now => now.state === 'stopped');
  await workbench.row(/stopped/).first().waitFor({ timeout: 15_000 });
  await workbench.rowMenu(workbench.row(/stopped/).first(), 'Resume Run');
  await eventually(status, now => now.state === 'training' && now.step > stopped.step);
  await workbench.command('Autoencoder: Stop');
  await eventually(status, now => now.state === 'stopped');
});

test('a training that failed says why above its curves, opens its config to be changed, and is trained again', async () => {
  const text = await readFile(join(workbench.workspace, 'quickstart.aeconf'), 'utf8');
  await writeFile(join(workbench.workspace, 'diverges.aeconf'), text.replace(/"optimizer": .*/, '"optimizer": { "type": "sgd", "learningRate": 1e30 },'));
  await workbench.open('diverges.aeconf');
  await workbench.command('Autoencoder: Train Current Config');
  const notes = async () => (await workbench.webview('loss')).locator('.failed-note, .empty');
  await eventually(async () => (await notes()).allTextContents(), texts => texts.some(each => each.includes('Train Again')), 60_000);
  await workbench.screenshot('loss-failed');
  await (await workbench.webview('loss')).getByRole('button', { name: 'Open Config' }).click();
  await workbench.page.locator('.tab.active[data-resource-name="diverges.aeconf"]').waitFor();
  const folders = async () => (await readdir(join(workbench.workspace, '.autoencoder/runs'))).filter(name => name.endsWith('diverges')).length;
  await workbench.command('View: Close Editor');
  await (await workbench.webview('loss')).getByRole('button', { name: 'Train Again', exact: true }).click();
  await eventually(folders, count => count === 2, 60_000);
});

test('no page broke its security policy or threw', () => {
  expect(workbench.violations).toEqual([]);
  expect(workbench.pageErrors).toEqual([]);
});
