// The classifier's step: its gradient against finite differences in float64, its loss where plain formulas would overflow.
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../core/random.ts';
import { sizeOf } from '../core/tensor.ts';
import { buildClassifier } from '../model/classifier.ts';
import { loadSpec, requireSpec } from '../spec/load.ts';
import type { ProbeSpec } from '../spec/schema.ts';
import { buildClassifierPrograms, crossEntropy, oneHot, type ClassifierPrograms } from './classifier.ts';
import * as ops from './ops.ts';
import { evaluate } from './reference.ts';

const BATCH = 4;
const CLASSES = 3;

function probeOf(probe: object): ProbeSpec {
  return requireSpec(loadSpec(JSON.stringify({ data: 'glyphs', encoder: [{ type: 'flatten' }], probe }), 'test.aeconf')).probe!;
}

function programsOf(layers: readonly object[], shape: readonly number[]): ClassifierPrograms {
  const { layers: read, optimizer } = probeOf({ layers, optimizer: { type: 'sgd', learningRate: 1 } });
  return buildClassifierPrograms(buildClassifier(read, 'pixels', shape, CLASSES), { optimizer, data: { dtype: 'float32', scale: 0.5 } });
}

/** State and feeds of a train step, random but for a rate of 1, so that a step of plain descent is the gradient. */
function feedsOf(programs: ClassifierPrograms): Record<string, Float64Array> {
  const random = new RandomStream(3, 'sampling');
  const feeds: Record<string, Float64Array> = {};
  for (const [name, { data }] of Object.entries(programs.initialState(1))) feeds[name] = Float64Array.from(data, x => x + 0.1 * random.normal());
  for (const { name, shape } of programs.trainStep(BATCH).inputs) feeds[name] = Float64Array.from({ length: sizeOf(shape) }, () => random.uniform());
  for (const { name } of programs.random) feeds[name] = feeds[name]!.map(x => Number(x < 0.7));
  return { ...feeds, labels: Float64Array.from({ length: BATCH }, (_, i) => i % CLASSES), hyper: Float64Array.of(1) };
}

describe('a step of the classifier descends along the gradient found by finite differences', () => {
  const cases: Record<string, { layers: readonly object[]; shape: readonly number[] }> = {
    'linear, on images': { layers: [], shape: [3, 2, 2] },
    'dense, dropout, batch normalisation': {
      layers: [{ type: 'dense', units: 5, activation: 'tanh' }, { type: 'dropout', rate: 0.3 }, { type: 'dense', units: 4, activation: 'elu' }, { type: 'batchNormalization' }], shape: [6],
    },
    'convolutional': { layers: [{ type: 'conv2d', filters: 2, kernelSize: 2, activation: 'softplus' }, { type: 'averagePooling2d', padding: 'same' }], shape: [4, 5, 1] },
  };
  for (const [name, { layers, shape }] of Object.entries(cases)) {
    it(name, () => {
      const programs = programsOf(layers, shape);
      const { outputs, updates } = programs.trainStep(BATCH);
      const feeds = feedsOf(programs);
      const loss = (): number => evaluate([outputs[0]!.value], feeds)[0]![0]!;
      const weights = feeds['weights/0']!;
      const after = evaluate([updates.find(update => update.name === 'weights/0')!.value], feeds)[0]!;
      const scale = Math.max(...after.map((x, i) => Math.abs(weights[i]! - x)));
      expect(scale).toBeGreaterThan(0.01);
      weights.forEach((before, i) => {
        weights[i] = before + 1e-5;
        const above = loss();
        weights[i] = before - 1e-5;
        const below = loss();
        weights[i] = before;
        expect(Math.abs((above - below) / 2e-5 - (before - after[i]!)) / scale).toBeLessThan(1e-6);
      });
    });
  }
});

describe('the loss', () => {
  const lossOf = (label: number, logits: readonly number[]): number =>
    evaluate([crossEntropy(oneHot(ops.input('labels', [1], 'int32'), logits.length), ops.input('logits', [1, logits.length]))], { labels: [label], logits })[0]![0]!;

  it('is minus the logarithm of the softmax', () => {
    expect(lossOf(1, [0.5, -1, 2])).toBeCloseTo(-Math.log(Math.exp(-1) / (Math.exp(0.5) + Math.exp(-1) + Math.exp(2))), 12);
  });

  it('stays exact where the exponential would overflow', () => {
    expect(lossOf(0, [1000, -1000, 0])).toBe(0);
    expect(lossOf(1, [1000, -1000, 0])).toBe(2000);
  });
});

it('counts a sample as right when its own logit is the largest, and not when all are the same', () => {
  const programs = programsOf([], [2]);
  const { outputs } = programs.trainStep(BATCH);
  const accuracy = (kernel: readonly number[]): number => evaluate([outputs[1]!.value], {
    'weights/0': [...kernel, 0, 0, 0], samples: [1, 0, 1, 0, 0, 1, 0, 1], labels: [0, 1, 1, 1], hyper: [1],
  })[0]![0]!;
  // The first feature speaks for class 0, the second for class 1; the second sample is wrong.
  expect(accuracy([1, 0, 0, 0, 1, 0])).toBe(0.75);
  expect(accuracy([0, 0, 0, 0, 0, 0])).toBe(0);
});

it('predicts and evaluates alike, without dropout', () => {
  const programs = programsOf([{ type: 'dense', units: 5 }, { type: 'dropout', rate: 0.9 }], [6]);
  const feeds = feedsOf(programs);
  const [losses, probabilities] = evaluate(programs.evaluate(BATCH).outputs.map(({ value }) => value), feeds);
  const inModelScale = feeds['samples']!.map(x => 0.5 * x);
  expect(evaluate([programs.predict(BATCH).outputs[0]!.value], { ...feeds, samples: inModelScale })[0]).toEqual(probabilities);
  for (let row = 0; row < BATCH; row++) {
    expect(probabilities!.slice(row * CLASSES, (row + 1) * CLASSES).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(losses![row]).toBeCloseTo(-Math.log(probabilities![row * CLASSES + feeds['labels']![row]!]!), 12);
  }
});
