// What another framework needs to train the very model of a spec: its layers with every default written out, their weights, and
// what they are trained for. Python reads it (keras_layers.py, torch_layers.py), so no model is written down twice.
import { sizeOf, type HostTensor } from '../../src/core/tensor.ts';
import { reductionOf } from '../../src/graph/losses.ts';
import type { ModelPrograms } from '../../src/graph/program.ts';
import type { Model, ModelLayer } from '../../src/model/model.ts';
import { decayingKernels, isExact, penalizedLayer } from '../../src/model/penalties.ts';
import type { Spec } from '../../src/spec/schema.ts';

/** One layer: the options of the spec under their own names, and where its weights are found. */
export interface DescribedLayer {
  /** "encoder/dense_1"; weights are named "<key>/<role>". */
  readonly key: string;
  readonly part: string;
  readonly type: string;
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly parameters: readonly { readonly name: string; readonly role: string; readonly trainable: boolean }[];
  readonly [option: string]: unknown;
}

export interface Description {
  readonly name: string;
  /** Of one sample, channels last. */
  readonly inputShape: readonly number[];
  readonly codeSize: number;
  readonly layers: readonly DescribedLayer[];
  readonly corruption: Spec['corruption'];
  readonly loss: Spec['training']['loss'];
  /** Whether the numbers of a sample are summed or averaged; samples are averaged. */
  readonly reduction: 'sum' | 'mean';
  readonly optimizer: Spec['training']['optimizer'];
  readonly penalties: readonly Readonly<Record<string, unknown>>[];
}

export function describe(name: string, spec: Spec, model: Model): Description {
  return {
    name, inputShape: model.inputShape, codeSize: sizeOf(model.latentShape),
    layers: model.layers.map(describeLayer),
    corruption: spec.corruption, loss: spec.training.loss, reduction: reductionOf(spec), optimizer: spec.training.optimizer,
    penalties: spec.penalties.map(penalty => describePenalty(penalty, model)),
  };
}

const keyOf = ({ part, name }: Pick<ModelLayer, 'part' | 'name'>): string => `${part}/${name}`;

function describeLayer(layer: ModelLayer): DescribedLayer {
  const { part, spec, inputShape, outputShape, parameters } = layer;
  return {
    ...spec, key: keyOf(layer), part, type: spec.type, inputShape, outputShape,
    parameters: parameters.map(({ name, role, trainable }) => ({ name, role, trainable })),
  };
}

/** `of`: the layer whose outputs count, or "code"; `kernels`: the weights that decay; `exact`: how a Jacobian is computed. */
function describePenalty(penalty: Spec['penalties'][number], model: Model): Record<string, unknown> {
  switch (penalty.type) {
    case 'activityL1': case 'klSparsity': {
      const layer = penalizedLayer(penalty.layer, model.layers);
      return { ...penalty, of: layer === undefined ? 'code' : keyOf(layer) };
    }
    case 'contractive':
      return { ...penalty, exact: isExact(penalty, sizeOf(model.latentShape)) };
    case 'weightDecay': return { ...penalty, kernels: decayingKernels(penalty, model).map(({ name }) => name) };
  }
}

/** Freshly drawn weights by name, in Keras's shapes. */
export function startWeights(model: Model, programs: ModelPrograms, seed: number): Record<string, HostTensor> {
  const tensors = programs.unpack(programs.initialState(seed));
  return Object.fromEntries(model.parameters.map(({ name }) => [name, tensors[name]!]));
}
