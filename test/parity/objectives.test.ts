// Penalties, latents and metrics against Keras and TensorFlow: ten steps of every objective of objectives.json from the same weights,
// batches and noise. The golden file is made by make_objectives.py.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tensor, type HostTensor } from '../../src/core/tensor.ts';
import { listDevices, openSession } from '../../src/engine/engines.ts';
import { sampleMetric } from '../../src/graph/metrics.ts';
import * as ops from '../../src/graph/ops.ts';
import { buildPrograms } from '../../src/graph/programs.ts';
import { evaluate } from '../../src/graph/reference.ts';
import { buildModel } from '../../src/model/build.ts';
import { loadSpec, requireSpec } from '../../src/spec/load.ts';
import type { MetricName } from '../../src/spec/schema.ts';

interface Case { readonly name: string; readonly latent?: object; readonly penalties?: object[]; readonly loss?: string }
interface Golden { readonly start: string[]; readonly batches: string; readonly noise: string; readonly losses: number[]; readonly end: string[] }
interface Metrics { readonly shape: number[]; readonly target: string; readonly output: string; readonly values: Record<MetricName, string> }

const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
const { cases, batch, steps } = read('objectives.json') as { cases: Case[]; batch: number; steps: number };
const golden = read('golden/objectives.json') as Record<string, Golden> & { metrics: Metrics };
const device = (await listDevices({ gpus: false }))[0]!;
const FEATURES = 7;

function floats(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** Largest difference relative to the largest number. */
function distance(got: ArrayLike<number>, want: ArrayLike<number>): number {
  const all = Array.from(want);
  const scale = all.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-3);
  return all.reduce((worst, x, i) => Math.max(worst, Math.abs(x - got[i]!)), 0) / scale;
}

describe('agrees with Keras over ten steps', () => {
  it.each(cases)('$name', async ({ name, latent = { type: 'plain', units: 3 }, penalties = [], loss = 'mse' }) => {
    const { start, batches, noise, losses, end } = golden[name]!;
    const spec = requireSpec(loadSpec(JSON.stringify({
      data: 'glyphs', encoder: [{ type: 'dense', units: 5, activation: 'tanh' }], latent, penalties,
      decoder: [{ type: 'dense', units: 5, activation: 'tanh' }, { type: 'dense', units: FEATURES, activation: 'sigmoid' }],
      training: { loss, optimizer: { type: 'adam', learningRate: 0.01 } },
    }), `${name}.aeconf`));
    const model = buildModel(spec, [FEATURES]);
    const programs = buildPrograms(model, spec, { data: { dtype: 'float32', scale: 1 } });
    const named = (variables: readonly string[]): Record<string, HostTensor> =>
      Object.fromEntries(model.parameters.map((parameter, i) => [parameter.name, tensor(floats(variables[i]!), parameter.shape)]));
    const session = await openSession(device);
    await session.setState(programs.start(named(start)));
    const program = await session.compile(programs.trainStep(batch));
    const part = (all: Float32Array, step: number): Float32Array => all.slice(step * all.length / steps, (step + 1) * all.length / steps);
    const got: number[] = [];
    for (let step = 0; step < steps; step++) {
      const draws = Object.fromEntries(programs.random.map(feed => [feed.name, tensor(part(floats(noise), step), [batch, feed.perSample])]));
      const feeds = { target: tensor(part(floats(batches), step), [batch, FEATURES]), hyper: programs.hyper(step + 1, 0.01), ...draws };
      got.push((await program.run(feeds))['loss']!.data[0]!);
    }
    expect(distance(got, losses)).toBeLessThan(1e-5);
    const tensors = programs.unpack(await session.getState());
    const expected = named(end);
    for (const parameter of model.parameters) {
      expect(distance(tensors[parameter.name]!.data, expected[parameter.name]!.data), parameter.name).toBeLessThan(1e-5);
    }
    await session.dispose();
  });
});

describe('metrics agree with Keras and TensorFlow, sample by sample', () => {
  const { shape, target, output, values } = golden.metrics;
  it.each(Object.keys(values) as MetricName[])('%s', name => {
    const features = shape.reduce((a, b) => a * b);
    const [x, y] = [floats(target), floats(output)].map(data => ops.constant(data, [data.length / features, features])) as [ReturnType<typeof ops.constant>, ReturnType<typeof ops.constant>];
    const got = evaluate([sampleMetric(name, x, y, shape)], {})[0]!;
    expect(distance(got, floats(values[name]))).toBeLessThan(1e-5);
  });
});
