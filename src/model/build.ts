// From a spec and the shape of a sample to the layers of a model, each with its shapes and parameters. The walk stops at the
// first layer that does not fit: what follows it has no known shape.
import { formatShape, sizeOf } from '../core/tensor.ts';
import { formatPath, type SpecPath } from '../spec/diagnostics.ts';
import { lastActivation } from '../spec/meaning.ts';
import type { DecoderSpec, LatentSpec, LayerSpec, Spec } from '../spec/schema.ts';
import { ModelError, ShapeError, type ModelIssue } from './errors.ts';
import { ruleOf } from './layers.ts';
import { MirrorError, mirrorLayers, type PlacedSpec } from './mirror.ts';
import type { Model, ModelLayer, Parameter, ParameterRole, Part, Shape } from './model.ts';

/** A model as far as it could be built. */
export interface TracedModel {
  readonly inputShape: Shape;
  readonly layers: readonly ModelLayer[];
  /** Known once encoder and latent fit. */
  readonly latentShape?: Shape;
  readonly issues: readonly ModelIssue[];
  /** Absent when an issue is an error. */
  readonly model?: Model;
}

/** The model of a spec for samples of that shape. Throws ModelError (reason 'spec') saying which layer does not fit and why. */
export function buildModel(spec: Spec, inputShape: Shape): Model {
  const { model, issues } = traceModel(spec, inputShape);
  if (model !== undefined) return model;
  const issue = issues.find(({ severity }) => severity === 'error')!;
  throw new ModelError(issue, `${formatPath(issue.path)}: ${issue.message} ${issue.cure}`);
}

/** Builds as much of the model as fits and says what does not; never throws for what the spec says. */
export function traceModel(spec: Spec, inputShape: Shape): TracedModel {
  const issues: ModelIssue[] = checkCorruption(spec, inputShape);
  const layers: ModelLayer[] = [];
  const stop = (issue?: ModelIssue): TracedModel => ({ inputShape, layers, issues: issue === undefined ? issues : [...issues, issue] });
  const walk = (part: Part, placed: readonly PlacedSpec[], shape: Shape) => {
    const traced = traceLayers(part, placed, shape);
    layers.push(...traced.layers);
    return traced;
  };

  const encoded = walk('encoder', listed(spec.encoder, 'encoder'), inputShape);
  if (encoded.issue !== undefined) return stop(encoded.issue);
  const coded = walk('latent', latentLayers(spec.latent), encoded.shape);
  if (coded.issue !== undefined) return stop(coded.issue);
  const latentShape = coded.shape;

  let decoder: PlacedSpec[];
  try {
    decoder = Array.isArray(spec.decoder) ? listed(spec.decoder, 'decoder') : mirrorLayers(layers, spec.decoder.outputActivation);
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    const { code, cure } = error.reason;
    return { ...stop({ path: error.layer.specPath, code, severity: 'error', message: `decoder "mirror": ${error.message}`, cure }), latentShape };
  }
  const decoded = walk('decoder', decoder, latentShape);
  const issue = decoded.issue ?? checkOutput(spec.decoder, layers.filter(({ part }) => part === 'decoder'), decoded.shape, inputShape);
  if (issue !== undefined) return { ...stop(issue), latentShape };

  if (issues.some(({ severity }) => severity === 'error')) return { ...stop(), latentShape };
  const model: Model = {
    inputShape, latentShape, layers, parameters: layers.flatMap(layer => layer.parameters),
    outputActivation: lastActivation(layers.filter(({ part }) => part === 'decoder').map(layer => layer.spec)),
  };
  return { inputShape, layers, latentShape, issues, model };
}

function listed(layers: readonly LayerSpec[], part: 'encoder' | 'decoder'): PlacedSpec[] {
  return layers.map((spec, index) => ({ spec, path: [part, index] }));
}

/** The layers a latent adds: a plain one with units is a dense layer of its own. */
function latentLayers(latent: LatentSpec): PlacedSpec[] {
  const { units } = latent;
  if (units === undefined) return [];
  const { activation, useBias, kernelInitializer, biasInitializer, trainable } = latent;
  return [{ spec: { type: 'dense', name: 'latent', units, activation, useBias, kernelInitializer, biasInitializer, trainable }, path: ['latent'] }];
}

function traceLayers(part: Part, placed: readonly PlacedSpec[], input: Shape): { layers: ModelLayer[]; shape: Shape; issue?: ModelIssue } {
  const layers: ModelLayer[] = [];
  const names = new Names(placed.map(({ spec }) => spec));
  let shape = input;
  for (const { spec, path } of placed) {
    const rule = ruleOf(spec);
    let outputShape: Shape;
    try {
      outputShape = rule.outputShape(spec, shape);
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      return { layers, shape, issue: issueOf(error, path) };
    }
    const name = names.of(spec, rule.stem);
    layers.push({ name, part, spec, inputShape: shape, outputShape, parameters: parametersOf(spec, shape, `${part}/${name}`), specPath: path });
    shape = outputShape;
  }
  return { layers, shape };
}

function issueOf({ code, message, cure, before }: ShapeError, path: SpecPath): ModelIssue {
  const repair = before === undefined ? {}
    : { repair: path[0] === 'latent' ? { kind: 'append', path: ['encoder'], layer: before } as const : { kind: 'insertBefore', path, layer: before } as const };
  return { path, code, severity: 'error', message, cure: path[0] === 'latent' ? cure.replace('before it', 'at the end of the encoder') : cure, ...repair };
}

/** Names as Keras makes them, dense, dense_1, ..., leaving out those that are given. */
class Names {
  private readonly taken: Set<string>;
  private readonly next = new Map<string, number>();
  constructor(layers: readonly LayerSpec[]) {
    this.taken = new Set(layers.flatMap(({ name }) => (name === undefined ? [] : [name])));
  }
  of(spec: LayerSpec, stem: string): string {
    if (spec.name !== undefined) return spec.name;
    for (;;) {
      const count = this.next.get(stem) ?? 0;
      this.next.set(stem, count + 1);
      const name = count === 0 ? stem : `${stem}_${count}`;
      if (!this.taken.has(name)) return name;
    }
  }
}

const variableNames: Readonly<Record<ParameterRole, string>> = {
  kernel: 'kernel', bias: 'bias', gamma: 'gamma', beta: 'beta', movingMean: 'moving_mean', movingVariance: 'moving_variance',
};

function parametersOf(spec: LayerSpec, input: Shape, prefix: string): Parameter[] {
  const trainable = !('trainable' in spec) || spec.trainable;
  return (ruleOf(spec).weights?.(spec, input) ?? []).map(({ role, shape, initializer, learned }) => ({
    name: `${prefix}/${variableNames[role]}`, role, shape, initializer, trainable: learned && trainable, ...fans(shape),
  }));
}

/** Fan-in and fan-out by Keras's compute_fans: the last two axes, times the receptive field. */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length < 2) return { fanIn: shape[0] ?? 1, fanOut: shape[0] ?? 1 };
  const receptiveField = sizeOf(shape.slice(0, -2));
  return { fanIn: shape.at(-2)! * receptiveField, fanOut: shape.at(-1)! * receptiveField };
}

/** The decoder has to end in the shape of the input, or in a vector of as many numbers. */
function checkOutput(decoder: DecoderSpec, layers: readonly ModelLayer[], output: Shape, input: Shape): ModelIssue | undefined {
  const sameSize = sizeOf(output) === sizeOf(input);
  if (formatShape(output) === formatShape(input) || (sameSize && output.length === 1)) return undefined;
  const last = layers.at(-1);
  const message = `decoder ends in ${formatShape(output)}, the input is ${formatShape(input)}.`;
  const issue = { path: last?.specPath ?? ['decoder'], code: 'output-shape', severity: 'error', message } as const;
  if (!Array.isArray(decoder) || last === undefined) return { ...issue, cure: 'Write the decoder as a list.' };
  if (sameSize) {
    const layer = input.length === 1 ? { type: 'flatten' } : { type: 'reshape', targetShape: input };
    return { ...issue, cure: `End it in ${JSON.stringify(layer)}.`, repair: { kind: 'append', path: ['decoder'], layer } };
  }
  if (output.length === 1) {
    const index = layers.findLastIndex(({ spec }) => spec.type === 'dense');
    if (index === -1 || sizeOf(layers[index]!.outputShape) !== sizeOf(output)) return { ...issue, cure: `End it in { "type": "dense", "units": ${sizeOf(input)} }.` };
    const path = [...layers[index]!.specPath, 'units'];
    return { ...issue, path, cure: `Give this layer ${sizeOf(input)} units.`, repair: { kind: 'set', path, value: sizeOf(input) } };
  }
  if (input.length === 3 && output[0] === input[0] && output[1] === input[1] && 'filters' in last.spec) {
    const path = [...last.specPath, 'filters'];
    return { ...issue, path, cure: `Give this layer ${input[2]} ${input[2] === 1 ? 'filter' : 'filters'}, one for each channel.`, repair: { kind: 'set', path, value: input[2] } };
  }
  return { ...issue, cure: input.length === 3 ? 'Change strides, padding or outputPadding of the transposed convolutions, or write "decoder": "mirror".' : `End it in { "type": "flatten" } and { "type": "dense", "units": ${sizeOf(input)} }.` };
}

/** An occlusion has to fit into an image. */
function checkCorruption(spec: Spec, input: Shape): ModelIssue[] {
  return spec.corruption.flatMap((corruption, index): ModelIssue[] => {
    if (corruption.type !== 'occlusion') return [];
    const path = ['corruption', index];
    if (input.length !== 3) {
      return [{ path, code: 'needs-image', severity: 'error', message: `occlusion needs images, the samples are vectors of ${sizeOf(input)}.`, cure: 'Use "masking", or give the data a shape such as [28, 28, 1].' }];
    }
    const [height, width] = corruption.size;
    if (height <= input[0]! && width <= input[1]!) return [];
    return [{ path: [...path, 'size'], code: 'size-mismatch', severity: 'error', message: `a block of ${height}×${width} does not fit into images of ${input[0]}×${input[1]}.`, cure: 'Write a smaller size.' }];
  });
}
