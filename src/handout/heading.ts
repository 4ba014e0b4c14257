// What a run is called, what its owner says of it, how it stands, and the few numbers that come first.
import { baselineVerdict } from '../core/baseline.ts';
import { describeRun, formatValue, isLive } from '../view/runs.ts';
import type { RunFacts } from './facts.ts';
import { html, type Markup } from './html.ts';
import { facts } from './table.ts';
import { valueAt } from './values.ts';
import { compressionText, counted, formatCount, formatDuration, formatMoment } from './words.ts';

export function heading(run: RunFacts, name: string, now: number): Markup {
  const { run: { notes, info }, label, spec } = run;
  return html`<header><p class="kicker">Training of an autoencoder</p>
<h1>${notes.star === true ? html`<span class="star" role="img" aria-label="starred">★</span> ` : undefined}${name}</h1>
<p class="meta">${info === undefined ? label.id : `Begun on ${formatMoment(info.created)}`} · ${describeRun(label)}</p>
${notes.tags === undefined ? undefined : html`<ul class="tags" aria-label="Tags">${notes.tags.map(tag => html`<li>${tag}</li>`)}</ul>`}
${notes.note === undefined ? undefined : html`<blockquote>${notes.note}</blockquote>`}
${spec?.description === undefined ? undefined : html`<p>${spec.description}</p>`}
${standing(run, now)}${glance(run)}</header>`;
}

/** What a reader has to know before the numbers: that they are not the last ones, or that there are none. */
function standing({ label, run: { reason, info, status }, checkpoints, problems }: RunFacts, now: number): Markup {
  const notes: string[] = [];
  if (isLive(label.state)) notes.push(`This run is not over. What follows is how it stood on ${formatMoment(now)}.`);
  if (label.state === 'stopped') notes.push(`This run was stopped before its ${counted(label.epochs, 'epoch')} were done.`);
  if (label.state === 'failed' || label.state === 'interrupted') notes.push(`This run ${label.state === 'failed' ? 'failed' : 'was interrupted'}. ${reason ?? ''}`.trim());
  if (info !== undefined && checkpoints.length === 0) notes.push('It has no checkpoint: there are no weights that it could be judged or go on with.');
  const bad = label.state === 'failed' || label.state === 'interrupted';
  return html`${notes.length === 0 ? undefined : html`<div class="box${bad ? ' bad' : ''}">${notes.map(note => html`<p>${note}</p>`)}</div>`}
${status?.warning === undefined || !isLive(label.state) ? undefined : html`<div class="box bad"><p>${status.warning}</p></div>`}
${problems.length === 0 ? undefined : html`<div class="box bad"><p>Not everything of this run could be read:</p>${problems.map(problem => html`<p>${problem}</p>`)}</div>`}`;
}

function glance(run: RunFacts): Markup {
  const { run: { info, status }, report: { lossName }, bestEpoch, label: { baseline } } = run;
  const best = bestEpoch === undefined ? undefined : valueAt(run, 'loss', 'validation', bestEpoch);
  const train = bestEpoch === undefined ? undefined : valueAt(run, 'loss', 'train', bestEpoch);
  const known = (info?.dataset.train ?? 0) > 0;
  return html`<div class="glance">${facts([
    ['Best loss', bestEpoch === undefined ? 'no epoch was finished'
      : best !== undefined ? `${formatValue(best)} on validation samples, epoch ${bestEpoch}` : train === undefined ? undefined : `${formatValue(train)} on training samples, epoch ${bestEpoch}`],
    ['Loss', lossName],
    ['Beside principal components', baseline && (baselineVerdict(baseline) ?? 'not measured')],
    ['Code', info !== undefined && known ? compressionText(info.model.latentShape, info.dataset.shape) : undefined],
    ['Parameters', info !== undefined && known ? formatCount(info.model.parameters) : undefined],
    ['Training took', status === undefined || status.elapsed === 0 ? undefined : formatDuration(status.elapsed)],
  ])}</div>`;
}
