// decoder: "mirror". The encoder and latent are walked backwards. Every layer that changed the shape is undone by the layer
// its rule names (layers.ts), and each shape so restored is dressed as it was in the encoder: with the activation and the batch
// normalisation that stood there. Dropout is not mirrored, and the input's own shape gets the output activation alone.
import type { SpecPath } from '../spec/diagnostics.ts';
import type { ActivationSpec, LayerSpec } from '../spec/schema.ts';
import { ruleOf } from './layers.ts';
import type { ModelLayer, ModelLayerSpec } from './model.ts';
import { ShapeError } from './errors.ts';

export interface PlacedSpec {
  readonly spec: LayerSpec;
  readonly path: SpecPath;
}

/** A layer that changes the shape, and what followed it at its output shape. */
interface Stage {
  readonly layer: ModelLayer;
  readonly dress: Dress;
}
interface Dress {
  /** The first thing applied; linear for none. */
  activation: ActivationSpec;
  /** Batch normalisations and further activations, in order. */
  readonly after: PlacedSpec[];
}

const linear: ActivationSpec = { type: 'linear' };

/** Where mirroring failed: the layer of the encoder that cannot be undone. */
export class MirrorError extends Error {
  override readonly name = 'MirrorError';
  constructor(readonly layer: ModelLayer, readonly reason: ShapeError) {
    super(reason.message);
  }
}

/**
 * The decoder that undoes the given layers of encoder and latent, each entry placed at the layer it comes from.
 * Throws MirrorError when a shape cannot be restored.
 */
export function mirrorLayers(layers: readonly ModelLayer[], outputActivation: ActivationSpec): PlacedSpec[] {
  const stages = stagesOf(layers);
  const decoder: PlacedSpec[] = [];
  for (let i = stages.length - 1; i >= 0; i--) {
    const { layer } = stages[i]!;
    decoder.push({ spec: undo(layer), path: layer.specPath });
    const dress: Dress = i > 0 ? stages[i - 1]!.dress : { activation: outputActivation, after: [] };
    decoder.push(...dressLast(decoder, dress, layer.specPath));
  }
  if (stages.length === 0 && outputActivation.type !== 'linear') decoder.push({ spec: { type: 'activation', activation: outputActivation }, path: ['decoder'] });
  return decoder;
}

function stagesOf(layers: readonly ModelLayer[]): Stage[] {
  const stages: Stage[] = [];
  for (const layer of layers) {
    const { spec } = layer;
    if (ruleOf(spec).mirror !== undefined) {
      stages.push({ layer, dress: { activation: 'activation' in spec ? spec.activation : linear, after: [] } });
    } else if (mirrored(spec)) {
      const dress = stages.at(-1)?.dress;
      if (dress === undefined) continue; // what stands at the input's own shape is not mirrored
      if (spec.type === 'activation' && dress.activation.type === 'linear' && dress.after.length === 0) dress.activation = spec.activation;
      else dress.after.push({ spec: unnamed(spec), path: layer.specPath });
    }
  }
  return stages;
}

/** What stands at a shape and belongs in the decoder too; what makes codes noisy or sparse does not. */
function mirrored(spec: ModelLayerSpec): spec is Extract<LayerSpec, { type: 'activation' | 'batchNormalization' }> {
  return spec.type === 'activation' || spec.type === 'batchNormalization';
}

/** A layer as it stands in the decoder: named after its type, and not frozen because its model is. */
function unnamed(spec: LayerSpec): LayerSpec {
  const copy: LayerSpec = spec.type === 'batchNormalization' ? { ...spec, trainable: true } : { ...spec };
  delete copy.name;
  return copy;
}

function undo(layer: ModelLayer): LayerSpec {
  const { mirror } = ruleOf(layer.spec);
  try {
    return mirror!(layer.spec, layer.inputShape, layer.outputShape);
  } catch (error) {
    throw error instanceof ShapeError ? new MirrorError(layer, error) : error;
  }
}

/**
 * Gives the last layer of the decoder its activation and returns what has to follow it. A layer without weights (reshape,
 * upSampling2d) leaves an element-wise activation to the weighted layer before it: dense(relu) → reshape is the same as
 * dense → reshape → relu.
 */
function dressLast(decoder: PlacedSpec[], { activation, after }: Dress, path: SpecPath): readonly PlacedSpec[] {
  if (activation.type === 'linear') return after;
  const hostIndex = activation.type === 'softmax' ? decoder.length - 1 : decoder.findLastIndex(({ spec }) => !commutes(spec));
  const host = decoder[hostIndex];
  if (host === undefined || host.spec.type === 'activation' || !('activation' in host.spec) || host.spec.activation.type !== 'linear') {
    return [{ spec: { type: 'activation', activation }, path }, ...after];
  }
  decoder[hostIndex] = { ...host, spec: { ...host.spec, activation } };
  return after;
}

/** Whether a layer commutes with every element-wise function. */
function commutes(spec: LayerSpec): boolean {
  return spec.type === 'flatten' || spec.type === 'reshape' || spec.type === 'upSampling2d';
}
