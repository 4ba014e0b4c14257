// The curves as a table of epochs, for people who read numbers or listen to them.
import { html, nothing, type TemplateResult } from 'lit';
import { formatValue } from '../../view/runs.ts';
import type { EpochTable } from './epochs.ts';

export function tableView(table: EpochTable, valueName: string): TemplateResult {
  if (table.rows.length === 0) return html`<div class="epoch-table muted"><p>The first epoch is not finished yet.</p></div>`;
  return html`<div class="epoch-table" tabindex="0" role="region" aria-label=${`${valueName} by epoch`}><table>
    <caption class="visually-hidden">${valueName} by epoch, newest first</caption>
    <thead><tr><th scope="col">Epoch</th>${table.columns.map(c => html`<th scope="col"><span class="run-name">${c.run}</span><br><span class="muted">${c.split}</span></th>`)}</tr></thead>
    <tbody>${table.rows.map(row => html`<tr><th scope="row" class="number">${row.epoch}</th>${row.values.map((value, i) => {
      const best = table.columns[i]!.bestEpoch === row.epoch;
      return html`<td class="number ${best ? 'best-cell' : ''}">${value === undefined ? '–' : formatValue(value)}${best ? html` <span class="badge">best</span>` : nothing}</td>`;
    })}</tr>`)}</tbody></table></div>`;
}
