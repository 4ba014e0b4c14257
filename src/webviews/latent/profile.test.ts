import { afterEach, expect, it } from 'vitest';
import { barText, profileRanges, setProfile } from './profile.ts';

afterEach(() => { setProfile(undefined); });

it('draws and names the bars of vectors by the samples of the page, and leaves pictures alone', () => {
  const original = Float32Array.of(0, 1500, 1, 900);
  setProfile({ shape: [2], latentShape: [1], count: 2, original, columns: { names: ['speed', 'height'] } });
  expect(profileRanges()).toEqual([{ min: 0, max: 1 }, { min: 900, max: 1500 }]);
  expect(barText(original, 1, 2, 0.75)).toMatch(/^height: 900\nEach column is drawn over its own range/);
  expect(barText(original, 1, 2, 1.5)).toBeUndefined();
  setProfile({ shape: [1, 2, 1], latentShape: [1], count: 2, original: Uint8Array.of(0, 1, 2, 3) });
  expect(profileRanges()).toEqual({ min: 0, max: 1 });
});
