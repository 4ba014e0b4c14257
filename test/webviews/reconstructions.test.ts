// The reconstructions page as a user meets it: the real bundle, the real policy, digits that a model learns to see.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Harness, keep, problems, screenshot } from './harness.ts';
import type { ThemeName } from './themes.ts';

/** A machine that is busy with other tests may be slow; what is waited for must still come. */
const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 20_000 });

let harness: Harness;
beforeAll(async () => { harness = await Harness.start({ page: 'reconstructions', host: 'reconstructions-host.ts' }); });
afterAll(async () => { await harness?.close(); });

async function opened(scene: string, options: { theme?: ThemeName; width?: number; height?: number } = {}): Promise<Page> {
  const page = await harness.open({ scene, ...options });
  await page.locator('.errors').first().waitFor();
  return page;
}

const row = (page: Page, label: string) => page.locator('.line', { has: page.locator('.row-label', { hasText: label }) }).first();
const captions = (page: Page) => page.locator('.band').first().locator('.caption-text').allTextContents();
const errors = async (page: Page) => (await page.locator('.band').first().locator('.errors .cell').allTextContents()).map(Number);
const playerText = (page: Page) => page.locator('.player-text').textContent();

/** Grey values of one column of a row, read back from its canvas at the middle of each data pixel. */
function columnPixels(page: Page, label: string, column: number): Promise<number[]> {
  return row(page, label).locator('canvas').evaluate((element, at) => {
    const canvas = element as HTMLCanvasElement;
    const strip = canvas.parentElement as HTMLElement & { pitch: number; cellWidth: number };
    const cell = strip.cellWidth;
    const left = at * strip.pitch + Math.floor((strip.pitch - cell) / 2);
    const { data, width } = canvas.getContext('2d')!.getImageData(left, 0, cell, canvas.height);
    const scale = cell / 28;
    return Array.from({ length: 28 * 28 }, (_, i) => data[(Math.floor((Math.floor(i / 28) + 0.5) * scale) * width + Math.floor(((i % 28) + 0.5) * scale)) * 4]!);
  }, column);
}

describe('reconstructions page', () => {
  it.each<[ThemeName, string, number, number]>([
    ['dark', 'one', 1100, 640], ['light', 'denoising', 1100, 720], ['highContrast', 'denoising', 1100, 720], ['highContrastLight', 'one', 900, 640],
    ['dark', 'compare', 1100, 860], ['light', 'compare', 700, 900], ['dark', 'denoising', 400, 760], ['dark', 'vectors', 1000, 640], ['light', 'color', 1000, 640], ['dark', 'many', 1000, 700],
  ])('draws in %s: %s at %i × %i', async (theme, scene, width, height) => {
    const page = await opened(scene, { theme, width, height });
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(await page.locator('.pictures').evaluate(e => e.scrollWidth <= e.clientWidth)).toBe(true);
    await screenshot(page, `reconstructions-${scene}-${theme}-${width}`);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('draws the very pixels of the samples, without smoothing', async () => {
    const page = await opened('one');
    const [original, reconstruction] = [await columnPixels(page, 'Original', 2), await columnPixels(page, 'Reconstruction', 2)];
    expect(Math.max(...original)).toBe(255);
    expect(Math.min(...original)).toBe(0);
    const error = original.reduce((sum, v, i) => sum + ((v - reconstruction[i]!) / 255) ** 2, 0) / original.length;
    expect(error).toBeCloseTo((await errors(page))[2]!, 3);
    await page.context().close();
  });

  it('goes through the epochs by slider, keys and play', async () => {
    const page = await opened('one');
    expect(await playerText(page)).toBe('Epoch 14 of 35');
    const late = (await errors(page))[0]!;
    await page.getByRole('slider', { name: 'Epoch' }).fill('0');
    await eventually(() => playerText(page)).toBe('Epoch 1 of 35');
    await eventually(async () => (await errors(page))[0]!).toBeGreaterThan(late);
    await page.locator('.pictures').focus();
    await page.keyboard.press('ArrowRight');
    await eventually(() => playerText(page)).toBe('Epoch 2 of 35');
    await page.getByRole('button', { name: 'Play epochs' }).click();
    await eventually(() => playerText(page)).toBe('Epoch 14 of 35');
    await eventually(async () => (await errors(page))[0]!).toBe(late);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('follows the newest epoch until the user takes the slider, and again on Live', async () => {
    const page = await opened('one');
    await page.evaluate(() => window.finishEpochs(2));
    await eventually(() => playerText(page)).toBe('Epoch 16 of 35');
    await page.getByRole('slider', { name: 'Epoch' }).fill('4');
    await page.evaluate(() => window.finishEpochs(1));
    await eventually(() => page.locator('ae-player input').getAttribute('max')).toBe('16');
    expect(await playerText(page)).toBe('Epoch 5 of 35');
    await page.getByRole('button', { name: 'Live' }).click();
    await eventually(() => playerText(page)).toBe('Epoch 17 of 35');
    await page.context().close();
  });

  it('asks for few epochs while the slider is dragged, and for none twice', async () => {
    const page = await opened('one');
    const slider = page.getByRole('slider', { name: 'Epoch' });
    for (let i = 0; i < 13; i++) await slider.evaluate((element, value) => { (element as HTMLInputElement).value = String(value); element.dispatchEvent(new Event('input')); }, i);
    await eventually(async () => page.getByText(/^epoch 13:/).count()).toBe(1);
    await slider.fill('13');
    await eventually(async () => page.getByText(/^epoch 14:/).count()).toBe(1);
    const asked = await page.evaluate(() => window.testHost.messages.flatMap(m => (m.type === 'request' && m.name === 'picture' ? [m.params.epoch] : [])));
    expect(new Set(asked).size).toBe(asked.length);
    await page.context().close();
  });

  it('sorts the worst first, filters by label and keeps pinned samples in front', async () => {
    const page = await opened('one');
    await page.getByRole('combobox', { name: 'Order' }).click();
    await page.getByRole('option', { name: 'Worst first' }).click();
    await eventually(async () => { const e = await errors(page); return e.every((v, i) => i === 0 || v <= e[i - 1]!); }).toBe(true);
    const last = page.locator('.caption').last();
    const pinnedLabel = await last.locator('.caption-text').textContent();
    await last.click();
    await eventually(async () => (await captions(page))[0]).toBe(pinnedLabel);
    await page.getByRole('combobox', { name: 'Label' }).click();
    await page.getByRole('option', { name: '7', exact: true }).click();
    await eventually(async () => new Set((await captions(page)).slice(1))).toEqual(new Set(['7']));
    await screenshot(page, 'reconstructions-pinned-dark');
    await page.context().close();
  });

  it('shows and hides rows, and keeps that over a reload', async () => {
    const page = await opened('denoising');
    await page.getByRole('button', { name: 'Code', exact: true }).click();
    await page.getByRole('button', { name: 'Difference', exact: true }).click();
    expect(await page.locator('.band').first().locator('ae-strip').count()).toBe(3);
    await page.reload();
    await page.locator('.errors').first().waitFor();
    expect(await page.locator('.band').first().locator('ae-strip').count()).toBe(3);
    await page.context().close();
  });

  it('stacks runs on the same samples under one row of originals', async () => {
    const page = await opened('compare');
    const band = page.locator('.band').first();
    const labels = await band.locator('.line > .row-label').allTextContents();
    expect(labels.filter(l => l === 'Original')).toHaveLength(1);
    expect(labels.filter(l => l === 'Corrupted')).toHaveLength(1);
    expect(labels.filter(l => l === 'Reconstruction')).toHaveLength(2);
    expect(await band.locator('.run-heading').count()).toBe(2);
    await page.context().close();
  });

  it('waits for the first pictures and fetches their samples when they come', async () => {
    const page = await harness.open({ scene: 'preparing' });
    await page.getByText('Waiting for the first pictures…').waitFor();
    await screenshot(page, 'reconstructions-waiting-dark');
    await page.evaluate(() => window.finishEpochs(1));
    await page.locator('.errors').first().waitFor();
    expect(await page.evaluate(() => window.testHost.messages.filter(m => m.type === 'ready').length)).toBe(2);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('shows an error of the host and goes on', async () => {
    const page = await opened('one');
    await page.evaluate(() => { window.failPictures = true; });
    await page.getByRole('slider', { name: 'Epoch' }).fill('3');
    await page.getByRole('alert').getByText('The pictures of epoch 4 are damaged.').waitFor();
    await page.evaluate(() => { window.failPictures = false; });
    await page.getByRole('slider', { name: 'Epoch' }).fill('5');
    await page.getByText(/^epoch 6:/).waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.context().close();
  });

  it('plays 256 samples without falling behind', async () => {
    const page = await opened('many');
    await page.locator('.pictures').focus();
    const took: number[] = [];
    for (let epoch = 13; epoch > 7; epoch--) {
      const start = Date.now();
      await page.keyboard.press('ArrowLeft');
      await page.getByText(new RegExp(`^epoch ${epoch}:`)).waitFor();
      await page.evaluate(() => new Promise(resolve => requestAnimationFrame(resolve)));
      took.push(Date.now() - start);
    }
    // The quickest of them, since other tests may keep the machine busy meanwhile.
    expect(Math.min(...took)).toBeLessThan(450);
    await page.context().close();
  });

  it('saves the pictures as PNG and gives the errors as a table', async () => {
    const page = await opened('compare');
    await page.getByRole('button', { name: 'Save pictures as PNG…' }).click();
    await eventually(() => page.evaluate(() => window.testHost.saved.length)).toBe(1);
    const { name, size } = await page.evaluate(async () => {
      const saved = window.testHost.saved[0]!;
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(saved.bytes)], { type: 'image/png' }));
      return { name: saved.name, size: [bitmap.width, bitmap.height] };
    });
    expect(name).toBe('2-runs-epoch-30.png');
    expect(Math.min(...size)).toBeGreaterThan(500);
    const bytes = Buffer.from(await page.evaluate(() => [...window.testHost.saved[0]!.bytes]));
    await keep(bytes, 'reconstructions-export');
    await page.getByRole('button', { name: 'Show errors as table' }).click();
    expect(await page.locator('.error-table tbody tr').count()).toBe(16);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });
});
