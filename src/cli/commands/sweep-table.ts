// A sweep as a table: a row for each training, the best one and the knee marked.
import { shortNames, valueText } from '../../runs/sweep.ts';
import { errorLimit, notBetterThanBaseline, type SweepReport, type SweepRow } from '../../runs/sweep-report.ts';
import { formatCount, formatDuration, formatLoss } from '../format.ts';
import type { TableOptions } from '../table.ts';

interface Column {
  readonly title: string;
  readonly right?: boolean;
  /** Which are left out first where there is no room; never when left out. */
  readonly rank?: number;
  readonly least?: number;
  readonly cell: (row: SweepRow) => string;
}

/** Rows in order of the values; with several paths the best first, those without a result last. */
export function sweepTable(report: SweepReport): { readonly rows: readonly (readonly string[])[]; readonly options: TableOptions } {
  const { paths, rows, judgedBy, best, knee } = report;
  const short = shortNames(paths);
  const loss = (value: number | undefined): string => (value === undefined ? '' : formatLoss(value));
  const some = (pick: (row: SweepRow) => unknown): boolean => rows.some(row => pick(row) !== undefined);
  const columns: Column[] = [
    ...paths.map((path): Column => ({ title: short.get(path)!, right: rows.every(({ values }) => typeof values[path] === 'number'), cell: ({ values }) => valueText(values[path]) })),
    { title: 'State', cell: ({ state }) => state },
    ...(some(row => row.bestLoss) ? [{ title: 'Best', right: true, cell: (row: SweepRow) => loss(row.bestLoss) }, { title: 'in epoch', right: true, rank: 2, cell: (row: SweepRow) => (row.bestLoss === undefined ? '' : String(row.bestEpoch ?? '')) }] : []),
    ...(some(row => row.loss) ? [{ title: 'Last', right: true, rank: 6, cell: (row: SweepRow) => loss(row.loss) }] : []),
    ...(some(row => row.trainLoss) ? [{ title: 'Training', right: true, rank: 3, cell: (row: SweepRow) => loss(row.trainLoss) }] : []),
    ...[...new Set(rows.flatMap(({ metrics }) => Object.keys(metrics)))].map((name): Column => ({ title: name, right: true, rank: name === 'mse' ? 7 : 4, cell: ({ metrics }) => loss(metrics[name]) })),
    ...(some(row => row.baseline) ? [
      ...(rows.some(({ baseline, metrics, loss: last }) => baseline?.model !== undefined && metrics['mse'] === undefined && baseline.model !== last) ? [{ title: 'mse', right: true, rank: 7, cell: (row: SweepRow) => loss(row.baseline?.model) }] : []),
      { title: 'PCA (mse)', right: true, rank: 7, cell: (row: SweepRow) => loss(row.baseline?.mse) },
    ] : []),
    { title: 'Parameters', right: true, rank: 5, cell: ({ parameters }) => (parameters === undefined ? '' : formatCount(parameters)) },
    { title: 'Time', right: true, rank: 5, cell: ({ seconds }) => (seconds === undefined ? '' : formatDuration(seconds)) },
    { title: 'Run', least: 20, rank: 8, cell: ({ run = '' }) => run },
    { title: '', cell: ({ index }) => [...(index === best ? ['best'] : []), ...(index === knee ? ['knee'] : [])].join(', ') },
  ];
  const ordered = paths.length > 1 && judgedBy !== undefined ? rows.toSorted((a, b) => (a.error ?? Infinity) - (b.error ?? Infinity)) : rows;
  const places = columns.map((_, i) => i);
  return {
    rows: [columns.map(({ title }) => title), ...ordered.map(row => columns.map(({ cell }) => cell(row)))],
    options: {
      right: places.filter(i => columns[i]!.right),
      least: Object.fromEntries(columns.flatMap(({ least }, i) => (least === undefined ? [] : [[i, least]]))),
      expendable: places.filter(i => columns[i]!.rank !== undefined).sort((a, b) => columns[a]!.rank! - columns[b]!.rank! || b - a).map(i => [i]),
    },
  };
}

/** What the table amounts to, in sentences; empty while there is nothing to compare. */
export function sweepVerdict({ rows, paths, best, knee, judgedBy, incomparable, tolerance }: SweepReport): string {
  const winner = rows.find(({ index }) => index === best);
  if (winner === undefined) return incomparable === undefined ? '' : `${incomparable}\n`;
  const text = (row: SweepRow): string => paths.map(path => `${path} = ${valueText(row.values[path])}`).join(', ');
  const smallest = rows.find(({ index }) => index === knee);
  return [
    `Best: ${text(winner)} (${judgedBy!} ${formatLoss(winner.error!)}).\n`,
    ...(smallest === undefined ? [] : [`Knee: ${text(smallest)} (${formatLoss(smallest.error!)}), the smallest within ${Number((100 * tolerance).toPrecision(3))} % of the best, that is up to ${formatLoss(errorLimit(winner.error!, tolerance))}.\n`]),
    ...baselineLine(rows, text),
  ].join('');
}

function baselineLine(rows: readonly SweepRow[], text: (row: SweepRow) => string): string[] {
  const { compared, worse } = notBetterThanBaseline(rows);
  if (compared === 0) return [];
  if (worse.length === 0) return [`${compared === 1 ? 'It is' : compared === 2 ? 'Both are' : `All ${compared} are`} better than principal components with as many numbers in their code.\n`];
  if (worse.length === compared && compared > 2) return [`None of the ${compared} is better than principal components with as many numbers in their code.\n`];
  return [`Not better than principal components with as many numbers in their code: ${worse.map(text).join('; ')}.\n`];
}
