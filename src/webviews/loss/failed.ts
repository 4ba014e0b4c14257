// Why runs failed, above their curves, and what may help; the same where there are no curves.
import { html, nothing, type TemplateResult } from 'lit';
import type { PageCommand, RunLabel } from '../../protocol/messages.ts';
import { distinctNames, remediesFor } from '../shared/runs.ts';
import { button } from '../shared/toolkit.ts';

type OnCommand = (command: PageCommand, runId: string) => void;

const looks: Record<ReturnType<typeof remediesFor>[number], { readonly label: string; readonly icon: string; readonly title: string }> = {
  openConfig: { label: 'Open Config', icon: 'go-to-file', title: 'The file it was trained from, to change it' },
  resume: { label: 'Resume', icon: 'debug-restart', title: 'Go on from its last checkpoint' },
  train: { label: 'Train Again', icon: 'play', title: 'Train the config as the file is now' },
};

/** One note for each run that failed; nothing where none did. */
export function failedNotes(runs: readonly RunLabel[], onCommand: OnCommand): TemplateResult | typeof nothing {
  const failed = runs.filter(run => run.state === 'failed');
  if (failed.length === 0) return nothing;
  const names = distinctNames(runs);
  return html`<div class="failed-notes">${failed.map(run => html`<div class="failed-note" role="note"><span class="codicon codicon-error" aria-hidden="true"></span>
    <p>${runs.length > 1 ? html`<b>${names.get(run.id)}</b> failed` : 'The training failed'}${run.message === undefined ? '; its log may say why.' : `: ${run.message}`}</p>
    ${remedyButtons(run, onCommand, false)}</div>`)}</div>`;
}

export function remedyButtons(run: RunLabel, onCommand: OnCommand, primary: boolean): TemplateResult {
  return html`<span class="remedies">${remediesFor(run).map(command => button({ ...looks[command], primary: primary && command !== 'openConfig', onClick: () => onCommand(command, run.id) }))}</span>`;
}
