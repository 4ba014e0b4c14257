// What judges found out about a run: evaluation, probe, robustness and generated samples, with the numbers of the report page.
import { evaluationTable, evaluationText, wholeParts } from '../view/report/evaluation.ts';
import { mostConfused, percent, rowSums, shade } from '../view/report/confusion.ts';
import { accuracyTable, judgeName, judgementsOf, probeFigure, probeText, subjectNames, type Judgement } from '../view/report/probe.ts';
import { measureNames, measuresOf, noiseName, robustnessFigure } from '../view/report/robustness.ts';
import { pictureTitle } from '../view/report/titles.ts';
import type { RobustnessReport } from '../protocol/messages.ts';
import { formatNumber, formatValue } from '../view/runs.ts';
import { chartOf, chartSvg, epochTicks, LARGE, legend } from './chart.ts';
import type { RunFacts } from './facts.ts';
import { dataUri, html, type Markup } from './html.ts';
import { breakable, NONE, table, type TableText } from './table.ts';
import { formatCount } from './words.ts';

/** More classes have no room for numbers. */
const NUMBERED = 16;
/** Names of classes longer than this are turned. */
const UPRIGHT = 3;

export function evaluationSection({ report: { evaluation }, spec }: RunFacts): Markup | undefined {
  if (evaluation === undefined) return undefined;
  const { classes } = evaluation;
  return html`<section><h2>Evaluation</h2><p class="small">${evaluationText(evaluation)}${spec === undefined || spec.corruption.length === 0 ? '' : ` On input corrupted as in training (${spec.corruption.map(({ type }) => type).join(', ')}), against the clean samples.`}</p>
${table(metricTable('Means over all samples', wholeParts([{ name: '', evaluation }], false)))}
${classes.length < 2 ? undefined : table(metricTable('The same class by class', classes.map(part => ({ name: part.name, part }))))}</section>`;
}

function metricTable(caption: string, parts: Parameters<typeof evaluationTable>[1]): TableText {
  const { columns, rows } = evaluationTable(caption, parts);
  return {
    caption, columns: [{ name: '', text: true }, { name: 'Samples' }, ...columns.map(name => ({ name: breakable(name) }))],
    rows: rows.map(({ name, samples, values }) => [name, formatCount(samples), ...values.map(value => (value === undefined ? NONE : formatValue(value)))]),
  };
}

export function probeSection({ report, label }: RunFacts): Markup | undefined {
  const { probe } = report;
  if (probe === undefined) return undefined;
  const { columns, rows } = accuracyTable([report]);
  const figure = probeFigure([report], 'accuracy', new Map([[label.id, label.name]]));
  const chart = chartOf(figure);
  const [judgement] = judgementsOf([report]);
  return html`<section><h2>Probe</h2><p class="small">${probeText(probe)}</p>
${table({
    caption: 'Accuracy on the validation samples of classifiers that were trained on each', columns: [{ name: 'Accuracy of', text: true }, ...columns.map(on => ({ name: subjectNames[on] }))],
    rows: rows.map(({ judge, cells }) => [judge, ...cells.map(({ accuracy, best }) => (accuracy === undefined ? NONE : best ? html`<strong>${percent(accuracy, 2)}</strong>` : percent(accuracy, 2)))]),
  })}
${figure.series.length === 0 ? undefined : html`<figure>${chartSvg({ ...chart, ticksX: epochTicks(chart.lines, 12) }, LARGE)}${legend(chart.lines)}<figcaption>${figure.title} by epoch.</figcaption></figure>`}
${judgement === undefined ? undefined : confusion(judgement, `${subjectNames[judgement.on]}, ${judgeName(probe, judgement.judge, true).toLowerCase()}`)}</section>`;
}

function confusion({ result: { confusion: counts, classes } }: Judgement, whose: string): Markup {
  const names = classes.map(({ name }) => name);
  const sums = rowSums(counts);
  const turned = names.some(name => name.length > UPRIGHT);
  return html`<h3>Who is taken for whom</h3>${names.length > NUMBERED ? undefined : html`<div class="wide"><table class="matrix"><caption>Confusion matrix (${whose}): true classes in rows, chosen ones in columns, numbers of samples</caption>
<thead><tr><td></td>${names.map(name => html`<th scope="col"${turned ? html` class="turned"` : undefined}>${name}</th>`)}</tr></thead>
<tbody>${counts.map((row, actual) => html`<tr><th scope="row">${names[actual]}</th>${row.map(count => {
    const depth = shade(count, sums[actual]!);
    return html`<td${depth > 0.6 ? html` class="deep"` : undefined} style="--share:${Math.round(depth * 100)}%">${count === 0 ? '' : String(count)}</td>`;
  })}</tr>
`)}</tbody></table></div>`}
${table({
    caption: `Most often confused (${whose})`, columns: [{ name: 'True class', text: true }, { name: 'Taken for', text: true }, { name: 'Samples' }, { name: 'Share' }],
    rows: mostConfused(counts, 8).map(({ actual, predicted, count, share }) => [names[actual], names[predicted], formatCount(count), percent(share)]),
  })}
${table({
    caption: `Classes (${whose})`, columns: [{ name: 'Class', text: true }, { name: 'Precision' }, { name: 'Recall' }, { name: 'F1' }, { name: 'Samples' }],
    rows: classes.map(({ name, precision, recall, f1, support }) => [name, percent(precision), percent(recall), percent(f1), formatCount(support)]),
  })}`;
}

export function robustnessSection(run: RunFacts): Markup | undefined {
  const { report: { robustness } } = run;
  if (robustness.length === 0) return undefined;
  return html`<section><h2>Robustness</h2>${robustness.map(test => robustnessTest(run, test))}</section>`;
}

function robustnessTest({ report, label, pictures }: RunFacts, test: RobustnessReport): Markup {
  const measures = measuresOf([test]);
  const [first] = measures;
  const noise = noiseName(test.corruption);
  const chart = first && chartOf(robustnessFigure([report], test.name, first, new Map([[label.id, label.name]])));
  const picture = pictures.get(test.picture);
  const own = (index: number) => test.runs.length > 1 ? test.runs[index]!.name : 'rebuilt';
  return html`<h3>${noise.charAt(0).toUpperCase()}${noise.slice(1)}</h3><p class="small">${formatCount(test.samples)} ${test.split} samples, ${test.strengths.length} strengths of ${noise}. ${test.note}</p>
${chart === undefined || first === undefined ? undefined : html`<figure>${chartSvg(chart, LARGE)}${legend(chart.lines)}<figcaption>${measureNames[first].title} of the rebuilt samples by the strength of the noise (${measureNames[first].better}; bands: the middle half of the samples).</figcaption></figure>`}
${table({
    caption: `Means over the samples, of the noisy input and of what is rebuilt from it`,
    columns: [{ name: 'Strength' }, ...measures.flatMap(measure => ['noisy input', ...test.runs.map((_, i) => own(i))].map(whose => ({ name: html`${measureNames[measure].label}<br>${whose}` })))],
    rows: test.strengths.map(({ strength, corrupted, runs }) => [formatNumber(strength), ...measures.flatMap(measure => [corrupted, ...runs].map(scores => (scores[measure] === undefined ? NONE : formatValue(scores[measure].mean))))]),
  })}
${picture === undefined ? undefined : html`<figure><img src="${dataUri(picture)}" alt="Samples clean, noisy and rebuilt"><figcaption>A few samples at every strength of ${noise}.</figcaption></figure>`}`;
}

export function generatedSection({ report: { generated }, pictures }: RunFacts): Markup | undefined {
  const found = generated.flatMap(({ file }) => {
    const png = pictures.get(file);
    return png === undefined ? [] : [html`<figure><img src="${dataUri(png)}" alt="Generated samples"><figcaption>${pictureTitle(file)}: samples decoded from new codes.</figcaption></figure>`];
  });
  return found.length === 0 ? undefined : html`<section><h2>Generated samples</h2>${found}</section>`;
}
