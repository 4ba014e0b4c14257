import { describe, expect, it } from 'vitest';
import { areaColor, categoryColor, categoryCount, categoryDash, categoryMark, contrast, divergingColor, isLight, parseHex, sequentialColor, type Rgb, type ThemeKind } from './palette.ts';

const backgrounds: Record<ThemeKind, string> = { light: '#ffffff', dark: '#1f1f1f', highContrast: '#000000', highContrastLight: '#ffffff' };
const kinds = Object.keys(backgrounds) as ThemeKind[];

/** Deuteranopia by the linear-RGB matrix of Viénot, Brettel and Mollon (1999). */
function withoutGreenCones([r, g, b]: Rgb): Rgb {
  const y = 0.29275 * r + 0.70725 * g;
  return [y, y, -0.02234 * r + 0.02234 * g + b];
}
const distance = (a: Rgb, b: Rgb) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

describe.each(kinds)('palette on %s', kind => {
  const colors = Array.from({ length: categoryCount }, (_, i) => parseHex(categoryColor(kind, i)));

  it('keeps graphics contrast on the background', () => {
    for (const color of colors) expect(contrast(color, parseHex(backgrounds[kind]))).toBeGreaterThanOrEqual(3);
  });

  it('keeps the first six apart, also without green cones', () => {
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j < i; j++) {
        expect(distance(colors[i]!, colors[j]!)).toBeGreaterThan(40);
        expect(distance(withoutGreenCones(colors[i]!), withoutGreenCones(colors[j]!)), `${i} and ${j}`).toBeGreaterThan(15);
      }
    }
  });

  it.each([['marks', sequentialColor], ['areas', areaColor]])('has a sequential map for %s whose contrast to the background only grows', (_name, map) => {
    const ratios = Array.from({ length: 11 }, (_, i) => contrast(map(kind, i / 10), parseHex(isLight(kind) ? '#ffffff' : '#000000')));
    for (let i = 1; i < ratios.length; i++) expect(ratios[i]!).toBeGreaterThan(ratios[i - 1]!);
  });

  it('has a sequential map for marks that can be seen from its first colour on, and read without green cones', () => {
    const map = Array.from({ length: 6 }, (_, i) => sequentialColor(kind, i / 5));
    for (const color of map) expect(contrast(color, parseHex(backgrounds[kind]))).toBeGreaterThanOrEqual(3);
    for (let i = 1; i < map.length; i++) expect(distance(withoutGreenCones(map[i]!), withoutGreenCones(map[i - 1]!)), `${i - 1} and ${i}`).toBeGreaterThan(15);
  });

  it('has a diverging map that is blue below and orange above zero', () => {
    const [below, above] = [divergingColor(kind, -1), divergingColor(kind, 1)];
    expect(below[2]).toBeGreaterThan(below[0]);
    expect(above[0]).toBeGreaterThan(above[2]);
    expect(divergingColor(kind, Number.NaN)).toEqual(below);
  });
});

it('tells categories apart by mark and dash where colours repeat', () => {
  const signs = Array.from({ length: 40 }, (_, i) => `${i % categoryCount} ${categoryMark(i)} ${categoryDash(i).join()}`);
  expect(new Set(signs).size).toBe(40);
});
