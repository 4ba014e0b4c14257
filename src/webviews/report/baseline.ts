// The two numbers that are compared: the model's own mean squared error and that of principal components.
import type { ReportRun } from '../../protocol/messages.ts';

export interface Comparison {
  readonly runId: string;
  readonly components: number;
  /** Mean squared error of the newest epoch; absent when it was not measured. */
  readonly model?: number;
  readonly baseline: number;
}

export function compareWithBaseline({ run, baseline, evaluation, lossName, values }: ReportRun): Comparison | undefined {
  if (baseline === undefined) return undefined;
  // The trainer's own comparison first; the loss holds penalties too, the reconstruction alone is what both are judged by.
  const model = baseline.model ?? evaluation?.metrics['mse'] ?? values['mse'] ?? (lossName === 'mse' ? values['reconstruction'] ?? values['loss'] : undefined);
  return { runId: run.id, components: baseline.components, baseline: baseline.mse, ...(model === undefined ? {} : { model }) };
}
