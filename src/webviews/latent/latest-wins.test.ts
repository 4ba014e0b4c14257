import { describe, expect, it } from 'vitest';
import { LatestWins } from './latest-wins.ts';

/** A decoder that answers only when told to. */
function manual() {
  const calls: { first: number; finish: () => void; fail: (error: Error) => void }[] = [];
  const decode = (codes: Float32Array) => new Promise<Float32Array>((resolve, reject) => {
    calls.push({ first: codes[0]!, finish: () => resolve(codes), fail: reject });
  });
  return { calls, decode };
}
const code = (value: number) => new Float32Array([value]);
const settle = () => new Promise(resolve => setTimeout(resolve, 0));

describe('LatestWins', () => {
  it('keeps one request running and one waiting, whatever is asked', async () => {
    const { calls, decode } = manual();
    const queue = new LatestWins(decode, ['hover']);
    const answers = [1, 2, 3, 4].map(value => queue.ask('hover', code(value), 1));
    expect(calls.map(call => call.first)).toEqual([1]);
    calls[0]!.finish();
    await settle();
    expect(calls.map(call => call.first)).toEqual([1, 4]);
    calls[1]!.finish();
    expect((await Promise.all(answers)).map(values => values?.[0])).toEqual([1, undefined, undefined, 4]);
  });

  it('lets the pointer go before the grid', async () => {
    const { calls, decode } = manual();
    const queue = new LatestWins(decode, ['hover', 'grid']);
    void queue.ask('grid', code(10), 1);
    void queue.ask('grid', code(11), 1);
    void queue.ask('hover', code(1), 1);
    calls[0]!.finish();
    await settle();
    expect(calls.map(call => call.first)).toEqual([10, 1]);
    calls[1]!.finish();
    await settle();
    expect(calls[2]!.first).toBe(11);
  });

  it('goes on after a failure, which only its asker hears', async () => {
    const { calls, decode } = manual();
    const queue = new LatestWins(decode, []);
    const first = queue.ask('a', code(1), 1);
    const second = queue.ask('b', code(2), 1);
    calls[0]!.fail(new Error('broken'));
    await expect(first).rejects.toThrow('broken');
    await settle();
    calls[1]!.finish();
    expect((await second)?.[0]).toBe(2);
  });

  it('drops what is cancelled', async () => {
    const { calls, decode } = manual();
    const queue = new LatestWins(decode, []);
    void queue.ask('a', code(1), 1);
    const second = queue.ask('a', code(2), 1);
    queue.cancel('a');
    expect(await second).toBeUndefined();
    calls[0]!.finish();
    await settle();
    expect(calls).toHaveLength(1);
  });
});
