// Tables with a caption, numbers to the right.
import { html, type Markup, type Piece } from './html.ts';

export interface Column {
  readonly name: Piece;
  /** Words stand to the left, numbers to the right. */
  readonly text?: boolean;
}

export interface TableText {
  readonly caption: Piece;
  readonly columns: readonly Column[];
  /** The first cell of each names the row. */
  readonly rows: readonly (readonly Piece[])[];
  /** Rows from this one on are sums of those above. */
  readonly sums?: number;
}

export function table({ caption, columns, rows, sums = rows.length }: TableText): Markup {
  const align = (column: number): string => (columns[column]?.text === true ? 'words' : 'number');
  return html`<div class="wide"><table${columns.length > ROOMY ? html` class="dense"` : undefined}><caption>${caption}</caption>
<thead><tr>${columns.map(({ name }, i) => html`<th scope="col" class="${align(i)}">${name}</th>`)}</tr></thead>
<tbody>${rows.map((cells, row) => html`<tr${row === sums ? html` class="sum"` : undefined}>${cells.map((cell, i) => (i === 0
    ? html`<th scope="row" class="${align(i)}">${cell}</th>` : html`<td class="${align(i)}">${cell}</td>`))}</tr>
`)}</tbody></table></div>`;
}

/** Names and what they stand for. Entries without anything are left out. */
export function facts(entries: readonly (readonly [name: string, value: Piece])[]): Markup {
  return html`<dl>${entries.filter(([, value]) => value !== undefined && value !== '').map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** A name in camel case, which may be broken where a word of it ends. */
export function breakable(name: string): Markup {
  return html`${name.split(/(?=[A-Z][a-z])/).map((word, i) => (i === 0 ? word : html`<wbr>${word}`))}`;
}

/** More columns are set smaller, so that they fit on paper. */
const ROOMY = 6;

/** Of a missing number. */
export const NONE = '–';
