// What a chart of curves shows: the same whether one chart shows all or several stand side by side.
import type { Level } from '../../view/loss/groups.ts';
import type { BestMark, Line } from '../../view/loss/lines.ts';
import type { CurveAxis } from '../../view/loss/store.ts';

export interface ChartContent {
  readonly lines: readonly Line[];
  readonly best: readonly BestMark[];
  readonly axis: CurveAxis;
  readonly log: boolean;
  /** Name of the value, beside the vertical axis. */
  readonly title: string;
  /** How the value was measured, where that is not as one would think. */
  readonly note?: string;
  /** Horizontal lines to compare with. */
  readonly levels?: readonly Level[];
  /** Numbers of the vertical axis as people read them; four digits when left out. */
  readonly format?: (value: number) => string;
}
