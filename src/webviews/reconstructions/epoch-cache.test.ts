import { describe, expect, it } from 'vitest';
import { EpochCache } from './epoch-cache.ts';

/** A cache of strings whose loads end when told to. */
function setup(most = 3) {
  const asked: string[] = [];
  const loaded: string[] = [];
  const errors: unknown[] = [];
  const pending = new Map<string, { resolve: (value: string) => void; reject: (error: Error) => void }>();
  const cache = new EpochCache<string>(most, (_run, value) => loaded.push(value), error => errors.push(error));
  const want = (run: string, epoch: number) => cache.want(run, epoch, () => {
    asked.push(`${run}${epoch}`);
    return new Promise((resolve, reject) => pending.set(`${run}${epoch}`, { resolve, reject }));
  });
  const arrive = async (name: string) => {
    pending.get(name)!.resolve(name);
    await Promise.resolve();
    await Promise.resolve();
  };
  return { cache, asked, loaded, errors, pending, want, arrive };
}

describe('EpochCache', () => {
  it('fetches only the first and the newest wish of a run while scrubbing', async () => {
    const { asked, want, arrive, loaded, cache } = setup();
    for (const epoch of [1, 2, 3, 4]) want('a', epoch);
    expect(asked).toEqual(['a1']);
    await arrive('a1');
    expect(asked).toEqual(['a1', 'a4']);
    await arrive('a4');
    expect(loaded).toEqual(['a1', 'a4']);
    expect(cache.busy).toBe(false);
    expect(cache.get('a', 4)).toBe('a4');
  });

  it('tells when nothing is on its way any more, later wishes and failures included', async () => {
    const { cache, want, arrive, pending } = setup();
    let settled = false;
    want('a', 1);
    want('a', 2);
    want('b', 1);
    const done = cache.settled().then(() => { settled = true; });
    await arrive('a1');
    pending.get('b1')!.reject(new Error('gone'));
    await new Promise(resolve => setTimeout(resolve, 0));
    expect(settled).toBe(false);
    await arrive('a2');
    await done;
    expect(cache.busy).toBe(false);
  });

  it('does not let one run wait for another', () => {
    const { asked, want } = setup();
    want('a', 1);
    want('b', 1);
    expect(asked).toEqual(['a1', 'b1']);
  });

  it('drops a wish that was given up for one that is there', async () => {
    const { asked, want, arrive } = setup();
    want('a', 1);
    await arrive('a1');
    want('a', 2);
    want('a', 3);
    want('a', 1);
    await arrive('a2');
    expect(asked).toEqual(['a1', 'a2']);
  });

  it('forgets what was used longest ago', async () => {
    const { cache, want, arrive } = setup(2);
    for (const epoch of [1, 2]) {
      want('a', epoch);
      await arrive(`a${epoch}`);
    }
    cache.get('a', 1);
    want('a', 3);
    await arrive('a3');
    expect([1, 2, 3].map(e => cache.get('a', e))).toEqual(['a1', undefined, 'a3']);
  });

  it('reports a failure and can be asked again', async () => {
    const { asked, errors, pending, want } = setup();
    want('a', 1);
    pending.get('a1')!.reject(new Error('gone'));
    await Promise.resolve();
    await Promise.resolve();
    expect(errors).toHaveLength(1);
    want('a', 1);
    expect(asked).toEqual(['a1', 'a1']);
  });

  it('ignores what arrives after it was cleared', async () => {
    const { cache, loaded, want, arrive } = setup();
    want('a', 1);
    cache.clear();
    await arrive('a1');
    expect(loaded).toEqual([]);
    expect(cache.get('a', 1)).toBeUndefined();
  });
});
