import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EVALUATION_FILE, readEvaluation, writeEvaluation, type EvaluationReport } from './evaluation.ts';

let folder: string;
beforeEach(() => { folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evaluation-')); });
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const report: Omit<EvaluationReport, 'format' | 'created'> = {
  checkpoint: 'best', epoch: 3, step: 30, split: 'validation', lossName: 'mse', samples: 10, loss: 0.02, metrics: { mse: 0.02, psnr: 17 }, median: 0.018, worst: 0.09,
  classes: [{ name: 'a', samples: 10, loss: 0.02, metrics: { mse: 0.02 } }],
};

it('reads back what was written', async () => {
  await writeEvaluation(folder, report);
  expect(await readEvaluation(folder)).toMatchObject({ format: 1, ...report });
});

it('tells nothing where there is no report, or none that can be used', async () => {
  expect(await readEvaluation(folder)).toBeUndefined();
  for (const text of ['', '{"format":2}', 'null', '{"format":1,"samples":3']) {
    fs.writeFileSync(path.join(folder, EVALUATION_FILE), text);
    expect(await readEvaluation(folder)).toBeUndefined();
  }
});
