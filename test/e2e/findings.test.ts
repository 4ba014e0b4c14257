// What the curves of a finished training show, where a user meets it: beneath them, with a way to more epochs, and in the tooltip of the run.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Workbench, eventually, watchFailures } from './driver.ts';
import { endTrainers } from './trainers.ts';

let workbench: Workbench;
watchFailures(() => workbench, { steps: true });
beforeAll(async () => {
  workbench = await Workbench.open('findings', {
    settings: { 'autoencoder.openViews': ['loss'] },
    edits: { 'quickstart.aeconf': text => text.replace(/"epochs": \d+/, '"epochs": 10').replace(/"optimizer": .*/, '"optimizer": "adam",') },
  });
});
afterAll(async () => {
  await workbench?.close();
  if (workbench !== undefined) await endTrainers(workbench.workspace);
});

test('a training too short ends with words that say so, beneath its curves', async () => {
  await workbench.open('quickstart.aeconf');
  await workbench.command('Autoencoder: Train Current Config');
  const told = async () => (await workbench.webview('loss')).locator('.finding').allTextContents();
  const lines = await eventually(() => told().catch((): string[] => []), texts => texts.some(each => each.includes('Still learning at the end')), 100_000);
  expect(lines.join()).toMatch(/loss still fell by [\d.]+\s%/);
  await workbench.screenshot('loss-findings');
});

test('the button beside them asks for how many epochs', async () => {
  await (await workbench.webview('loss')).getByRole('button', { name: 'More Epochs…' }).click();
  await workbench.page.locator('.quick-input-widget', { hasText: 'Epochs in all (10 are done)' }).waitFor();
  await workbench.page.keyboard.press('Escape');
});

test('the tooltip of the run begins with them', async () => {
  await workbench.activity('Autoencoder Studio');
  const run = workbench.row(/10\/10/).first();
  await run.waitFor({ timeout: 20_000 });
  await run.hover();
  await workbench.page.locator('.monaco-hover', { hasText: 'Still learning at the end.' }).first().waitFor({ timeout: 20_000 });
  await workbench.screenshot('findings-tooltip');
});

test('no page broke its security policy or threw', () => {
  expect(workbench.violations).toEqual([]);
  expect(workbench.pageErrors).toEqual([]);
});
