import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tensor } from '../core/tensor.ts';
import type { Dataset } from '../data/dataset.ts';
import { heldValues } from '../data/rows.ts';
import type { Session } from '../engine/engine.ts';
import { loadSpec } from '../spec/load.ts';
import { buildExperiment, type Experiment } from './experiment.ts';
import { estimateLogLikelihood, isBinary, requireLikelihood } from './likelihood.ts';
import { cpuSession } from './opened-run.ts';

const FEATURES = 6;
const UNITS = 2;
const COUNT = 7;

/** All kinds of binary samples of six numbers. */
const dataset: Dataset = {
  name: 'bits', shape: [FEATURES], scale: 1 / 255, train: samples(20), validation: samples(COUNT),
};
function samples(count: number) {
  return { count, values: Uint8Array.from({ length: count * FEATURES }, (_, i) => ((Math.floor(i / FEATURES) * 9 + 5) >> (i % FEATURES)) & 1 ? 255 : 0) };
}

function experimentOf(parts: object = {}): Experiment {
  const { spec } = loadSpec(JSON.stringify({
    data: { type: 'glyphs', binarize: 'threshold' }, encoder: [{ type: 'dense', units: 4, activation: 'tanh' }], latent: { type: 'gaussian', units: UNITS },
    decoder: [{ type: 'dense', units: 5, activation: 'tanh' }, { type: 'dense', units: FEATURES, activation: 'sigmoid' }],
    training: { loss: 'binaryCrossentropy' }, ...parts,
  }), 'test.aeconf');
  return buildExperiment(spec!, dataset);
}

/** A decoder with weights far from zero, so that it depends on the code, and posteriors that are not far from the prior. */
function weightsOf({ programs, model }: Experiment): Record<string, Float32Array> {
  const tensors = programs.unpack(programs.initialState(3));
  return Object.fromEntries(model.parameters.map(({ name }) => [name, Float32Array.from(tensors[name]!.data, (value, i) => (name.startsWith('decoder') ? 1.5 : 0.4) * value + 0.2 * Math.sin(i + name.length))]));
}

let session: Session;
let experiment: Experiment;
let weights: Record<string, Float32Array>;
/** log p(x) of each validation sample. */
let exact: number[];
beforeAll(async () => {
  session = await cpuSession(1);
  experiment = experimentOf();
  weights = weightsOf(experiment);
  const shapes = Object.fromEntries(experiment.model.parameters.map(({ name, shape }) => [name, shape]));
  await session.setState(experiment.programs.start(Object.fromEntries(Object.entries(weights).map(([name, data]) => [name, tensor(data, shapes[name]!)]))));
  exact = Array.from({ length: COUNT }, (_, i) => integral(Array.from(heldValues(dataset.validation).subarray(i * FEATURES, (i + 1) * FEATURES), value => value / 255)));
});
afterAll(async () => { await session.dispose(); });

function dense(x: readonly number[], layer: string, units: number, activation: (x: number) => number): number[] {
  return Array.from({ length: units }, (_, j) => activation(x.reduce((sum, value, i) => sum + value * weights[`${layer}/kernel`]![i * units + j]!, weights[`${layer}/bias`]![j]!)));
}

/** log p(x) by the integral over z on a fine grid, in float64: −8 to 8 holds all but 1e-15 of the prior. */
function integral(bits: readonly number[]): number {
  const step = 0.1;
  let sum = 0;
  for (let a = -8; a <= 8; a += step) {
    for (let b = -8; b <= 8; b += step) {
      const hidden = dense([a, b], 'decoder/dense', 5, Math.tanh);
      const p = dense(hidden, 'decoder/dense_1', FEATURES, x => 1 / (1 + Math.exp(-x)));
      const likelihood = bits.reduce((product, bit, d) => product * (bit === 1 ? p[d]! : 1 - p[d]!), 1);
      sum += likelihood * Math.exp(-(a * a + b * b) / 2) / (2 * Math.PI) * step * step;
    }
  }
  return Math.log(sum);
}

const meanOf = (values: Float64Array): number => values.reduce((a, b) => a + b) / values.length;

describe('the log-likelihood', () => {
  it('is the integral over all codes', async () => {
    const estimates = await estimateLogLikelihood(experiment, session, dataset.validation, { draws: 20_000 });
    estimates.forEach((estimate, i) => { expect(Math.abs(estimate - exact[i]!), `sample ${i}`).toBeLessThan(0.02); });
  });

  it('adds up to one over all samples there are', async () => {
    const all = { count: 64, values: Uint8Array.from({ length: 64 * FEATURES }, (_, i) => (Math.floor(i / FEATURES) >> (i % FEATURES)) & 1 ? 255 : 0) };
    const estimates = await estimateLogLikelihood(experiment, session, all, { draws: 5000 });
    expect(estimates.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 1);
  });

  it('is bounded more tightly by more draws', async () => {
    // Many copies, so that the means are those of the bound and not of luck.
    const copies = { count: 400 * COUNT, values: new Uint8Array(400 * COUNT * FEATURES) };
    for (let k = 0; k < 400; k++) copies.values.set(heldValues(dataset.validation), k * COUNT * FEATURES);
    const bounds: number[] = [];
    for (const draws of [1, 5, 50]) bounds.push(meanOf(await estimateLogLikelihood(experiment, session, copies, { draws })));
    expect(bounds[1]!).toBeGreaterThan(bounds[0]! + 0.02);
    expect(bounds[2]!).toBeGreaterThan(bounds[1]!);
    expect(bounds[2]!).toBeLessThan(exact.reduce((a, b) => a + b) / COUNT + 0.01);
  });

  it('does not depend on how draws are cut into chunks but for luck, and tells how far it is', async () => {
    const seen: number[] = [];
    const first = await estimateLogLikelihood(experiment, session, dataset.validation, { draws: 250, onProgress: done => seen.push(done) });
    expect(seen.at(-1)).toBe(COUNT);
    expect(await estimateLogLikelihood(experiment, session, dataset.validation, { draws: 250 })).toEqual(first);
    expect(Math.abs(meanOf(first) - meanOf(await estimateLogLikelihood(experiment, session, dataset.validation, { draws: 10_001 })))).toBeLessThan(0.1);
  });

  it('is that of bits under a gaussian latent', async () => {
    expect(isBinary(dataset.validation, 1 / 255)).toBe(true);
    expect(isBinary({ count: 1, values: Uint8Array.of(0, 128, 255) }, 1 / 255)).toBe(false);
    expect(() => { requireLikelihood(experimentOf({ latent: { type: 'plain', units: 2 } }).spec); }).toThrow(/needs a gaussian latent; this model's is "plain"/);
    expect(() => { requireLikelihood(experimentOf({ training: { loss: 'mse' } }).spec); }).toThrow(/needs the loss binaryCrossentropy/);
    await expect(estimateLogLikelihood(experiment, session, dataset.validation, { draws: 3, signal: AbortSignal.abort() })).rejects.toMatchObject({ reason: 'cancelled' });
  });
});
