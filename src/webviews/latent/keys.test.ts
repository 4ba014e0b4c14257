import { describe, expect, it, vi } from 'vitest';
import { dimensionName } from '../shared/dimensions.ts';
import { makeFrame } from './frame.ts';
import { pictureKey, type Keyed } from './keys.ts';

const frame = makeFrame({ epoch: 1, code: Float32Array.of(0, 0, 4, 6), error: new Float32Array(2) }, 2, { mode: 'axes', x: 0, y: 1 }, dimensionName([2]));
const lifted = Float32Array.of(7, 7);
function keyed(change: Partial<Keyed> = {}) {
  return {
    frame, nearestToProbe: () => 1, setHover: vi.fn(),
    probe: { placeIn: () => ({ x: 1, y: 1 }), stepTo: vi.fn(() => lifted) },
    chosen: { samples: [0], choose: vi.fn(), letGo: vi.fn() },
    scatter: { camera: { x: 0, y: 0, scale: 4 }, toScreen: ({ x, y }: { x: number; y: number }) => ({ x: 10 * x, y: 10 * y }), reveal: vi.fn() },
    ...change,
  };
}
const press = (key: string, explorer: Keyed, shiftKey = false) => pictureKey({ key, shiftKey }, explorer);

describe('keys in the picture', () => {
  it('move the probe as far on the screen at every zoom, and show what is there', () => {
    const explorer = keyed();
    expect(press('ArrowUp', explorer)).toBe(true);
    expect(explorer.probe.stepTo).toHaveBeenCalledWith({ x: 1, y: 4 }, frame.projection);
    expect(explorer.scatter.reveal).toHaveBeenCalledWith({ x: 1, y: 4 });
    expect(explorer.setHover).toHaveBeenCalledWith({ kind: 'place', x: 1, y: 4 }, { x: 10, y: 40 }, lifted);
    press('ArrowLeft', explorer, true);
    expect(explorer.probe.stepTo).toHaveBeenLastCalledWith({ x: 0.5, y: 1 }, frame.projection);
  });

  it('choose the sample nearest to the probe', () => {
    const explorer = keyed();
    expect(press('Enter', explorer)).toBe(true);
    expect(explorer.setHover).toHaveBeenCalledWith({ kind: 'point', index: 1 }, { x: 40, y: 60 });
    expect(explorer.chosen.choose).toHaveBeenCalledWith(1);
    const alone = keyed({ nearestToProbe: () => undefined });
    expect(press('Enter', alone)).toBe(true);
    expect(alone.chosen.choose).not.toHaveBeenCalled();
  });

  it('let the choice go, and leave Escape to others where there is none', () => {
    const explorer = keyed();
    expect(press('Escape', explorer)).toBe(true);
    expect(explorer.chosen.letGo).toHaveBeenCalledOnce();
    expect(press('Escape', keyed({ chosen: { samples: [], choose: vi.fn(), letGo: vi.fn() } }))).toBe(false);
  });

  it('are left alone where they mean nothing', () => {
    expect(press('a', keyed())).toBe(false);
    expect(press('Enter', keyed({ frame: undefined }))).toBe(false);
  });
});
