// From a sweep's report to what the page shows: error against value for one path of numbers, axes for several paths, rows to sort.
import { beatsBaseline } from '../../core/baseline.ts';
import type { ShownSweep, SweepReport, SweepRow } from '../../protocol/messages.ts';
import { growsByFactors, type Figure } from '../../view/figure.ts';
import { formatValue } from '../../view/runs.ts';

/** "Validation loss", as the report is judged; what columns and sentences call it. */
export function errorName({ report }: ShownSweep): string {
  switch (report.judgedBy) {
    case 'mse': return 'Mean squared error';
    case 'training loss': return 'Training loss';
    default: return 'Validation loss';
  }
}

/** The same with the kind of loss, for an axis: "Validation loss (mse)". */
export function errorTitle(sweep: ShownSweep): string {
  return sweep.lossName === undefined || sweep.report.judgedBy === 'mse' ? errorName(sweep) : `${errorName(sweep)} (${sweep.lossName})`;
}

/** Whether every finished training that can be compared is no better than principal components with as many numbers. */
function noneBeatsBaseline({ rows }: SweepReport): boolean {
  const verdicts = rows.flatMap(({ state, baseline }) => (state === 'finished' && baseline !== undefined ? beatsBaseline(baseline) ?? [] : []));
  return verdicts.length > 0 && verdicts.every(better => !better);
}

/** The row with the smallest value that is good enough; none where nothing is good. */
export function enoughOf(report: SweepReport): number | undefined {
  return noneBeatsBaseline(report) ? undefined : report.knee;
}

/** What follows for the choice of the value, once all trainings are finished. */
export function conclusionOf(sweep: ShownSweep): string | undefined {
  const { report, names, texts } = sweep;
  if (report.state !== 'finished' || report.knee === undefined) return undefined;
  if (noneBeatsBaseline(report)) return 'No model is better than principal components of the same size: train longer, or change the model, before you choose one.';
  const baseline = report.rows.find(row => row.index === report.knee)?.baseline;
  const doubt = baseline !== undefined && beatsBaseline(baseline) === false ? ', but it is no better than principal components of the same size' : '';
  return `${names[0]} = ${texts[report.knee]?.[0]} is enough: its error is within ${Math.round(report.tolerance * 100)} % of the best${doubt}.`;
}

/** What a row is judged by: its error once it has finished, until then the best loss so far where that is the same thing. */
export function errorOf(row: SweepRow, { report }: ShownSweep): number | undefined {
  if (row.error !== undefined || report.judgedBy === 'mse') return row.error;
  return row.state === 'finished' ? undefined : report.judgedBy === 'training loss' ? row.trainLoss : row.bestLoss ?? row.loss;
}

/** The only path, where all its values are numbers: then the sweep is a curve. */
export function curvePath({ report: { paths, rows } }: ShownSweep): string | undefined {
  const [path] = paths;
  return paths.length === 1 && path !== undefined && rows.every(row => typeof row.values[path] === 'number') ? path : undefined;
}

/** Error against value, the smallest value that costs little marked; unfinished trainings are a line of their own. */
export function sweepFigure(sweep: ShownSweep, path: string): Figure {
  const { report, names } = sweep;
  const points = report.rows.map(row => ({ row, x: row.values[path] as number, y: errorOf(row, sweep) })).sort((a, b) => a.x - b.x);
  const line = (wanted: boolean) => points.filter(p => p.y !== undefined && (p.row.state === 'finished') === wanted);
  const finished = line(true);
  const underway = line(false);
  const knee = points.find(p => p.row.index === enoughOf(report));
  const values = [...new Set(points.map(p => p.x))];
  const components = points.filter(p => p.row.baselineError !== undefined);
  const best = Math.min(...finished.map(p => p.y!));
  return {
    title: `${errorName(sweep)} against ${names[0]}`, xTitle: names[0] ?? path, yTitle: errorTitle(sweep),
    series: [
      { name: 'Finished', style: 0, x: finished.map(p => p.x), y: finished.map(p => p.y!) },
      ...(underway.length === 0 ? [] : [{ name: 'So far', style: 1, reference: true, x: underway.map(p => p.x), y: underway.map(p => p.y!) }]),
      ...(components.length === 0 ? [] : [{ name: 'Principal components', style: 2, reference: true, x: components.map(p => p.x), y: components.map(p => p.row.baselineError!) }]),
    ],
    ticksX: values, logX: growsByFactors(values),
    ...(Number.isFinite(best) && finished.length > 1 ? { levels: [{ y: best * (1 + (best > 0 ? report.tolerance : -report.tolerance)), text: `best ${best > 0 ? '+' : '−'} ${Math.round(report.tolerance * 100)} %` }] } : {}),
    ...(knee?.y === undefined ? {} : { marked: { x: knee.x, y: knee.y, text: `${names[0]} = ${knee.x}: ${formatValue(knee.y)}` } }),
  };
}

/** One axis of parallel coordinates. */
export interface Axis {
  readonly name: string;
  /** Where each row crosses it, from 0 (bottom) to 1; undefined where it has no value. */
  readonly places: readonly (number | undefined)[];
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

/** The paths, then the error: numbers lie as on a scale (by factors where they grow so), anything else in the order of the sweep. */
export function axesOf(sweep: ShownSweep): readonly Axis[] {
  const { report, names, texts } = sweep;
  const errors = report.rows.map(row => errorOf(row, sweep));
  return [
    ...report.paths.map((path, i): Axis => {
      const values = report.rows.map(row => row.values[path]);
      if (values.every(value => typeof value === 'number')) return numberAxis(names[i]!, values, [...new Set(values)].map(value => ({ value, text: texts[values.indexOf(value)]![i]! })));
      const words = [...new Set(texts.map(row => row[i]!))];
      const place = (word: string) => (words.length === 1 ? 0.5 : words.indexOf(word) / (words.length - 1));
      return { name: names[i]!, places: texts.map(row => place(row[i]!)), ticks: words.map(text => ({ at: place(text), text })) };
    }),
    numberAxis(errorName(sweep), errors),
  ];
}

function numberAxis(name: string, values: readonly (number | undefined)[], ticks?: readonly { readonly value: number; readonly text: string }[]): Axis {
  const known = values.filter(value => value !== undefined);
  const [min, max] = [Math.min(...known), Math.max(...known)];
  const log = growsByFactors(known);
  const place = (value: number) => (min === max ? 0.5 : log ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min));
  const ends = known.length === 0 ? [] : [...new Set([min, max])].map(value => ({ value, text: formatValue(value) }));
  return { name, places: values.map(value => (value === undefined ? undefined : place(value))), ticks: (ticks ?? ends).map(({ value, text }) => ({ at: place(value), text })) };
}

/** Columns by which rows can be sorted: the place in the sweep, a path, or a number. */
export type SortKey = 'index' | `path:${number}` | 'error' | 'last' | 'epoch' | 'seconds' | 'parameters' | 'pca' | `metric:${string}`;

export function sortedRows(sweep: ShownSweep, key: SortKey, descending: boolean): readonly SweepRow[] {
  const { report, texts } = sweep;
  const valueOf = (row: SweepRow): number | string | undefined => {
    if (key.startsWith('path:')) {
      const at = Number(key.slice(5));
      const value = row.values[report.paths[at]!];
      return typeof value === 'number' ? value : texts[row.index]?.[at];
    }
    if (key.startsWith('metric:')) return row.metrics[key.slice(7)];
    switch (key) {
      case 'error': return errorOf(row, sweep);
      case 'last': return row.loss;
      case 'epoch': return row.epoch;
      case 'seconds': return row.seconds;
      case 'parameters': return row.parameters;
      case 'pca': return row.baseline?.mse;
      default: return row.index;
    }
  };
  // What has no value stands last either way.
  return [...report.rows].sort((a, b) => {
    const [x, y] = [valueOf(a), valueOf(b)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    const order = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), undefined, { numeric: true });
    return (descending ? -order : order) || a.index - b.index;
  });
}

/** "4 of 6 finished, 1 training". */
export function progressText({ report }: ShownSweep): string {
  const count = (state: SweepRow['state']) => report.rows.filter(row => row.state === state).length;
  const others = [...new Set(report.rows.map(row => row.state))].filter(state => state !== 'finished');
  return [`${count('finished')} of ${report.rows.length} finished`, ...others.map(state => `${count(state)} ${state}`)].join(', ');
}

/** Pixels from a point to the nearest part of a line of corners. */
export function distanceTo(corners: readonly (readonly [number, number])[], x: number, y: number): number {
  let nearest = Infinity;
  for (let i = 1; i < corners.length; i++) {
    const [[x1, y1], [x2, y2]] = [corners[i - 1]!, corners[i]!];
    const along = Math.min(Math.max(((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / ((x2 - x1) ** 2 + (y2 - y1) ** 2), 0), 1);
    nearest = Math.min(nearest, Math.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1)));
  }
  return nearest;
}
