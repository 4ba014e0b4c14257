// Layers, losses and optimisers against Keras's own numbers: ten steps from the same weights on the same batches. The golden
// files are made by make_golden.py from the same cases.json that is read here.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sizeOf, tensor, type HostTensor } from '../../src/core/tensor.ts';
import { listDevices, openSession } from '../../src/engine/engines.ts';
import { buildClassifierPrograms } from '../../src/graph/classifier.ts';
import { buildPrograms } from '../../src/graph/programs.ts';
import { buildModel } from '../../src/model/build.ts';
import { buildClassifier } from '../../src/model/classifier.ts';
import { loadSpec } from '../../src/spec/load.ts';

interface Case { readonly name: string; readonly shape: number[]; readonly spec: { training: { optimizer: { learningRate: number } } } }
interface ClassifierCase { readonly name: string; readonly shape: number[]; readonly classes: number; readonly probe: { optimizer: { learningRate: number } } }
interface Golden {
  readonly start: string[];
  readonly batches: string;
  readonly output: string;
  readonly losses: number[];
  readonly end: string[];
  /** Of a classifier: steps × batch. */
  readonly labels?: number[][];
}

const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
const { cases, classifiers, batch } = read('cases.json') as { cases: Case[]; classifiers: ClassifierCase[]; batch: number };
const device = (await listDevices({ gpus: false }))[0]!;

function floats(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** Largest difference relative to the largest number. */
function distance(got: ArrayLike<number>, want: Float32Array): number {
  const scale = want.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-3);
  return want.reduce((worst, x, i) => Math.max(worst, Math.abs(x - got[i]!)), 0) / scale;
}

describe('agrees with Keras over ten steps', () => {
  it.each(cases)('$name', async ({ name, shape, spec: parts }) => {
    const golden = read(`golden/${name}.json`) as Golden;
    const { spec } = loadSpec(JSON.stringify({ data: 'glyphs', ...parts }), `${name}.aeconf`);
    const model = buildModel(spec!, shape);
    const programs = buildPrograms(model, spec!, { data: { dtype: 'float32', scale: 1 } });
    expect(golden.start).toHaveLength(model.parameters.length);
    const named = (variables: readonly string[]): Record<string, HostTensor> =>
      Object.fromEntries(model.parameters.map((parameter, i) => [parameter.name, tensor(floats(variables[i]!), parameter.shape)]));
    const untrained = programs.unpack(programs.initialState(0));

    const session = await openSession(device);
    await session.setState(programs.pack({ ...untrained, ...named(golden.start) }));
    const features = sizeOf(shape);
    const batches = floats(golden.batches);
    const target = (step: number): HostTensor => tensor(batches.slice(step * batch * features, (step + 1) * batch * features), [batch, features]);

    const { reconstruction } = await (await session.compile(programs.reconstruct(batch))).run({ target: target(0) });
    expect(distance(reconstruction!.data, floats(golden.output))).toBeLessThan(1e-5);

    const step = await session.compile(programs.trainStep(batch));
    const losses = new Float32Array(golden.losses.length);
    for (let i = 0; i < losses.length; i++) {
      losses[i] = (await step.run({ target: target(i), hyper: programs.hyper(i + 1, parts.training.optimizer.learningRate) }))['loss']!.data[0]!;
    }
    expect(distance(losses, Float32Array.from(golden.losses))).toBeLessThan(1e-5);
    const state = await session.getState();
    const tensors = programs.unpack(state);
    const expected = named(golden.end);
    for (const parameter of model.parameters) {
      expect(distance(tensors[parameter.name]!.data, expected[parameter.name]!.data as Float32Array), parameter.name).toBeLessThan(1e-5);
    }
    await session.dispose();
  });
});

describe('a classifier agrees with Keras over ten steps', () => {
  it.each(classifiers)('$name', async ({ name, shape, classes, probe: parts }) => {
    const golden = read(`golden/${name}.json`) as Golden;
    const { spec } = loadSpec(JSON.stringify({ data: 'glyphs', encoder: [{ type: 'flatten' }], probe: { on: ['pixels'], ...parts } }), `${name}.aeconf`);
    const { layers, optimizer } = spec!.probe!;
    const model = buildClassifier(layers, 'pixels', shape, classes);
    const programs = buildClassifierPrograms(model, { optimizer, data: { dtype: 'float32', scale: 1 } });
    const named = (variables: readonly string[]): Record<string, HostTensor> =>
      Object.fromEntries(model.parameters.map((parameter, i) => [parameter.name, tensor(floats(variables[i]!), parameter.shape)]));

    const session = await openSession(device);
    await session.setState(programs.start(named(golden.start)));
    const features = sizeOf(shape);
    const batches = floats(golden.batches);
    const samples = (step: number): HostTensor => tensor(batches.slice(step * batch * features, (step + 1) * batch * features), [batch, features]);

    const { probabilities } = await (await session.compile(programs.predict(batch))).run({ samples: samples(0) });
    expect(distance(probabilities!.data, floats(golden.output))).toBeLessThan(1e-5);

    const step = await session.compile(programs.trainStep(batch));
    const losses = new Float32Array(golden.losses.length);
    for (let i = 0; i < losses.length; i++) {
      const labels = tensor(Int32Array.from(golden.labels![i]!));
      losses[i] = (await step.run({ samples: samples(i), labels, hyper: programs.hyper(i + 1, parts.optimizer.learningRate) }))['loss']!.data[0]!;
    }
    expect(distance(losses, Float32Array.from(golden.losses))).toBeLessThan(1e-5);
    const tensors = programs.unpack(await session.getState());
    const expected = named(golden.end);
    for (const parameter of model.parameters) {
      expect(distance(tensors[parameter.name]!.data, expected[parameter.name]!.data as Float32Array), parameter.name).toBeLessThan(1e-5);
    }
    await session.dispose();
  });
});
