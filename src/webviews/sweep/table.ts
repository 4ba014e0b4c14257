// The trainings of a sweep as a table that sorts by any column; a row opens its run.
import { html, nothing, type TemplateResult } from 'lit';
import type { ShownSweep, SweepRow } from '../../protocol/messages.ts';
import { baselineText } from '../../core/baseline.ts';
import { verdictMark } from '../shared/baseline.ts';
import { csvField } from '../shared/csv.ts';
import { formatValue } from '../../view/runs.ts';
import { formatDuration } from '../../view/ticks.ts';
import { icon } from '../shared/toolkit.ts';
import { enoughOf, errorName, errorOf, sortedRows, type SortKey } from './sweep.ts';

interface Column {
  readonly key: SortKey;
  readonly name: string;
  readonly text: boolean;
  readonly cell: (row: SweepRow) => { readonly shown: string; readonly value?: number | string; readonly title?: string; readonly mark?: TemplateResult | typeof nothing };
}

export interface SweepTableOptions {
  readonly sweep: ShownSweep;
  readonly sort: SortKey;
  readonly descending: boolean;
  readonly pointed: number | undefined;
  readonly onSort: (key: SortKey) => void;
  readonly onPoint: (row: number | undefined) => void;
  readonly onOpen: (row: SweepRow) => void;
}

function columnsOf(sweep: ShownSweep): readonly Column[] {
  const { report: { paths, rows }, names, texts } = sweep;
  const number = (value: number | undefined, show: (value: number) => string = formatValue) => (value === undefined ? { shown: '–' } : { shown: show(value), value });
  const column = (key: SortKey, name: string, cell: Column['cell'], text = false): Column => ({ key, name, text, cell });
  const metrics = [...new Set(rows.flatMap(row => Object.keys(row.metrics)))];
  return [
    column('index', '#', row => ({ shown: String(row.index + 1), value: row.index + 1 })),
    ...paths.map((path, i) => column(`path:${i}`, names[i]!, row => ({ shown: texts[row.index]?.[i] ?? '–' }), rows.some(row => typeof row.values[path] !== 'number'))),
    column('error', errorName(sweep), row => number(errorOf(row, sweep))),
    ...(rows.some(row => row.loss !== undefined) ? [column('last', 'Last loss', row => number(row.loss))] : []),
    ...metrics.map(metric => column(`metric:${metric}`, metric, row => number(row.metrics[metric]))),
    ...(rows.some(row => row.baseline !== undefined) ? [column('pca', 'PCA (mse)', ({ baseline }) => ({ ...number(baseline?.mse), ...(baseline === undefined ? {} : { title: baselineText(baseline, formatValue), mark: verdictMark(baseline) }) }))] : []),
    column('epoch', 'Epochs', row => number(row.epoch, value => `${Math.floor(value)}${row.epochs === undefined ? '' : `/${row.epochs}`}`)),
    column('seconds', 'Time', row => number(row.seconds, value => formatDuration(value * 1000))),
    ...(rows.some(row => row.parameters !== undefined) ? [column('parameters', 'Parameters', row => number(row.parameters, value => value.toLocaleString('en')))] : []),
  ];
}

export function sweepTable(options: SweepTableOptions): TemplateResult {
  const { sweep, sort, descending, pointed } = options;
  const columns = columnsOf(sweep);
  return html`<div class="sweep-table" tabindex="0" role="region" aria-label="Trainings"><table>
    <caption class="visually-hidden">Trainings of the sweep</caption>
    <thead><tr>${columns.map(c => html`<th scope="col" class=${c.text ? '' : 'value'} aria-sort=${c.key === sort ? (descending ? 'descending' : 'ascending') : 'none'}>
      <button type="button" title=${`Sort by ${c.name}`} @click=${() => options.onSort(c.key)}>${c.name}${c.key === sort ? icon(descending ? 'arrow-down' : 'arrow-up') : nothing}</button></th>`)}<th scope="col">State</th></tr></thead>
    <tbody @mouseleave=${() => options.onPoint(undefined)}>${sortedRows(sweep, sort, descending).map(row => html`<tr class=${pointed === row.index ? 'pointed' : ''} @mouseenter=${() => options.onPoint(row.index)}>
      ${columns.map(c => cellView(c, sweep, row))}
      <td>${row.run === undefined ? html`<span class="muted">${row.state}</span>` : html`<button type="button" class="link" title=${row.reason ?? 'Show the loss curves'} aria-label=${`Open training ${row.index + 1}, ${row.state}`} @click=${() => options.onOpen(row)}>${row.state}</button>`}</td></tr>`)}</tbody>
  </table></div>`;
}

function cellView({ key, text, cell }: Column, sweep: ShownSweep, row: SweepRow): TemplateResult {
  const { shown, title, mark } = cell(row);
  return html`<td class="${text ? '' : 'value number'}" title=${title ?? nothing}>${key === 'error' ? badges(sweep, row) : nothing}${mark ?? nothing}${shown}</td>`;
}

function badges({ report }: ShownSweep, row: SweepRow): TemplateResult | typeof nothing {
  const words = [...(report.best === row.index ? ['best'] : []), ...(enoughOf(report) === row.index && report.knee !== report.best ? ['enough'] : [])];
  return words.length === 0 ? nothing : html`${words.map(word => html`<span class="badge">${word}</span> `)}`;
}

/** All rows in the order of the sweep, with all digits. */
export function sweepCsv(sweep: ShownSweep): string {
  const columns = columnsOf(sweep);
  const lines = sweep.report.rows.map(row => [...columns.map(c => c.cell(row)).map(cell => String(cell.value ?? (cell.shown === '–' ? '' : cell.shown))), row.state, row.run ?? '']);
  return `${[[...columns.map(c => c.name), 'state', 'run'], ...lines].map(line => line.map(csvField).join(',')).join('\r\n')}\r\n`;
}
