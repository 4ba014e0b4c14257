// From robustness tests to a chart: each run's error against the strength of the noise, with the corrupted input itself as the
// line a model has to beat.
import type { ReportRun, RobustnessReport, Scores } from '../../protocol/messages.ts';
import { growsByFactors, type Figure, type FigureSeries } from '../figure.ts';

export type Measure = keyof Scores;

export const measureNames: Readonly<Record<Measure, { readonly label: string; readonly title: string; readonly better: string }>> = {
  mse: { label: 'MSE', title: 'Mean squared error', better: 'lower is better' },
  psnr: { label: 'PSNR', title: 'Peak signal-to-noise ratio (dB)', better: 'higher is better' },
  ssim: { label: 'SSIM', title: 'Structural similarity', better: 'higher is better' },
};

/** The runs that took a test, each with its report. */
export function resultsOf(runs: readonly ReportRun[], name: string): readonly { readonly shown: ReportRun; readonly test: RobustnessReport }[] {
  return runs.flatMap(shown => shown.robustness.filter(test => test.name === name).map(test => ({ shown, test })));
}

/** Names of all tests of these runs, in the order in which they first come. */
export function testNames(runs: readonly ReportRun[]): readonly string[] {
  return [...new Set(runs.flatMap(r => r.robustness.map(test => test.name)))];
}

/** "uniform noise", as people call a corruption. */
export function noiseName({ type }: RobustnessReport['corruption']): string {
  return type === 'occlusion' ? type : `${type === 'saltAndPepper' ? 'salt-and-pepper' : type} noise`;
}

export function measuresOf(tests: readonly RobustnessReport[]): readonly Measure[] {
  return (Object.keys(measureNames) as Measure[]).filter(measure => tests.some(test => test.strengths.some(s => s.corrupted[measure] !== undefined)));
}

interface Scored {
  readonly x: number;
  readonly scores: Scores;
}

function lineOf(points: readonly Scored[], measure: Measure, look: Pick<FigureSeries, 'name' | 'style' | 'reference'>, spread: boolean): FigureSeries {
  const at = (pick: (score: NonNullable<Scores[Measure]>) => number) => points.map(({ scores }) => (scores[measure] === undefined ? Number.NaN : pick(scores[measure])));
  const x = points.map(p => p.x);
  return { ...look, x, y: at(s => s.mean), ...(spread ? { low: at(s => s.lowerQuartile), high: at(s => s.upperQuartile) } : {}) };
}

/**
 * One line for each run that took the test, here or as somebody's companion, and one for the noisy input. Where strengths are
 * spread evenly the line begins with the samples without noise.
 * @param names of the runs shown, by id, as they are now; a test knows its companions by the names they had then
 */
export function robustnessFigure(runs: readonly ReportRun[], name: string, measure: Measure, names: ReadonlyMap<string, string>): Figure {
  const results = resultsOf(runs, name);
  const strengths = [...new Set(results.flatMap(({ test }) => test.strengths.map(s => s.strength)))].sort((a, b) => a - b);
  const logX = growsByFactors(strengths);
  const seen = new Map<string, FigureSeries>();
  const takers = results.flatMap(({ test }) => test.runs.map((run, i) => ({ test, run, i })));
  const shared = new Set(takers.filter(({ run }) => takers.some(other => other.run.name === run.name && other.run.id !== run.id)).map(({ run }) => run.id));
  for (const { test, run, i } of takers) {
    if (seen.has(run.id)) continue;
    const clean = test.clean[i];
    const points = [...(logX || clean === undefined ? [] : [{ x: 0, scores: clean }]), ...test.strengths.map(s => ({ x: s.strength, scores: s.runs[i]! }))];
    seen.set(run.id, lineOf(points, measure, { name: names.get(run.id) ?? (shared.has(run.id) ? `${run.name} · ${run.id}` : run.name), style: seen.size }, true));
  }
  const inputs = results.map(({ shown, test }) => lineOf(test.strengths.map(s => ({ x: s.strength, scores: s.corrupted })), measure, { name: `Input of ${names.get(shown.run.id) ?? shown.run.name}`, style: 8, reference: true }, false));
  const { label, title } = measureNames[measure];
  return {
    title: `${title} under ${name}`, xTitle: `Strength of ${results[0] === undefined ? name : noiseName(results[0].test.corruption)}`, yTitle: label, series: [...seen.values(), ...once(inputs)],
    ticksX: logX ? strengths : [0, ...strengths], logX,
  };
}

/** The same noise for all is one line. */
function once(inputs: readonly FigureSeries[]): readonly FigureSeries[] {
  const first = inputs[0];
  const alike = (other: FigureSeries) => other.x.join() === first?.x.join() && other.y.every((y, i) => Math.abs(y - first.y[i]!) <= 1e-3 * Math.abs(y));
  return first !== undefined && inputs.every(alike) ? [{ ...first, name: 'Noisy input' }] : inputs;
}
