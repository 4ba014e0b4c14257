// Pretraining takes a model apart: every weighted layer of the encoder with its counterpart in the decoder is a level, an
// autoencoder of its own on what the levels below compute. Here levels are found, and what cannot be pretrained is explained.
import { formatShape } from '../core/tensor.ts';
import type { SpecPath } from '../spec/diagnostics.ts';
import type { ActivationSpec, LayerOf, LayerSpec, Spec } from '../spec/schema.ts';
import type { ModelIssue } from './errors.ts';
import type { ModelLayer, Shape } from './model.ts';

export interface PretrainingLevel {
  /** Of the weighted layer of the encoder. */
  readonly name: string;
  /** The layers of the encoder under this level. */
  readonly below: readonly ModelLayer[];
  /** A weighted layer of the encoder and what belongs to it: flatten and reshape before, all else behind it. */
  readonly up: readonly ModelLayer[];
  /** Layers of the decoder that lead back: from the output shape of `up` to its input shape. */
  readonly down: readonly ModelLayer[];
}

type Weighted = Extract<LayerSpec, { type: 'dense' | 'conv2d' | 'conv2dTranspose' }>;

function isWeighted(layer: ModelLayer): layer is ModelLayer & { readonly spec: Weighted } {
  return layer.spec.type === 'dense' || layer.spec.type === 'conv2d' || layer.spec.type === 'conv2dTranspose';
}

/** The one weighted layer among these. */
export function weightedLayer(layers: readonly ModelLayer[]): ModelLayer & { readonly spec: Weighted } {
  const layer = layers.find(isWeighted);
  if (layer === undefined) throw new Error('A level of pretraining has a layer with weights.');
  return layer;
}

function indicesOfWeighted(layers: readonly ModelLayer[]): number[] {
  return layers.flatMap((layer, index) => (isWeighted(layer) ? [index] : []));
}

/** Levels from the input to the code, or why there are none. A latent that is more than a dense layer belongs to no level. */
export function pretrainingLevels(layers: readonly ModelLayer[]): PretrainingLevel[] | ModelIssue {
  const coder = layers.filter(({ part, spec }) => part === 'encoder' || (part === 'latent' && spec.type === 'dense'));
  const decoder = layers.filter(({ part }) => part === 'decoder');
  const plain = !layers.some(({ part, spec }) => part === 'latent' && spec.type !== 'dense');
  const ups = indicesOfWeighted(coder);
  const found = indicesOfWeighted(decoder);
  const issue = (layer: ModelLayer | undefined, message: string): ModelIssue => ({
    path: layer?.specPath ?? ['encoder'], code: 'conflict', severity: 'error', message, cure: 'Write "decoder": "mirror", or a decoder that undoes the layers of the encoder one by one, backwards.',
  });
  if (ups.length === 0) return { ...issue(undefined, 'pretraining finds no dense or conv2d layer in the encoder.'), cure: 'Add one, or remove "pretraining".' };
  // A latent with weights of its own has a counterpart too, which comes first.
  if (found.length < ups.length || (plain && found.length > ups.length)) {
    return issue(decoder[0], `pretraining pairs layers of encoder and decoder, but ${ups.length} in the encoder have weights and ${found.length} in the decoder.`);
  }
  const downs = found.slice(-ups.length).reverse();

  // Where the levels meet, as places between layers.
  const stops: { readonly coder: number; readonly decoder: number }[] = [{ coder: 0, decoder: decoder.length }];
  for (let i = 1; i <= ups.length; i++) {
    if (i === ups.length && plain) {
      stops.push({ coder: coder.length, decoder: 0 });
      break;
    }
    const inCoder = preferred(coder, ups[i - 1]! + 1, ups[i] ?? coder.length);
    const inDecoder = places((found[found.length - 1 - i] ?? -1) + 1, downs[i - 1]!);
    const meeting = inCoder.flatMap(at => inDecoder.map(back => ({ coder: at, decoder: back })))
      .find(stop => formatShape(shapeAt(coder, stop.coder)) === formatShape(shapeAt(decoder, stop.decoder)));
    if (meeting === undefined) {
      const [layer, back] = [coder[ups[i - 1]!]!, decoder[downs[i - 1]!]!];
      return issue(back, `pretraining pairs the decoder's "${back.name}" with "${layer.name}", which gives ${formatShape(layer.outputShape)}; it takes ${formatShape(back.inputShape)}.`);
    }
    stops.push(meeting);
  }
  return ups.map((up, i) => ({
    name: coder[up]!.name,
    below: coder.slice(0, stops[i]!.coder),
    up: coder.slice(stops[i]!.coder, stops[i + 1]!.coder),
    down: decoder.slice(stops[i + 1]!.decoder, stops[i]!.decoder),
  }));
}

/** The shape between two layers. */
function shapeAt(layers: readonly ModelLayer[], place: number): Shape {
  return place === 0 ? layers[0]!.inputShape : layers[place - 1]!.outputShape;
}

/** Places from `first` to `last`, late ones first. */
function places(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => last - k);
}

/** The same, in front of what only changes the shape: that belongs to the layer that needs it. */
function preferred(layers: readonly ModelLayer[], first: number, last: number): number[] {
  let best = last;
  while (best > first && (layers[best - 1]!.spec.type === 'flatten' || layers[best - 1]!.spec.type === 'reshape')) best--;
  return [best, ...places(first, last).filter(place => place !== best)];
}

/** What pretraining asks of the model. */
export function checkPretraining({ pretraining, decoder }: Spec, layers: readonly ModelLayer[]): ModelIssue[] {
  if (pretraining === undefined) return [];
  const frozen = layers.find(layer => isWeighted(layer) && !layer.spec.trainable);
  if (frozen !== undefined) {
    return [{ path: frozen.specPath, code: 'conflict', severity: 'error', message: `"${frozen.name}" is frozen, so it cannot be pretrained.`, cure: 'Remove "trainable": false, or "pretraining".' }];
  }
  const issues = pretraining.type === 'rbm' ? checkUnits(layers) : [];
  if (issues.length > 0) return issues;
  const levels = pretrainingLevels(layers);
  if (!Array.isArray(levels)) return [levels];
  return pretraining.type === 'rbm' ? checkDirections(levels, pretraining.visible, !Array.isArray(decoder)) : [];
}

const shapeOnly: readonly string[] = ['flatten', 'reshape', 'dropout'];

/** A Boltzmann machine has binary or Gaussian units with biases, fully connected. */
function checkUnits(layers: readonly ModelLayer[]): ModelIssue[] {
  return layers.flatMap((layer): ModelIssue[] => {
    const { spec, specPath, name } = layer;
    const issue = (path: SpecPath, message: string, cure: string): ModelIssue[] => [{ path, code: 'conflict', severity: 'error', message, cure }];
    if (layer.part === 'latent' && spec.type !== 'dense') {
      return issue(['latent', 'type'], `pretraining by Boltzmann machines needs a plain latent, not ${spec.type}.`, 'Write { "type": "plain" }, or "pretraining": "layerwise".');
    }
    if (spec.type !== 'dense') {
      return shapeOnly.includes(spec.type) ? [] : issue(specPath, `pretraining by Boltzmann machines works with dense layers, not ${spec.type}.`,
        spec.type === 'activation' ? 'Write the activation into the dense layer before it.' : 'Remove it, or write "pretraining": "layerwise".');
    }
    if (!spec.useBias) return issue(specPath, `"${name}" has no bias, the units of a Boltzmann machine have one.`, 'Remove "useBias": false, or write "pretraining": "layerwise".');
    if (spec.activation.type === 'sigmoid' || spec.activation.type === 'linear') return [];
    return issue(specPath, `"${name}" is ${spec.activation.type}; units of a Boltzmann machine are binary (sigmoid) or Gaussian (linear).`,
      'Take "sigmoid", or "linear" for a code of real numbers, or write "pretraining": "layerwise".');
  });
}

/** A layer of the decoder gives what the encoder's counterpart takes: probabilities where units are binary, numbers where they are Gaussian. */
function checkDirections(levels: readonly PretrainingLevel[], visible: 'binary' | 'gaussian', mirrored: boolean): ModelIssue[] {
  return levels.flatMap(({ name, down }, i): ModelIssue[] => {
    const wanted = i === 0 ? visible : unitsOf(levels[i - 1]!.up);
    const layer = weightedLayer(down);
    if (unitsOf(down) === wanted) return [];
    const right = wanted === 'binary' ? 'sigmoid' : 'linear';
    const path = i === 0 && mirrored ? ['decoder', 'outputActivation'] : layer.specPath;
    const { type } = activationOf(layer);
    return [{
      path, code: 'conflict', severity: 'error',
      message: `the decoder's "${layer.name}" is ${type}, but it gives the ${i === 0 ? 'visible ' : ''}units that "${name}" takes, and those are ${wanted}.`,
      cure: i === 0 ? `Give it the activation "${right}", or write "visible": "${wanted === 'binary' ? 'gaussian' : 'binary'}".` : `Give it the activation "${right}".`,
    }];
  });
}

function activationOf(layer: ModelLayer): ActivationSpec {
  return (layer.spec as LayerOf<'dense'>).activation;
}

/** The kind of units a dense layer stands for. */
export function unitsOf(layers: readonly ModelLayer[]): 'binary' | 'gaussian' {
  return activationOf(weightedLayer(layers)).type === 'sigmoid' ? 'binary' : 'gaussian';
}
