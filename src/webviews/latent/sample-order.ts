// The order of the table's rows. Pure.

export type SortKey = 'index' | 'class' | 'error';

/**
 * Indices of the chosen samples in the wanted order; equal ones stay in order of their index, numbers that are none come last.
 * @param descending largest first; for 'class' the names run backwards
 */
export function sampleOrder(count: number, key: SortKey, descending: boolean, error: Float32Array, labels: ArrayLike<number> | undefined, shown: (index: number) => boolean): number[] {
  const order: number[] = [];
  for (let i = 0; i < count; i++) if (shown(i)) order.push(i);
  const sign = descending ? -1 : 1;
  const value = (i: number): number => (key === 'index' ? i : key === 'class' ? labels?.[i] ?? 0 : error[i]!);
  return order.sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
    return sign * (x - y) || a - b;
  });
}
