// Noise at several strengths: error against strength with its spread, and the pictures of every strength, run beside run.
import { html, nothing, type TemplateResult } from 'lit';
import { dropdown, segments } from '../shared/toolkit.ts';
import { formatNumber } from '../../view/runs.ts';
import { chartBlock } from './chart-block.ts';
import './pictures.ts';
import { measureNames, measuresOf, noiseName, resultsOf, robustnessFigure, testNames } from '../../view/report/robustness.ts';
import { section, type ReportContext } from './view.ts';
import { zoomControl } from './zoom.ts';

export function robustnessSection(context: ReportContext): TemplateResult {
  const { runs, view, names } = context;
  const tests = testNames(runs);
  const test = tests.includes(view.test) ? view.test : tests[0]!;
  const results = resultsOf(runs, test);
  const offered = measuresOf(results.map(r => r.test));
  const measure = offered.includes(view.measure) ? view.measure : offered[0];
  const missing = runs.filter(run => !results.some(({ shown, test: { runs: takers } }) => shown === run || takers.some(taker => taker.id === run.run.id)));
  const samples = results[0]!.test;
  return section('Robustness', tests.length > 1 ? dropdown({ label: 'Noise', value: test, choices: tests.map(value => ({ value, label: value })), onChange: name => context.change({ test: name }) }) : nothing, html`
    <p class="small note">${samples.samples.toLocaleString('en')} ${samples.split} samples, ${samples.strengths.length} strengths of ${noiseName(samples.corruption)}.
      ${samples.note ?? nothing}
      ${missing.length === 0 ? nothing : html`<span class="muted">Not tested with ${test}: ${missing.map(r => names.get(r.run.id)!).join(', ')}.</span>`}</p>
    ${measure === undefined ? nothing : chartBlock(context, {
      id: 'robustness', title: measureNames[measure].title, figure: robustnessFigure(runs, test, measure, names),
      controls: html`${segments({ label: 'Measure', value: measure, choices: offered.map(value => ({ value, label: measureNames[value].label })), onChange: value => context.change({ measure: value }) })}
        <span class="muted small">${measureNames[measure].better}; bands: the middle half of the samples</span>`,
    })}
    ${pictures(context, test)}`);
}

/** A column of pictures for each run, strength below strength; all strengths together last. */
function pictures(context: ReportContext, name: string): TemplateResult {
  const several = context.runs.length > 1;
  return html`<div class="block"><div class="block-head"><h3>Pictures</h3>${zoomControl(context)}</div>
    <div class="picture-columns">${resultsOf(context.runs, name).map(({ shown: { run }, test }) => html`<div class="picture-column">
      ${several ? html`<h4 class="figure-name" title=${context.names.get(run.id)!}>${context.names.get(run.id)}</h4>` : nothing}
      <ae-pictures .items=${[
        ...test.strengths.map(s => ({ file: s.picture, version: test.created, runId: run.id, caption: `${test.corruption.type} ${formatNumber(s.strength)}` })),
        { file: test.picture, version: test.created, runId: run.id, caption: 'All strengths' },
      ]} .source=${context.pictures} .zoom=${context.view.zoom}></ae-pictures></div>`)}</div></div>`;
}
