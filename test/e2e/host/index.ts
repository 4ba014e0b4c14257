// The mocha suite that runs inside an extension host: VS Code calls `run`. Desktop VS Code (desktop.ts) and VS Code in the
// browser (../host.test.ts) run this same bundle. Results go as JSON to the file named by AECONF_HOST_REPORT.
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import type { HostReport } from './report.ts';

export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'tdd', timeout: 60_000 });
  // Defines suite() and test(); the files that use them are evaluated by the imports below.
  mocha.suite.emit('pre-require', globalThis, 'host', mocha);
  await import('./activation.ts');
  await import('./language.ts');
  await import('./training.ts');

  const report: HostReport = { tests: [] };
  await new Promise<void>(resolve => {
    const record = (test: Mocha.Test, error?: Error): void => {
      report.tests.push({ title: test.fullTitle(), ...(error === undefined ? {} : { error: error.stack ?? error.message }) });
    };
    mocha.run(() => resolve())
      .on('pass', test => record(test))
      .on('fail', (test, error: Error) => record(test, error));
  });
  const file = process.env['AECONF_HOST_REPORT'];
  if (file !== undefined) writeFileSync(file, JSON.stringify(report));
  const failed = report.tests.filter(test => test.error !== undefined);
  for (const { title, error } of report.tests) console.log(`${error === undefined ? '✓' : '✗'} ${title}${error === undefined ? '' : `\n  ${error}`}`);
  if (failed.length > 0) throw new Error(`${failed.length} of ${report.tests.length} host tests failed.`);
}
