// A model's programs: train step, evaluate, encode, decode, reconstruct, and the exported ONNX models. The forward pass is
// written once (network); programs differ in where parameters come from and in what is asked of the result.
import type { RandomFeed } from '../core/random.ts';
import { sizeOf, tensor, type HostTensor } from '../core/tensor.ts';
import type { Model, ModelLayer, Part } from '../model/model.ts';
import type { Spec } from '../spec/schema.ts';
import { gradient } from './gradient.ts';
import { initialize } from './initializers.ts';
import type { Value } from './ir.ts';
import { forward, fromFlat, toFlat, type LayerContext } from './layers.ts';
import { batchLoss, sampleLoss } from './losses.ts';
import { estimateBytes } from './cost.ts';
import { lower } from './onnx/lower.ts';
import * as ops from './ops.ts';
import { buildOptimizer, clipGradients } from './optimizers.ts';
import { PackedParameters, splitPacked } from './packing.ts';
import type { ModelPrograms, Port, Program, ProgramOptions, State } from './program.ts';

/** How a network gets at what is not in the graph. */
interface Surroundings {
  readonly training: boolean;
  parameter(name: string): Value;
  random?(name: string, feed: Omit<RandomFeed, 'name' | 'perSample'>, shape: readonly number[]): Value;
  update?(name: string, value: Value): void;
}

export function buildPrograms(model: Model, spec: Spec, { data }: ProgramOptions): ModelPrograms {
  const features = sizeOf(model.inputShape);
  const codeSize = sizeOf(model.latentShape);
  const corrupts = spec.corruption.length > 0;
  const optimizer = buildOptimizer(spec.training.optimizer);
  const packed = new PackedParameters(model, optimizer.slots);

  /** x and the result in the layout of the graph. */
  function network(parts: readonly Part[], x: Value, around: Surroundings): Value {
    return model.layers.filter(layer => parts.includes(layer.part)).reduce((value, layer) => forward(value, contextOf(layer, around)), x);
  }
  const encode = (input: Value, around: Surroundings): Value => network(['encoder', 'latent'], fromFlat(input, model.inputShape), around);
  const decode = (code: Value, around: Surroundings): Value => {
    const image = network(['decoder'], code, around);
    const last = model.layers.at(-1);
    return toFlat(image, last?.part === 'decoder' ? last.outputShape : model.latentShape);
  };

  /** The ports for samples and what they mean: clean target and possibly corrupted input, both scaled, batch × features. */
  function samples(batch: number): { ports: Port[]; target: Value; input: Value } {
    const shape = [batch, features];
    const raw = ops.input('target', shape, data.dtype);
    const target = ops.cast(raw, 'float32', data.scale);
    const ports: Port[] = [{ name: 'target', dtype: data.dtype, shape }];
    if (!corrupts) return { ports, target, input: target };
    ports.push({ name: 'input', dtype: 'float32', shape });
    return { ports, target, input: ops.input('input', shape) };
  }

  function reading(): { around: Surroundings; state: Port[] } {
    const { parameter, ports } = packed.read();
    return { around: { training: false, parameter }, state: ports };
  }

  function trainStep(batch: number): Program {
    const { ports, target, input } = samples(batch);
    const { parameter, ports: state } = packed.read();
    const statistics = new Map<string, Value>();
    const randomPorts: Port[] = [];
    const around: Surroundings = {
      training: true,
      parameter,
      random(name, feed, shape) {
        const dtype = feed.kind === 'keep' ? 'uint8' : 'float32';
        const port = { name, dtype, shape: [batch, sizeOf(shape)] } as const;
        randomPorts.push(port);
        return ops.reshape(ops.input(name, port.shape, dtype), [batch, ...shape]);
      },
      update: (name, value) => statistics.set(name, value),
    };
    const loss = batchLoss(spec.training.loss, target, decode(encode(input, around), around));

    const parameters = packed.buckets.flatMap(bucket => bucket.parameters);
    const gradients = clipGradients(gradient(loss, parameters.map(p => parameter(p.name))), spec.training.optimizer);
    const gradientOf = new Map(parameters.map((p, i) => [p.name, gradients[i]!]));
    const updates: { name: string; value: Value }[] = [];
    const hyper = ops.input('hyper', [optimizer.hyperSize]);
    if (packed.buckets.length > 0) ports.push({ name: 'hyper', dtype: 'float32', shape: [optimizer.hyperSize] });
    const scalars = Array.from({ length: optimizer.hyperSize }, (_, i) => ops.slice(hyper, [i], [i + 1]));
    for (const { weights, slots, size, parameters: members } of packed.buckets) {
      const flat = members.map(({ name, shape }) => ops.reshape(gradientOf.get(name)!, [sizeOf(shape)]));
      const slotValues = slots.map(name => ops.state(name, [size]));
      const next = optimizer.update(ops.state(weights, [size]), ops.concat(flat, 0), slotValues, i => scalars[i]!);
      state.push(...slots.map(name => ({ name, dtype: 'float32', shape: [size] }) as const));
      updates.push({ name: weights, value: next.weights }, ...next.slots.map((value, i) => ({ name: slots[i]!, value })));
    }
    if (statistics.size > 0) {
      const now = packed.statistics.map(({ name, shape }) => ops.reshape(statistics.get(name) ?? parameter(name), [sizeOf(shape)]));
      updates.push({ name: 'statistics', value: ops.concat(now, 0) });
    }
    return { name: `train step of ${batch}`, inputs: [...ports, ...randomPorts], state, outputs: [{ name: 'loss', value: loss }], updates };
  }

  function looking(name: string, batch: number, wanted: readonly ('loss' | 'code' | 'reconstruction')[]): Program {
    const { ports, target, input } = samples(batch);
    const { around, state } = reading();
    const code = encode(input, around);
    const reconstruction = decode(code, around);
    const values = {
      loss: sampleLoss(spec.training.loss, target, reconstruction),
      code: toFlat(code, model.latentShape),
      reconstruction,
    };
    return { name: `${name} ${batch}`, inputs: ports, state, outputs: wanted.map(output => ({ name: output, value: values[output] })), updates: [] };
  }

  /** The ports for random numbers do not depend on the batch size. */
  const random: RandomFeed[] = [];
  network(['encoder', 'latent', 'decoder'], fromFlat(ops.input('x', [1, features]), model.inputShape), {
    training: true,
    parameter: packed.read().parameter,
    random(name, feed, shape) {
      random.push({ ...feed, name, perSample: sizeOf(shape) });
      return ops.input(name, [1, ...shape], feed.kind === 'keep' ? 'uint8' : 'float32');
    },
    update: () => undefined,
  });

  return {
    random,
    trainStep,
    evaluate: batch => looking('evaluate', batch, ['loss']),
    reconstruct: batch => looking('reconstruct', batch, ['loss', 'code', 'reconstruction']),
    encode(batch) {
      const { ports, input } = samples(batch);
      const { around, state } = reading();
      const code = toFlat(encode(input, around), model.latentShape);
      return { name: `encode ${batch}`, inputs: ports.filter(({ name }) => name === (corrupts ? 'input' : 'target')), state, outputs: [{ name: 'code', value: code }], updates: [] };
    },
    decode(batch) {
      const { around, state } = reading();
      const port: Port = { name: 'code', dtype: 'float32', shape: [batch, codeSize] };
      const reconstruction = decode(fromFlat(ops.input('code', port.shape), model.latentShape), around);
      return { name: `decode ${batch}`, inputs: [port], state, outputs: [{ name: 'reconstruction', value: reconstruction }], updates: [] };
    },
    hyper: (step, learningRate): HostTensor => tensor(Float32Array.from(optimizer.hyper(step, learningRate))),
    initialState: (seed): State => packed.pack(Object.fromEntries(model.parameters.map(p => [p.name, tensor(initialize(p, seed), p.shape)]))),
    unpack: state => splitPacked(packed, state),
    pack: tensors => packed.pack(tensors, 'exact'),
    memory: batch => estimateBytes(trainStep(batch)),
    exportOnnx(which, state) {
      const tensors = splitPacked(packed, state);
      const around: Surroundings = {
        training: false,
        parameter(name) {
          const { data: values, shape } = tensors[name]!;
          return ops.constant(values as Float32Array, shape);
        },
      };
      const image = ops.input('input', [1, ...model.inputShape]);
      const codeIn = ops.input('code', [1, codeSize]);
      const ports: Port[] = which === 'decoder'
        ? [{ name: 'code', dtype: 'float32', shape: codeIn.shape }]
        : [{ name: 'input', dtype: 'float32', shape: image.shape }];
      const shaped = (flat: Value): Value => ops.reshape(flat, [1, ...model.inputShape]);
      const flatInput = ops.reshape(image, [1, features]);
      const outputs = {
        encoder: () => ({ name: 'code', value: toFlat(encode(flatInput, around), model.latentShape) }),
        decoder: () => ({ name: 'reconstruction', value: shaped(decode(fromFlat(codeIn, model.latentShape), around)) }),
        autoencoder: () => ({ name: 'reconstruction', value: shaped(decode(encode(flatInput, around), around)) }),
      };
      return lower({ name: which, inputs: ports, state: [], outputs: [outputs[which]()], updates: [] }, { anyBatch: true });
    },
  };
}

function contextOf(layer: ModelLayer, around: Surroundings): LayerContext {
  const nameOf = (role: string): string => {
    const parameter = layer.parameters.find(p => p.role === role);
    if (parameter === undefined) throw new Error(`Layer ${layer.name} has no ${role}.`);
    return parameter.name;
  };
  return {
    layer,
    training: around.training,
    parameter: role => around.parameter(nameOf(role)),
    random(feed, shape) {
      if (around.random === undefined) throw new Error(`Layer ${layer.name} asks for random numbers outside of training.`);
      return around.random(`${layer.part}/${layer.name}/random`, feed, shape);
    },
    update: (role, value) => around.update?.(nameOf(role), value),
  };
}
