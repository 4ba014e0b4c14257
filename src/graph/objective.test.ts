// Latents and penalties: gradients against finite differences in float64, values against brute force.
import { describe, expect, it } from 'vitest';
import { BATCH, feedsOf, gradientError, programsOf } from './model-testing.ts';
import type { ModelPrograms, Program } from './program.ts';
import { maximumMeanDiscrepancy } from './latents.ts';
import * as ops from './ops.ts';
import { evaluate, type Feeds } from './reference.ts';

const encoder = [{ type: 'flatten' }, { type: 'dense', units: 6, activation: 'tanh' }];
const convolution = [{ type: 'conv2d', filters: 3, kernelSize: 3, strides: 2, padding: 'same', activation: 'elu' }];
const vector = [...convolution, { type: 'flatten' }];
const plain = { type: 'plain', units: 3, activation: 'sigmoid' };

const objectives: Record<string, object> = {
  gaussian: { encoder, latent: { type: 'gaussian', units: 3 } },
  'gaussian, annealed, with free bits': { encoder, latent: { type: 'gaussian', units: 3, beta: 0.5, annealEpochs: 2, freeBits: 0.05 } },
  'importance-weighted': { encoder, latent: { type: 'gaussian', units: 3, importanceSamples: 4 }, training: { loss: 'binaryCrossentropy', optimizer: { type: 'sgd', learningRate: 1 } } },
  'importance-weighted, averaged and annealed': { encoder, latent: { type: 'gaussian', units: 2, importanceSamples: 3, annealEpochs: 5, beta: 2 }, training: { reduction: 'mean', optimizer: { type: 'sgd', learningRate: 1 } } },
  wasserstein: { encoder, latent: { type: 'wasserstein', units: 2 } },
  spherical: { encoder, latent: { type: 'spherical', units: 3 } },
  topK: { encoder: [...encoder, { type: 'topK', k: 3 }], latent: plain },
  'topK of images': { encoder: [...convolution, { type: 'topK', k: 7 }], latent: { type: 'plain' } },
  activityL1: { encoder, latent: { type: 'plain', units: 3 }, penalties: [{ type: 'activityL1', weight: 0.3 }, { type: 'activityL1', weight: 0.2, layer: 'encoder/dense' }] },
  'activityL1 of an image': { encoder: vector, penalties: [{ type: 'activityL1', weight: 0.3, layer: 'conv2d' }], decoder: [{ type: 'dense', units: 60 }] },
  klSparsity: { encoder, latent: plain, penalties: [{ type: 'klSparsity', weight: 0.3, target: 0.1 }] },
  'klSparsity of channels': { encoder: [{ type: 'conv2d', filters: 3, kernelSize: 2, activation: 'sigmoid' }], penalties: [{ type: 'klSparsity', weight: 0.3, layer: 'conv2d' }] },
  'contractive, exact': { encoder, latent: plain, penalties: [{ type: 'contractive', weight: 0.4 }] },
  'contractive, estimated': { encoder, latent: plain, penalties: [{ type: 'contractive', weight: 0.4, method: 'estimate', projections: 2 }] },
  'contractive, convolutional': { encoder: vector, latent: { type: 'plain', units: 2, activation: 'softplus' }, penalties: [{ type: 'contractive', weight: 0.4 }] },
  'contractive, gelu and swish': { encoder: [{ type: 'flatten' }, { type: 'dense', units: 5, activation: 'gelu' }], latent: { type: 'plain', units: 2, activation: 'swish' }, penalties: [{ type: 'contractive', weight: 0.4 }] },
  'contractive variational': { encoder, latent: { type: 'gaussian', units: 2 }, penalties: [{ type: 'contractive', weight: 0.4 }] },
  weightDecay: { encoder, latent: plain, penalties: [{ type: 'weightDecay', l1: 0.1, l2: 0.2 }, { type: 'weightDecay', l2: 1, layers: ['decoder/dense', 'latent'] }] },
  'sum over pixels': { encoder, latent: plain, training: { reduction: 'sum', optimizer: { type: 'sgd', learningRate: 1 } } },
};

describe('a training step descends along the gradient found by finite differences', () => {
  for (const [name, parts] of Object.entries(objectives)) {
    it(name, () => { expect(gradientError(programsOf(parts))).toBeLessThan(1e-6); });
  }

  it('contractive through batch normalisation, whose statistics count for the weights but not for the Jacobian', () => {
    const parts = { encoder: [...encoder, { type: 'batchNormalization' }], latent: plain, penalties: [{ type: 'contractive', weight: 0.4 }] };
    expect(gradientError(programsOf(parts))).toBeLessThan(1e-6);
  });
});

/** The followed scalars of a program by name. */
function followed(programs: ModelPrograms, program: Program, feeds: Feeds): Record<string, number> {
  const values = evaluate([program.outputs.find(({ name }) => name === 'followed')!.value], feeds)[0]!;
  return Object.fromEntries(programs.followed.map(({ name }, i) => [name, values[i]!]));
}

/** Mean over the batch of the squared norm of the encoder's Jacobian, by central differences. */
function bruteForceNorm(programs: ModelPrograms, feeds: Record<string, Float64Array>): number {
  const { outputs } = programs.encode(BATCH);
  const code = (): Float64Array => evaluate([outputs[0]!.value], feeds)[0]!;
  const input = feeds['target']!;
  const h = 1e-5;
  let total = 0;
  for (let i = 0; i < input.length; i++) {
    const before = input[i]!;
    input[i] = before + h;
    const above = code();
    input[i] = before - h;
    const below = code();
    input[i] = before;
    above.forEach((value, k) => { total += ((value - below[k]!) / (2 * h)) ** 2; });
  }
  return total / BATCH;
}

describe('the contractive penalty', () => {
  const penalties = [{ type: 'contractive', weight: 1 }];
  for (const [name, parts] of Object.entries({
    dense: { encoder, latent: plain },
    convolutional: { encoder: vector, latent: { type: 'plain', units: 2, activation: 'tanh' } },
    variational: { encoder, latent: { type: 'gaussian', units: 2 } },
    'of a code that is an image': { encoder: convolution },
  })) {
    it(`is the squared norm of a brute-force Jacobian: ${name}`, () => {
      const programs = programsOf({ ...parts, penalties });
      const program = programs.evaluate(BATCH);
      const feeds = feedsOf(programs, program, programs.initialState(2));
      expect(followed(programs, program, feeds)['contractive']).toBeCloseTo(bruteForceNorm(programs, feeds), 6);
    });
  }

  it('takes what a batch normalisation finds in the batch for constants', () => {
    const programs = programsOf({ encoder: [{ type: 'flatten' }, { type: 'batchNormalization' }], latent: plain, decoder: [{ type: 'dense', units: 60 }], penalties });
    const program = programs.trainStep(BATCH);
    const feeds = feedsOf(programs, program, programs.initialState(2));
    const features = 60;
    const x = feeds['target']!;
    const mean = Array.from({ length: features }, (_, i) => (x[i]! + x[i + 60]! + x[i + 120]!) / 3);
    const variance = mean.map((m, i) => ((x[i]! - m) ** 2 + (x[i + 60]! - m) ** 2 + (x[i + 120]! - m) ** 2) / 3);
    const fixed = { ...feeds, statistics: Float64Array.from([...mean, ...variance]) };
    expect(followed(programs, program, feeds)['contractive']).toBeCloseTo(bruteForceNorm(programs, fixed), 6);
  });

  it('is estimated without bias: the mean over all signs is the exact norm', () => {
    const exact = programsOf({ encoder, latent: plain, penalties });
    const estimate = programsOf({ encoder, latent: plain, penalties: [{ ...penalties[0]!, method: 'estimate' }] });
    const program = estimate.evaluate(BATCH);
    const feeds = feedsOf(estimate, program, estimate.initialState(2));
    let sum = 0;
    for (let signs = 0; signs < 8; signs++) {
      const bits = Float64Array.from({ length: BATCH * 3 }, (_, i) => (signs >> (i % 3)) & 1);
      sum += followed(estimate, program, { ...feeds, 'penalty/contractive/random': bits })['contractive']!;
    }
    expect(sum / 8).toBeCloseTo(followed(exact, exact.evaluate(BATCH), feeds)['contractive']!, 10);
  });

  it('chooses by the size of the code unless told', () => {
    const ports = (units: number, method: string): string[] =>
      programsOf({ encoder, latent: { type: 'plain', units }, penalties: [{ ...penalties[0]!, method }] }).random.map(({ name }) => name);
    expect(ports(64, 'auto')).toEqual([]);
    expect(ports(65, 'auto')).toEqual(['penalty/contractive/random']);
    expect(ports(3, 'estimate')).toEqual(['penalty/contractive/random']);
    expect(ports(65, 'exact')).toEqual([]);
  });
});

/** A model of two numbers whose every weight is known: means, variances, codes and reconstructions by hand. */
function tiny(latent: object, training: object = {}) {
  const programs = programsOf({
    encoder: [], latent: { type: 'gaussian', units: 2, kernelInitializer: 'randomNormal', biasInitializer: { type: 'constant', value: 0.3 }, ...latent },
    decoder: [{ type: 'dense', units: 2, kernelInitializer: 'glorotNormal' }], training: { optimizer: 'adam', ...training },
  }, [2]);
  const state = programs.initialState(4);
  const tensors = programs.unpack(state);
  const x = [[0.1, 0.9], [0.8, 0.4]];
  const affine = (row: readonly number[], kernel: string, bias: string): number[] =>
    [0, 1].map(j => row.reduce((sum, value, i) => sum + value * tensors[kernel]!.data[i * 2 + j]!, tensors[bias]!.data[j]!));
  const feeds = { ...Object.fromEntries(Object.entries(state).map(([name, { data }]) => [name, Float64Array.from(data)])), target: Float64Array.from(x.flat()), hyper: [0.001, 1, 1] };
  return {
    programs, feeds, x,
    mean: x.map(row => affine(row, 'latent/latent/mean_kernel', 'latent/latent/mean_bias')),
    logVariance: x.map(row => affine(row, 'latent/latent/log_variance_kernel', 'latent/latent/log_variance_bias')),
    decode: (z: readonly number[]) => affine(z, 'decoder/dense/kernel', 'decoder/dense/bias'),
  };
}

const noise = [[[0.5, -1.2], [1.1, 0.2], [-0.3, -0.7]], [[-0.4, 0.9], [0, 1.6], [2, -0.1]]];

/** log p(x|z) + log p(z) − log q(z|x), with every constant, for each draw of each sample; p(x|z) ∝ exp(−‖x − x̂‖²). */
function logWeights({ x, mean, logVariance, decode }: ReturnType<typeof tiny>): number[][] {
  const logNormal = (value: number, at: number, logOfVariance: number): number => -0.5 * (Math.log(2 * Math.PI) + logOfVariance + (value - at) ** 2 / Math.exp(logOfVariance));
  return noise.map((draws, n) => draws.map(epsilon => {
    const z = epsilon.map((e, i) => mean[n]![i]! + Math.exp(logVariance[n]![i]! / 2) * e);
    const error = decode(z).reduce((sum, value, i) => sum + (value - x[n]![i]!) ** 2, 0);
    return z.reduce((sum, value, i) => sum + logNormal(value, 0, 0) - logNormal(value, mean[n]![i]!, logVariance[n]![i]!), -error);
  }));
}

const logMeanExp = (values: readonly number[]): number => Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0) / values.length);

describe('a gaussian latent', () => {
  const kl = (model: ReturnType<typeof tiny>): number[] => [0, 1].map(i =>
    model.mean.reduce((sum, mean, n) => sum + 0.5 * (mean[i]! ** 2 + Math.exp(model.logVariance[n]![i]!) - model.logVariance[n]![i]! - 1), 0) / 2);

  it('sums the divergences of its dimensions and counts them with beta', () => {
    const model = tiny({ beta: 3 });
    expect(model.programs.followed).toEqual([{ name: 'reconstruction', factor: 1 }, { name: 'kl', factor: 3 }]);
    const feeds = { ...model.feeds, 'latent/latent/random': noise.flatMap(draws => draws[0]!) };
    const program = model.programs.trainStep(2);
    const values = followed(model.programs, program, feeds);
    expect(values['kl']).toBeCloseTo(kl(model)[0]! + kl(model)[1]!, 10);
    const error = noise.reduce((sum, draws, n) => {
      const z = draws[0]!.map((e, i) => model.mean[n]![i]! + Math.exp(model.logVariance[n]![i]! / 2) * e);
      return sum + model.decode(z).reduce((total, value, i) => total + (value - model.x[n]![i]!) ** 2, 0);
    }, 0) / 2;
    expect(values['reconstruction']).toBeCloseTo(error, 10);
    expect(evaluate([program.outputs[0]!.value], feeds)[0]![0]).toBeCloseTo(error + 3 * values['kl']!, 10);
  });

  it('anneals the divergence, and charges nothing for free bits', () => {
    const model = tiny({ annealEpochs: 4, freeBits: 10 });
    expect(Array.from(model.programs.hyper(1, 0.001, 1).data).at(-1)).toBe(0.25);
    expect(Array.from(model.programs.hyper(1, 0.001).data).at(-1)).toBe(1);
    const feeds = { ...model.feeds, hyper: [0.001, 0, 0.25], 'latent/latent/random': noise.flatMap(draws => draws[0]!) };
    const program = model.programs.trainStep(2);
    const values = followed(model.programs, program, feeds);
    expect(values['chargedKl']).toBe(20);
    expect(evaluate([program.outputs[0]!.value], feeds)[0]![0]).toBeCloseTo(values['reconstruction']! + 0.25 * 20, 10);
  });

  it('tells the divergence of each dimension and the moments of its codes', () => {
    const model = tiny({});
    const program = model.programs.evaluate(2);
    const posterior = evaluate([program.outputs.find(({ name }) => name === 'posterior')!.value], { ...model.feeds, 'latent/latent/random': noise.flatMap(draws => draws[0]!) })[0]!;
    const moment = (power: number): number[] => [0, 1].map(i => model.mean.reduce((sum, mean) => sum + mean[i]! ** power, 0) / 2);
    [...kl(model), ...moment(1), ...moment(2)].forEach((expected, i) => { expect(posterior[i]).toBeCloseTo(expected, 10); });
  });

  it('with several draws minimises the importance-weighted bound', () => {
    const model = tiny({ importanceSamples: 3 });
    const program = model.programs.trainStep(2);
    const feeds = { ...model.feeds, 'latent/latent/random': noise.flat(2) };
    const bound = logWeights(model).reduce((sum, weights) => sum + logMeanExp(weights), 0) / 2;
    expect(evaluate([program.outputs[0]!.value], feeds)[0]![0]).toBeCloseTo(-bound, 10);
    const values = followed(model.programs, program, feeds);
    const sum = model.programs.followed.reduce((total, { name, factor }) => total + factor * values[name]!, 0);
    expect(sum).toBeCloseTo(-bound, 10);
  });

  it('estimates a likelihood with as many draws as are asked for, whatever it was trained with', () => {
    const model = tiny({}, { reduction: 'mean' });
    const { program, random } = model.programs.likelihood(2, 3)!;
    expect(random).toEqual([{ name: 'latent/latent/random', kind: 'normal', perSample: 6 }]);
    const values = evaluate([program.outputs[0]!.value], { ...model.feeds, 'latent/latent/random': noise.flat(2) })[0]!;
    logWeights(model).forEach((weights, n) => { expect(values[n]).toBeCloseTo(logMeanExp(weights), 10); });
  });
});

describe('the other latents', () => {
  it('draw nothing when they are looked at', () => {
    for (const type of ['gaussian', 'wasserstein', 'spherical']) {
      const programs = programsOf({ encoder, latent: { type, units: 2 } });
      expect(programs.encode(2).inputs.map(({ name }) => name)).toEqual(['target']);
      expect(programs.reconstruct(2).inputs.map(({ name }) => name)).toEqual(['target']);
    }
  });

  it('spherical codes have length one', () => {
    const programs = programsOf({ encoder, latent: { type: 'spherical', units: 3 } });
    const program = programs.encode(BATCH);
    const code = evaluate([program.outputs[0]!.value], feedsOf(programs, program, programs.initialState(1)))[0]!;
    for (let n = 0; n < BATCH; n++) expect(Math.hypot(...code.slice(n * 3, n * 3 + 3))).toBeCloseTo(1, 10);
  });

  it('topK keeps the k largest of a sample', () => {
    const programs = programsOf({ encoder: [{ type: 'flatten' }, { type: 'topK', k: 4 }], decoder: [{ type: 'dense', units: 60 }] });
    const program = programs.encode(BATCH);
    const feeds = feedsOf(programs, program, programs.initialState(1));
    const code = evaluate([program.outputs[0]!.value], feeds)[0]!;
    for (let n = 0; n < BATCH; n++) {
      const input = feeds['target']!.slice(n * 60, n * 60 + 60);
      const kept = input.slice().sort().slice(-4);
      expect(Array.from(code.slice(n * 60, n * 60 + 60).filter(value => value !== 0)).sort()).toEqual(Array.from(kept));
    }
  });

  it('measures the discrepancy of two sets without bias', () => {
    const a = [[0.3, -1], [2, 0.1], [-0.5, 0.4]];
    const b = [[1, 1], [0, -0.2], [0.7, 0.6]];
    const kernel = (x: readonly number[], y: readonly number[]): number =>
      [0.1, 0.2, 0.5, 1, 2, 5, 10].reduce((sum, scale) => sum + 4 * scale / (4 * scale + (x[0]! - y[0]!) ** 2 + (x[1]! - y[1]!) ** 2), 0);
    const pairs = (x: readonly number[][], y: readonly number[][], same: boolean): number =>
      x.reduce((sum, p, i) => sum + y.reduce((inner, q, j) => inner + (same && i === j ? 0 : kernel(p, q)), 0), 0);
    const expected = (pairs(a, a, true) + pairs(b, b, true)) / 6 - 2 * pairs(a, b, false) / 9;
    const matrix = (rows: readonly number[][]) => ops.constant(Float64Array.from(rows.flat()), [3, 2]);
    expect(evaluate([maximumMeanDiscrepancy(matrix(a), matrix(b))], {})[0]![0]).toBeCloseTo(expected, 12);
  });
});

describe('a quantised latent', () => {
  const programs = programsOf({ encoder: [], latent: { type: 'quantized', codes: 3, dimension: 2, decay: 0.9, revivalThreshold: 0.01 }, decoder: [{ type: 'dense', units: 4 }] }, [4]);
  const entries = [[0, 0], [1, 1], [9, 9]];
  const uses = [2, 4, 0.001];
  // Two samples of two pieces each: nearest are entries 0, 1, 1, 1.
  const pieces = [[0.1, 0.2], [0.9, 0.7], [1.2, 1], [0.6, 0.9]];
  const feeds = {
    ...Object.fromEntries(Object.entries(programs.initialState(0)).map(([name, { data }]) => [name, Float64Array.from(data)])),
    statistics: [...entries.flat(), ...uses], target: pieces.flat(), hyper: [1],
  };

  it('gives the nearest entries, and how evenly they are used', () => {
    const code = evaluate([programs.encode(2).outputs[0]!.value], feeds)[0]!;
    expect(Array.from(code)).toEqual([0, 0, 1, 1, 1, 1, 1, 1]);
    const values = followed(programs, programs.evaluate(2), feeds);
    expect(values['perplexity']).toBeCloseTo(Math.exp(-(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75))), 6);
    const commitment = [0.1, 0.2, -0.1, -0.3, 0.2, 0, -0.4, -0.1].reduce((sum, d) => sum + d * d, 0) / 8;
    expect(values['commitment']).toBeCloseTo(commitment, 10);
  });

  it('moves entries to the mean of their pieces, and revives one that is hardly used', () => {
    const statistics = evaluate([programs.trainStep(2).updates.find(({ name }) => name === 'statistics')!.value], feeds)[0]!;
    // m ← γm + (1 − γ)Σ, N ← γN + (1 − γ)n, entry m/N.
    const nextUses = [0.9 * 2 + 0.1, 0.9 * 4 + 0.3];
    const moved = (entry: number, sum: readonly number[]): number[] => sum.map((s, i) => (0.9 * uses[entry]! * entries[entry]![i]! + 0.1 * s) / nextUses[entry]!);
    const average = (nextUses[0]! + nextUses[1]! + 0.9 * 0.001) / 3;
    const expected = [...moved(0, [0.1, 0.2]), ...moved(1, [2.7, 2.6]), ...pieces[2]!, ...nextUses, average];
    expected.forEach((value, i) => { expect(statistics[i]).toBeCloseTo(value, 10); });
  });

  it('passes the decoder\'s gradient straight through to the encoder', () => {
    const model = programsOf({ encoder: [{ type: 'flatten' }, { type: 'dense', units: 4 }], latent: { type: 'quantized', codes: 3, dimension: 2, commitment: 0 } });
    const program = model.trainStep(BATCH);
    const state = feedsOf(model, program, model.initialState(3));
    // The same model without quantisation, whose decoder sees code + constant: the constant is what quantisation adds.
    const code = evaluate([model.encode(BATCH).outputs[0]!.value], state)[0]!;
    const unquantised = programsOf({ encoder: [{ type: 'flatten' }, { type: 'dense', units: 4 }], decoder: [{ type: 'dense', units: 60, activation: 'sigmoid' }] });
    const raw = evaluate([unquantised.encode(BATCH).outputs[0]!.value], state)[0]!;
    expect(raw).not.toEqual(code);
    const step = (input: Feeds): Float64Array => evaluate([program.updates.find(({ name }) => name === 'weights/0')!.value], input)[0]!;
    const bias = step(state).slice(240, 244).map((value, i) => state['weights/0']![240 + i]! - value);
    // d loss / d bias of the encoder is the sum over samples of d loss / d code at the quantised code.
    const decode = model.decode(BATCH).outputs[0]!.value;
    const loss = (codes: Float64Array): number => {
      const output = evaluate([decode], { ...state, code: codes })[0]!;
      return output.reduce((sum, value, i) => sum + (value - state['target']![i]!) ** 2, 0) / output.length;
    };
    const h = 1e-5;
    for (let unit = 0; unit < 4; unit++) {
      const shifted = (by: number): Float64Array => code.map((value, i) => value + (i % 4 === unit ? by : 0));
      expect(bias[unit]).toBeCloseTo((loss(shifted(h)) - loss(shifted(-h))) / (2 * h), 8);
    }
  });
});
