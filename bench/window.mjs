// VS Code in the browser on a folder that trains as soon as it is opened, for measuring what its views cost.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../scripts/lib/process.mjs';
import { linkExtension, startServer } from '../scripts/lib/server.mjs';
import { ensureChromium } from '../scripts/lib/tools.mjs';

export const allViews = ['loss', 'reconstructions', 'latent'];

/**
 * Serves the folder; the window is opened by `open`, which resolves to its page, and shut by `close`.
 * @param {string} folder with the config in it
 * @param {{ config: string, views: readonly string[], device: string, data?: string }} what `config` is the path of the file in the folder
 */
export async function serveWindow(folder, { config, views, device, data }) {
  await mkdir(join(folder, '.vscode'), { recursive: true });
  await mkdir(join(folder, '.autoencoder'), { recursive: true });
  await writeFile(join(folder, '.vscode/settings.json'), JSON.stringify({
    'autoencoder.trainOnOpen': config,
    'autoencoder.openViews': views,
    'autoencoder.device': device,
    'autoencoder.dataFolders': data === undefined ? [] : [data],
  }));
  const { chromium } = await import('playwright-core');
  const executablePath = await ensureChromium();
  const serverFolder = join(cacheFolder, 'bench');
  const extensions = join(serverFolder, 'extensions');
  await linkExtension(extensions);
  const server = await startServer({ folder: serverFolder, extensions });
  // A window that is opened again has its views where they were: the browser keeps their places in its profile.
  const profile = await mkdtemp(join(tmpdir(), 'aeconf-profile-'));
  let browser;
  const close = async () => {
    await browser?.close();
    browser = undefined;
  };
  return {
    async open() {
      browser = await chromium.launchPersistentContext(profile, {
        executablePath, viewport: { width: 1600, height: 1000 },
        args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--enable-unsafe-swiftshader'],
      });
      const page = browser.pages()[0] ?? await browser.newPage();
      await page.goto(`${server.address}/?folder=${encodeURIComponent(folder)}`);
      return page;
    },
    close,
    async stop() {
      await close();
      await server.stop();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Throws unless every one of these views is drawn in the page: one that is hidden is not there. */
export async function requireViews(page, views) {
  const setups = await Promise.all(page.frames().map(frame => frame.evaluate(() => document.getElementById('setup')?.textContent ?? '').catch(() => '')));
  const open = setups.filter(setup => setup.includes('"page"')).length;
  if (open !== views.length) throw new Error(`${open} of ${views.length} views can be seen, so this would not measure them.`);
}
