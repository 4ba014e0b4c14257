// Opens a page's real bundle in headless Chromium with the content security policy it has in VS Code, a fake host in front of it.
// Chromium is a requirement of the test run: CHROMIUM, or the usual places.
import { build } from 'esbuild';
import { createServer, type Server } from 'node:http';
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { pageHtml } from '../../src/extension/panels/html.ts';
import type { PageName } from '../../src/protocol/messages.ts';
import type { ThemeName } from './themes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const nonce = 'dGVzdCBub25jZQ';
const types: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf', '.wasm': 'application/wasm' };

export interface HarnessOptions {
  readonly page: PageName;
  /** The test's host file, relative to test/webviews; it calls installHost. */
  readonly host: string;
  /** More to put beside the page, by file name: entry points to bundle, or bytes to serve. */
  readonly entries?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, Uint8Array>>;
  readonly browserArguments?: readonly string[];
}

export interface OpenOptions {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  /** Passed on in the page's address, for the host file to read. */
  readonly scene?: string;
  readonly reducedMotion?: boolean;
  /** Put before the page as `window.testData`, as JSON: what a host file cannot make in a browser. */
  readonly data?: unknown;
}

export class Harness {
  private constructor(private readonly folder: string, private readonly server: Server, private readonly browser: Browser) {}

  static async start(options: HarnessOptions): Promise<Harness> {
    const folder = await mkdtemp(join(tmpdir(), 'aeconf-page-'));
    await build({
      absWorkingDir: root, bundle: true, outdir: folder, platform: 'browser', format: 'iife', target: 'chrome130', logLevel: 'error', sourcemap: 'inline',
      loader: { '.ttf': 'file' }, assetNames: '[name]', define: { 'import.meta.url': '""' },
      entryPoints: {
        [options.page]: `src/webviews/${options.page}/main.ts`,
        host: `test/webviews/${options.host}`,
        ...options.entries,
      },
    });
    const server = createServer((request, response) => {
      const name = new URL(request.url ?? '/', 'http://host').pathname.slice(1);
      const extra = options.files?.[name];
      const content = name === 'page.html' ? Promise.resolve(testPage(options.page)) : extra ? Promise.resolve(extra) : readFile(join(folder, name));
      content.then(
        body => response.writeHead(200, { 'content-type': types[extname(name)] ?? 'application/octet-stream' }).end(body),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({
      executablePath: await findChromium(),
      args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', ...(options.browserArguments ?? ['--disable-gpu'])],
    });
    return new Harness(folder, server, browser);
  }

  /** A page of its own, with view state of its own. */
  async open(options: OpenOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({
      viewport: { width: options.width ?? 1000, height: options.height ?? 640 },
      reducedMotion: options.reducedMotion ? 'reduce' : 'no-preference',
    });
    const page = await context.newPage();
    if (options.data !== undefined) await page.addInitScript(data => { Object.assign(window, { testData: data }); }, options.data);
    const query = new URLSearchParams({ theme: options.theme ?? 'dark', scene: options.scene ?? '' });
    await page.goto(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}/page.html?${query}`);
    return page;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await new Promise(resolve => this.server.close(resolve));
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** What went wrong in the page so far: policy violations, uncaught errors, failures it reported itself. */
export async function problems(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => [
    ...window.testHost.violations, ...window.testHost.errors,
    ...window.testHost.messages.filter(m => m.type === 'failed').map(m => `${m.message}\n${m.detail ?? ''}`),
  ]);
}

/** Keeps a picture of the page under out/screenshots, for people to look at. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await keep(await page.screenshot(), name);
}

/** Keeps a PNG beside the screenshots. */
export async function keep(png: Uint8Array, name: string): Promise<void> {
  const path = join(root, 'out/screenshots', `${name}.png`);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, png);
}

/** The very document the extension writes, with its policy; the fake host comes before the page's own script. */
function testPage(page: PageName): string {
  const assets = { worker: '/decode-worker.js', ortWasm: '/ort-wasm-simd-threaded.wasm' };
  const html = pageHtml(page, page, nonce, { cspSource: "'self'", script: `/${page}.js`, style: `/${page}.css`, assets });
  return html.replace(/<body[^>]*>/, body => `${body}<script nonce="${nonce}" src="/host.js"></script>`).replace('<title>', '<link rel="icon" href="data:,"><title>');
}

async function findChromium(): Promise<string> {
  const places = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];
  for (const place of places) {
    if (!place) continue;
    const found = await access(place).then(() => true, () => false);
    if (found) return place;
  }
  throw new Error('The page tests need Chromium: install it (Debian: apt-get install chromium) or name it in the environment variable CHROMIUM.');
}
