// A model beside principal components, as every page shows it: a mark and words that say whether the model is better, and the
// sentence with both errors on hover.
import { html, nothing, type TemplateResult } from 'lit';
import { baselineText, baselineVerdict, beatsBaseline, type Baseline } from '../../core/baseline.ts';
import { formatNumber } from '../../view/runs.ts';

function verdictIcon(baseline: Baseline): TemplateResult {
  return html`<span class="codicon codicon-${beatsBaseline(baseline) === true ? 'check' : 'warning'} verdict" aria-hidden="true"></span>`;
}

/** What stands before a figure in a table; the words are for those who do not see the mark. */
export function verdictMark(baseline: Baseline): TemplateResult | typeof nothing {
  const verdict = baselineVerdict(baseline);
  return verdict === undefined ? nothing : html`${verdictIcon(baseline)}<span class="visually-hidden">${verdict}: </span>`;
}

/** " · ✓ better than principal components (0.0198)", with both errors on hover; nothing where there is no baseline. */
export function baselineNote(baseline: Baseline | undefined): TemplateResult | typeof nothing {
  if (baseline === undefined) return nothing;
  const verdict = baselineVerdict(baseline);
  const title = `Mean squared error of all validation samples. ${baselineText(baseline, formatNumber)}.`;
  return html`<span class="baseline-note" title=${title}> · ${verdict === undefined ? 'principal components: mse' : html`${verdictIcon(baseline)} ${verdict}`} <span class="number">${verdict === undefined ? formatNumber(baseline.mse) : `(${formatNumber(baseline.mse)})`}</span></span>`;
}
