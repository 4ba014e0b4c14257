// Cuts training samples into a training and a validation part: which samples are chosen depends on the seed and the number of
// samples only.
import { RandomStream } from '../core/random.ts';
import type { Split } from './dataset.ts';
import { allocate, allocateLabels, kindOf, type Samples } from './memory.ts';
import type { StoredRows } from './stored.ts';

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
  const labels = all.labels ? cutLabels(all.labels, chosen, taken) : undefined;
  const [train, validation] = all.stored === undefined ? cutValues(all.values, features, chosen, taken, name) : cutStored(all.stored, chosen, taken);
  return {
    train: { count: all.count - taken, ...train, ...(labels ? { labels: labels.train } : {}) },
    validation: { count: taken, ...validation, ...(labels ? { labels: labels.validation } : {}) },
  };
}

function cutValues(all: Samples, features: number, chosen: Uint8Array, taken: number, name: string): [{ values: Samples }, { values: Samples }] {
  const values = allocate(kindOf(all), taken * features, name);
  let train = 0;
  let validation = 0;
  for (let i = 0; i < chosen.length; i++) {
    const from = i * features;
    if (chosen[i] === 1) values.set(all.subarray(from, from + features), validation++ * features);
    else {
      if (train !== i) all.copyWithin(train * features, from, from + features);
      train++;
    }
  }
  return [{ values: all.subarray(0, train * features) }, { values }];
}

/** Nothing is moved: each part knows its rows by those of validation. */
function cutStored(stored: StoredRows, chosen: Uint8Array, taken: number): [{ stored: StoredRows }, { stored: StoredRows }] {
  const rows = new Uint32Array(new SharedArrayBuffer(taken * Uint32Array.BYTES_PER_ELEMENT));
  let count = 0;
  for (let i = 0; i < chosen.length; i++) if (chosen[i] === 1) rows[count++] = i;
  return [{ stored: { ...stored, choice: { but: rows } } }, { stored: { ...stored, choice: { only: rows } } }];
}

function cutLabels(all: Uint16Array, chosen: Uint8Array, taken: number): { train: Uint16Array; validation: Uint16Array } {
  const labels = allocateLabels(taken);
  let train = 0;
  let validation = 0;
  for (let i = 0; i < chosen.length; i++) {
    if (chosen[i] === 1) labels[validation++] = all[i]!;
    else all[train++] = all[i]!;
  }
  return { train: all.subarray(0, train), validation: labels };
}

/** A part without samples, of the same kind. */
export function emptySplit(like: Split): Split {
  const labels = like.labels ? { labels: like.labels.subarray(0, 0) } : {};
  return like.stored === undefined ? { count: 0, values: like.values.subarray(0, 0), ...labels } : { count: 0, stored: like.stored, ...labels };
}
