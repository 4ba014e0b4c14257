// Programs of a classifier: one step of its training, and its predictions. The loss is Keras's categorical cross-entropy of a
// softmax, computed from the logits: log Σ eᶻ − z of the right class neither overflows nor loses digits.
import type { RandomFeed } from '../core/random.ts';
import { sizeOf, tensor, type DType, type HostTensor } from '../core/tensor.ts';
import type { ClassifierModel } from '../model/classifier.ts';
import type { OptimizerSpec } from '../spec/schema.ts';
import { activate } from './activations.ts';
import { initialize } from './initializers.ts';
import type { Value } from './ir.ts';
import { fromFlat } from './layers.ts';
import { applyLayers, type Surroundings } from './objective.ts';
import * as ops from './ops.ts';
import { buildOptimizer } from './optimizers.ts';
import { PackedParameters, splitPacked } from './packing.ts';
import type { Port, Program, State } from './program.ts';
import { descend, groundOf, hyperInput } from './train-program.ts';

/**
 * Ports: `samples` (batch × features in the type of the data, scaled inside the program), `labels` (batch, int32), `hyper`, and one
 * for each entry of `random` (train step only). `predict` takes float32 samples in model scale, wherever they come from.
 * Outputs: train step: `loss` and `accuracy` (scalars); evaluate: `loss` (batch) and `probabilities` (batch × classes);
 * predict: `probabilities`.
 */
export interface ClassifierPrograms {
  readonly random: readonly RandomFeed[];
  trainStep(batch: number): Program;
  evaluate(batch: number): Program;
  predict(batch: number): Program;
  hyper(step: number, learningRate: number): HostTensor;
  initialState(seed: number): State;
  unpack(state: State): Record<string, HostTensor>;
  /** Weights → state, the optimiser's fresh; throws StudioError('run') naming the tensor that is missing or of another shape. */
  start(tensors: Readonly<Record<string, HostTensor>>): State;
}

export interface ClassifierOptions {
  readonly optimizer: OptimizerSpec;
  /** Type and factor of the samples' values. */
  readonly data: { readonly dtype: Extract<DType, 'uint8' | 'float32'>; readonly scale: number };
}

export function buildClassifierPrograms(model: ClassifierModel, { optimizer: clipping, data }: ClassifierOptions): ClassifierPrograms {
  const { classes, inputShape, layers, parameters } = model;
  const optimizer = buildOptimizer(clipping);
  const packed = new PackedParameters(model, optimizer.slots);

  /** The port of samples, and what the layers make of them: batch × classes. */
  function logitsOf(batch: number, around: Surroundings, { dtype, scale } = data): { port: Port; logits: Value } {
    const port: Port = { name: 'samples', dtype, shape: [batch, sizeOf(inputShape)] };
    const samples = ops.cast(ops.input(port.name, port.shape, dtype), 'float32', scale);
    return { port, logits: applyLayers(layers, fromFlat(samples, inputShape), around) };
  }

  const labelsOf = (batch: number): { port: Port; oneHot: Value } => {
    const port: Port = { name: 'labels', dtype: 'int32', shape: [batch] };
    return { port, oneHot: oneHot(ops.input(port.name, port.shape, 'int32'), classes) };
  };

  const softmax = (logits: Value): Value => activate({ type: 'softmax' }, logits, 1);

  return {
    random: (() => {
      const ground = groundOf(packed, 'train', 1);
      logitsOf(1, ground.around);
      return ground.feeds;
    })(),
    trainStep(batch) {
      const ground = groundOf(packed, 'train', batch);
      const { port: samples, logits } = logitsOf(batch, ground.around);
      const { port: labels, oneHot: target } = labelsOf(batch);
      const { port: hyper, scalars } = hyperInput(optimizer.hyperSize);
      const loss = ops.mean(crossEntropy(target, logits));
      const { state, updates } = descend({ packed, optimizer, clipping }, loss, ground, scalars);
      return {
        name: `classifier, train step of ${batch}`, inputs: [samples, labels, hyper, ...ground.ports], state: [...ground.state, ...state], updates,
        outputs: [{ name: 'loss', value: loss }, { name: 'accuracy', value: ops.mean(isRight(target, logits)) }],
      };
    },
    evaluate(batch) {
      const { around, state } = groundOf(packed, 'infer', batch);
      const { port: samples, logits } = logitsOf(batch, around);
      const { port: labels, oneHot: target } = labelsOf(batch);
      const outputs = [{ name: 'loss', value: crossEntropy(target, logits) }, { name: 'probabilities', value: softmax(logits) }];
      return { name: `classifier, evaluate ${batch}`, inputs: [samples, labels], state, outputs, updates: [] };
    },
    predict(batch) {
      const { around, state } = groundOf(packed, 'infer', batch);
      const { port, logits } = logitsOf(batch, around, { dtype: 'float32', scale: 1 });
      return { name: `classifier, predict ${batch}`, inputs: [port], state, outputs: [{ name: 'probabilities', value: softmax(logits) }], updates: [] };
    },
    hyper: (step, learningRate) => tensor(Float32Array.from(optimizer.hyper(step, learningRate))),
    initialState: seed => packed.pack(Object.fromEntries(parameters.map(p => [p.name, tensor(initialize(p, seed), p.shape)]))),
    unpack: state => splitPacked(packed, state),
    start: tensors => packed.pack(tensors),
  };
}

/** batch → batch × classes: 1 at each label, 0 elsewhere. */
export function oneHot(labels: Value, classes: number): Value {
  const column = ops.reshape(ops.cast(labels, 'float32'), [labels.shape[0]!, 1]);
  const names = ops.constant(Float32Array.from({ length: classes }, (_, i) => i), [1, classes]);
  return ops.sub(1, ops.abs(ops.sign(ops.sub(column, names))));
}

/** −log softmax(logits) of the right class for each sample: batch. target, logits: batch × classes. */
export function crossEntropy(target: Value, logits: Value): Value {
  const [batch] = logits.shape as [number, number];
  const peak = ops.stopGradient(ops.reduceMax(logits, [1], true));
  const logSum = ops.add(ops.log(ops.sum(ops.exp(ops.sub(logits, peak)), [1])), ops.reshape(peak, [batch]));
  return ops.sub(logSum, ops.sum(ops.mul(target, logits), [1]));
}

/** 1 where the right class has the largest logit, all others being smaller; batch. */
function isRight(target: Value, logits: Value): Value {
  const own = ops.sum(ops.mul(target, logits), [1]);
  const others = ops.reduceMax(ops.select(ops.greater(target, 0.5), -3e38, logits), [1]);
  return ops.select(ops.greater(own, others), 1, 0);
}
