// The picture of a sweep: error against the value with the knee marked, or parallel coordinates where more than one number changes.
import { lineChart } from '../analysis/chart.ts';
import { parallelChart } from '../analysis/chart-parallel.ts';
import { spreadsWide, tickText } from '../analysis/chart-scale.ts';
import type { Picture } from '../analysis/canvas.ts';
import { encodePng } from '../analysis/png.ts';
import { replaceFile } from '../runs/files.ts';
import { shortNames, sweepChart, valueText } from '../runs/sweep.ts';
import { errorLimit, type SweepReport, type SweepRow } from '../runs/sweep-report.ts';

type JudgedRow = SweepRow & { readonly error: number };

/** Undefined until two trainings can be compared. */
export function sweepPicture(report: SweepReport): Picture | undefined {
  const rows = report.rows.filter((row): row is JudgedRow => row.error !== undefined);
  if (rows.length < 2) return undefined;
  const [path] = report.paths;
  const numbers = rows.every(({ values }) => typeof values[path!] === 'number');
  return report.paths.length === 1 && numbers ? errorChart(report, rows, path!) : coordinates(report, rows);
}

function errorName({ judgedBy }: SweepReport): string {
  return judgedBy === 'validation loss' ? 'validation loss, best epoch' : `${judgedBy!}, last epoch`;
}

function errorChart(report: SweepReport, rows: readonly JudgedRow[], path: string): Picture {
  const points = rows.map(({ values, error }) => [Number(values[path]), error] as const);
  const xs = points.map(([x]) => x);
  const knee = rows.find(({ index }) => index === report.knee);
  const best = Math.min(...points.map(([, y]) => y));
  const tolerance = `${tickText(Number((100 * report.tolerance).toPrecision(3)))} %`;
  const components = rows.flatMap(({ values, baselineError }) => (baselineError === undefined ? [] : [[Number(values[path]), baselineError] as const]));
  return lineChart([{ name: errorName(report), points }, ...(components.length > 0 ? [{ name: 'principal components', points: components }] : [])], {
    title: `${report.name}: error against ${path}`, xLabel: path, yLabel: errorName(report), logX: spreadsWide(xs),
    ...(xs.length <= 16 ? { xTicks: [...new Set(xs)].sort((a, b) => a - b) } : {}),
    ...(knee === undefined ? {} : {
      marks: [{ x: Number(knee.values[path]), y: knee.error, text: `${tickText(Number(knee.values[path]))}: the smallest within ${tolerance} of the best` }],
      levels: [{ y: errorLimit(best, report.tolerance), text: `best + ${tolerance}` }],
    }),
  });
}

function coordinates(report: SweepReport, rows: readonly JudgedRow[]): Picture {
  const short = shortNames(report.paths);
  const best = rows.findIndex(({ index }) => index === report.best);
  return parallelChart([
    ...report.paths.map(path => ({
      name: short.get(path)!,
      values: rows.map(({ values }) => (typeof values[path] === 'number' ? values[path] : valueText(values[path]))),
    })),
    { name: report.judgedBy ?? 'error', values: rows.map(({ error }) => error) },
  ], { title: `${report.name}: ${rows.length} trainings`, ...(best === -1 ? {} : { best }) });
}

/** Draws the chart of a sweep beside its record; the path of the file, or undefined while there is nothing to compare. */
export async function writeSweepPicture(runsFolder: string, report: SweepReport): Promise<string | undefined> {
  const picture = sweepPicture(report);
  if (picture === undefined) return undefined;
  const file = sweepChart(runsFolder, report.id);
  await replaceFile(file, encodePng(picture, { Title: report.name }));
  return file;
}
