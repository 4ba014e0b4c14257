// Several runs on the same samples: which rebuilds each of them best. Their own losses may not measure the same, so the mean squared
// error of what is on the screen decides.
import type { PictureEpoch, PictureSamples } from '../../protocol/messages.ts';
import type { Section } from './sections.ts';

export interface Comparison {
  /** Mean squared error of every sample on the model's scale, by run. */
  readonly errors: ReadonlyMap<string, Float32Array>;
  /** Whether these are the errors that the runs themselves tell. */
  readonly own: boolean;
}

/** How far an error may be from another to be called the same, as a share of it: sums in another order differ a little. */
const SAME = 1e-3;

/** undefined while fewer than two runs have something to show. */
export function compareRuns({ runs, samples }: Section, shown: ReadonlyMap<string, PictureEpoch>): Comparison | undefined {
  const epochs = runs.flatMap(({ run }) => shown.get(run.id) ?? []);
  if (epochs.length < 2) return undefined;
  const errors = new Map(runs.flatMap(({ run: { id } }) => {
    const epoch = shown.get(id);
    return epoch === undefined ? [] : [[id, squaredErrors(samples, epoch)] as const];
  }));
  const own = runs.every(({ run: { id } }) => {
    const told = shown.get(id)?.error;
    return told === undefined || errors.get(id)!.every((error, i) => Math.abs(told[i]! - error) <= SAME * error || Object.is(told[i], error));
  });
  return { errors, own };
}

const known = new WeakMap<PictureEpoch, Float32Array>();

/** Mean squared error of each sample; kept as long as the epoch is, since every drawing asks for it. */
export function squaredErrors({ original, count }: Pick<PictureSamples, 'original' | 'count'>, epoch: PictureEpoch): Float32Array {
  const before = known.get(epoch);
  if (before !== undefined) return before;
  const features = original.length / count;
  const errors = Float32Array.from({ length: count }, (_, sample) => {
    let sum = 0;
    for (let i = sample * features; i < (sample + 1) * features; i++) sum += (epoch.reconstruction[i]! - original[i]!) ** 2;
    return sum / features;
  });
  known.set(epoch, errors);
  return errors;
}

/** The run whose error of the sample is the lowest; undefined where two share it, or none is a number. */
export function bestRun({ errors }: Comparison, sample: number): string | undefined {
  const ranked = [...errors].map(([id, of]) => ({ id, error: of[sample]! })).filter(({ error }) => Number.isFinite(error)).sort((a, b) => a.error - b.error);
  return ranked[0] === undefined || ranked[0].error === ranked[1]?.error ? undefined : ranked[0].id;
}

/** How many samples each run rebuilds best. */
export function winsOf(comparison: Comparison, count: number): ReadonlyMap<string, number> {
  const wins = new Map([...comparison.errors.keys()].map(id => [id, 0]));
  for (let sample = 0; sample < count; sample++) {
    const best = bestRun(comparison, sample);
    if (best !== undefined) wins.set(best, wins.get(best)! + 1);
  }
  return wins;
}

/** How far apart the runs are at each sample: the highest error less the lowest. */
export function spreadOf({ errors }: Comparison, count: number): Float32Array {
  const all = [...errors.values()];
  return Float32Array.from({ length: count }, (_, sample) => {
    const values = all.map(of => of[sample]!);
    return Math.max(...values) - Math.min(...values);
  });
}

/** A long name without its middle, since names of runs often differ at the end. */
export function withoutMiddle(name: string, most: number): string {
  const letters = [...name];
  if (letters.length <= most) return name;
  const kept = most - 1;
  return `${letters.slice(0, Math.ceil(kept / 2)).join('')}…${letters.slice(letters.length - Math.floor(kept / 2)).join('')}`;
}
