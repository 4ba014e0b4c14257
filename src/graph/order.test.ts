import { describe, expect, it } from 'vitest';
import { arrange, natural, reshaped, sameMemory, transposed, without } from './order.ts';

const channelsLast = [0, 2, 3, 1];

describe('the order of axes in memory', () => {
  it('takes up a transpose', () => {
    // Channels-last memory seen as batch × channels × height × width, transposed to batch × height × width × channels: as it lies.
    expect(transposed(channelsLast, [0, 2, 3, 1])).toEqual(natural(4));
    expect(transposed(natural(4), [0, 3, 1, 2])).toEqual(channelsLast);
    expect(transposed([1, 0], [1, 0])).toEqual([0, 1]);
  });

  it('is the same where only axes of extent 1 differ', () => {
    expect(sameMemory([8, 1, 28, 28], natural(4), channelsLast)).toBe(true);
    expect(sameMemory([8, 2, 28, 28], natural(4), channelsLast)).toBe(false);
  });

  it('arranges shapes and drops axes', () => {
    expect(arrange([8, 3, 5, 7], channelsLast)).toEqual([8, 5, 7, 3]);
    expect(without(channelsLast, [0, 2])).toEqual([1, 0]);
    expect(without(channelsLast, [1])).toEqual([0, 1, 2]);
  });

  it('survives a reshape that splits or joins neighbours', () => {
    const [small, apart, large] = [[8, 3, 5, 7], [8, 3, 5, 1, 7, 1], [8, 3, 10, 14]];
    expect(reshaped(small, apart, channelsLast)).toEqual([0, 2, 3, 4, 5, 1]);
    expect(reshaped([8, 3, 5, 2, 7, 2], large, [0, 2, 3, 4, 5, 1])).toEqual(channelsLast);
    expect(reshaped([2, 6], [3, 4], [0, 1])).toEqual([0, 1]);
    expect(reshaped([1, 3, 1, 1], [3], channelsLast)).toEqual([0]);
    expect(reshaped([1], [], [0])).toEqual([]);
  });

  it('does not survive one that joins what lies apart', () => {
    expect(reshaped([8, 3, 5, 7], [8, 105], channelsLast)).toBeUndefined();
    expect(reshaped([2, 6], [3, 4], [1, 0])).toBeUndefined();
  });
});
