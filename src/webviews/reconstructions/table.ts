// The errors of the samples as a table, for people who read numbers or listen to them.
import { html, nothing, type TemplateResult } from 'lit';
import type { PictureEpoch } from '../../protocol/messages.ts';
import { formatValue } from '../../view/runs.ts';
import { bestRun, type Comparison } from './compare.ts';
import type { Section } from './sections.ts';

/** @param open shows a sample large */
export function errorTable(section: Section, shown: ReadonlyMap<string, PictureEpoch>, samples: readonly number[], names: ReadonlyMap<string, string>, comparison: Comparison | undefined, open: (sample: number) => void): TemplateResult {
  const { labels } = section.samples;
  const several = section.runs.length > 1;
  const columns = section.runs.flatMap(({ run: { id }, lossName }) => {
    const name = several ? names.get(id)! : 'Error';
    const squared = comparison?.own === false ? comparison.errors.get(id) : undefined;
    const own = { id, name, loss: lossName, errors: shown.get(id)?.error, compares: squared === undefined };
    return squared === undefined ? [own] : [own, { id, name, loss: 'squared error', errors: squared, compares: true }];
  });
  return html`<table class="error-table">
    <caption class="visually-hidden">Error of each sample</caption>
    <thead><tr><th scope="col">Sample</th>${labels ? html`<th scope="col">Label</th>` : nothing}
      ${columns.map(({ name, loss }) => html`<th scope="col" class="value">${name} <span class="muted">(${loss})</span></th>`)}</tr></thead>
    <tbody>${samples.map(sample => html`<tr><th scope="row" class="number"><button type="button" class="link" data-sample=${sample} title="See it large" @click=${() => open(sample)}>${sample + 1}</button></th>${labels ? html`<td>${labels[sample]}</td>` : nothing}
      ${columns.map(({ id, errors, compares }) => {
        const error = errors?.[sample];
        const best = compares && comparison !== undefined && bestRun(comparison, sample) === id;
        return html`<td class="value number" title=${best ? 'Nearer to the original than the other runs' : nothing}>${error === undefined ? '–' : html`<span class=${best ? 'best' : ''}>${formatValue(error)}</span>`}${best ? html`<span class="visually-hidden"> best</span>` : nothing}</td>`;
      })}</tr>`)}</tbody></table>`;
}
