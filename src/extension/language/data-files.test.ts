import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { missingFiles, namedFiles } from './data-files.ts';

const found = (text: string) => namedFiles(text).map(file => `${file.path}: ${text.slice(file.offset, file.offset + file.length)}`);

it('finds the paths of a config where they stand, and what is no path never', () => {
  expect(found('{ "data": { "type": "csv", "path": "a.csv", "separator": ";" } }')).toEqual(['a.csv: "a.csv"']);
  expect(found('{ "data": { "type": "npy", "images": "x.npy", "testLabels": "t.npy" } }')).toEqual(['x.npy: "x.npy"', 't.npy: "t.npy"']);
  // Names of members, not files.
  expect(found('{ "data": { "type": "npz", "path": "m.npz", "images": "x_train" } }')).toEqual(['m.npz: "m.npz"']);
  expect(['{ "data": "mnist" }', '{ "data": { "type": "csv", "path": "" } }', '{ "data": { "path": "a" } }', '{', ''].flatMap(found)).toEqual([]);
});

it('misses what is in none of the folders', async () => {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'data-files-'));
  try {
    const [beside, data] = ['beside', 'data'].map(name => path.join(base, name)) as [string, string];
    for (const folder of [beside, data]) fs.mkdirSync(folder);
    fs.writeFileSync(path.join(data, 'there.csv'), '');
    const file = (name: string) => ({ offset: 0, length: 1, path: name });
    const files = [file('there.csv'), file('gone.csv'), file(data), file('there.csv/inside')];
    expect((await missingFiles(files, [beside, data])).map(each => each.path)).toEqual(['gone.csv', 'there.csv/inside']);
    expect((await missingFiles(files, [beside])).map(each => each.path)).toEqual(['there.csv', 'gone.csv', 'there.csv/inside']);
  } finally {
    fs.rmSync(base, { recursive: true, force: true });
  }
});
