// Going on with another batch size, for a run that no longer fits in memory. Samples come in the order of the epoch whatever the
// batches are, so that an unfinished epoch goes on where it is, if that is between two of the new batches.
import { StudioError } from '../core/errors.ts';
import type { Position } from './checkpoint.ts';

/**
 * The same place in the data, counted in batches of another size.
 * @throws StudioError('usage') when it lies within one of the new batches.
 */
export function inOtherBatches(position: Position, before: number, now: number): Position {
  if (position.stepInEpoch === 0 || before === now) return position;
  const seen = position.stepInEpoch * before;
  if (seen % now !== 0) {
    const fitting = [2, 4, 8].map(parts => before / parts).filter(size => Number.isInteger(size));
    throw new StudioError('usage', `The run stopped within epoch ${position.epoch + 1}, after ${seen} samples, which batches of ${now} do not fill. Give a batch size that divides ${before}${fitting.length === 0 ? '' : `: ${fitting.join(', ')}`}.`);
  }
  return { ...position, stepInEpoch: seen / now, batchSize: now };
}
