// `aeconf preview` on files as users have them.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodePng } from '../../data/png.ts';
import { bytesOf, npyFile, pgm, TemporaryFolder, zipFile } from '../../data/testing.ts';
import { previewFiles, readPreview, type DataPreview } from '../../runs/data-preview.ts';
import { readTensors } from '../../runs/reader.ts';
import { exitCodes } from '../exit-codes.ts';
import { run } from '../program.ts';
import { Recorder } from '../testing.ts';
import { sparkline, type PreviewColumn } from './preview-text.ts';

let folder: TemporaryFolder;
beforeEach(() => { folder = new TemporaryFolder(); });
afterEach(() => {
  vi.unstubAllEnvs();
  folder.remove();
});

async function aeconf(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const terminal = new Recorder();
  const code = await run(words, terminal);
  return { code, out: terminal.stdout, err: terminal.stderr };
}

type Answer = DataPreview & { readonly columns?: readonly PreviewColumn[]; readonly folder?: string };

async function json(...words: string[]): Promise<Answer> {
  const { code, out } = await aeconf('preview', ...words, '--json');
  expect(code, out).toBe(0);
  return JSON.parse(out) as Answer;
}

/** A config for that data. */
function config(data: object, more: object = {}): string {
  const shape = { encoder: [{ type: 'flatten' }, { type: 'dense', units: 4 }], latent: { type: 'plain', units: 2 } };
  return folder.write('a.aeconf', JSON.stringify({ data, ...shape, ...more }));
}

describe('a table with a header and units', () => {
  const table = (): string => {
    folder.write('t.csv', `speed (m/s);height (m);site\n${Array.from({ length: 20 }, (_, i) => `${i % 4};${1000 + 100 * (i % 4)};${i % 4 < 2 ? 'a' : 'b'}`).join('\n')}\n`);
    return config({ type: 'csv', path: 't.csv', separator: ';', labelColumn: 'site', validation: 0, normalize: 'standard' });
  };

  it('tells columns in the units of the file, values as the model sees them', async () => {
    const { columns, train, normalization, shape, classNames } = await json(table());
    expect(shape).toEqual([2]);
    expect(classNames).toEqual(['a', 'b']);
    expect(train).toMatchObject({ count: 20, classes: [10, 10] });
    expect(columns!.map(({ name }) => name)).toEqual(['speed (m/s)', 'height (m)']);
    expect(columns![1]).toMatchObject({ min: expect.closeTo(1000, 3) as number, max: expect.closeTo(1300, 3) as number, mean: expect.closeTo(1150, 3) as number, stddev: expect.closeTo(100 * Math.sqrt(1.25), 3) as number });
    expect(columns![0]!.histogram.filter(count => count > 0)).toEqual([5, 5, 5, 5]);
    // (0 − 1.5) / √1.25 and its opposite.
    expect(train.max).toBeCloseTo(1.5 / Math.sqrt(1.25), 5);
    expect(normalization!.center[1]).toBeCloseTo(1150, 3);
  });

  it('prints a table, and writes pictures where they do not get in the way', async () => {
    vi.stubEnv('AECONF_RUNS', '');
    fs.mkdirSync(path.join(folder.path, '.autoencoder'));
    const { code, out } = await aeconf('preview', table());
    expect(code).toBe(0);
    expect(out).toMatch(/^t\.csv\n +Samples of +2\n +From +\S+t\.csv\n/);
    expect(out).toMatch(/^ +training\nsamples +20\n/m);
    expect(out).toMatch(/^height \(m\) +1000 +1300 +1150 +111\.8 /m);
    expect(out).toMatch(/^a +10\nb +10$/m);
    expect(out).toMatch(/^Note: t\.csv: the first line was taken as the names/m);
    const picture = path.join(folder.path, '.autoencoder/previews/a', previewFiles.picture);
    expect(out).toContain(`Picture  ${picture}`);
    expect(decodePng(fs.readFileSync(picture)).width).toBeGreaterThan(100);
    expect(fs.readFileSync(path.join(folder.path, '.autoencoder/.gitignore'), 'utf8')).toBe('*\n');
    expect(out).not.toContain('mean.png');
  });

  it('says in which line and column a cell is wrong', async () => {
    const file = table();
    fs.appendFileSync(path.join(folder.path, 't.csv'), '1;high;a\n');
    const { code, err } = await aeconf('preview', file);
    expect(code).toBe(exitCodes.data.code);
    expect(err).toMatch(/t\.csv:22: column 2: .*high/);
  });

  it('with --json and no --out writes nothing', async () => {
    const answer = await json(table());
    expect(answer.folder).toBeUndefined();
    expect(fs.readdirSync(folder.path).sort()).toEqual(['a.aeconf', 't.csv']);
  });
});

describe('other files', () => {
  it('npz: members, labels, the test part', async () => {
    const images = (count: number): Uint8Array => npyFile('|u1', [count, 4, 4], Uint8Array.from({ length: count * 16 }, (_, i) => (i % 16 === 0 ? 255 : 0)));
    const labels = (count: number): Uint8Array => npyFile('<i4', [count], bytesOf(Int32Array.from({ length: count }, (_, i) => i % 3)));
    folder.write('m.npz', zipFile({ 'x_train.npy': images(12), 'y_train.npy': labels(12), 'x_test.npy': images(5), 'y_test.npy': labels(5) }, { level: 0 }));
    const answer = await json(config({ type: 'npz', path: 'm.npz' }));
    expect(answer).toMatchObject({ shape: [4, 4, 1], constant: 16, train: { count: 12, classes: [4, 4, 4], mean: 1 / 16 }, validation: { count: 5, classes: [2, 2, 1] }, duplicates: { train: 11, shared: 5 } });
    expect(answer.columns).toBeUndefined();
  });

  it('a folder of images: classes by sub-folder, the mean picture, what was asked for in a folder', async () => {
    for (const [name, grey] of [['dark', 0], ['light', 255]] as const) for (let i = 0; i < 5; i++) folder.write(`faces/${name}/${i}.pgm`, pgm(6, 6, (x, y) => (x + y === i ? 128 : grey)));
    const out = path.join(folder.path, 'out');
    const answer = await json(config({ type: 'images', path: 'faces', validation: 0 }, { corruption: [{ type: 'occlusion', size: 3, value: 1 }] }), '--out', out, '--class', 'light');
    expect(answer).toMatchObject({ classNames: ['dark', 'light'], train: { classes: [5, 5], min: 0, max: 1 }, corruption: ['occlusion (size 3×3, value 1)'], folder: out, samples: { className: 'light', count: 5 } });
    const { folder: _, ...report } = answer;
    expect(await readPreview(out)).toEqual(report);
    const { tensors } = await readTensors(path.join(out, previewFiles.samples));
    expect(tensors['original']!.data[35]).toBe(1);
    expect(tensors['corrupted']!.shape).toEqual([5, 36]);
    const mean = decodePng(fs.readFileSync(path.join(out, previewFiles.mean)));
    expect(mean.height).toBeGreaterThan(50);
  });

  it('glyphs, by name and without a file, in the validation part', async () => {
    const answer = await json('--dataset', 'glyphs', '--split', 'validation', '--samples', '7', '--draw', '2');
    expect(answer).toMatchObject({ name: 'glyphs', train: { count: 4000 }, validation: { count: 1000 }, samples: { split: 'validation', draw: 2, count: 7 }, constant: 125, findings: [] });
    expect(answer.config).toBeUndefined();
  });

  it('is told what to change for once', async () => {
    expect(await json('--dataset', 'glyphs', '--set', 'data.train=50', '--set', 'corruption=[{"type":"masking","amount":0.3}]')).toMatchObject({ train: { count: 50 }, corruption: ['masking (amount 0.3)'] });
  });
});

describe('what cannot be shown', () => {
  it('a set that would have to be downloaded, where nobody agreed', async () => {
    vi.stubEnv('XDG_CACHE_HOME', folder.path);
    const { code, out } = await aeconf('preview', '--dataset', 'mnist', '--no-download', '--json');
    expect(code).toBe(exitCodes.data.code);
    expect(JSON.parse(out)).toMatchObject({ event: 'error', reason: 'download', message: expect.stringContaining('11.6 MB to download') as string, details: { dataset: 'mnist', title: 'MNIST', bytes: 11_594_722 } });
    expect(fs.readdirSync(folder.path)).toEqual([]);
  });

  it('nothing, both, a name that is none, a class that is none', async () => {
    const message = async (...words: string[]): Promise<string> => {
      const { code, err } = await aeconf('preview', ...words);
      expect(code).toBe(exitCodes.usage.code);
      return err;
    };
    expect(await message()).toContain('Say what to look at');
    expect(await message(config('glyphs' as unknown as object), '--dataset', 'glyphs')).toContain('Say what to look at');
    expect(await message('--dataset', 'mnits')).toContain('Did you mean mnist?');
    expect(await message('--dataset', 'glyphs', '--class', 'seven')).toContain('glyphs has no class "seven"');
    expect(await message('--dataset', 'glyphs', '--draw', '-1')).toContain('--draw takes a whole number of at least 0');
  });

  it('a file with errors, with their places', async () => {
    const file = folder.write('wrong.aeconf', '{\n  "data": { "type": "csv" },\n  "encoder": [],\n  "latent": { "type": "plain", "units": 2 }\n}\n');
    const { code, err } = await aeconf('preview', file);
    expect(code).toBe(exitCodes.spec.code);
    expect(err).toMatch(/wrong\.aeconf:2:\d+: error: .*path/);
  });
});

it('draws counts as bars', () => {
  expect(sparkline([0, 1, 4, 8])).toBe(' ▂▅█');
  expect(sparkline([])).toBe('');
  expect(sparkline([1000, 10, 0], true)).toBe('█▃ ');
});
