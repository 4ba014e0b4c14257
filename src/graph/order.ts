// In which order the axes of a tensor lie in memory. Our graph speaks of batch × channels × height × width, TensorFlow's kernels
// for the CPU want channels last; a transpose that only changes the order is not computed but remembered, and most of them cancel.

/** Axis k in memory is axis order[k] of the value. */
export type Order = readonly number[];

export const natural = (rank: number): Order => Array.from({ length: rank }, (_, i) => i);

export const sameNumbers = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((n, i) => n === b[i]);

/** A list that has an entry for every axis of the value, by the axes in memory. */
export const arrange = <T>(list: readonly T[], order: Order): T[] => order.map(axis => list[axis]!);

/** The order of transpose(x, permutation) in the memory of x: its axis i is axis permutation[i] of x. */
export const transposed = (order: Order, permutation: readonly number[]): number[] => order.map(axis => permutation.indexOf(axis));

/** Whether two orders put the numbers in the same places: axes of extent 1 may lie anywhere. */
export function sameMemory(shape: readonly number[], a: Order, b: Order): boolean {
  const long = (order: Order): Order => order.filter(axis => shape[axis] !== 1);
  return sameNumbers(long(a), long(b));
}

/** The order of a reduced value that dropped some axes. */
export function without(order: Order, axes: readonly number[]): number[] {
  return order.filter(axis => !axes.includes(axis)).map(axis => axis - axes.filter(dropped => dropped < axis).length);
}

/**
 * The order of a value reshaped from `from` to `to` without moving a number, if there is one: axes that become one (height · 2
 * from height × 2) must follow each other in memory. Axes of extent 1 may lie anywhere; they stay behind the axis before them,
 * which is where they are wanted when they are stretched.
 */
export function reshaped(from: readonly number[], to: readonly number[], order: Order): number[] | undefined {
  const inMemory = order.filter(axis => from[axis] !== 1);
  const groups = matchAxes(from, to);
  const result: number[] = [];
  for (let k = 0; k < inMemory.length;) {
    const group = groups.find(({ before }) => before[0] === inMemory[k]);
    if (group === undefined || !sameNumbers(inMemory.slice(k, k + group.before.length), group.before)) return undefined;
    result.push(...group.after);
    k += group.before.length;
  }
  for (const axis of natural(to.length)) if (to[axis] === 1) result.splice(result.indexOf(axis - 1) + 1, 0, axis);
  return result;
}

/** Which axes of a shape become which axes of another one of the same size, in groups as small as possible; extents of 1 left out. */
function matchAxes(from: readonly number[], to: readonly number[]): { before: number[]; after: number[] }[] {
  const groups: { before: number[]; after: number[] }[] = [];
  const rest = natural(from.length).filter(axis => from[axis] !== 1);
  const restTo = natural(to.length).filter(axis => to[axis] !== 1);
  while (rest.length > 0) {
    const group = { before: [rest.shift()!], after: [restTo.shift()!] };
    let [size, sizeTo] = [from[group.before[0]!]!, to[group.after[0]!]!];
    while (size !== sizeTo) {
      const [side, shape, ahead] = size < sizeTo ? [group.before, from, rest] as const : [group.after, to, restTo] as const;
      const axis = ahead.shift()!;
      side.push(axis);
      if (size < sizeTo) size *= shape[axis]!;
      else sizeTo *= shape[axis]!;
    }
    groups.push(group);
  }
  return groups;
}
