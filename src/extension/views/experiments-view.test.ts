import { expect, it, vi } from 'vitest';
import type { RunRecord } from '../run-record.ts';
import { runTooltip } from './experiments-view.ts';

vi.mock('vscode', () => import('../testing.ts'));

const failed: RunRecord = {
  id: 'r', folder: '/r', name: 'a_b', state: 'failed', reason: 'The loss became Infinity in epoch 1,\nat a rate of 1|2.', note: 'too *fast*', epoch: 0, epochs: 20, star: false, elapsed: 0, created: 0, overrides: {}, parameters: 0,
};

it('tells all there is of a run in words that can wrap', () => {
  const text = runTooltip(failed).value;
  expect(text).toContain('**a\\_b** — failed\n\ntoo \\*fast\\*\n\n');
  expect(text).toContain('| Reason | The loss became Infinity in epoch 1, at a rate of 1\\|2. |\n');
});

it('begins with what matters most of what the curves show', () => {
  const text = runTooltip(failed, { kind: 'gap', level: 'note', title: 'Far_below', text: 'It is 2 times as high.', epoch: 3 }).value;
  expect(text).toContain('**Far\\_below.** It is 2 times as high.\n\n| | |');
});

it('tells no parameters of a run that never began', () => {
  expect(runTooltip(failed).value).not.toContain('Parameters');
  expect(runTooltip({ ...failed, parameters: 1234 }).value).toContain('| Parameters | 1,234 |');
});

it('tells the tags of a run, and no empty row without any', () => {
  expect(runTooltip({ ...failed, tags: ['base|line', 'handed in'] }).value).toContain('| Tags | \\#base\\|line \\#handed in |');
  expect(runTooltip(failed).value).not.toContain('Tags');
});
