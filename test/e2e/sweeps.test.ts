// A sweep that is stopped and goes on, as a user does it: from the palette, the tree and its page, each once; and the same config
// trained without its sweep. The tests build on each other, as the user's steps do.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunStatus } from '../../src/runs/events.ts';
import { Workbench, eventually, watchFailures } from './driver.ts';
import { endTrainers, statusFiles } from './trainers.ts';

/** The first training is over soon, the second one only some seconds after it was stopped twice. */
const LONG = 800;
const sweep = `{
  "data": { "type": "glyphs", "train": 300, "test": 60 },
  "encoder": [{ "type": "flatten" }, { "type": "dense", "units": 16, "activation": "relu" }],
  "latent": { "type": "plain", "units": 2 },
  "training": { "epochs": 2, "batchSize": 50 },
  "views": { "every": 100, "samples": 4, "latentSamples": 20 },
  "sweep": { "values": { "training.epochs": [2, ${LONG}] } },
}
`;

let workbench: Workbench;
watchFailures(() => workbench, { steps: true });
beforeAll(async () => {
  workbench = await Workbench.open('sweeps', { settings: { 'autoencoder.openViews': [] } });
  await writeFile(join(workbench.workspace, 'endless.aeconf'), sweep);
  await workbench.open('endless.aeconf');
});
afterAll(async () => {
  await workbench?.close();
  if (workbench !== undefined) await endTrainers(workbench.workspace);
});

const runs = (): Promise<string[]> => statusFiles(join(workbench.workspace, '.autoencoder/runs'));

/** The run of the long training, once it is there. */
async function long(): Promise<RunStatus | undefined> {
  const found = await Promise.all((await runs()).map(async file => JSON.parse(await readFile(file, 'utf8')) as RunStatus));
  return found.find(status => status.epochs === LONG);
}

/** Waits until the long training is in a state, beyond an epoch. */
const longIs = (state: RunStatus['state'], beyond = 0): Promise<RunStatus | undefined> => eventually(long, status => status?.state === state && status.epoch > beyond, 60_000);

let reached = 0;

test('Stop Sweep in the palette ends the training under way and leaves the finished one', async () => {
  await workbench.command('Autoencoder: Train Current Config');
  const page = await workbench.webview('sweep', 60_000);
  await page.getByText('1 of 2 finished, 1 training').waitFor({ timeout: 60_000 });
  await longIs('training', 1);
  await workbench.command('Autoencoder: Stop Sweep');
  reached = (await longIs('stopped', 1))!.epoch;
  await page.getByText('1 of 2 finished, 1 stopped').waitFor({ timeout: 20_000 });
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  expect(await page.getByRole('button', { name: 'Stop', exact: true }).count()).toBe(0);
  expect(reached).toBeLessThan(LONG);
});

test('Resume Sweep in the tree goes on with the very run, not with a new one', async () => {
  await workbench.activity('Autoencoder Studio');
  const row = workbench.row(/Sweep .*1\/2 finished/).first();
  await row.waitFor({ timeout: 20_000 });
  await workbench.rowMenu(row, 'Resume Sweep');
  await longIs('training', reached);
  const page = await workbench.webview('sweep');
  await page.getByText('1 of 2 finished, 1 training').waitFor({ timeout: 20_000 });
  expect(await runs()).toHaveLength(2);
});

test('Stop and Resume on the page do the same, and the sweep comes to its end', async () => {
  const page = await workbench.webview('sweep');
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await longIs('stopped', reached);
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByText('2 of 2 finished').waitFor({ timeout: 110_000 });
  await workbench.row(/Sweep .*2\/2 finished/).first().waitFor({ timeout: 20_000 });
  expect(await long()).toMatchObject({ state: 'finished', epoch: LONG });
  expect(await runs()).toHaveLength(2);
  for (const name of ['Stop', 'Resume']) expect(await page.getByRole('button', { name, exact: true }).count(), name).toBe(0);
});

test('Resume Sweep says so when there is nothing left to do', async () => {
  await workbench.command('Autoencoder: Resume Sweep');
  await workbench.toasts.filter({ hasText: 'There is no sweep that could go on' }).first().waitFor({ timeout: 20_000 });
});

test('Train Without Sweep trains the config once', async () => {
  await workbench.editor('endless.aeconf').locator('.view-line').first().click();
  await workbench.command('Autoencoder: Train Without Sweep');
  await eventually(runs, found => found.length === 3, 30_000);
  const statuses = async (): Promise<string[]> => Promise.all((await runs()).map(async file => (JSON.parse(await readFile(file, 'utf8')) as RunStatus).state));
  await eventually(statuses, found => found.every(state => state === 'finished'), 60_000);
});

test('no page broke its security policy or threw', () => {
  expect(workbench.violations).toEqual([]);
  expect(workbench.pageErrors).toEqual([]);
});
