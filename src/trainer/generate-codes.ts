// Codes to be decoded: where a latent has a prior, from that; else from where the codes of the training samples lie.
import { drawFromMixture, fitMixture, type Mixture } from '../analysis/mixture.ts';
import { nearestCodes, onSphere } from '../core/code-reach.ts';
import { StudioError } from '../core/errors.ts';
import { hashText, RandomStream } from '../core/random.ts';
import { drawPixels } from '../data/binarize.ts';
import { codeReach } from '../model/code-reach.ts';
import { scaled, spreadPositions, takeSamples } from './evaluate.ts';
import type { OpenedRun } from './opened-run.ts';
import { codebookOf } from './views.ts';

export const generationMethods = ['prior', 'mixture', 'uniform', 'interpolate', 'grid'] as const;
export type GenerationMethod = (typeof generationMethods)[number];

/** Training samples whose codes are looked at, as far as these are not too many numbers. */
const MOST_CODES = 10_000;
const MOST_NUMBERS = 2e6;

/** The codes of training samples, spread evenly over them: count × code size. */
export async function trainingCodes({ experiment, evaluator }: Pick<OpenedRun, 'experiment' | 'evaluator'>): Promise<Float32Array> {
  const { spec, dataset, codeSize } = experiment;
  const wanted = Math.min(MOST_CODES, Math.max(500, Math.floor(MOST_NUMBERS / codeSize)));
  const { corrupted, ...samples } = takeSamples(experiment, dataset.train, spreadPositions(wanted, dataset.train.count));
  if (spec.data.binarize === 'sample') drawPixels(samples.values, dataset.scale, new RandomStream(spec.seed, 'binarize', 0, hashText('codes')));
  // Codes of clean samples, also where the model was trained on noisy ones.
  const { code } = await evaluator.locate(corrupted ? { ...samples, corrupted: scaled(samples.values, dataset.scale) } : samples);
  return code;
}

/** The seed's stream for a method. */
export function streamOf(seed: number, method: GenerationMethod): RandomStream {
  return new RandomStream(seed, 'sampling', hashText(method));
}

/** Codes from the prior (count × size). @throws StudioError('usage') when the latent has none. */
export function priorCodes({ experiment: { spec: { latent }, codeSize } }: Pick<OpenedRun, 'experiment'>, count: number, seed: number): Float32Array {
  if (latent.type !== 'gaussian' && latent.type !== 'wasserstein' && latent.type !== 'spherical') {
    throw new StudioError('usage', `A ${latent.type} latent has no prior: nothing in its training says where codes should lie. Use --method mixture, which learns that from the codes of the training samples.`);
  }
  const codes = streamOf(seed, 'prior').fillNormal(new Float32Array(count * codeSize));
  return latent.type === 'spherical' ? onSphere(codes, codeSize) : codes;
}

/** Codes from a Gaussian mixture of the codes of the training samples. */
export async function mixtureCodes(run: OpenedRun, count: number, seed: number, components: number): Promise<{ readonly codes: Float32Array; readonly mixture: Mixture }> {
  const { codeSize } = run.experiment;
  const known = await trainingCodes(run);
  const mixture = fitMixture(known, known.length / codeSize, codeSize, { components, seed });
  return { mixture, codes: admissible(run, drawFromMixture(mixture, count, streamOf(seed, 'mixture'))) };
}

/** Codes evenly distributed over the range of the training samples' codes, each number by itself. */
export async function uniformCodes(run: OpenedRun, count: number, seed: number): Promise<Float32Array> {
  const { codeSize } = run.experiment;
  const ranges = codeRanges(await trainingCodes(run), codeSize);
  const stream = streamOf(seed, 'uniform');
  const codes = Float32Array.from({ length: count * codeSize }, (_, i) => {
    const [low, high] = ranges[i % codeSize]!;
    return low + (high - low) * stream.uniform();
  });
  return admissible(run, codes);
}

/** Where the middle 98 % of the codes lie, for each of their numbers. */
export function codeRanges(codes: Float32Array, size: number): (readonly [number, number])[] {
  return Array.from({ length: size }, (_, d) => {
    const values = codes.filter((_code, i) => i % size === d).sort();
    return [values[Math.floor(0.01 * (values.length - 1))]!, values[Math.ceil(0.99 * (values.length - 1))]!] as const;
  });
}

/** The nearest codes that the decoder was trained on: of length one on a sphere, of entries where there is a codebook. */
export function admissible({ experiment, state }: OpenedRun, codes: Float32Array): Float32Array {
  const { model, codeSize } = experiment;
  return nearestCodes(codes, codeSize, codeReach(model), codebookOf(experiment, state)?.data as Float32Array | undefined);
}
