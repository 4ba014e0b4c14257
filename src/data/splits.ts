// Cuts training samples into a training and a validation part: which samples are chosen depends on the seed and the number of
// samples only.
import { RandomStream } from '../core/random.ts';
import type { Split } from './dataset.ts';
import { allocate, allocateLabels } from './memory.ts';

/**
 * Takes a share of the samples away for validation; both parts keep the order of the file. The memory of `all` is used for the
 * training part, so `all` must not be used afterwards.
 * @param share 0 to 1, exclusive; at least one sample goes to each part unless the share is 0
 */
export function splitOff(all: Split, features: number, share: number, seed: number, name: string): { train: Split; validation: Split } {
  const taken = share === 0 ? 0 : Math.min(all.count - 1, Math.max(1, Math.round(all.count * share)));
  if (taken === 0) return { train: all, validation: emptySplit(all) };
  const chosen = new Uint8Array(all.count);
  for (const index of new RandomStream(seed, 'split').permutation(all.count).subarray(0, taken)) chosen[index] = 1;
  const kind = all.values instanceof Uint8Array ? 'uint8' : 'float32';
  const values = allocate(kind, taken * features, name);
  const labels = all.labels ? allocateLabels(taken) : undefined;
  const kept = all.count - taken;
  let train = 0;
  let validation = 0;
  for (let i = 0; i < all.count; i++) {
    const from = i * features;
    if (chosen[i] === 1) {
      values.set(all.values.subarray(from, from + features), validation * features);
      if (labels) labels[validation] = all.labels![i]!;
      validation++;
    } else {
      if (train !== i) all.values.copyWithin(train * features, from, from + features);
      if (all.labels) all.labels[train] = all.labels[i]!;
      train++;
    }
  }
  return {
    train: { count: kept, values: all.values.subarray(0, kept * features), ...(all.labels ? { labels: all.labels.subarray(0, kept) } : {}) },
    validation: { count: taken, values, ...(labels ? { labels } : {}) },
  };
}

/** A part without samples, of the same kind. */
export function emptySplit(like: Split): Split {
  return { count: 0, values: like.values.subarray(0, 0), ...(like.labels ? { labels: like.labels.subarray(0, 0) } : {}) };
}
