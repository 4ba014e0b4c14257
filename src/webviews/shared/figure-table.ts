// A chart of few points as a table: one row for each position, one column for each line.
import type { Table } from './data-table.ts';
import { positionsOf, valueAt, type Figure } from '../../view/figure.ts';
import { formatNumber, formatValue } from '../../view/runs.ts';

export function figureTable(figure: Figure): Table {
  const show = figure.formatY ?? formatValue;
  const spread = figure.series.some(s => s.low !== undefined);
  return {
    title: figure.title,
    columns: [{ name: figure.xTitle }, ...figure.series.flatMap(s => [{ name: s.name }, ...(spread && s.low !== undefined ? [{ name: `${s.name}, low` }, { name: `${s.name}, high` }] : [])])],
    rows: positionsOf(figure).map(x => [{ shown: formatNumber(x), value: x }, ...figure.series.flatMap(s => {
      const at = s.x.indexOf(x);
      const values = [valueAt(s, x), ...(spread && s.low !== undefined ? [s.low[at], s.high?.[at]] : [])];
      return values.map(value => (value === undefined ? { shown: '–' } : { shown: show(value), value }));
    })]),
  };
}
