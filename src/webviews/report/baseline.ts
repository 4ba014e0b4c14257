// The two numbers that are compared: the model's own mean squared error and that of principal components.
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
