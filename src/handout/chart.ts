// Charts as SVG within a report: axes and ticks where the pages have them (view/figure.ts), colours by class so that they
// follow light, dark and paper.
import { layoutFigure, type Figure, type FigureLayout } from '../view/figure.ts';
import { placeLabels, placesAlong, placesAround, type Box, type Point } from '../view/labels.ts';
import { decimate } from '../view/loss/decimate.ts';
import { lineTitle, type Line } from '../view/loss/lines.ts';
import { markPath } from '../view/marks.ts';
import { categoryCount, categoryDash, categoryMark, type Mark } from '../view/palette.ts';
import { formatNumber, formatValue } from '../view/runs.ts';
import { countSteps } from '../view/ticks.ts';
import { html, type Markup } from './html.ts';

export interface ChartLine {
  readonly name: string;
  /** Ascending. */
  readonly x: readonly number[];
  /** As many; what is not finite leaves a gap. */
  readonly y: readonly number[];
  readonly low?: readonly number[];
  readonly high?: readonly number[];
  /** Place in the palette; absent for what is only to be compared with. */
  readonly color?: number;
  readonly mark: Mark;
  readonly dash: readonly number[];
  readonly width: number;
}

export interface Ring {
  readonly x: number;
  readonly y: number;
  readonly text?: string;
}

export interface Chart extends Omit<Figure, 'series' | 'marked'> {
  readonly lines: readonly ChartLine[];
  readonly rings?: readonly Ring[];
}

export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

export const LARGE: ChartSize = { width: 700, height: 300 };
export const SMALL: ChartSize = { width: 340, height: 190 };

/** Of the texts in a chart, in its units. */
const TEXT = 11;
const RING = 7;
/** Lines of more points than these have no marks. */
const MARKED = 40;

/** A chart of the report page. */
export function chartOf({ series, marked, ...figure }: Figure): Chart {
  return {
    ...figure, ...(marked === undefined ? {} : { rings: [marked] }),
    lines: series.map(({ style, reference = false, name, x, y, low, high }) => ({
      name, x, y, ...(low === undefined || high === undefined ? {} : { low, high }),
      ...(reference ? {} : { color: style % categoryCount }), mark: categoryMark(style), dash: reference ? [2, 4] : categoryDash(style), width: reference ? 1.5 : 2,
    })),
  };
}

/** A line of the loss page. */
export function lineOf(line: Line): ChartLine {
  const { color, mark, dash, width } = line.style;
  return { name: lineTitle(line), x: Array.from(line.x), y: Array.from(line.y), color: color % categoryCount, mark, dash, width };
}

/** Whole numbers on the axis of epochs of some lines. */
export function epochTicks(lines: readonly Pick<ChartLine, 'x'>[], most: number): readonly number[] {
  const all = lines.flatMap(({ x }) => (x.length === 0 ? [] : [x[0]!, x.at(-1)!]));
  const [from, to] = [Math.min(...all), Math.max(...all)];
  if (!(to > from)) return all.slice(0, 1);
  // Between whole epochs there is nothing to see where every point is at the end of one.
  const whole = lines.every(({ x }) => x.every(Number.isInteger));
  const steps = countSteps(to - from).filter(step => !whole || step >= 1);
  const step = steps.find(candidate => (to - from) / candidate <= most) ?? steps.at(-1)!;
  const first = Math.ceil(from / step - 1e-9);
  return Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** About as wide as a text of the usual fonts without serifs. */
export function textWidth(text: string, size = TEXT): number {
  let ems = 0;
  for (const sign of text) ems += /[.,:;'|il ]/.test(sign) ? 0.29 : /[mwMW]/.test(sign) ? 0.84 : /[A-Z]/.test(sign) ? 0.67 : 0.56;
  // Rather too wide than cut: fonts differ by a tenth.
  return ems * size * 1.1;
}

export function layoutChart({ lines, rings = [], ...figure }: Chart, { width, height }: ChartSize): FigureLayout {
  const series = lines.map(({ name, x, y, low, high }) => ({ name, style: 0, x, y, ...(low === undefined || high === undefined ? {} : { low, high }) }));
  return layoutFigure({ ...figure, series, ...(rings[0] === undefined ? {} : { marked: { text: '', ...rings[0] } }) }, width, height, text => textWidth(text));
}

export function chartSvg(chart: Chart, size: ChartSize): Markup {
  const layout = layoutChart(chart, size);
  const { toX, toY, left, right } = layout;
  return html`<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${summaryOf(chart)}">${axes(layout, chart, size)}
${chart.lines.map(line => band(line, layout))}${(chart.levels ?? []).map(({ y }) => html`<line class="level" x1="${left}" x2="${right}" y1="${at(toY(y))}" y2="${at(toY(y))}"/>`)}
${chart.lines.map(line => curve(line, layout))}${(chart.rings ?? []).map(({ x, y }) => html`<circle class="ring" cx="${at(toX(x))}" cy="${at(toY(y))}" r="${RING}"/>`)}${texts(chart, layout)}</svg>`;
}

/** Frame, grid and numbers. */
export function axes({ left, right, top, bottom, xTicks, yTicks }: FigureLayout, { xTitle, yTitle }: Pick<Chart, 'xTitle' | 'yTitle'>, { height }: ChartSize): Markup {
  return html`${yTicks.map(tick => html`<line class="grid" x1="${left}" x2="${right}" y1="${at(tick.at)}" y2="${at(tick.at)}"/><text x="${left - 6}" y="${at(tick.at + TEXT * 0.35)}" text-anchor="end">${tick.text}</text>`)}
${xTicks.map(tick => html`<line class="grid" x1="${at(tick.at)}" x2="${at(tick.at)}" y1="${top}" y2="${bottom}"/><text x="${at(tick.at)}" y="${bottom + TEXT + 5}" text-anchor="middle">${tick.text}</text>`)}
<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/><text x="${at((left + right) / 2)}" y="${height - 5}" text-anchor="middle">${xTitle}</text>
<text transform="rotate(-90)" x="${at(-(top + bottom) / 2)}" y="${TEXT}" text-anchor="middle">${yTitle}</text>`;
}

export function legend(lines: readonly ChartLine[]): Markup {
  return html`<ul class="legend">${lines.map(line => html`<li><svg viewBox="0 0 28 12" aria-hidden="true"><line x1="0" x2="28" y1="6" y2="6" class="${stroke(line)}" stroke-width="${line.width}" stroke-dasharray="${line.dash.join(' ')}"/><path class="${filled(line)}" d="${markPath(line.mark, 14, 6, 3.2)}"/></svg>${line.name}</li>`)}</ul>`;
}

const at = (value: number): number => Math.round(value * 10) / 10;
const stroke = ({ color }: ChartLine): string => (color === undefined ? 'sm' : `s${color}`);
const filled = ({ color }: ChartLine): string => (color === undefined ? 'fm' : `f${color}`);

function band(line: ChartLine, { toX, toY }: FigureLayout): Markup | undefined {
  const { x, low, high } = line;
  if (low === undefined || high === undefined || x.length < 2) return undefined;
  const there = x.map((_, i) => i).filter(i => Number.isFinite(low[i]) && Number.isFinite(high[i]));
  const edge = (values: readonly number[], order: readonly number[]) => order.map(i => `${at(toX(x[i]!))} ${at(toY(values[i]!))}`);
  return html`<path class="band ${filled(line)}" d="M${[...edge(high, there), ...edge(low, [...there].reverse())].join('L')}Z"/>`;
}

function curve(line: ChartLine, { toX, toY, left, right }: FigureLayout): Markup {
  const shown = decimate(Float64Array.from(line.x), Float64Array.from(line.y), line.x[0] ?? 0, line.x.at(-1) ?? 0, Math.round(right - left));
  let path = '';
  let open = false;
  for (const i of shown) {
    const there = Number.isFinite(line.y[i]);
    if (there) path += `${open ? 'L' : 'M'}${at(toX(line.x[i]!))} ${at(toY(line.y[i]!))}`;
    open = there;
  }
  const marks = line.x.length > MARKED ? [] : line.x.flatMap((x, i) => (Number.isFinite(line.y[i]) ? [markPath(line.mark, at(toX(x)), at(toY(line.y[i]!)), 3)] : []));
  return html`<path class="line ${stroke(line)}" stroke-width="${line.width}" stroke-dasharray="${line.dash.join(' ')}" d="${path}"/>${marks.length === 0 ? undefined : html`<path class="${filled(line)}" d="${marks.join('')}"/>`}`;
}

/** What is ringed and what levels are, off each other and, where there is room, off the curves. */
function texts({ lines, rings = [], levels = [] }: Chart, { left, right, top, bottom, toX, toY }: FigureLayout): readonly Markup[] {
  const area: Box = { left, top, width: right - left, height: bottom - top };
  const sizeOf = (text: string) => ({ width: textWidth(text), height: TEXT * 1.2 });
  const named = rings.flatMap(({ x, y, text }) => (text === undefined ? [] : [{ text, places: placesAround([toX(x), toY(y)], RING + 1, sizeOf(text)) }]));
  const all = [...named, ...levels.map(({ y, text }) => ({ text, places: placesAlong(toY(y), area, sizeOf(text)) }))];
  const curves = [
    ...lines.map(({ x, y }) => x.flatMap((value, i): readonly Point[] => (Number.isFinite(y[i]) ? [[toX(value), toY(y[i]!)]] : []))),
    ...levels.map(({ y }): readonly Point[] => [[left, toY(y)], [right, toY(y)]]),
  ];
  const marks = rings.map(({ x, y }) => ({ left: toX(x) - RING, top: toY(y) - RING, width: 2 * RING, height: 2 * RING }));
  return placeLabels(area, all.map(({ places }) => places), { marks, curves }).map((box, i) => html`<text class="over" x="${at(box.left)}" y="${at(box.top + box.height / 2 + TEXT * 0.35)}">${all[i]!.text}</text>`);
}

/** The chart for those who do not see it. */
function summaryOf({ title, lines, rings = [], levels = [], formatY = formatValue }: Chart): string {
  const ranges = lines.map(({ name, x, y }) => {
    const there = y.flatMap((value, i) => (Number.isFinite(value) ? [i] : []));
    const [first, last] = [there[0], there.at(-1)];
    return first === undefined || last === undefined ? `${name} without values`
      : `${name} from ${formatY(y[first]!)} at ${formatNumber(x[first]!)} to ${formatY(y[last]!)} at ${formatNumber(x[last]!)}`;
  });
  const said = [...rings.flatMap(({ text }) => text ?? []), ...levels.map(({ text }) => text)];
  return `${[title, ranges.join(', '), ...said].filter(text => text !== '').join('. ')}.`;
}
