// Parallel coordinates (A. Inselberg, "The Plane with Parallel Coordinates", 1985): an axis for each parameter and one for the
// result, a line for each training. What the good ones have in common is where their lines meet.
import { drawText, fill, newPicture, WHITE, type Picture } from './canvas.ts';
import { drawDisc, drawPath, type Point } from './chart-pen.ts';
import { nameScale, numberScale, spreadsWide, tickText, type Scale } from './chart-scale.ts';
import { textHeight, textWidth } from './lettering.ts';
import type { Rgb } from './palette.ts';

export interface ParallelAxis {
  readonly name: string;
  /** One for each line: all numbers, or texts. */
  readonly values: readonly (number | string)[];
}

export interface ParallelOptions {
  readonly title?: string;
  /** The line to stress, drawn last. */
  readonly best?: number;
  readonly width?: number;
  readonly height?: number;
}

const MARGIN = 16;
const TEXT = 11;
const TITLE = 13;
/** Height of the band in which lines of one value lie side by side. */
const SPREAD = 18;
const AXIS: Rgb = [120, 120, 120];
const GREY: Rgb = [100, 100, 100];
const ACCENT: Rgb = [200, 60, 30];
/** Of the worst and of the best result. */
const FAINT: Rgb = [205, 210, 218];
const STRONG: Rgb = [30, 90, 170];

/** @param axes parameters from left to right; the last one is the result, whose small values are good. */
export function parallelChart(axes: readonly ParallelAxis[], options: ParallelOptions = {}): Picture {
  const { width = Math.max(480, 190 * axes.length), height = 440, title, best } = options;
  const picture = newPicture(width, height);
  if (title !== undefined) drawText(picture, title, MARGIN, MARGIN, TITLE);
  const head = MARGIN + (title === undefined ? 0 : textHeight(TITLE) + 12);
  const [top, bottom] = [head + textHeight(TEXT) + 24, height - MARGIN - SPREAD / 2];
  const scales = axes.map(scaleOf);
  // Room for the names and for the texts to the right of the last axis.
  const ends = [axes[0]!, axes.at(-1)!].map(({ name }) => textWidth(name, TEXT) / 2);
  const bestText = best === undefined ? '' : tickText(Number(Number(axes.at(-1)!.values[best]).toPrecision(4)));
  const last = Math.max(ends[1]!, 14 + Math.max(...[bestText, ...scales.at(-1)!.ticks.map(({ text }) => text)].map(text => textWidth(text, TEXT))));
  const [left, right] = [MARGIN + Math.max(12, ends[0]!), width - MARGIN - last];
  const columns = axes.map((_, i) => Math.round(left + (axes.length === 1 ? 0 : i / (axes.length - 1)) * (right - left)));
  const placeY = (axis: number, value: unknown): number => bottom - scales[axis]!.place(value) * (bottom - top);

  const results = axes.at(-1)!.values;
  const order = results.map((_, line) => line).sort((a, b) => Number(results[b]) - Number(results[a]));
  const apart = axes.map(({ values }) => spread(values, order));
  const pathOf = (line: number): Point[] => axes.map(({ values }, axis): Point => [columns[axis]! + 0.5, placeY(axis, values[line]) + apart[axis]![line]!]);
  for (const [rank, line] of order.entries()) {
    if (line !== best) drawPath(picture, pathOf(line), { color: blend(order.length < 2 ? 1 : rank / (order.length - 1)), width: 1.6 });
  }
  for (const column of columns) fill(picture, column, top - SPREAD / 2, 1, bottom - top + SPREAD, AXIS);
  const label = (axis: number, y: number, text: string, ink: Rgb): void => {
    // Lines make way for a text.
    fill(picture, columns[axis]! + 7, Math.round(y - TEXT / 2) - 2, textWidth(text, TEXT) + 4, TEXT + 4, WHITE);
    drawText(picture, text, columns[axis]! + 9, Math.round(y - TEXT / 2), TEXT, 'left', ink);
  };
  if (best !== undefined) {
    drawPath(picture, pathOf(best), { color: ACCENT, width: 2.5 });
    for (const point of pathOf(best)) drawDisc(picture, point, 4, ACCENT);
  }
  const bestY = best === undefined ? Infinity : pathOf(best).at(-1)![1];
  for (const [axis, { name }] of axes.entries()) {
    drawText(picture, name, columns[axis]!, head, TEXT, 'center');
    for (const { place, text } of scales[axis]!.ticks) {
      const y = bottom - place * (bottom - top);
      fill(picture, columns[axis]! - 3, Math.round(y), 7, 1, AXIS);
      // The best result tells its own number.
      if (axis < axes.length - 1 || Math.abs(y - bestY) > TEXT + 4) label(axis, y, text, GREY);
    }
  }
  if (best !== undefined) label(axes.length - 1, bestY, bestText, ACCENT);
  return picture;
}

/** How far lines of one value stand apart, in pixels, so that none hides another; the better lie lower, as on the last axis. */
function spread(values: ParallelAxis['values'], worstFirst: readonly number[]): number[] {
  const offsets = values.map(() => 0);
  for (const value of new Set(values)) {
    const lines = worstFirst.filter(line => values[line] === value);
    const gap = Math.min(4, SPREAD / lines.length);
    lines.forEach((line, i) => { offsets[line] = (i - (lines.length - 1) / 2) * gap; });
  }
  return offsets;
}

function scaleOf({ values }: ParallelAxis): Scale {
  const numbers = values.filter((value): value is number => typeof value === 'number');
  if (numbers.length < values.length) return nameScale(values.map(String));
  const distinct = [...new Set(numbers)].sort((a, b) => a - b);
  return numberScale(numbers, { log: spreadsWide(numbers), ...(distinct.length <= 8 && distinct.every(isShort) ? { at: distinct } : {}) });
}

/** Whether a number is one that someone wrote, not one that was measured. */
function isShort(value: number): boolean {
  return String(value).length <= 6;
}

/** Between faint (0) and strong (1). */
function blend(share: number): Rgb {
  const mixed = FAINT.map((value, c) => Math.round(value + (STRONG[c]! - value) * share));
  return [mixed[0]!, mixed[1]!, mixed[2]!];
}
