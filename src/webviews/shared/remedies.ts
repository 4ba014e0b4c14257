// Buttons for what may help a run that ended too early.
import { html, type TemplateResult } from 'lit';
import type { PageCommand, RunLabel } from '../../protocol/messages.ts';
import { remediesFor } from '../../view/runs.ts';
import { button } from './toolkit.ts';

const looks: Record<ReturnType<typeof remediesFor>[number], { readonly label: string; readonly icon: string; readonly title: string }> = {
  openConfig: { label: 'Open Config', icon: 'go-to-file', title: 'The file it was trained from, to change it' },
  resume: { label: 'Resume', icon: 'debug-restart', title: 'Go on from its last checkpoint' },
  train: { label: 'Train Again', icon: 'play', title: 'Train the config as the file is now' },
};

export function remedyButtons(run: RunLabel, onCommand: (command: PageCommand, runId: string) => void, primary: boolean): TemplateResult {
  return html`<span class="remedies">${remediesFor(run).map(command => button({ ...looks[command], primary: primary && command !== 'openConfig', onClick: () => onCommand(command, run.id) }))}</span>`;
}
