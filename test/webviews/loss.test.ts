// The loss page as a user meets it: the real bundle, the real policy, curves of a realistic size.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Harness, problems, screenshot } from './harness.ts';
import type { ThemeName } from './themes.ts';

/** A machine that is busy with other tests may be slow; what is waited for must still come. */
const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 20_000 });

let harness: Harness;
beforeAll(async () => { harness = await Harness.start({ page: 'loss', host: 'loss-host.ts' }); });
afterAll(async () => { await harness?.close(); });

/** The page with its chart drawn. */
async function opened(scene: string, options: { theme?: ThemeName; width?: number; height?: number } = {}): Promise<Page> {
  const page = await harness.open({ scene, ...options });
  await page.locator('.chart canvas').waitFor();
  return page;
}

const savedText = (page: Page) => page.evaluate(() => new TextDecoder().decode(window.testHost.saved.at(-1)!.bytes));
const legendRow = (page: Page, name: string) => page.locator('.legend tbody tr', { hasText: name });

describe('loss page', () => {
  it.each<[ThemeName, string, number, number]>([
    ['dark', 'one', 1000, 640], ['light', 'one', 1000, 640], ['dark', 'several', 1100, 700], ['light', 'several', 1100, 700],
    ['highContrast', 'several', 1100, 700], ['highContrastLight', 'several', 1000, 640], ['dark', 'several', 400, 640], ['light', 'long', 900, 560],
  ])('draws in %s: %s at %i × %i', async (theme, scene, width, height) => {
    const page = await opened(scene, { theme, width, height });
    expect(await inkShare(page)).toBeGreaterThan(0.002);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await screenshot(page, `loss-${scene}-${theme}-${width}`);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('takes points live and asks for a snapshot when one was missed', async () => {
    const page = await opened('one');
    await eventually(() => page.locator('.run-state').textContent()).toContain('epoch 14 of 35');
    await page.evaluate(() => window.trainOn(2));
    await eventually(() => page.locator('.run-state').textContent()).toContain('epoch 16 of 35');
    await page.evaluate(() => window.trainOn(2, true));
    await eventually(() => page.locator('.run-state').textContent()).toContain('epoch 18 of 35');
    expect(await page.evaluate(() => window.testHost.messages.filter(m => m.type === 'ready').length)).toBe(2);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('waits with a word on what is being prepared, and draws when the first numbers come', async () => {
    const page = await harness.open({ scene: 'preparing' });
    await page.getByText('Waiting for the first numbers…').waitFor();
    await page.getByText('Downloading train-images-idx3-ubyte.gz, 40 %').waitFor();
    await screenshot(page, 'loss-preparing-dark');
    await page.getByRole('button', { name: 'Stop' }).click();
    expect(await page.evaluate(() => window.testHost.messages.at(-1))).toMatchObject({ type: 'command', command: 'stop' });
    await page.evaluate(() => window.trainOn(0.3));
    await page.locator('.chart canvas').waitFor();
    await screenshot(page, 'loss-first-points-dark');
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it.each([540, 300])('keeps colour key, state and moment in sight at %i pixels', async width => {
    const page = await opened('compare', { width, height: 800 });
    const inSight = (box: { x: number; width: number } | null) => box !== null && box.width > 10 && box.x >= 0 && box.x + box.width <= width;
    for (const cell of await page.locator('.legend tbody .swatch, .legend tbody .run-moment, .legend tbody .state-short, .legend tbody .actions').all()) {
      if ((await cell.textContent())?.trim() !== '' || await cell.getAttribute('class') === 'swatch') expect(await cell.boundingBox(), await cell.textContent() ?? '').toSatisfy(inSight);
    }
    expect(await page.locator('.legend tbody .run-moment').allTextContents()).toEqual([' · 19:08:59', ' · 19:07:01', '', '']);
    expect(await page.locator('.legend tbody .run-moment').evaluateAll(all => all.every(moment => moment.getBoundingClientRect().right <= moment.closest('th')!.getBoundingClientRect().right))).toBe(true);
    expect(await page.locator('.legend tbody .state-short').allTextContents()).toEqual(['30/30', '17/400', '4/4', '6/6']);
    for (const name of await page.locator('.legend tbody .run-toggle').all()) expect((await name.boundingBox())!.width).toBeGreaterThan(24);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth && document.querySelector('.legend')!.scrollWidth <= document.querySelector('.legend')!.clientWidth)).toBe(true);
    await page.context().close();
  });

  it.each<[ThemeName, string, number]>([
    ['dark', 'compare', 540], ['light', 'compare', 300], ['highContrastLight', 'compare', 540], ['dark', 'best', 300], ['light', 'early', 540], ['highContrastLight', 'middle', 300], ['light', 'nan', 540], ['dark', 'later', 300],
  ])('draws in %s: %s at %i, beside an editor', async (theme, scene, width) => {
    const page = await opened(scene, { theme, width, height: 800 });
    await screenshot(page, `loss-${scene}-${theme}-${width}`);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it.each([['best', 300], ['early', 540], ['middle', 300], ['middle', 1000]])('writes the texts of the chart inside it, beside what they name and off each other: %s at %i', async (scene, width) => {
    const page = await opened(scene, { width, height: 800 });
    const texts = await page.evaluate(async () => {
      const written: { text: string; left: number; right: number; y: number }[] = [];
      const { fillText } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.fillText = function (this: CanvasRenderingContext2D, text: string, x: number, y: number) {
        const size = this.measureText(text).width;
        const left = x - (this.textAlign === 'center' ? size / 2 : this.textAlign === 'right' || this.textAlign === 'end' ? size : 0);
        if (/^(best|PCA)/.test(text)) written.push({ text, left, right: left + size, y });
        fillText.call(this, text, x, y);
      };
      window.testHost.setTheme('light');
      while (written.length < 2) await new Promise(requestAnimationFrame);
      return written.slice(-2);
    });
    const chart = (await page.locator('.chart').boundingBox())!;
    const plot = (await page.locator('.u-over').boundingBox())!;
    const [best, level] = [texts.find(({ text }) => text.startsWith('best'))!, texts.find(({ text }) => text.startsWith('PCA'))!];
    for (const { left, right, y } of [best, level]) {
      expect(left).toBeGreaterThanOrEqual(plot.x - chart.x - 1);
      expect(right).toBeLessThanOrEqual(plot.x - chart.x + plot.width + 1);
      expect(y).toBeGreaterThan(plot.y - chart.y);
      expect(y).toBeLessThan(plot.y - chart.y + plot.height);
    }
    expect(best.right < level.left || level.right < best.left || Math.abs(best.y - level.y) > 12).toBe(true);
    // The ring is at the end of the curve, or in the scene "early" at its beginning.
    const end = plot.x - chart.x + (scene === 'early' ? 0 : plot.width);
    expect(Math.min(Math.abs(best.left - end), Math.abs(best.right - end))).toBeLessThan(scene === 'middle' ? 0.35 * plot.width : 30);
    await page.context().close();
  });

  it('says above the curves why a run failed, and offers what may help', async () => {
    const page = await opened('nan');
    expect(await page.locator('.failed-note').textContent()).toContain('The loss became "not a number" in epoch 1');
    await page.getByRole('button', { name: 'Open Config' }).click();
    await page.getByRole('button', { name: 'Train Again', exact: true }).click();
    const commands = (of: Page) => of.evaluate(() => window.testHost.messages.flatMap(m => (m.type === 'command' ? [m.command] : [])));
    expect(await commands(page)).toEqual(['openConfig', 'train']);
    const later = await opened('later');
    expect(await later.locator('.failed-note').allTextContents()).toEqual([expect.stringContaining('later failed: The disk is full')]);
    await later.locator('.failed-note').getByRole('button', { name: 'Resume' }).click();
    expect(await commands(later)).toEqual(['resume']);
    await Promise.all([page, later].map(p => p.context().close()));
  });

  it.each<[ThemeName, string, number, number]>([
    ['dark', 'findings', 1000, 700], ['light', 'findings', 540, 800], ['highContrast', 'findings', 300, 800], ['highContrastLight', 'more', 540, 640], ['light', 'findingsOfSeveral', 1000, 700], ['dark', 'findingsOfSeveral', 300, 800],
  ])('tells beneath the curves what they show, in %s: %s at %i × %i', async (theme, scene, width, height) => {
    const page = await opened(scene, { theme, width, height });
    expect(await page.locator('.finding').count()).toBe({ findings: 3, more: 2, findingsOfSeveral: 2 }[scene]);
    const strip = page.getByRole('region', { name: 'What the curves show' });
    expect((await strip.boundingBox())!.height).toBeLessThanOrEqual(0.34 * height + 1);
    expect((await page.locator('.chart').boundingBox())!.height).toBeGreaterThanOrEqual(150);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await screenshot(page, `loss-${scene}-${theme}-${width}`);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('offers what helps beside what the curves show, and remembers whether it is told in full', async () => {
    const page = await opened('findings');
    const strip = page.getByRole('region', { name: 'What the curves show' });
    await strip.getByRole('button', { name: 'Open Config' }).click();
    const more = await opened('more');
    await more.getByRole('button', { name: 'More Epochs…' }).click();
    const commands = (of: Page) => of.evaluate(() => window.testHost.messages.flatMap(m => (m.type === 'command' ? [m.command] : [])));
    expect([...await commands(page), ...await commands(more)]).toEqual(['openConfig', 'resume']);
    const head = strip.getByRole('button', { name: 'What the curves show' });
    await head.press('Enter');
    expect(await head.getAttribute('aria-expanded')).toBe('false');
    expect(await strip.textContent()).toContain('Overfitting since epoch 13 · 37 of 50 units of the code in use · Better than principal components');
    expect(await strip.locator('.finding').count()).toBe(0);
    await screenshot(page, 'loss-findings-shut-dark');
    await page.reload();
    await page.locator('.chart canvas').waitFor();
    expect(await head.getAttribute('aria-expanded')).toBe('false');
    await Promise.all([page, more].map(p => p.context().close()));
  });

  it('offers no resume to a run that left no checkpoint', async () => {
    const page = await opened('lost');
    await legendRow(page, 'lost').getByRole('button', { name: 'Train Again lost' }).click();
    expect(await page.getByRole('button', { name: /Resume/ }).count()).toBe(0);
    expect(await page.evaluate(() => window.testHost.messages.at(-1))).toMatchObject({ type: 'command', command: 'train' });
    await page.context().close();
  });

  it('says why a run has no numbers, and offers a start when there are no runs', async () => {
    const failed = await harness.open({ scene: 'failed', theme: 'light' });
    await failed.getByText('has another checksum').waitFor();
    await screenshot(failed, 'loss-failed-light');
    await failed.getByRole('button', { name: 'Train Again' }).click();
    expect(await failed.evaluate(() => window.testHost.messages.at(-1))).toMatchObject({ type: 'command', command: 'train' });
    const none = await harness.open({ scene: 'none' });
    await none.getByRole('button', { name: 'Add Runs…' }).click();
    await eventually(() => none.evaluate(() => window.testHost.messages.at(-1))).toMatchObject({ type: 'request', name: 'pickRuns' });
    await Promise.all([failed, none].map(p => p.context().close()));
  });

  it('shows the values under the cursor, by mouse and by keyboard', async () => {
    const page = await opened('one');
    const latest = await legendRow(page, 'janet-50').locator('td.value').first().textContent();
    const box = (await page.locator('.u-over').boundingBox())!;
    await page.mouse.move(box.x + 20, box.y + 60);
    await eventually(() => page.locator('.legend thead th').first().textContent()).toMatch(/^Epoch [12]/);
    expect(await legendRow(page, 'janet-50').locator('td.value').first().textContent()).not.toBe(latest);
    await page.mouse.move(box.x + 20, box.y + box.height + 200);
    await page.locator('.chart').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await eventually(() => page.locator('.legend thead th').first().textContent()).toBe('Epoch 2');
    const chart = page.getByRole('application');
    expect([await chart.getAttribute('aria-roledescription'), await chart.getAttribute('aria-label')]).toEqual(['chart', expect.stringContaining('Arrow keys move the cursor')]);
    await page.context().close();
  });

  it('brings the cursor to an epoch, with its line, unless single batches are shown', async () => {
    const page = await opened('middle');
    const box = (await page.locator('.u-over').boundingBox())!;
    const epochWidth = box.width / 29;
    await page.mouse.move(box.x + 10.8 * epochWidth, box.y + 100);
    await eventually(() => page.locator('.legend thead th').first().textContent()).toBe('Epoch 12');
    expect(Math.abs((await page.locator('.u-cursor-x').boundingBox())!.x - box.x - 11 * epochWidth)).toBeLessThan(2);
    await page.getByRole('radio', { name: 'Per batch' }).click();
    await page.mouse.move(box.x + 10.5 * epochWidth, box.y + 100);
    await eventually(() => page.locator('.legend thead th').first().textContent()).toMatch(/^Epoch 10\.\d$/);
    await page.context().close();
  });

  it('zooms by drag and shows everything again on Escape', async () => {
    const page = await opened('one');
    const reset = page.getByRole('button', { name: 'Show everything (Escape)' });
    expect(await reset.isDisabled()).toBe(true);
    const box = (await page.locator('.u-over').boundingBox())!;
    await page.mouse.move(box.x + 200, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + 500, box.y + 105, { steps: 5 });
    await page.mouse.up();
    await eventually(() => reset.isDisabled()).toBe(false);
    await screenshot(page, 'loss-zoomed-dark');
    await page.locator('.chart').focus();
    await page.keyboard.press('Escape');
    await eventually(() => reset.isDisabled()).toBe(true);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('keeps the choices of the view over a reload, and no data', async () => {
    const page = await opened('several');
    await page.getByRole('radio', { name: 'Log' }).click();
    await page.getByRole('radio', { name: 'Time' }).click();
    await page.getByRole('slider', { name: /Smoothing/ }).fill('0.6');
    await legendRow(page, 'janet-2').locator('.run-toggle').click();
    await screenshot(page, 'loss-log-smoothed-dark');
    const state = await page.evaluate(() => window.testHost.state());
    expect(state).toMatchObject({ log: true, axis: 'time', smoothing: 0.6, hidden: ['b-two'] });
    expect(JSON.stringify(state).length).toBeLessThan(400);
    await page.reload();
    await page.locator('.chart canvas').waitFor();
    expect(await page.getByRole('radio', { name: 'Log' }).getAttribute('aria-checked')).toBe('true');
    expect(await legendRow(page, 'janet-2').getAttribute('class')).toContain('off');
    await page.context().close();
  });

  it('chooses another value where there are several', async () => {
    const page = await opened('several');
    await page.getByRole('combobox', { name: 'Value' }).click();
    await page.getByRole('option', { name: 'sparsity' }).click();
    await eventually(() => page.evaluate(() => (window.testHost.state() as { value: string } | null)?.value)).toBe('sparsity');
    expect(await page.locator('.legend thead').textContent()).not.toContain('Best');
    await page.context().close();
  });

  it('gives the numbers as a table and as CSV, the chart as PNG', async () => {
    const page = await opened('several');
    await page.getByRole('button', { name: 'Save numbers as CSV…' }).click();
    await eventually(() => page.evaluate(() => window.testHost.saved.length)).toBe(1);
    const lines = (await savedText(page)).trimEnd().split('\r\n');
    expect(lines[0]).toBe('run,run_id,value,split,per,epoch,step,seconds,y');
    expect(lines.filter(l => l.startsWith('janet-2,b-two,loss,validation,epoch,'))).toHaveLength(35);
    await page.getByRole('button', { name: 'Save chart as PNG…' }).click();
    await eventually(() => page.evaluate(() => window.testHost.saved.length)).toBe(2);
    expect(await page.evaluate(() => [...window.testHost.saved[1]!.bytes.slice(1, 4)])).toEqual([0x50, 0x4e, 0x47]);
    await page.getByRole('button', { name: 'Show as table' }).click();
    expect(await page.locator('.epoch-table').first().locator('tbody tr').count()).toBe(35);
    await screenshot(page, 'loss-table-dark');
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('sends the commands a run can take', async () => {
    const page = await opened('several');
    await page.getByRole('button', { name: 'Pause janet-50', exact: true }).click();
    await legendRow(page, 'conv-selu-6').getByRole('button', { name: 'Resume conv-selu-6' }).click();
    expect(await page.evaluate(() => window.testHost.messages.filter(m => m.type === 'command'))).toEqual([
      { type: 'command', command: 'pause', runId: '20260301-101500-janet' }, { type: 'command', command: 'resume', runId: 'c-overfit' },
    ]);
    expect(await legendRow(page, 'janet-2').getByRole('button', { name: /Resume|Pause|Stop/ }).count()).toBe(0);
    await page.context().close();
  });

  it.each<[ThemeName, string, number, number]>([['dark', 'variational', 1100, 900], ['light', 'variationals', 1100, 900], ['highContrast', 'variational', 1000, 800], ['light', 'variational', 420, 700]])('draws every curve beside the loss in %s: %s at %i', async (theme, scene, width, height) => {
    const page = await opened(scene, { theme, width, height });
    const titles = () => page.locator('loss-multiple h3').allTextContents();
    expect(await titles()).toEqual(['Terms of the loss']);
    const curves = page.getByRole('group', { name: 'Curves', exact: true });
    expect(await curves.getByRole('button').allTextContents()).toEqual(['Terms', 'Dimensions', 'Metrics', 'Code', 'Rebuilt as another', 'Pretraining']);
    await screenshot(page, `loss-${scene}-terms-${theme}-${width}`);
    for (const name of ['Dimensions', 'Metrics', 'Code', 'Rebuilt as another', 'Pretraining']) await curves.getByRole('button', { name }).click();
    await eventually(titles).toEqual(['Terms of the loss', 'Divergence of each dimension', 'mse', 'psnr', 'ssim', 'accuracy', 'Active units', 'Rebuilt as another class', 'Pretraining, layer by layer']);
    await eventually(() => page.locator('loss-multiple canvas').count()).toBe(9);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await screenshot(page, `loss-${scene}-all-${theme}-${width}`);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it.each<[ThemeName, string, readonly string[]]>([
    ['dark', 'variational', ['train', 'validation']],
    ['light', 'variationals', ['train: variational-on-binarised-digits', 'validation: variational-on-binarised-digits', 'train: the-same-with-free-bits', 'validation: the-same-with-free-bits']],
  ])('draws a metric of both splits in %s, and says on how many samples: %s', async (theme, scene, names) => {
    const page = await opened(scene, { theme, height: 900 });
    await page.getByRole('button', { name: 'Metrics', exact: true }).click();
    const accuracy = page.locator('loss-multiple', { has: page.getByRole('heading', { name: 'accuracy', exact: true }) });
    await eventually(() => accuracy.locator('.run-name').allTextContents()).toEqual(names);
    expect(await accuracy.locator('.number').allTextContents()).toEqual(names.map(name => (name.startsWith('train') ? '41.9 %' : '43.2 %')));
    expect(await accuracy.locator('h3').getAttribute('title')).toContain('on 2,000 samples spread evenly over training and validation set each');
    await accuracy.scrollIntoViewIfNeeded();
    await screenshot(page, `loss-metrics-${scene}-${theme}`);
    await page.getByRole('combobox', { name: 'Value' }).click();
    await page.getByRole('option', { name: 'accuracy' }).click();
    await eventually(() => page.locator('.legend tbody tr').first().locator('td.value').allTextContents()).toEqual(expect.arrayContaining([expect.stringMatching(/0\.4191/), expect.stringMatching(/0\.4317/)]));
    await page.getByRole('button', { name: 'Save numbers as CSV…' }).click();
    await eventually(() => page.evaluate(() => window.testHost.saved.length)).toBe(1);
    const lines = (await savedText(page)).split('\r\n');
    for (const split of ['train', 'validation']) expect(lines.filter(line => line.includes(`,accuracy,${split},epoch,`)).length, split).toBeGreaterThanOrEqual(35);
    await page.getByRole('button', { name: 'Show as table' }).click();
    await eventually(() => page.locator('.epoch-table').first().locator('thead .muted').allTextContents()).toEqual(expect.arrayContaining(['train', 'validation']));
    await screenshot(page, `loss-accuracy-table-${scene}-${theme}`);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('reads and saves a small chart, gives shares as percent, and shows all of it as tables', async () => {
    const page = await opened('variational', { height: 900 });
    await page.getByRole('button', { name: 'Rebuilt as another' }).click();
    const small = page.locator('loss-multiple', { hasText: 'Rebuilt as another class' });
    await eventually(() => small.locator('.number').textContent()).toMatch(/^4\.\d+ %$/);
    await small.locator('.small-chart').focus();
    await page.keyboard.press('ArrowRight');
    await eventually(() => small.locator('.number').textContent()).toMatch(/^33\.\d %$/);
    await page.getByRole('button', { name: 'Save Terms of the loss as PNG…' }).click();
    await eventually(() => page.evaluate(() => window.testHost.saved.map(file => file.name))).toEqual(['variational-on-binarised-digits-terms.png']);
    await page.getByRole('button', { name: 'Show as table' }).click();
    await eventually(() => page.locator('.tables h3').allTextContents()).toEqual(['kl', 'reconstruction', 'rebuiltAsAnother']);
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it('follows a change of theme', async () => {
    const page = await opened('one', { theme: 'dark' });
    const before = await page.locator('.swatch line').first().getAttribute('stroke');
    await page.evaluate(() => window.testHost.setTheme('light'));
    await eventually(() => page.locator('.swatch line').first().getAttribute('stroke')).not.toBe(before);
    await page.context().close();
  });

  it('says after each increment how long it rests, and after no snapshot', async () => {
    const page = await opened('one');
    const rests = () => page.evaluate(() => window.testHost.messages.flatMap(m => (m.type === 'rest' ? [m.milliseconds] : [])));
    expect(await rests()).toEqual([]);
    await page.evaluate(() => window.trainOn(1));
    await eventually(rests).toHaveLength(1);
    await page.evaluate(() => window.trainOn(1));
    await eventually(rests).toHaveLength(2);
    for (const milliseconds of await rests()) {
      expect(milliseconds).toBeGreaterThanOrEqual(100);
      expect(milliseconds).toBeLessThanOrEqual(5000);
    }
    await page.context().close();
  });

  it('keeps the numbers of the run in sight in a low page, beneath what the curves show', async () => {
    const page = await opened('findings', { width: 540, height: 400 });
    const [row, legend] = await Promise.all([legendRow(page, 'conv-selu-6').boundingBox(), page.locator('.legend').boundingBox()]);
    expect(row!.y + row!.height).toBeLessThanOrEqual(legend!.y + legend!.height);
    expect(legend!.y + legend!.height).toBeLessThanOrEqual(400);
    await screenshot(page, 'loss-findings-low');
    expect(await problems(page)).toEqual([]);
    await page.context().close();
  });

  it.each(['pointermove', 'keydown', 'resize'])('tells the host once that it rests no longer when a hand comes to it (%s)', async type => {
    const page = await opened('one');
    const rests = await page.evaluate(async what => {
      const told = () => window.testHost.messages.flatMap(m => (m.type === 'rest' ? [m.milliseconds] : []));
      untouched();
      window.trainOn(1);
      while (told().length === 0) await new Promise(resolve => setTimeout(resolve));
      for (let i = 0; i < 3; i++) window.dispatchEvent(new Event(what));
      return told();

      function untouched(): void {
        const now = performance.now.bind(performance);
        performance.now = () => now() + 60_000;
      }
    }, type);
    expect(rests).toEqual([expect.any(Number), 0]);
    expect(rests[0]).toBeGreaterThan(100);
    await page.context().close();
  });

  it('shows at once that a run has ended, and its last epochs, though nobody has touched it for long', async () => {
    const page = await opened('one');
    const shown = await page.evaluate(async () => {
      const state = () => document.querySelector('.run-state')?.textContent ?? '';
      const until = async (what: string) => {
        const began = Date.now();
        while (!state().includes(what) && Date.now() - began < 20_000) await new Promise(resolve => setTimeout(resolve));
        return Date.now() - began;
      };
      const now = performance.now.bind(performance);
      performance.now = () => now() + 60_000;
      const times = [];
      // Just after a moment at which pages draw: the next is nearly a second away.
      for (let i = 0; i < 2; i++) {
        await new Promise(resolve => setTimeout(resolve, 1050 - Date.now() % 1000));
        if (i === 0) window.trainOn(1);
        else window.finish(20);
        times.push(await until(i === 0 ? 'epoch 15' : '35/35'));
      }
      return { times, state: state() };
    });
    expect(shown.state).toMatch(/35\/35/);
    expect(shown.times[0]).toBeGreaterThan(800);
    expect(shown.times[1]).toBeLessThan(700);
    await page.context().close();
  });

  it('redraws 45,000 points with every increment in less time than increments take to come', async () => {
    const page = await opened('long');
    await page.getByRole('radio', { name: 'Per batch' }).click();
    const updates = await page.evaluate(async () => {
      const took: number[] = [];
      for (let i = 0; i < 12; i++) {
        const start = performance.now();
        window.trainOn(1);
        await new Promise(resolve => setTimeout(() => requestAnimationFrame(resolve), 0));
        took.push(performance.now() - start);
      }
      return took;
    });
    // The quickest of them, since other tests may keep the machine busy meanwhile.
    expect(Math.min(...updates)).toBeLessThan(100);
    await page.context().close();
  });
});

/** Share of the chart's pixels that have something drawn on them in strong colour. */
function inkShare(page: Page): Promise<number> {
  return page.locator('.chart canvas').evaluate(element => {
    const canvas = element as HTMLCanvasElement;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    let drawn = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i]! > 200) drawn++;
    return drawn / (data.length / 4);
  });
}
