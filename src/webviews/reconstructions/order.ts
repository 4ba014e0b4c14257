// Which of the fixed samples stand in the columns, and in which order: pure, so that pictures of several runs line up.
import type { PictureSamples } from '../../protocol/messages.ts';

export type SampleOrder = 'file' | 'worst' | 'best' | 'apart' | 'label';

export interface SampleChoice {
  /** 'apart': where runs differ most comes first. */
  readonly order: SampleOrder;
  /** A label's name, to show its samples alone; "" for all. */
  readonly only: string;
  /** Samples that stand first, whatever the order. */
  readonly pinned: readonly number[];
  /** How many columns there may be; 0 for all. */
  readonly most: number;
}

/**
 * Indices of the samples to show, in order.
 * @param error each sample's own loss at the epoch shown, of the run that leads, or for 'apart' how far runs differ; samples without one come last
 */
export function orderSamples(samples: Pick<PictureSamples, 'count' | 'labels'>, error: Float32Array | undefined, choice: SampleChoice): readonly number[] {
  const { labels, count } = samples;
  const pinned = choice.pinned.filter(i => i < count);
  let rest = Array.from({ length: count }, (_, i) => i).filter(i => !pinned.includes(i));
  if (choice.only !== '' && labels) rest = rest.filter(i => labels[i] === choice.only);
  if (choice.order === 'label' && labels) rest.sort((a, b) => compareNames(labels[a]!, labels[b]!) || a - b);
  if ((choice.order === 'worst' || choice.order === 'best' || choice.order === 'apart') && error) {
    const rank = (i: number) => (Number.isFinite(error[i]!) ? error[i]! * (choice.order === 'best' ? 1 : -1) : Infinity);
    rest.sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : a - b));
  }
  const all = [...pinned, ...rest];
  return choice.most > 0 ? all.slice(0, Math.max(choice.most, pinned.length)) : all;
}

/** Names of all labels, each once, as people count and sort them. */
export function labelNames(labels: readonly string[] | undefined): readonly string[] {
  return [...new Set(labels)].sort(compareNames);
}

function compareNames(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
