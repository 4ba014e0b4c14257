// Tables of reports and sweeps: numbers for people who read or listen to them, and the same as CSV.
import './data-table.css';
import { html, nothing, type TemplateResult } from 'lit';
import { csvField } from './csv.ts';

export interface TableColumn {
  readonly name: string;
  /** Numbers stand at the right, texts at the left. */
  readonly text?: boolean;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly TableColumn[];
  /** The first cell of a row is its header. */
  readonly rows: readonly (readonly TableCell[])[];
}

/** What is shown, and what a file gets where that has more digits. */
export interface TableCell {
  readonly shown: string;
  readonly value?: number | string;
  readonly strong?: boolean;
  readonly action?: () => void;
  readonly hint?: string;
}

export function dataTable(table: Table): TemplateResult {
  return html`<div class="data-table" tabindex="0" role="region" aria-label=${table.title}><table>
    <caption class="visually-hidden">${table.title}</caption>
    <thead><tr>${table.columns.map(c => html`<th scope="col" class=${c.text === true ? '' : 'value'}>${c.name}</th>`)}</tr></thead>
    <tbody>${table.rows.map(row => html`<tr>${row.map((cell, i) => (i === 0
      ? html`<th scope="row" title=${cell.shown}>${cell.shown}</th>`
      : html`<td class="${table.columns[i]?.text === true ? '' : 'value number'} ${cell.strong === true ? 'strong' : ''}" title=${cell.hint ?? nothing}>${cellContent(cell)}</td>`))}</tr>`)}</tbody>
  </table></div>`;
}

function cellContent(cell: TableCell): TemplateResult | string {
  return cell.action === undefined ? cell.shown : html`<button type="button" class="link" @click=${cell.action}>${cell.shown}</button>`;
}

/** RFC 4180. */
export function tableCsv(table: Table): string {
  const line = (cells: readonly (string | number)[]) => cells.map(cell => csvField(String(cell))).join(',');
  const rows = table.rows.map(row => line(row.map(cell => cell.value ?? cell.shown)));
  return `${[line(table.columns.map(c => c.name)), ...rows].join('\r\n')}\r\n`;
}
