import { expect, it } from 'vitest';
import type { RunLabel } from '../../protocol/messages.ts';
import { commandsFor, describeRun, distinctNames, formatNumber, formatValue } from './runs.ts';

const run = (id: string, name: string, change: Partial<RunLabel> = {}): RunLabel => ({ id, name, state: 'training', epoch: 3.7, epochs: 9, star: false, ...change });

it('names runs by their id only where names are shared', () => {
  expect([...distinctNames([run('1', 'a'), run('2', 'b'), run('3', 'a')]).values()]).toEqual(['a (1)', 'b', 'a (3)']);
});

it('counts finished epochs, and none while preparing', () => {
  expect(describeRun(run('1', 'a'))).toBe('training, epoch 3 of 9');
  expect(describeRun(run('1', 'a', { state: 'preparing' }))).toBe('preparing');
});

it('offers what can be done in each state', () => {
  expect(commandsFor('training')).toEqual(['pause', 'stop']);
  expect(commandsFor('interrupted')).toEqual(['resume']);
  expect(commandsFor('finished')).toEqual([]);
});

it('prints numbers for axes and for columns', () => {
  expect([0.1, 1234.5, 0, -2.5, 0.00001234].map(formatNumber)).toEqual(['0.1', '1235', '0', '−2.5', '1.23e−5']);
  expect([0.0119, 3, 0.5].map(v => formatValue(v))).toEqual(['0.01190', '3', '0.5000']);
  expect(formatValue(0.01234, 2)).toBe('0.012');
  expect([Number.NaN, -Infinity].map(v => formatValue(v))).toEqual(['not a number', '−∞']);
});
