import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeFolder } from './make-folder.ts';

const base = fs.mkdtempSync(path.join(os.tmpdir(), 'make-folder-'));
afterAll(() => { fs.rmSync(base, { recursive: true, force: true }); });

it('makes what is missing, and leaves what is there', () => {
  const folder = path.join(base, 'a', 'b', 'c');
  makeFolder(folder);
  fs.writeFileSync(path.join(folder, 'kept'), '');
  makeFolder(folder);
  makeFolder(path.parse(base).root);
  expect(fs.readdirSync(folder)).toEqual(['kept']);
});

it('refuses files in the way as the system does', () => {
  const file = path.join(base, 'file');
  fs.writeFileSync(file, '');
  expect(() => { makeFolder(file); }).toThrow(/EEXIST/);
  expect(() => { makeFolder(path.join(file, 'below')); }).toThrow(/ENOTDIR/);
});

it.runIf(fs.existsSync('/proc/self'))('ends where the system has no room for folders', () => {
  expect(() => { makeFolder('/proc/nowhere/at/all'); }).toThrow(/lets no folder be made in \/proc\. Choose another place|EACCES|EPERM/);
});
