// What the curves of a run show, in the words of the loss page.
import { diagnoseRead, type Finding } from '../runs/diagnosis.ts';
import type { RunFacts } from './facts.ts';
import { html, type Markup } from './html.ts';

const words: Readonly<Record<Finding['level'], string>> = { problem: 'Problem', note: 'Note', good: 'Good' };

/** Nothing where there is nothing to say. */
export function findingsSection({ run, spec }: RunFacts): Markup | undefined {
  const findings = spec === undefined ? [] : diagnoseRead(run, spec);
  if (findings.length === 0) return undefined;
  return html`<section><h2>What the curves show</h2>${findings.map(({ level, title, text, cure }) => html`<div class="box${level === 'problem' ? ' bad' : ''}"><p><b>${words[level]}: ${title}.</b> ${text}</p>${cure === undefined ? undefined : html`<p class="small">${cure.text}</p>`}</div>`)}</section>`;
}
