// What a confusion matrix tells: the share of each class that went where, and which pairs are taken for each other most often.

/** Rows: true class; columns: the class the classifier chose; numbers of samples. */
export type Confusion = readonly (readonly number[])[];

export interface ConfusedPair {
  readonly actual: number;
  readonly predicted: number;
  readonly count: number;
  /** Of the samples of the true class. */
  readonly share: number;
}

export function rowSums(confusion: Confusion): readonly number[] {
  return confusion.map(row => row.reduce((a, b) => a + b, 0));
}

/** The wrong cells with the most samples, the worst first. */
export function mostConfused(confusion: Confusion, most: number): readonly ConfusedPair[] {
  const sums = rowSums(confusion);
  return confusion
    .flatMap((row, actual) => row.map((count, predicted) => ({ actual, predicted, count, share: sums[actual]! === 0 ? 0 : count / sums[actual]! })))
    .filter(pair => pair.actual !== pair.predicted && pair.count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, most);
}

/**
 * How strongly a cell is coloured, in [0, 1]. The root of its row's share: errors of some percent would vanish beside a diagonal
 * near one, and it is them one looks for.
 */
export function shade(count: number, rowSum: number): number {
  return rowSum === 0 ? 0 : Math.sqrt(count / rowSum);
}

/** "3.8 %": as few digits as tell it apart. */
export function percent(share: number, digits = 1): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(digits).replace('-', '−')} %` : '–';
}
