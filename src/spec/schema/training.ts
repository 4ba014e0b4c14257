// How a model is trained: rates, optimisers, losses, pretraining and transfer.
import { Type, type Static } from '@sinclair/typebox';
import { MEASURED_SAMPLES_TEXT as samples } from '../../core/measured.ts';
import { choice, closed, optional, variant } from './words.ts';

const warmup = {
  warmupEpochs: Type.Number({ default: 0, minimum: 0, description: 'The rate rises linearly from zero over this many epochs (a fraction is allowed) before the schedule starts.', examples: [0.5, 5] }),
};
const initialRate = Type.Number({ exclusiveMinimum: 0, description: 'The rate at the start.', examples: [0.001] });
export const LearningRate = choice([
  variant('constant', 'Always the same rate.', { learningRate: initialRate, ...warmup }),
  variant('step', 'Multiplied by `factor` every `epochs` epochs.', {
    learningRate: initialRate,
    factor: Type.Number({ default: 0.1, exclusiveMinimum: 0, description: 'Multiplier at each drop.', examples: [0.5] }),
    epochs: Type.Integer({ minimum: 1, description: 'Epochs between drops.', examples: [10] }), ...warmup,
  }),
  variant('exponential', 'Multiplied by `factor` per epoch, step by step.', {
    learningRate: initialRate,
    factor: Type.Number({ exclusiveMinimum: 0, description: 'Multiplier for each whole epoch.', examples: [0.95] }), ...warmup,
  }),
  variant('cosine', 'Falls along half a cosine to `minimum` at the last epoch (Loshchilov and Hutter, 2017).', {
    learningRate: initialRate,
    minimum: Type.Number({ default: 0, minimum: 0, description: 'The rate at the end.', examples: [1e-5] }), ...warmup,
  }),
], { shorthand: 'learningRate', description: 'The learning rate: a number, or a schedule.', examples: [0.001, { type: 'cosine', learningRate: 0.001 }] });

const rate = (value: number) => ({
  learningRate: Type.Unsafe<Static<typeof LearningRate>>({ ...LearningRate, default: value }),
});
const clipping = {
  clipNorm: optional(Type.Number({ exclusiveMinimum: 0, description: 'The gradient of each weight is scaled down to at most this norm. Left out, it is not.', examples: [1] })),
  clipValue: optional(Type.Number({ exclusiveMinimum: 0, description: 'Every gradient number is cut to ± this. Left out, none is.', examples: [0.5] })),
  globalClipNorm: optional(Type.Number({ exclusiveMinimum: 0, description: 'All gradients together are scaled down to at most this norm. Left out, they are not.', examples: [1] })),
};
const momentOptions = (epsilon: number) => ({
  beta1: Type.Number({ default: 0.9, minimum: 0, exclusiveMaximum: 1, description: 'Decay of the mean of gradients.', examples: [0.5] }),
  beta2: Type.Number({ default: 0.999, minimum: 0, exclusiveMaximum: 1, description: 'Decay of the mean of squared gradients.', examples: [0.99] }),
  epsilon: Type.Number({ default: epsilon, exclusiveMinimum: 0, description: 'Keeps the division away from zero.', examples: [1e-8] }),
});
export const Optimizer = choice([
  variant('sgd', 'Gradient descent, with momentum if wanted.', {
    ...rate(0.01),
    momentum: Type.Number({ default: 0, minimum: 0, exclusiveMaximum: 1, description: 'Share of the last step kept.', examples: [0.9] }),
    nesterov: Type.Boolean({ default: false, description: 'Nesterov\'s form of momentum.', examples: [true] }), ...clipping,
  }),
  variant('adam', 'Adaptive moments (Kingma and Ba, 2015).', { ...rate(0.001), ...momentOptions(1e-7), ...clipping }),
  variant('adamw', 'Adam with decoupled weight decay (Loshchilov and Hutter, 2019).', {
    ...rate(0.001), ...momentOptions(1e-7),
    weightDecay: Type.Number({ default: 0.004, minimum: 0, description: 'Share of each weight removed per step, times the learning rate.', examples: [0.001] }), ...clipping,
  }),
  variant('nadam', 'Adam with Nesterov momentum (Dozat, 2016).', { ...rate(0.001), ...momentOptions(1e-7), ...clipping }),
  variant('adadelta', 'Steps scaled by the ratio of past steps to past gradients (Zeiler, 2012).', {
    ...rate(0.001),
    rho: Type.Number({ default: 0.95, minimum: 0, exclusiveMaximum: 1, description: 'Decay of both means.', examples: [0.9] }),
    epsilon: Type.Number({ default: 1e-7, exclusiveMinimum: 0, description: 'Keeps the division away from zero.', examples: [1e-8] }), ...clipping,
  }),
  variant('rmsprop', 'Gradients divided by the root of their mean square (Tieleman and Hinton, 2012).', {
    ...rate(0.001),
    rho: Type.Number({ default: 0.9, minimum: 0, exclusiveMaximum: 1, description: 'Decay of the mean square.', examples: [0.99] }),
    momentum: Type.Number({ default: 0, minimum: 0, exclusiveMaximum: 1, description: 'Share of the last step kept.', examples: [0.9] }),
    epsilon: Type.Number({ default: 1e-7, exclusiveMinimum: 0, description: 'Keeps the division away from zero.', examples: [1e-8] }),
    centered: Type.Boolean({ default: false, description: 'Divide by the variance in place of the mean square.', examples: [true] }), ...clipping,
  }),
  variant('adagrad', 'Gradients divided by the root of the sum of all their squares (Duchi et al., 2011).', {
    ...rate(0.001),
    initialAccumulatorValue: Type.Number({ default: 0.1, minimum: 0, description: 'Start of the sum of squares.', examples: [0.01] }),
    epsilon: Type.Number({ default: 1e-7, exclusiveMinimum: 0, description: 'Keeps the division away from zero.', examples: [1e-8] }), ...clipping,
  }),
], { shorthand: 'type', default: 'adam', description: 'The rule by which gradients change the weights, by Keras\'s name.', examples: ['adam', { type: 'sgd', learningRate: 0.1, momentum: 0.9 }] });

export const Training = Type.Object({
  epochs: Type.Integer({ default: 20, minimum: 1, description: 'How often all training samples are shown.', examples: [60] }),
  batchSize: Type.Integer({ default: 128, minimum: 1, description: 'Samples per step.', examples: [256] }),
  loss: Type.Union([
    Type.Literal('mse', { description: 'Mean squared error.' }),
    Type.Literal('mae', { description: 'Mean absolute error.' }),
    Type.Literal('binaryCrossentropy', { description: 'Binary cross-entropy; needs an output in [0, 1] (sigmoid).' }),
  ], { default: 'mse', description: 'How a reconstruction is compared with its original.', examples: ['binaryCrossentropy'] }),
  reduction: optional(Type.Union([
    Type.Literal('mean', { description: 'The mean over the numbers of a sample, as Keras\'s losses.' }),
    Type.Literal('sum', { description: 'The sum over the numbers of a sample, as in the evidence lower bound of the textbooks.' }),
  ], { description: 'How the numbers of a sample make one loss; samples are always averaged. Left out: "sum" for a gaussian latent, "mean" for the others.', examples: ['sum'] })),
  metrics: Type.Array(Type.Union([
    Type.Literal('mse', { description: 'Mean squared error.' }),
    Type.Literal('mae', { description: 'Mean absolute error.' }),
    Type.Literal('binaryCrossentropy', { description: 'Binary cross-entropy; for values in [0, 1].' }),
    Type.Literal('psnr', { description: 'Peak signal-to-noise ratio in decibels; for values in [0, 1].' }),
    Type.Literal('ssim', { description: 'Structural similarity (Wang et al., 2004); for images with values in [0, 1].' }),
    Type.Literal('accuracy', { description: 'Keras\'s "accuracy" for vectors: how often the largest output is where the largest target is.' }),
    Type.Literal('binaryAccuracy', { description: 'Share of numbers whose target equals the output rounded at one half; for values in [0, 1].' }),
  ]), { default: [], description: `Measured after every epoch, besides the loss, on the validation samples and on the training samples, both seen by the model as it is then (without dropout, with noise drawn once), so that the two curves compare; Keras averages those of training over the batches of the epoch instead. Of more than ${samples} samples, ${samples} spread evenly are measured ("mse" on all validation samples), so that training is not slowed down; "aeconf evaluate" measures all validation samples. What means nothing for the data is left out with a warning.`, examples: [['mse', 'ssim']] }),
  optimizer: Optimizer,
  shuffle: Type.Boolean({ default: true, description: 'Whether samples come in a new order every epoch.', examples: [false] }),
  earlyStopping: optional(Type.Object({
    monitor: Type.Union([Type.Literal('validationLoss'), Type.Literal('trainLoss')], { default: 'validationLoss', description: 'The curve that is watched.', examples: ['trainLoss'] }),
    patience: Type.Integer({ default: 5, minimum: 1, description: 'Epochs without improvement before training stops.', examples: [10] }),
    minDelta: Type.Number({ default: 0, minimum: 0, description: 'An improvement must be larger than this.', examples: [0.0001] }),
    restoreBest: Type.Boolean({ default: true, description: 'Whether the weights of the best epoch are the result.', examples: [false] }),
  }, { ...closed, description: 'Stops when a curve no longer improves. Left out, all epochs are trained.', examples: [{ patience: 10 }] })),
}, { ...closed, default: {}, description: 'How the model is trained.', examples: [{ epochs: 60, batchSize: 512, loss: 'mse', optimizer: 'adam' }] });

export const Views = Type.Object({
  samples: Type.Integer({ default: 16, minimum: 1, maximum: 256, description: 'Number of validation samples kept for the reconstructions view.', examples: [32] }),
  pick: Type.Union([
    Type.Literal('spread', { description: 'Evenly spread over the validation samples, so that sets sorted by class show every class.' }),
    Type.Literal('random', { description: 'Drawn from the validation samples by the seed; the same ones after every epoch.' }),
  ], { default: 'spread', description: 'Which samples are kept for the reconstructions view.', examples: ['random'] }),
  layout: Type.Union([
    Type.Literal('rows', { description: 'Samples in columns; below each other the original, the code, the reconstruction and their difference.' }),
    Type.Literal('grid', { description: 'Samples in near-square blocks, of originals and of reconstructions: 16 samples make two blocks of 4×4.' }),
  ], { default: 'rows', description: 'How the reconstructions are laid out at first, in the view and in the pictures that a run ends with.', examples: ['grid'] }),
  latentSamples: Type.Integer({ default: 2000, minimum: 10, maximum: 70000, description: 'Number of validation samples encoded for the latent-space view.', examples: [10000] }),
  every: Type.Integer({ default: 1, minimum: 1, description: 'Epochs between two pictures.', examples: [5] }),
}, { ...closed, default: {}, description: 'What is kept for the views while training.', examples: [{ samples: 32, every: 5 }] });

export const Pretraining = choice([
  variant('rbm', 'Every dense layer of the encoder is trained as a restricted Boltzmann machine on the outputs of the one below, then the stack is unrolled into encoder and decoder (Hinton and Salakhutdinov, 2006). Sigmoid layers are binary units, linear ones Gaussian.', {
    epochs: Type.Integer({ default: 10, minimum: 1, description: 'Epochs for each layer.', examples: [50] }),
    batchSize: Type.Integer({ default: 100, minimum: 1, description: 'Samples per step.', examples: [256] }),
    steps: Type.Integer({ default: 1, minimum: 1, description: 'Gibbs steps of contrastive divergence: the k of CD-k.', examples: [5] }),
    learningRate: Type.Number({ default: 0.1, exclusiveMinimum: 0, description: 'Of layers with binary units on both sides.', examples: [0.05] }),
    gaussianLearningRate: Type.Number({ default: 0.001, exclusiveMinimum: 0, description: 'Of layers with Gaussian units on a side.', examples: [0.0005] }),
    momentum: Type.Number({ default: 0.9, minimum: 0, exclusiveMaximum: 1, description: 'Share of the last step kept; 0.5 at most in the first five epochs (Hinton, 2010).', examples: [0.5] }),
    weightDecay: Type.Number({ default: 0.0002, minimum: 0, description: 'Share of each weight removed per step, times the learning rate.', examples: [0.001] }),
    visible: Type.Union([
      Type.Literal('binary', { description: 'Pixels in [0, 1] are probabilities.' }),
      Type.Literal('gaussian', { description: 'Real values, standardised by the program.' }),
    ], { default: 'binary', description: 'The units of the input.', examples: ['gaussian'] }),
  }),
  variant('layerwise', 'Every layer of the encoder is trained with its mirror image in the decoder as a small autoencoder on the outputs of the one below (Bengio et al., 2007).', {
    epochs: Type.Integer({ default: 10, minimum: 1, description: 'Epochs for each layer.', examples: [50] }),
    batchSize: optional(Type.Integer({ minimum: 1, description: 'Samples per step. Left out, that of the training.', examples: [128] })),
    optimizer: Optimizer,
  }),
], { shorthand: 'type', description: 'What is done to the weights before training. Left out, they are trained as they were drawn.', examples: ['rbm'] });

export const Init = Type.Object({
  from: Type.String({ minLength: 1, description: 'Where the weights come from: name or id of a run, a run folder, a .safetensors file, or an .aeconf file (its newest run).', examples: ['janet-50'] }),
  checkpoint: Type.Union([Type.Literal('best'), Type.Literal('last')], { default: 'last', description: 'Which weights of the run.', examples: ['best'] }),
  layers: optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description: 'Parts ("encoder") or layers ("encoder/dense") to be taken over. Left out: all, and every shape has to fit.', examples: [['encoder']] })),
  freeze: Type.Array(Type.String({ minLength: 1 }), { default: [], description: 'Parts or layers that are not trained any more.', examples: [['encoder']] }),
}, { ...closed, description: 'Starts from the weights of another run. Left out, all weights are drawn anew.', examples: [{ from: 'janet-50', layers: ['encoder'], freeze: ['encoder'] }] });
