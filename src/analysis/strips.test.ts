import { expect, it } from 'vitest';
import { stripsPicture } from './strips.ts';

it('shows each image of a strip as sharp squares, strips of a group close, groups apart', () => {
  const strip = (label: string, ...images: number[]) => ({ label, images });
  const { width, height, data } = stripsPicture([1, 1, 1], [[strip('straight', 0.2, 0.4), strip('spherical', 0.6, 0.8)], [strip('straight', 0, 0.1)]]);
  const levels = (y: number): number[] => Array.from({ length: width }, (_, x) => data[(y * width + x) * 3]!);
  const bands = Array.from({ length: height }, (_, y) => [0, 0.1, 0.2, 0.4, 0.6, 0.8].filter(value => levels(y).filter(level => level === Math.round(255 * value)).length >= 56).join());
  const runs = bands.filter((band, y) => band !== '' && band !== bands[y - 1]);
  expect(runs).toEqual(['0.2,0.4', '0.6,0.8', '0,0.1']);
  for (const run of runs) expect(bands.filter(band => band === run)).toHaveLength(56);
  const start = (band: string): number => bands.indexOf(band);
  expect(start('0,0.1') - start('0.6,0.8')).toBeGreaterThan(start('0.6,0.8') - start('0.2,0.4'));
});
