import { describe, expect, it } from 'vitest';
import { fuseUpdates } from './fusion.ts';
import { feedsOf, programsOf } from './model-testing.ts';
import type { Program } from './program.ts';
import { evaluate } from './reference.ts';
import { shardFor, shardOf, type Shard } from './shard.ts';

const convolutional = {
  corruption: [{ type: 'masking', amount: 0.2 }],
  encoder: [
    { type: 'conv2d', filters: 3, strides: 2, padding: 'same', activation: 'relu' },
    { type: 'conv2d', filters: 4, padding: 'same', activation: 'selu' },
    { type: 'maxPooling2d', padding: 'same' },
    { type: 'flatten' },
    { type: 'dropout', rate: 0.2 },
  ],
  decoder: [
    { type: 'dense', units: 24, activation: 'gelu' },
    { type: 'reshape', targetShape: [3, 2, 4] },
    { type: 'upSampling2d' },
    { type: 'conv2dTranspose', filters: 3, padding: 'same', activation: 'sigmoid' },
    { type: 'flatten' },
    { type: 'dense', units: 60, activation: 'sigmoid' },
    { type: 'reshape', targetShape: [6, 5, 2] },
  ],
};
const plain = { type: 'plain', units: 2 };
const BATCH = 6;

/** What the engine runs beside the optimiser's kernel. */
const gradients = (parts: object): { whole: Program; programs: ReturnType<typeof programsOf> } => {
  const programs = programsOf(parts);
  return { programs, whole: fuseUpdates(programs.trainStep(BATCH)).rest };
};

/** Outputs of all shards, joined. */
function joined(whole: Program, shard: Shard, feeds: Record<string, Float64Array>): number[][] {
  const results = Array.from({ length: shard.count }, (_, k) => evaluate(shard.program.outputs.map(({ value }) => value), Object.fromEntries(Object.entries(feeds).map(([name, numbers]) => {
    const part = numbers.length / shard.count;
    return [name, shard.inputs.get(name) === 'rows' ? numbers.subarray(k * part, (k + 1) * part) : numbers];
  }))));
  return whole.outputs.map(({ name }, i) => {
    const parts = results.map(result => [...result[i]!]);
    switch (shard.outputs.get(name)) {
      case 'rows': return parts.flat();
      case 'sum': return parts.reduce((sum, part) => sum.map((number, k) => number + part[k]!));
      default: return parts[0]!;
    }
  });
}

function expectEqual(whole: Program, shard: Shard | undefined, feeds: Record<string, Float64Array>): void {
  const expected = evaluate(whole.outputs.map(({ value }) => value), feeds);
  joined(whole, shard!, feeds).forEach((numbers, i) => {
    expect(numbers.length).toBe(expected[i]!.length);
    numbers.forEach((number, k) => { expect(Math.abs(number - expected[i]![k]!), whole.outputs[i]!.name).toBeLessThan(1e-12 * Math.max(1, Math.abs(expected[i]![k]!))); });
  });
}

describe('a program in shards', () => {
  it.each([
    ['a plain latent', { ...convolutional, latent: plain }],
    ['penalties', { ...convolutional, latent: { ...plain, activation: 'sigmoid' }, penalties: [{ type: 'activityL1', weight: 0.1 }, { type: 'weightDecay', l1: 0.01, l2: 0.1 }] }],
    ['draws of a posterior', { ...convolutional, latent: { type: 'gaussian', units: 2 } }],
    ['several draws', { ...convolutional, latent: { type: 'gaussian', units: 2, importanceSamples: 3 }, training: { loss: 'binaryCrossentropy', optimizer: { type: 'adam' } } }],
    ['summed losses', { ...convolutional, latent: plain, training: { loss: 'mae', reduction: 'sum', optimizer: { type: 'sgd' } } }],
  ])('adds up to the gradients and losses of the whole batch: %s', (_, parts) => {
    const { programs, whole } = gradients(parts);
    const feeds = feedsOf(programs, programs.trainStep(BATCH), programs.initialState(1));
    for (const { port, state, offset } of fuseUpdates(programs.trainStep(BATCH)).views) feeds[port.name] = feeds[state]!.subarray(offset, offset + port.shape.reduce((n, extent) => n * extent, 1));
    for (const count of [2, 3]) expectEqual(whole, shardOf(whole, count), feeds);
  });

  it('gives every sample its own results in evaluation', () => {
    const programs = programsOf({ ...convolutional, latent: plain });
    for (const whole of [programs.evaluate(BATCH, ['ssim', 'mse']), programs.reconstruct(BATCH), programs.encode(BATCH)]) {
      const shard = shardOf(whole, 3);
      expectEqual(whole, shard, feedsOf(programs, whole, programs.initialState(1)));
      expect([...shard!.outputs.values()]).toContain('rows');
    }
  });

  it.each([
    ['statistics of a batch', { ...convolutional, encoder: [...convolutional.encoder.slice(0, 2), { type: 'batchNormalization' }, { type: 'flatten' }], latent: plain }],
    ['samples that are compared with each other', { ...convolutional, latent: { type: 'wasserstein', units: 2 } }],
    ['the mean activation of a unit', { ...convolutional, latent: { ...plain, activation: 'sigmoid' }, penalties: [{ type: 'klSparsity', weight: 1 }] }],
    ['the norm of all gradients', { ...convolutional, latent: plain, training: { optimizer: { type: 'sgd', globalClipNorm: 1 } } }],
    ['gradients that are cut', { ...convolutional, latent: plain, training: { optimizer: { type: 'sgd', clipValue: 0.5 } } }],
  ])('stays whole for %s', (_, parts) => {
    expect(shardOf(gradients(parts).whole, 2)).toBeUndefined();
  });

  it('takes as many shards as there are threads, divide the batch and have enough to do', () => {
    const large = { ...convolutional, encoder: [{ type: 'conv2d', filters: 256, kernelSize: 5, padding: 'same' }, { type: 'conv2d', filters: 64, padding: 'same' }, { type: 'flatten' }], latent: plain };
    const { whole } = gradients(large);
    expect(shardFor(whole, 2)?.count).toBe(2);
    expect(shardFor(whole, 5)?.count).toBe(3);
    expect(shardFor(whole, 1)).toBeUndefined();
    expect(shardFor(gradients({ ...convolutional, latent: plain }).whole, 2)).toBeUndefined();
    expect(shardFor(gradients({ encoder: [{ type: 'flatten' }, { type: 'dense', units: 4000 }, { type: 'dense', units: 4000 }], latent: plain }).whole, 2)).toBeUndefined();
  });
});
