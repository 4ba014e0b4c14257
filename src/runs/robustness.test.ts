import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readRobustness, robustnessFile, spreadOf, writeRobustness, type RobustnessReport } from './robustness.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'aeconf-robustness-'));
afterAll(() => { fs.rmSync(folder, { recursive: true, force: true }); });

it('says how numbers spread', () => {
  expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ mean: 3, stddev: Math.sqrt(2), lowerQuartile: 2, median: 3, upperQuartile: 4 });
  expect(spreadOf([7])).toEqual({ mean: 7, stddev: 0, lowerQuartile: 7, median: 7, upperQuartile: 7 });
});

it('keeps reports by name, and leaves out what is none', async () => {
  expect(await readRobustness(folder)).toEqual([]);
  const scores = { mse: spreadOf([1]), psnr: spreadOf([2]) };
  const report: RobustnessReport = {
    format: 1, name: 'uniform', created: 1, corruption: { type: 'uniform', amount: 0.1, clip: true }, seed: 3, split: 'validation', samples: 4,
    runs: [{ id: 'a', name: 'a', checkpoint: 'last', epoch: 2, denoising: true }], clean: [scores],
    strengths: [{ strength: 0.1, corrupted: scores, runs: [scores], picture: 'robustness/uniform-0.1.png' }], picture: 'robustness/uniform.png',
  };
  for (const name of ['uniform', 'masking']) await writeRobustness(folder, { ...report, name });
  fs.writeFileSync(path.join(folder, robustnessFile('torn')), '{"format":1,');
  fs.writeFileSync(path.join(folder, robustnessFile('other')), '{"format":2}');
  expect(await readRobustness(folder)).toEqual([{ ...report, name: 'masking' }, report]);
});
