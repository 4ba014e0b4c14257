// Several runs side by side: how each ended, which is the best where that can be said, and the settings in which they differ.
import { baselineVerdict } from '../core/baseline.ts';
import { rankRuns, type FinalNumbers, type RunComparison } from '../runs/compare.ts';
import { describeRun, formatValue } from '../view/runs.ts';
import { formatDuration } from '../view/ticks.ts';
import type { RunFacts } from './facts.ts';
import { html, type Markup, type Piece } from './html.ts';
import { breakable, NONE, table } from './table.ts';
import { lossFigure } from './training.ts';
import { storeOf } from './values.ts';
import { formatCount, shortSetting } from './words.ts';

export interface Compared {
  readonly runs: readonly RunFacts[];
  /** Names that tell them apart, in their order. */
  readonly names: readonly string[];
  /** Or why there is none. */
  readonly comparison: RunComparison | string;
}

export function comparisonSection({ runs, names, comparison }: Compared): Markup {
  const ranking = typeof comparison === 'string' ? undefined : rankRuns(comparison);
  return html`<div class="comparison"><header><p class="kicker">Trainings of autoencoders</p><h1>${runs.length} runs compared</h1></header>
<nav aria-label="Runs"><ol>${names.map((name, i) => html`<li><a href="#run-${i + 1}">${name}</a></li>`)}</ol></nav>
<section><h2>Results</h2>${typeof comparison === 'string' ? html`<div class="box bad"><p>The runs could not be compared: ${comparison}</p></div>${plain(runs, names)}` : results(comparison, runs, names, ranking?.best)}
${ranking?.best === undefined ? undefined : html`<p>★ lowest validation loss</p>`}
${ranking === undefined || ranking.apart.length === 0 ? undefined : html`<p>The losses do not mean the same, so the lowest is not the best: the runs differ in ${ranking.apart.map((path, i) => html`${i > 0 ? ', ' : ''}<code>${path}</code>`)}.</p>`}
${lossFigure(storeOf(runs))}</section>
${typeof comparison === 'string' ? undefined : settings(comparison, names)}</div>`;
}

function link(name: string, i: number): Markup {
  return html`<a href="#run-${i + 1}">${name}</a>`;
}

/** Runs that fit beside each other on a page. */
const ACROSS = 4;

function results({ runs }: RunComparison, facts: readonly RunFacts[], names: readonly string[], best: number | undefined): Markup {
  const number = (value: number | undefined) => (value === undefined ? NONE : formatValue(value));
  const bestLoss = ({ bestValidationLoss, bestEpoch }: FinalNumbers, i: number): Piece => {
    if (bestValidationLoss === undefined) return NONE;
    const text = `${formatValue(bestValidationLoss)}${bestEpoch === undefined ? '' : ` (${Math.round(bestEpoch)})`}`;
    return i === best ? html`<strong>${text}</strong>` : text;
  };
  const metrics = [...new Set(runs.flatMap(({ trainMetrics, validationMetrics }) => Object.keys({ ...validationMetrics, ...trainMetrics })))];
  const many = runs.length > ACROSS;
  const told: readonly (readonly [name: Piece, value: (run: FinalNumbers, i: number) => Piece])[] = [
    ['State', (_, i) => describeRun(facts[i]!.label)],
    ['Best validation loss (epoch)', bestLoss],
    ['Last validation loss', run => number(run.validationLoss)],
    // Each run tells these further down.
    ...(many ? [] : [['Last training loss', (run: FinalNumbers) => number(run.trainLoss)] as const]),
    ...(many ? [] : metrics).flatMap(name => [
      [html`Last validation ${breakable(name)}`, (run: FinalNumbers) => number(run.validationMetrics[name])] as const,
      [html`Last training ${breakable(name)}`, (run: FinalNumbers) => number(run.trainMetrics[name])] as const,
    ]),
    ['Mean squared error', run => number(run.baseline?.model)],
    ['that of principal components', run => number(run.baseline?.mse)],
    ['The model is', run => (run.baseline && baselineVerdict(run.baseline)) ?? NONE],
    ['Parameters', run => (run.parameters === undefined ? NONE : formatCount(run.parameters))],
    ['Training took', run => formatDuration(run.elapsed * 1000)],
  ];
  const heads = names.map((name, i) => html`${link(name, i)}${i === best ? ' ★' : ''}`);
  const caption = 'How each run ended';
  if (many) return table({ caption, columns: [{ name: 'Run', text: true }, ...told.map(([name]) => ({ name }))], rows: runs.map((run, i) => [heads[i], ...told.map(([, value]) => value(run, i))]) });
  return table({ caption, columns: [{ name: '', text: true }, ...heads.map(name => ({ name }))], rows: told.map(([name, value]) => [name, ...runs.map(value)]).filter(row => row.slice(1).some(value => value !== NONE)) });
}

function plain(runs: readonly RunFacts[], names: readonly string[]): Markup {
  return table({ caption: 'How each run stands', columns: [{ name: 'Run', text: true }, { name: 'State', text: true }], rows: runs.map(({ label }, i) => [link(names[i]!, i), describeRun(label)]) });
}

/** Settings that fit beside each other. */
const SETTINGS_ACROSS = 5;

/** One row for each run where the settings fit beside each other; else one for each setting, a few runs to a table. */
function settings({ differences }: RunComparison, names: readonly string[]): Markup {
  if (differences.length === 0) return html`<section><h2>Settings that differ</h2><p>None: the resolved configs are equal.</p></section>`;
  const caption = 'The settings in which the runs differ';
  const path = (text: string) => html`<code>${text}</code>`;
  const value = (setting: unknown) => html`<code>${shortSetting(setting)}</code>`;
  const tables = differences.length <= Math.min(names.length, SETTINGS_ACROSS)
    ? [table({ caption, columns: [{ name: 'Run', text: true }, ...differences.map(difference => ({ name: path(difference.path), text: true }))], rows: names.map((name, i) => [link(name, i), ...differences.map(({ values }) => value(values[i]))]) })]
    : Array.from({ length: Math.ceil(names.length / ACROSS) }, (_, part) => {
      const shown = names.map((_name, i) => i).slice(part * ACROSS, (part + 1) * ACROSS);
      return table({ caption: part === 0 ? caption : `${caption}, continued`, columns: [{ name: 'Setting', text: true }, ...shown.map(i => ({ name: link(names[i]!, i), text: true }))], rows: differences.map(difference => [path(difference.path), ...shown.map(i => value(difference.values[i]))]) });
    });
  return html`<section><h2>Settings that differ</h2>${tables}</section>`;
}
