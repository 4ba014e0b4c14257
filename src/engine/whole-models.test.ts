// Whole models on real devices, and exported models in any batch size.
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../core/random.ts';
import { sizeOf, tensor, type HostTensor } from '../core/tensor.ts';
import { buildPrograms } from '../graph/programs.ts';
import type { ModelPrograms, Program, State } from '../graph/program.ts';
import { evaluate } from '../graph/reference.ts';
import { buildModel } from '../model/build.ts';
import { loadSpec } from '../spec/load.ts';
import type { Trial } from './checks.ts';
import { listDevices, openSession } from './engines.ts';

const SHAPE = [8, 8, 2];
const spec = {
  data: 'glyphs', corruption: [{ type: 'masking', amount: 0.2 }],
  encoder: [
    { type: 'conv2d', filters: 4, kernelSize: 3, strides: 2, padding: 'same' }, { type: 'batchNormalization' }, { type: 'activation', activation: 'gelu' },
    { type: 'maxPooling2d' }, { type: 'flatten' }, { type: 'dropout', rate: 0.2 }, { type: 'dense', units: 9, activation: 'selu' },
  ],
  latent: { type: 'plain', units: 3, activation: 'softmax' },
  decoder: [
    { type: 'dense', units: 32, activation: { type: 'leakyRelu', slope: 0.1 } }, { type: 'reshape', targetShape: [4, 4, 2] },
    { type: 'conv2dTranspose', filters: 3, strides: 2, padding: 1, outputPadding: 1, activation: 'relu' },
    { type: 'averagePooling2d' }, { type: 'upSampling2d' }, { type: 'conv2d', filters: 2, padding: 'same', activation: 'sigmoid' },
  ],
  training: { loss: 'binaryCrossentropy', optimizer: { type: 'adam', globalClipNorm: 0.5 } },
};

function programsOf(parts: object = spec): ModelPrograms {
  const { spec: resolved, diagnostics } = loadSpec(JSON.stringify(parts), 'test.aeconf');
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return buildPrograms(buildModel(resolved!, SHAPE), resolved!, { data: { dtype: 'uint8', scale: 1 / 255 } });
}

function feedsFor(program: Program, programs: ModelPrograms): Record<string, HostTensor> {
  const random = new RandomStream(11, 'sampling');
  return Object.fromEntries(program.inputs.map(({ name, dtype, shape }) => {
    if (name === 'hyper') return [name, programs.hyper(1, 0.01)];
    const isMask = programs.random.some(feed => feed.name === name);
    const size = sizeOf(shape);
    const data = dtype === 'uint8'
      ? Uint8Array.from({ length: size }, () => (isMask ? Number(random.uniform() < 0.8) : random.integer(256)))
      : random.fillUniform(new Float32Array(size));
    return [name, tensor(data, shape)];
  }));
}

function trialOf(parts: object = spec, batch = 6): Trial {
  const programs = programsOf(parts);
  const program = programs.trainStep(batch);
  return { program, state: programs.initialState(2), feeds: feedsFor(program, programs) };
}

const numbersOf = (tensors: Readonly<Record<string, HostTensor>>): Record<string, HostTensor['data']> =>
  Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data]));

describe('a training step of a model with every layer', async () => {
  const devices = (await listDevices()).filter(device => device.available);
  it.each(devices)('gives on $name what the reference gives', async device => {
    const { program, state, feeds } = trialOf();
    const session = await openSession(device, { threads: 2 });
    await session.setState(state);
    const { loss } = await (await session.compile(program)).run(feeds);
    const after = await session.getState(program.updates.map(({ name }) => name));
    await session.dispose();
    const expected = evaluate([program.outputs[0]!.value, ...program.updates.map(({ value }) => value)], { ...numbersOf(state), ...numbersOf(feeds) });
    const reference: State = Object.fromEntries(program.updates.map(({ name }, i) => [name, tensor(Float32Array.from(expected[i + 1]!))]));
    expect(Math.abs(loss!.data[0]! - expected[0]![0]!)).toBeLessThan(1e-6);
    for (const { name } of program.updates) {
      const scale = Math.max(...reference[name]!.data.map((x, i) => Math.abs(x - state[name]!.data[i]!)));
      reference[name]!.data.forEach((x, i) => { expect(Math.abs(x - after[name]!.data[i]!)).toBeLessThan(2e-3 * scale + 1e-7); });
    }
  });
});

describe('exported models', () => {
  it('take any batch size and agree with the programs', async () => {
    const programs = programsOf();
    const state = programs.initialState(4);
    const ort = await import('onnxruntime-node');
    const random = new RandomStream(1, 'sampling');
    for (const batch of [1, 5]) {
      const images = random.fillUniform(new Float32Array(batch * 128));
      const run = async (which: 'encoder' | 'decoder' | 'autoencoder', name: string, data: Float32Array, dims: number[]) => {
        const session = await ort.InferenceSession.create(programs.exportOnnx(which, state));
        expect(session.inputNames).toEqual([name]);
        return Object.values(await session.run({ [name]: new ort.Tensor('float32', data, dims) }))[0]!;
      };
      const code = await run('encoder', 'input', images, [batch, ...SHAPE]);
      expect(code.dims).toEqual([batch, 3]);
      const decoded = await run('decoder', 'code', code.data as Float32Array, [batch, 3]);
      expect(decoded.dims).toEqual([batch, ...SHAPE]);
      const whole = await run('autoencoder', 'input', images, [batch, ...SHAPE]);
      const program = programs.reconstruct(batch);
      const target = new Uint8Array(batch * 128);
      const expected = evaluate(program.outputs.map(({ value }) => value), { ...numbersOf(state), target, input: images });
      const close = (got: ArrayLike<number>, want: Float64Array): void => want.forEach((x, i) => { expect(Math.abs(x - got[i]!)).toBeLessThan(1e-5); });
      close(code.data as Float32Array, expected[1]!);
      close(decoded.data as Float32Array, expected[2]!);
      close(whole.data as Float32Array, expected[2]!);
    }
  });
});

