// The errors of the samples as a table, for people who read numbers or listen to them.
import { html, nothing, type TemplateResult } from 'lit';
import type { PictureEpoch } from '../../protocol/messages.ts';
import { formatValue } from '../shared/runs.ts';
import type { Section } from './sections.ts';

export function errorTable(section: Section, shown: ReadonlyMap<string, PictureEpoch>, samples: readonly number[], names: ReadonlyMap<string, string>): TemplateResult {
  const { labels } = section.samples;
  return html`<table class="error-table">
    <caption class="visually-hidden">Error of each sample</caption>
    <thead><tr><th scope="col">Sample</th>${labels ? html`<th scope="col">Label</th>` : nothing}
      ${section.runs.map(r => html`<th scope="col" class="value">${section.runs.length > 1 ? names.get(r.run.id) : 'Error'} <span class="muted">(${r.lossName})</span></th>`)}</tr></thead>
    <tbody>${samples.map(sample => html`<tr><th scope="row" class="number">${sample + 1}</th>${labels ? html`<td>${labels[sample]}</td>` : nothing}
      ${section.runs.map(r => {
        const error = shown.get(r.run.id)?.error[sample];
        return html`<td class="value number">${error === undefined ? '–' : formatValue(error)}</td>`;
      })}</tr>`)}</tbody></table>`;
}
