import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { copyOfConfig } from './config-copy.ts';

const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'config-copy-')));
afterAll(() => { fs.rmSync(base, { recursive: true, force: true }); });

const text = '// A comment stays.\n{\n  "name": "old", // its name\n  "data": { "type": "npy", "images": "x.npy", "labels": "y.npy" },\n}\n';

it('gives a copy its own name and leaves the rest as it was written', () => {
  expect(copyOfConfig(text, path.join(base, 'a.aeconf'), base, 'a-2')).toBe(text.replace('"old"', '"a-2"'));
  const nameless = '{ "data": "mnist" } // more';
  expect(copyOfConfig(nameless, path.join(base, 'a.aeconf'), base, 'a-2')).toBe(nameless);
});

it.skipIf(process.platform === 'win32')('leads to the files beside the config that a link stands for', () => {
  for (const folder of ['real', 'links']) fs.mkdirSync(path.join(base, folder));
  fs.writeFileSync(path.join(base, 'real', 'a.aeconf'), text);
  fs.writeFileSync(path.join(base, 'real', 'x.npy'), '');
  const link = path.join(base, 'links', 'a.aeconf');
  fs.symlinkSync(path.join(base, 'real', 'a.aeconf'), link);
  const copy = () => copyOfConfig(text, link, path.join(base, 'links'), 'b');
  // What is nowhere may be in a data folder, by the path it has.
  expect(copy()).toContain('"images": "../real/x.npy", "labels": "y.npy"');
  fs.writeFileSync(path.join(base, 'links', 'x.npy'), '');
  expect(copy()).toContain('"images": "x.npy"');
});
