import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { covarianceOf, symmetricEigen } from '../analysis/pca.ts';
import { RandomStream } from '../core/random.ts';
import type { Dataset } from '../data/dataset.ts';
import { realData } from '../data/testing.ts';
import { heldValues } from '../data/rows.ts';
import type { Session } from '../engine/engine.ts';
import { listDevices, openSession } from '../engine/engines.ts';
import { loadSpec } from '../spec/load.ts';
import { principalBaseline, principalComponentsOf } from './baseline.ts';
import { baselineRefusal } from './compared.ts';
import { takeSamples } from './evaluate.ts';
import { buildExperiment, openExperiment, type Experiment } from './experiment.ts';

let session: Session;
beforeAll(async () => { session = await openSession((await listDevices({ gpus: false })).find(({ id, available }) => available && id === 'cpu')!, { threads: 1 }); });
afterAll(async () => { await session.dispose(); });

/** An autoencoder of `data` with a code of that many numbers. */
function experimentOf(dataset: Dataset, units: number, parts: object = {}): Experiment {
  const { spec, diagnostics } = loadSpec(JSON.stringify({ data: 'glyphs', encoder: [{ type: 'flatten' }], latent: { type: 'plain', units }, ...parts }), 'test.aeconf');
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return buildExperiment(spec!, dataset);
}

/** Samples in [0, 1] that vary along a few directions strongly and a little along all; the first numbers never do. */
function dataset(count: number, features: number, bytes = false): Dataset {
  const random = new RandomStream(4, 'sampling');
  const directions = Array.from({ length: 6 }, () => new RandomStream(random.uint32(), 'sampling').fillNormal(new Float32Array(features)));
  const split = (size: number) => {
    const values = Float32Array.from({ length: size * features }, () => 0.02 * random.uniform());
    for (let i = 0; i < size; i++) {
      const weights = directions.map((_, k) => random.normal() / (k + 1));
      for (let d = 0; d < features; d++) {
        const sum = directions.reduce((total, direction, k) => total + weights[k]! * direction[d]!, 0);
        values[i * features + d] = d < 3 ? 0.25 : Math.min(1, Math.max(0, 0.5 + 0.1 * sum + values[i * features + d]!));
      }
    }
    return { count: size, values: bytes ? Uint8Array.from(values, value => Math.round(255 * value)) : values };
  };
  return { name: 'test', shape: [features], scale: bytes ? 1 / 255 : 1, train: split(count), validation: split(50) };
}

/** The same with all eigenvectors and float64. */
function bruteForce(experiment: Experiment, wanted: number, drawn = false): { residual: number; mse: number; mean: number } {
  const { dataset: { train, validation, scale }, features } = experiment;
  const { mean, covariance } = covarianceOf(Float32Array.from(heldValues(train), value => value * scale), train.count, features);
  // The variance of a drawn pixel is m(1 − m), whatever its probabilities are.
  if (drawn) for (let d = 0; d < features; d++) covariance[d * features + d] = mean[d]! * (1 - mean[d]!);
  const { values, vectors } = symmetricEigen(covariance, features);
  const { corrupted } = takeSamples(experiment, validation, Int32Array.from({ length: validation.count }, (_, i) => i));
  let [sum, spread] = [0, 0];
  for (let i = 0; i < validation.count; i++) {
    const clean = Array.from({ length: features }, (_, d) => heldValues(validation)[i * features + d]! * scale);
    const seen = clean.map((value, d) => (corrupted ? corrupted[i * features + d]! : value) - mean[d]!);
    const rebuilt = mean.slice();
    for (let k = 0; k < wanted; k++) {
      const vector = vectors.subarray(k * features, (k + 1) * features);
      const score = seen.reduce((total, value, d) => total + value * vector[d]!, 0);
      for (let d = 0; d < features; d++) rebuilt[d]! += score * vector[d]!;
    }
    sum += clean.reduce((total, value, d) => total + (rebuilt[d]! - value) ** 2, 0);
    spread += clean.reduce((total, value, d) => total + (mean[d]! - value) ** 2, 0);
  }
  return { residual: values.subarray(wanted).reduce((total, value) => total + value, 0), mse: sum / (validation.count * features), mean: spread / (validation.count * features) };
}

describe('the baseline', () => {
  for (const [name, bytes, parts] of [
    ['bytes', true, {}],
    ['floats', false, {}],
    ['corrupted input', true, { corruption: [{ type: 'gaussian', stddev: 0.2 }] }],
  ] as const) {
    it(`is that of exact eigenvectors: ${name}`, async () => {
      const experiment = experimentOf(dataset(3000, 40, bytes), 5, parts);
      const expected = bruteForce(experiment, 5);
      const components = await principalComponentsOf(experiment, 5, session);
      expect(Math.abs(components.residual / expected.residual - 1)).toBeLessThan(1e-4);
      const errors = await principalBaseline(experiment, session);
      expect(Math.abs(errors.mse / expected.mse - 1)).toBeLessThan(1e-3);
      expect(Math.abs(errors.mean / expected.mean - 1)).toBeLessThan(1e-5);
    });
  }

  it('does not mind that the first samples are others than the rest', async () => {
    const { train, ...rest } = dataset(3000, 40);
    const values = Float32Array.from(heldValues(train), (value, i) => (i < 1000 * 40 ? 0.2 * value : value));
    const experiment = experimentOf({ ...rest, train: { count: train.count, values } }, 5);
    const { residual, mean } = await principalComponentsOf(experiment, 5, session);
    expect(Math.abs(residual / bruteForce(experiment, 5).residual - 1)).toBeLessThan(1e-4);
    const expected = covarianceOf(values, 3000, 40).mean;
    mean.forEach((value, d) => { expect(Math.abs(value - expected[d]!)).toBeLessThan(1e-5); });
  });

  it('passes over the rows at every product where the samples are wide', async () => {
    const experiment = experimentOf(dataset(60, 2100, true), 7);
    const { residual, rows } = await principalComponentsOf(experiment, 7, session);
    // The same numbers on the other side: the products of all pairs of samples have the covariance's eigenvalues.
    const { train, scale } = experiment.dataset;
    const { count } = train;
    const values = heldValues(train);
    const columns = Array.from({ length: 2100 }, (_, d) => Array.from({ length: count }, (_, i) => values[i * 2100 + d]! * scale));
    const gram = new Float64Array(count * count);
    for (const column of columns) {
      const center = column.reduce((a, b) => a + b) / count;
      for (let i = 0; i < count; i++) for (let j = 0; j < count; j++) gram[i * count + j]! += (column[i]! - center) * (column[j]! - center) / count;
    }
    const expected = symmetricEigen(gram, count).values.subarray(7).reduce((a, b) => a + b);
    expect(Math.abs(residual / expected - 1)).toBeLessThan(1e-4);
    let overlap = 0;
    for (let d = 0; d < 2100; d++) overlap += rows[d]! * rows[2100 + d]!;
    expect(Math.abs(overlap)).toBeLessThan(1e-6);
  });

  it('knows that drawn pixels vary more than their probabilities', async () => {
    const experiment = experimentOf(dataset(2000, 30, true), 4, { data: { type: 'glyphs', binarize: 'sample' } });
    const { residual } = await principalComponentsOf(experiment, 4, session);
    expect(Math.abs(residual / bruteForce(experiment, 4, true).residual - 1)).toBeLessThan(1e-4);
  });

  it('is left out where it would say nothing or take too long', () => {
    const small = dataset(20, 10);
    expect(baselineRefusal(experimentOf(small, 3))).toBeUndefined();
    expect(baselineRefusal(experimentOf(small, 10))).toBe('no bottleneck');
    const large = { codeSize: 100, features: 100_000, dataset: { ...small, train: { ...small.train, count: 60_000 } } };
    expect(baselineRefusal(large)).toBe('too wide');
  });

  it('gives up when it is asked to', async () => {
    await expect(principalBaseline(experimentOf(dataset(50, 20), 3), session, { cancelled: () => true })).rejects.toMatchObject({ reason: 'cancelled' });
  });

  it.runIf(realData !== undefined)('has the squared error of 13.87 per image published for 30 components of MNIST', async () => {
    const { spec } = loadSpec('{ "data": "mnist", "encoder": [{ "type": "flatten" }], "latent": { "type": "plain", "units": 30 } }', 'test.aeconf');
    const experiment = await openExperiment(spec!, { baseFolders: ['.'], dataFolders: [realData!] });
    expect(784 * (await principalBaseline(experiment, session)).mse).toBeCloseTo(13.87, 2);
  });
});
