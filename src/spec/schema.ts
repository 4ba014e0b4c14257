// The `.aeconf` language, defined once. From these definitions come the TypeScript type of a resolved spec (`Spec`), the
// JSON Schema the editor uses (schemas/aeconf.schema.json) and the runtime check with defaults (check.ts).
//
// Three conventions let one definition serve all three:
// - a property with a `default` may be left out of a file; in a resolved `Spec` it is always there;
// - `shorthand` marks a value that may also be written shorter: 'type' ("adam" for {"type": "adam"}), 'pair' (3 for
//   [3, 3]), or 'learningRate' (0.001 for {"type": "constant", "learningRate": 0.001});
// - every property has a `description`, and an `examples` entry where a default alone does not teach.
import { Type, type Static, type TProperties, type TSchema, type SchemaOptions } from '@sinclair/typebox';

export interface AeconfSchemaOptions extends SchemaOptions {
  shorthand?: 'type' | 'pair' | 'learningRate';
}

const closed = { additionalProperties: false } as const;

/** A member of a union, told apart by its `type`. */
function variant<N extends string, P extends TProperties>(type: N, description: string, properties: P) {
  return Type.Object(
    { type: Type.Literal(type, { description }), ...properties },
    { ...closed, description },
  );
}

function choice<T extends TSchema[]>(members: [...T], options: AeconfSchemaOptions) {
  return Type.Union(members, options);
}

/** [height, width], or one number for both. */
function pair(options: AeconfSchemaOptions & { minimum?: number }) {
  const { minimum = 1, ...rest } = options;
  return Type.Tuple([Type.Integer({ minimum }), Type.Integer({ minimum })], { ...rest, shorthand: 'pair' });
}

const optional = Type.Optional;

// ── Activations and initialisers ────────────────────────────────────────────────────────────────────────────────────

export const Activation = choice([
  variant('linear', 'f(x) = x', {}),
  variant('relu', 'f(x) = max(x, 0)', {}),
  variant('leakyRelu', 'f(x) = x for x > 0, slope·x otherwise', {
    slope: Type.Number({ default: 0.2, description: 'Slope for negative inputs. Keras\'s leaky_relu uses 0.2, its LeakyReLU layer 0.3, Flux 0.01.', examples: [0.01] }),
  }),
  variant('elu', 'f(x) = x for x > 0, alpha·(eˣ − 1) otherwise', {
    alpha: Type.Number({ default: 1, description: 'Scale of the negative part.' }),
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
  variant('constant', 'All the same value', { value: Type.Number({ default: 0, description: 'The value.' }) }),
  variant('glorotUniform', 'Uniform in ±√(6 / (fanIn + fanOut)) (Glorot and Bengio, 2010)', {}),
  variant('glorotNormal', 'Truncated normal, variance 2 / (fanIn + fanOut)', {}),
  variant('heUniform', 'Uniform in ±√(6 / fanIn) (He et al., 2015)', {}),
  variant('heNormal', 'Truncated normal, variance 2 / fanIn', {}),
  variant('lecunUniform', 'Uniform in ±√(3 / fanIn)', {}),
  variant('lecunNormal', 'Truncated normal, variance 1 / fanIn', {}),
  variant('randomNormal', 'Normal distribution', {
    mean: Type.Number({ default: 0, description: 'Mean.' }),
    stddev: Type.Number({ default: 0.05, exclusiveMinimum: 0, description: 'Standard deviation.' }),
  }),
  variant('randomUniform', 'Uniform distribution', {
    minval: Type.Number({ default: -0.05, description: 'Lower bound.' }),
    maxval: Type.Number({ default: 0.05, description: 'Upper bound.' }),
  }),
  variant('truncatedNormal', 'Normal distribution redrawn beyond two standard deviations', {
    mean: Type.Number({ default: 0, description: 'Mean.' }),
    stddev: Type.Number({ default: 0.05, exclusiveMinimum: 0, description: 'Standard deviation before truncation.' }),
  }),
  variant('orthogonal', 'Random orthogonal matrix (Saxe et al., 2014)', {
    gain: Type.Number({ default: 1, description: 'Factor on the matrix.' }),
  }),
], { shorthand: 'type', description: 'How a weight is drawn before training, by Keras\'s name.', examples: ['heNormal'] });

// ── Layers ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const layerName = {
  name: optional(Type.String({ minLength: 1, description: 'Name of the layer; must be unique. Left out, it is made from the type: dense, dense_1, ...', examples: ['features'] })),
};
const trainable = {
  trainable: Type.Boolean({ default: true, description: 'false freezes the layer: its weights stay as they were initialised or loaded.' }),
};
const affine = {
  activation: Type.Unsafe<Static<typeof Activation>>({ ...Activation, default: 'linear', description: 'Activation applied to the output.' }),
  useBias: Type.Boolean({ default: true, description: 'Whether a bias is added.' }),
  kernelInitializer: Type.Unsafe<Static<typeof Initializer>>({ ...Initializer, default: 'glorotUniform', description: 'How the kernel is drawn.' }),
  biasInitializer: Type.Unsafe<Static<typeof Initializer>>({ ...Initializer, default: 'zeros', description: 'How the bias is drawn.' }),
};
const Padding = Type.Union([
  Type.Literal('valid', { description: 'No padding.' }),
  Type.Literal('same', { description: 'Padded so that output = ⌈input / stride⌉, as in Keras.' }),
  Type.Tuple([Type.Integer({ minimum: 0 }), Type.Integer({ minimum: 0 })], { shorthand: 'pair', description: 'That many rows and columns on every side, as in PyTorch.' }),
], { default: 'valid', description: '"valid", "same", or a number of rows and columns added on every side.', examples: ['same', 1] });

export const Layer = choice([
  variant('dense', 'Every output is a weighted sum of all inputs: activation(x·kernel + bias). Needs a vector; put a flatten before it.', {
    ...layerName,
    units: Type.Integer({ minimum: 1, description: 'Number of outputs.', examples: [128] }),
    ...affine, ...trainable,
  }),
  variant('conv2d', 'Slides filters over an image of height × width × channels.', {
    ...layerName,
    filters: Type.Integer({ minimum: 1, description: 'Number of filters, the channels of the output.', examples: [32] }),
    kernelSize: pair({ default: 3, description: 'Height and width of the filters.' }),
    strides: pair({ default: 1, description: 'Step of the filters; 2 halves height and width.' }),
    padding: Padding,
    ...affine, ...trainable,
  }),
  variant('conv2dTranspose', 'The transpose of conv2d: with strides 2 it doubles height and width.', {
    ...layerName,
    filters: Type.Integer({ minimum: 1, description: 'Number of filters, the channels of the output.', examples: [32] }),
    kernelSize: pair({ default: 3, description: 'Height and width of the filters.' }),
    strides: pair({ default: 1, description: 'Factor by which height and width grow.' }),
    padding: Padding,
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
    momentum: Type.Number({ default: 0.99, minimum: 0, maximum: 1, description: 'Of the moving averages.' }),
    epsilon: Type.Number({ default: 0.001, exclusiveMinimum: 0, description: 'Added to the variance.' }),
    center: Type.Boolean({ default: true, description: 'Whether an offset (beta) is learned.' }),
    scale: Type.Boolean({ default: true, description: 'Whether a factor (gamma) is learned.' }),
    ...trainable,
  }),
  variant('maxPooling2d', 'Keeps the largest value of each window.', {
    ...layerName,
    poolSize: pair({ default: 2, description: 'Height and width of the window.' }),
    strides: optional(pair({ description: 'Step of the window; the window\'s own size when left out.', examples: [2] })),
    padding: Type.Union([Type.Literal('valid'), Type.Literal('same')], { default: 'valid', description: '"valid" or "same".' }),
  }),
  variant('averagePooling2d', 'Keeps the mean of each window; padding does not count.', {
    ...layerName,
    poolSize: pair({ default: 2, description: 'Height and width of the window.' }),
    strides: optional(pair({ description: 'Step of the window; the window\'s own size when left out.', examples: [2] })),
    padding: Type.Union([Type.Literal('valid'), Type.Literal('same')], { default: 'valid', description: '"valid" or "same".' }),
  }),
  variant('upSampling2d', 'Repeats every row and column (nearest neighbour).', {
    ...layerName,
    size: pair({ default: 2, description: 'How often rows and columns are repeated.' }),
  }),
], { description: 'A layer, told by its type.' });

export const Latent = choice([
  variant('plain', 'The code is what the encoder computes: with units, by one more dense layer; without, the encoder\'s output as it is.', {
    units: optional(Type.Integer({ minimum: 1, description: 'Size of the code. Left out, the output of the encoder is the code, of whatever shape.', examples: [32] })),
    ...affine, ...trainable,
  }),
], { shorthand: 'type', default: 'plain', description: 'The bottleneck between encoder and decoder.', examples: [{ type: 'plain', units: 32, activation: 'sigmoid' }] });

export const Decoder = Type.Union([
  variant('mirror', 'The encoder backwards: every layer that changed the shape is undone, with the activation and normalisation that belonged to the shape it restores.', {
    outputActivation: Type.Unsafe<Static<typeof Activation>>({ ...Activation, default: 'sigmoid', description: 'Activation of the last layer; sigmoid keeps pixels in [0, 1].' }),
  }),
  Type.Array(Layer, { minItems: 1, description: 'The layers of the decoder, from code to reconstruction.' }),
], { shorthand: 'type', default: 'mirror', description: '"mirror", or a list of layers. It must end in the shape of the input, or in a vector of as many numbers.' });

// ── Corruption ──────────────────────────────────────────────────────────────────────────────────────────────────────

const clip = {
  clip: Type.Boolean({ default: true, description: 'Whether the result is cut to [0, 1].' }),
};
export const Corruption = choice([
  variant('gaussian', 'Adds normal noise to every pixel.', {
    mean: Type.Number({ default: 0, description: 'Mean of the noise.' }),
    stddev: Type.Number({ default: 0.1, minimum: 0, description: 'Standard deviation of the noise, on the [0, 1] scale of pixels.' }),
    ...clip,
  }),
  variant('saltAndPepper', 'Sets a random share of the pixels to 0 or 1, each as likely.', {
    amount: Type.Number({ minimum: 0, maximum: 1, description: 'Share of the pixels.', examples: [0.1] }), ...clip,
  }),
  variant('masking', 'Sets a random share of the pixels to 0.', {
    amount: Type.Number({ minimum: 0, maximum: 1, description: 'Share of the pixels.', examples: [0.3] }), ...clip,
  }),
  variant('uniform', 'Adds noise drawn evenly from [0, amount) to every pixel.', {
    amount: Type.Number({ minimum: 0, description: 'Largest noise.', examples: [0.5] }), ...clip,
  }),
  variant('occlusion', 'Sets one block at a random place to one value.', {
    size: pair({ description: 'Height and width of the block.', examples: [8, [6, 10]] }),
    value: Type.Number({ default: 0, description: 'The value.' }), ...clip,
  }),
], { description: 'Noise put on the input while the target stays clean, drawn anew for every batch.' });

// ── Data ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const dataOptions = {
  limit: optional(Type.Integer({ minimum: 1, description: 'Use at most this many training samples (the first ones).', examples: [5000] })),
  validation: Type.Union([
    Type.Literal('test', { description: 'The data set\'s own test part.' }),
    Type.Number({ minimum: 0, exclusiveMaximum: 1, description: 'That share of the training samples, chosen by the seed.' }),
  ], { default: 'test', description: 'What the model is judged on: "test", or a share of the training samples (0 for none). Sets without a test part use a share of 0.1 in place of "test".', examples: [0.1] }),
};
const divideBy = {
  divideBy: optional(Type.Number({ exclusiveMinimum: 0, description: 'Values are divided by this. Left out: 255 for bytes, 1 for everything else.', examples: [16] })),
};
const shape = {
  shape: optional(Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 3, description: 'Shape of one sample: [height, width, channels] or [features]. Left out, it is read from the file.', examples: [[8, 8, 1]] })),
};
const path = (what: string, example: string) => Type.String({ minLength: 1, description: `${what} Relative paths start at this file.`, examples: [example] });
const images = {
  size: optional(pair({ description: 'Height and width all images are brought to. Left out, all images must have one size.', examples: [[64, 64]] })),
  color: Type.Union([Type.Literal('grey'), Type.Literal('rgb')], { default: 'grey', description: '"grey" (one channel) or "rgb" (three).' }),
  fit: Type.Union([
    Type.Literal('crop', { description: 'Fill the size, cut off what stands out, keeping the middle.' }),
    Type.Literal('stretch', { description: 'Change the proportions.' }),
  ], { default: 'crop', description: 'How an image of other proportions is brought to `size`.' }),
};

export const Data = choice([
  variant('glyphs', 'Digits drawn by the program from strokes with random slant, thickness, position and size: 28×28×1, labelled. Needs no file and no network.', {
    train: Type.Integer({ default: 4000, minimum: 10, description: 'Number of training images.' }),
    test: Type.Integer({ default: 1000, minimum: 10, description: 'Number of test images.' }),
    seed: Type.Integer({ default: 0, minimum: 0, description: 'The same seed draws the same digits.' }),
    ...dataOptions,
  }),
  variant('mnist', 'Handwritten digits: 60,000 + 10,000 images, 28×28×1 (LeCun et al., 1998).', { ...dataOptions }),
  variant('fashion-mnist', 'Clothes: 60,000 + 10,000 images, 28×28×1 (Xiao et al., 2017).', { ...dataOptions }),
  variant('lfw', 'Labeled Faces in the Wild: photographs of faces by person (Huang et al., 2007).', { ...images, ...dataOptions }),
  variant('idx', 'Files in the format of MNIST (.idx, .gz).', {
    images: path('Training images.', 'train-images-idx3-ubyte.gz'),
    labels: optional(path('Training labels.', 'train-labels-idx1-ubyte.gz')),
    testImages: optional(path('Test images.', 't10k-images-idx3-ubyte.gz')),
    testLabels: optional(path('Test labels.', 't10k-labels-idx1-ubyte.gz')),
    ...divideBy, ...shape, ...dataOptions,
  }),
  variant('npy', 'NumPy arrays, one per file; the first axis counts the samples.', {
    images: path('Training samples.', 'x_train.npy'),
    labels: optional(path('Training labels.', 'y_train.npy')),
    testImages: optional(path('Test samples.', 'x_test.npy')),
    testLabels: optional(path('Test labels.', 'y_test.npy')),
    ...divideBy, ...shape, ...dataOptions,
  }),
  variant('npz', 'A NumPy archive with several arrays, named as in Keras\'s mnist.npz unless said otherwise.', {
    path: path('The archive.', 'mnist.npz'),
    images: Type.String({ default: 'x_train', description: 'Member with the training samples.' }),
    labels: Type.String({ default: 'y_train', description: 'Member with the training labels; may be absent.' }),
    testImages: Type.String({ default: 'x_test', description: 'Member with the test samples; may be absent.' }),
    testLabels: Type.String({ default: 'y_test', description: 'Member with the test labels; may be absent.' }),
    ...divideBy, ...shape, ...dataOptions,
  }),
  variant('csv', 'A table of numbers, one sample per line (.csv, .csv.gz). A first line that is not numbers is taken as a header.', {
    path: path('The table.', 'digits.csv.gz'),
    labelColumn: optional(Type.Union([
      Type.Literal('first'), Type.Literal('last'), Type.Integer({ minimum: 0 }), Type.String({ minLength: 1 }),
    ], { description: 'The column that holds the label: "first", "last", its number from 0, or its name in the header.', examples: ['last'] })),
    separator: Type.String({ default: ',', minLength: 1, maxLength: 1, description: 'The character between columns.' }),
    ...divideBy, ...shape, ...dataOptions,
  }),
  variant('images', 'A folder of images (PNG, JPEG, PGM, PPM, BMP), or a .zip, .tgz or .tar.gz of one. Sub-folders are labels.', {
    path: path('The folder or archive.', 'faces'),
    ...images, ...dataOptions,
  }),
], { shorthand: 'type', description: 'Where the samples come from.', examples: ['glyphs', 'fashion-mnist', { type: 'images', path: 'faces', size: 64, color: 'rgb' }] });

// ── Training ────────────────────────────────────────────────────────────────────────────────────────────────────────

const warmup = {
  warmupEpochs: Type.Number({ default: 0, minimum: 0, description: 'The rate rises linearly from zero over this many epochs (a fraction is allowed) before the schedule starts.' }),
};
const initialRate = Type.Number({ exclusiveMinimum: 0, description: 'The rate at the start.', examples: [0.001] });
export const LearningRate = choice([
  variant('constant', 'Always the same rate.', { learningRate: initialRate, ...warmup }),
  variant('step', 'Multiplied by `factor` every `epochs` epochs.', {
    learningRate: initialRate,
    factor: Type.Number({ default: 0.1, exclusiveMinimum: 0, description: 'Multiplier at each drop.' }),
    epochs: Type.Integer({ minimum: 1, description: 'Epochs between drops.', examples: [10] }), ...warmup,
  }),
  variant('exponential', 'Multiplied by `factor` per epoch, step by step.', {
    learningRate: initialRate,
    factor: Type.Number({ exclusiveMinimum: 0, description: 'Multiplier for each whole epoch.', examples: [0.95] }), ...warmup,
  }),
  variant('cosine', 'Falls along half a cosine to `minimum` at the last epoch (Loshchilov and Hutter, 2017).', {
    learningRate: initialRate,
    minimum: Type.Number({ default: 0, minimum: 0, description: 'The rate at the end.' }), ...warmup,
  }),
], { shorthand: 'learningRate', description: 'The learning rate: a number, or a schedule.', examples: [0.001, { type: 'cosine', learningRate: 0.001 }] });

const rate = (value: number) => ({
  learningRate: Type.Unsafe<Static<typeof LearningRate>>({ ...LearningRate, default: value }),
});
const clipping = {
  clipNorm: optional(Type.Number({ exclusiveMinimum: 0, description: 'The gradient of each weight is scaled down to at most this norm.', examples: [1] })),
  clipValue: optional(Type.Number({ exclusiveMinimum: 0, description: 'Every gradient number is cut to ± this.', examples: [0.5] })),
  globalClipNorm: optional(Type.Number({ exclusiveMinimum: 0, description: 'All gradients together are scaled down to at most this norm.', examples: [1] })),
};
const momentOptions = (epsilon: number) => ({
  beta1: Type.Number({ default: 0.9, minimum: 0, exclusiveMaximum: 1, description: 'Decay of the mean of gradients.' }),
  beta2: Type.Number({ default: 0.999, minimum: 0, exclusiveMaximum: 1, description: 'Decay of the mean of squared gradients.' }),
  epsilon: Type.Number({ default: epsilon, exclusiveMinimum: 0, description: 'Keeps the division away from zero.' }),
});
export const Optimizer = choice([
  variant('sgd', 'Gradient descent, with momentum if wanted.', {
    ...rate(0.01),
    momentum: Type.Number({ default: 0, minimum: 0, exclusiveMaximum: 1, description: 'Share of the last step kept.' }),
    nesterov: Type.Boolean({ default: false, description: 'Nesterov\'s form of momentum.' }), ...clipping,
  }),
  variant('adam', 'Adaptive moments (Kingma and Ba, 2015).', { ...rate(0.001), ...momentOptions(1e-7), ...clipping }),
  variant('adamw', 'Adam with decoupled weight decay (Loshchilov and Hutter, 2019).', {
    ...rate(0.001), ...momentOptions(1e-7),
    weightDecay: Type.Number({ default: 0.004, minimum: 0, description: 'Share of each weight removed per step, times the learning rate.' }), ...clipping,
  }),
  variant('nadam', 'Adam with Nesterov momentum (Dozat, 2016).', { ...rate(0.001), ...momentOptions(1e-7), ...clipping }),
  variant('adadelta', 'Steps scaled by the ratio of past steps to past gradients (Zeiler, 2012).', {
    ...rate(0.001),
    rho: Type.Number({ default: 0.95, minimum: 0, exclusiveMaximum: 1, description: 'Decay of both means.' }),
    epsilon: Type.Number({ default: 1e-7, exclusiveMinimum: 0, description: 'Keeps the division away from zero.' }), ...clipping,
  }),
  variant('rmsprop', 'Gradients divided by the root of their mean square (Tieleman and Hinton, 2012).', {
    ...rate(0.001),
    rho: Type.Number({ default: 0.9, minimum: 0, exclusiveMaximum: 1, description: 'Decay of the mean square.' }),
    momentum: Type.Number({ default: 0, minimum: 0, exclusiveMaximum: 1, description: 'Share of the last step kept.' }),
    epsilon: Type.Number({ default: 1e-7, exclusiveMinimum: 0, description: 'Keeps the division away from zero.' }),
    centered: Type.Boolean({ default: false, description: 'Divide by the variance in place of the mean square.' }), ...clipping,
  }),
  variant('adagrad', 'Gradients divided by the root of the sum of all their squares (Duchi et al., 2011).', {
    ...rate(0.001),
    initialAccumulatorValue: Type.Number({ default: 0.1, minimum: 0, description: 'Start of the sum of squares.' }),
    epsilon: Type.Number({ default: 1e-7, exclusiveMinimum: 0, description: 'Keeps the division away from zero.' }), ...clipping,
  }),
], { shorthand: 'type', default: 'adam', description: 'The rule by which gradients change the weights, by Keras\'s name.', examples: ['adam', { type: 'sgd', learningRate: 0.1, momentum: 0.9 }] });

export const Training = Type.Object({
  epochs: Type.Integer({ default: 20, minimum: 1, description: 'How often all training samples are shown.' }),
  batchSize: Type.Integer({ default: 128, minimum: 1, description: 'Samples per step.' }),
  loss: Type.Union([
    Type.Literal('mse', { description: 'Mean squared error.' }),
    Type.Literal('mae', { description: 'Mean absolute error.' }),
    Type.Literal('binaryCrossentropy', { description: 'Binary cross-entropy; needs an output in [0, 1] (sigmoid).' }),
  ], { default: 'mse', description: 'What is minimised, the mean over all numbers of all samples of a batch.' }),
  optimizer: Optimizer,
  shuffle: Type.Boolean({ default: true, description: 'Whether samples come in a new order every epoch.' }),
  earlyStopping: optional(Type.Object({
    monitor: Type.Union([Type.Literal('validationLoss'), Type.Literal('trainLoss')], { default: 'validationLoss', description: 'The curve that is watched.' }),
    patience: Type.Integer({ default: 5, minimum: 1, description: 'Epochs without improvement before training stops.' }),
    minDelta: Type.Number({ default: 0, minimum: 0, description: 'An improvement must be larger than this.' }),
    restoreBest: Type.Boolean({ default: true, description: 'Whether the weights of the best epoch are the result.' }),
  }, { ...closed, description: 'Stops when a curve no longer improves.' })),
}, { ...closed, default: {}, description: 'How the model is trained.' });

export const Views = Type.Object({
  samples: Type.Integer({ default: 16, minimum: 1, maximum: 256, description: 'Number of validation samples kept for the reconstructions view.' }),
  latentSamples: Type.Integer({ default: 2000, minimum: 10, maximum: 70000, description: 'Number of validation samples encoded for the latent-space view.' }),
  every: Type.Integer({ default: 1, minimum: 1, description: 'Epochs between two pictures.' }),
}, { ...closed, default: {}, description: 'What is kept for the views while training.' });

// ── The whole ───────────────────────────────────────────────────────────────────────────────────────────────────────

export const SpecSchema = Type.Object({
  $schema: optional(Type.String({ description: 'Address of the schema, for editors other than VS Code.' })),
  name: optional(Type.String({ minLength: 1, description: 'Name of the experiment. Left out, the file\'s name.', examples: ['janet-50'] })),
  description: optional(Type.String({ description: 'What the experiment is about.' })),
  seed: Type.Integer({ default: 0, minimum: 0, maximum: 4294967295, description: 'All randomness (weights, order, noise) comes from this number.' }),
  data: Data,
  corruption: Type.Array(Corruption, { default: [], description: 'Applied to the input in this order; the target stays clean.', examples: [[{ type: 'saltAndPepper', amount: 0.1 }]] }),
  encoder: Type.Array(Layer, { description: 'The layers from the input to the bottleneck.', examples: [[{ type: 'flatten' }, { type: 'dense', units: 128, activation: 'relu' }]] }),
  latent: Latent,
  decoder: Decoder,
  training: Training,
  views: Views,
}, { ...closed, title: 'Autoencoder experiment', description: 'An autoencoder, its data and its training.' });

export type Spec = Static<typeof SpecSchema>;
export type LayerSpec = Static<typeof Layer>;
export type LayerType = LayerSpec['type'];
export type LayerOf<T extends LayerType> = Extract<LayerSpec, { type: T }>;
export type ActivationSpec = Static<typeof Activation>;
export type InitializerSpec = Static<typeof Initializer>;
export type LatentSpec = Static<typeof Latent>;
export type DecoderSpec = Static<typeof Decoder>;
export type CorruptionSpec = Static<typeof Corruption>;
export type DataSpec = Static<typeof Data>;
export type DataType = DataSpec['type'];
export type DataOf<T extends DataType> = Extract<DataSpec, { type: T }>;
export type LearningRateSpec = Static<typeof LearningRate>;
export type OptimizerSpec = Static<typeof Optimizer>;
export type LossName = Spec['training']['loss'];
