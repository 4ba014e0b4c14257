import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { configFolders } from './config-folders.ts';

const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'config-folders-')));
afterAll(() => { fs.rmSync(base, { recursive: true, force: true }); });

it('begins beside the file, also where it is gone', () => {
  expect(configFolders(path.join(base, 'a.aeconf'))).toEqual([base]);
  fs.writeFileSync(path.join(base, 'a.aeconf'), '');
  expect(configFolders(path.relative(process.cwd(), path.join(base, 'a.aeconf')))).toEqual([base]);
});

it.skipIf(process.platform === 'win32')('goes on beside the file that a link leads to, however many links that takes', () => {
  const [one, two] = ['one', 'two'].map(name => path.join(base, name)) as [string, string];
  for (const folder of [one, two]) fs.mkdirSync(folder);
  fs.symlinkSync(path.join(base, 'a.aeconf'), path.join(one, 'a.aeconf'));
  fs.symlinkSync(path.join(one, 'a.aeconf'), path.join(two, 'a.aeconf'));
  expect(configFolders(path.join(two, 'a.aeconf'))).toEqual([two, base]);
  fs.symlinkSync(path.join(one, 'a.aeconf'), path.join(one, 'b.aeconf'));
  fs.rmSync(path.join(base, 'a.aeconf'));
  expect(configFolders(path.join(one, 'b.aeconf'))).toEqual([one]);
});
