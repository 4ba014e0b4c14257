// Looking at data before training, as a user does: from the config and its lens, with noise that is added to the file, from the Datasets view,
// and a table that is broken. The tests build on each other, as the user's steps do.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Workbench, eventually, themes, watchFailures, type Theme } from './driver.ts';

const table = `{
  "data": { "type": "csv", "path": "table.csv", "normalize": "standard" },
  "encoder": [{ "type": "dense", "units": 4 }],
  "latent": { "type": "plain", "units": 2 },
  "decoder": { "type": "mirror", "outputActivation": "linear" },
}
`;

let workbench: Workbench;
watchFailures(() => workbench, { steps: true });
beforeAll(async () => {
  workbench = await Workbench.open('data', { settings: { 'autoencoder.openViews': [] } });
  await writeFile(join(workbench.workspace, 'measurements.aeconf'), table);
  await writeFile(join(workbench.workspace, 'table.csv'), `speed (m/s),height (m)\n${Array.from({ length: 60 }, (_, i) => `${i % 7},${1000 + 10 * ((i * i) % 31)}`).join('\n')}\n`);
  await workbench.open('quickstart.aeconf');
});
afterAll(async () => { await workbench?.close(); });

test('Preview Data shows samples, classes and numbers before anything is trained', async () => {
  await workbench.editor('quickstart.aeconf').locator('.codelens-decoration a', { hasText: 'Preview data' }).click({ timeout: 20_000 });
  const page = await workbench.webview('data');
  await page.locator('.samples li').first().waitFor({ timeout: 30_000 });
  expect(await page.locator('.samples li').count()).toBe(24);
  expect(await page.locator('.classes tbody tr').count()).toBe(10);
  await page.getByText('6,000 for training, 1,000 for validation').waitFor();
  await page.getByRole('button', { name: '7', exact: true }).click();
  await page.getByText(/24 of \d+ training samples of class 7, spread evenly/).waitFor({ timeout: 20_000 });
  expect(new Set(await page.locator('.sample-caption').allTextContents())).toEqual(new Set(['7']));
  await page.getByRole('button', { name: '7', exact: true }).click();
});

test('Other Samples draws others by the seed', async () => {
  const page = await workbench.webview('data');
  const next = page.getByRole('button', { name: 'Other Samples' });
  for (let i = 0; i < 4; i++) await next.click();
  await page.getByText('24 of 6,000 training samples, drawn at random (draw 1)').waitFor({ timeout: 20_000 });
});

test('corruption that is added to the file is shown beside the originals as soon as it is saved', async () => {
  const page = await workbench.webview('data');
  expect(await page.getByRole('radio', { name: 'Corrupted' }).count()).toBe(0);
  await workbench.replace('quickstart.aeconf', '"decoder": "mirror",', '"corruption": [{ "type": "saltAndPepper", "amount": 0.2 }], "decoder": "mirror",');
  await workbench.page.keyboard.press('Control+s');
  await page.getByText('original, and corrupted by saltAndPepper (amount 0.2)').waitFor({ timeout: 30_000 });
  const pixels = (nth: number) => page.locator('.samples ae-sample canvas').nth(nth).evaluate(canvas => (canvas as HTMLCanvasElement).toDataURL());
  expect(await pixels(1)).not.toBe(await pixels(0));
  await page.getByRole('radio', { name: 'Corrupted' }).click();
  await eventually(() => page.locator('.samples ae-sample').count(), count => count === 24);
  await page.getByRole('radio', { name: 'Both' }).click();
});

test('the data in light, dark and high contrast, and in a narrow column', async () => {
  for (const theme of Object.keys(themes) as Theme[]) {
    await workbench.theme(theme);
    await workbench.screenshot(`data-${theme}`);
  }
  await workbench.theme('dark');
  const page = await workbench.webview('data');
  await page.getByRole('heading', { name: 'What they have in common' }).evaluate(heading => heading.scrollIntoView());
  await workbench.screenshot('data-values-dark');
  await workbench.page.setViewportSize({ width: 900, height: 900 });
  await workbench.screenshot('data-narrow-dark');
  await workbench.page.setViewportSize({ width: 1440, height: 900 });
});

test('a table is told column by column; a cell that is no number, with the way to it', async () => {
  await workbench.open('measurements.aeconf');
  await workbench.command('Autoencoder: Preview Data');
  const page = await eventually(async () => {
    for (const frame of workbench.page.frames()) if (await frame.locator('.columns').count().catch(() => 0) > 0) return frame;
    return undefined;
  }, frame => frame !== undefined, 30_000);
  expect(await page!.locator('.columns tbody th').allTextContents()).toEqual(['speed (m/s)', 'height (m)']);
  await workbench.screenshot('data-table-dark');
  await writeFile(join(workbench.workspace, 'table.csv'), 'speed (m/s),height (m)\n1,2\n3,high\n');
  await page!.getByRole('button', { name: 'Read the data again' }).click();
  await page!.getByRole('alert').getByText(/table\.csv:3: column 2/).waitFor({ timeout: 20_000 });
  await workbench.screenshot('data-failed-dark');
  await page!.getByRole('button', { name: 'Open table.csv, line 3' }).click();
  await workbench.page.locator('.tab.active[data-resource-name="table.csv"]').waitFor();
  await workbench.statusBar.getByText('Ln 3, Col 1').waitFor();
});

test('a config with an error says so on the page, and leads to the place', async () => {
  await workbench.command('View: Close All Editors');
  await workbench.open('measurements.aeconf');
  await workbench.replace('measurements.aeconf', '"normalize": "standard"', '"normalise": "standard"');
  await workbench.page.keyboard.press('Control+s');
  await workbench.command('Autoencoder: Preview Data');
  const page = await eventually(async () => {
    for (const frame of workbench.page.frames()) if (await frame.getByText(/Did you mean "normalize"/).count().catch(() => 0) > 0) return frame;
    return undefined;
  }, frame => frame !== undefined, 30_000);
  await page!.getByRole('button', { name: 'Open Config' }).click();
  await workbench.statusBar.getByText('Ln 2, Col 49').waitFor();
});

test('a set of the Datasets view that is not here is offered, not downloaded', async () => {
  await workbench.activity('Autoencoder Studio');
  await workbench.row(/^fashion-mnist/).click();
  const page = await eventually(async () => {
    for (const frame of workbench.page.frames()) if (await frame.getByText('is not on this machine yet').count().catch(() => 0) > 0) return frame;
    return undefined;
  }, frame => frame !== undefined, 30_000);
  await page!.getByRole('button', { name: /^Download 30\.9 MB/ }).waitFor();
  await workbench.screenshot('data-download-dark');
});

test('the page comes back with the window', async () => {
  await workbench.reload({ keeping: 'Data: measurements' });
  await workbench.page.locator('.tab', { hasText: 'Data: measurements' }).first().click({ timeout: 30_000 });
  await eventually(async () => {
    for (const frame of workbench.page.frames()) if (await frame.getByText(/Did you mean "normalize"/).count().catch(() => 0) > 0) return true;
    return false;
  }, found => found, 30_000);
});

test('no page broke its security policy or threw', () => {
  expect(workbench.violations).toEqual([]);
  expect(workbench.pageErrors).toEqual([]);
});
