// A level of pretraining as a Boltzmann machine: its programs, its weights before the first step, and the way back into the
// layers of encoder and decoder ("unrolling": the decoder's kernel is the transpose, its bias that of the visible units).
// Gaussian visible units see standardised numbers; the unrolled layers do that themselves, in kernel and bias.
import { StudioError } from '../core/errors.ts';
import { hashText, RandomStream, type RandomFeed } from '../core/random.ts';
import { sizeOf, tensor, type HostTensor } from '../core/tensor.ts';
import type { ModelLayer, ParameterRole } from '../model/model.ts';
import { unitsOf, weightedLayer, type PretrainingLevel } from '../model/pretraining.ts';
import type { PretrainingSpec } from '../spec/schema.ts';
import { climb, contrastiveDivergence, drawFeed, reconstruct, squaredError, weightNames, type Machine, type MachineWeights } from './boltzmann.ts';
import type { Value } from './ir.ts';
import type { LevelPrograms, Moments } from './layerwise.ts';
import { passThrough } from './objective.ts';
import * as ops from './ops.ts';
import type { Port, Program, ProgramOptions, State } from './program.ts';

type BoltzmannSpec = Extract<PretrainingSpec, { type: 'rbm' }>;

/** Standard deviation of kernels at the start (Hinton, 2010). */
const KERNEL_STDDEV = 0.01;
/** Epochs before momentum is what the spec says, and what it is at most until then. */
const FIRST_EPOCHS = 5;
const FIRST_MOMENTUM = 0.5;
/** A number that hardly varies is not blown up to variance one: its deviation counts as this share of the typical one. */
const LEAST_DEVIATION = 0.1;

export function boltzmannPrograms(
  { name, below, up, down }: PretrainingLevel, spec: BoltzmannSpec, seed: number, { data }: ProgramOptions,
): LevelPrograms & { hyper(epoch: number): HostTensor } {
  const machine: Machine = {
    visible: unitsOf(down), hidden: unitsOf(up), visibleUnits: sizeOf(up[0]!.inputShape), hiddenUnits: sizeOf(weightedLayer(up).outputShape),
  };
  const { visibleUnits, hiddenUnits } = machine;
  const standardised = machine.visible === 'gaussian';
  const learningRate = standardised || machine.hidden === 'gaussian' ? spec.gaussianLearningRate : spec.learningRate;
  const shapes: Readonly<Record<keyof MachineWeights, readonly number[]>> = { kernel: [visibleUnits, hiddenUnits], visibleBias: [visibleUnits], hiddenBias: [hiddenUnits] };
  const features = sizeOf((below[0] ?? up[0]!).inputShape);
  const names = { up: namesOf(weightedLayer(up)), down: namesOf(weightedLayer(down)) };
  const feeds = Array.from({ length: spec.steps }, (_, step) => {
    const feed = drawFeed(machine, step);
    return { ...feed, name: `pretraining/${name}/${feed.name}` };
  });

  /** Reads state, each vector once, and collects the ports. */
  function reading() {
    const ports = new Map<string, { port: Port; value: Value }>();
    const read = (key: string, shape: readonly number[]): Value => {
      let entry = ports.get(key);
      if (entry === undefined) ports.set(key, entry = { port: { name: key, dtype: 'float32', shape }, value: ops.state(key, shape) });
      return entry.value;
    };
    const weights = (prefix: string): MachineWeights => ({
      kernel: read(`${prefix}/kernel`, shapes.kernel), visibleBias: read(`${prefix}/visibleBias`, shapes.visibleBias), hiddenBias: read(`${prefix}/hiddenBias`, shapes.hiddenBias),
    });
    return { read, weights, state: (): Port[] => [...ports.values()].map(({ port }) => port) };
  }

  /** What the levels below make of samples: batch × visible units, before any standardisation. */
  function inputs(batch: number, { read }: ReturnType<typeof reading>): { port: Port; value: Value } {
    const port: Port = { name: 'target', dtype: data.dtype, shape: [batch, features] };
    const parameters = new Map(below.flatMap(layer => layer.parameters).map(parameter => [parameter.name, parameter.shape]));
    const samples = ops.cast(ops.input(port.name, port.shape, port.dtype), 'float32', data.scale);
    return { port, value: passThrough(below, samples, parameter => read(parameter, parameters.get(parameter)!)) };
  }

  function visible(batch: number, state: ReturnType<typeof reading>): { port: Port; v: Value } {
    const { port, value } = inputs(batch, state);
    if (!standardised) return { port, v: value };
    return { port, v: ops.div(ops.sub(value, state.read('mean', [visibleUnits])), state.read('deviation', [visibleUnits])) };
  }

  function randoms(batch: number, wanted: readonly RandomFeed[]): { ports: Port[]; values: Value[] } {
    const ports = wanted.map(({ name: port, perSample }): Port => ({ name: port, dtype: 'float32', shape: [batch, perSample] }));
    return { ports, values: ports.map(({ name: port, shape }) => ops.input(port, shape)) };
  }

  return {
    random: feeds,
    evaluationRandom: feeds.slice(0, 1),
    moments(batch): Program {
      const state = reading();
      const { port, value } = inputs(batch, state);
      const mean = ops.mean(value, [0]);
      const variance = ops.mean(ops.square(ops.sub(value, mean)), [0]);
      return { name: `moments of ${batch}`, inputs: [port], state: state.state(), updates: [], outputs: [{ name: 'mean', value: mean }, { name: 'variance', value: variance }] };
    },
    trainStep(batch): Program {
      const state = reading();
      const { port, v } = visible(batch, state);
      const { ports, values } = randoms(batch, feeds);
      const [weights, velocities] = [state.weights('machine'), state.weights('velocity')];
      const { rise, reconstruction } = contrastiveDivergence(machine, weights, v, values);
      const hyper = ops.input('hyper', [2]);
      const next = climb(weights, velocities, rise, ops.slice(hyper, [0], [1]), ops.slice(hyper, [1], [2]), spec.weightDecay);
      return {
        name: `contrastive divergence of ${batch}`, inputs: [port, { name: 'hyper', dtype: 'float32', shape: [2] }, ...ports], state: state.state(),
        outputs: [{ name: 'loss', value: ops.mean(squaredError(v, reconstruction)) }],
        updates: weightNames.flatMap(key => [{ name: `machine/${key}`, value: next.weights[key] }, { name: `velocity/${key}`, value: next.velocities[key] }]),
      };
    },
    evaluate(batch): Program {
      const state = reading();
      const { port, v } = visible(batch, state);
      const { ports, values } = randoms(batch, feeds.slice(0, 1));
      const loss = squaredError(v, reconstruct(machine, state.weights('machine'), v, values[0]!));
      return { name: `reconstruction of ${batch}`, inputs: [port, ...ports], state: state.state(), updates: [], outputs: [{ name: 'loss', value: loss }] };
    },
    hyper: epoch => tensor(Float32Array.of(learningRate, epoch <= FIRST_EPOCHS ? Math.min(FIRST_MOMENTUM, spec.momentum) : spec.momentum)),
    start(tensors, moments): State {
      if (!standardised && moments !== undefined) requireProbabilities(name, moments);
      const random = new RandomStream(seed, 'weights', hashText(`pretraining/${names.up.kernel}`));
      const zeros = (prefix: string) => weightNames.map(key => [`${prefix}/${key}`, tensor(new Float32Array(sizeOf(shapes[key])), shapes[key])] as const);
      return {
        ...Object.fromEntries(below.flatMap(layer => layer.parameters).map(parameter => [parameter.name, tensors[parameter.name]!])),
        ...Object.fromEntries([...zeros('machine'), ...zeros('velocity')]),
        'machine/kernel': tensor(random.fillNormal(new Float32Array(visibleUnits * hiddenUnits), 0, KERNEL_STDDEV), shapes.kernel),
        ...(moments === undefined ? {} : standardised
          ? { mean: tensor(Float32Array.from(moments.mean)), deviation: tensor(deviations(moments)) }
          : { 'machine/visibleBias': tensor(logits(moments)) }),
      };
    },
    finish(state) {
      const values = (key: string): Float32Array => state[key]!.data as Float32Array;
      const [kernel, visibleBias, hiddenBias] = [values('machine/kernel'), values('machine/visibleBias'), values('machine/hiddenBias')];
      const mean = standardised ? values('mean') : new Float32Array(visibleUnits);
      const deviation = standardised ? values('deviation') : new Float32Array(visibleUnits).fill(1);
      const encoder = new Float32Array(kernel.length);
      const decoder = new Float32Array(kernel.length);
      const bias = Float64Array.from(hiddenBias);
      // ((x − m)/s)·W + b = x·(W/s) + (b − (m/s)·W), and on the way back (h·Wᵀ + a)·s + m = h·(Wᵀ·s) + (a·s + m).
      for (let i = 0; i < visibleUnits; i++) {
        for (let j = 0; j < hiddenUnits; j++) {
          const weight = kernel[i * hiddenUnits + j]!;
          encoder[i * hiddenUnits + j] = weight / deviation[i]!;
          decoder[j * visibleUnits + i] = weight * deviation[i]!;
          bias[j]! -= (mean[i]! / deviation[i]!) * weight;
        }
      }
      return {
        [names.up.kernel]: tensor(encoder, [visibleUnits, hiddenUnits]),
        [names.up.bias]: tensor(Float32Array.from(bias)),
        [names.down.kernel]: tensor(decoder, [hiddenUnits, visibleUnits]),
        [names.down.bias]: tensor(visibleBias.map((value, i) => value * deviation[i]! + mean[i]!)),
      };
    },
  };
}

/** Numbers in [0, 1] of mean m vary by at most m(1 − m). */
function requireProbabilities(name: string, { mean, variance }: Moments): void {
  const wrong = mean.findIndex((m, i) => !(variance[i]! <= m * (1 - m) + 1e-4));
  if (wrong === -1) return;
  throw new StudioError('data', `Pretraining: the inputs of "${name}" are not all in [0, 1] (number ${wrong + 1} has mean ${Number(mean[wrong]!.toPrecision(3))} and variance ${Number(variance[wrong]!.toPrecision(3))}), so they cannot be probabilities of binary units. `
    + 'Write "visible": "gaussian" in "pretraining" and end the decoder in "linear", or scale the data with data.divideBy.');
}

function namesOf(layer: ModelLayer): { kernel: string; bias: string } {
  const nameOf = (role: ParameterRole): string => layer.parameters.find(parameter => parameter.role === role)!.name;
  return { kernel: nameOf('kernel'), bias: nameOf('bias') };
}

/** log p/(1 − p) of how often a visible unit is on (Hinton, 2010), p by Laplace's rule so that it is never 0 or 1. */
function logits({ count, mean }: Moments): Float32Array {
  return Float32Array.from(mean, share => {
    const p = (Math.min(1, Math.max(0, share)) * count + 1) / (count + 2);
    return Math.log(p / (1 - p));
  });
}

function deviations({ variance }: Moments): Float32Array {
  const typical = Math.sqrt(variance.reduce((sum, value) => sum + value, 0) / variance.length);
  const least = typical > 0 ? LEAST_DEVIATION * typical : 1;
  return Float32Array.from(variance, value => Math.max(Math.sqrt(value), least));
}
