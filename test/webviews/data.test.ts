// The data page as a user meets it: the real bundle, the real policy.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Harness, keep, problems, screenshot } from './harness.ts';
import type { ThemeName } from './themes.ts';

const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 20_000 });

let harness: Harness;
beforeAll(async () => { harness = await Harness.start({ page: 'data', host: 'data-host.ts' }); });
afterAll(async () => { await harness?.close(); });

async function opened(scene: string, options: { theme?: ThemeName; width?: number; height?: number } = {}): Promise<Page> {
  const page = await harness.open({ scene, ...options });
  await page.locator('.samples li, .empty h2').first().waitFor();
  return page;
}

const captions = (page: Page) => page.locator('.sample-caption').allTextContents();
const actions = (page: Page) => page.evaluate(() => window.testHost.messages.flatMap(m => (m.type === 'request' && m.name === 'dataAction' ? [m.params] : [])));
/** Whether two pictures of the page are the same, by their bytes. */
const pixels = (page: Page, nth: number) => page.locator('ae-sample canvas').nth(nth).evaluate(canvas => (canvas as HTMLCanvasElement).toDataURL());

describe('data page', () => {
  it.each<[ThemeName, string, number, number]>([
    ['dark', 'digits', 1000, 1400], ['light', 'digits', 1000, 900], ['highContrast', 'digits', 1000, 900], ['light', 'digits', 320, 900], ['dark', 'plain', 540, 900],
    ['light', 'table', 1000, 1300], ['dark', 'table', 340, 1300], ['highContrastLight', 'table', 800, 900], ['dark', 'color', 800, 900], ['light', 'many', 700, 900], ['dark', 'failed', 700, 400], ['light', 'failed', 300, 500], ['highContrast', 'download', 540, 400], ['dark', 'loading', 540, 300], ['light', 'untrusted', 420, 300],
  ])('draws in %s: %s at %i × %i', async (theme, scene, width, height) => {
    const page = await opened(scene, { theme, width, height });
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(await page.evaluate(() => { const box = document.querySelector('.data'); return box === null || box.scrollWidth <= box.clientWidth; })).toBe(true);
    await screenshot(page, `data-${scene}-${theme}-${width}`);
    if (scene !== 'failed' && await page.locator('.data').count() > 0) {
      await page.locator('.data').evaluate(box => box.scrollTo(0, box.scrollHeight));
      await screenshot(page, `data-${scene}-${theme}-${width}-end`);
    }
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('shows originals, what the model gets in their place, or both', async () => {
    const page = await opened('digits');
    expect(await page.locator('ae-sample canvas').count()).toBe(48 + 2);
    const [original, noisy] = [await pixels(page, 0), await pixels(page, 1)];
    expect(noisy).not.toBe(original);
    await page.getByRole('radio', { name: 'Corrupted' }).click();
    await eventually(() => page.locator('.samples ae-sample canvas').count()).toBe(24);
    await eventually(() => pixels(page, 0)).toBe(noisy);
    await page.getByRole('radio', { name: 'Original' }).click();
    await eventually(() => pixels(page, 0)).toBe(original);
    expect(await page.getByText('24 of 5,400 training samples, spread evenly').count()).toBe(1);
    await page.context().close();
  });

  it('goes through the samples at hand, then asks for others, and comes back', async () => {
    const page = await opened('digits');
    const first = await captions(page);
    const next = page.getByRole('button', { name: 'Other Samples' });
    for (let i = 0; i < 3; i++) await next.click();
    expect(await page.evaluate(() => window.samplesAsked)).toEqual([]);
    await next.click();
    await page.getByText('drawn at random (draw 1)').waitFor();
    expect(await page.evaluate(() => window.samplesAsked)).toEqual([{ split: 'train', draw: 1 }]);
    await page.getByRole('button', { name: 'Back to the first samples' }).click();
    await page.getByText('spread evenly').first().waitFor();
    expect(await captions(page)).toEqual(first);
    await page.context().close();
  });

  it('shows only one class, from the list or from its bar, and the other split', async () => {
    const page = await opened('digits');
    await page.getByRole('button', { name: '7', exact: true }).click();
    await page.getByText('of class 7').waitFor();
    expect(new Set(await captions(page))).toEqual(new Set(['7']));
    // Ten of 96 were at hand.
    expect(await page.evaluate(() => window.samplesAsked)).toEqual([{ split: 'train', draw: 0, className: '7' }]);
    await page.getByRole('radio', { name: 'Validation' }).click();
    await page.getByText('validation samples of class 7').waitFor();
    await page.getByRole('button', { name: '7', exact: true }).click();
    await page.getByText('24 of 600 validation samples, spread evenly').waitFor();
    expect(await page.locator('.classes tbody tr').count()).toBe(10);
    expect(await page.locator('.classes tbody tr').first().locator('td').allTextContents()).toEqual([expect.stringContaining('540'), expect.stringContaining('60')]);
    await page.context().close();
  });

  it('follows the config: it says that it reads, and takes what was read', async () => {
    const page = await opened('digits');
    await page.evaluate(() => window.dataBusy('Reading the data'));
    await page.getByRole('status').getByText('Reading the data…').waitFor();
    await page.evaluate(() => window.dataRead([]));
    await eventually(() => page.getByRole('radio', { name: 'Corrupted' }).count()).toBe(0);
    await page.evaluate(() => window.dataRead(['masking (amount 0.5)']));
    await page.getByText('original, and corrupted by masking (amount 0.5)').waitFor();
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('tells columns in the units of the file and as the model sees them', async () => {
    const page = await opened('table');
    const cells = () => page.locator('.columns tbody tr').nth(1).locator('td.number').allTextContents();
    const [, , mean, spread] = (await cells()).map(text => Number(text.replace('−', '-')));
    expect(Math.abs(mean! - 1500)).toBeLessThan(420);
    expect(spread).toBeGreaterThan(200);
    await page.getByRole('radio', { name: 'Normalised' }).click();
    await eventually(async () => Math.abs(Number((await cells())[2]!.replace('−', '-')))).toBeLessThan(1);
    expect(await page.locator('.columns tbody tr').last().textContent()).toContain('constant');
    await page.getByRole('button', { name: 'Go to training' }).click();
    expect(await actions(page)).toEqual([{ action: 'open', section: 'training' }]);
    await page.context().close();
  });

  it('reads the distribution to those who do not see it, bar by bar and as a table', async () => {
    const page = await opened('digits');
    const chart = page.getByRole('application');
    expect([await chart.getAttribute('aria-roledescription'), await chart.getAttribute('aria-label')]).toEqual(['chart', expect.stringMatching(/^Distribution of values from 0 to 1\. Most are in 0 to 0\.03125: [\d,]+ values/)]);
    await chart.focus();
    await page.keyboard.press('End');
    await page.getByText(/^0\.9688 to 1: [\d,]+ values/).waitFor();
    // The background dwarfs all else.
    expect(await page.getByRole('radio', { name: 'Logarithmic' }).getAttribute('aria-checked')).toBe('true');
    await page.getByRole('button', { name: 'Show charts as tables' }).click();
    expect(await page.getByRole('region', { name: 'Distribution of the values' }).locator('tbody tr').count()).toBe(32);
    await page.context().close();
  });

  it('asks before it downloads, with the size', async () => {
    const page = await opened('download');
    await page.getByText('MNIST is not on this machine yet').waitFor();
    expect(await actions(page)).toEqual([]);
    await page.getByRole('button', { name: 'Download 11.6 MB' }).click();
    expect(await actions(page)).toEqual([{ action: 'download' }]);
    await page.context().close();
  });

  it('tells why data cannot be read, and leads to the place', async () => {
    const page = await opened('failed');
    await page.getByRole('alert').getByText('column 3: "n/a" is no number').waitFor();
    for (const name of ['Open measurements-of-the-whole-year.csv, line 12', 'Open Config', 'Try Again']) await page.getByRole('button', { name }).click();
    expect(await actions(page)).toEqual([{ action: 'openData' }, { action: 'open', section: 'data' }, { action: 'again' }]);
    await page.context().close();
  });

  it('saves what is seen, and the numbers', async () => {
    const page = await opened('digits', { theme: 'light' });
    await page.getByRole('button', { name: 'Save these samples as PNG…' }).click();
    await eventually(() => page.evaluate(() => window.testHost.saved.length)).toBe(1);
    const png = await page.evaluate(() => [...window.testHost.saved[0]!.bytes]);
    expect(png.slice(1, 4)).toEqual([0x50, 0x4e, 0x47]);
    await keep(Uint8Array.from(png), 'data-saved-samples');
    await page.getByRole('button', { name: 'Save classes as CSV…' }).click();
    await eventually(() => page.evaluate(() => window.testHost.saved.length)).toBe(2);
    const lines = await page.evaluate(() => new TextDecoder().decode(window.testHost.saved[1]!.bytes).trimEnd().split('\r\n'));
    expect([lines[0], lines.length]).toEqual(['Class,Training,Validation', 11]);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });
});
