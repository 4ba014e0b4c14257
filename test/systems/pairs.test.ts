// Variants of autoencoders are parts that combine. Every pair of features makes one spec; its training step is run by the engine,
// whose first loss is that of the reference in float64 and falls on a batch seen again and again.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NoiseStream } from '../../src/core/noise.ts';
import { sizeOf, tensor, type HostTensor } from '../../src/core/tensor.ts';
import { openSession, listDevices } from '../../src/engine/engines.ts';
import type { Session } from '../../src/engine/engine.ts';
import { buildPrograms } from '../../src/graph/programs.ts';
import { evaluate } from '../../src/graph/reference.ts';
import { buildModel } from '../../src/model/build.ts';
import { loadSpec, requireSpec } from '../../src/spec/load.ts';

interface Feature {
  /** Features of one kind exclude each other. */
  readonly kind?: string;
  readonly layers?: readonly object[];
  readonly penalty?: object;
  readonly corruption?: object;
  readonly latent?: object;
  readonly training?: object;
  readonly rest?: object;
}

const features: Record<string, Feature> = {
  convolution: { kind: 'body', layers: [{ type: 'conv2d', filters: 4, strides: 2, padding: 'same', activation: 'elu' }] },
  pooling: { layers: [{ type: 'maxPooling2d' }] },
  'average pooling': { layers: [{ type: 'averagePooling2d', poolSize: 2, strides: 1, padding: 'same' }] },
  'batch normalisation': { layers: [{ type: 'batchNormalization' }] },
  dropout: { layers: [{ type: 'dropout', rate: 0.3 }] },
  topK: { layers: [{ type: 'topK', k: 12 }] },
  'gaussian latent': { kind: 'latent', latent: { type: 'gaussian', units: 3, annealEpochs: 2 } },
  'free bits': { kind: 'latent', latent: { type: 'gaussian', units: 3, freeBits: 0.1 } },
  'importance weights': { kind: 'latent', latent: { type: 'gaussian', units: 3, importanceSamples: 3 } },
  'quantised latent': { kind: 'latent', latent: { type: 'quantized', codes: 5, dimension: 4 } },
  'wasserstein latent': { kind: 'latent', latent: { type: 'wasserstein', units: 3 } },
  'spherical latent': { kind: 'latent', latent: { type: 'spherical', units: 3 } },
  'sigmoid latent': { kind: 'latent', latent: { type: 'plain', units: 3, activation: 'sigmoid' } },
  activityL1: { penalty: { type: 'activityL1', weight: 0.001, layer: 'body' } },
  klSparsity: { penalty: { type: 'klSparsity', weight: 0.01, layer: 'rates' }, layers: [{ type: 'activation', name: 'rates', activation: 'sigmoid' }] },
  contractive: { penalty: { type: 'contractive', weight: 0.001 } },
  'estimated contractive': { penalty: { type: 'contractive', weight: 0.001, method: 'estimate' } },
  'weight decay': { penalty: { type: 'weightDecay', l1: 0.0001, l2: 0.001 } },
  'gaussian noise': { corruption: { type: 'gaussian', stddev: 0.2 } },
  occlusion: { corruption: { type: 'occlusion', size: 3 } },
  'binary cross-entropy': { kind: 'loss', training: { loss: 'binaryCrossentropy' } },
  'absolute error': { kind: 'loss', training: { loss: 'mae' } },
  'summed pixels': { training: { reduction: 'sum' } },
  nadam: { kind: 'optimizer', training: { optimizer: { type: 'nadam', learningRate: 0.01 } } },
  'clipped rmsprop': { kind: 'optimizer', training: { optimizer: { type: 'rmsprop', learningRate: 0.01, globalClipNorm: 1 } } },
  'frozen body': { rest: { init: { from: 'another', freeze: ['body'] } } },
  metrics: { training: { metrics: ['mse', 'psnr', 'ssim', 'accuracy'] } },
};

const SHAPE = [8, 8, 1];
const BATCH = 6;

/** Encoder: layers for images, then for vectors, as the features bring them; `body` is what others refer to. */
function specOf(parts: readonly Feature[]): object {
  const images = parts.flatMap(({ layers = [] }) => layers);
  const convolutional = parts.some(({ kind }) => kind === 'body');
  const body = convolutional ? [] : [{ type: 'conv2d', name: 'body', filters: 4, padding: 'same', activation: 'tanh' }];
  const named = images.map(layer => ('filters' in layer ? { ...layer, name: 'body' } : layer));
  const latent = parts.find(part => part.latent)?.latent ?? { type: 'plain', units: 4 };
  const isQuantised = 'codes' in latent;
  return {
    data: 'mnist',
    corruption: parts.flatMap(({ corruption }) => (corruption ? [corruption] : [])),
    encoder: [...(convolutional ? named.filter(layer => 'filters' in layer) : body), ...named.filter(layer => !('filters' in layer)), { type: 'flatten' }, ...(isQuantised ? [{ type: 'dense', units: 8 }] : [])],
    latent,
    decoder: [{ type: 'dense', units: 64, activation: 'sigmoid' }],
    penalties: parts.flatMap(({ penalty }) => (penalty ? [penalty] : [])),
    training: Object.assign({ optimizer: { type: 'adam', learningRate: 0.01 } }, ...parts.map(({ training }) => training)) as object,
    ...Object.assign({}, ...parts.map(({ rest }) => rest)) as object,
  };
}

let session: Session;
beforeAll(async () => { session = await openSession((await listDevices({ gpus: false })).find(({ id }) => id === 'cpu')!, { threads: 1 }); });
afterAll(async () => { await session.dispose(); });

/** Loss of the reference at the first step, and of the engine at every step. */
async function train(parts: readonly Feature[], steps: number): Promise<{ reference: number; losses: number[] }> {
  const spec = requireSpec(loadSpec(JSON.stringify(specOf(parts)), 'pair.aeconf'));
  const programs = buildPrograms(buildModel(spec, SHAPE), spec, { data: { dtype: 'float32', scale: 1 } });
  const program = programs.trainStep(BATCH);
  const random = new NoiseStream(1, 'sampling');
  const feeds: Record<string, HostTensor> = {};
  for (const { name, shape } of program.inputs) {
    const size = sizeOf(shape);
    const feed = programs.random.find(candidate => candidate.name === name);
    feeds[name] = name === 'hyper' ? programs.hyper(1, 0.01)
      : feed?.kind === 'keep' ? tensor(random.fillBernoulli(new Uint8Array(size), feed.probability ?? 0.5), shape)
      : feed?.kind === 'normal' ? tensor(random.fillNormal(new Float32Array(size)), shape)
      : tensor(random.fillUniform(new Float32Array(size)), shape);
  }
  const own = await openSession(session.device, { threads: 1 });
  try {
    const state = programs.initialState(3);
    await own.setState(state);
    const numbers = Object.fromEntries([...Object.entries(state), ...Object.entries(feeds)].map(([name, { data }]) => [name, Float64Array.from(data)]));
    const reference = evaluate([program.outputs[0]!.value], numbers)[0]![0]!;
    const compiled = await own.compile(program);
    const losses: number[] = [];
    for (let step = 1; step <= steps; step++) {
      const results = await compiled.run({ ...feeds, ...(feeds['hyper'] ? { hyper: programs.hyper(step, 0.01) } : {}) });
      losses.push(results['loss']!.data[0]!);
    }
    const judged = await (await own.compile(programs.evaluate(BATCH))).run({ ...feeds, ...Object.fromEntries(programs.evaluationRandom.map(({ name }) => [name, feeds[name]!])) });
    expect(Array.from(judged['loss']!.data).every(Number.isFinite)).toBe(true);
    return { reference, losses };
  } finally {
    await own.dispose();
  }
}

const names = Object.keys(features);
const pairs = names.flatMap((first, i) => names.slice(i + 1).map(second => [first, second] as const)).filter(([first, second]) => {
  const [a, b] = [features[first]!.kind, features[second]!.kind];
  return a === undefined || a !== b;
});

describe('every pair of features trains', () => {
  it.each(names)('%s with each of the others', async first => {
    const failed: string[] = [];
    for (const [, second] of pairs.filter(pair => pair[0] === first)) {
      const { reference, losses } = await train([features[first]!, features[second]!], 15);
      const agree = Math.abs(losses[0]! - reference) <= 1e-4 * Math.max(1, Math.abs(reference));
      const falls = losses.at(-1)! < losses[0]!;
      if (!agree || !falls) failed.push(`${second}: reference ${reference}, losses ${losses[0]} → ${losses.at(-1)}`);
    }
    expect(failed).toEqual([]);
  });

  it('convolutional, variational, denoising and top-k at once', async () => {
    const { reference, losses } = await train(['convolution', 'gaussian latent', 'gaussian noise', 'topK'].map(name => features[name]!), 40);
    expect(losses[0]).toBeCloseTo(reference, 3);
    expect(losses.at(-1)).toBeLessThan(losses[0]! * 0.95);
  });
});
