// The two numbers that are compared, the model's own mean squared error and that of principal components, and what that means.
import type { ReportRun } from '../../protocol/messages.ts';

export interface Comparison {
  readonly runId: string;
  readonly components: number;
  /** Mean squared error of the newest epoch; absent when it was not measured. */
  readonly model?: number;
  readonly baseline: number;
}

export function compareWithBaseline({ run, baseline, evaluation, values }: ReportRun): Comparison | undefined {
  if (baseline === undefined) return undefined;
  // The trainer's own comparison first; then what was measured, of the values that can be compared.
  const level = Object.entries(baseline.levels ?? { mse: baseline.mse }).find(([name]) => values[name] !== undefined);
  const model = baseline.model ?? run.baseline?.model ?? evaluation?.metrics['mse'] ?? (level && values[level[0]]! * baseline.mse / level[1]);
  return { runId: run.id, components: baseline.components, baseline: baseline.mse, ...(model === undefined ? {} : { model }) };
}

/** Times beyond which it does not matter how many. */
const MANY = 1000;

/** What the comparison means, in a sentence; empty while the model's error is not known. */
export function verdictOf({ model, baseline }: Comparison): string {
  if (model === undefined) return '';
  if (model < baseline) return `Better than principal components: its mean squared error is ${percent(1 - model / baseline)} lower.`;
  const times = model / baseline;
  const much = times < 10 ? `${percent(times - 1)} higher` : times < MANY ? `${Math.round(times)} times as high` : `over ${MANY.toLocaleString('en')} times as high`;
  return `Not better than principal components: its mean squared error is ${much}, so it has learned nothing a linear projection would not.`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}
