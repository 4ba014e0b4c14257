// Tables for people. On a terminal no line is longer than the terminal is wide: columns that matter less give way, then long texts are cut,
// or go on beneath themselves where they are sentences. What is written to a file or a pipe is whole.
import type { Terminal } from './terminal.ts';

export interface TableOptions {
  /** Columns that are aligned to the right: numbers, which are never cut. */
  readonly right?: readonly number[];
  /** Least width of columns that may be cut, where it is another than usual. */
  readonly least?: Readonly<Record<number, number>>;
  /** Columns that may be left out, those first that matter least; some only make sense together. */
  readonly expendable?: readonly (readonly number[])[];
  /** The last column holds sentences. */
  readonly sentences?: boolean;
}

type Rows = readonly (readonly string[])[];

const GAP = '  ';
const LEAST = 10;
/** Sentences are broken into lines of at least so many columns; where there is no room for that, the terminal may break them. */
const LEAST_SENTENCE = 24;

/** Letters that take two columns of a terminal. */
const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u;
const widthOf = (text: string): number => [...text].reduce((sum, letter) => sum + (wide.test(letter) ? 2 : 1), 0);

/**
 * Writes a table to the results; its first row has the titles where columns may be left out.
 * @returns the titles of those that were.
 */
export function printTable(terminal: Terminal, rows: Rows, options: TableOptions = {}): readonly string[] {
  const { text, left } = layTable(rows, options, terminal.outWidth());
  terminal.out(text);
  if (left.length > 0) terminal.err(`Too wide for this terminal: ${left.join(', ')}. With --json it is all there.\n`);
  return left;
}

/** Columns two spaces apart. @param width of a line; any when left out */
export function formatTable(rows: Rows, options: TableOptions = {}, width?: number): string {
  return layTable(rows, options, width).text;
}

function layTable(rows: Rows, options: TableOptions, width = Infinity): { readonly text: string; readonly left: readonly string[] } {
  const { right = [], least = {}, expendable = [], sentences = false } = options;
  const natural: number[] = [];
  for (const row of rows) row.forEach((cell, column) => { natural[column] = Math.max(natural[column] ?? 0, widthOf(cell)); });
  const last = natural.length - 1;
  const smallest = natural.map((columns, column) => (right.includes(column) ? columns : Math.min(columns, sentences && column === last ? LEAST_SENTENCE : least[column] ?? LEAST)));
  const gone = new Set<number>();
  for (const columns of expendable) {
    if (lineWidth(smallest.filter((_, column) => !gone.has(column))) <= width) break;
    for (const column of columns) gone.add(column);
  }
  const kept = natural.map((_, column) => column).filter(column => !gone.has(column));
  const widths = fitted(kept.map(column => natural[column]!), kept.map(column => smallest[column]!), width);
  const text = rows.map(row => {
    const cells = kept.map(column => row[column] ?? '');
    const lines = sentences ? wrapped(cells.at(-1) ?? '', widths.at(-1) ?? 0) : [cells.at(-1) ?? ''];
    const whole = (i: number): boolean => sentences && i === cells.length - 1;
    const first = [...cells.slice(0, -1), lines[0] ?? ''].map((cell, i) => padded(whole(i) ? cell : cut(cell, widths[i]!), widths[i]!, right.includes(kept[i]!))).join(GAP).trimEnd();
    const indent = ' '.repeat(lineWidth(widths.slice(0, -1)) + (widths.length > 1 ? GAP.length : 0));
    return [first, ...lines.slice(1).map(line => indent + line)].map(line => `${line}\n`).join('');
  }).join('');
  return { text, left: [...gone].sort((a, b) => a - b).map(column => rows[0]![column]!).filter(title => title !== '') };
}

function lineWidth(widths: readonly number[]): number {
  return widths.reduce((sum, columns) => sum + columns, 0) + GAP.length * Math.max(0, widths.length - 1);
}

/** Takes from the widest that can give, column by column, until they fit. */
function fitted(natural: readonly number[], smallest: readonly number[], width: number): number[] {
  const widths = [...natural];
  for (let over = lineWidth(widths) - width; over > 0; over--) {
    const able = widths.map((columns, i) => (columns > smallest[i]! ? columns : 0));
    const widest = Math.max(...able);
    if (widest === 0) break;
    widths[able.indexOf(widest)]!--;
  }
  return widths;
}

function padded(cell: string, columns: number, right: boolean): string {
  const gap = ' '.repeat(Math.max(0, columns - widthOf(cell)));
  return right ? gap + cell : cell + gap;
}

/** At most so many columns, with an ellipsis where something is missing. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  for (const letter of text) {
    if (widthOf(kept + letter) > columns - 1) break;
    kept += letter;
  }
  return `${kept}…`;
}

/** Lines of at most so many columns, broken between words. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && widthOf(line) + 1 + widthOf(word) <= columns) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
