// From predictions to the figures a classification is judged by. Precision, recall and F1: C. J. van Rijsbergen, "Information
// Retrieval" (1979); what divides by nothing is 0.
import type { Classification } from '../runs/probe.ts';

/** @param labels, predicted class of each sample, as an index into `names`. */
export function classificationOf(labels: ArrayLike<number>, predicted: ArrayLike<number>, names: readonly string[]): Classification {
  const confusion = names.map(() => names.map(() => 0));
  for (let i = 0; i < labels.length; i++) confusion[labels[i]!]![predicted[i]!]!++;
  const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  const right = names.map((_, i) => confusion[i]![i]!);
  return {
    accuracy: share(sum(right), labels.length),
    confusion,
    classes: names.map((name, i) => {
      const support = sum(confusion[i]!);
      const claimed = sum(confusion.map(row => row[i]!));
      return { name, precision: share(right[i]!, claimed), recall: share(right[i]!, support), f1: share(2 * right[i]!, claimed + support), support };
    }),
  };
}

/** Index of the largest number in each row. */
export function largest(values: ArrayLike<number>, columns: number): Int32Array {
  return Int32Array.from({ length: values.length / columns }, (_, row) => {
    let best = 0;
    for (let column = 1; column < columns; column++) if (values[row * columns + column]! > values[row * columns + best]!) best = column;
    return best;
  });
}
