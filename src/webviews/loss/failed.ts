// Why runs failed, above their curves, and what may help; the same where there are no curves.
import { html, nothing, type TemplateResult } from 'lit';
import type { PageCommand, RunLabel } from '../../protocol/messages.ts';
import { remedyButtons } from '../shared/remedies.ts';
import { distinctNames } from '../../view/runs.ts';

type OnCommand = (command: PageCommand, runId: string) => void;

/** One note for each run that failed; nothing where none did. */
export function failedNotes(runs: readonly RunLabel[], onCommand: OnCommand): TemplateResult | typeof nothing {
  const failed = runs.filter(run => run.state === 'failed');
  if (failed.length === 0) return nothing;
  const names = distinctNames(runs);
  return html`<div class="failed-notes">${failed.map(run => html`<div class="failed-note" role="note"><span class="codicon codicon-error" aria-hidden="true"></span>
    <p>${runs.length > 1 ? html`<b>${names.get(run.id)}</b> failed` : 'The training failed'}${run.message === undefined ? '; its log may say why.' : `: ${run.message}`}</p>
    ${remedyButtons(run, onCommand, false)}</div>`)}</div>`;
}
