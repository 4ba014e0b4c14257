// Contrastive divergence against loops over single units in float64, and what a level makes of what it learned.
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../core/random.ts';
import { sizeOf, tensor, type HostTensor } from '../core/tensor.ts';
import { buildModel } from '../model/build.ts';
import { pretrainingLevels, type PretrainingLevel } from '../model/pretraining.ts';
import { loadSpec, requireSpec } from '../spec/load.ts';
import type { Units } from './boltzmann.ts';
import { boltzmannPrograms } from './boltzmann-level.ts';
import { evaluate, type Feeds } from './reference.ts';

const BATCH = 4;
const VISIBLE = 6;
const HIDDEN = 3;
const DECAY = 0.01;

interface Made {
  readonly programs: ReturnType<typeof boltzmannPrograms>;
  readonly level: PretrainingLevel;
}

/** The first level of an autoencoder of one dense layer, or the level above it. */
function levelOf(visible: Units, hidden: Units, steps = 1, above = false): Made {
  const activation = hidden === 'binary' ? 'sigmoid' : 'linear';
  const loaded = loadSpec(JSON.stringify({
    data: 'glyphs', encoder: [...(above ? [{ type: 'dense', units: 5, activation: 'sigmoid' }] : []), { type: 'dense', units: HIDDEN, activation }],
    decoder: { type: 'mirror', outputActivation: visible === 'binary' ? 'sigmoid' : 'linear' },
    pretraining: { type: 'rbm', visible, steps, weightDecay: DECAY, learningRate: 0.3, gaussianLearningRate: 0.2 },
  }), 'test.aeconf');
  const spec = requireSpec(loaded);
  const levels = pretrainingLevels(buildModel(spec, [VISIBLE]).layers) as readonly PretrainingLevel[];
  const level = levels[above ? 1 : 0]!;
  if (spec.pretraining?.type !== 'rbm') throw new Error('no machine');
  return { level, programs: boltzmannPrograms(level, spec.pretraining, 5, { data: { dtype: 'float32', scale: 1 } }) };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** A machine as single numbers: kernel[i][j] joins visible i and hidden j. */
interface Plain { kernel: number[][]; visibleBias: number[]; hiddenBias: number[] }

function up({ kernel, hiddenBias }: Plain, units: Units, v: number[]): number[] {
  return hiddenBias.map((bias, j) => {
    let sum = bias;
    v.forEach((value, i) => { sum += value * kernel[i]![j]!; });
    return units === 'binary' ? sigmoid(sum) : sum;
  });
}
function down({ kernel, visibleBias }: Plain, units: Units, h: number[]): number[] {
  return visibleBias.map((bias, i) => {
    let sum = bias;
    h.forEach((value, j) => { sum += value * kernel[i]![j]!; });
    return units === 'binary' ? sigmoid(sum) : sum;
  });
}

/** Random numbers for every port and state of a train step. */
function feedsFor(programs: Made['programs'], batch: number): Record<string, Float64Array> {
  const random = new RandomStream(3, 'sampling');
  const program = programs.trainStep(batch);
  const feeds: Record<string, Float64Array> = {};
  for (const { name, shape } of program.state) feeds[name] = Float64Array.from({ length: sizeOf(shape) }, () => 0.7 * random.normal());
  for (const { name, shape } of program.inputs) {
    const normal = programs.random.find(feed => feed.name === name)?.kind === 'normal';
    feeds[name] = Float64Array.from({ length: sizeOf(shape) }, () => (normal ? random.normal() : random.uniform()));
  }
  if (feeds['deviation']) feeds['deviation'] = feeds['deviation'].map(x => 0.5 + Math.abs(x));
  return feeds;
}

describe('contrastive divergence', () => {
  const cases: [Units, Units, number][] = [['binary', 'binary', 1], ['binary', 'binary', 3], ['binary', 'gaussian', 1], ['gaussian', 'binary', 2], ['gaussian', 'gaussian', 1]];
  it.each(cases)('%s visible, %s hidden units, %i steps: every weight moves as loops over units say', (visible, hidden, steps) => {
    const { programs } = levelOf(visible, hidden, steps);
    const program = programs.trainStep(BATCH);
    const [rate, momentum] = [0.3, 0.6];
    const feeds: Record<string, Float64Array> = { ...feedsFor(programs, BATCH), hyper: Float64Array.of(rate, momentum) };
    const rows = (name: string, columns: number): number[][] => Array.from({ length: feeds[name]!.length / columns }, (_, n) => [...feeds[name]!.slice(n * columns, (n + 1) * columns)]);
    const machine: Plain = { kernel: rows('machine/kernel', HIDDEN), visibleBias: [...feeds['machine/visibleBias']!], hiddenBias: [...feeds['machine/hiddenBias']!] };

    const data = rows('target', VISIBLE).map(row => (visible === 'binary' ? row : row.map((x, i) => (x - feeds['mean']![i]!) / feeds['deviation']![i]!)));
    const randoms = programs.random.map(({ name }) => rows(name, HIDDEN));
    const rise: Plain = { kernel: machine.kernel.map(row => row.map(() => 0)), visibleBias: machine.visibleBias.map(() => 0), hiddenBias: machine.hiddenBias.map(() => 0) };
    let error = 0;
    data.forEach((v0, n) => {
      const h0 = up(machine, hidden, v0);
      let v = v0;
      for (let k = 0; k < steps; k++) {
        const h = up(machine, hidden, v).map((mean, j) => (hidden === 'gaussian' ? mean + randoms[k]![n]![j]! : Number(randoms[k]![n]![j]! < mean)));
        v = down(machine, visible, h);
        if (k === 0) v.forEach((value, i) => { error += (value - v0[i]!) ** 2 / (VISIBLE * BATCH); });
      }
      const h = up(machine, hidden, v);
      for (let i = 0; i < VISIBLE; i++) {
        rise.visibleBias[i]! += (v0[i]! - v[i]!) / BATCH;
        for (let j = 0; j < HIDDEN; j++) rise.kernel[i]![j]! += (v0[i]! * h0[j]! - v[i]! * h[j]!) / BATCH;
      }
      for (let j = 0; j < HIDDEN; j++) rise.hiddenBias[j]! += (h0[j]! - h[j]!) / BATCH;
    });

    const names = program.updates.map(({ name }) => name);
    const values = evaluate([program.outputs[0]!.value, ...program.updates.map(({ value }) => value)], feeds as Feeds);
    expect(values[0]![0]).toBeCloseTo(error, 12);
    for (const key of ['kernel', 'visibleBias', 'hiddenBias'] as const) {
      const decay = key === 'kernel' ? DECAY : 0;
      const flat = key === 'kernel' ? rise.kernel.flat() : rise[key];
      flat.forEach((towards, at) => {
        const before = feeds[`machine/${key}`]![at]!;
        const velocity = momentum * feeds[`velocity/${key}`]![at]! + rate * (towards - decay * before);
        expect(values[1 + names.indexOf(`velocity/${key}`)]![at], `velocity/${key} ${at}`).toBeCloseTo(velocity, 12);
        expect(values[1 + names.indexOf(`machine/${key}`)]![at], `machine/${key} ${at}`).toBeCloseTo(before + velocity, 12);
      });
    }
  });

  it('learns which units go together', () => {
    // Units 1 to 3 are one coin, units 4 to 6 another: two hidden units are enough, the biases alone leave an error of 1/4.
    const { programs } = levelOf('binary', 'binary');
    const samples = [[0, 0], [0, 1], [1, 0], [1, 1]].map(([a, b]) => [a!, a!, a!, b!, b!, b!]);
    const target = Float64Array.from(samples.flat());
    const random = new RandomStream(1, 'sampling');
    let state: Record<string, ArrayLike<number>> = dataOf(programs.start({}, { count: 4, mean: new Float64Array(VISIBLE).fill(0.5), variance: new Float64Array(VISIBLE).fill(0.25) }));
    const step = programs.trainStep(BATCH);
    const noise = () => Object.fromEntries(programs.random.map(({ name }) => [name, Float64Array.from({ length: BATCH * HIDDEN }, () => random.uniform())]));
    for (let n = 1; n <= 800; n++) {
      const values = evaluate(step.updates.map(({ value }) => value), { ...state, ...noise(), target, hyper: programs.hyper(n <= 100 ? 1 : 10).data } as Feeds);
      state = { ...state, ...Object.fromEntries(step.updates.map(({ name }, i) => [name, values[i]!])) };
    }
    const errors = evaluate([programs.evaluate(BATCH).outputs[0]!.value], { ...state, ...noise(), target } as Feeds)[0]!;
    expect(errors).toHaveLength(BATCH);
    expect(errors.reduce((sum, error) => sum + error, 0) / BATCH).toBeLessThan(0.05);
  });
});

describe('a level', () => {
  it('moves slowly at first, and with Gaussian units always', () => {
    const { programs } = levelOf('binary', 'binary');
    expect([1, 5, 6].map(epoch => [...programs.hyper(epoch).data].map(value => Number(value.toFixed(6))))).toEqual([[0.3, 0.5], [0.3, 0.5], [0.3, 0.9]]);
    expect(levelOf('binary', 'gaussian').programs.hyper(9).data[0]).toBeCloseTo(0.2, 6);
    expect(levelOf('gaussian', 'binary').programs.hyper(9).data[0]).toBeCloseTo(0.2, 6);
  });

  it.each([['binary', 'binary'], ['gaussian', 'binary'], ['gaussian', 'gaussian']] as const)('%s visible, %s hidden units: unrolled layers compute what the machine does', (visible, hidden) => {
    const { programs, level } = levelOf(visible, hidden);
    const feeds = feedsFor(programs, BATCH);
    const state = Object.fromEntries(programs.trainStep(BATCH).state.map(({ name, shape }) => [name, tensor(Float32Array.from(feeds[name]!), shape)]));
    const layers = programs.finish(state);
    const kernelOf = (name: string): number[][] => {
      const { data, shape } = layers[name]!;
      return Array.from({ length: shape[0]! }, (_, row) => [...data.slice(row * shape[1]!, (row + 1) * shape[1]!)]);
    };
    const [encoder, decoder] = [level.up[0]!.name, level.down[0]!.name];
    const machine: Plain = {
      kernel: Array.from({ length: VISIBLE }, (_, i) => [...feeds['machine/kernel']!.slice(i * HIDDEN, (i + 1) * HIDDEN)]),
      visibleBias: [...feeds['machine/visibleBias']!], hiddenBias: [...feeds['machine/hiddenBias']!],
    };
    for (let n = 0; n < BATCH; n++) {
      const x = [...feeds['target']!.slice(n * VISIBLE, (n + 1) * VISIBLE)];
      const mean = feeds['mean'] ?? new Float64Array(VISIBLE);
      const deviation = feeds['deviation'] ?? new Float64Array(VISIBLE).fill(1);
      const h = up(machine, hidden, x.map((value, i) => (value - mean[i]!) / deviation[i]!));
      const back = down(machine, visible, h).map((value, i) => value * deviation[i]! + mean[i]!);
      const unrolledH = up({ kernel: kernelOf(`encoder/${encoder}/kernel`), visibleBias: [], hiddenBias: [...layers[`encoder/${encoder}/bias`]!.data] }, hidden, x);
      // Upwards through the decoder's kernel, which is the transposed one.
      const unrolledBack = up({ kernel: kernelOf(`decoder/${decoder}/kernel`), visibleBias: [], hiddenBias: [...layers[`decoder/${decoder}/bias`]!.data] }, visible, unrolledH);
      unrolledH.forEach((value, j) => { expect(value).toBeCloseTo(h[j]!, 5); });
      unrolledBack.forEach((value, i) => { expect(value).toBeCloseTo(back[i]!, 5); });
    }
  });

  it('stands on the finished layers below', () => {
    const { programs, level } = levelOf('binary', 'binary', 1, true);
    expect(level.below.map(({ name }) => name)).toEqual(['dense']);
    const feeds = feedsFor(programs, BATCH);
    const [mean] = evaluate(programs.moments!(BATCH).outputs.map(({ value }) => value), feeds as Feeds);
    const kernel = Array.from({ length: VISIBLE }, (_, i) => [...feeds['encoder/dense/kernel']!.slice(i * 5, (i + 1) * 5)]);
    const outputs = Array.from({ length: BATCH }, (_, n) => up({ kernel, visibleBias: [], hiddenBias: [...feeds['encoder/dense/bias']!] }, 'binary', [...feeds['target']!.slice(n * VISIBLE, (n + 1) * VISIBLE)]));
    expect(mean).toHaveLength(5);
    mean!.forEach((value, j) => { expect(value).toBeCloseTo(outputs.reduce((sum, row) => sum + row[j]!, 0) / BATCH, 12); });
  });

  it('starts visible units at how often they are on, and refuses numbers that are no probabilities', () => {
    const { programs } = levelOf('binary', 'binary');
    const mean = Float64Array.of(0, 0.25, 0.5, 0.75, 1, 0.5);
    const { 'machine/visibleBias': bias } = programs.start({}, { count: 98, mean, variance: mean.map(m => m * (1 - m)) });
    [1, 25.5, 50, 74.5, 99, 50].forEach((on, i) => { expect(sigmoid(bias!.data[i]!)).toBeCloseTo(on / 100, 5); });
    const standardised = { count: 98, mean: new Float64Array(VISIBLE), variance: new Float64Array(VISIBLE).fill(1) };
    expect(() => programs.start({}, standardised)).toThrow(/inputs of "dense" are not all in \[0, 1\].*"visible": "gaussian"/);
  });

  it('standardises, but does not blow up what hardly varies', () => {
    const { programs } = levelOf('gaussian', 'binary');
    const state = programs.start({}, { count: 98, mean: new Float64Array(VISIBLE).fill(3), variance: Float64Array.of(4, 4, 4, 4, 4, 1e-8) });
    expect([...state['mean']!.data]).toEqual([3, 3, 3, 3, 3, 3]);
    expect([...state['deviation']!.data].slice(0, 5)).toEqual([2, 2, 2, 2, 2]);
    expect(state['deviation']!.data[5]).toBeCloseTo(0.1 * Math.sqrt(20 / 6), 5);
  });
});

function dataOf(state: Readonly<Record<string, HostTensor>>): Record<string, ArrayLike<number>> {
  return Object.fromEntries(Object.entries(state).map(([name, { data }]) => [name, data]));
}
