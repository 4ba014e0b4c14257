// The model a spec describes: layers with shapes and parameters, before any arithmetic. Shapes are without the batch and
// channels-last, as in Keras; parameter shapes are Keras's too (kernel: [height, width, in, out]; transposed convolution:
// [height, width, out, in]; dense: [in, out]).
import type { ActivationSpec, InitializerSpec, LatentSpec, LayerSpec } from '../spec/schema.ts';

export type Shape = readonly number[];
/** A classifier is a model of its own, trained beside the autoencoder (classifier.ts). */
export type Part = 'encoder' | 'latent' | 'decoder' | 'classifier';
export type ParameterRole =
  | 'kernel' | 'bias' | 'gamma' | 'beta' | 'movingMean' | 'movingVariance'
  | 'meanKernel' | 'meanBias' | 'logVarianceKernel' | 'logVarianceBias'
  | 'codebook' | 'uses';

/** A latent that is a layer of a kind of its own. (A plain one with units is a dense layer.) */
export type LatentLayerSpec = Exclude<LatentSpec, { type: 'plain' }> & { readonly name: string };
/** What a layer of a model can be. */
export type ModelLayerSpec = LayerSpec | LatentLayerSpec;
export type ModelLayerType = ModelLayerSpec['type'];
export type ModelLayerOf<T extends ModelLayerType> = Extract<ModelLayerSpec, { type: T }>;

export interface Parameter {
  /** Unique in the model: "encoder/dense/kernel". */
  readonly name: string;
  readonly role: ParameterRole;
  readonly shape: Shape;
  readonly initializer: InitializerSpec;
  /** Changed by gradients. Statistics are not; nor is anything in a frozen layer. */
  readonly trainable: boolean;
  /** Changed by the data that flows through, not by gradients: moving averages. */
  readonly statistic: boolean;
  /** Keras's fan-in and fan-out, for initialisers that scale by them. */
  readonly fanIn: number;
  readonly fanOut: number;
}

export interface ModelLayer {
  /** Unique in its part: "dense_1". */
  readonly name: string;
  readonly part: Part;
  readonly spec: ModelLayerSpec;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly parameters: readonly Parameter[];
  /** Where it stands in the spec, as property names and indices; a mirrored layer points at the layer it mirrors. */
  readonly specPath: readonly (string | number)[];
}

export interface Model {
  readonly inputShape: Shape;
  /** Shape of the code. */
  readonly latentShape: Shape;
  /** In the order they are applied. A plain latent with units is one dense layer of part 'latent'. */
  readonly layers: readonly ModelLayer[];
  /** All parameters in the order of the layers. */
  readonly parameters: readonly Parameter[];
  /** The last activation, which a loss may use in a numerically safer form (sigmoid with binary cross-entropy). */
  readonly outputActivation: ActivationSpec;
}

/** A layer by a name that is unique in its model: "encoder/dense_1". */
export function keyOf({ part, name }: Pick<ModelLayer, 'part' | 'name'>): string {
  return `${part}/${name}`;
}
