// The model beside principal components with as many numbers in their code: what does not beat them has learned nothing that a
// linear projection would not.
import { html, svg, type TemplateResult } from 'lit';
import type { ReportRun } from '../../protocol/messages.ts';
import { dataTable, tableCsv, type Table } from '../shared/data-table.ts';
import { formatValue } from '../../view/runs.ts';
import type { Theme } from '../shared/theme.ts';
import { iconButton } from '../shared/toolkit.ts';
import { compareWithBaseline, verdictOf, type Comparison } from '../../view/report/baseline.ts';
import { section, type ReportContext } from './view.ts';

export function hasBaseline(run: ReportRun): boolean {
  return run.baseline !== undefined;
}

export function baselineSection(context: ReportContext): TemplateResult {
  const found = context.runs.flatMap(run => compareWithBaseline(run) ?? []);
  const most = Math.max(...found.flatMap(c => [c.baseline, c.model ?? 0]));
  const several = context.runs.length > 1;
  return section('Baseline', iconButton({ label: 'Save comparison as CSV…', icon: 'save', onClick: () => context.saveCsv('baseline.csv', tableCsv(tableOf(context, found))) }), html`
    <div class="bars">${found.map(c => html`<div class="bar-group">${several ? html`<h3 class="figure-name" title=${context.names.get(c.runId)!}>${context.names.get(c.runId)}</h3>` : ''}
      ${c.model === undefined ? html`<p class="muted small">Its mean squared error was not measured: add "mse" to training.metrics, or choose Evaluate.</p>` : bar('Model', c.model, most, context.theme, 0)}
      ${bar(`PCA (${c.components} ${c.components === 1 ? 'component' : 'components'})`, c.baseline, most, context.theme, undefined)}
      <p class="small">${verdictOf(c)}</p></div>`)}</div>
    ${several ? dataTable(tableOf(context, found)) : ''}`);
}

function bar(name: string, value: number, most: number, theme: Theme, style: number | undefined): TemplateResult {
  const share = most > 0 ? value / most : 0;
  const color = style === undefined ? theme.muted : theme.category(style);
  return html`<div class="bar-line"><span class="bar-name" title=${name}>${name}</span><svg class="bar" height="14" preserveAspectRatio="none" viewBox="0 0 100 14" aria-hidden="true">${
    svg`<rect x="0" y="1" width=${Math.max(share * 100, 0.5)} height="12" fill=${color} fill-opacity=${style === undefined ? 0.55 : 1}></rect>`}</svg><span class="number">${formatValue(value)}</span></div>`;
}

function tableOf(context: ReportContext, found: readonly Comparison[]): Table {
  const number = (value: number | undefined) => (value === undefined ? { shown: '–' } : { shown: formatValue(value), value });
  return {
    title: 'Mean squared error on the validation samples, beside principal components',
    columns: [{ name: 'Run', text: true }, { name: 'Components' }, { name: 'Model' }, { name: 'PCA' }, { name: 'Model / PCA' }],
    rows: found.map(c => [
      { shown: context.names.get(c.runId)! }, { shown: String(c.components), value: c.components }, number(c.model), number(c.baseline),
      c.model === undefined ? { shown: '–' } : { shown: formatValue(c.model / c.baseline), value: c.model / c.baseline },
    ]),
  };
}
