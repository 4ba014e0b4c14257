// Activations, initialisers and layers, by Keras's names.
import { Type, type Static } from '@sinclair/typebox';
import { choice, optional, pair, variant } from './words.ts';

export const Activation = choice([
  variant('linear', 'f(x) = x', {}),
  variant('relu', 'f(x) = max(x, 0)', {}),
  variant('leakyRelu', 'f(x) = x for x > 0, slope·x otherwise', {
    slope: Type.Number({ default: 0.2, description: 'Slope for negative inputs. Keras\'s leaky_relu uses 0.2, its LeakyReLU layer 0.3, Flux 0.01.', examples: [0.01] }),
  }),
  variant('elu', 'f(x) = x for x > 0, alpha·(eˣ − 1) otherwise', {
    alpha: Type.Number({ default: 1, description: 'Scale of the negative part.', examples: [0.5] }),
  }),
  variant('selu', 'Scaled ELU with the constants of Klambauer et al. (2017); use it with lecunNormal kernels.', {}),
  variant('sigmoid', 'f(x) = 1 / (1 + e⁻ˣ)', {}),
  variant('tanh', 'Hyperbolic tangent', {}),
  variant('softplus', 'f(x) = log(1 + eˣ)', {}),
  variant('softmax', 'Exponentials that sum to one along the last axis', {}),
  variant('gelu', 'f(x) = x·Φ(x), exact (not the tanh approximation)', {}),
  variant('swish', 'f(x) = x·sigmoid(x)', {}),
], { shorthand: 'type', description: 'Activation function, by Keras\'s name.', examples: ['relu', { type: 'leakyRelu', slope: 0.01 }] });

export const Initializer = choice([
  variant('zeros', 'All zeros', {}),
  variant('ones', 'All ones', {}),
  variant('constant', 'All the same value', { value: Type.Number({ default: 0, description: 'The value.', examples: [0.1] }) }),
  variant('glorotUniform', 'Uniform in ±√(6 / (fanIn + fanOut)) (Glorot and Bengio, 2010)', {}),
  variant('glorotNormal', 'Truncated normal, variance 2 / (fanIn + fanOut)', {}),
  variant('heUniform', 'Uniform in ±√(6 / fanIn) (He et al., 2015)', {}),
  variant('heNormal', 'Truncated normal, variance 2 / fanIn', {}),
  variant('lecunUniform', 'Uniform in ±√(3 / fanIn)', {}),
  variant('lecunNormal', 'Truncated normal, variance 1 / fanIn', {}),
  variant('randomNormal', 'Normal distribution', {
    mean: Type.Number({ default: 0, description: 'Mean.', examples: [0.5] }),
    stddev: Type.Number({ default: 0.05, exclusiveMinimum: 0, description: 'Standard deviation.', examples: [0.01] }),
  }),
  variant('randomUniform', 'Uniform distribution', {
    minval: Type.Number({ default: -0.05, description: 'Lower bound.', examples: [-0.1] }),
    maxval: Type.Number({ default: 0.05, description: 'Upper bound.', examples: [0.1] }),
  }),
  variant('truncatedNormal', 'Normal distribution redrawn beyond two standard deviations', {
    mean: Type.Number({ default: 0, description: 'Mean.', examples: [0.5] }),
    stddev: Type.Number({ default: 0.05, exclusiveMinimum: 0, description: 'Standard deviation before truncation.', examples: [0.01] }),
  }),
  variant('varianceScaling', 'Variance scale / fan: the rule that the Glorot, He and LeCun initialisers are cases of', {
    scale: Type.Number({ default: 1, exclusiveMinimum: 0, description: 'Factor on the variance.', examples: [2] }),
    mode: Type.Union([
      Type.Literal('fanIn', { description: 'Numbers that go into a unit.' }),
      Type.Literal('fanOut', { description: 'Numbers that a unit goes into.' }),
      Type.Literal('fanAvg', { description: 'The mean of both.' }),
    ], { default: 'fanIn', description: 'What the variance is divided by.', examples: ['fanAvg'] }),
    distribution: Type.Union([
      Type.Literal('truncatedNormal', { description: 'Normal, redrawn beyond two standard deviations.' }),
      Type.Literal('untruncatedNormal', { description: 'Normal.' }),
      Type.Literal('uniform', { description: 'Uniform in ±√(3 · scale / fan).' }),
    ], { default: 'truncatedNormal', description: 'How numbers of that variance are drawn.', examples: ['uniform'] }),
  }),
  variant('orthogonal', 'Random orthogonal matrix (Saxe et al., 2014)', {
    gain: Type.Number({ default: 1, description: 'Factor on the matrix.', examples: [1.4142] }),
  }),
], { shorthand: 'type', description: 'How a weight is drawn before training, by Keras\'s name.', examples: ['heNormal'] });


const layerName = {
  name: optional(Type.String({ minLength: 1, description: 'Name of the layer; must be unique. Left out, it is made from the type: dense, dense_1, ...', examples: ['features'] })),
};
export const trainable = {
  trainable: Type.Boolean({ default: true, description: 'false freezes the layer: its weights stay as they were initialised or loaded.', examples: [false] }),
};
export const kernels = {
  useBias: Type.Boolean({ default: true, description: 'Whether a bias is added.', examples: [false] }),
  kernelInitializer: Type.Unsafe<Static<typeof Initializer>>({ ...Initializer, default: 'glorotUniform', description: 'How the kernel is drawn. `defaults` can say it for the whole model.' }),
  biasInitializer: Type.Unsafe<Static<typeof Initializer>>({ ...Initializer, default: 'zeros', description: 'How the bias is drawn.' }),
};
const affine = {
  activation: Type.Unsafe<Static<typeof Activation>>({ ...Activation, default: 'linear', description: 'Activation applied to the output. `defaults` can give one to the whole model.' }),
  ...kernels,
};
export const Padding = Type.Union([
  Type.Literal('valid', { description: 'No padding.' }),
  Type.Literal('same', { description: 'Padded so that output = ⌈input / stride⌉, as in Keras.' }),
  Type.Tuple([Type.Integer({ minimum: 0 }), Type.Integer({ minimum: 0 })], { shorthand: 'pair', description: 'That many rows and columns on every side, as in PyTorch.' }),
], { description: '"valid", "same", or a number of rows and columns added on every side.', examples: ['same', 1] });
const padding = { padding: Type.Unsafe<Static<typeof Padding>>({ ...Padding, default: 'valid' }) };

export const Layer = choice([
  variant('dense', 'Every output is a weighted sum of all inputs: activation(x·kernel + bias). Needs a vector; put a flatten before it.', {
    ...layerName,
    units: Type.Integer({ minimum: 1, description: 'Number of outputs.', examples: [128] }),
    ...affine, ...trainable,
  }),
  variant('conv2d', 'Slides filters over an image of height × width × channels.', {
    ...layerName,
    filters: Type.Integer({ minimum: 1, description: 'Number of filters, the channels of the output.', examples: [32] }),
    kernelSize: pair({ default: 3, description: 'Height and width of the filters.', examples: [5, [3, 5]] }),
    strides: pair({ default: 1, description: 'Step of the filters; 2 halves height and width.', examples: [2, [2, 1]] }),
    ...padding,
    ...affine, ...trainable,
  }),
  variant('conv2dTranspose', 'The transpose of conv2d: with strides 2 it doubles height and width.', {
    ...layerName,
    filters: Type.Integer({ minimum: 1, description: 'Number of filters, the channels of the output.', examples: [32] }),
    kernelSize: pair({ default: 3, description: 'Height and width of the filters.', examples: [5, [3, 5]] }),
    strides: pair({ default: 1, description: 'Factor by which height and width grow.', examples: [2, [2, 1]] }),
    ...padding,
    outputPadding: optional(pair({ minimum: 0, description: 'Rows and columns added at the bottom and right of the output, less than the strides. Left out, Keras\'s rule holds.', examples: [1] })),
    ...affine, ...trainable,
  }),
  variant('flatten', 'Turns height × width × channels into one vector, channels last as in Keras.', { ...layerName }),
  variant('reshape', 'Gives the same numbers another shape.', {
    ...layerName,
    targetShape: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 3, description: 'The new shape without the batch.', examples: [[7, 7, 64]] }),
  }),
  variant('activation', 'An activation as a layer of its own, for instance after a batch normalisation.', {
    ...layerName,
    activation: Type.Unsafe<Static<typeof Activation>>({ ...Activation, description: 'The function.', examples: ['relu'] }),
  }),
  variant('dropout', 'While training, sets a random share of its inputs to zero and scales up the rest.', {
    ...layerName,
    rate: Type.Number({ minimum: 0, exclusiveMaximum: 1, description: 'The share set to zero.', examples: [0.2] }),
  }),
  variant('batchNormalization', 'Normalises each feature over the batch while training, by moving averages afterwards (Ioffe and Szegedy, 2015).', {
    ...layerName,
    momentum: Type.Number({ default: 0.99, minimum: 0, maximum: 1, description: 'Of the moving averages.', examples: [0.9] }),
    epsilon: Type.Number({ default: 0.001, exclusiveMinimum: 0, description: 'Added to the variance.', examples: [1e-5] }),
    center: Type.Boolean({ default: true, description: 'Whether an offset (beta) is learned.', examples: [false] }),
    scale: Type.Boolean({ default: true, description: 'Whether a factor (gamma) is learned.', examples: [false] }),
    ...trainable,
  }),
  variant('maxPooling2d', 'Keeps the largest value of each window.', {
    ...layerName,
    poolSize: pair({ default: 2, description: 'Height and width of the window.', examples: [3, [1, 2]] }),
    strides: optional(pair({ description: 'Step of the window; the window\'s own size when left out.', examples: [2] })),
    padding: Type.Union([Type.Literal('valid'), Type.Literal('same')], { default: 'valid', description: '"valid" or "same".', examples: ['same'] }),
  }),
  variant('averagePooling2d', 'Keeps the mean of each window; padding does not count.', {
    ...layerName,
    poolSize: pair({ default: 2, description: 'Height and width of the window.', examples: [3, [1, 2]] }),
    strides: optional(pair({ description: 'Step of the window; the window\'s own size when left out.', examples: [2] })),
    padding: Type.Union([Type.Literal('valid'), Type.Literal('same')], { default: 'valid', description: '"valid" or "same".', examples: ['same'] }),
  }),
  variant('topK', 'Keeps the k largest activations of each sample and sets the others to zero (Makhzani and Frey, 2014).', {
    ...layerName,
    k: Type.Integer({ minimum: 1, description: 'How many are kept, of all features of the sample.', examples: [25] }),
  }),
  variant('upSampling2d', 'Repeats every row and column (nearest neighbour).', {
    ...layerName,
    size: pair({ default: 2, description: 'How often rows and columns are repeated.', examples: [4, [2, 1]] }),
  }),
], { description: 'A layer, told by its type.' });
