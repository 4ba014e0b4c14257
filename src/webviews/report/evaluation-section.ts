// Every metric on validation and training samples, whole and class by class, as `aeconf evaluate` measured it last.
import { html, nothing, type TemplateResult } from 'lit';
import { dataTable, tableCsv, type Table, type TableCell } from '../shared/data-table.ts';
import { formatValue } from '../../view/runs.ts';
import { iconButton } from '../shared/toolkit.ts';
import { evaluationTable, evaluationText, wholeParts } from '../../view/report/evaluation.ts';
import { section, type ReportContext } from './view.ts';

export function evaluationSection(context: ReportContext): TemplateResult {
  const several = context.runs.length > 1;
  const found = context.runs.flatMap(({ run, evaluation }) => (evaluation === undefined ? [] : [{ name: context.names.get(run.id)!, evaluation }]));
  const whole = toTable(evaluationTable('Metrics', wholeParts(found, several)));
  const classes = found.filter(({ evaluation }) => evaluation.classes.length > 1)
    .map(({ name, evaluation }) => toTable(evaluationTable(several ? `${name}, by class` : 'By class', evaluation.classes.map(part => ({ name: part.name, part })))));
  return section('Evaluation', iconButton({ label: 'Save metrics as CSV…', icon: 'save', onClick: () => context.saveCsv('evaluation.csv', [whole, ...classes].map(tableCsv).join('\r\n')) }), html`
    ${found.map(({ name, evaluation }) => html`<p class="small note">${several ? html`<span class="muted">${name}: </span>` : nothing}${evaluationText(evaluation)}</p>`)}
    ${dataTable(whole)}
    ${classes.map(table => html`<div class="block"><h3>${table.title}</h3>${dataTable(table)}</div>`)}`);
}

function toTable({ title, columns, rows }: ReturnType<typeof evaluationTable>): Table {
  const cell = (value: number | undefined): TableCell => (value === undefined ? { shown: '–' } : { shown: formatValue(value), value });
  return {
    title, columns: [{ name: '', text: true }, { name: 'Samples' }, ...columns.map(name => ({ name }))],
    rows: rows.map(row => [{ shown: row.name }, { shown: row.samples.toLocaleString('en'), value: row.samples }, ...row.values.map(cell)]),
  };
}
