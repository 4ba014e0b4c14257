// What the best linear autoencoder would reach: the validation samples rebuilt from as many principal components of the
// training samples as the code has numbers. Components by subspace iteration with a few vectors more than wanted and one
// Rayleigh-Ritz step at the end (N. Halko, P.-G. Martinsson, J. Tropp, "Finding Structure with Randomness", 2011). The data
// stays where it is: products run on the engine, some thousand rows at a time, small algebra on the host.
import { StudioError } from '../core/errors.ts';
import { tensor, type HostTensor } from '../core/tensor.ts';
import type { Split } from '../data/dataset.ts';
import { copyRows, splitKind } from '../data/rows.ts';
import type { CompiledProgram, Session } from '../engine/engine.ts';
import type { Value } from '../graph/ir.ts';
import * as ops from '../graph/ops.ts';
import type { Port, Program } from '../graph/program.ts';
import { orthonormalise, rayleighRitz, startingBlock } from '../analysis/pca.ts';
import { EXTRA_VECTORS, LARGEST_COVARIANCE } from './compared.ts';
import { takeSamples } from './evaluate.ts';
import type { Experiment } from './experiment.ts';
import { judgedSplit } from './views.ts';

export interface Components {
  readonly count: number;
  /** Mean of the training samples (features), model scale. */
  readonly mean: Float32Array;
  /** count × features, orthonormal rows in order of falling variance. */
  readonly rows: Float32Array;
  /** Mean over the training samples of the squared error summed over a sample. */
  readonly residual: number;
  readonly iterations: number;
}

export interface BaselineOptions {
  /** Asked now and then; true gives the work up. */
  readonly cancelled?: () => boolean;
  /** Awaited between two pieces of work; a turn of the event loop when left out. */
  readonly rest?: () => Promise<void>;
}

const turn = (): Promise<void> => new Promise(resolve => { setImmediate(resolve); });

/** Numbers in the rows of one product: 2,048 images of 28×28. */
const CHUNK_NUMBERS = 2048 * 784;
/** An iteration that improves the error by less than this share is the last one. */
const TOLERANCE = 3e-5;
const MOST_ITERATIONS = 60;
/** Samples whose mean is near that of all. */
const NEAR = 1000;

type Dtype = 'uint8' | 'float32';
interface Data {
  readonly split: Split;
  readonly dtype: Dtype;
  readonly scale: number;
  readonly features: number;
}

/** Mean squared errors of the judged samples. */
export interface BaselineErrors {
  /** Each rebuilt from its components. */
  readonly mse: number;
  /** The mean of the training samples given for each. */
  readonly mean: number;
}

/** The errors of as many components as the code has numbers. @throws StudioError('cancelled') */
export async function principalBaseline(experiment: Experiment, session: Session, options: BaselineOptions = {}): Promise<BaselineErrors> {
  return reconstructionError(experiment, await principalComponentsOf(experiment, experiment.codeSize, session, options), session, options);
}

/** Programs compiled for the sizes of chunks that occur, freed together. */
class Products {
  private readonly compiled = new Map<string, Promise<CompiledProgram>>();
  constructor(private readonly session: Session) {}

  async run(key: string, build: () => Program, feeds: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>> {
    let program = this.compiled.get(key);
    if (program === undefined) this.compiled.set(key, program = this.session.compile(build()));
    return (await program).run(feeds);
  }

  async dispose(): Promise<void> {
    for (const program of this.compiled.values()) await (await program).dispose();
  }
}

/** Ports of a chunk of rows, and its values in model scale. */
function rowsOf(count: number, { dtype, scale, features }: Data): { port: Port; rows: Value } {
  const port: Port = { name: 'rows', dtype, shape: [count, features] };
  return { port, rows: ops.cast(ops.input('rows', port.shape, dtype), 'float32', scale) };
}
const vectorsPort = (name: string, count: number, features: number): Port => ({ name, dtype: 'float32', shape: [count, features] });
const inputOf = ({ name, shape }: Port): Value => ops.input(name, shape);

/** Sums of the rows, number by number. */
function sumProgram(count: number, data: Data): Program {
  const { port, rows } = rowsOf(count, data);
  return { name: `sum of ${count}`, inputs: [port], state: [], updates: [], outputs: [{ name: 'sum', value: ops.sum(rows, [0]) }] };
}

/** Sums of squares of centred rows, number by number. */
function squaresProgram(count: number, data: Data): Program {
  const { port, rows } = rowsOf(count, data);
  const mean = vectorsPort('mean', 1, data.features);
  return { name: `squares of ${count}`, inputs: [port, mean], state: [], updates: [], outputs: [{ name: 'squares', value: ops.sum(ops.square(ops.sub(rows, inputOf(mean))), [0]) }] };
}

/** Sums of rows X about a centre, and Xᵀ·X of them. */
function scatterProgram(count: number, data: Data): Program {
  const { port, rows } = rowsOf(count, data);
  const centre = vectorsPort('centre', 1, data.features);
  const moved = ops.sub(rows, inputOf(centre));
  return {
    name: `scatter of ${count}`, inputs: [port, centre], state: [], updates: [],
    outputs: [{ name: 'sum', value: ops.sum(moved, [0]) }, { name: 'scatter', value: ops.matmul(moved, moved, { transposeA: true }) }],
  };
}

/** V·C of vectors V (vectors × features) and a covariance C. */
function covarianceProgram(vectors: number, features: number): Program {
  const ports = [vectorsPort('vectors', vectors, features), vectorsPort('covariance', features, features)] as const;
  return { name: 'covariance product', inputs: ports, state: [], updates: [], outputs: [{ name: 'image', value: ops.matmul(inputOf(ports[0]), inputOf(ports[1])) }] };
}

/** (V·Xᵀ)·X of vectors V (vectors × features) and centred rows X. */
function productProgram(count: number, vectors: number, data: Data): Program {
  const { port, rows } = rowsOf(count, data);
  const ports = [vectorsPort('mean', 1, data.features), vectorsPort('vectors', vectors, data.features)] as const;
  const centred = ops.sub(rows, inputOf(ports[0]));
  const scores = ops.matmul(centred, inputOf(ports[1]), { transposeB: true });
  return { name: `product of ${count}`, inputs: [port, ...ports], state: [], updates: [], outputs: [{ name: 'image', value: ops.matmul(scores, centred, { transposeA: true }) }] };
}

/** Squared error of each row, mean over its numbers, when it is rebuilt from what is seen of it, and when the mean is given for it. */
function errorProgram(count: number, components: number, corrupted: boolean, data: Data): Program {
  const { port, rows } = rowsOf(count, data);
  const ports = [vectorsPort('mean', 1, data.features), vectorsPort('vectors', components, data.features)] as const;
  const seen = vectorsPort('seen', count, data.features);
  const [mean, vectors] = [inputOf(ports[0]), inputOf(ports[1])];
  const scores = ops.matmul(ops.sub(corrupted ? inputOf(seen) : rows, mean), vectors, { transposeB: true });
  const rebuilt = ops.add(ops.matmul(scores, vectors), mean);
  return {
    name: `error of ${count}`, inputs: [port, ...ports, ...(corrupted ? [seen] : [])], state: [], updates: [],
    outputs: [
      { name: 'error', value: ops.mean(ops.square(ops.sub(rebuilt, rows)), [1]) },
      { name: 'spread', value: ops.mean(ops.square(ops.sub(rows, mean)), [1]) },
    ],
  };
}

function dataOf({ dataset, features }: Experiment, split: Split): Data {
  return { split, dtype: splitKind(split), scale: dataset.scale, features };
}

/** Rows from `first` on. */
function chunkOf({ split, features }: Data, first: number, count: number): HostTensor {
  return tensor(copyRows(split, first, count), [count, features]);
}

/** Sums over all rows, chunk by chunk. */
class RowSums {
  private readonly chunk: number;

  constructor(private readonly data: Data, private readonly products: Products, private readonly options: BaselineOptions) {
    this.chunk = chunkSize(data);
  }

  /** What the program of a chunk gives, added up over all of them. @throws StudioError('cancelled') */
  async of<K extends string>(name: string, build: (size: number) => Program, feeds: Readonly<Record<string, HostTensor>>, sizes: Readonly<Record<K, number>>): Promise<Record<K, Float64Array<ArrayBuffer>>> {
    const sums = Object.fromEntries(Object.entries<number>(sizes).map(([key, size]) => [key, new Float64Array(size)])) as Record<K, Float64Array<ArrayBuffer>>;
    for (let first = 0; first < this.data.split.count; first += this.chunk) {
      const size = Math.min(this.chunk, this.data.split.count - first);
      const results = await this.products.run(`${name} ${size}`, () => build(size), { rows: chunkOf(this.data, first, size), ...feeds });
      for (const key in sums) addTo(sums[key], results[key]!.data);
      // Training goes on in between.
      await (this.options.rest ?? turn)();
      if (this.options.cancelled?.()) throw cancelledError();
    }
    return sums;
  }
}

/** The covariance of rows as something to multiply with. */
interface Covariance {
  /** Of the rows (features). */
  readonly mean: Float64Array;
  /** Its diagonal (features). */
  readonly variance: Float64Array;
  /** vectors × features, times it. */
  multiply(vectors: Float64Array): Promise<Float64Array<ArrayBuffer>>;
}

/** Passes over the rows once where the covariance is of a size to be kept, else at every product. */
function covarianceOf(data: Data, block: number, sums: RowSums, products: Products): Promise<Covariance> {
  return data.features > LARGEST_COVARIANCE ? passedCovariance(data, block, sums) : keptCovariance(data, block, sums, products);
}

async function passedCovariance(data: Data, block: number, sums: RowSums): Promise<Covariance> {
  const { features, split: { count } } = data;
  const { sum } = await sums.of('sum', size => sumProgram(size, data), {}, { sum: features });
  const mean = sum.map(value => value / count);
  const feeds = { mean: tensor(new Float32Array(mean), [1, features]) };
  const { squares } = await sums.of('squares', size => squaresProgram(size, data), feeds, { squares: features });
  return {
    mean,
    variance: squares.map(value => value / count),
    async multiply(vectors) {
      const { image } = await sums.of('product', size => productProgram(size, block, data), { ...feeds, vectors: tensor(new Float32Array(vectors), [block, features]) }, { image: block * features });
      return image.map(value => value / count);
    },
  };
}

async function keptCovariance(data: Data, block: number, sums: RowSums, products: Products): Promise<Covariance> {
  const { features, split: { count } } = data;
  // About a point near the mean, which takes no pass of its own: what is then subtracted is so small that no digits are lost.
  const centre = nearMean(data);
  const { sum, scatter } = await sums.of('scatter', size => scatterProgram(size, data), { centre: tensor(centre, [1, features]) }, { sum: features, scatter: features * features });
  const off = sum.map(value => value / count);
  const covariance = new Float32Array(features * features);
  const variance = new Float64Array(features);
  for (let i = 0, at = 0; i < features; i++) {
    variance[i] = scatter[i * features + i]! / count - off[i]! * off[i]!;
    for (let j = 0; j < features; j++, at++) covariance[at] = scatter[at]! / count - off[i]! * off[j]!;
  }
  const kept = tensor(covariance, [features, features]);
  return {
    mean: off.map((value, d) => centre[d]! + value),
    variance,
    async multiply(vectors) {
      const { image } = await products.run('covariance', () => covarianceProgram(block, features), { vectors: tensor(new Float32Array(vectors), [block, features]), covariance: kept });
      return new Float64Array(image!.data);
    },
  };
}

/** The mean of the first samples, in model scale. */
function nearMean({ split, features, scale }: Data): Float32Array {
  const count = Math.min(split.count, NEAR);
  const values = copyRows(split, 0, count);
  const mean = new Float64Array(features);
  for (let i = 0, at = 0; i < count; i++) for (let d = 0; d < features; d++, at++) mean[d]! += values[at]!;
  return Float32Array.from(mean, value => value * scale / count);
}

/**
 * The first principal components of the training samples.
 * Where batches draw their pixels, these are the components of what is drawn: it varies as its probabilities do, and every
 * pixel by its own p(1 − p) besides.
 */
export async function principalComponentsOf(experiment: Experiment, wanted: number, session: Session, options: BaselineOptions = {}): Promise<Components> {
  const data = dataOf(experiment, experiment.dataset.train);
  const { features } = data;
  const products = new Products(session);
  const sums = new RowSums(data, products, options);
  try {
    const block = Math.min(features, wanted + EXTRA_VECTORS);
    const { mean, variance, multiply } = await covarianceOf(data, block, sums, products);
    const drawn = variance.map((value, d) => experiment.spec.data.binarize === 'sample' ? mean[d]! * (1 - mean[d]!) - value : 0);
    const total = variance.reduce((all, value, d) => all + value + drawn[d]!, 0);
    let basis = startingBlock(block, features);
    let captured = 0;
    for (let iteration = 1; ; iteration++) {
      const image = await multiply(basis);
      let now = 0;
      for (let i = 0; i < image.length; i++) {
        image[i]! += drawn[i % features]! * basis[i]!;
        now += image[i]! * basis[i]!;
      }
      // Rounding keeps a perfect fit from looking like progress for ever.
      const settled = now - captured <= TOLERANCE * Math.max(total - now, 1e-6 * total);
      captured = now;
      if (settled || iteration === MOST_ITERATIONS) {
        const { values, vectors } = rayleighRitz(basis, image, block, features);
        const kept = values.subarray(0, wanted).reduce((all, value) => all + value, 0);
        return { count: wanted, mean: Float32Array.from(mean), rows: Float32Array.from(vectors.subarray(0, wanted * features)), residual: Math.max(0, total - kept), iterations: iteration };
      }
      orthonormalise(image, block, features);
      basis = image;
      await (options.rest ?? turn)();
      if (options.cancelled?.()) throw cancelledError();
    }
  } finally {
    await products.dispose();
  }
}

/** Errors of the judged samples, corrupted as the spec says, each rebuilt from its components and judged by the clean one. */
export async function reconstructionError(experiment: Experiment, { count: components, mean, rows }: Components, session: Session, { cancelled, rest = turn }: BaselineOptions = {}): Promise<BaselineErrors> {
  const split = judgedSplit(experiment);
  const data = dataOf(experiment, split);
  const { features } = data;
  const chunk = chunkSize(data);
  const products = new Products(session);
  const vectors = { mean: tensor(mean, [1, features]), vectors: tensor(rows, [components, features]) };
  let [error, spread] = [0, 0];
  try {
    for (let first = 0; first < split.count; first += chunk) {
      if (cancelled?.()) throw cancelledError();
      const size = Math.min(chunk, split.count - first);
      const { values, corrupted } = takeSamples(experiment, split, Int32Array.from({ length: size }, (_, i) => first + i));
      const feeds = { rows: tensor(values, [size, features]), ...vectors, ...(corrupted ? { seen: tensor(corrupted, [size, features]) } : {}) };
      const results = await products.run(String(size), () => errorProgram(size, components, corrupted !== undefined, data), feeds);
      for (const value of results['error']!.data) error += value;
      for (const value of results['spread']!.data) spread += value;
      await rest();
    }
    return { mse: error / split.count, mean: spread / split.count };
  } finally {
    await products.dispose();
  }
}

/** Rows of a chunk. */
function chunkSize({ split, features }: Data): number {
  return Math.min(split.count, Math.max(1, Math.floor(CHUNK_NUMBERS / features)));
}

function cancelledError(): StudioError {
  return new StudioError('cancelled', 'The principal components were not needed any more.');
}

function addTo(sum: Float64Array, values: ArrayLike<number>): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += values[i]!;
}
