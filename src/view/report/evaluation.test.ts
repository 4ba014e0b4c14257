import { expect, it } from 'vitest';
import type { EvaluationReport } from '../../protocol/messages.ts';
import { evaluationTable, wholeParts } from './evaluation.ts';

it('puts metrics side by side, with gaps where a part has none', () => {
  const { columns, rows } = evaluationTable('Metrics', [
    { name: 'a', part: { samples: 10, loss: 0.1, metrics: { mse: 0.01, psnr: 20 } } },
    { name: 'b', part: { samples: 5, loss: 0.2, metrics: { mse: 0.02, ssim: 0.9 } } },
  ]);
  expect(columns).toEqual(['loss', 'mse', 'psnr', 'ssim']);
  expect(rows.map(row => row.values)).toEqual([[0.1, 0.01, 20, undefined], [0.2, 0.02, undefined, 0.9]]);
});

it('puts training samples below the validation samples that were judged, with the name of the run where there are several', () => {
  const train = { samples: 8, loss: 0.08, metrics: { mse: 0.008 } };
  const evaluation: EvaluationReport = { format: 1, created: 1, checkpoint: 'last', epoch: 2, step: 10, split: 'validation', lossName: 'mse', samples: 10, loss: 0.1, metrics: { mse: 0.01 }, median: 0.1, worst: 0.2, classes: [], train };
  const { train: _, ...old } = evaluation;
  expect(wholeParts([{ name: 'a', evaluation }], false)).toEqual([{ name: 'validation', part: evaluation }, { name: 'train', part: train }]);
  expect(wholeParts([{ name: 'a', evaluation }, { name: 'b', evaluation: { ...old, split: 'train' } }], true).map(part => part.name)).toEqual(['a, validation', 'a, train', 'b, train']);
});
