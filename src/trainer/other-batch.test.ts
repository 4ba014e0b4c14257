import { expect, it } from 'vitest';
import { startPosition } from './checkpoint.ts';
import { inOtherBatches } from './other-batch.ts';

const position = { ...startPosition, epoch: 2, stepInEpoch: 3, step: 17, lossSum: 4 };

it('keeps the place in the data', () => {
  expect(inOtherBatches(position, 32, 16)).toEqual({ ...position, stepInEpoch: 6, batchSize: 16 });
  expect(inOtherBatches(position, 32, 96)).toEqual({ ...position, stepInEpoch: 1, batchSize: 96 });
  expect(inOtherBatches(position, 32, 32)).toBe(position);
  expect(inOtherBatches({ ...position, stepInEpoch: 0 }, 32, 7)).toMatchObject({ stepInEpoch: 0, epoch: 2 });
});

it('refuses batches that would begin before what was seen, naming some that fit', () => {
  expect(() => inOtherBatches(position, 32, 20)).toThrow(/within epoch 3, after 96 samples, which batches of 20 do not fill. Give a batch size that divides 32: 16, 8, 4\./);
});
