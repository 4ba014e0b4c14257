// The model page as a user meets it: the real bundle, the real policy.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Harness, keep, problems, screenshot } from './harness.ts';
import { modelScene } from './model-scenes.ts';
import type { ThemeName } from './themes.ts';

const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 20_000 });

let harness: Harness;
beforeAll(async () => { harness = await Harness.start({ page: 'model', host: 'model-host.ts' }); });
afterAll(async () => { await harness?.close(); });

async function opened(scene: string, options: { theme?: ThemeName; width?: number; height?: number } = {}): Promise<Page> {
  const page = await harness.open({ scene, data: modelScene(scene), width: 1100, height: 640, ...options });
  await page.locator('.toolbar').waitFor();
  return page;
}

const layer = (page: Page, key: string) => page.locator(`.layer[data-key="${key}"]`);
const requests = (page: Page, name: string) => page.evaluate(wanted => window.testHost.messages.flatMap(m => (m.type === 'request' && m.name === wanted ? [m.params] : [])), name);

describe('model page', () => {
  it.each<[ThemeName, string, number, number]>([
    ['dark', 'denoising', 1100, 640], ['light', 'quickstart', 1100, 640], ['highContrast', 'everything', 1300, 700], ['dark', 'everything', 1300, 700], ['light', 'quantized', 1100, 640],
    ['highContrastLight', 'denoising', 1100, 640], ['dark', 'deep', 1300, 700], ['light', 'deep', 900, 700], ['light', 'deep', 540, 700], ['dark', 'everything', 320, 700], ['light', 'denoising', 420, 600], ['dark', 'quickstart', 900, 320],
    ['light', 'everything:cursor', 1300, 700], ['dark', 'denoising:broken', 1100, 640], ['light', 'denoising:unknown', 420, 500], ['dark', 'denoising:alone', 700, 560],
  ])('draws in %s: %s at %i × %i', async (theme, scene, width, height) => {
    const page = await opened(scene, { theme, width, height });
    await page.locator(scene.endsWith(':unknown') ? '.empty' : 'svg.diagram .layer').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await screenshot(page, `model-${scene.replace(':', '-')}-${theme}-${width}`);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it.each<[ThemeName, string, number, number]>([
    ['dark', 'denoising:run', 1100, 1000], ['light', 'denoising:run', 1100, 1000], ['highContrast', 'denoising:run', 1100, 900], ['light', 'everything:run', 1300, 1100], ['dark', 'denoising:run', 420, 900], ['light', 'deep:run', 540, 900], ['dark', 'quickstart:begun', 900, 640], ['light', 'quickstart:empty', 420, 640],
  ])('shows what was learned in %s: %s at %i × %i', async (theme, scene, width, height) => {
    const page = await opened(scene, { theme, width, height });
    await page.locator(scene.endsWith(':run') ? 'ae-tiles canvas' : '.learned .empty').first().waitFor();
    await page.waitForTimeout(200);
    await screenshot(page, `model-${scene.replace(':', '-')}-${theme}-${width}`);
    if (scene.endsWith(':run')) {
      await page.locator('.distribution').first().scrollIntoViewIfNeeded();
      await screenshot(page, `model-${scene.replace(':', '-')}-${theme}-${width}-below`);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it.each<[ThemeName, string, number, number]>([
    ['dark', 'denoising:run', 1100, 1000], ['light', 'everything:run', 1300, 1400], ['highContrast', 'quantized:run', 1100, 1000], ['dark', 'everything:run', 300, 900],
  ])('shows what each layer sees in %s: %s at %i × %i', async (theme, scene, width, height) => {
    const page = await opened(scene, { theme, width, height });
    await page.getByText('One Sample').click();
    await page.getByText('Sneaker').waitFor();
    expect(await page.locator('ae-activation figcaption b').allTextContents()).toEqual(['original', 'with noise', ...modelScene(scene).model.layers.map(({ name }) => name), 'reconstruction']);
    expect(await page.locator('ae-activation .activation-says').nth(3).textContent()).toMatch(/^0 to \d.*mean 0\.\d+at zero: \d+ %$/);
    await page.locator('.activations').evaluate(cards => { cards.scrollIntoView(); });
    // The way to the next sample stays in sight.
    expect(await page.getByRole('button', { name: 'Next sample' }).evaluate(way => way.getBoundingClientRect().top)).toBeGreaterThan(0);
    await screenshot(page, `model-seen-${scene.replace(':', '-')}-${theme}-${width}`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('goes from sample to sample, tells a number under the mouse, and is not asked anew beside a training', async () => {
    const page = await opened('denoising:run');
    await page.getByText('One Sample').click();
    await page.getByText('Sneaker').waitFor();
    await page.getByRole('button', { name: 'Next sample' }).click();
    await page.getByText('Sample 2 of 3: Bag').waitFor();
    await page.locator('ae-activation[data-layer="encoder/dense"] canvas').hover({ position: { x: 4, y: 4 } });
    await eventually(() => page.locator('ae-activation[data-layer="encoder/dense"] .activation-says').textContent()).toMatch(/^unit 0: \d/);
    await page.evaluate(() => window.epochOn());
    await page.getByRole('button', { name: 'Next sample' }).click();
    await page.getByText('Sample 3 of 3: Coat').waitFor();
    await eventually(() => requests(page, 'activations')).toEqual([0, 1, 2].map(sample => ({ runId: 'b', sample, checkpoint: 'last' })));
    await layer(page, 'decoder/dense').click();
    await page.locator('ae-activation.chosen[data-layer="decoder/dense"]').waitFor();
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('follows the file and the cursor in it; an error leaves the last picture, faded, with a way to it', async () => {
    const page = await opened('denoising');
    const label = layer(page, 'latent/latent');
    await eventually(() => label.textContent()).toContain('7,250 params');
    await page.evaluate(() => window.typeUnits());
    await eventually(() => label.textContent()).toContain('1,015 params');
    expect(await page.locator('.model-line').textContent()).toContain('784 numbers → 7: 112× fewer');
    await page.evaluate(() => window.moveCursor(['encoder/dense', 'decoder/dense_1']));
    await eventually(() => page.locator('.at-cursor').count()).toBe(2);
    expect(await page.locator('.details').textContent()).toContain('(784 + 1) × 144 = 113,040');
    // Picked, then left for another layer in the text.
    await layer(page, 'latent/latent').click();
    await page.evaluate(() => { (document.activeElement as HTMLElement).blur(); });
    await page.mouse.move(5, 5);
    await eventually(() => page.locator('.details h2').textContent()).toContain('latent');
    const height = await page.locator('.details').evaluate(details => details.clientHeight);
    await page.evaluate(() => window.moveCursor(['encoder/flatten']));
    await eventually(() => page.locator('.details h2').textContent()).toContain('flatten');
    // Nothing jumps from layer to layer.
    expect(await page.locator('.details').evaluate(details => details.clientHeight)).toBe(height);
    await page.evaluate(() => window.breakText());
    await page.getByText('The picture is that of the last text without an error.').waitFor();
    expect(await page.locator('svg.diagram').getAttribute('opacity')).toBe('0.45');
    await page.getByRole('button', { name: 'Go to It' }).click();
    await eventually(() => requests(page, 'reveal')).toEqual([{ layer: 'latent/latent' }, {}]);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('shows a layer in the text by a click and by Enter, and tells about it under the mouse', async () => {
    const page = await opened('denoising');
    await layer(page, 'encoder/dense').hover();
    await eventually(() => page.locator('.details').textContent()).toContain('Kernel initializer');
    await layer(page, 'encoder/dense').click();
    await page.keyboard.press('ArrowRight');
    await eventually(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Code: latent, dense · sigmoid, 144 → 50, 7,250 params, klSparsity 0.1, target 0.05');
    await page.keyboard.press('Enter');
    await eventually(() => requests(page, 'reveal')).toEqual([{ layer: 'encoder/dense' }, { layer: 'latent/latent' }]);
    await page.keyboard.press('Escape');
    await page.mouse.move(5, 5);
    await eventually(() => page.locator('[aria-pressed="true"].layer').count()).toBe(0);
    await page.context().close();
  });

  it('reads weights under the mouse and by keys, sorts them, and keeps the choice over a reload', async () => {
    const page = await opened('denoising:run');
    await page.locator('ae-tiles canvas').waitFor();
    expect(await page.locator('.tiles-head').textContent()).toContain('What each unit looks for in the input.');
    await page.locator('ae-tiles canvas').hover({ position: { x: 20, y: 20 } });
    await eventually(() => page.locator('.tiles-says').textContent()).toMatch(/^unit 0, row \d+, column \d+: −?[\d.e−]+ · length [\d.]+ · bias −?[\d.e−]+$/);
    await page.locator('.tiles-box').focus();
    await page.keyboard.press('ArrowRight');
    await eventually(() => page.locator('.tiles-says').textContent()).toMatch(/^unit 1, /);
    await page.getByRole('radio', { name: 'Strongest first' }).click();
    await eventually(() => requests(page, 'weights')).toHaveLength(2);
    await page.locator('.tiles-box').focus();
    await eventually(() => page.locator('.tiles-says').textContent()).not.toMatch(/^unit 1, /);
    await page.locator('vscode-checkbox', { hasText: 'Own colours' }).click();
    await page.reload();
    await page.locator('ae-tiles canvas').waitFor();
    expect(await requests(page, 'weights')).toEqual([{ runId: 'b', layer: 'encoder/dense', checkpoint: 'last', order: 'norm' }]);
    expect(await page.locator('vscode-checkbox[aria-checked="true"]').count()).toBe(1);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('another layer, another checkpoint and a new one are asked for once each', async () => {
    const page = await opened('denoising:run');
    await page.locator('ae-tiles canvas').waitFor();
    await layer(page, 'decoder/dense_1').click();
    await page.getByText('What each number that comes in adds to the reconstruction').waitFor();
    await page.getByRole('radio', { name: 'Best' }).click();
    await eventually(() => requests(page, 'weights')).toHaveLength(3);
    await page.getByRole('radio', { name: 'Last' }).click();
    await page.evaluate(() => window.epochOn());
    await page.getByText('after epoch 4').waitFor();
    const asked = (await requests(page, 'weights')).map(params => ('checkpoint' in params && 'layer' in params ? `${params.layer} ${params.checkpoint}` : ''));
    expect(asked).toEqual(['encoder/dense last', 'decoder/dense_1 last', 'decoder/dense_1 best', 'decoder/dense_1 last', 'decoder/dense_1 last']);
    expect(await requests(page, 'reveal')).toEqual([]);
    await page.getByRole('button', { name: 'Show in denoising' }).click();
    await page.getByText('denoising has no such layer any more.').waitFor();
    expect(await requests(page, 'reveal')).toEqual([{ layer: 'decoder/dense_1' }]);
    await layer(page, 'encoder/flatten').click();
    await page.getByText('This layer has no weights.').waitFor();
    await layer(page, 'decoder/dense').click();
    await page.getByText('The checkpoint holds nothing of this layer yet').waitFor();
    await page.context().close();
  });

  it('saves diagram and pictures as PNG', async () => {
    const page = await opened('denoising:run', { theme: 'light' });
    await page.locator('ae-tiles canvas').waitFor();
    await page.getByRole('button', { name: 'Save diagram as PNG…' }).click();
    await eventually(() => page.evaluate(() => window.testHost.saved.length)).toBe(1);
    await page.getByRole('button', { name: 'Save pictures of kernel as PNG…' }).click();
    await eventually(() => page.evaluate(() => window.testHost.saved.length)).toBe(2);
    const saved = await page.evaluate(() => window.testHost.saved.map(({ name, bytes }) => ({ name, bytes: [...bytes] })));
    expect(saved.map(({ name }) => name)).toEqual(['denoising-model.png', 'denoising-weights-kernel.png']);
    for (const { name, bytes } of saved) {
      expect(bytes.slice(1, 4)).toEqual([0x50, 0x4e, 0x47]);
      await keep(Uint8Array.from(bytes), `saved-${name.replace('.png', '')}`);
    }
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });
});
