// How a run was trained: the machine, the curves as the loss page draws them, and the numbers at its best and its last epoch.
import { spreadsWide } from '../analysis/chart-scale.ts';
import { baselineLevels, measuredOn, smallCharts, smallLines, type SmallChart } from '../view/loss/groups.ts';
import { bestMarks, buildLines, defaultView } from '../view/loss/lines.ts';
import type { LossStore, StoredRun } from '../view/loss/store.ts';
import { percent } from '../view/report/confusion.ts';
import { formatValue } from '../view/runs.ts';
import { chartSvg, epochTicks, LARGE, legend, lineOf, SMALL, type Chart } from './chart.ts';
import type { RunFacts } from './facts.ts';
import { html, type Markup } from './html.ts';
import { breakable, facts, NONE, table } from './table.ts';
import { storeOf, valueIn } from './values.ts';
import { counted, formatCount, formatDuration, optimizerText } from './words.ts';

/** More lines have no legend: their names would take more room than they do. */
const MOST_NAMED = 12;

export function trainingSection(run: RunFacts): Markup {
  const store = storeOf([run]);
  return html`<section><h2>Training</h2>${setting(run)}${lossFigure(store)}${valueTable(run, store)}${panels(store)}</section>`;
}

function setting({ run: { info, status }, spec, report: { lossName } }: RunFacts): Markup {
  const training = spec?.training;
  const done = Math.floor(status?.epoch ?? 0) * (info?.dataset.train ?? 0);
  // What a trainer tells while it works; afterwards the mean, evaluation included.
  const speed = status?.samplesPerSecond ?? (done > 0 && status !== undefined && status.elapsed > 0 ? done / status.elapsed : undefined);
  return facts([
    ['Loss', lossName],
    ['Optimiser', training && optimizerText(training.optimizer)],
    ['Samples a batch', training && formatCount(training.batchSize)],
    ['Epochs', info && `${Math.floor(status?.epoch ?? 0)} of ${status?.epochs || info.epochs}${info.stepsPerEpoch > 0 ? `, ${counted(info.stepsPerEpoch, 'step')} each` : ''}`],
    ['Seed', info && String(info.seed)],
    ['Device', info?.device.name],
    ['Why this one', info?.device.reason],
    ['Threads', info?.threads === undefined ? undefined : String(info.threads)],
    ['Training took', status === undefined || status.elapsed === 0 ? undefined : formatDuration(status.elapsed)],
    ['Speed', speed === undefined ? undefined : `${formatCount(Math.round(speed))} samples a second`],
    ['Versions', info && Object.entries(info.versions).map(([name, version]) => `${name} ${version}`).join(', ')],
  ]);
}

/** Losses of one run or several; undefined before the first step. */
export function lossFigure(store: LossStore): Markup | undefined {
  const { runs } = store;
  const alone = runs.length === 1;
  const view = { ...defaultView, splits: alone ? 'both' as const : 'validation' as const };
  const wanted = buildLines(runs, view);
  // Where nothing is set aside the training samples are what runs are judged by.
  const built = wanted.length > 0 ? wanted : buildLines(runs, { ...view, splits: 'train' });
  if (built.length === 0) return undefined;
  const lines = built.map(line => lineOf(alone ? { ...line, name: line.split } : line));
  const levels = baselineLevels(runs, view, ['loss']).map(({ y, texts }) => ({ y, text: texts[0]! }));
  const values = [...lines.flatMap(({ y }) => y), ...levels.map(({ y }) => y)].filter(Number.isFinite);
  const logY = values.length > 0 && spreadsWide(values);
  const name = alone ? runs[0]!.lossName : 'loss';
  const rings = bestMarks(built, runs, view).map(({ x, y, epoch }) => ({ x, y, ...(alone ? { text: `best: epoch ${epoch}, ${formatValue(y)}` } : {}) }));
  const chart: Chart = { title: 'Loss by epoch', xTitle: 'Epoch', yTitle: logY ? `${name} (logarithmic)` : name, lines, logY, levels, rings, ticksX: epochTicks(lines, 12) };
  const told = [
    alone ? `The loss (${name}) by epoch` : `The loss of ${counted(runs.length, 'run')} by epoch${wanted.length > 0 ? ', on validation samples' : ''}`,
    ...(rings.length === 0 ? [] : [alone ? 'the lowest one is ringed' : 'the lowest of each is ringed']),
    ...(levels.length === 0 ? [] : ['dashed across: what principal components with as many numbers in their code reach']),
  ];
  return html`<figure>${chartSvg(chart, LARGE)}${legend(lines)}<figcaption>${told.join('; ')}.</figcaption></figure>`;
}

function valueTable({ bestEpoch, loss: { curves } }: RunFacts, store: LossStore): Markup | undefined {
  const stored = store.runs[0]!;
  const last = Math.max(...curves.flatMap(({ per, value, epoch }) => (per === 'epoch' && value === 'loss' ? [epoch.at(-1) ?? -Infinity] : [])));
  if (!(last > 0)) return html`<p>No epoch was finished, so there are no numbers to tell.</p>`;
  // Terms of single dimensions and layers have a chart of their own.
  const names = store.valueNames().filter(name => !name.includes('/'));
  const epochs = bestEpoch === undefined || Math.round(bestEpoch) === Math.round(last) ? [last] : [bestEpoch, last];
  const what = (epoch: number, i: number) => `${epochs.length === 1 ? (bestEpoch === undefined ? 'last' : 'best and last') : i === 0 ? 'best' : 'last'} epoch (${Math.round(epoch)})`;
  const note = ['mse', ...names].filter(name => names.includes(name)).map(measuredOn).find(text => text !== undefined);
  return html`${table({
    caption: `The numbers of the ${epochs.map(what).join(' and of the ')}`,
    columns: [{ name: 'Value', text: true }, ...epochs.flatMap((epoch, i) => ['train', 'validation'].map(split => ({ name: html`${what(epoch, i)}<br>${split}` })))],
    rows: names.map(name => [breakable(name), ...epochs.flatMap(epoch => (['train', 'validation'] as const).map(split => cell(stored, name, split, epoch)))]),
  })}${note === undefined ? undefined : html`<p class="small">Metrics: ${note.charAt(0).toLowerCase()}${note.slice(1)}.</p>`}`;
}

function cell(stored: StoredRun, name: string, split: 'train' | 'validation', epoch: number): string {
  const value = valueIn(stored, name, split, epoch);
  return value === undefined ? NONE : formatValue(value);
}

/** The terms of the loss, metrics and whatever else was followed, each on axes of its own. */
function panels(store: LossStore): Markup | undefined {
  const drawn = smallCharts(store.valueNames()).map(chart => panel(store.runs, chart)).filter(found => found !== undefined);
  return drawn.length === 0 ? undefined : html`<h3>Beside the loss</h3><div class="panels">${drawn}</div>`;
}

function panel(runs: readonly StoredRun[], small: SmallChart): Markup | undefined {
  const lines = smallLines(runs, defaultView, small).map(lineOf);
  if (lines.length === 0) return undefined;
  const levels = baselineLevels(runs, defaultView, small.values).map(({ y, texts }) => ({ y, text: texts.at(-1)! }));
  const values = [...lines.flatMap(({ y }) => y), ...levels.map(({ y }) => y)].filter(Number.isFinite);
  const logY = !small.percent && values.length > 0 && spreadsWide(values);
  const chart: Chart = {
    title: small.title, xTitle: 'Epoch', yTitle: logY ? 'logarithmic' : '', lines, levels, logY, ticksX: epochTicks(lines, 6),
    ...(small.percent ? { formatY: (value: number) => percent(value) } : {}),
  };
  return html`<figure>${chartSvg(chart, SMALL)}${lines.length > MOST_NAMED ? html`<p class="small">${counted(lines.length, 'curve')}</p>` : legend(lines)}<figcaption>${small.title}.</figcaption></figure>`;
}
