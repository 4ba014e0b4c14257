// Charts by what can be seen in them: where marks, lines and texts are, not by single bytes.
import { describe, expect, it } from 'vitest';
import type { Picture } from './canvas.ts';
import { lineChart, type ChartOptions } from './chart.ts';
import { parallelChart } from './chart-parallel.ts';
import { drawDisc, drawRing, drawStroke } from './chart-pen.ts';
import { nameScale, numberScale, spreadsWide, tickText } from './chart-scale.ts';
import { newPicture } from './canvas.ts';
import { classColor, type Rgb } from './palette.ts';

const ACCENT: Rgb = [200, 60, 30];

/** Pixels near a colour, as [x, y]. */
function pixelsOf({ width, data }: Picture, [red, green, blue]: Rgb, near = 24): [number, number][] {
  const found: [number, number][] = [];
  for (let at = 0; at < data.length; at += 3) {
    if (Math.abs(data[at]! - red) + Math.abs(data[at + 1]! - green) + Math.abs(data[at + 2]! - blue) <= near) found.push([(at / 3) % width, Math.floor(at / 3 / width)]);
  }
  return found;
}
const extent = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)];
/** Where a line of that colour runs in a column: the mean of its rows. */
const heightAt = (pixels: readonly (readonly [number, number])[], column: number): number => {
  const rows = pixels.filter(([x]) => x === column).map(([, y]) => y);
  return rows.reduce((sum, y) => sum + y, 0) / rows.length;
};

describe('the pen', () => {
  it('covers as much as the area of what it draws', () => {
    const ink = (draw: (picture: Picture) => void): number => {
      const picture = newPicture(60, 60);
      draw(picture);
      let sum = 0;
      for (let at = 0; at < picture.data.length; at += 3) sum += 255 - picture.data[at]!;
      return sum / 255;
    };
    const pen = { color: [0, 0, 0], width: 3 } as const;
    expect(ink(picture => { drawDisc(picture, [30, 30], 10, [0, 0, 0]); })).toBeCloseTo(Math.PI * 100, -1);
    expect(ink(picture => { drawRing(picture, [30, 30], 12, pen); })).toBeCloseTo(2 * Math.PI * 12 * 3, -1.2);
    // A stroke with round ends, at any angle.
    const whole = 40 * 3 + Math.PI * 1.5 ** 2;
    for (const angle of [0, 0.3, 1, 2]) {
      const [dx, dy] = [20 * Math.cos(angle), 20 * Math.sin(angle)];
      expect(Math.abs(ink(picture => { drawStroke(picture, [30 - dx, 30 - dy], [30 + dx, 30 + dy], pen); }) / whole - 1), String(angle)).toBeLessThan(0.03);
    }
    const dashed = ink(picture => { drawStroke(picture, [5, 30], [55, 30], { ...pen, width: 1, dash: [5, 5] }); });
    expect(dashed).toBeGreaterThan(20);
    expect(dashed).toBeLessThan(40);
  });
  it('leaves out what lies outside the picture', () => {
    const picture = newPicture(10, 10);
    drawStroke(picture, [-5, 5], [15, 5], { color: [0, 0, 0], width: 2 });
    drawDisc(picture, [0, 0], 4, [0, 0, 0]);
    expect(pixelsOf(picture, [0, 0, 0]).length).toBeGreaterThan(20);
  });
});

describe('scales', () => {
  it('have round ticks inside their ends', () => {
    const { ticks, place } = numberScale([0, 0.0431], { round: true });
    expect(ticks.map(({ text }) => text)).toEqual(['0.00', '0.01', '0.02', '0.03', '0.04', '0.05']);
    expect(ticks.map(tick => tick.place)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1].map(value => expect.closeTo(value, 9) as number));
    expect(place(0.025)).toBeCloseTo(0.5, 9);
    expect(numberScale([-3, 7]).ticks.map(({ text }) => text)).toEqual(['−2', '0', '2', '4', '6']);
    expect(numberScale([5, 5]).ticks.length).toBeGreaterThan(0);
    expect(numberScale([5, 5]).place(5)).toBeCloseTo(0.5, 9);
  });
  it('divide decades evenly when they are logarithmic', () => {
    const { ticks, place } = numberScale([1, 100], { log: true, most: 3 });
    expect(ticks.map(({ text }) => text)).toEqual(['1', '10', '100']);
    expect(place(10)).toBeCloseTo(0.5, 9);
    expect(numberScale([2, 64], { log: true, at: [2, 8, 64] }).ticks.map(({ text, place: at }) => [text, Number(at.toFixed(3))])).toEqual([['2', 0], ['8', 0.4], ['64', 1]]);
    expect([spreadsWide([1, 8]), spreadsWide([1, 7]), spreadsWide([0, 100])]).toEqual([true, false, false]);
  });
  it('put names side by side', () => {
    expect(nameScale(['a', 'b', 'a', 'c']).ticks).toEqual([{ place: 0, text: 'a' }, { place: 0.5, text: 'b' }, { place: 1, text: 'c' }]);
    expect([tickText(-0.5), tickText(12345), tickText(5e-7), tickText(0)]).toEqual(['−0.5', '12,345', '5e−7', '0']);
  });
});

describe('lineChart', () => {
  const points = [[2, 0.04], [4, 0.03], [8, 0.02], [16, 0.01], [32, 0.009]] as const;
  const draw = (more: Partial<ChartOptions> = {}): Picture => lineChart([{ name: 'loss', points }], { xLabel: 'units', yLabel: 'loss', ...more });
  const curve = (picture: Picture) => pixelsOf(picture, classColor(0));

  it('draws equal differences as equal lengths, from zero up', () => {
    const picture = draw({ logX: true });
    const pixels = curve(picture);
    const [left, right] = extent(pixels.map(([x]) => x));
    // On a logarithmic axis doublings are equally far apart.
    const heights = points.map((_, i) => heightAt(pixels, Math.round(left + 3 + (i / 4) * (right - left - 6))));
    expect(heights[1]! - heights[0]!).toBeCloseTo(heights[2]! - heights[1]!, -0.5);
    expect(heights[3]! - heights[2]!).toBeCloseTo(heights[2]! - heights[1]!, -0.5);
    expect((heights[4]! - heights[3]!) / (heights[1]! - heights[0]!)).toBeCloseTo(0.1, 1);
    const [axis] = extent(pixelsOf(picture, [150, 150, 150], 0).filter(([x]) => x === Math.round((left + right) / 2)).map(([, y]) => y));
    expect((axis! - heights[0]!) / (axis! - heights[2]!)).toBeCloseTo(2, 1);
  });

  it('puts a linear axis where it is asked for', () => {
    const pixels = curve(draw());
    const [left, right] = extent(pixels.map(([x]) => x));
    const at = (value: number): number => heightAt(pixels, Math.round(left + 3 + ((value - 2) / 30) * (right - left - 6)));
    expect(at(8) - at(2)).toBeGreaterThan(3 * (at(32) - at(16)));
  });

  it('rings the point it marks, and says why beside it, within the picture', () => {
    for (const [x, y] of [points[3], points[4]]) {
      const picture = draw({ logX: true, marks: [{ x, y, text: `${x} is enough` }] });
      const without = draw({ logX: true });
      const changed = pixelsOf(picture, ACCENT);
      expect(pixelsOf(without, ACCENT)).toEqual([]);
      const pixels = curve(without);
      const [left, right] = extent(pixels.map(([px]) => px));
      const center = left + 3.5 + (Math.log2(x / 2) / 4) * (right - left - 7);
      const height = heightAt(pixels, Math.round(center));
      const ring = changed.filter(([px, py]) => Math.abs(Math.hypot(px - center, py - height) - 8) < 3);
      expect(ring.length).toBeGreaterThan(50);
      const text = changed.filter(pixel => !ring.includes(pixel));
      expect(text.length).toBeGreaterThan(60);
      expect(Math.max(...text.map(([, py]) => py))).toBeLessThan(height);
      expect(extent(text.map(([px]) => px))[1]).toBeLessThan(picture.width - 10);
      // It hides nothing of the curve.
      const away = (all: [number, number][]) => all.filter(([px, py]) => Math.hypot(px - center, py - height) > 12);
      expect(away(curve(picture))).toEqual(away(pixels));
    }
  });

  it('draws levels as dashes across the plot', () => {
    const level = pixelsOf(draw({ levels: [{ y: 0.025, text: '' }] }), ACCENT, 120);
    const rows = new Set(level.map(([, y]) => y));
    expect(rows.size).toBeLessThanOrEqual(2);
    const columns = new Set(level.map(([x]) => x));
    const [left, right] = extent([...columns]);
    expect(right - left).toBeGreaterThan(600);
    expect(columns.size / (right - left)).toBeLessThan(0.8);
  });

  it('names several series in a legend, in their colours', () => {
    const picture = lineChart([{ name: 'one', points }, { name: 'two', points: points.map(([x, y]) => [x, y / 2] as const) }], { xLabel: 'x', yLabel: 'y' });
    for (const series of [0, 1]) {
      const pixels = pixelsOf(picture, classColor(series));
      expect(pixels.filter(([, y]) => y < 30).length, String(series)).toBeGreaterThan(20);
      expect(pixels.filter(([, y]) => y > 50).length, String(series)).toBeGreaterThan(200);
    }
  });

  it('says when there is nothing', () => {
    expect(pixelsOf(lineChart([], { xLabel: 'x', yLabel: 'y' }), [100, 100, 100]).length).toBeGreaterThan(50);
  });
});

describe('parallelChart', () => {
  const axes = [
    { name: 'units', values: [2, 8, 2, 8] }, { name: 'optimizer', values: ['adam', 'adam', 'sgd', 'sgd'] }, { name: 'loss', values: [0.03, 0.01, 0.05, 0.02] },
  ];
  it('draws the best one through its values, down to the best result', () => {
    const picture = parallelChart(axes, { best: 1 });
    const pixels = pixelsOf(picture, ACCENT);
    const columns = pixelsOf(picture, [120, 120, 120], 0).map(([x]) => x);
    const [left, right] = extent(columns);
    // 8 units above, adam and the smallest loss below.
    expect(heightAt(pixels, left + 3)).toBeLessThan(picture.height / 3);
    const last = pixels.filter(([x]) => x > right - 6 && x < right - 2).map(([, y]) => y);
    expect(Math.min(...last)).toBeGreaterThan(picture.height * 0.85);
    expect(extent(pixels.map(([x]) => x))[1]).toBeLessThan(picture.width - 8);
  });
  it('keeps lines of the same values apart', () => {
    const same = { name: 'seed', values: [1, 1, 1, 1] };
    const picture = parallelChart([same, { name: 'again', values: [1, 1, 1, 1] }, { name: 'loss', values: [4, 3, 2, 1] }]);
    const column = Math.round(picture.width / 4);
    let bands = 0;
    let before = false;
    for (let y = 60; y < picture.height; y++) {
      const at = (y * picture.width + column) * 3;
      const inked = picture.data[at]! < 245;
      if (inked && !before) bands++;
      before = inked;
    }
    expect(bands).toBe(4);
  });
});
