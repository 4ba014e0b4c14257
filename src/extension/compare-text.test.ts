import { expect, it } from 'vitest';
import { comparisonMarkdown } from './compare-text.ts';

const run = { id: 'r1', name: 'a', state: 'finished', epoch: 20, step: 200, elapsed: 8, parameters: 1438676, validationLoss: 0.02, bestValidationLoss: 0.0123, bestEpoch: 19, trainMetrics: {}, validationMetrics: {} } as const;

it('puts results and differing settings side by side', () => {
  const text = comparisonMarkdown({
    runs: [run, { ...run, id: 'r2', name: 'b|c', bestValidationLoss: 0.0456 }],
    differences: [{ path: 'encoder[1].units', values: [64, undefined] }, { path: 'views', values: [{ every: 1 }, 'x|y'] }],
  });
  expect(text).toBe(`# 2 runs compared

## Results

|  | a ★ | b\\|c |
| :-- | --: | --: |
| State | finished | finished |
| Epochs | 20 | 20 |
| Best validation loss | **0.0123** | 0.0456 |
| at epoch | 19 | 19 |
| Last validation loss | 0.02 | 0.02 |
| Parameters | 1,438,676 | 1,438,676 |
| Duration | 8 s | 8 s |

★ lowest validation loss

## Settings that differ

| Setting | a ★ | b\\|c |
| :-- | --: | --: |
| \`encoder[1].units\` | \`64\` | – |
| \`views\` | \`{"every":1}\` | \`x\\|y\` |
`);
});

it('tells metrics of both splits after the last epoch, of every run that has them', () => {
  const text = comparisonMarkdown({ runs: [{ ...run, trainMetrics: { accuracy: 0.43125, psnr: 20 }, validationMetrics: { accuracy: 0.41 } }, { ...run, id: 'r2', name: 'b' }], differences: [] });
  expect(text).toContain('| Last validation accuracy | 0.41 | – |\n| Last training accuracy | 0.4313 | – |\n| Last training psnr | 20 | – |\n| Parameters');
});

it('tells runs of one name apart, and says when nothing differs', () => {
  const text = comparisonMarkdown({ runs: [run, { ...run, id: 'r2' }], differences: [] });
  expect(text).toContain('| a (r1) | a (r2) |');
  expect(text).not.toContain('★');
  expect(text).toContain('None: the resolved configs are equal.');
});

it('names no winner among losses that mean different things', () => {
  for (const path of ['training.loss', 'training.reduction', 'latent.beta', 'penalties[0].weight']) {
    const text = comparisonMarkdown({ runs: [run, { ...run, id: 'r2', name: 'b', bestValidationLoss: 0.0001 }], differences: [{ path: 'seed', values: [1, 2] }, { path, values: ['mse', 'mae'] }] });
    expect(text).not.toContain('★');
    expect(text).not.toContain('**');
    expect(text).toContain(`the runs differ in \`${path}\`.`);
  }
});
