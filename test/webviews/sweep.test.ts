// The sweep page as a user meets it: the real bundle, the real policy.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Harness, keep, problems, screenshot } from './harness.ts';
import type { ThemeName } from './themes.ts';

const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 20_000 });

let harness: Harness;
beforeAll(async () => { harness = await Harness.start({ page: 'sweep', host: 'sweep-host.ts' }); });
afterAll(async () => { await harness?.close(); });

async function opened(scene: string, options: { theme?: ThemeName; width?: number; height?: number } = {}): Promise<Page> {
  const page = await harness.open({ scene, ...options });
  await page.locator('.sweep-table tbody tr').first().waitFor();
  return page;
}

const commands = (page: Page) => page.evaluate(() => window.testHost.messages.filter(m => m.type === 'command' || m.type === 'sweepCommand'));
const column = (page: Page, nth: number) => page.locator(`.sweep-table tbody td:nth-child(${nth})`).allTextContents();

describe('sweep page', () => {
  it.each<[ThemeName, string, number, number]>([
    ['dark', 'finished', 1000, 680], ['light', 'running', 1000, 680], ['highContrast', 'finished', 1000, 680], ['dark', 'several', 1100, 760], ['light', 'several', 1100, 760], ['highContrastLight', 'several', 1000, 700], ['light', 'finished', 400, 600], ['dark', 'several', 420, 500],
  ])('draws in %s: %s at %i × %i', async (theme, scene, width, height) => {
    const page = await opened(scene, { theme, width, height });
    await page.locator(scene === 'several' ? 'ae-parallel svg path' : 'ae-figure svg.figure path').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await screenshot(page, `sweep-${scene}-${theme}-${width}`);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('follows a sweep that runs, and says what is enough when it has ended', async () => {
    const page = await opened('begun');
    await page.getByText('0 of 6 finished, 1 training, 5 waiting').waitFor();
    await page.evaluate(() => window.sweepOn(4));
    await page.getByText('4 of 6 finished, 1 training, 1 waiting').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    expect(await commands(page)).toEqual([{ type: 'sweepCommand', command: 'stopSweep', sweepId: '20261121-0930-latent-sweep' }]);
    await page.evaluate(() => window.sweepOn(6));
    await page.getByText('units = 32 is enough').waitFor();
    expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(0);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it.each<[ThemeName, number]>([['dark', 540], ['light', 300], ['highContrastLight', 540]])('recommends no size where none beats principal components, in %s at %i', async (theme, width) => {
    const page = await opened('worse', { theme, width, height: 800 });
    await page.getByText('No model is better than principal components of the same size: train longer').waitFor();
    expect(await page.locator('.sweep').textContent()).not.toContain('enough');
    expect(await page.locator('svg.figure').textContent()).toContain('Validation loss (mse)');
    const chart = page.getByRole('application');
    expect([await chart.getAttribute('aria-roledescription'), await chart.getAttribute('aria-label')]).toEqual(['chart', expect.stringContaining('Arrow keys move along the points, Enter opens one')]);
    await screenshot(page, `sweep-worse-${theme}-${width}`);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('opens the run of a point, of a row and of a line', async () => {
    const page = await opened('finished');
    await page.locator('.figure-box').focus();
    for (const key of ['Home', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
    await page.getByRole('button', { name: 'Open training 6, finished' }).click();
    expect(await commands(page)).toEqual(['run-4', 'run-64'].map(runId => ({ type: 'command', command: 'showLoss', runId })));
    await page.context().close();
    const lines = await opened('several');
    expect([await lines.getByRole('application').getAttribute('aria-roledescription'), await lines.getByRole('application').getAttribute('aria-label')]).toEqual(['chart', expect.stringContaining('Enter opens it')]);
    await lines.locator('.parallel-box').focus();
    for (const key of ['Home', 'ArrowDown', 'Enter']) await lines.keyboard.press(key);
    expect(await lines.locator('.parallel-says').textContent()).toMatch(/^activation relu, learningRate 0.0001, units 16: validation loss 0\.\d+$/);
    expect(await commands(lines)).toEqual([{ type: 'command', command: 'showLoss', runId: 'run-1' }]);
    await lines.context().close();
  });

  it('points at the same training in chart and table', async () => {
    const page = await opened('several', { width: 1100, height: 760 });
    await page.locator('.sweep-table tbody tr').nth(2).hover();
    await eventually(() => page.locator('.parallel-says').textContent()).toContain('learningRate 0.0001, units 64');
    const box = (await page.locator('.parallel-box').boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.25, box.y + box.height * 0.6);
    await eventually(() => page.locator('.sweep-table tr.pointed').count()).toBe(1);
    await screenshot(page, 'sweep-several-pointed-dark');
    await page.mouse.move(5, 5);
    await eventually(() => page.locator('.sweep-table tr.pointed').count()).toBe(0);
    await page.context().close();
  });

  it('sorts by any column and keeps that over a reload', async () => {
    const page = await opened('running');
    const sort = (name: string) => page.locator('.sweep-table thead').getByRole('button', { name }).click();
    await sort('Validation loss');
    await eventually(() => column(page, 2)).toEqual(['16', '8', '4', '2', '32', '64']);
    await sort('Validation loss');
    await eventually(() => column(page, 2)).toEqual(['2', '4', '8', '16', '32', '64']);
    expect(await page.locator('th[aria-sort="descending"]').textContent()).toContain('Validation loss');
    await page.reload();
    await page.locator('.sweep-table tbody tr').first().waitFor();
    expect(await column(page, 2)).toEqual(['2', '4', '8', '16', '32', '64']);
    await page.context().close();
  });

  it('goes on with what is not finished, and saves chart and numbers', async () => {
    const page = await opened('several', { theme: 'light' });
    await page.getByRole('button', { name: 'Resume' }).click();
    expect((await commands(page))[0]).toMatchObject({ command: 'resumeSweep' });
    await page.getByRole('button', { name: 'Save numbers as CSV…' }).click();
    await eventually(() => page.evaluate(() => window.testHost.saved.length)).toBe(1);
    const lines = await page.evaluate(() => new TextDecoder().decode(window.testHost.saved[0]!.bytes).trimEnd().split('\r\n'));
    expect(lines[0]).toBe('#,activation,learningRate,units,Validation loss,Last loss,Epochs,Time,Parameters,state,run');
    expect(lines).toHaveLength(37);
    await page.getByRole('button', { name: 'Save chart as PNG…' }).click();
    await eventually(() => page.evaluate(() => window.testHost.saved.length)).toBe(2);
    const png = await page.evaluate(() => [...window.testHost.saved[1]!.bytes]);
    expect(png.slice(1, 4)).toEqual([0x50, 0x4e, 0x47]);
    await keep(Uint8Array.from(png), 'sweep-saved-chart');
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });
});
