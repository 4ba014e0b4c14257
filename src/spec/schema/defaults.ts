// One setting for the whole model: what layers take where they are silent. defaults.ts of the room above fills it in.
import { Type, type Static } from '@sinclair/typebox';
import { Activation, Initializer, Padding } from './layers.ts';
import { closed, optional } from './words.ts';

/** Who does not take the activation; part of descriptions and findings, so that the rule is told in the same words everywhere. */
export const keepTheirOwn = 'the layer that makes the code (the latent; without units there, the encoder\'s last), the decoder\'s last layer, and one whose activation follows as a layer of its own';

export const Defaults = Type.Object({
  activation: optional(Type.Unsafe<Static<typeof Activation>>({
    ...Activation, description: `Activation of the layers that name none. Left out, "linear". Three keep their own, "linear" where they name none: ${keepTheirOwn}.`, examples: ['selu', { type: 'leakyRelu', slope: 0.01 }],
  })),
  useBias: optional(Type.Boolean({ description: 'Whether layers that do not say so add a bias; left out, true. Holds for the latent, too.', examples: [false] })),
  kernelInitializer: optional(Type.Unsafe<Static<typeof Initializer>>({ ...Initializer, description: 'How kernels are drawn where a layer does not say so; left out, "glorotUniform". Holds for the latent, too.', examples: ['lecunNormal'] })),
  biasInitializer: optional(Type.Unsafe<Static<typeof Initializer>>({ ...Initializer, description: 'How biases are drawn where a layer does not say so; left out, "zeros". Holds for the latent, too.', examples: [{ type: 'constant', value: 0.1 }] })),
  padding: optional(Type.Unsafe<Static<typeof Padding>>({ ...Padding, description: 'Padding of conv2d and conv2dTranspose layers that name none; left out, "valid". Pooling layers keep their own.', examples: ['same', 1] })),
}, {
  ...closed, examples: [{ activation: 'selu', kernelInitializer: 'lecunNormal' }],
  description: `Settings for the whole model: the layers of encoder and decoder take them where they are silent, and a mirrored decoder has those of the encoder. The activation is not taken by ${keepTheirOwn}. Layers of a probe take nothing from here. What is left out here, too, is Keras's default.`,
});
