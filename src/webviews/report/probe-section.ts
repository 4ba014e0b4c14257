// The probe: accuracies of the same classifier on codes and on pixels, its curves, its confusion matrix and its classes.
import { html, nothing, type TemplateResult } from 'lit';
import { dataTable, tableCsv, type Table } from '../shared/data-table.ts';
import { dropdown, iconButton, segments } from '../shared/toolkit.ts';
import { chartBlock } from './chart-block.ts';
import { mostConfused, percent } from '../../view/report/confusion.ts';
import './matrix.ts';
import { accuracyTable, judgeName, judgementsOf, probeFigure, probeText, subjectNames, type AccuracyTable, type Judgement } from '../../view/report/probe.ts';
import { section, type ReportContext } from './view.ts';

export function probeSection(context: ReportContext): TemplateResult {
  const { runs } = context;
  const judgements = judgementsOf(runs);
  const chosen = judgements.find(j => j.key === context.view.matrix) ?? judgements[0];
  return section('Probe', iconButton({ label: 'Save accuracies as CSV…', icon: 'save', onClick: () => context.saveCsv('probe.csv', tableCsv(accuracies(context))) }), html`
    ${runs.flatMap(({ run, probe }) => (probe === undefined ? [] : [html`<p class="small note"><span class="muted">${runs.length > 1 ? `${context.names.get(run.id)!}: ` : ''}</span>${probeText(probe)}</p>`]))}
    ${dataTable(accuracies(context))}
    ${curves(context)}
    ${chosen === undefined ? nothing : matrix(context, judgements, chosen)}`);
}

function accuracies(context: ReportContext): Table {
  const { columns, rows }: AccuracyTable = accuracyTable(context.runs);
  const several = context.runs.length > 1;
  return {
    title: 'Accuracy on the validation samples',
    columns: [...(several ? [{ name: 'Run', text: true }] : []), { name: 'Accuracy of', text: true }, ...columns.map(on => ({ name: subjectNames[on] }))],
    rows: rows.map(row => [
      ...(several ? [{ shown: context.names.get(row.runId)!, hint: context.names.get(row.runId)! }] : []), { shown: row.judge, hint: row.judge },
      ...row.cells.map(({ accuracy, running, best, key }) => ({
        shown: accuracy === undefined ? '–' : `${percent(accuracy, 2)}${running ? ' …' : ''}`, strong: best, ...(accuracy === undefined ? {} : { value: accuracy }),
        ...(key === undefined ? {} : { action: () => context.change({ matrix: key }), hint: 'Show its confusion matrix' }),
      })),
    ]),
  };
}

function curves(context: ReportContext): TemplateResult | typeof nothing {
  const { view } = context;
  const figure = probeFigure(context.runs, view.curve, context.names);
  if (figure.series.length === 0) return nothing;
  return chartBlock(context, {
    id: 'probe-curves', title: 'Training of the classifiers', figure,
    controls: segments({ label: 'Curve', value: view.curve, choices: [{ value: 'accuracy', label: 'Accuracy' }, { value: 'loss', label: 'Loss' }], onChange: curve => context.change({ curve }) }),
  });
}

function matrix(context: ReportContext, judgements: readonly Judgement[], chosen: Judgement): TemplateResult {
  const { view, theme, runs, names } = context;
  const { result } = chosen;
  const titleOf = (j: Judgement) => `${runs.length > 1 ? `${names.get(j.runId)!}: ` : ''}${subjectNames[j.on]}, ${judgeName(runs.find(r => r.run.id === j.runId)!.probe!, j.judge, true).toLowerCase()}`;
  const classNames = result.classes.map(c => c.name);
  const classes: Table = {
    title: `Classes: ${titleOf(chosen)}`,
    columns: [{ name: 'Class', text: true }, { name: 'Precision' }, { name: 'Recall' }, { name: 'F1' }, { name: 'Samples' }],
    rows: result.classes.map(c => [{ shown: c.name }, ...[c.precision, c.recall, c.f1].map(value => ({ shown: percent(value), value })), { shown: c.support.toLocaleString('en'), value: c.support }]),
  };
  const confused: Table = {
    title: 'Most often confused',
    columns: [{ name: 'True class', text: true }, { name: 'Taken for', text: true }, { name: 'Samples' }, { name: 'Share' }],
    rows: mostConfused(result.confusion, 8).map(p => [{ shown: classNames[p.actual] ?? '?' }, { shown: classNames[p.predicted] ?? '?' }, { shown: String(p.count), value: p.count }, { shown: percent(p.share), value: p.share }]),
  };
  const csv = (): string => tableCsv({
    title: '', columns: [{ name: 'true \\ predicted' }, ...classNames.map(name => ({ name }))],
    rows: result.confusion.map((row, i) => [{ shown: classNames[i] ?? '?' }, ...row.map(value => ({ shown: String(value), value }))]),
  });
  const png = () => {
    const drawn = document.querySelector('ae-matrix');
    if (drawn !== null) context.savePng('confusion.png', drawn.toPicture(titleOf(chosen)));
  };
  return html`<div class="block"><div class="block-head"><h3>Confusion matrix</h3>
      ${judgements.length > 1 ? dropdown({ label: 'Of', value: chosen.key, choices: judgements.map(j => ({ value: j.key, label: titleOf(j) })), onChange: key => context.change({ matrix: key }) }) : html`<span class="muted">${titleOf(chosen)}</span>`}
      ${segments({ label: 'Numbers', value: view.shares ? 'shares' : 'counts', choices: [{ value: 'counts', label: 'Counts' }, { value: 'shares', label: 'Percent' }], onChange: kind => context.change({ shares: kind === 'shares' }) })}
      <span class="group">
        ${iconButton({ label: 'Save matrix as PNG…', icon: 'device-camera', onClick: png })}
        ${iconButton({ label: 'Save matrix as CSV…', icon: 'save', onClick: () => context.saveCsv('confusion.csv', csv()) })}</span></div>
    <div class="matrix-and-pairs"><ae-matrix .confusion=${result.confusion} .names=${classNames} .theme=${theme} .shares=${view.shares}></ae-matrix>
      <div class="pairs"><h4>Most often confused</h4>${dataTable(confused)}</div></div>
    </div><div class="block"><div class="block-head"><h3>Classes</h3><span class="group">${iconButton({ label: 'Save classes as CSV…', icon: 'save', onClick: () => context.saveCsv('classes.csv', tableCsv(classes)) })}</span></div>
    ${dataTable(classes)}</div>`;
}
