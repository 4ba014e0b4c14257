// Which curves stand together on a chart beside the loss: the terms of the objective share one, as do the divergences of single
// dimensions and the layers of a pretraining; each metric has a chart and an axis of its own.
import { distinctNames } from '../shared/runs.ts';
import { categoryDash, categoryMark } from '../shared/palette.ts';
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

/**
 * The lines of a small chart. One run: a colour for each value, validation dashed. Several: the colour and mark of each run, a dash for
 * each value, and one split only, validation where it is there.
 */
export function smallLines(runs: readonly StoredRun[], view: LossView, chart: SmallChart): readonly Line[] {
  const several = runs.length > 1;
  const names = distinctNames(runs.map(r => r.run));
  const both = !several && chart.values.length <= BOTH_SPLITS;
  return chart.values.flatMap((value, v) => {
    const all = buildLines(runs, { ...view, value });
    const lines = both ? all : all.filter(line => line.split === 'validation' || !all.some(other => other.runId === line.runId && other.split === 'validation'));
    return lines.map((line): Line => {
      const alone = chart.values.length === 1;
      const name = several ? `${names.get(line.runId)!}${alone ? '' : `: ${shortName(value)}`}` : alone ? line.split : shortName(value);
      if (several) return { ...line, name, style: { ...line.style, dash: alone ? [] : categoryDash(v), width: 1.75 } };
      return alone ? { ...line, name } : { ...line, name, style: { color: v, mark: categoryMark(v), dash: both && line.split === 'validation' ? [6, 4] : [], width: 1.75 } };
    });
  });
}

/** Principal components as levels to beat on the chart of some values, each figure once. */
export function baselineLevels(runs: readonly StoredRun[], view: Pick<LossView, 'hidden'>, values: readonly string[]): readonly { readonly y: number; readonly text: string }[] {
  const found = new Map<string, { readonly y: number; readonly text: string }>();
  for (const { run, levels } of runs) {
    if (view.hidden.includes(run.id)) continue;
    for (const value of values) {
      const y = levels?.[value];
      if (y === undefined) continue;
      const components = run.baseline?.components;
      const text = `PCA${components === undefined ? '' : `, ${components} ${components === 1 ? 'component' : 'components'}`}: ${y.toPrecision(3)}`;
      found.set(text, { y, text });
    }
  }
  return [...found.values()];
}
