// `npm test`: everything that must hold, on a fresh clone too. Builds what users get, then types, lint, unit tests and the
// end-to-end suite in a real VS Code; the last line is "N passed, N failed" over all of them.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ScriptError, main, root, run } from './lib/process.mjs';
import { prepareTensorflow } from './lib/tensorflow.mjs';
import { ensureChromium, ensureDependencies, node24, softwareGpu } from './lib/tools.mjs';

const usage = `npm test [-- options]

  --unit   only types, lint and unit tests
  --e2e    only the end-to-end suite in VS Code
  --help   this text

AECONF_TEST_DATA names a folder with real data sets (default: ../shared/data beside the repository, where it exists);
without it the tests make small data of their own. CHROMIUM names the browser to drive.`;

const total = { passed: 0, failed: 0 };

function heading(text) {
  console.log(`\n── ${text} ${'─'.repeat(Math.max(0, 76 - text.length))}`);
}

/** A program that passes or fails as a whole. */
async function step(title, args) {
  heading(title);
  const code = await run(process.execPath, args);
  total[code === 0 ? 'passed' : 'failed'] += 1;
  return code === 0;
}

const tool = (path, ...args) => [join(root, 'node_modules', path), ...args];

/** A run of vitest; its tests are counted one by one, and a crash that lost its report as one failure. */
async function vitest(title, name, args, env = {}, node = process.execPath) {
  heading(title);
  const report = join(root, 'out', `${name}.json`);
  await rm(report, { force: true });
  const code = await run(node, tool('vitest/vitest.mjs', 'run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`), { env: { ...process.env, ...env } });
  if (!existsSync(report)) {
    total.failed += 1;
    return;
  }
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(await readFile(report, 'utf8'));
  // A file that could not be loaded has no tests to fail.
  const brokenFiles = testResults.filter(file => file.status === 'failed' && file.assertionResults.length === 0).length;
  const failed = numFailedTests + brokenFiles;
  total.passed += numPassedTests;
  total.failed += failed === 0 && code !== 0 ? 1 : failed;
}

/** Lets the tests find TensorFlow. Where it can be had its engine is not left untested. */
async function tensorflow() {
  if (process.env.AECONF_TENSORFLOW !== undefined) return {};
  const { folder, why, possible } = await prepareTensorflow();
  if (folder !== undefined) return { AECONF_TENSORFLOW: folder };
  console.log(`The TensorFlow engine is not tested: ${why}`);
  if (possible && process.env.CI) total.failed += 1;
  return {};
}

await main(async () => {
  let options;
  try {
    options = parseArgs({ options: { unit: { type: 'boolean' }, e2e: { type: 'boolean' }, help: { type: 'boolean' } } }).values;
  } catch (error) {
    throw new ScriptError(`${error.message} "npm test -- --help" lists the options.`);
  }
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const unit = options.unit || !options.e2e;
  const e2e = options.e2e || !options.unit;
  const started = Date.now();

  await ensureDependencies();
  await mkdir(join(root, 'out'), { recursive: true });
  // The pages are tested in a browser by the unit tests as well.
  process.env.CHROMIUM = await ensureChromium();
  const shared = join(root, '../shared/data');
  if (process.env.AECONF_TEST_DATA === undefined && existsSync(shared)) process.env.AECONF_TEST_DATA = shared;

  const built = await step('Build', [join(root, 'scripts/build.mjs'), '--production']);
  if (unit) {
    await step('Types', tool('typescript/bin/tsc', '--noEmit'));
    await step('Lint', tool('eslint/bin/eslint.js', '.', '--max-warnings', '0'));
    const driver = process.env.VK_ICD_FILENAMES ?? await softwareGpu();
    await vitest('Unit tests', 'unit', [], { ...(driver === undefined ? {} : { VK_ICD_FILENAMES: driver }), ...await tensorflow() });
    // Some of what VS Code's own Node can do others cannot; there these tests are skipped, here none is.
    if (Number(process.versions.node.split('.')[0]) < 24) await vitest('Unit tests in the Node of VS Code', 'unit-24', ['src/engine/onnx'], {}, await node24());
  }
  if (e2e && built) await vitest('End to end in VS Code', 'e2e', ['--config', join(root, 'test/e2e/vitest.config.mts')]);

  console.log(`\nTook ${Math.round((Date.now() - started) / 1000)} s.\n${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
});
