// The host suite in desktop VS Code, for machines that can download one (or name one in VSCODE): `npm run test:desktop`.
// The extension is loaded from the repository, built before.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { bundleHostSuite } from './bundle.ts';
import type { HostReport } from './report.ts';

const root = process.cwd();
const scratch = mkdtempSync(join(tmpdir(), 'aeconf-desktop-'));
const workspace = join(scratch, 'samples');
const report = join(scratch, 'report.json');
cpSync(join(root, 'samples'), workspace, { recursive: true });

// A failing suite and a VS Code that never starts both end here; the report tells them apart.
const outcome = await runTests({
  extensionDevelopmentPath: root,
  extensionTestsPath: await bundleHostSuite(),
  extensionTestsEnv: { AECONF_HOST_REPORT: report },
  launchArgs: [workspace, '--disable-workspace-trust', '--user-data-dir', join(scratch, 'user-data')],
  ...(process.env['VSCODE'] === undefined ? {} : { vscodeExecutablePath: process.env['VSCODE'] }),
}).then(() => undefined, (error: unknown) => error);

if (existsSync(report)) {
  const { tests } = JSON.parse(readFileSync(report, 'utf8')) as HostReport;
  const failed = tests.filter(test => test.error !== undefined).length;
  console.log(`${tests.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} else {
  console.error('VS Code ended without running the suite:', outcome);
  process.exitCode = 1;
}
rmSync(scratch, { recursive: true, force: true });
