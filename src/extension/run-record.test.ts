import { expect, it } from 'vitest';
import type { RunStatus } from '../runs/events.ts';
import { toLabel, toRecord, type RunRecord } from './run-record.ts';

const status: RunStatus = { pid: 1, processStart: '', host: '', heartbeat: 0, state: 'training', epoch: 9, step: 90, epochs: 20, elapsed: 1, trainLoss: 0.3 };
const bestOf = (facts: Partial<RunStatus>) => {
  const { bestLoss, bestEpoch } = toRecord({ id: 'r', folder: '/r', name: 'r', state: 'training', notes: {}, status: { ...status, ...facts } });
  return [bestLoss, bestEpoch];
};

it('shows the best loss of the kind that is watched beside its epoch', () => {
  expect(bestOf({ bestLoss: 0.1, bestEpoch: 4 })).toEqual([0.1, 4]);
  expect(bestOf({ bestLoss: 0.1, bestEpoch: 4, bestValidationLoss: 0.1, validationLoss: 0.2 })).toEqual([0.1, 4]);
});

it('shows the training loss until there is a best one', () => {
  expect(bestOf({})).toEqual([0.3, undefined]);
});

const record = (change: Partial<RunRecord>): RunRecord => ({ id: 'r', folder: '/w/r', name: 'a', state: 'finished', epoch: 1, epochs: 2, star: false, elapsed: 1, created: 0, overrides: {}, ...change });

it('tells pages whether there is a checkpoint to go on from', () => {
  expect(toLabel(record({ checkpoint: true })).checkpoint).toBe(true);
  expect(toLabel(record({}))).not.toHaveProperty('checkpoint');
});

it('tells pages when a run began, where that is known, and why it ended', () => {
  expect(toLabel(record({ created: 1000 })).created).toBe(1000);
  expect(toLabel(record({}))).not.toHaveProperty('created');
  expect(toLabel(record({}))).not.toHaveProperty('changes');
  expect(toLabel(record({ overrides: { 'latent.units': 8, 'name': 'b' } })).changes).toEqual({ 'latent.units': '8' });
  expect(toLabel(record({ state: 'failed', reason: 'The disk is full.', message: 'Reading' })).message).toBe('The disk is full.');
  expect(toLabel(record({ state: 'preparing', reason: 'Old', message: 'Reading' })).message).toBe('Reading');
});
