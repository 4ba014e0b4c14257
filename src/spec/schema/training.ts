// How a model is trained: rates, optimisers, losses, pretraining and transfer.
import { Type, type Static } from '@sinclair/typebox';
import { choice, closed, optional, variant } from './words.ts';

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
  ], { default: 'mse', description: 'How a reconstruction is compared with its original.' }),
  reduction: optional(Type.Union([
    Type.Literal('mean', { description: 'The mean over the numbers of a sample, as Keras\'s losses.' }),
    Type.Literal('sum', { description: 'The sum over the numbers of a sample, as in the evidence lower bound of the textbooks.' }),
  ], { description: 'How the numbers of a sample make one loss; samples are always averaged. Left out: "sum" for a gaussian latent, "mean" for the others.', examples: ['sum'] })),
  metrics: Type.Array(Type.Union([
    Type.Literal('mse', { description: 'Mean squared error.' }),
    Type.Literal('mae', { description: 'Mean absolute error.' }),
    Type.Literal('binaryCrossentropy', { description: 'Binary cross-entropy.' }),
    Type.Literal('psnr', { description: 'Peak signal-to-noise ratio in decibels.' }),
    Type.Literal('ssim', { description: 'Structural similarity (Wang et al., 2004).' }),
    Type.Literal('accuracy', { description: 'Keras\'s "accuracy" for vectors: how often the largest output is where the largest target is.' }),
    Type.Literal('binaryAccuracy', { description: 'Share of numbers whose target equals the output rounded at one half.' }),
  ]), { default: [], description: 'Measured on the validation samples after every epoch, besides the loss. Of more than 2,000 samples, 2,000 spread evenly are measured ("mse" on all), so that training is not slowed down; "aeconf evaluate" measures all.', examples: [['mse', 'ssim']] }),
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
  pick: Type.Union([
    Type.Literal('spread', { description: 'Evenly spread over the validation samples, so that sets sorted by class show every class.' }),
    Type.Literal('random', { description: 'Drawn from the validation samples by the seed; the same ones after every epoch.' }),
  ], { default: 'spread', description: 'Which samples are kept for the reconstructions view.', examples: ['random'] }),
  layout: Type.Union([
    Type.Literal('rows', { description: 'Samples in columns; below each other the original, the code, the reconstruction and their difference.' }),
    Type.Literal('grid', { description: 'Samples in near-square blocks, of originals and of reconstructions: 16 samples make two blocks of 4×4.' }),
  ], { default: 'rows', description: 'How the reconstructions are laid out at first, in the view and in the pictures that a run ends with.', examples: ['grid'] }),
  latentSamples: Type.Integer({ default: 2000, minimum: 10, maximum: 70000, description: 'Number of validation samples encoded for the latent-space view.' }),
  every: Type.Integer({ default: 1, minimum: 1, description: 'Epochs between two pictures.' }),
}, { ...closed, default: {}, description: 'What is kept for the views while training.' });

export const Pretraining = choice([
  variant('rbm', 'Every dense layer of the encoder is trained as a restricted Boltzmann machine on the outputs of the one below, then the stack is unrolled into encoder and decoder (Hinton and Salakhutdinov, 2006). Sigmoid layers are binary units, linear ones Gaussian.', {
    epochs: Type.Integer({ default: 10, minimum: 1, description: 'Epochs for each layer.' }),
    batchSize: Type.Integer({ default: 100, minimum: 1, description: 'Samples per step.' }),
    steps: Type.Integer({ default: 1, minimum: 1, description: 'Gibbs steps of contrastive divergence: the k of CD-k.' }),
    learningRate: Type.Number({ default: 0.1, exclusiveMinimum: 0, description: 'Of layers with binary units on both sides.' }),
    gaussianLearningRate: Type.Number({ default: 0.001, exclusiveMinimum: 0, description: 'Of layers with Gaussian units on a side.' }),
    momentum: Type.Number({ default: 0.9, minimum: 0, exclusiveMaximum: 1, description: 'Share of the last step kept; 0.5 at most in the first five epochs (Hinton, 2010).' }),
    weightDecay: Type.Number({ default: 0.0002, minimum: 0, description: 'Share of each weight removed per step, times the learning rate.' }),
    visible: Type.Union([
      Type.Literal('binary', { description: 'Pixels in [0, 1] are probabilities.' }),
      Type.Literal('gaussian', { description: 'Real values, standardised by the program.' }),
    ], { default: 'binary', description: 'The units of the input.' }),
  }),
  variant('layerwise', 'Every layer of the encoder is trained with its mirror image in the decoder as a small autoencoder on the outputs of the one below (Bengio et al., 2007).', {
    epochs: Type.Integer({ default: 10, minimum: 1, description: 'Epochs for each layer.' }),
    batchSize: optional(Type.Integer({ minimum: 1, description: 'Samples per step. Left out, that of the training.', examples: [128] })),
    optimizer: Optimizer,
  }),
], { shorthand: 'type', description: 'What is done to the weights before training.', examples: ['rbm'] });

export const Init = Type.Object({
  from: Type.String({ minLength: 1, description: 'Where the weights come from: name or id of a run, a run folder, a .safetensors file, or an .aeconf file (its newest run).', examples: ['janet-50'] }),
  checkpoint: Type.Union([Type.Literal('best'), Type.Literal('last')], { default: 'last', description: 'Which weights of the run.' }),
  layers: optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description: 'Parts ("encoder") or layers ("encoder/dense") to be taken over. Left out: all, and every shape has to fit.', examples: [['encoder']] })),
  freeze: Type.Array(Type.String({ minLength: 1 }), { default: [], description: 'Parts or layers that are not trained any more.', examples: [['encoder']] }),
}, { ...closed, description: 'Starts from the weights of another run.' });
