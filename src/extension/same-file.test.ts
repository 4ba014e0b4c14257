import { expect, it } from 'vitest';
import { sameFile } from './same-file.ts';

it('knows a file by any of its spellings', () => {
  expect(sameFile('c:\\Models\\a.aeconf', 'C:/models/./A.aeconf', 'win32')).toBe(true);
  expect(sameFile('c:\\work\\a.aeconf', 'd:\\work\\a.aeconf', 'win32')).toBe(false);
  expect(sameFile('/w/x/../a.aeconf', '/w/a.aeconf', 'linux')).toBe(true);
  expect(sameFile('/w/A.aeconf', '/w/a.aeconf', 'linux')).toBe(false);
  expect(sameFile(undefined, undefined)).toBe(false);
});
