// How the values are distributed; of images, what they have in common and where they differ.
import { html, nothing, type TemplateResult } from 'lit';
import { dataTable, tableCsv } from '../shared/data-table.ts';
import { formatNumber } from '../../view/runs.ts';
import { iconButton, segments } from '../shared/toolkit.ts';
import { barsOf, greysOf, histogramTable, isDwarfed, spreadGreys, toGreys } from './facts.ts';
import './histogram.ts';
import type { SampleLook } from './sample-view.ts';
import { section, type DataContext } from './view.ts';

export function valuesSection(context: DataContext): TemplateResult {
  const { content: { preview }, view, theme } = context;
  const table = histogramTable(preview);
  const train = barsOf(preview.train.histogram);
  const log = view.axis === 'auto' ? isDwarfed(train) : view.axis === 'log';
  const scale = preview.normalization === undefined ? 'Values as the model sees them' : 'Values, normalised';
  return section(scale, html`
    ${segments({ label: 'Axis', value: log ? 'log' : 'linear', choices: [{ value: 'linear', label: 'Linear' }, { value: 'log', label: 'Logarithmic', title: 'Rare values are seen beside frequent ones' }], onChange: axis => context.change({ axis }) })}
    <span class="group">${iconButton({ label: 'Show charts as tables', icon: 'table', pressed: view.tables, onClick: () => context.change({ tables: !view.tables }) })}
    ${iconButton({ label: 'Save distribution as CSV…', icon: 'save', onClick: () => context.saveCsv('values.csv', tableCsv(table)) })}</span>`,
  view.tables ? dataTable(table) : html`<ae-histogram .train=${train} .validation=${preview.validation === undefined ? [] : barsOf(preview.validation.histogram)} .theme=${theme} .log=${log}></ae-histogram>`);
}

/** Mean and standard deviation of every pixel. */
export function meanSection({ content: { preview, features }, theme, view }: DataContext): TemplateResult {
  const look: SampleLook = { shape: preview.shape, ranges: [], columns: {}, size: Math.max(view.size * 1.5, 112), theme };
  const greys = greysOf(preview);
  const spread = spreadGreys(features);
  const figure = (name: string, values: Float32Array, note: string) => html`<figure><ae-sample .values=${values} .sample=${0} .look=${look} .name=${`${name} of all training samples. ${note}`}></ae-sample><figcaption>${name}<br><span class="muted small">${note}</span></figcaption></figure>`;
  return section('What they have in common', nothing, html`<div class="figures">
    ${figure('Mean', toGreys(features.mean, greys), `${formatNumber(greys.black)} black, ${formatNumber(greys.white)} white`)}
    ${figure('Standard deviation', spread.values, `0 black, ${formatNumber(spread.most)} white`)}</div>`);
}
