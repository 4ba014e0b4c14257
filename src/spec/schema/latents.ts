// The bottleneck, and the decoder behind it.
import { Type, type Static } from '@sinclair/typebox';
import { Activation, kernels, Layer, trainable } from './layers.ts';
import { choice, optional, variant } from './words.ts';

const latentUnits = Type.Integer({ minimum: 1, description: 'Size of the code.', examples: [32] });

export const Latent = choice([
  variant('plain', 'The code is what the encoder computes: with units, by one more dense layer; without, the encoder\'s output as it is.', {
    units: optional(Type.Integer({ minimum: 1, description: 'Size of the code. Left out, the output of the encoder is the code, of whatever shape.', examples: [32] })),
    activation: Type.Unsafe<Static<typeof Activation>>({ ...Activation, default: 'linear', description: 'Activation of the code; `defaults` does not give one.', examples: ['sigmoid'] }),
    ...kernels, ...trainable,
  }),
  variant('gaussian', 'Variational (Kingma and Welling, 2014): the encoder gives mean and variance of a normal distribution, the decoder sees a sample of it, and a Kullback-Leibler term holds it near N(0, 1). The code shown is the mean.', {
    units: latentUnits,
    beta: Type.Number({ default: 1, minimum: 0, description: 'Weight of the Kullback-Leibler term (Higgins et al., 2017). 1 is the evidence lower bound.', examples: [4] }),
    annealEpochs: Type.Number({ default: 0, minimum: 0, description: 'The weight rises linearly from zero over this many epochs (a fraction is allowed).', examples: [10] }),
    freeBits: Type.Number({ default: 0, minimum: 0, description: 'Nats of each dimension that cost nothing (Kingma et al., 2016): below them its Kullback-Leibler term is constant.', examples: [0.1] }),
    importanceSamples: Type.Integer({ default: 1, minimum: 1, description: 'More than 1 trains the importance-weighted bound with that many samples of the posterior (Burda et al., 2016).', examples: [5] }),
    ...kernels, ...trainable,
  }),
  variant('quantized', 'Vector-quantised (van den Oord et al., 2017): every position of the encoder\'s output is replaced by the nearest entry of a codebook, which follows by moving averages.', {
    codes: Type.Integer({ default: 128, minimum: 2, description: 'Entries of the codebook.', examples: [512] }),
    dimension: optional(Type.Integer({ minimum: 1, description: 'Numbers in an entry; must divide the channels (or features) of the encoder\'s output. Left out, all channels of a position are one entry.', examples: [16] })),
    commitment: Type.Number({ default: 0.25, minimum: 0, description: 'Weight of the term that draws the encoder to its entries.', examples: [0.5] }),
    decay: Type.Number({ default: 0.99, minimum: 0, exclusiveMaximum: 1, description: 'Of the moving averages that make the entries.', examples: [0.95] }),
    revivalThreshold: Type.Number({ default: 0.01, minimum: 0, maximum: 1, description: 'An entry used less often than this share of the average use starts anew at an output of the encoder. 0 never revives.', examples: [0.05] }),
  }),
  variant('wasserstein', 'Wasserstein autoencoder (Tolstikhin et al., 2018): plain codes whose distribution is drawn to N(0, 1) by the maximum mean discrepancy.', {
    units: latentUnits,
    weight: Type.Number({ default: 10, minimum: 0, description: 'Weight of the discrepancy.', examples: [100] }),
    ...kernels, ...trainable,
  }),
  variant('spherical', 'Codes of length one: points on a sphere.', {
    units: latentUnits,
    ...kernels, ...trainable,
  }),
], { shorthand: 'type', default: 'plain', description: 'The bottleneck between encoder and decoder.', examples: [{ type: 'plain', units: 32, activation: 'sigmoid' }, { type: 'gaussian', units: 2 }] });

export const Decoder = Type.Union([
  variant('mirror', 'The encoder backwards: every layer that changed the shape is undone, with the activation and normalisation that belonged to the shape it restores.', {
    outputActivation: Type.Unsafe<Static<typeof Activation>>({ ...Activation, default: 'sigmoid', description: 'Activation of the last layer; sigmoid keeps pixels in [0, 1].' }),
  }),
  Type.Array(Layer, { minItems: 1, description: 'The layers of the decoder, from code to reconstruction.' }),
], { shorthand: 'type', default: 'mirror', description: '"mirror", or a list of layers. It must end in the shape of the input, or in a vector of as many numbers.', examples: ['mirror', [{ type: 'dense', units: 784, activation: 'sigmoid' }]] });
