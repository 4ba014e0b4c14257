// The programs of every sample config, without its data: batches of numbers such as the data set has.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RandomStream, type RandomFeed } from '../../src/core/random.ts';
import { sizeOf, tensor, type HostTensor } from '../../src/core/tensor.ts';
import { boltzmannPrograms } from '../../src/graph/boltzmann-level.ts';
import { buildClassifierPrograms } from '../../src/graph/classifier.ts';
import { layerwisePrograms } from '../../src/graph/layerwise.ts';
import type { Program, State } from '../../src/graph/program.ts';
import { buildPrograms } from '../../src/graph/programs.ts';
import { buildModel } from '../../src/model/build.ts';
import { buildClassifier, subjectShape } from '../../src/model/classifier.ts';
import type { Model } from '../../src/model/model.ts';
import { pretrainingLevels } from '../../src/model/pretraining.ts';
import { loadSpec } from '../../src/spec/load.ts';
import type { Spec } from '../../src/spec/schema.ts';

const folder = fileURLToPath(new URL('../../samples', import.meta.url));

/** Paths of all samples, below their folder. */
export const sampleFiles = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.aeconf')).sort();

/** A program, what it is fed, and the state it starts from. */
export interface Run {
  readonly program: Program;
  readonly feeds: Readonly<Record<string, HostTensor>>;
  readonly state: State;
}

function shapeOf(data: Spec['data']): readonly number[] {
  const { size, color, shape } = data as { size?: number | readonly number[]; color?: string; shape?: readonly number[] };
  if (shape !== undefined) return shape;
  if (size === undefined) return [28, 28, 1];
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  return [height!, width!, color === 'grey' ? 1 : 3];
}

/** Whether a sample's model normalises over the batch. */
export const normalises = (sample: string): boolean => /batchNormalization/.test(readFileSync(join(folder, sample), 'utf8'));

/** Every program a training or a look at this sample runs: of its model, of its likelihood, of its probe, of every level of its pretraining. */
export function runsOf(sample: string, batch: number): Run[] {
  const { spec, diagnostics } = loadSpec(readFileSync(join(folder, sample), 'utf8'), sample);
  if (spec === undefined) throw new Error(`${sample}: ${diagnostics.map(({ message }) => message).join('; ')}`);
  const model = buildModel(spec, shapeOf(spec.data));
  const options = { data: { dtype: 'uint8' as const, scale: 1 / 255 } };
  const programs = buildPrograms(model, spec, options);
  const state = programs.initialState(spec.seed);
  const hyper = programs.hyper(1, 1e-3, 0.5);
  const likelihood = programs.likelihood(batch, 3);
  // Of these the trainer looks at some samples only.
  const metrics = spec.training.metrics.filter(name => name !== 'mse');
  const own = [
    { program: programs.trainStep(batch), random: programs.random },
    { program: programs.evaluate(batch), random: programs.evaluationRandom },
    { program: programs.encode(batch), random: [] },
    { program: programs.decode(batch), random: [] },
    { program: programs.reconstruct(batch), random: [] },
    { program: programs.locate(batch), random: [] },
    { program: programs.measure(batch, ['mse', 'ssim']), random: [] },
    ...(metrics.length === 0 ? [] : [{ program: programs.evaluateMetrics(batch, metrics), random: programs.evaluationRandom }]),
    ...(likelihood === undefined ? [] : [likelihood]),
  ].map(({ program, random }) => ({ program, state, feeds: feedsOf(program, random, hyper) }));
  const probes = probeRuns(spec, model, batch);

  if (spec.pretraining === undefined) return [...own, ...probes];
  const levels = pretrainingLevels(model.layers);
  if (!Array.isArray(levels)) throw new Error(`${sample}: its layers cannot be pretrained`);
  const { pretraining, ...rest } = spec;
  const weights = programs.unpack(state);
  return [...own, ...probes, ...levels.flatMap(level => {
    const machine = pretraining.type === 'rbm' ? boltzmannPrograms(level, pretraining, spec.seed, options) : undefined;
    const layer = pretraining.type === 'rbm' ? undefined : layerwisePrograms(level, model, rest, pretraining, options);
    const { programs: own, hyper: scalars } = machine === undefined ? { programs: layer!, hyper: layer!.hyper(1, 1e-3) } : { programs: machine, hyper: machine.hyper(1) };
    const begin = own.start(weights);
    return [
      { program: own.trainStep(batch), random: own.random }, { program: own.evaluate(batch), random: own.evaluationRandom },
      ...(own.moments === undefined ? [] : [{ program: own.moments(batch), random: [] }]),
    ].map(({ program, random }) => ({ program, state: begin, feeds: feedsOf(program, random, scalars) }));
  })];
}

/** Of the classifier behind a probe, on each of its subjects. */
function probeRuns({ probe, seed }: Spec, model: Model, batch: number): Run[] {
  if (probe === undefined) return [];
  return probe.on.flatMap(on => {
    const data = on === 'pixels' ? { dtype: 'uint8' as const, scale: 1 / 255 } : { dtype: 'float32' as const, scale: 1 };
    const programs = buildClassifierPrograms(buildClassifier(probe.layers, on, subjectShape(on, model), CLASSES), { optimizer: probe.optimizer, data });
    const [state, hyper] = [programs.initialState(seed), programs.hyper(1, 1e-3)];
    return [
      { program: programs.trainStep(batch), random: programs.random }, { program: programs.evaluate(batch), random: [] }, { program: programs.predict(batch), random: [] },
    ].map(({ program, random }) => ({ program, state, feeds: feedsOf(program, random, hyper) }));
  });
}

/** Of the data sets that samples with a probe are trained on. */
const CLASSES = 10;

function feedsOf(program: Program, random: readonly RandomFeed[], hyper: HostTensor): Record<string, HostTensor> {
  const stream = new RandomStream(5, 'sampling');
  return Object.fromEntries(program.inputs.map(({ name, dtype, shape }) => {
    if (name === 'hyper') return [name, hyper];
    const feed = random.find(port => port.name === name);
    if (dtype === 'int32') return [name, tensor(Int32Array.from({ length: sizeOf(shape) }, () => stream.integer(CLASSES)), shape)];
    const draw = (): number => feed?.kind === 'keep' ? Number(stream.uniform() < 0.7) : feed?.kind === 'normal' ? stream.normal() : dtype === 'uint8' ? stream.integer(256) : stream.uniform();
    const values = Array.from({ length: sizeOf(shape) }, draw);
    return [name, tensor(dtype === 'uint8' ? Uint8Array.from(values) : Float32Array.from(values), shape)];
  }));
}
