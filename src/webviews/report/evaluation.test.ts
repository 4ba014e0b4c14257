import { expect, it } from 'vitest';
import { evaluationTable } from './evaluation.ts';

it('puts metrics side by side, with gaps where a part has none', () => {
  const { columns, rows } = evaluationTable('Metrics', [
    { name: 'a', part: { samples: 10, loss: 0.1, metrics: { mse: 0.01, psnr: 20 } } },
    { name: 'b', part: { samples: 5, loss: 0.2, metrics: { mse: 0.02, ssim: 0.9 } } },
  ]);
  expect(columns).toEqual(['loss', 'mse', 'psnr', 'ssim']);
  expect(rows.map(row => row.values)).toEqual([[0.1, 0.01, 20, undefined], [0.2, 0.02, undefined, 0.9]]);
});
