// A model's programs: train step, evaluate, encode, decode, reconstruct, measure, and the exported ONNX models. What a model
// computes stands in objective.ts; programs differ in where parameters come from and in what is asked of the result.
import { sizeOf, tensor, type HostTensor } from '../core/tensor.ts';
import { keyOf, type Model } from '../model/model.ts';
import type { MetricName, Spec } from '../spec/schema.ts';
import { estimateBytes } from './cost.ts';
import { initialize } from './initializers.ts';
import type { Value } from './ir.ts';
import type { Mode } from './layer-context.ts';
import { reductionOf, sampleLosses } from './losses.ts';
import { sampleMetric } from './metrics.ts';
import { Network, passThrough, type Surroundings } from './objective.ts';
import { lower } from './onnx/lower.ts';
import * as ops from './ops.ts';
import { buildOptimizer } from './optimizers.ts';
import { PackedParameters, splitPacked } from './packing.ts';
import { windowMemory } from './parts.ts';
import type { ModelPrograms, Port, Program, ProgramOptions, State } from './program.ts';
import { descend, groundOf, hyperInput } from './train-program.ts';

export function buildPrograms(model: Model, spec: Spec, { data, below = [] }: ProgramOptions): ModelPrograms {
  const network = new Network(model, spec);
  const features = sizeOf(model.inputShape);
  const codeSize = sizeOf(model.latentShape);
  const corrupts = spec.corruption.length > 0;
  const annealEpochs = spec.latent.type === 'gaussian' ? spec.latent.annealEpochs : 0;
  const optimizer = buildOptimizer(spec.training.optimizer);
  const hyperSize = optimizer.hyperSize + (annealEpochs > 0 ? 1 : 0);
  const finished = below.flatMap(layer => layer.parameters).map(parameter => ({ ...parameter, trainable: false, statistic: false }));
  const packed = new PackedParameters({ parameters: [...finished, ...model.parameters] }, optimizer.slots);

  /** The ports for samples and what they mean: clean target and possibly corrupted input, both scaled, batch × features. */
  function samples(batch: number, { parameter }: Surroundings): { ports: Port[]; target: Value; input: Value } {
    const shape = [batch, sizeOf((below[0] ?? model).inputShape)];
    const raw = ops.input('target', shape, data.dtype);
    const target = passThrough(below, ops.cast(raw, 'float32', data.scale), parameter);
    const ports: Port[] = [{ name: 'target', dtype: data.dtype, shape }];
    if (!corrupts) return { ports, target, input: target };
    ports.push({ name: 'input', dtype: 'float32', shape });
    return { ports, target, input: passThrough(below, ops.input('input', shape), parameter) };
  }

  /** What the programs ask for beside the samples does not depend on the batch size. */
  function tracedObjective(mode: Mode) {
    const { around, feeds } = groundOf(packed, mode, 1);
    const x = ops.input('x', [1, features]);
    return { followed: network.objective(x, x, around).followed, feeds };
  }

  function trainStep(batch: number): Program {
    const ground = groundOf(packed, 'train', batch);
    const { ports, target, input } = samples(batch, ground.around);
    const { port: hyper, scalars } = hyperInput(hyperSize);
    const annealed = annealEpochs > 0 ? ops.reshape(scalars[hyperSize - 1]!, []) : undefined;
    const { loss, followed } = network.objective(target, input, ground.around, annealed);

    if (packed.buckets.length > 0 || annealed !== undefined) ports.push(hyper);
    const { state: slots, updates } = descend({ packed, optimizer, clipping: spec.training.optimizer }, loss, ground, scalars);
    const outputs = [{ name: 'loss', value: loss }, ...followedOutput(followed)];
    return { name: `train step of ${batch}`, inputs: [...ports, ...ground.ports], state: [...ground.state, ...slots], outputs, updates };
  }

  /** A batch × features output against its target, in every metric: batch × metrics. */
  const metricsOf = (names: readonly MetricName[], target: Value, reconstruction: Value): Value =>
    ops.concat(names.map(name => ops.reshape(sampleMetric(name, target, reconstruction, model.inputShape), [target.shape[0]!, 1])), 1);

  function evaluate(batch: number, metrics: readonly MetricName[] = spec.training.metrics): Program {
    const { around, state, ports: randomPorts } = groundOf(packed, 'evaluate', batch);
    const { ports, target, input } = samples(batch, around);
    const { own, followed, reconstruction, klPerDimension, code } = network.objective(target, input, around);
    return {
      name: `evaluate ${batch}`, inputs: [...ports, ...randomPorts], state, updates: [],
      outputs: [
        { name: 'loss', value: own },
        ...followedOutput(followed),
        ...(metrics.length > 0 ? [{ name: 'metrics', value: metricsOf(metrics, target, reconstruction) }] : []),
        ...(klPerDimension === undefined ? [] : [
          { name: 'posterior', value: ops.concat([klPerDimension, ops.mean(code, [0]), ops.mean(ops.square(code), [0])], 0) },
        ]),
      ],
    };
  }

  /** The forward pass without anything random. */
  function looking(name: string, batch: number) {
    const { around, state } = groundOf(packed, 'infer', batch);
    const { ports, target, input } = samples(batch, around);
    const code = network.encode(input, around);
    return { name: `${name} ${batch}`, inputs: ports, state, updates: [], code, target, reconstruction: network.decode(code, around) };
  }

  function reconstruct(batch: number): Program {
    const { code, target, reconstruction, ...program } = looking('reconstruct', batch);
    const own = ops.reshape(sampleLosses(spec.training.loss, reductionOf(spec), target, reconstruction), [batch]);
    return { ...program, outputs: [{ name: 'loss', value: own }, { name: 'code', value: code }, { name: 'reconstruction', value: reconstruction }] };
  }

  const training = tracedObjective('train');
  return {
    random: training.feeds,
    evaluationRandom: tracedObjective('evaluate').feeds,
    followed: training.followed.map(({ name, factor }) => ({ name, factor: factor.value })),
    trainStep,
    evaluate,
    evaluateMetrics(batch, metrics) {
      const { outputs, ...program } = evaluate(batch, metrics);
      return { ...program, name: `metrics of ${batch}`, outputs: outputs.filter(({ name }) => name === 'metrics') };
    },
    reconstruct,
    locate(batch) {
      const { outputs, ...program } = reconstruct(batch);
      return { ...program, name: `locate ${batch}`, outputs: outputs.filter(({ name }) => name !== 'reconstruction') };
    },
    activations(batch) {
      const { around, state } = groundOf(packed, 'infer', batch);
      const { ports, input } = samples(batch, around);
      return {
        name: `activations ${batch}`, inputs: ports.filter(port => port.name === (corrupts ? 'input' : 'target')), state, updates: [],
        outputs: network.activations(input, around).map(({ layer, value }) => ({ name: keyOf(layer), value })),
      };
    },
    measure(batch, names) {
      const { code: _, target, reconstruction, ...program } = looking('measure', batch);
      return { ...program, outputs: [{ name: 'metrics', value: metricsOf(names, target, reconstruction) }] };
    },
    encode(batch) {
      const { code, inputs, name, state, updates } = looking('encode', batch);
      return { name, inputs: inputs.filter(port => port.name === (corrupts ? 'input' : 'target')), state, outputs: [{ name: 'code', value: code }], updates };
    },
    decode(batch) {
      const { around, state } = groundOf(packed, 'infer', batch);
      const port: Port = { name: 'code', dtype: 'float32', shape: [batch, codeSize] };
      return { name: `decode ${batch}`, inputs: [port], state, outputs: [{ name: 'reconstruction', value: network.decode(ops.input('code', port.shape), around) }], updates: [] };
    },
    likelihood(batch, draws) {
      const { around, state, ports: randomPorts, feeds } = groundOf(packed, 'evaluate', batch, draws);
      const { ports, target, input } = samples(batch, around);
      const value = network.logLikelihood(target, input, around);
      if (value === undefined) return undefined;
      return { random: feeds, program: { name: `likelihood ${batch}`, inputs: [...ports, ...randomPorts], state, outputs: [{ name: 'logLikelihood', value }], updates: [] } };
    },
    hyper(step, learningRate, epochs = Infinity): HostTensor {
      const annealed = annealEpochs > 0 ? [Math.min(1, epochs / annealEpochs)] : [];
      return tensor(Float32Array.from([...optimizer.hyper(step, learningRate), ...annealed]));
    },
    initialState: (seed): State => packed.pack(Object.fromEntries(model.parameters.map(p => [p.name, tensor(initialize(p, seed), p.shape)]))),
    unpack: state => splitPacked(packed, state),
    pack: tensors => packed.pack(tensors, 'exact'),
    start: tensors => packed.pack(tensors, 'start'),
    memory(batch) {
      const program = trainStep(batch);
      return estimateBytes(program) + windowMemory(program);
    },
    exportOnnx(which, state) {
      const tensors = splitPacked(packed, state);
      const around: Surroundings = {
        mode: 'infer',
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
        encoder: () => ({ name: 'code', value: network.encode(flatInput, around) }),
        decoder: () => ({ name: 'reconstruction', value: shaped(network.decode(codeIn, around)) }),
        autoencoder: () => ({ name: 'reconstruction', value: shaped(network.decode(network.encode(flatInput, around), around)) }),
      };
      return lower({ name: which, inputs: ports, state: [], outputs: [outputs[which]()], updates: [] }, { anyBatch: true });
    },
  };
}

/** Scalars as one vector, so that they come back together. */
function followedOutput(followed: readonly { readonly value: Value }[]): { name: string; value: Value }[] {
  return followed.length === 0 ? [] : [{ name: 'followed', value: ops.concat(followed.map(({ value }) => ops.reshape(value, [1])), 0) }];
}
