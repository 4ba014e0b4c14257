// `npm run systems`: trains every system at full size and writes docs/SYSTEMS.md. Hours on a laptop; may be interrupted, and goes on
// where it was. Options: --only ID (again and again), --data DIR (a folder with mnist/, fashion-mnist/, lfw/), --again, --list, --page (writes
// the page from what was measured, and measures nothing).
import { execFileSync } from 'node:child_process';
import * as os from 'node:os';
import * as path from 'node:path';
import * as fs from 'node:fs';
import { parseArgs } from 'node:util';
import { Lab } from './lab.ts';
import { keep, kept, page } from './report.ts';
import { systems } from './systems.ts';

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, data: { type: 'string', multiple: true }, again: { type: 'boolean' }, list: { type: 'boolean' }, page: { type: 'boolean' } },
});
const root = process.cwd();
const outcomes = path.join(root, 'docs', 'systems');
const rows = systems.flatMap(system => system.rows);
const unknown = (values.only ?? []).filter(id => !rows.some(row => row.id === id));
if (unknown.length > 0 || values.list) {
  process.stdout.write(`${rows.map(({ id, title }) => `${id.padEnd(24)}${title}`).join('\n')}\n`);
  if (unknown.length > 0) throw new Error(`There is no row ${unknown.join(', ')}.`);
  process.exit(0);
}
const writePage = (): void => { fs.writeFileSync(path.join(root, 'docs', 'SYSTEMS.md'), page(systems, outcomes, 'systems')); };
if (values.page) {
  writePage();
  process.exit(0);
}

/** Of the code that trains; "changed" where that is not what was committed. */
function commitNow(): string {
  const git = (...words: string[]): string => execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim();
  return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--', 'src', 'samples') === '' ? '' : ', changed'}`;
}

const lab = new Lab({
  aeconf: path.join(root, 'dist', 'aeconf.js'), samples: path.join(root, 'samples'), folder: path.join(root, '.cache', 'systems'),
  dataFolders: (values.data ?? []).map(folder => path.resolve(folder)), quick: false, commit: commitNow(),
  onLine: line => { process.stdout.write(`  ${line}\n`); },
});
const threads = os.availableParallelism();
const machine = `${os.cpus()[0]?.model.trim() ?? os.arch()}, ${threads} ${threads === 1 ? 'thread' : 'threads'}, Node ${process.versions.node}`;

let failed = 0;
for (const row of rows) {
  if (values.only !== undefined ? !values.only.includes(row.id) : kept(outcomes, row.id) !== undefined && !values.again) continue;
  process.stdout.write(`${row.id}: ${row.title}\n`);
  try {
    lab.commits();
    const outcome = await row.run(lab);
    keep(outcomes, row.id, outcome, { machine, commits: lab.commits() });
    for (const { what, reported, measured, holds } of outcome.findings) process.stdout.write(`  ${holds === false ? '✗' : ' '} ${what}: ${measured} (${reported})\n`);
  } catch (error) {
    // One row that fails must not cost the others their hours.
    failed++;
    process.stderr.write(`${row.id} failed: ${error instanceof Error ? error.message : String(error)}\n`);
  }
  writePage();
}
process.exitCode = failed > 0 ? 1 : 0;
