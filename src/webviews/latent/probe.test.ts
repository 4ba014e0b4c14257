import { describe, expect, it, vi } from 'vitest';
import { dimensionName } from '../shared/dimensions.ts';
import { makeFrame } from './frame.ts';
import { Probe } from './probe.ts';

const frame = makeFrame({ epoch: 1, code: Float32Array.of(0, 0, 5, 1, 1, 5, 2, 4, 5), error: new Float32Array(3) }, 3, { mode: 'axes', x: 0, y: 1 }, dimensionName([3]));
function makeProbe() {
  const events = { changed: vi.fn(), placed: vi.fn(), arrived: vi.fn() };
  return { events, probe: new Probe(() => {}, events) };
}

describe('Probe', () => {
  it('rests at the median code, which is no place that somebody chose', () => {
    const { events, probe } = makeProbe();
    probe.rest(frame);
    expect([...probe.now!.codes]).toEqual([1, 1, 5]);
    expect(probe.moved).toBe(false);
    expect(events.placed).not.toHaveBeenCalled();
  });

  it('is put somewhere dimension by dimension, and back', () => {
    const { events, probe } = makeProbe();
    probe.rest(frame);
    probe.setDimension(2, 7);
    expect([...probe.now!.codes]).toEqual([1, 1, 7]);
    expect(probe.moved).toBe(true);
    probe.reset(frame);
    expect([...probe.now!.codes]).toEqual([1, 1, 5]);
    expect(probe.moved).toBe(false);
    expect(events.placed).toHaveBeenCalledTimes(2);
    expect(events.changed).toHaveBeenCalledTimes(3);
  });

  it('forgets with the run that it was moved', () => {
    const { probe } = makeProbe();
    probe.put(Float32Array.of(1, 2, 3));
    probe.clear();
    expect(probe.now).toBeUndefined();
    expect(probe.moved).toBe(false);
  });

  it('finds its place from its code, but the place of a step as it was', () => {
    const { probe } = makeProbe();
    expect(probe.placeIn(frame.projection)).toBeUndefined();
    probe.rest(frame);
    expect(probe.placeIn(frame.projection)).toEqual({ x: 1, y: 1 });
    // A picture in which codes are found elsewhere than they were lifted from, as in an embedding.
    const coarse = { ...frame.projection, locate: () => Float32Array.of(40, 40) };
    probe.stepTo({ x: 2, y: 3 }, coarse);
    expect(probe.placeIn(coarse)).toEqual({ x: 2, y: 3 });
    probe.put(Float32Array.of(0, 0, 0));
    expect(probe.placeIn(coarse)).toEqual({ x: 40, y: 40 });
  });

  it('is found anew after a step when other axes are shown', () => {
    const { probe } = makeProbe();
    probe.rest(frame);
    probe.stepTo({ x: 2, y: 3 }, frame.projection);
    const others = makeFrame({ epoch: 1, code: frame.codes, error: frame.error }, 3, { mode: 'axes', x: 2, y: 0 }, dimensionName([3]));
    expect(probe.placeIn(others.projection)).toEqual({ x: 5, y: 2 });
  });
});
