import { expect, it } from 'vitest';
import { experimentTree, formatMoment, groupSweeps, runTitle, sweepContext, sweepDescription } from './experiment-tree.ts';
import type { SweepReport, SweepRow } from '../runs/sweep-report.ts';
import { contextValueOf, endMessage, formatDuration, formatLoss, lensText, newWarnings, runDescription, runLabel, statusBarText, sweepEnd } from './status-text.ts';
import type { RunRecord } from './run-record.ts';

const record = (change: Partial<RunRecord> = {}): RunRecord => ({
  id: 'r', folder: '/w/.autoencoder/runs/r', name: 'a', state: 'finished', epoch: 20, epochs: 20, star: false, elapsed: 8.2, created: 1000, overrides: {}, configPath: '/w/a.aeconf', ...change,
});

it('puts runs beneath their config, starred first, and keeps those of other configs', () => {
  const configs = [{ path: '/w/b/c10.aeconf', workspace: 'w', relative: 'b/c10.aeconf' }, { path: '/w/a.aeconf', workspace: 'w', relative: 'a.aeconf' }, { path: '/w/b/c2.aeconf', workspace: 'w', relative: 'b/c2.aeconf' }];
  const tree = experimentTree(configs, [record({ id: 'new' }), record({ id: 'old', star: true }), record({ id: 'gone', configPath: '/x/gone.aeconf' })]);
  expect(tree.map(node => [node.label, node.description, node.here, node.runs.map(run => run.id)])).toEqual([
    ['a', '', true, ['old', 'new']],
    ['c2', 'b', true, []],
    ['c10', 'b', true, []],
    ['gone', 'not found in /x', false, ['gone']],
  ]);
});

it('names the workspace when there are several', () => {
  const tree = experimentTree([{ path: '/v/a.aeconf', workspace: 'v', relative: 'a.aeconf' }, { path: '/w/x/a.aeconf', workspace: 'w', relative: 'x/a.aeconf' }], []);
  expect(tree.map(node => node.description)).toEqual(['v', 'w · x']);
});

it('puts configs that have runs before the others', () => {
  const configs = ['a', 'b', 'c'].map(name => ({ path: `/w/${name}.aeconf`, workspace: 'w', relative: `${name}.aeconf` }));
  expect(experimentTree(configs, [record({ configPath: '/w/c.aeconf' }), record({ configPath: '/w/b.aeconf' })]).map(node => node.label)).toEqual(['b', 'c', 'a']);
});

it('calls a run by its time unless it has a name of its own', () => {
  const time = new Date(2026, 10, 20, 19, 30).getTime();
  expect(runTitle(record({ created: time }), 'a')).toBe(formatMoment(time));
  expect(formatMoment(time, time + 3600_000)).toBe('19:30:00');
  expect(formatMoment(time, time + 86_400_000)).toBe('20 Nov 19:30');
  expect(formatMoment(new Date(2025, 1, 3, 9, 5).getTime(), time)).toBe('3 Feb 2025 09:05');
  expect(runTitle(record({ name: 'with dropout' }), 'a')).toBe('with dropout');
});

it('keeps the runs of a sweep together, in its order, at the place of its newest run', () => {
  const member = (index: number, change: Partial<RunRecord> = {}) => record({ id: `s${index}`, folder: `/w/.autoencoder/runs/s${index}`, name: `a units=${2 ** index}`, sweep: { id: 's', index, count: 3, values: { 'latent.units': 2 ** index } }, ...change });
  const children = groupSweeps([record({ id: 'new' }), member(1, { state: 'training' }), record({ id: 'between' }), member(0), record({ id: 'old' })]);
  expect(children.map(child => 'kind' in child ? child.runs.map(run => run.id) : child.id)).toEqual(['new', ['s0', 's1'], 'between', 'old']);
  const sweep = children[1]!;
  if (!('kind' in sweep)) throw new Error('The sweep is missing.');
  expect(sweep.folder).toBe('/w/.autoencoder/runs/sweeps/s');
  expect([sweepDescription(sweep), sweepContext(sweep)]).toEqual(['1/3 finished · 1 training', 'sweep live']);
  expect(sweepContext({ count: 3, runs: [member(0), member(1, { state: 'stopped' })] })).toBe('sweep unfinished');
  expect(sweepContext({ count: 2, runs: [member(0), member(1), member(1, { state: 'interrupted' })] })).toBe('sweep whole');
  expect([runTitle(member(2), 'a'), runTitle(member(2, { name: 'the good one' }), 'a')]).toEqual(['units = 4', 'the good one']);
});

it('writes numbers and times for people', () => {
  expect([0.0123456, 1, 12.3456, 0, 1.234e-7, 12345678, NaN].map(formatLoss)).toEqual(['0.01235', '1', '12.35', '0', '1.23e-7', '1.23e+7', 'NaN']);
  expect([0, 8.4, 59.6, 185, 3600, 7620, 3 * 86400 + 4 * 3600].map(formatDuration)).toEqual(['0 s', '8 s', '1 min 00 s', '3 min 05 s', '1 h 00 min', '2 h 07 min', '3 d 04 h']);
});

it('describes runs by their state', () => {
  expect(runDescription(record({ bestLoss: 0.0123 }))).toBe('20/20 · 0.0123 · 8 s');
  expect(runDescription(record({ state: 'training', epoch: 3.6, bestLoss: 0.5, elapsed: 2, timeLeft: 65 }))).toBe('3/20 · 0.5 · 2 s · 1 min 05 s left');
  expect(runDescription(record({ state: 'preparing', message: 'Downloading, 40 %' }))).toBe('Downloading, 40 %');
  expect(runDescription(record({ state: 'interrupted', epoch: 4, elapsed: 0 }))).toBe('4/20 · interrupted');
  expect(runLabel(record({ bestLoss: 0.5, star: true }))).toBe('a, finished, 20 of 20 epochs, best loss 0.5, starred');
  const changed = record({ name: 'a', overrides: { 'latent.units': 8, 'training.optimizer': { type: 'sgd', momentum: 0.9 }, 'seed': 3 } });
  expect(runDescription(changed)).toBe('latent.units=8, training.optimizer=sgd momentum=0.9, +1 · 20/20 · 8 s');
  expect(runDescription(changed, [changed, record({ overrides: { 'latent.units': 8, 'training.optimizer': changed.overrides['training.optimizer'] } })])).toBe('seed=3, latent.units=8, +1 · 20/20 · 8 s');
  expect(runLabel(changed)).toBe('a, latent.units=8, training.optimizer=sgd momentum=0.9, seed=3, finished, 20 of 20 epochs');
  expect(lensText(record({ state: 'stopped', epoch: 4, bestLoss: 0.25 }))).toBe('$(debug-stop) stopped at 4/20, best loss 0.25');
});

it('tells menus what can be done', () => {
  expect(contextValueOf(record())).toBe('run finished ended plain');
  expect(contextValueOf(record({ state: 'training' }))).toBe('run training live plain pausable');
  expect(contextValueOf(record({ state: 'paused', star: true }))).toBe('run paused live starred');
  expect(contextValueOf(record({ state: 'interrupted', checkpoint: true }))).toBe('run interrupted ended plain resumable');
  // Without a checkpoint it would begin, and perhaps fail, as before.
  expect(contextValueOf(record({ state: 'failed', epoch: 0 }))).toBe('run failed ended plain repeatable');
  expect(contextValueOf(record({ state: 'stopped', sweep: { id: 's', index: 0, count: 2, values: {} } }))).toBe('run stopped ended plain');
});

it('keeps the status bar short', () => {
  expect(statusBarText([record()])).toBeUndefined();
  expect(statusBarText([record({ state: 'training', epoch: 5, validationLoss: 0.02 })])?.text).toBe('$(play-circle) a 5/20 · 25 % · 0.02');
  expect(statusBarText([record({ state: 'preparing', message: 'Drawing digits' })])?.text).toBe('$(loading~spin) a: Drawing digits');
  expect(statusBarText([record({ state: 'training', epoch: 5 }), record({ state: 'paused', epoch: 15 }), record()])?.text).toBe('$(play-circle) 2 trainings 50 %');
});

it('says how a sweep ended: how many trained, the best, and what is enough', () => {
  const row = (index: number, units: number, change: Partial<SweepRow>): SweepRow => ({ index, values: { 'latent.units': units }, state: 'finished', metrics: {}, ...change });
  const report = (rows: readonly SweepRow[], change: Partial<SweepReport>): SweepReport => ({ id: 's', name: 'sizes', configPath: '/a.aeconf', created: 0, state: 'finished', paths: ['latent.units'], tolerance: 0.1, rows, ...change });
  const rows = [row(0, 8, { error: 0.0105 }), row(1, 16, { error: 0.01 })];
  expect(sweepEnd(report(rows, { best: 1, knee: 0 }))).toEqual({ text: 'sizes: 2 of 2 trainings finished; best units = 16 (0.01), units = 8 is within 10 % of it.', failed: false });
  expect(sweepEnd(report(rows, { best: 1, knee: 1 })).text).toBe('sizes: 2 of 2 trainings finished; best units = 16 (0.01).');
  const beside = (model: number) => ({ baseline: { components: 8, mse: 0.01, model } });
  const worse = [row(0, 8, { error: 0.0105, ...beside(0.0105) }), row(1, 16, { error: 0.0101, ...beside(0.0101) })];
  expect(sweepEnd(report(worse, { best: 1, knee: 0 })).text).toBe('sizes: 2 of 2 trainings finished; best units = 16 (0.0101); no model is better than principal components of the same size.');
  const half = [worse[0]!, row(1, 16, { error: 0.0099, ...beside(0.0099) })];
  expect(sweepEnd(report(half, { best: 1, knee: 0 })).text).toBe('sizes: 2 of 2 trainings finished; best units = 16 (0.0099), units = 8 is within 10 % of it, but no better than principal components of the same size.');
  expect(sweepEnd(report(half, { best: 1, knee: 1 })).text).toBe('sizes: 2 of 2 trainings finished; best units = 16 (0.0099).');
  expect(sweepEnd(report([row(0, 8, { state: 'failed' }), row(1, 16, { state: 'waiting' })], {}))).toEqual({ text: 'sizes: 0 of 2 trainings finished, 1 failed.', failed: true });
});

it('says how a run ended, unless the user ended it', () => {
  expect(endMessage(record({ bestLoss: 0.0123 }))).toEqual({ text: 'a finished: 20 of 20 epochs in 8 s, best loss 0.0123.', level: 'info' });
  expect(endMessage(record({ state: 'failed', epoch: 3.2, reason: 'The disk is full.' }))).toEqual({ text: 'a failed after 3 of 20 epochs: The disk is full.', level: 'error' });
  expect(endMessage(record({ state: 'interrupted', epoch: 3 }))?.level).toBe('warning');
  expect(endMessage(record({ state: 'stopped' }))).toBeUndefined();
});

it('tells once what a run at work warns of', () => {
  const told = new Set<string>();
  const warned = record({ state: 'training', warning: 'table.csv lies in 0 … 1520.' });
  expect(newWarnings([record({ state: 'training' }), warned], told)).toEqual(['a: table.csv lies in 0 … 1520.']);
  expect(newWarnings([warned], told)).toEqual([]);
  expect(newWarnings([record({ state: 'finished', warning: 'table.csv lies in 0 … 1520.' })], new Set())).toEqual([]);
});
