// The report page as a user meets it: the real bundle, the real policy, reports of a realistic size.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Harness, problems, screenshot } from './harness.ts';
import type { ThemeName } from './themes.ts';

const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 20_000 });

let harness: Harness;
beforeAll(async () => { harness = await Harness.start({ page: 'report', host: 'report-host.ts' }); });
afterAll(async () => { await harness?.close(); });

async function opened(scene: string, options: { theme?: ThemeName; width?: number; height?: number } = {}): Promise<Page> {
  const page = await harness.open({ scene, ...options });
  await page.locator('.report section').first().waitFor();
  return page;
}

const savedText = (page: Page) => page.evaluate(() => new TextDecoder().decode(window.testHost.saved.at(-1)!.bytes));
const savedCount = (page: Page) => page.evaluate(() => window.testHost.saved.length);
const matrixSays = (page: Page) => page.locator('.matrix-says').textContent();

describe('report page', () => {
  it.each<[ThemeName, string, number]>([['dark', 'one', 1000], ['light', 'one', 1000], ['highContrast', 'one', 1000], ['highContrastLight', 'two', 1000], ['dark', 'two', 1200], ['light', 'two', 420]])('draws in %s: %s at %i', async (theme, scene, width) => {
    // So high that all sections are on the screenshot.
    const page = await opened(scene, { theme, width, height: 4200 });
    await eventually(() => page.locator('img').count()).toBeGreaterThan(4);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(await page.locator('ae-figure svg.figure').count()).toBe(2);
    expect(await page.locator('.report h2').allTextContents()).toEqual(['Baseline', 'Evaluation', 'Probe', 'Robustness', 'Generated']);
    await page.waitForTimeout(200);
    await screenshot(page, `report-${scene}-${theme}-${width}`);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('offers every way to judge a run that was not judged', async () => {
    const page = await harness.open({ scene: 'nothing', theme: 'light', width: 700, height: 420 });
    await page.getByText('dae-batchnorm was not judged yet').waitFor();
    await screenshot(page, 'report-nothing-light');
    for (const name of ['Probe…', 'Test Robustness…', 'Generate…', 'Evaluate']) await page.getByRole('button', { name }).click();
    expect(await page.evaluate(() => window.testHost.messages.filter(m => m.type === 'command').map(m => m.command))).toEqual(['probe', 'testRobustness', 'generate', 'evaluate']);
    const none = await harness.open({ scene: 'none' });
    await none.getByRole('button', { name: 'Add Runs…' }).click();
    await eventually(() => none.evaluate(() => window.testHost.messages.at(-1))).toMatchObject({ type: 'request', name: 'pickRuns' });
    await Promise.all([page, none].map(p => p.context().close()));
  });

  it('follows a probe that runs: what it does, how far it is, and its results', async () => {
    const page = await opened('running');
    await page.getByText('Training on pixels, epoch 12 of 40').waitFor();
    const pixels = page.locator('.data-table tbody tr').first().locator('td').nth(1);
    expect(await pixels.textContent()).toContain('…');
    await screenshot(page, 'report-running-dark');
    await page.evaluate(() => window.finishProbe());
    await eventually(() => pixels.textContent()).not.toContain('…');
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('tells each cell of the confusion matrix, by mouse and by keyboard', async () => {
    const page = await opened('one', { height: 2000 });
    await page.locator('.matrix td[data-at="6,0"]').hover();
    await eventually(() => matrixSays(page)).toMatch(/^Shirt taken for T-shirt\/top: \d+ of 1000 \(\d+\.\d %\)$/);
    await page.locator('.matrix td[data-at="6,0"]').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowUp');
    await eventually(() => matrixSays(page)).toContain('Sandal taken for Trouser');
    await page.getByRole('radio', { name: 'Percent' }).click();
    expect(await page.locator('.matrix td[data-at="1,1"]').textContent()).toMatch(/^\d+\.\d$/);
    await page.locator('.data-table button', { hasText: '%' }).nth(3).click();
    await eventually(() => page.locator('.block-head vscode-dropdown').evaluate(element => (element as HTMLElement & { value: string }).value)).toContain('/pixels/neighbors');
    await page.context().close();
  });

  it('switches measures and noises, reads values along the strengths, and shows tables in place of charts', async () => {
    const page = await opened('two', { height: 3600 });
    const legend = page.locator('ae-figure#robustness .figure-legend');
    expect(await legend.locator('.figure-name').allTextContents()).toEqual(['dae-batchnorm', 'the-plain-model-without-any-noise-on-its-input-batch-normalised-and-wide', 'Noisy input']);
    await page.locator('ae-figure#robustness .figure-box').focus();
    await page.keyboard.press('End');
    await eventually(() => legend.locator('.number').first().textContent()).toBe('0.01400');
    await page.getByRole('radio', { name: 'PSNR' }).click();
    await eventually(() => legend.locator('.number').first().textContent()).toBe('18.54');
    await page.getByRole('button', { name: 'Show as table' }).first().click();
    expect(await page.getByRole('region', { name: 'Peak signal-to-noise ratio (dB) under uniform' }).locator('tbody tr').count()).toBe(6);
    await page.locator('section', { hasText: 'Robustness' }).locator('vscode-dropdown').last().click();
    await page.getByRole('option', { name: 'saltAndPepper-against-the-plain-model' }).click();
    await page.getByText('8 strengths of salt-and-pepper noise').waitFor();
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('saves charts, matrix and pictures as PNG, numbers as CSV', async () => {
    const page = await opened('one', { height: 4200 });
    const names = ['Save accuracies as CSV…', 'Save matrix as CSV…', 'Save classes as CSV…', 'Save metrics as CSV…', 'Save comparison as CSV…', 'Save matrix as PNG…', 'Save Prior seed 0 as PNG…'];
    for (const [i, name] of names.entries()) {
      await page.getByRole('button', { name }).click();
      await eventually(() => savedCount(page)).toBe(i + 1);
      if (name === 'Save matrix as CSV…') expect((await savedText(page)).split('\r\n')[0]).toBe(`true \\ predicted,${'T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot'}`);
    }
    await page.locator('.block', { hasText: 'Training of the classifiers' }).getByRole('button', { name: 'Save chart as PNG…' }).click();
    await eventually(() => savedCount(page)).toBe(names.length + 1);
    const png = await page.evaluate(() => [...window.testHost.saved.at(-1)!.bytes]);
    expect(png.slice(1, 4)).toEqual([0x50, 0x4e, 0x47]);
    expect(png.length).toBeGreaterThan(10_000);
    await saveAs(page, 'report-saved-chart');
    await page.getByRole('button', { name: 'Save matrix as PNG…' }).click();
    await eventually(() => savedCount(page)).toBe(names.length + 2);
    await saveAs(page, 'report-saved-matrix');
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('says which picture cannot be read', async () => {
    const page = await opened('one', { height: 4200 });
    await page.getByText('Cannot read robustness/uniform-0.5.png').waitFor();
    await page.context().close();
  });
});

async function saveAs(page: Page, name: string): Promise<void> {
  const { keep } = await import('./harness.ts');
  await keep(Uint8Array.from(await page.evaluate(() => [...window.testHost.saved.at(-1)!.bytes])), name);
}
