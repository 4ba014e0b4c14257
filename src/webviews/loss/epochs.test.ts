import { expect, it } from 'vitest';
import type { Curve } from '../../protocol/messages.ts';
import { epochTable, summary } from './epochs.ts';
import { defaultView } from '../../view/loss/lines.ts';
import { LossStore } from '../../view/loss/store.ts';

const curve = (split: Curve['split'], epochs: number[], y: number[]): Curve => ({ value: 'loss', split, per: 'epoch', epoch: Float64Array.from(epochs), step: Float64Array.from(epochs), time: Float64Array.from(epochs), y: Float64Array.from(y) });

function store(): LossStore {
  const result = new LossStore();
  result.replace([
    { run: { id: '1', name: 'one', state: 'training', epoch: 2, epochs: 9, star: false }, lossName: 'mse', bestEpoch: 2, curves: [curve('train', [1, 2], [4, 3]), curve('validation', [1, 2], [5, 4])] },
    { run: { id: '2', name: 'two', state: 'failed', epoch: 1, epochs: 9, star: false, message: 'The disk is full.' }, lossName: 'mse', curves: [curve('train', [1, 3], [7, 6])] },
  ]);
  return result;
}

it('puts epochs of all runs into one table, newest first, with gaps where a run has no value', () => {
  const table = epochTable(store().runs, { ...defaultView, splits: 'train' });
  expect(table.columns.map(c => c.run)).toEqual(['one', 'two']);
  expect(table.rows).toEqual([{ epoch: 3, values: [undefined, 6] }, { epoch: 2, values: [3, undefined] }, { epoch: 1, values: [4, 7] }]);
});

it('knows the best epoch of the validation column only, and leaves hidden runs out', () => {
  const table = epochTable(store().runs, { ...defaultView, hidden: ['2'] });
  expect(table.columns).toEqual([{ run: 'one', split: 'train' }, { run: 'one', split: 'validation', bestEpoch: 2 }]);
});

it('says in words where each run is', () => {
  expect(summary(store().runs)).toBe('one: training, epoch 2 of 9, training loss 3, validation loss 4, best 4 at epoch 2. two: failed, epoch 1 of 9, training loss 6, The disk is full.');
});
