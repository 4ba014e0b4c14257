import { expect, it } from 'vitest';
import type { Finding, RunLabel } from '../../protocol/messages.ts';
import { findingLines } from './finding-lines.ts';

const run = (change: Partial<RunLabel> = {}): RunLabel => ({ id: 'r', name: 'r', state: 'finished', epoch: 9, epochs: 9, star: false, checkpoint: true, ...change });
const finding = (title: string, command?: 'resume' | 'openConfig'): Finding => ({ kind: 'gap', level: 'note', title, text: 't', epoch: 9, ...(command === undefined ? {} : { cure: { text: 'c', command } }) });
const told = (runs: Parameters<typeof findingLines>[0]) => findingLines(runs).map(line => [line.run.id, line.finding.title, line.command, line.also.join()]);

it('tells three of a run that is alone, each button once', () => {
  const findings = [finding('a', 'openConfig'), finding('b', 'openConfig'), finding('c', 'resume'), finding('d')];
  expect(told([{ run: run(), findings }])).toEqual([['r', 'a', 'openConfig', ''], ['r', 'b', undefined, ''], ['r', 'c', 'resume', '']]);
});

it('tells of several runs what matters most of each, and names the rest', () => {
  const findings = [finding('a'), finding('b'), finding('c')];
  expect(told([{ run: run(), findings }, { run: run({ id: 's' }), findings: [] }, { run: run({ id: 't' }), findings: [finding('z')] }])).toEqual([['r', 'a', undefined, 'b,c'], ['t', 'z', undefined, '']]);
});

it('offers to resume only what can be resumed', () => {
  const findings = [finding('a', 'resume')];
  expect(told([{ run: { ...run(), checkpoint: true }, findings }])[0]![2]).toBe('resume');
  const { checkpoint: _, ...without } = run();
  expect(told([{ run: without, findings }])[0]![2]).toBeUndefined();
  expect(told([{ run: run({ state: 'training' }), findings }])[0]![2]).toBeUndefined();
});
