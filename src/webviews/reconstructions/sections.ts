// Runs that were shown the same samples are stacked under one row of originals; runs on other data get a section of their own.
import type { PictureEpoch, PictureRun, PictureSamples } from '../../protocol/messages.ts';
import { describeRun, formatValue } from '../../view/runs.ts';

export interface Section {
  /** What the runs share: the originals, and the corrupted inputs where they are equal too. */
  readonly samples: PictureSamples;
  readonly sharesCorrupted: boolean;
  readonly runs: readonly (PictureRun & { readonly samples: PictureSamples })[];
}

export function sectionsOf(runs: readonly PictureRun[]): readonly Section[] {
  const groups: (PictureRun & { samples: PictureSamples })[][] = [];
  for (const run of runs) {
    if (!run.samples) continue;
    const known = run as PictureRun & { samples: PictureSamples };
    const group = groups.find(g => sameSamples(g[0]!.samples, known.samples));
    if (group) group.push(known);
    else groups.push([known]);
  }
  return groups.map(group => ({
    runs: group,
    samples: group[0]!.samples,
    sharesCorrupted: group.every(run => equal(run.samples.corrupted, group[0]!.samples.corrupted)),
  }));
}

function sameSamples(a: PictureSamples, b: PictureSamples): boolean {
  return a.count === b.count && a.shape.join() === b.shape.join() && equal(a.original, b.original);
}

function equal(a: Float32Array | undefined, b: Float32Array | undefined): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && a.length === b.length && a.every((v, i) => v === b[i]);
}

/** The epoch a run can show when `wanted` is asked for: the last one that is not later, else its first. */
export function epochFor(epochs: readonly number[], wanted: number): number | undefined {
  return epochs.findLast(e => e <= wanted) ?? epochs[0];
}

/** All epochs that any run has, ascending. */
export function unionEpochs(runs: readonly PictureRun[]): readonly number[] {
  return [...new Set(runs.flatMap(r => r.epochs))].sort((a, b) => a - b);
}

/** "mean 0.0123 over 16 samples, worst 0.034 (sample 4, Bag)": what the errors say in words. */
export function describeErrors(epoch: PictureEpoch, samples: PictureSamples): string {
  let sum = 0;
  let worst = 0;
  for (let i = 0; i < samples.count; i++) {
    sum += epoch.error[i]!;
    if (epoch.error[i]! > epoch.error[worst]!) worst = i;
  }
  const label = samples.labels?.[worst];
  return `mean error ${formatValue(sum / samples.count)} over ${samples.count} samples, worst ${formatValue(epoch.error[worst]!)} (sample ${worst + 1}${label === undefined ? '' : `, ${label}`})`;
}

/** What a run shows now: its epoch and errors, or before there is a picture how far the run is. */
export function describeShown({ run, samples }: PictureRun, epoch: PictureEpoch | undefined): string {
  return epoch && samples ? `epoch ${epoch.epoch}: ${describeErrors(epoch, samples)}` : describeRun(run);
}
