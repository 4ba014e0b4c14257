// What a user does in VS Code, as verbs. One Workbench is one browser window on a working copy of samples/.
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type Frame, type Locator, type Page } from 'playwright-core';
import { beforeEach, inject, onTestFailed, vi } from 'vitest';
import type { PageName } from '../../src/protocol/messages.ts';

export const themes = { light: 'Light Modern', dark: 'Dark Modern', contrast: 'Dark High Contrast' } as const;
export type Theme = keyof typeof themes;

const root = join(import.meta.dirname, '../..');
const screenshots = join(root, 'out/screenshots');

export interface OpenOptions {
  /** Settings of the workspace. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Samples as this workspace has them, by name. */
  readonly edits?: Readonly<Record<string, (text: string) => string>>;
}

export class Workbench {
  /** Breaches of a content security policy that the browser reported, in any frame. */
  readonly violations: string[] = [];
  /** Errors thrown in our pages. */
  readonly pageErrors: string[] = [];

  private constructor(private readonly browser: Browser, readonly page: Page, readonly workspace: string) {}

  /** Opens a window on a fresh copy of samples/ named `name`. */
  static async open(name: string, options: OpenOptions = {}): Promise<Workbench> {
    const workspace = join(inject('scratch'), 'workspaces', name);
    await rm(workspace, { recursive: true, force: true });
    await cp(join(root, 'samples'), workspace, { recursive: true });
    for (const [name, edit] of Object.entries(options.edits ?? {})) {
      const file = join(workspace, name);
      await writeFile(file, edit(await readFile(file, 'utf8')));
    }
    if (options.settings !== undefined) {
      await mkdir(join(workspace, '.vscode'), { recursive: true });
      await writeFile(join(workspace, '.vscode/settings.json'), JSON.stringify(options.settings));
    }
    const browser = await chromium.launch({
      executablePath: inject('chromium'),
      args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--enable-unsafe-swiftshader'],
    });
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const workbench = new Workbench(browser, page, workspace);
    page.on('console', message => {
      const text = message.text();
      if (/content security policy|refused to (load|execute|apply|connect|create|evaluate)/i.test(text)) workbench.violations.push(`${text} (${message.location().url})`);
    });
    page.on('pageerror', error => {
      if (error.stack?.includes('/webviews/') === true) workbench.pageErrors.push(error.message);
    });
    await page.goto(`${inject('address')}/?folder=${encodeURIComponent(workspace)}`);
    await workbench.ready();
    return workbench;
  }

  private async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.activitybar .action-item').first().waitFor({ timeout: 60_000 });
  }

  async close(): Promise<void> {
    await this.browser.close();
  }

  /** Reloads the window. With `keeping`, only when the layout that VS Code will come back to holds a tab of that name. */
  async reload({ keeping }: { readonly keeping?: string } = {}): Promise<void> {
    if (keeping !== undefined) {
      await this.page.evaluate(turnAway);
      await eventually(() => this.page.evaluate(keptLayouts), layouts => layouts.some(layout => layout.includes(keeping)), 90_000);
    }
    await this.page.reload();
    await this.ready();
  }

  /** Opens the palette through the title bar, which works wherever the focus is, and types into it. */
  async palette(text: string): Promise<Locator> {
    const input = this.page.locator('.quick-input-widget input.input').first();
    await this.page.keyboard.press('Escape');
    await this.page.locator('.part.titlebar .command-center-quick-pick').click();
    await input.waitFor({ timeout: 5000 });
    await input.fill(text);
    return this.page.locator('.quick-input-widget .monaco-list-row');
  }

  /** Runs a command by its title in the palette. A command may still be on its way when the palette opens, so this tries again. */
  async command(title: string): Promise<void> {
    await vi.waitFor(async () => {
      const rows = await this.palette(`>${title}`);
      await rows.and(this.page.locator(`[aria-label^="${title}"]`)).first().click({ timeout: 4000 });
    }, { timeout: 40_000 });
  }

  /** Opens a file of the workspace. One that has only just come there may not be listed at first, so this tries again. */
  async open(name: string): Promise<void> {
    await vi.waitFor(async () => {
      const rows = await this.palette(name);
      await rows.and(this.page.locator(`[aria-label^="${name}"]`)).first().click({ timeout: 4000 });
    }, { timeout: 40_000 });
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.page.locator('.editor-instance .view-lines').first().waitFor();
  }

  /** The text editor that shows a file. */
  editor(name: string): Locator {
    return this.page.locator(`.editor-instance .monaco-editor[data-uri$="${name}"]`);
  }

  /** Puts text in place of the first find of `what` in the active editor. */
  async replace(name: string, what: string, text: string): Promise<void> {
    await this.editor(name).locator('.view-line').first().click();
    await this.page.keyboard.press('Control+h');
    const widget = this.page.locator('.find-widget.visible');
    await widget.waitFor();
    await widget.locator('.find-part textarea').fill(what);
    await widget.locator('.replace-part textarea').fill(text);
    await widget.locator('.matchesCount', { hasText: /^(\d+|\?) of \d+/ }).waitFor({ timeout: 5000 });
    await widget.locator('.replace-part textarea').press('Enter');
    await widget.locator('.replace-part textarea').press('Escape');
  }

  /** Answers VS Code's own dialog for files and folders, and presses one of its buttons. */
  async choosePath(path: string, button: RegExp): Promise<void> {
    const input = this.page.locator('.quick-input-widget input.input').first();
    await input.waitFor({ timeout: 15_000 });
    await vi.waitFor(async () => {
      await input.fill(path);
      // The dialog writes a path of its own when it has looked around, maybe only now.
      await this.page.waitForTimeout(500);
      if (await input.inputValue() !== path) throw new Error('The dialog wrote another path.');
      await this.page.locator('.quick-input-widget .monaco-button', { hasText: button }).first().click({ timeout: 4000 });
      await input.waitFor({ state: 'hidden', timeout: 3000 });
    }, { timeout: 40_000 });
  }

  /** Shows a view container of the activity bar by its name. */
  async activity(label: string): Promise<void> {
    const item = this.page.locator(`.activitybar .action-item:has(.action-label[aria-label^="${label}"])`);
    await item.waitFor({ timeout: 30_000 });
    if (!(await item.getAttribute('class'))?.includes('checked')) await item.click();
  }

  /** Rows of the trees in the side bar. */
  get rows(): Locator {
    return this.page.locator('.part.sidebar .pane-body [role="treeitem"]');
  }

  row(text: string | RegExp): Locator {
    return this.rows.filter({ hasText: text });
  }

  /** Opens the context menu of a tree row and chooses an entry. While a tree fills, its rows move under the mouse; then this tries again. */
  async rowMenu(row: Locator, entry: string): Promise<void> {
    await vi.waitFor(async () => {
      await this.page.keyboard.press('Escape');
      await row.click({ button: 'right', timeout: 4000 });
      const label = this.page.locator('.context-view .action-label', { hasText: entry }).first();
      // A menu takes no click in its first 100 ms, and one that took a click is gone: the same menu is clicked until then.
      await vi.waitFor(async () => {
        await label.click({ timeout: 4000 });
        await label.waitFor({ state: 'hidden', timeout: 500 });
      }, { timeout: 6000 });
    }, { timeout: 40_000 });
  }

  /** Waits until the Problems panel lists one that matches, and gives its text. */
  async problem(pattern: RegExp): Promise<string> {
    await this.command('View: Focus Problems');
    const rows = this.page.locator('.markers-panel .monaco-list-row');
    const listed = (): Promise<string[]> => rows.evaluateAll(found => found.map(row => row.getAttribute('aria-label') ?? ''));
    const all = await eventually(listed, texts => texts.some(text => pattern.test(text)), 15_000);
    return all.find(text => pattern.test(text)) ?? '';
  }

  /** Notification texts on screen. */
  get toasts(): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item-message');
  }

  get statusBar(): Locator {
    return this.page.locator('.part.statusbar');
  }

  /** One of our pages, once it runs: pages are told apart by the set-up the host gave them. */
  async webview(name: PageName, timeout = 30_000): Promise<Frame> {
    const deadline = Date.now() + timeout;
    for (;;) {
      for (const frame of this.page.frames()) {
        const found = await frame.evaluate(() => document.getElementById('setup')?.textContent ?? '').catch(() => '');
        if (found.includes(`"page":"${name}"`)) return frame;
      }
      if (Date.now() > deadline) throw new Error(`The ${name} page is not open.`);
      await this.page.waitForTimeout(20);
    }
  }

  /** Switches the colour theme through its picker, and waits until it is drawn. */
  async theme(theme: Theme): Promise<void> {
    await this.command('Preferences: Color Theme');
    const rows = this.page.locator('.quick-input-widget .monaco-list-row');
    await rows.first().waitFor();
    await this.page.locator('.quick-input-widget input.input').first().fill(themes[theme]);
    await rows.and(this.page.locator(`[aria-label^="${themes[theme]}"]`)).first().click();
    const colour = { light: 'vs', dark: 'vs-dark', contrast: 'hc-black' }[theme];
    await this.page.locator(`.monaco-workbench.${colour}`).waitFor({ timeout: 15_000 });
    await this.page.waitForTimeout(800);
  }

  /** Keeps a picture under out/screenshots/<name>.png. */
  async screenshot(name: string): Promise<void> {
    await mkdir(screenshots, { recursive: true });
    await this.page.screenshot({ path: join(screenshots, `${name}.png`) });
  }
}

/** Has VS Code write down what is open, as it does when its user turns to another window; else it does so once a minute. */
function turnAway(): void {
  // It may be in one of our pages that the focus is, which to the window is a blur that has been.
  window.dispatchEvent(new Event('focus'));
  document.hasFocus = () => false;
  window.dispatchEvent(new Event('blur'));
}

/** The editors that VS Code has written down for its next start, as text. */
async function keptLayouts(): Promise<string[]> {
  const done = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The database of the window cannot be read.'));
  });
  const layouts: string[] = [];
  for (const { name } of await indexedDB.databases()) {
    if (name?.startsWith('vscode-web-state-db-') !== true) continue;
    const database = await done(indexedDB.open(name));
    const layout: unknown = await done(database.transaction('ItemTable').objectStore('ItemTable').get('memento/workbench.parts.editor'));
    database.close();
    if (typeof layout === 'string') layouts.push(layout);
  }
  return layouts;
}

/** Tries until it holds. */
export async function eventually<T>(what: () => Promise<T>, holds: (value: T) => boolean, timeout = 30_000): Promise<T> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const value = await what();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`It did not happen within ${timeout / 1000} s; last seen: ${JSON.stringify(value)}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

/**
 * Keeps a picture of the window under out/screenshots whenever a test of this file fails. With `steps`, the tests of the file
 * build on each other: after a failure the others fail at once in place of waiting for what cannot come.
 */
export function watchFailures(of: () => Workbench | undefined, { steps = false } = {}): void {
  let failed: string | undefined;
  beforeEach(({ task }) => {
    if (steps && failed !== undefined) throw new Error(`The step "${failed}" before this one failed.`);
    onTestFailed(async () => {
      failed ??= task.name;
      await of()?.screenshot(`failed ${task.name}`.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(0, 80));
    });
  });
}
