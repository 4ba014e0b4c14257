import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { judgedStamp, readJudged, readReportPicture } from './judged.ts';

let folder: string;
beforeEach(() => { folder = fs.mkdtempSync(path.join(os.tmpdir(), 'judged-')); });
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const write = (file: string, content: string | Uint8Array) => {
  fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  fs.writeFileSync(path.join(folder, file), content);
};

it('finds nothing in a run that was not judged, and pictures once they are there', async () => {
  expect(await readJudged(folder)).toEqual({ robustness: [], generated: [] });
  write('generated/b.png', 'x');
  write('generated/a.png', 'x');
  write('generated/.a.png.12.tmp', 'x');
  write('generated/notes.txt', 'x');
  expect((await readJudged(folder)).generated.map(picture => picture.file)).toEqual(['generated/a.png', 'generated/b.png']);
});

it('stamps what is there, so that a change shows', () => {
  const before = judgedStamp(folder);
  expect(judgedStamp(folder)).toBe(before);
  write('robustness/uniform.json', '{}');
  const tested = judgedStamp(folder);
  expect(tested).not.toBe(before);
  fs.utimesSync(path.join(folder, 'robustness/uniform.json'), 1, 1);
  expect(judgedStamp(folder)).not.toBe(tested);
});

it('reads pictures of the run and nothing else', async () => {
  write('generated/a.png', Uint8Array.of(1, 2, 3));
  write('secret.txt', 'x');
  fs.writeFileSync(`${folder}.png`, 'x');
  expect([...await readReportPicture(folder, 'generated/a.png')]).toEqual([1, 2, 3]);
  await expect(readReportPicture(folder, `../${path.basename(folder)}.png`)).rejects.toThrow('no picture of this run');
  await expect(readReportPicture(folder, 'secret.txt')).rejects.toThrow('no picture of this run');
  await expect(readReportPicture(folder, 'generated/gone.png')).rejects.toThrow(/Cannot read/);
  fs.rmSync(`${folder}.png`);
});
