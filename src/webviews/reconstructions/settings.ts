// How this page looks at reconstructions: kept with the panel over reloads. Data never is.
import type { SampleOrder } from './order.ts';

export type Layout = 'rows' | 'grid';

export interface PicturesView {
  readonly hiddenRows: readonly string[];
  readonly order: SampleOrder;
  readonly only: string;
  readonly pinned: readonly number[];
  /** Columns at most; 0 for all. */
  readonly most: number;
  /** Height of a picture, CSS pixels; 0 for as large as fits the width. */
  readonly size: number;
  /** 0 follows the newest. */
  readonly epoch: number;
  readonly table: boolean;
  /** Until somebody chooses, what the spec says. */
  readonly layout: Layout | '';
  /** What of several runs stands together: all of a run, or all of a kind. */
  readonly group: 'run' | 'kind';
  /** The sample shown large, and the first run of its section; −1 for none. */
  readonly large: number;
  readonly largeOf: string;
  /** Over which range differences of a large sample are drawn. */
  readonly reach: 'whole' | 'own';
}

export const defaultView: PicturesView = {
  hiddenRows: [], order: 'file', only: '', pinned: [], most: 0, size: 64, epoch: 0, table: false, layout: '', group: 'kind', large: -1, largeOf: '', reach: 'whole',
};

/** Heights of a picture that can be chosen, CSS pixels. */
export const sizes = { least: 28, most: 224, step: 4 };
