// What keys do in the picture: arrows move the probe, Enter chooses the sample nearest to it, Escape lets the choice go. Those that
// move the camera are the picture's own (scatter.ts).
import type { Point } from './camera.ts';
import type { Chosen } from './chosen.ts';
import type { Frame } from './frame.ts';
import type { Probe } from './probe.ts';
import type { Scatter, Target } from './scatter.ts';

/** CSS pixels that an arrow moves the probe, and with Shift. */
const STEP = 12;
const SMALL_STEP = 2;
const directions: Partial<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** The part of the explorer that keys move. */
export interface Keyed {
  readonly frame: Frame | undefined;
  readonly probe: Pick<Probe, 'placeIn' | 'stepTo'>;
  readonly chosen: Pick<Chosen, 'samples' | 'choose' | 'letGo'>;
  readonly scatter: Pick<Scatter, 'camera' | 'toScreen' | 'reveal'>;
  nearestToProbe(): number | undefined;
  /** Shows what is at a place beside it, as the pointer does. */
  setHover(target: Target, pixel: Point, code?: Float32Array): void;
}

/** @returns whether the key was used */
export function pictureKey({ key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>, explorer: Keyed): boolean {
  const { frame, probe, chosen, scatter } = explorer;
  if (frame === undefined) return false;
  const direction = directions[key];
  if (direction) {
    const from = probe.placeIn(frame.projection);
    if (from === undefined) return false;
    const distance = (shiftKey ? SMALL_STEP : STEP) / scatter.camera.scale;
    const place = { x: from.x + direction[0] * distance, y: from.y + direction[1] * distance };
    const code = probe.stepTo(place, frame.projection);
    scatter.reveal(place);
    // What is decoded stands beside the probe, as it does at the pointer: the panels may be out of sight.
    explorer.setHover({ kind: 'place', ...place }, scatter.toScreen(place), code);
    return true;
  }
  if (key === 'Enter') {
    const nearest = explorer.nearestToProbe();
    if (nearest === undefined) return true;
    const [x = 0, y = 0] = frame.points.subarray(2 * nearest, 2 * nearest + 2);
    explorer.setHover({ kind: 'point', index: nearest }, scatter.toScreen({ x, y }));
    chosen.choose(nearest);
    return true;
  }
  if (key === 'Escape' && chosen.samples.length > 0) {
    chosen.letGo();
    return true;
  }
  return false;
}
