// Samples that never were: codes decoded, as a picture and as vectors.
import type { Picture } from '../analysis/canvas.ts';
import { interpolationPath } from '../analysis/interpolate.ts';
import { principalComponents } from '../analysis/pca.ts';
import { generationGrid, manifoldCodes, manifoldPicture } from '../analysis/pictures.ts';
import { stripsPicture } from '../analysis/strips.ts';
import { StudioError } from '../core/errors.ts';
import { takeSamples, scaled } from './evaluate.ts';
import { latentExtent } from './final-pictures.ts';
import { admissible, codeRanges, mixtureCodes, priorCodes, streamOf, trainingCodes, uniformCodes, type GenerationMethod } from './generate-codes.ts';
import type { OpenedRun } from './opened-run.ts';
import { judgedSplit } from './views.ts';

export interface GenerateOptions {
  readonly method: GenerationMethod;
  /** Images; pairs for `interpolate`; images in each direction for `grid`. Left out: 16, 5 and 20. */
  readonly count?: number;
  /** Of the mixture. */
  readonly components: number;
  readonly seed: number;
}

export interface Generated {
  readonly picture: Picture;
  /** Every code that was decoded, in the order of the picture: images × code size. */
  readonly codes: Float32Array;
  /** What is worth knowing of how they were made. */
  readonly note: string;
}

export const defaultCounts: Readonly<Record<GenerationMethod, number>> = { prior: 16, mixture: 16, uniform: 16, interpolate: 5, grid: 20 };
/** Images that one picture may show: more would not be seen in it, and much more would not fit into memory. */
const MOST_IMAGES = 10_000;
/** Codes from one end of an interpolation to the other. */
const STEPS = 10;

/** The method that suits a latent when none is asked for. */
export function usualMethod({ spec: { latent } }: OpenedRun['experiment']): GenerationMethod {
  return latent.type === 'gaussian' || latent.type === 'wasserstein' || latent.type === 'spherical' ? 'prior' : 'mixture';
}

/** @throws StudioError('usage') when the latent has no prior to draw from, or the images are too many. */
export async function generate(run: OpenedRun, { method, count = defaultCounts[method], components, seed }: GenerateOptions): Promise<Generated> {
  const images = method === 'grid' ? count ** 2 : method === 'interpolate' ? count * 2 * STEPS : count;
  if (images > MOST_IMAGES) {
    const most = method === 'grid' ? Math.floor(Math.sqrt(MOST_IMAGES)) : method === 'interpolate' ? MOST_IMAGES / (2 * STEPS) : MOST_IMAGES;
    throw new StudioError('usage', `One picture holds ${MOST_IMAGES.toLocaleString('en-US')} images, so --count is at most ${most.toLocaleString('en-US')} here, not ${count.toLocaleString('en-US')}.`);
  }
  switch (method) {
    case 'prior': return gallery(run, priorCodes(run, count, seed), `drawn from the prior, seed ${seed}`);
    case 'uniform': return gallery(run, await uniformCodes(run, count, seed), `even over the range of the codes, seed ${seed}`);
    case 'mixture': {
      const { codes, mixture } = await mixtureCodes(run, count, seed, components);
      const kind = mixture.covariance === 'full' ? 'whole covariances' : 'diagonal covariances';
      return gallery(run, codes, `from ${mixture.weights.length} Gaussians with ${kind} (mean log-density of codes ${mixture.logLikelihoods.at(-1)!.toFixed(2)}), seed ${seed}`);
    }
    case 'interpolate': return interpolations(run, count, seed);
    case 'grid': return grid(run, count);
  }
}

/** Images with their codes above them. */
async function gallery({ experiment: { dataset, codeSize }, evaluator, name }: OpenedRun, codes: Float32Array, note: string): Promise<Generated> {
  const images = await evaluator.decode(codes);
  return { picture: generationGrid(dataset.shape, images, codes, codes.length / codeSize, { title: `${name}: ${note}` }), codes, note };
}

/** Between the codes of random pairs of samples, straight and along the sphere, with the samples themselves at both ends. */
async function interpolations(run: OpenedRun, pairs: number, seed: number): Promise<Generated> {
  const { experiment, evaluator, name } = run;
  const { dataset, codeSize, features } = experiment;
  const split = judgedSplit(experiment);
  const wanted = Math.min(pairs, Math.floor(split.count / 2));
  const samples = takeSamples(experiment, split, Int32Array.from(streamOf(seed, 'interpolate').permutation(split.count).subarray(0, 2 * wanted)));
  const clean = scaled(samples.values, dataset.scale);
  const { code } = await evaluator.locate(samples.corrupted ? { ...samples, corrupted: clean } : samples);
  const codes = new Float32Array(wanted * 2 * STEPS * codeSize);
  const groups = [];
  for (let pair = 0; pair < wanted; pair++) {
    const end = (which: 0 | 1): Float32Array => code.subarray((2 * pair + which) * codeSize, (2 * pair + which + 1) * codeSize);
    const original = (which: 0 | 1): Float32Array => clean.subarray((2 * pair + which) * features, (2 * pair + which + 1) * features);
    const group = [];
    for (const [i, kind] of (['linear', 'spherical'] as const).entries()) {
      const path = admissible(run, interpolationPath(end(0), end(1), STEPS, kind));
      codes.set(path, (2 * pair + i) * STEPS * codeSize);
      const images = new Float32Array((STEPS + 2) * features);
      images.set(original(0));
      images.set(await evaluator.decode(path), features);
      images.set(original(1), (STEPS + 1) * features);
      group.push({ label: kind === 'linear' ? 'straight' : 'spherical', images });
    }
    groups.push(group);
  }
  const note = `from sample to sample in ${STEPS} steps, the samples themselves at both ends, seed ${seed}`;
  return { picture: stripsPicture(dataset.shape, groups, `${name}: ${note}`), codes, note };
}

/** The plane of two latent variables; with more, the plane of the two principal components of the codes. */
async function grid(run: OpenedRun, side: number): Promise<Generated> {
  const { experiment, evaluator, name } = run;
  const { dataset: { shape }, codeSize } = experiment;
  const options = { shape, columns: side, rows: side, title: name };
  if (codeSize === 2) {
    const [x, y] = await latentExtent(experiment, evaluator);
    const codes = admissible(run, manifoldCodes({ ...options, x, y }));
    return { picture: manifoldPicture(await evaluator.decode(codes), { ...options, x, y }), codes, note: 'the plane of both latent variables' };
  }
  const known = await trainingCodes(run);
  const { mean, components } = principalComponents(known, known.length / codeSize, codeSize, 2);
  const scores = Float32Array.from({ length: 2 * known.length / codeSize }, (_, i) => {
    const [sample, axis] = [Math.floor(i / 2), i % 2];
    let score = 0;
    for (let d = 0; d < codeSize; d++) score += (known[sample * codeSize + d]! - mean[d]!) * components[axis * codeSize + d]!;
    return score;
  });
  const [x, y] = codeRanges(scores, 2) as [readonly [number, number], readonly [number, number]];
  const plane = manifoldCodes({ ...options, x, y });
  const codes = admissible(run, Float32Array.from({ length: side * side * codeSize }, (_, i) => {
    const [image, d] = [Math.floor(i / codeSize), i % codeSize];
    return mean[d]! + plane[2 * image]! * components[d]! + plane[2 * image + 1]! * components[codeSize + d]!;
  }));
  return { picture: manifoldPicture(await evaluator.decode(codes), { ...options, x, y, names: ['PC1', 'PC2'] }), codes, note: 'the plane of the first two principal components of the codes' };
}
