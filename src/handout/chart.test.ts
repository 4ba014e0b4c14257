// That a chart says what its numbers are: read from the SVG alone, by the numbers at its axes.
import { describe, expect, it } from 'vitest';
import { chartSvg, epochTicks, LARGE, type Chart, type ChartLine } from './chart.ts';
import { all, parseHtml, textOf, type Element } from './testing.ts';

const line = (x: readonly number[], y: readonly number[]): ChartLine => ({ name: 'validation', x, y, color: 1, mark: 'circle', dash: [], width: 2 });
const chart = (more: Partial<Chart>): Chart => ({ title: 'Loss', xTitle: 'Epoch', yTitle: 'mse', lines: [], ...more });
const drawn = (what: Partial<Chart>): Element => parseHtml(chartSvg(chart(what), LARGE).text);

/** Where a number stands on an axis: at the grid line whose text it is. */
function gridOf(svg: Element, side: 'x' | 'y'): ReadonlyMap<string, number> {
  const [root] = all(svg, 'svg');
  const parts = root!.children.filter((child): child is Element => typeof child !== 'string');
  return new Map(parts.flatMap((part, i): [string, number][] => {
    const label = parts[i + 1];
    const across = part.attributes['y1'] === part.attributes['y2'];
    return part.attributes['class'] === 'grid' && label?.name === 'text' && across === (side === 'y') ? [[textOf(label), Number(part.attributes[side === 'y' ? 'y1' : 'x1'])]] : [];
  }));
}

function pointsOf(svg: Element): readonly (readonly (readonly number[])[])[] {
  const path = all(svg, 'path').find(({ attributes }) => attributes['class']?.startsWith('line'))!.attributes['d']!;
  return path.split('M').filter(piece => piece !== '').map(piece => piece.split('L').map(point => point.split(' ').map(Number)));
}

describe('a chart', () => {
  it('has its points at the numbers of its axes', () => {
    const svg = drawn({ lines: [line([1, 2, 3, 4], [1, 3, 2, 4])], ticksX: [1, 2, 3, 4] });
    const [x, y] = [gridOf(svg, 'x'), gridOf(svg, 'y')];
    const [points] = pointsOf(svg);
    expect(points).toHaveLength(4);
    [[1, 1], [2, 3], [3, 2], [4, 4]].forEach(([epoch, value], i) => {
      expect(points![i]![0]).toBeCloseTo(x.get(String(epoch))!, 0);
      expect(points![i]![1]).toBeCloseTo(y.get(String(value))!, 0);
    });
  });

  it('spreads factors evenly on a logarithmic axis', () => {
    const svg = drawn({ lines: [line([1, 2, 3], [1, 10, 100])], logY: true });
    const [[one, ten, hundred]] = pointsOf(svg) as [[number[], number[], number[]]];
    expect(one[1]! - ten[1]!).toBeCloseTo(ten[1]! - hundred[1]!, 0);
    expect(ten[1]).toBeCloseTo(gridOf(svg, 'y').get('10')!, 0);
  });

  it('leaves a gap where a value is not finite', () => {
    expect(pointsOf(drawn({ lines: [line([1, 2, 3, 4, 5], [1, 2, Number.NaN, 2, 1])] })).map(piece => piece.length)).toEqual([2, 2]);
  });

  it('puts rings and levels where they belong, and says them', () => {
    const svg = drawn({ lines: [line([1, 2, 3], [3, 1, 2])], ticksX: [1, 2, 3], rings: [{ x: 2, y: 1, text: 'best: epoch 2' }], levels: [{ y: 2, text: 'PCA: 2' }] });
    const [ring] = all(svg, 'circle');
    expect(Number(ring!.attributes['cx'])).toBeCloseTo(gridOf(svg, 'x').get('2')!, 0);
    expect(Number(ring!.attributes['cy'])).toBeCloseTo(gridOf(svg, 'y').get('1')!, 0);
    const level = all(svg, 'line').find(({ attributes }) => attributes['class'] === 'level')!;
    expect(Number(level.attributes['y1'])).toBeCloseTo(gridOf(svg, 'y').get('2')!, 0);
    expect(all(svg, 'text').map(textOf)).toEqual(expect.arrayContaining(['best: epoch 2', 'PCA: 2']));
    expect(all(svg, 'svg')[0]!.attributes['aria-label']).toBe('Loss. validation from 3 at 1 to 2 at 3. best: epoch 2. PCA: 2.');
  });

  it('keeps a long curve short, with its highest and its lowest point', () => {
    const y = Array.from({ length: 50_000 }, (_, i) => (i === 31_234 ? 9 : i === 12_345 ? 0.5 : 1 + (i % 7) / 10));
    const svg = drawn({ lines: [line(y.map((_, i) => i), y)], formatY: String });
    const heights = pointsOf(svg).flat().map(point => point[1]!);
    expect(heights.length).toBeLessThan(4000);
    const whole = pointsOf(drawn({ lines: [line([0, 1, 2], [9, 0.5, 1])], formatY: String })).flat().map(point => point[1]!);
    expect(Math.min(...heights)).toBeCloseTo(whole[0]!, 0);
    expect(Math.max(...heights)).toBeCloseTo(whole[1]!, 0);
  });
});

it('ticks of epochs are whole, at most so many', () => {
  expect(epochTicks([{ x: [1, 2, 3, 4] }], 12)).toEqual([1, 2, 3, 4]);
  expect(epochTicks([{ x: [1, 35] }, { x: [2, 40] }], 10)).toEqual([5, 10, 15, 20, 25, 30, 35, 40]);
  expect(epochTicks([{ x: [1, 2] }], 12)).toEqual([1, 2]);
  expect(epochTicks([{ x: [0.1, 0.45] }], 8)).toEqual([0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45]);
  expect(epochTicks([{ x: [7] }], 10)).toEqual([7]);
  expect(epochTicks([{ x: [] }], 10)).toEqual([]);
});
