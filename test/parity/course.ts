// Twenty steps of training that every engine and Keras can be asked to take alike: a sample's own model and objective, fresh weights,
// and batches with every random number (noise, dropout, draws of latents) made as the trainer makes them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, startWeights, type Description } from '../../bench/peers/description.ts';
import { hashText, RandomStream } from '../../src/core/random.ts';
import { sizeOf, tensor, type HostTensor } from '../../src/core/tensor.ts';
import { BatchMaker } from '../../src/data/batch-maker.ts';
import type { Device } from '../../src/engine/engine.ts';
import { openSession } from '../../src/engine/engines.ts';
import type { ModelPrograms } from '../../src/graph/program.ts';
import { buildPrograms } from '../../src/graph/programs.ts';
import { buildModel } from '../../src/model/build.ts';
import type { Model } from '../../src/model/model.ts';
import { loadSpec, requireSpec } from '../../src/spec/load.ts';
import type { Spec } from '../../src/spec/schema.ts';
import { learningRateAt } from '../../src/trainer/schedule.ts';

export const STEPS = 20;
/** Of courses whose names tell no other. */
export const BATCH = 8;

export interface Course {
  /** "systems/janet-50", or "systems/janet-50@1000" where its batches are not of 8. */
  readonly name: string;
  readonly batch: number;
  readonly spec: Spec;
  readonly model: Model;
  readonly description: Description;
  readonly programs: ModelPrograms;
  /** Weights by name, as they are drawn for the seed of the spec. */
  readonly weights: Readonly<Record<string, HostTensor>>;
  /** What `target` is multiplied by: 1/255 for bytes. */
  readonly scale: number;
  readonly steps: readonly Step[];
}
export interface Step {
  readonly rate: number;
  /** What annealed terms are multiplied by. */
  readonly anneal: number;
  /** For the ports of the train step, but for `hyper`. */
  readonly feeds: Readonly<Record<string, HostTensor>>;
}

/** Found from the root of the repository, where npm starts scripts and tests: the scripts are bundled elsewhere. */
const samples = join(process.cwd(), 'samples');

/** Names of all samples: "quickstart", "types/sparse". */
export function courseNames(): string[] {
  return readdirSync(samples, { recursive: true, encoding: 'utf8' })
    .map(name => name.replaceAll('\\', '/')).filter(name => name.endsWith('.aeconf')).map(name => name.slice(0, -'.aeconf'.length)).sort();
}

/** Samples whose courses are taken once more with the batches of the published training: small ones do not show how long sums are added up. */
export const fullBatches = ['systems/conv-denoise-16@128', 'systems/conv-selu-6@512', 'systems/dae-batchnorm@256', 'systems/janet-50@1000'];

/** All courses: every sample, and some with full batches. */
export function allCourses(): string[] {
  return [...courseNames(), ...fullBatches].sort();
}

export function openCourse(name: string): Course {
  const [sample, size] = name.split('@') as [string, string?];
  return courseOf(name, readFileSync(join(samples, `${sample}.aeconf`), 'utf8'), Number(size ?? BATCH));
}

/** The course of a configuration. */
export function courseOf(name: string, text: string, batch = BATCH): Course {
  const spec = requireSpec(loadSpec(text, `${name.split('@')[0]!}.aeconf`));
  const shape = shapeOf(spec);
  const model = buildModel(spec, shape);
  const table = spec.data.type === 'csv';
  const scale = table ? 1 : 1 / 255;
  const programs = buildPrograms(model, spec, { data: { dtype: table ? 'float32' : 'uint8', scale } });
  return {
    name, spec, model, batch, programs, scale, description: describe(name, spec, model),
    weights: startWeights(model, programs, spec.seed),
    steps: stepsOf(name, spec, { programs, shape, scale, batch }),
  };
}

/** Of one sample of the data that the spec names. */
function shapeOf({ data }: Spec): readonly number[] {
  if ('shape' in data && data.shape !== undefined) return data.shape;
  if (!('size' in data) || data.size === undefined) return [28, 28, 1];
  return [...data.size, 'color' in data && data.color === 'grey' ? 1 : 3];
}

/** A picture of soft blobs on black, in [0, 1]: like the pictures of the data sets it has something to be learned, and an empty border. */
function blobs(shape: readonly number[], random: RandomStream): Float32Array {
  const [height, width, channels] = shape as [number, number, number];
  const picture = new Float32Array(sizeOf(shape));
  for (let blob = 0; blob < 3; blob++) {
    const [y, x, size, ...colour] = Array.from({ length: 3 + channels }, () => 0.2 + 0.6 * random.uniform()) as [number, number, number, ...number[]];
    for (let i = 0; i < picture.length; i++) {
      const [row, column, channel] = [Math.floor(i / (width * channels)), Math.floor(i / channels) % width, i % channels];
      const distance = ((row / height - y) ** 2 + (column / width - x) ** 2) / (0.04 * size) ** 1.5;
      picture[i] = Math.max(picture[i]!, 1.25 * colour[channel]! * Math.exp(-distance));
    }
  }
  return picture;
}

/** One epoch; only the samples are made up, batches are those of a training. */
function stepsOf(name: string, spec: Spec, { programs, shape, scale, batch: size }: Pick<Course, 'programs' | 'scale' | 'batch'> & { readonly shape: readonly number[] }): Step[] {
  const random = new RandomStream(spec.seed, 'sampling', hashText(name));
  const [count, features] = [size * STEPS, sizeOf(shape)];
  const pictures = new Float32Array(count * features);
  for (let picture = 0; picture < count; picture++) pictures.set(blobs(shape, random), picture * features);
  const values = scale === 1 ? pictures : Uint8Array.from(pictures, value => Math.round(255 * value));
  const { corruption, seed } = spec;
  const { optimizer, shuffle, epochs } = spec.training;
  const plan = { seed, batchSize: size, shuffle, corruption, binarize: spec.data.binarize === 'sample', random: programs.random };
  const maker = new BatchMaker({ split: { count, values }, shape, scale, plan });
  const annealEpochs = spec.latent.type === 'gaussian' ? spec.latent.annealEpochs : 0;
  return Array.from({ length: STEPS }, (_, step) => {
    const batch = maker.make(1, step, maker.allocate());
    const feeds = Object.entries({ target: batch.target, ...(batch.input ? { input: batch.input } : {}), ...batch.random });
    return {
      rate: learningRateAt(optimizer.learningRate, step, { stepsPerEpoch: STEPS, epochs }),
      anneal: annealEpochs > 0 ? Math.min(1, step / STEPS / annealEpochs) : 1,
      feeds: Object.fromEntries(feeds.map(([port, data]) => [port, tensor(data, [size, data.length / size])])),
    };
  });
}

/** The losses of the steps on a device. Throws what the engine throws. */
export async function lossesOn(device: Device, { batch, programs, weights, steps }: Course): Promise<number[]> {
  const session = await openSession(device);
  try {
    await session.setState(programs.start(weights));
    const program = await session.compile(programs.trainStep(batch));
    const losses: number[] = [];
    for (const [i, { rate, feeds }] of steps.entries()) {
      losses.push((await program.run({ ...feeds, hyper: programs.hyper(i + 1, rate, i / STEPS) }))['loss']!.data[0]!);
    }
    return losses;
  } finally {
    await session.dispose();
  }
}

/** The largest difference of two courses' losses, relative to the second. */
export function largestDifference(got: readonly number[], want: readonly number[]): number {
  if (got.length !== want.length) throw new Error(`${got.length} losses cannot be compared with ${want.length}.`);
  return Math.max(...want.map((loss, i) => Math.abs(got[i]! / loss - 1)));
}

/** Trainings from first weights that are each moved by one rounding of float32; with full batches they take minutes. */
const MOVES = 12;
const FULL_MOVES = 3;

/** How far one rounding of every first weight moves a loss on this device, relative to it: the largest of some trainings. */
export async function effectOfRounding(device: Device, course: Course): Promise<number> {
  const losses = await lossesOn(device, course);
  let effect = 0;
  const moves = course.batch === BATCH ? MOVES : FULL_MOVES;
  for (let move = 0; move < moves; move++) {
    const random = new RandomStream(move, 'sampling', hashText(course.name));
    const moved = (value: HostTensor): HostTensor => ({ ...value, data: Float32Array.from(value.data, number => number * (1 + (random.uniform() < 0.5 ? -1 : 1) * 2 ** -23)) });
    const weights = Object.fromEntries(Object.entries(course.weights).map(([name, value]) => [name, moved(value)]));
    effect = Math.max(effect, largestDifference(await lossesOn(device, { ...course, weights }), losses));
  }
  return effect;
}
