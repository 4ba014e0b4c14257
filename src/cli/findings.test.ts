import { expect, it } from 'vitest';
import type { Finding } from '../runs/diagnosis.ts';
import { findingLines } from './findings.ts';

const plain = { out: () => undefined, err: () => undefined, interactive: false, color: false, width: () => 80, outWidth: () => undefined };

it('is a heading with a line for each finding, and the command where one goes on', () => {
  const findings: Finding[] = [
    { kind: 'overfitting', level: 'problem', title: 'Overfitting since epoch 3', text: 'It rose by 8 %.', cure: { text: 'Stop there.', command: 'openConfig' }, epoch: 3 },
    { kind: 'stillLearning', level: 'note', title: 'Still learning at the end', text: 'It fell by 2 %.', cure: { text: 'More epochs would lower it further.', command: 'resume' }, epoch: 9 },
  ];
  expect(findingLines(plain, findings, 'aeconf resume a --epochs N')).toBe([
    'What the curves show',
    '  Overfitting since epoch 3. It rose by 8 %. Stop there.',
    '  Still learning at the end. It fell by 2 %. More epochs would lower it further. (aeconf resume a --epochs N)', '',
  ].join('\n'));
  expect(findingLines(plain, findings)).not.toContain('--epochs');
  expect(findingLines(plain, [])).toBe('');
});
