// Metrics of several parts (runs, classes) side by side, whichever of them each has.
import type { Evaluated } from '../../protocol/messages.ts';

export interface EvaluationTable {
  readonly title: string;
  /** "loss", then every metric that some part has, in the order in which they first come. */
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly samples: number; readonly values: readonly (number | undefined)[] }[];
}

export function evaluationTable(title: string, parts: readonly { readonly name: string; readonly part: Evaluated }[]): EvaluationTable {
  const metrics = [...new Set(parts.flatMap(({ part }) => Object.keys(part.metrics)))];
  return {
    title, columns: ['loss', ...metrics],
    rows: parts.map(({ name, part }) => ({ name, samples: part.samples, values: [part.loss, ...metrics.map(metric => part.metrics[metric])] })),
  };
}
