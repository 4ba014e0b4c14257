// The chart: uPlot gives axes, scales, cursor and selection; which part is shown and where the cursor is are told here, and what is
// drawn into it in chart-lines.ts and chart-labels.ts.
import uPlot from 'uplot';
import { formatNumber } from '../../view/runs.ts';
import { readTheme, type Theme } from '../shared/theme.ts';
import type { ChartContent } from './chart-content.ts';
import { drawLabels } from './chart-labels.ts';
import { drawLines } from './chart-lines.ts';
import { extentX, extentY, nearestEpoch, type Line } from '../../view/loss/lines.ts';
import { nearestIndex, type CurveAxis } from '../../view/loss/store.ts';
import { countSteps, formatCount, formatDuration, logTicks, padded, timeSteps, type Interval } from '../../view/ticks.ts';

export interface ChartEvents {
  /** Position under the cursor, undefined when it left. */
  readonly onCursor: (x: number | undefined) => void;
  readonly onZoom: (zoomed: boolean) => void;
}

const axisNames: Record<CurveAxis, string> = { step: 'Steps', epoch: 'Epochs', time: 'Training time' };

export class LossChart {
  private plot: uPlot | undefined;
  private content: ChartContent = { lines: [], best: [], axis: 'epoch', log: false, title: '' };
  private theme = readTheme();
  private zoom: { x: Interval; y: Interval } | undefined;
  private dots: HTMLElement[] = [];
  private readonly observer = new ResizeObserver(() => this.resize());

  constructor(private readonly host: HTMLElement, private readonly events: ChartEvents) {
    this.observer.observe(host);
  }

  dispose(): void {
    this.observer.disconnect();
    this.plot?.destroy();
  }

  update(content: ChartContent): void {
    const sameKind = content.axis === this.content.axis && content.log === this.content.log && content.title === this.content.title;
    if (content.axis !== this.content.axis || content.log !== this.content.log) this.setZoom(undefined);
    this.content = content;
    if (sameKind && this.plot) this.refresh();
    else this.rebuild();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.rebuild();
  }

  resetZoom(): void {
    this.setZoom(undefined);
    this.refresh();
  }

  /** Narrows (factor below 1) or widens the horizontal range around the cursor or the middle. */
  zoomBy(factor: number): void {
    const { plot } = this;
    if (!plot) return;
    const [from, to] = this.rangeX();
    const at = plot.cursor.left !== undefined && plot.cursor.left >= 0 ? plot.posToVal(plot.cursor.left, 'x') : (from + to) / 2;
    const full = this.fullX();
    const x: Interval = [Math.max(at - (at - from) * factor, full[0]), Math.min(at + (to - at) * factor, full[1])];
    if (x[0] <= full[0] && x[1] >= full[1]) {
      this.resetZoom();
      return;
    }
    this.setZoom({ x, y: this.autoY(x) });
    this.refresh();
  }

  /** Moves the cursor by points of the longest line. */
  moveCursor(by: number): void {
    const { plot } = this;
    const longest = this.content.lines.reduce<Line | undefined>((a, b) => (a && a.x.length >= b.x.length ? a : b), undefined);
    if (!plot || !longest) return;
    const left = plot.cursor.left ?? -1;
    const [from, to] = this.rangeX();
    const here = left >= 0 ? nearestIndex(longest.x, plot.posToVal(left, 'x'))! + by : by > 0 ? 0 : longest.x.length - 1;
    const x = Math.min(Math.max(longest.x[Math.min(Math.max(here, 0), longest.x.length - 1)]!, from), to);
    plot.setCursor({ left: plot.valToPos(x, 'x'), top: plot.over.clientHeight / 2 }, true);
  }

  /** Copies the chart as it is, for export. */
  get canvas(): HTMLCanvasElement | undefined {
    return this.plot?.ctx.canvas;
  }

  private rebuild(): void {
    this.plot?.destroy();
    this.plot = undefined;
    this.dots = [];
    const { clientWidth: width, clientHeight: height } = this.host;
    if (width < 40 || height < 40) return;
    this.plot = new uPlot(this.options(width, height), [[0, 1], [0, 1]], this.host);
    this.refresh();
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (!this.plot) this.rebuild();
    else if (width >= 40 && height >= 40) this.plot.setSize({ width, height });
  }

  private refresh(): void {
    const { plot } = this;
    if (!plot) return;
    // The data are only there for uPlot to know the ranges; `range` below answers with ours.
    plot.setData([[0, 1], [0, 1]], true);
    this.placeDots();
  }

  private fullX(): Interval {
    const extent = extentX(this.content.lines) ?? [0, 1];
    return extent[0] === extent[1] ? [0, Math.max(extent[1] * 1.5, 1)] : extent;
  }

  private rangeX(): Interval {
    return this.zoom?.x ?? this.fullX();
  }

  private autoY(x: Interval): Interval {
    const { lines, levels = [], log } = this.content;
    const extent = extentY(lines, x, log) ?? (log ? [0.01, 1] : [0, 1]);
    return padded([Math.min(extent[0], ...levels.map(level => level.y)), Math.max(extent[1], ...levels.map(level => level.y))], log);
  }

  private setZoom(zoom: { x: Interval; y: Interval } | undefined): void {
    if (!this.zoom !== !zoom) this.events.onZoom(zoom !== undefined);
    this.zoom = zoom;
  }

  private options(width: number, height: number): uPlot.Options {
    const { axis, log, title } = this.content;
    const { theme } = this;
    const narrow = width < 480;
    const font = `${Math.round(theme.fontSize * 0.88)}px ${theme.fontFamily}`;
    const look = {
      stroke: theme.muted, font, labelFont: font, labelSize: 18, labelGap: 0,
      grid: { stroke: theme.grid, width: 1 }, ticks: { stroke: theme.grid, width: 1, size: 4 },
    };
    return {
      width, height,
      padding: [12, 16, 0, narrow ? 2 : 6],
      legend: { show: false },
      series: [{}, { paths: () => null, points: { show: false } }],
      scales: {
        x: { time: false, range: () => [...this.rangeX()] },
        y: { distr: log ? 3 : 1, range: () => [...(this.zoom?.y ?? this.autoY(this.rangeX()))] },
      },
      axes: [
        {
          ...look, label: axisNames[axis], size: 26, space: 56, incrs: axis === 'time' ? [...timeSteps] : (_u, _i, min, max) => countSteps(max - min),
          values: (_u, ticks) => ticks.map(axis === 'time' ? formatDuration : formatCount),
        },
        {
          ...look, size: narrow ? 46 : 56, gap: 4,
          ...(narrow ? {} : { label: title }),
          ...(log ? { splits: (u: uPlot, _i: number, min: number, max: number) => [...logTicks(min, max, Math.max(Math.floor(u.over.clientHeight / 32), 3))], filter: (_u: uPlot, ticks: number[]) => ticks } : { space: 36 }),
          values: (_u, ticks) => ticks.map(this.content.format ?? formatNumber),
        },
      ],
      cursor: {
        points: { show: false }, y: false, drag: { x: true, y: true, uni: 40, dist: 6, setScale: false },
        bind: { dblclick: () => () => { this.resetZoom(); return null; } },
      },
      hooks: {
        draw: [u => {
          drawLines(u, this.content, this.theme, this.rangeX());
          drawLabels(u, this.content, this.theme, this.rangeX());
        }],
        setCursor: [u => this.cursorMoved(u)],
        setSelect: [u => this.selected(u)],
      },
    };
  }

  private selected(u: uPlot): void {
    const { left, top, width, height } = u.select;
    if (width < 4 && height < 4) return;
    const x: Interval = width < 4 ? this.rangeX() : [u.posToVal(left, 'x'), u.posToVal(left + width, 'x')];
    const wholeHeight = height >= u.over.clientHeight - 1 || height < 4;
    this.setZoom({ x, y: wholeHeight ? this.autoY(x) : [u.posToVal(top + height, 'y'), u.posToVal(top, 'y')] });
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.refresh();
  }

  private cursorMoved(u: uPlot): void {
    const at = this.cursorX(u);
    this.events.onCursor(at);
    // After uPlot has put the line under the mouse: values of epochs are told at epochs. A selection still begins and ends at the mouse.
    if (at !== undefined) this.host.querySelector<HTMLElement>('.u-cursor-x')!.style.transform = `translate(${Math.round(u.valToPos(at, 'x'))}px, 0px)`;
    this.placeDots();
  }

  /** Where the cursor is on the axis: at the end of an epoch where all points are, as far as one is in sight. */
  private cursorX(u: uPlot): number | undefined {
    const left = u.cursor.left ?? -1;
    if (left < 0) return undefined;
    const at = u.posToVal(left, 'x');
    const epoch = nearestEpoch(this.content.lines, at);
    const [from, to] = this.rangeX();
    return epoch !== undefined && epoch >= from && epoch <= to ? epoch : at;
  }

  /** Small dots on every line at the point nearest to the cursor; elements, so that the canvas need not be drawn again. */
  private placeDots(): void {
    const { plot } = this;
    if (!plot) return;
    const cursor = this.cursorX(plot);
    this.content.lines.forEach((line, i) => {
      let dot = this.dots[i];
      if (!dot) {
        dot = this.dots[i] = document.createElement('div');
        dot.className = 'cursor-dot';
        plot.over.append(dot);
      }
      const at = cursor === undefined ? undefined : nearestIndex(line.x, cursor);
      const y = at === undefined ? Number.NaN : line.y[at]!;
      const shown = Number.isFinite(y) && !(this.content.log && y <= 0);
      dot.hidden = !shown;
      if (!shown) return;
      dot.style.borderColor = this.theme.category(line.style.color);
      dot.style.transform = `translate(${plot.valToPos(line.x[at!]!, 'x')}px, ${plot.valToPos(y, 'y')}px)`;
    });
    for (const extra of this.dots.slice(this.content.lines.length)) extra.hidden = true;
  }
}
