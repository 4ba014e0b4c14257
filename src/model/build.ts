// From a spec and the shape of a sample to the layers of a model, each with its shapes and parameters. The walk stops at the
// first layer that does not fit: what follows it has no known shape.
import { formatShape, sizeOf } from '../core/tensor.ts';
import { formatPath } from '../spec/diagnostics.ts';
import { lastActivation } from '../spec/meaning.ts';
import type { DecoderSpec, LatentSpec, LayerSpec, Spec } from '../spec/schema.ts';
import { checkProbe } from './classifier.ts';
import { ModelError, type ModelIssue } from './errors.ts';
import { MirrorError, mirrorLayers, type PlacedSpec } from './mirror.ts';
import type { Model, ModelLayer, Part, Shape } from './model.ts';
import { checkPenalties } from './penalties.ts';
import { checkPretraining } from './pretraining.ts';
import { checkReferences, refersTo } from './references.ts';
import { traceLayers, type Placed } from './trace.ts';

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
  const issues: ModelIssue[] = [...checkCorruption(spec, inputShape), ...checkMetrics(spec, inputShape)];
  const layers: ModelLayer[] = [];
  const stop = (issue?: ModelIssue): TracedModel => ({ inputShape, layers, issues: issue === undefined ? issues : [...issues, issue] });
  const frozen = spec.init?.freeze ?? [];
  const walk = (part: Part, placed: readonly Placed[], shape: Shape) => {
    const traced = traceLayers(part, placed, shape, name => frozen.some(reference => refersTo(reference, { part, name })));
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

  issues.push(...checkReferences(spec, layers), ...checkPenalties(spec, layers), ...checkPretraining(spec, layers), ...checkProbe(spec, { inputShape, latentShape }));
  if (issues.some(({ severity }) => severity === 'error')) return { ...stop(), latentShape };
  const model: Model = {
    inputShape, latentShape, layers, parameters: layers.flatMap(layer => layer.parameters),
    outputActivation: lastActivation(layers.flatMap(layer => (layer.part === 'decoder' ? [layer.spec as LayerSpec] : []))),
  };
  return { inputShape, layers, latentShape, issues, model };
}

function listed(layers: readonly LayerSpec[], part: 'encoder' | 'decoder'): PlacedSpec[] {
  return layers.map((spec, index) => ({ spec, path: [part, index] }));
}

/** The layers a latent adds: a plain one with units is a dense layer of its own. */
function latentLayers(latent: LatentSpec): Placed[] {
  if (latent.type !== 'plain') return [{ spec: { ...latent, name: 'latent' }, path: ['latent'] }];
  const { units } = latent;
  if (units === undefined) return [];
  const { activation, useBias, kernelInitializer, biasInitializer, trainable } = latent;
  return [{ spec: { type: 'dense', name: 'latent', units, activation, useBias, kernelInitializer, biasInitializer, trainable }, path: ['latent'] }];
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

/** Structural similarity looks at neighbouring pixels. */
function checkMetrics(spec: Spec, input: Shape): ModelIssue[] {
  const index = spec.training.metrics.indexOf('ssim');
  if (index === -1 || input.length === 3) return [];
  return [{ path: ['training', 'metrics', index], code: 'needs-image', severity: 'warning', message: `ssim needs images, the samples are vectors of ${sizeOf(input)}: it is not measured.`, cure: 'Remove it, or give the data a shape such as [28, 28, 1].' }];
}
