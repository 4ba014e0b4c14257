// What the curves show, in words beneath them: at most three findings of a run that is alone, of several runs what matters most of each.
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Finding, PageCommand, RunLabel } from '../../protocol/messages.ts';
import { distinctNames } from '../../view/runs.ts';
import { button, icon } from '../shared/toolkit.ts';
import { findingLines, type FindingLine } from './finding-lines.ts';
import type { StoredRun } from '../../view/loss/store.ts';

const icons: Readonly<Record<Finding['level'], string>> = { problem: 'warning', note: 'info', good: 'check' };
const words: Readonly<Record<Finding['level'], string>> = { problem: 'Problem', note: 'Note', good: 'Good' };

export interface FindingsOptions {
  /** Those whose curves are shown. */
  readonly runs: readonly Pick<StoredRun, 'run' | 'findings'>[];
  /** All, which names have to tell apart. */
  readonly all: readonly RunLabel[];
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly onCommand: (command: PageCommand, runId: string) => void;
}

/** Nothing where there is nothing to say. */
export function findingsStrip({ runs, all, open, onOpen, onCommand }: FindingsOptions): TemplateResult | typeof nothing {
  const lines = findingLines(runs);
  if (lines.length === 0) return nothing;
  const names = all.length > 1 ? distinctNames(all) : undefined;
  const brief = lines.map(({ run, finding }) => `${runs.length > 1 ? `${names!.get(run.id)!}: ` : ''}${finding.title}`).join(' · ');
  return html`<section class="findings" aria-label="What the curves show">
    <button type="button" class="findings-head" aria-expanded=${open ? 'true' : 'false'} title=${open ? 'Show titles only' : 'Show numbers and what helps'} @click=${() => onOpen(!open)}>
      ${icon(open ? 'chevron-down' : 'chevron-right')}<span class="findings-title">What the curves show</span>${open ? nothing : html`<span class="findings-brief muted">${brief}</span>`}</button>
    ${open ? html`<ul>${repeat(lines, ({ run, finding }) => `${run.id} ${finding.kind}`, line => findingItem(line, runs.length > 1 ? names!.get(line.run.id) : undefined, onCommand))}</ul>` : nothing}
  </section>`;
}

/** A number stays with its sign. */
function unbroken(text: string): string {
  return text.replaceAll(' %', '\u00a0%');
}

function findingItem({ run, finding: { level, title, text, cure }, command, also }: FindingLine, name: string | undefined, onCommand: FindingsOptions['onCommand']): TemplateResult {
  const look = command === 'resume' ? { label: run.state === 'finished' ? 'More Epochs…' : 'Resume', icon: 'debug-restart', title: 'Go on from its last checkpoint' } : { label: 'Open Config', icon: 'go-to-file', title: 'The file it was trained from, to change it' };
  return html`<li class="finding ${level}"><span class="codicon codicon-${icons[level]}" role="img" aria-label=${words[level]}></span>
    <p>${name === undefined ? nothing : html`<span class="finding-run">${name}:</span>`} <b>${title}.</b> ${unbroken(text)}${cure === undefined ? nothing : html` <span class="muted">${unbroken(cure.text)}</span>`}${also.length === 0 ? nothing : html` <span class="muted">Also: ${also.join('; ')}.</span>`}</p>
    ${command === undefined ? nothing : button({ ...look, onClick: () => onCommand(command, run.id) })}</li>`;
}
