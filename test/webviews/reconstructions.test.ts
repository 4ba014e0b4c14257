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
    ['dark', 'compare', 1100, 860], ['light', 'compare', 700, 900], ['highContrast', 'names', 1100, 700], ['light', 'names', 420, 800], ['dark', 'two', 900, 560], ['dark', 'denoising', 400, 760], ['dark', 'vectors', 1000, 640], ['light', 'color', 1000, 640], ['dark', 'many', 1000, 700],
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
    await last.focus();
    await page.keyboard.press('p');
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

  it('puts what several runs made of the same samples below each other, and says which is nearer', async () => {
    const page = await opened('compare');
    const band = page.locator('.band').first();
    expect(await band.locator('.kind-title').allTextContents()).toEqual(['Code', 'Reconstruction', 'Difference', 'Error (mse)']);
    const labels = await band.locator('.line > .row-label').allTextContents();
    expect(labels).toEqual(['', 'Original', 'Corrupted', 'janet-50', 'conv-selu-2', 'z1', 'z2', 'janet-50', 'conv-selu-2', 'janet-50', 'conv-selu-2', 'janet-50', 'conv-selu-2']);
    // The marks agree with the numbers, and the headings with the marks.
    const cells = await band.locator('.errors').evaluateAll(lines => lines.slice(-2).map(line => [...line.querySelectorAll('.cell')].map(cell => ({ error: Number.parseFloat(cell.textContent!), best: cell.classList.contains('best') }))));
    cells[0]!.forEach((cell, i) => expect([cell.best, cells[1]![i]!.best]).toEqual([cell.error < cells[1]![i]!.error, cells[1]![i]!.error < cell.error]));
    const wins = (await page.locator('.wins').allTextContents()).map(text => Number(/nearest to (\d+) of 16/.exec(text)![1]));
    expect(wins[0]! + wins[1]!).toBe(16);
    await page.getByRole('combobox', { name: 'Order' }).click();
    await page.getByRole('option', { name: 'Where runs differ' }).click();
    const spread = async () => {
      const [a, b] = await page.locator('.band').first().locator('.errors').evaluateAll(lines => lines.slice(-2).map(line => [...line.querySelectorAll('.cell')].map(cell => Number.parseFloat(cell.textContent!))));
      return a!.map((error, i) => Math.abs(error - b![i]!));
    };
    // Errors are shown with three digits.
    await eventually(async () => (await spread()).every((value, i, all) => i === 0 || value <= all[i - 1]! + 2e-4)).toBe(true);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('compares runs whose losses measure differently by the squared error', async () => {
    const page = await opened('names', { width: 700 });
    const band = page.locator('.band').first();
    expect(await band.locator('.kind-title').allTextContents()).toEqual(['Code', 'Reconstruction', 'Difference', 'Error', 'Squared error']);
    // One learned quicker: it is nearer, though its own numbers are larger.
    expect(await page.locator('.wins').allTextContents()).toEqual(['nearest to 0 of 16', 'nearest to 16 of 16']);
    await page.getByRole('button', { name: 'Show errors as table' }).click();
    expect(await page.locator('.error-table thead th').count()).toBe(6);
    expect(await page.locator('.error-table .best').count()).toBe(16);
    await screenshot(page, 'reconstructions-table-dark');
    await page.context().close();
  });

  it('fits pictures to the width, whatever it is', async () => {
    const page = await opened('one');
    const lines = () => page.locator('.band').count();
    const across = () => page.locator('.band').first().locator('ae-strip canvas').first().evaluate(canvas => canvas.clientWidth);
    const room = () => page.locator('.pictures').evaluate(area => area.clientWidth);
    await page.getByRole('button', { name: 'Fit', exact: true }).click();
    await eventually(lines).toBe(1);
    // 16 pictures of whole pixels: the next size would need 28 more of them.
    await eventually(async () => await room() - await across()).toBeLessThan(104 + 40 + 16 * 28);
    await page.setViewportSize({ width: 500, height: 640 });
    await eventually(async () => page.locator('.pictures').evaluate(area => area.scrollWidth <= area.clientWidth)).toBe(true);
    expect(await lines()).toBeGreaterThan(1);
    await screenshot(page, 'reconstructions-fit-dark-500');
    await page.getByRole('radio', { name: '4', exact: true }).click();
    await page.setViewportSize({ width: 1000, height: 640 });
    await eventually(across).toBeGreaterThan(4 * 168);
    await page.context().close();
  });

  it('stacks all of a run below its name when asked to', async () => {
    const page = await opened('compare');
    await page.getByRole('radio', { name: 'Runs' }).click();
    const band = page.locator('.band').first();
    const labels = await band.locator('.line > .row-label').allTextContents();
    expect(labels.filter(l => l === 'Original')).toHaveLength(1);
    expect(labels.filter(l => l === 'Corrupted')).toHaveLength(1);
    expect(labels.filter(l => l === 'Reconstruction')).toHaveLength(2);
    expect(await band.locator('.run-heading').count()).toBe(2);
    await page.context().close();
  });

  describe('a sample shown large', () => {
    const large = (page: Page) => page.locator('ae-large');
    /** Data pixels of one of its pictures. */
    const pixels = (page: Page, label: string) => large(page).getByRole('img', { name: new RegExp(`^${label} of sample`) }).first().evaluate(element => {
      const { width, height } = element as HTMLCanvasElement;
      const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      return Array.from({ length: width * height }, (_, i) => data[4 * i]!);
    });

    it.each<[ThemeName, string, number, number]>([
      ['dark', 'denoising', 1100, 640], ['light', 'denoising', 1100, 640], ['highContrast', 'denoising', 900, 640], ['dark', 'compare', 1100, 900], ['light', 'compare', 420, 900], ['light', 'vectors', 900, 800],
      ['dark', 'compareVectors', 480, 900], ['highContrast', 'names', 1000, 900], ['dark', 'color', 340, 800], ['highContrastLight', 'two', 700, 300],
    ])('draws in %s: %s at %i × %i', async (theme, scene, width, height) => {
      const page = await opened(scene, { theme, width, height });
      await page.locator('.pictures').focus();
      await page.keyboard.press('Enter');
      await large(page).waitFor();
      await large(page).getByRole('img', { name: /^Reconstruction/ }).first().hover({ position: { x: 30, y: 30 } });
      expect(await page.locator('.pictures').evaluate(e => e.scrollWidth <= e.clientWidth)).toBe(true);
      await screenshot(page, `reconstructions-large-${scene}-${theme}-${width}`);
      expect(await problems(page)).toEqual([]);
      await page.context().close();
    });

    it('opens by click, goes through samples and epochs by keys, and shuts where it was', async () => {
      const page = await opened('one');
      const third = await columnPixels(page, 'Original', 2);
      await row(page, 'Reconstruction').locator('canvas').click({ position: { x: 2.5 * 59, y: 20 } });
      await eventually(() => large(page).locator('h2').textContent()).toMatch(/sample 3 of 16/);
      expect(await pixels(page, 'Original')).toEqual(third);
      const shown = (await large(page).locator('.large-verdict').textContent())!;
      expect(shown).toMatch(/epoch 14 ·\s+error 0\.\d+ \(mse, .* of 16\)/);
      await page.keyboard.press('ArrowRight');
      await eventually(() => large(page).locator('h2').textContent()).toMatch(/sample 4 of 16/);
      await page.keyboard.press('ArrowLeft');
      await page.getByRole('slider', { name: 'Epoch' }).fill('0');
      await eventually(() => large(page).locator('.large-verdict').textContent()).toMatch(/epoch 1 ·/);
      await page.reload();
      await eventually(() => large(page).locator('h2').textContent()).toMatch(/sample 3 of 16/);
      await page.getByRole('slider', { name: 'Epoch' }).focus();
      await page.keyboard.press('Escape');
      await eventually(() => large(page).count()).toBe(0);
      await eventually(() => page.evaluate(() => (document.activeElement as HTMLElement).dataset['sample'])).toBe('2');
      await page.keyboard.press('Enter');
      await eventually(() => large(page).locator('h2').textContent()).toMatch(/sample 3 of 16/);
      expect(await problems(page)).toEqual([]);
      await page.context().close();
    });

    it('tells the numbers of the pixel under the pointer, and by keys', async () => {
      const page = await opened('denoising');
      await page.locator('.caption').first().click();
      const canvas = large(page).getByRole('img', { name: /^Original/ });
      const box = (await canvas.boundingBox())!;
      await canvas.hover({ position: { x: (14.5 / 28) * box.width, y: (9.5 / 28) * box.height } });
      const readout = () => large(page).locator('.large-readout').textContent();
      const at = 9 * 28 + 14;
      const [original, corrupted, rebuilt] = await Promise.all(['Original', 'Corrupted', 'Reconstruction'].map(async label => (await pixels(page, label))[at]! / 255));
      const told = async () => {
        const match = /row 10, column 15\s*original ([\d.]+)\s*corrupted ([\d.]+)\s*reconstruction ([\d.]+)\s*difference ([+−]?[\d.]+)/.exec((await readout())!);
        return match?.slice(1).map(text => Number(text.replace('−', '-')));
      };
      await eventually(told).toBeDefined();
      const numbers = (await told())!;
      [original!, corrupted!, rebuilt!, rebuilt! - original!].forEach((value, i) => expect(numbers[i]).toBeCloseTo(value, 1.9));
      expect(await large(page).locator('.large-mark').count()).toBe(4);
      await canvas.focus();
      await page.keyboard.press('ArrowRight');
      await eventually(readout).toMatch(/row 10, column 16/);
      expect(await large(page).locator('h2').textContent()).toMatch(/sample 1 of/);
      await page.context().close();
    });

    it('draws differences as far as they go, and says how far', async () => {
      const page = await opened('one');
      await page.locator('.caption').first().click();
      await eventually(() => large(page).locator('.large-ramp').textContent()).toMatch(/\s−10\+1$/);
      const whole = await pixels(page, 'Difference');
      await large(page).getByRole('radio').nth(1).click();
      await eventually(() => large(page).locator('.large-ramp').textContent()).toMatch(/\s−0\.\d+0\+0\.\d+$/);
      const own = await pixels(page, 'Difference');
      const strength = (values: number[]) => Math.max(...values) - Math.min(...values);
      expect(strength(own)).toBeGreaterThan(strength(whole) * 1.5);
      await large(page).getByRole('button', { name: 'Save this sample as PNG…' }).click();
      await eventually(() => page.evaluate(() => window.testHost.saved.at(-1)?.name)).toBe('janet-50-sample-1-epoch-14.png');
      await keep(Buffer.from(await page.evaluate(() => [...window.testHost.saved.at(-1)!.bytes])), 'reconstructions-large-export');
      await large(page).getByRole('button', { name: 'Keep it in the first columns' }).click();
      await eventually(() => page.evaluate(() => (window.testHost.state() as { pinned: number[] }).pinned)).toEqual([0]);
      await page.context().close();
    });

    it('prints codes number by number, and names the one under the pointer', async () => {
      const page = await opened('one');
      await page.locator('.caption').nth(4).click();
      expect(await large(page).locator('.large-code li').count()).toBe(50);
      const code = large(page).getByRole('img', { name: /^Code/ });
      const box = (await code.boundingBox())!;
      // 50 numbers as 10 × 5: the 13th stands in the second row.
      await code.hover({ position: { x: box.width * 0.25, y: box.height * 0.3 } });
      await eventually(() => large(page).locator('.large-code li.pointed').textContent()).toMatch(/^z13 /);
      await page.context().close();
    });

    it('lists the columns of a vector in the units of the file, the furthest off first', async () => {
      const page = await opened('vectors');
      await page.locator('.caption').nth(1).click();
      const rows = () => large(page).locator('.error-table tbody tr').evaluateAll(lines => lines.map(line => [...line.children].map(cell => cell.textContent!.replace('−', '-'))));
      expect((await rows()).map(([name]) => name)).toEqual(Array.from({ length: 24 }, (_, i) => `sensor ${i + 1}`));
      const [name, original, , rebuilt, difference] = (await rows())[3]!;
      expect(name).toBe('sensor 4');
      expect(Number(rebuilt) - Number(original)).toBeCloseTo(Number(difference), 1);
      await large(page).getByRole('radio', { name: 'Furthest off first' }).click();
      await eventually(async () => (await rows()).map(line => Math.abs(Number(line[4]))).every((off, i, all) => i === 0 || off <= all[i - 1]! + 0.01)).toBe(true);
      await page.context().close();
    });
  });

  it.each([['interrupted', 'Train Again', 'train', /no checkpoint to go on from/], ['stopped', 'Resume', 'resume', /ended before its first picture/]] as const)('offers what helps a run without pictures: %s', async (scene, label, command, text) => {
    const page = await harness.open({ scene });
    await page.getByText(text).waitFor();
    await screenshot(page, `reconstructions-${scene}-dark`);
    expect((await page.locator('vscode-button').allTextContents()).map(label => label.trim())).toEqual(['Open Config', label]);
    await page.getByRole('button', { name: label }).click();
    expect(await page.evaluate(() => window.testHost.messages.at(-1))).toMatchObject({ type: 'command', command });
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
