// Every row of docs/SYSTEMS.md, small: drawn digits and two epochs in place of real data and many, but every command and every picture.
// What a row states must hold here, too, unless it is a figure of the full training; so each states something that a feature which does
// nothing would not keep.
// `npm run systems` runs the same rows at full size.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { decode, encode } from 'fast-png';
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
  lab = new Lab({ aeconf: join(program, 'aeconf.js'), samples: join(root, 'samples'), folder, dataFolders: [], quick: true, commit: 'abc1234', quickImages: photographs() });
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

/** Columns of each half of a picture that hold something coloured: points of classes, not lettering. */
function colouredColumns(file: string): [left: number, right: number] {
  const { data, channels, width, height } = decode(readFileSync(file));
  const isColoured = (x: number): boolean => Array.from({ length: height }, (_, y) => (y * width + x) * channels)
    .some(at => Math.max(data[at]!, data[at + 1]!, data[at + 2]!) - Math.min(data[at]!, data[at + 1]!, data[at + 2]!) > 60);
  const columns = Array.from({ length: width }, (_, x) => isColoured(x));
  return [columns.slice(0, width / 2), columns.slice(width / 2)].map(half => half.filter(Boolean).length) as [number, number];
}

/** How many colours a picture has: a blank one has one, empty frames with their lettering have the few of black on white. */
function shadesIn(file: string): number {
  const { data, channels } = decode(readFileSync(file));
  const colours = new Set<number>();
  for (let at = 0; at < data.length; at += channels) colours.add((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!);
  return colours.size;
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
    const stated = outcome.findings.filter(({ holds, atFullSize }) => holds !== undefined && atFullSize !== true);
    expect(stated.length).toBeGreaterThan(0);
    expect(stated.filter(({ holds }) => holds === false)).toEqual([]);
    expect(outcome.seconds).toBeGreaterThan(0);
    for (const { file, caption } of outcome.pictures) expect(shadesIn(file), caption).toBeGreaterThan(4);
    if (id === 'latent-view') expect(Math.min(...colouredColumns(outcome.pictures[0]!.file))).toBeGreaterThan(100);
    const commits = lab.commits();
    expect(commits).toEqual(['abc1234']);
    keep(join(folder, 'outcomes'), id, outcome, { machine: 'a test', commits });
  }, 240_000);

  it('stands on the page with its figures and pictures', () => {
    const text = page(systems, join(folder, 'outcomes'), 'systems');
    expect(text).not.toContain('Not measured yet');
    expect(text.match(/, commit abc1234\.$/gm)).toHaveLength(rows.length);
    for (const { title } of rows) expect(text).toContain(`### ${title}\n`);
  });
});
