// The suite that runs inside the extension host (host/), started in VS Code in the browser the way a desktop VS Code starts
// it with --extensionTestsPath. Each mocha test shows as a test of its own.
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { inject, test } from 'vitest';
import { bundleHostSuite } from './host/bundle.ts';
import type { HostReport } from './host/report.ts';

const root = join(import.meta.dirname, '../..');

async function runInBrowser(): Promise<HostReport> {
  const workspace = join(inject('scratch'), 'workspaces/host');
  const reportFile = join(inject('scratch'), 'host-report.json');
  await cp(join(root, 'samples'), workspace, { recursive: true });
  const suite = await bundleHostSuite();
  const remote = (path: string): string => `vscode-remote://${new URL(inject('hostAddress')).host}${path}`;
  const payload = [
    ['extensionDevelopmentPath', remote(root)],
    ['extensionTestsPath', remote(suite)],
    ['extensionEnvironment', JSON.stringify({ AECONF_HOST_REPORT: reportFile })],
    ['skipWelcome', 'true'],
  ];
  const browser = await chromium.launch({ executablePath: inject('chromium'), args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'] });
  try {
    const page = await browser.newPage();
    const lines: string[] = [];
    await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => { lines.push(args.map(String).join(' ')); });
    const ended = new Promise<void>(resolve => { void page.exposeFunction('codeAutomationExit', () => resolve()); });
    const timeout = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`The host suite did not end within 4 minutes. It said:\n${lines.slice(-30).join('\n')}`)), 240_000).unref();
    });
    await page.goto(`${inject('hostAddress')}/?folder=${encodeURIComponent(workspace)}&payload=${encodeURIComponent(JSON.stringify(payload))}`);
    await Promise.race([ended, timeout]);
    return JSON.parse(await readFile(reportFile, 'utf8').catch(() => {
      throw new Error(`The host suite ended without a report. It said:\n${lines.slice(-30).join('\n')}`);
    })) as HostReport;
  } finally {
    await browser.close();
  }
}

const report = await runInBrowser();
for (const { title, error } of report.tests) {
  test(title, () => {
    if (error !== undefined) throw new Error(error);
  });
}
