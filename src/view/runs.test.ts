import { describe, expect, it } from 'vitest';
import type { RunLabel } from '../protocol/messages.ts';
import { commandsFor, describeRun, distinctNames, formatNumber, formatValue, progressText, remediesFor } from './runs.ts';

const run = (id: string, name: string, change: Partial<RunLabel> = {}): RunLabel => ({ id, name, state: 'training', epoch: 3.7, epochs: 9, star: false, ...change });

describe('distinctNames', () => {
  const at = (day: number, second: number, year = 2026) => ({ created: new Date(year, 10, day, 19, 8, second).getTime() });
  const names = (...runs: readonly RunLabel[]) => [...distinctNames(runs).values()];

  it('adds when a run began only where names are shared, and the date only where days differ', () => {
    expect(names(run('1', 'a', at(29, 59)), run('2', 'b', at(28, 1)), run('3', 'a', at(29, 1)))).toEqual(['a · 19:08:59', 'b', 'a · 19:08:01']);
    expect(names(run('1', 'a', at(29, 59)), run('3', 'a', at(2, 59)))).toEqual(['a · 29 Nov 19:08:59', 'a · 2 Nov 19:08:59']);
    expect(names(run('1', 'a', at(29, 59)), run('3', 'a', at(29, 59, 2025)))).toEqual(['a · 29 Nov 2026 19:08:59', 'a · 29 Nov 2025 19:08:59']);
  });

  it('adds what a run was given beside its config, as far as that differs', () => {
    const given = (id: string, changes: Record<string, string> | undefined, second: number) => run(id, 'a', { ...(changes === undefined ? {} : { changes }), ...at(29, second) });
    expect(names(given('1', { 'latent.units': '8', 'training.epochs': '3' }, 1), given('2', { 'latent.units': '16', 'training.epochs': '3' }, 2))).toEqual(['a · latent.units=8', 'a · latent.units=16']);
    expect(names(given('1', { 'latent.units': '8' }, 1), given('2', undefined, 2), given('3', { 'latent.units': '8' }, 3))).toEqual(['a · latent.units=8 · 19:08:01', 'a · 19:08:02', 'a · latent.units=8 · 19:08:03']);
    expect(names(given('1', { seed: '2' }, 1), run('2', 'b'))).toEqual(['a', 'b']);
  });

  it('takes ids where the moment does not tell, in the order of the runs', () => {
    expect(names(run('1', 'a', at(29, 5)), run('2', 'b'), run('3', 'a', at(29, 5)), run('4', 'a', at(29, 6)), run('5', 'a'))).toEqual(['a · 1', 'b', 'a · 3', 'a · 19:08:06', 'a · 5']);
  });
});

it('resumes what left a checkpoint, and trains anew what left none, however far it came', () => {
  expect(remediesFor(run('1', 'a', { state: 'failed', epoch: 0.4, checkpoint: true }))).toEqual(['openConfig', 'resume']);
  expect(remediesFor(run('1', 'a', { state: 'interrupted', epoch: 3 }))).toEqual(['openConfig', 'train']);
});

it('tells in few letters how far a run is', () => {
  expect(progressText(run('1', 'a'))).toBe('3/9');
});

it('counts finished epochs, and none while preparing', () => {
  expect(describeRun(run('1', 'a'))).toBe('training, epoch 3 of 9');
  expect(describeRun(run('1', 'a', { state: 'preparing' }))).toBe('preparing');
});

it('offers what can be done in each state', () => {
  expect(commandsFor({ state: 'training' })).toEqual(['pause', 'stop']);
  expect(commandsFor({ state: 'interrupted', checkpoint: true })).toEqual(['resume']);
  expect(commandsFor({ state: 'interrupted' })).toEqual(['train']);
  expect(commandsFor({ state: 'finished', checkpoint: true })).toEqual([]);
});

it('prints numbers for axes and for columns', () => {
  expect([0.1, 1234.5, 0, -2.5, 0.00001234].map(formatNumber)).toEqual(['0.1', '1235', '0', '−2.5', '1.23e−5']);
  expect([0.0119, 3, 0.5].map(v => formatValue(v))).toEqual(['0.01190', '3', '0.5000']);
  expect(formatValue(0.01234, 2)).toBe('0.012');
  expect([Number.NaN, -Infinity].map(v => formatValue(v))).toEqual(['not a number', '−∞']);
});
