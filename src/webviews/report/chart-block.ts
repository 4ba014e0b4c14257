// A chart of the report with its heading, as a drawing or as a table, and saved as either.
import { html, type TemplateResult } from 'lit';
import { dataTable, tableCsv } from '../shared/data-table.ts';
import { exportFigure } from '../shared/figure-export.ts';
import { figureTable } from '../shared/figure-table.ts';
import '../shared/figure-view.ts';
import type { Figure } from '../../view/figure.ts';
import { iconButton } from '../shared/toolkit.ts';
import type { ReportContext } from './view.ts';

export interface ChartBlock {
  /** Of the element, and the name of saved files. */
  readonly id: string;
  readonly title: string;
  readonly figure: Figure;
  readonly controls?: unknown;
}

export function chartBlock(context: ReportContext, { id, title, figure, controls }: ChartBlock): TemplateResult {
  const { view, theme } = context;
  const table = figureTable(figure);
  const savePicture = () => {
    const drawn = document.querySelector(`ae-figure#${id}`) as (HTMLElement & { readonly picture?: SVGSVGElement }) | null;
    if (drawn?.picture !== undefined) context.savePng(`${id}.png`, exportFigure(drawn.picture, figure, theme));
  };
  return html`<div class="block"><div class="block-head"><h3>${title}</h3>${controls}<span class="group">
      ${iconButton({ label: 'Show as table', icon: 'table', pressed: view.tables, onClick: () => context.change({ tables: !view.tables }) })}
      ${iconButton({ label: 'Save chart as PNG…', icon: 'device-camera', disabled: view.tables, onClick: savePicture })}
      ${iconButton({ label: 'Save numbers as CSV…', icon: 'save', onClick: () => context.saveCsv(`${id}.csv`, tableCsv(table)) })}</span></div>
    ${view.tables ? dataTable(table) : html`<ae-figure id=${id} class="chart-high" .figure=${figure} .theme=${theme}></ae-figure>`}</div>`;
}
