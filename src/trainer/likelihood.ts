// How probable a variational model makes samples it has not seen: log p(x) in nats by importance sampling from the posterior
// (Y. Burda et al., "Importance Weighted Autoencoders", 2016, with k = 5,000), an estimate from below that rises with the
// number of draws. Draws come in chunks that fit the caches; their means of weights are joined in logarithms.
import { StudioError } from '../core/errors.ts';
import { sizeOf, tensor } from '../core/tensor.ts';
import { fillRandom } from '../data/batch-maker.ts';
import type { Split } from '../data/dataset.ts';
import { everyValue } from '../data/rows.ts';
import type { CompiledProgram, Session } from '../engine/engine.ts';
import type { RandomFeed } from '../core/random.ts';
import { Breath } from './breath.ts';
import { takeSamples } from './evaluate.ts';
import type { Experiment } from './experiment.ts';

export interface LikelihoodOptions {
  /** Importance samples for each sample. */
  readonly draws: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Numbers of the widest layer that are computed at a time: 2,000 images of 28×28, which fit the caches. */
const CHUNK_NUMBERS = 2000 * 784;
const MOST_DRAWS_AT_ONCE = 100;

/** @throws StudioError('usage') when a model has no likelihood that could be estimated. */
export function requireLikelihood({ latent, training }: Experiment['spec']): void {
  if (latent.type !== 'gaussian') {
    throw new StudioError('usage', `--importance-samples needs a gaussian latent; this model's is "${latent.type}", which defines no probability of a sample. Train one with "latent": { "type": "gaussian", "units": ... }.`);
  }
  if (training.loss !== 'binaryCrossentropy') {
    throw new StudioError('usage', `--importance-samples needs the loss binaryCrossentropy, which is a probability of pixels; this model was trained with ${training.loss}.`);
  }
}

/** Whether all values are 0 or 1, as a likelihood of pixels means. */
export function isBinary(split: Split, scale: number): boolean {
  return everyValue(split, value => value === 0 || Math.abs(value * scale - 1) < 1e-6);
}

/**
 * The estimate of log p(x) for each sample of a split, in nats.
 * @param session holds the state of the model.
 * @throws StudioError('cancelled') after `signal`.
 */
export async function estimateLogLikelihood(experiment: Experiment, session: Session, split: Split, { draws, onProgress, signal }: LikelihoodOptions): Promise<Float64Array> {
  requireLikelihood(experiment.spec);
  const { spec, features, model } = experiment;
  const widest = Math.max(features, ...model.layers.map(({ outputShape }) => sizeOf(outputShape)));
  const chunks = Math.ceil(draws / Math.min(MOST_DRAWS_AT_ONCE, Math.max(1, Math.floor(CHUNK_NUMBERS / widest))));
  const drawsOf = (chunk: number): number => Math.floor((draws * (chunk + 1)) / chunks) - Math.floor((draws * chunk) / chunks);
  const batch = Math.min(split.count, Math.max(1, Math.floor(CHUNK_NUMBERS / widest / drawsOf(0))));
  const programs = new Map<string, Likelihood>();
  const breath = new Breath();
  const estimates = new Float64Array(split.count);
  try {
    for (let first = 0; first < split.count; first += batch) {
      const size = Math.min(batch, split.count - first);
      const { values, corrupted } = takeSamples(experiment, split, Int32Array.from({ length: size }, (_, i) => first + i));
      const seen = { target: tensor(values, [size, features]), ...(corrupted ? { input: tensor(corrupted, [size, features]) } : {}) };
      // log Σ w of each sample over the draws so far.
      const sums = new Float64Array(size).fill(-Infinity);
      for (let chunk = 0; chunk < chunks; chunk++) {
        if (signal?.aborted) throw new StudioError('cancelled', `Stopped after ${first} of ${split.count} samples.`);
        const taken = drawsOf(chunk);
        const { compiled, random } = await likelihoodOf(size, taken);
        const noise = random.map(feed => {
          const numbers = new Float32Array(size * feed.perSample);
          // A name of their own: these draws are those of no epoch of training.
          fillRandom({ ...feed, name: `${feed.name}/importance` }, numbers, spec.seed, chunk, first);
          return [feed.name, tensor(numbers, [size, feed.perSample])] as const;
        });
        const { logLikelihood } = await compiled.run({ ...seen, ...Object.fromEntries(noise) });
        for (let i = 0; i < size; i++) sums[i] = logAdd(sums[i]!, logLikelihood!.data[i]! + Math.log(taken));
        await breath.take();
      }
      for (let i = 0; i < size; i++) estimates[first + i] = sums[i]! - Math.log(draws);
      onProgress?.(first + size, split.count);
    }
    return estimates;
  } finally {
    for (const { compiled } of programs.values()) await compiled.dispose();
  }

  async function likelihoodOf(size: number, taken: number): Promise<Likelihood> {
    const key = `${size} ${taken}`;
    let found = programs.get(key);
    if (found === undefined) {
      const { program, random } = experiment.programs.likelihood(size, taken)!;
      programs.set(key, found = { compiled: await session.compile(program), random });
    }
    return found;
  }
}

interface Likelihood {
  readonly compiled: CompiledProgram;
  readonly random: readonly RandomFeed[];
}

/** log(eᵃ + eᵇ) without overflow. */
function logAdd(a: number, b: number): number {
  const high = Math.max(a, b);
  return high === -Infinity ? high : high + Math.log1p(Math.exp(Math.min(a, b) - high));
}
