// Metrics of several parts (runs, classes) side by side, whichever of them each has.
import type { Evaluated, EvaluationReport } from '../../protocol/messages.ts';
import { formatValue } from '../runs.ts';

export interface EvaluationTable {
  readonly title: string;
  /** "loss", then every metric that some part has, in the order in which they first come. */
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly samples: number; readonly values: readonly (number | undefined)[] }[];
}

/** What was judged, and the training samples beside it: "validation" and "train", after the name of the run where there are several. */
export function wholeParts(found: readonly { readonly name: string; readonly evaluation: EvaluationReport }[], several: boolean): readonly { readonly name: string; readonly part: Evaluated }[] {
  return found.flatMap(({ name, evaluation }) => {
    const parts = [{ name: evaluation.split as string, part: evaluation as Evaluated }, ...(evaluation.train === undefined ? [] : [{ name: 'train', part: evaluation.train }])];
    return several ? parts.map(part => ({ ...part, name: `${name}, ${part.name}` })) : parts;
  });
}

export function evaluationTable(title: string, parts: readonly { readonly name: string; readonly part: Evaluated }[]): EvaluationTable {
  const metrics = [...new Set(parts.flatMap(({ part }) => Object.keys(part.metrics)))];
  return {
    title, columns: ['loss', ...metrics],
    rows: parts.map(({ name, part }) => ({ name, samples: part.samples, values: [part.loss, ...metrics.map(metric => part.metrics[metric])] })),
  };
}

/** What was measured on what, and what of it no table of means tells. */
export function evaluationText(e: EvaluationReport): string {
  const train = e.train === undefined ? '' : ` and ${e.train.samples.toLocaleString('en')} train samples spread evenly`;
  const likelihood = e.logLikelihood === undefined ? ''
    : `; log-likelihood ${e.logLikelihood.mean.toFixed(2)} ± ${e.logLikelihood.standardError.toFixed(2)} nats (${e.logLikelihood.draws.toLocaleString('en')} draws)`;
  return `${e.samples.toLocaleString('en')} ${e.split} samples${train}, ${e.checkpoint} checkpoint (epoch ${Math.floor(e.epoch)}); ${e.lossName}: median ${formatValue(e.median)}, worst ${formatValue(e.worst)}${likelihood}.`;
}
