import { describe, expect, it } from 'vitest';
import { EpochStore } from './epoch-store.ts';

function store(capacity?: number) {
  const asked: number[] = [];
  const epochs = new EpochStore(async epoch => {
    asked.push(epoch);
    if (epoch === 13) throw new Error('damaged');
    return { epoch, code: new Float32Array(10), error: new Float32Array(5) };
  }, capacity);
  return { asked, epochs };
}

describe('EpochStore', () => {
  it('asks once for each epoch, even when asked twice at a time', async () => {
    const { asked, epochs } = store();
    await Promise.all([epochs.get(1), epochs.get(1), epochs.get(2)]);
    await epochs.get(1);
    expect(asked).toEqual([1, 2]);
  });
  it('forgets what was used longest ago when memory is short', async () => {
    const { asked, epochs } = store(120);
    for (const epoch of [1, 2, 1, 3]) await epochs.get(epoch);
    expect(epochs.has(1)).toBe(true);
    expect(epochs.has(2)).toBe(false);
    await epochs.get(2);
    expect(asked).toEqual([1, 2, 3, 2]);
  });
  it('tries again after a failure', async () => {
    const { asked, epochs } = store();
    await expect(epochs.get(13)).rejects.toThrow('damaged');
    await expect(epochs.get(13)).rejects.toThrow('damaged');
    expect(asked).toEqual([13, 13]);
  });
  it('drops epochs that a resumed run took back', async () => {
    const { epochs } = store();
    await epochs.get(1);
    await epochs.get(2);
    epochs.keepOnly([1]);
    expect(epochs.has(1)).toBe(true);
    expect(epochs.has(2)).toBe(false);
  });
});
