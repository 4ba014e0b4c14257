// Classes with how many samples each has, and the columns of tables.
import { html, nothing, svg, type TemplateResult } from 'lit';
import { tableCsv } from '../shared/data-table.ts';
import { formatNumber } from '../../view/runs.ts';
import { iconButton, segments } from '../shared/toolkit.ts';
import { classesOf, classTable, columnRows, columnTable, count, hasUnits, MOST_COLUMNS, type ColumnRow, type Units } from './facts.ts';
import { section, type DataContext } from './view.ts';

export function classesSection(context: DataContext): TemplateResult {
  const { content: { preview }, theme, view } = context;
  const rows = classesOf(preview);
  const all = preview.classNames?.length ?? 0;
  const most = { train: Math.max(...rows.map(row => row.train), 1), validation: Math.max(...rows.map(row => row.validation), 1) };
  const cell = (value: number, of: number, style: number, name: string) => html`<td><span class="class-bar"><svg height="12" preserveAspectRatio="none" viewBox="0 0 100 12" aria-hidden="true">${
    svg`<rect x="0" y="1" width=${100 * value / of} height="10" fill=${theme.category(style)}></rect>`}</svg><span class="number">${count(value)}</span></span><span class="visually-hidden"> ${name} samples</span></td>`;
  return section(`Classes (${count(all)})`, iconButton({ label: 'Save classes as CSV…', icon: 'save', onClick: () => context.saveCsv('classes.csv', tableCsv(classTable(preview))) }), html`
    ${rows.length < all ? html`<p class="small muted">The ${rows.length} most frequent of ${count(all)}.</p>` : nothing}
    <div class="data-table classes" tabindex="0" role="region" aria-label="Samples of each class"><table>
      <thead><tr><th scope="col">Class</th><th scope="col">Training</th>${preview.validation === undefined ? nothing : html`<th scope="col">Validation</th>`}</tr></thead>
      <tbody>${rows.map(row => html`<tr class=${view.className === row.name ? 'chosen' : ''}><th scope="row" title=${row.name}><button type="button" class="link" title=${`Show only samples of class ${row.name}`} @click=${() => context.onlyClass(row.name)}>${row.name}</button></th>
        ${cell(row.train, most.train, 0, 'training')}${preview.validation === undefined ? nothing : cell(row.validation, most.validation, 1, 'validation')}</tr>`)}</tbody></table></div>`);
}

export function columnsSection(context: DataContext): TemplateResult {
  const { content, view, theme } = context;
  const { preview } = content;
  const both = hasUnits(preview);
  const units = both ? view.units : 'model';
  const rows = columnRows(content, units);
  const features = content.features.mean.length;
  return section(`Columns (${count(features)})`, html`
    ${both ? segments<Units>({
      label: 'Numbers', value: view.units, onChange: chosen => context.change({ units: chosen }),
      choices: [{ value: 'file', label: 'As in the file' }, { value: 'model', label: preview.normalization === undefined ? 'As the model sees them' : 'Normalised' }],
    }) : nothing}
    ${iconButton({ label: 'Save columns as CSV…', icon: 'save', onClick: () => context.saveCsv('columns.csv', tableCsv(columnTable(rows))) })}`, html`
    ${features > MOST_COLUMNS ? html`<p class="small muted">The first ${MOST_COLUMNS} of ${count(features)}.</p>` : nothing}
    <div class="data-table columns" tabindex="0" role="region" aria-label="Columns of the training samples"><table>
      <thead><tr><th scope="col">Column</th>${['Least', 'Largest', 'Mean', 'Std. dev.'].map(name => html`<th scope="col" class="value">${name}</th>`)}<th scope="col">Distribution</th></tr></thead>
      <tbody>${rows.map(row => html`<tr><th scope="row" title=${row.name}>${row.name}</th>${[row.min, row.max, row.mean, row.stddev].map(value => html`<td class="value number">${formatNumber(value)}</td>`)}
        <td>${miniature(row, theme.category(0))}</td></tr>`)}</tbody></table></div>`);
}

/** The histogram of a column, as large as a word. */
function miniature({ counts, name, min, max }: ColumnRow, color: string): TemplateResult | string {
  if (min === max) return html`<span class="muted">constant</span>`;
  if (counts.length === 0) return '';
  const most = Math.max(...counts, 1);
  const at = counts.indexOf(most);
  const edge = (i: number): string => formatNumber(min + (max - min) * i / counts.length);
  return html`<svg class="miniature" width="96" height="20" viewBox="0 0 96 20" role="img" aria-label=${`${name}: most values from ${edge(at)} to ${edge(at + 1)}`}>${
    counts.map((value, i) => svg`<rect x=${i * 96 / counts.length} y=${20 - 19 * value / most} width=${96 / counts.length - 1} height=${19 * value / most} fill=${color}></rect>`)}</svg>`;
}
