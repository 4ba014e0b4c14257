// What keys do on a chart that has the focus.
import type { LossChart } from './chart.ts';

/** For those who hear what a chart is. */
export const keysHelp = 'Arrow keys move the cursor, plus and minus zoom, Escape shows everything again.';

/** Arrows move the cursor (ten points with Shift), plus and minus zoom, Escape and 0 show everything. */
export function chartKeys(event: KeyboardEvent, chart: LossChart | undefined): void {
  const actions: Record<string, () => void> = {
    ArrowLeft: () => chart?.moveCursor(event.shiftKey ? -10 : -1),
    ArrowRight: () => chart?.moveCursor(event.shiftKey ? 10 : 1),
    '+': () => chart?.zoomBy(0.7), '=': () => chart?.zoomBy(0.7), '-': () => chart?.zoomBy(1 / 0.7),
    Escape: () => chart?.resetZoom(), 0: () => chart?.resetZoom(),
  };
  const action = actions[event.key];
  if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  action();
}
