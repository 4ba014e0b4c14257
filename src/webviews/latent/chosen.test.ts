import { describe, expect, it, vi } from 'vitest';
import { dimensionName } from '../shared/dimensions.ts';
import { Chosen, type ChosenFrom } from './chosen.ts';
import { makeFrame } from './frame.ts';

const frame = makeFrame({ epoch: 1, code: Float32Array.of(0, 0, 4, 0, 4, 4, 0, 5), error: new Float32Array(4) }, 2, { mode: 'axes', x: 0, y: 1 }, dimensionName([2]));
function chosenFrom(change: Partial<ChosenFrom> & { strip?: 'path' | 'sum' } = {}) {
  const from = { frame, nearestKnown: (codes: Float32Array) => codes, ...change, view: { strip: change.strip ?? 'path', way: 'linear' as const, steps: 3 } };
  const events = { changed: vi.fn(), placed: vi.fn(), arrived: vi.fn() };
  return { from, events, chosen: new Chosen(() => {}, from, events) };
}

describe('chosen samples', () => {
  it('are the ends of a path; a third begins anew', () => {
    const { events, chosen } = chosenFrom();
    chosen.choose(0);
    expect(chosen.path.now).toBeUndefined();
    chosen.choose(0);
    expect(chosen.samples).toEqual([0]);
    chosen.choose(2);
    expect(chosen.path.now).toEqual({ codes: Float32Array.of(0, 0, 2, 2, 4, 4), count: 3 });
    chosen.choose(1);
    expect(chosen.samples).toEqual([1]);
    expect(chosen.path.now).toBeUndefined();
    expect(events.placed).toHaveBeenCalledTimes(4);
  });

  it('are the terms of a sum, beside which the nearest other sample stands', () => {
    const { chosen } = chosenFrom({ strip: 'sum' });
    [1, 0, 2].forEach(sample => { chosen.choose(sample); });
    expect(chosen.sum.now).toEqual({ codes: Float32Array.of(8, 4), count: 1, nearest: 3 });
    expect(chosen.path.now).toBeUndefined();
  });

  it('become a path again when a sum is no longer wished for', () => {
    const { from, chosen } = chosenFrom({ strip: 'sum' });
    [1, 0, 2].forEach(sample => { chosen.choose(sample); });
    from.view.strip = 'path';
    chosen.update();
    expect(chosen.samples).toEqual([1, 0]);
    expect(chosen.sum.now).toBeUndefined();
    expect(chosen.path.now?.count).toBe(3);
  });

  it('are brought to codes that the decoder was taught', () => {
    const { chosen } = chosenFrom({ nearestKnown: codes => codes.map(Math.sign) });
    [0, 2].forEach(sample => { chosen.choose(sample); });
    expect(chosen.path.now?.codes).toEqual(Float32Array.of(0, 0, 1, 1, 1, 1));
  });

  it('show nothing where an epoch has fewer samples, and are let go', () => {
    const { events, chosen } = chosenFrom();
    chosen.samples = [1, 9];
    chosen.update();
    expect(chosen.path.now).toBeUndefined();
    chosen.letGo();
    expect(chosen.samples).toEqual([]);
    expect(events.placed).toHaveBeenCalledOnce();
  });
});
