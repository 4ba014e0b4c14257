import uPlot from 'uplot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Line } from '../../view/loss/lines.ts';
import type { Theme } from '../shared/theme.ts';
import type { ChartContent } from './chart-content.ts';
import { contains, drawLines } from './chart-lines.ts';

// uPlot reads it from the window, and there is none.
beforeAll(() => { Object.assign(uPlot, { pxRatio: 1 }); });

const bbox = { left: 0, top: 0, width: 100, height: 100 };
const theme = { foreground: 'ink', category: (index: number) => `color${index}` } as Theme;
const curve = (values: readonly number[], raw?: readonly number[]): Line => {
  const y = Float64Array.from(values);
  const x = y.map((_, i) => 10 * i);
  return { runId: 'a', name: 'a', split: 'train', style: { color: 0, mark: 'circle', dash: [6, 4], width: 2 }, points: { per: 'epoch' } as Line['points'], x, y, raw: raw ? Float64Array.from(raw) : y };
};

/** Draws onto a canvas that keeps the paths stroked, as text, each with its colour, width and dashes. */
function strokes(change: Partial<ChartContent>): string[] {
  const done: string[] = [];
  let path = '';
  let dash: readonly number[] = [];
  const style = { strokeStyle: '', lineWidth: 0, fillStyle: '' };
  const ctx = Object.assign(style, {
    save() {}, restore() {}, rect() {}, clip() {}, fill() {}, closePath() {},
    beginPath() { path = ''; },
    setLineDash(next: readonly number[]) { dash = next; },
    moveTo(x: number, y: number) { path += ` M${x},${y}`; },
    lineTo(x: number, y: number) { path += ` L${x},${y}`; },
    arc(x: number, y: number, radius: number) { path += ` O${x},${y},${radius}`; },
    stroke() { done.push(`${style.strokeStyle} ${style.lineWidth} [${dash.join()}]${path}`); },
  });
  const u = { ctx, bbox, valToPos: (value: number) => value } as unknown as uPlot;
  drawLines(u, { lines: [], best: [], axis: 'epoch', log: false, title: '', ...change }, theme, [0, 100]);
  return done;
}

describe('lines of the chart', () => {
  it('break where there is no number, and on a logarithmic axis where there is no logarithm', () => {
    const lines = [curve([1, 2, NaN, 3, -1, 4, 5])];
    expect(strokes({ lines })).toEqual(['color0 2 [6,4] M0,1 L10,2 M30,3 L40,-1 L50,4 L60,5']);
    expect(strokes({ lines, log: true })).toEqual(['color0 2 [6,4] M0,1 L10,2 M30,3 M50,4 L60,5']);
  });

  it('have what was recorded behind them where they are smoothed: thin, pale and whole', () => {
    const [recorded, smoothed] = strokes({ lines: [curve([2, 2], [1, 3])] });
    expect(recorded).toBe('color-mix(in srgb, color0 30%, transparent) 1 [] M0,1 L10,3');
    expect(smoothed).toBe('color0 2 [6,4] M0,2 L10,2');
  });

  it('stand beside levels and rings, as far as these are in sight', () => {
    expect(strokes({ levels: [{ y: 40, texts: [] }, { y: 140, texts: [] }], best: [20, 200].map(y => ({ runId: 'a', epoch: 1, x: 10, y, color: 1 })) }))
      .toEqual(['ink 1 [7,5] M0,40 L100,40', 'color1 2 [7,5] O10,20,7']);
  });
});

it('counts the edges of the plotting area as inside', () => {
  expect([contains(bbox, 0, 100), contains(bbox, 101, 50), contains(bbox, 102, 50)]).toEqual([true, true, false]);
});
