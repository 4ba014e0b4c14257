// Which curves stand together on a chart beside the loss: the terms of the objective share one, as do the divergences of single
// dimensions and the layers of a pretraining; each metric has a chart and an axis of its own.
import { MEASURED_SAMPLES_TEXT } from '../../core/measured.ts';
import { distinctNames } from '../runs.ts';
import { categoryDash, categoryMark } from '../palette.ts';
import { buildLines, type Line, type LossView } from './lines.ts';
import type { StoredRun } from './store.ts';

export type GroupName = 'terms' | 'dimensions' | 'metrics' | 'code' | 'rebuilt' | 'pretraining';

export const groupTitles: Readonly<Record<GroupName, string>> = {
  terms: 'Terms', dimensions: 'Dimensions', metrics: 'Metrics', code: 'Code', rebuilt: 'Rebuilt as another', pretraining: 'Pretraining',
};

export interface SmallChart {
  readonly id: string;
  readonly group: GroupName;
  readonly title: string;
  /** Names of its values, as events have them. */
  readonly values: readonly string[];
  /** Shares of one are shown as percent. */
  readonly percent: boolean;
}

/** Keras's names of metrics, and ours for pictures. */
const metrics = ['mse', 'mae', 'binaryCrossentropy', 'psnr', 'ssim', 'accuracy', 'binaryAccuracy'];
const ofTheCode: Readonly<Record<string, string>> = { perplexity: 'Perplexity of the codebook', activeUnits: 'Active units', activationRate: 'Activation rate' };
const shares = new Set(['accuracy', 'binaryAccuracy', 'rebuiltAsAnother']);

/** On how many samples a value was measured, where not on all. */
export function measuredOn(value: string): string | undefined {
  const some = `${MEASURED_SAMPLES_TEXT} samples spread evenly`;
  if (value === 'rebuiltAsAnother' || value === 'originalsAsAnother') return `Counted on ${some} over the validation set, on all of a smaller one`;
  if (!metrics.includes(value)) return undefined;
  return `Measured after the epoch, as the model is then, on ${some} over training and validation set each${value === 'mse' ? ' (on all validation samples)' : ''}, on all of a smaller one`;
}

/** The charts that the values of some runs ask for, without the loss itself. */
export function smallCharts(names: readonly string[]): readonly SmallChart[] {
  const under = (prefix: string) => names.filter(name => name.startsWith(prefix)).sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
  const one = (group: GroupName, value: string, title: string): SmallChart => ({ id: value, group, title, values: [value], percent: shares.has(value) });
  const together = (group: GroupName, title: string, values: readonly string[]): readonly SmallChart[] => (values.length === 0 ? [] : [{ id: group, group, title, values, percent: false }]);
  const dimensions = under('kl/');
  const layers = under('pretraining/');
  const known = new Set(['loss', 'rebuiltAsAnother', ...metrics, ...Object.keys(ofTheCode), ...dimensions, ...layers]);
  return [
    ...together('terms', 'Terms of the loss', names.filter(name => !known.has(name))),
    ...together('dimensions', 'Divergence of each dimension', dimensions),
    ...metrics.filter(name => names.includes(name)).map(name => one('metrics', name, name)),
    ...Object.entries(ofTheCode).filter(([name]) => names.includes(name)).map(([name, title]) => one('code', name, title)),
    ...(names.includes('rebuiltAsAnother') ? [one('rebuilt', 'rebuiltAsAnother', 'Rebuilt as another class')] : []),
    ...together('pretraining', 'Pretraining, layer by layer', layers),
  ];
}

/** "kl/3" → "3", "pretraining/dense_1" → "dense_1". */
function shortName(value: string): string {
  return value.slice(value.indexOf('/') + 1);
}

/** More lines than this would not be told apart if each stood there for training and validation. */
const BOTH_SPLITS = 4;

/** More runs than this would not be told apart if each had two lines on a small chart. */
const BOTH_SPLITS_OF_RUNS = 4;

/**
 * The lines of a small chart. One run: a colour for each value, validation dashed. Several: the colour and mark of each run; both splits
 * of a single value as the large chart draws them, else a dash for each value and one split only, validation where it is there.
 */
export function smallLines(runs: readonly StoredRun[], view: LossView, chart: SmallChart): readonly Line[] {
  const several = runs.length > 1;
  const names = distinctNames(runs.map(r => r.run));
  const alone = chart.values.length === 1;
  const both = several ? alone && runs.length <= BOTH_SPLITS_OF_RUNS : chart.values.length <= BOTH_SPLITS;
  return chart.values.flatMap((value, v) => {
    const all = buildLines(runs, { ...view, value });
    const hasOther = (line: Line): boolean => all.some(other => other.runId === line.runId && other.split !== line.split);
    const lines = both ? all : all.filter(line => line.split === 'validation' || !hasOther(line));
    return lines.map((line): Line => {
      if (several) {
        const run = names.get(line.runId)!;
        if (!alone) return { ...line, name: `${run}: ${shortName(value)}`, style: { ...line.style, dash: categoryDash(v), width: 1.75 } };
        // The split first: a long name of a run is cut at its end, and the colour tells the run too.
        return both && hasOther(line) ? { ...line, name: `${line.split}: ${run}` } : { ...line, name: run, style: { ...line.style, dash: [], width: 1.75 } };
      }
      if (alone) return { ...line, name: line.split };
      return { ...line, name: shortName(value), style: { color: v, mark: categoryMark(v), dash: both && line.split === 'validation' ? [6, 4] : [], width: 1.75 } };
    });
  });
}

/** A horizontal line to compare with. */
export interface Level {
  readonly y: number;
  /** What it is, the longest first: the first that has room is shown. */
  readonly texts: readonly string[];
  /** Of the run it belongs to; absent where it belongs to several or there is only one. */
  readonly color?: number;
}

/** Letters of a name at a level. */
const NAME_LENGTH = 28;

/**
 * Principal components as levels to beat on the chart of some values: those of one run in its colour and with its name, those that are
 * the same for several as one.
 */
export function baselineLevels(runs: readonly StoredRun[], view: Pick<LossView, 'hidden'>, values: readonly string[]): readonly Level[] {
  const names = distinctNames(runs.map(r => r.run));
  const shown = runs.filter(({ run }) => !view.hidden.includes(run.id));
  const found = new Map<string, { readonly y: number; readonly short: string; readonly owners: Set<StoredRun> }>();
  for (const stored of shown) {
    for (const value of values) {
      const y = stored.levels?.[value];
      if (y === undefined) continue;
      const components = stored.run.baseline?.components;
      const text = `PCA${components === undefined ? '' : `, ${components} ${components === 1 ? 'component' : 'components'}`}: ${y.toPrecision(3)}`;
      const level = found.get(text) ?? { y, short: `PCA ${y.toPrecision(3)}`, owners: new Set() };
      level.owners.add(stored);
      found.set(text, level);
    }
  }
  return [...found].map(([text, { y, short, owners: { size }, owners }]) => {
    const [first] = owners;
    const whose = size === shown.length ? undefined : size > 2 ? `${size} runs` : [...owners].map(({ run }) => shortened(names.get(run.id)!, NAME_LENGTH)).join(', ');
    return {
      y, texts: [...(whose === undefined ? [text] : [`${text} (${whose})`, `${short} (${whose})`]), short],
      ...(runs.length > 1 && size === 1 ? { color: runs.indexOf(first!) } : {}),
    };
  });
}

/** Without its middle: names differ at their ends. */
function shortened(name: string, length: number): string {
  return name.length <= length ? name : `${name.slice(0, Math.ceil(length / 2) - 1)}…${name.slice(name.length - Math.floor(length / 2))}`;
}
