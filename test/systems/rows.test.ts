// Every row of docs/SYSTEMS.md, small: drawn digits and two epochs in place of real data and many, but every command and every picture.
// `npm run systems` runs the same rows at full size.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { encode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab } from '../../scripts/systems/lab.ts';
import { keep, page } from '../../scripts/systems/report.ts';
import { systems } from '../../scripts/systems/systems.ts';
import { RandomStream } from '../../src/core/random.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'aeconf-rows-'));
let lab: Lab;

beforeAll(async () => {
  const program = join(root, 'node_modules', '.cache', `aeconf-rows-${process.pid}`);
  await build({
    entryPoints: { aeconf: join(root, 'src/cli/main.ts'), 'batch-worker': join(root, 'src/data/batch-worker.ts') },
    outdir: program, bundle: true, platform: 'node', format: 'cjs', packages: 'external', logLevel: 'error',
  });
  lab = new Lab({ aeconf: join(program, 'aeconf.js'), samples: join(root, 'samples'), folder, dataFolders: [], quick: true, quickImages: photographs() });
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

/** Forty coloured pictures of two persons. */
function photographs(): string {
  const images = join(folder, 'photographs');
  const random = new RandomStream(1, 'sampling');
  for (let i = 0; i < 40; i++) {
    const person = join(images, `person-${i % 2}`);
    mkdirSync(person, { recursive: true });
    const data = Uint8Array.from({ length: 40 * 36 * 3 }, (_, k) => (k % 3 === i % 3 ? 200 : 40) + random.integer(40));
    writeFileSync(join(person, `${i}.png`), encode({ width: 40, height: 36, channels: 3, depth: 8, data }));
  }
  return images;
}

const rows = systems.flatMap(({ rows: own }) => own);

describe('every system', () => {
  it('has rows with names of their own, and samples that are there', () => {
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    for (const name of rows.flatMap(({ samples }) => samples)) expect(existsSync(join(root, 'samples', `${name}.aeconf`)), name).toBe(true);
  });

  it.each(rows.map(row => [row.id, row] as const))('%s', async (id, row) => {
    const outcome = await row.run(lab);
    expect(outcome.findings.length).toBeGreaterThan(0);
    for (const { what, measured } of outcome.findings) expect(measured, what).not.toMatch(/NaN|undefined/);
    expect(outcome.seconds).toBeGreaterThan(0);
    for (const { file } of outcome.pictures) expect(readFileSync(file).subarray(1, 4).toString()).toBe('PNG');
    keep(join(folder, 'outcomes'), id, outcome, 'a test');
  }, 240_000);

  it('stands on the page with its figures and pictures', () => {
    const text = page(systems, join(folder, 'outcomes'), 'systems');
    expect(text).not.toContain('Not measured yet');
    for (const { title } of rows) expect(text).toContain(`### ${title}\n`);
  });
});
