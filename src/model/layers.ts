// The table of layers. A new layer type is one variant in src/spec/schema.ts, one entry here and one forward in src/graph.
import type { ModelLayerOf, ModelLayerType } from './model.ts';
import { conv2d, conv2dTranspose } from './layers/convolution.ts';
import { dense } from './layers/dense.ts';
import { activation, batchNormalization, dropout, topK } from './layers/elementwise.ts';
import { averagePooling2d, maxPooling2d, upSampling2d } from './layers/pooling.ts';
import { gaussian, quantized, spherical, wasserstein } from './layers/latents.ts';
import type { LayerRule } from './layers/rule.ts';
import { flatten, reshape } from './layers/shape.ts';

export const layerRules: { readonly [T in ModelLayerType]: LayerRule<T> } = {
  dense, conv2d, conv2dTranspose, flatten, reshape, activation, dropout, batchNormalization, maxPooling2d, averagePooling2d, upSampling2d, topK,
  gaussian, quantized, wasserstein, spherical,
};

/** The rule of a layer. */
export function ruleOf<T extends ModelLayerType>(layer: ModelLayerOf<T>): LayerRule<T> {
  return layerRules[layer.type as T];
}
