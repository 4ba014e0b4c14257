// Configurations with what no sample has, for the exported Keras scripts: every kind of layer, latent, penalty, rate and metric occurs here
// or in a sample.
export interface ScriptCase {
  readonly name: string;
  /** Factor on kernels, so that sigmoids saturate. */
  readonly gain?: number;
  readonly text: string;
}

const dense = (units: number, more: object = {}): object => ({ type: 'dense', units, activation: 'tanh', ...more });
const flat = { type: 'flatten' };
const make = (name: string, spec: object, gain?: number): ScriptCase => ({ name, ...(gain === undefined ? {} : { gain }), text: JSON.stringify({ data: 'mnist', ...spec }) });

export const scriptCases: readonly ScriptCase[] = [
  // A reshape stands behind the sigmoid, and the loss has to find the logits there.
  make('saturated', {
    encoder: [flat, dense(30)], latent: { type: 'plain', units: 6 },
    decoder: [dense(784, { activation: 'sigmoid' }), { type: 'reshape', targetShape: [28, 28, 1] }],
    training: { loss: 'binaryCrossentropy', optimizer: { type: 'adam', learningRate: { type: 'constant', learningRate: 0.001, warmupEpochs: 0.5 }, clipNorm: 0.01 }, metrics: ['psnr', 'ssim', 'accuracy', 'binaryAccuracy', 'mae'] },
  }, 15),
  make('pools', {
    encoder: [
      { type: 'conv2d', filters: 4, padding: 1, strides: 2, activation: { type: 'elu', alpha: 0.5 }, name: 'ab', kernelInitializer: 'orthogonal' },
      { type: 'maxPooling2d', poolSize: 3, strides: 2, padding: 'same' }, { type: 'averagePooling2d', padding: 'same' }, { type: 'topK', k: 40 },
    ],
    decoder: [
      { type: 'upSampling2d', size: 2 }, { type: 'conv2dTranspose', filters: 4, kernelSize: [3, 5], strides: 2, padding: [1, 2], outputPadding: 1, activation: 'gelu' },
      { type: 'conv2d', filters: 1, kernelSize: 3, padding: [0, 1], activation: 'softplus' }, flat, dense(784, { activation: { type: 'leakyRelu' } }),
    ],
    penalties: [
      { type: 'activityL1', weight: 0.001 }, { type: 'activityL1', weight: 0.002, layer: 'ab' }, { type: 'activityL1', weight: 0.001, layer: 'dense' },
      { type: 'weightDecay', l1: 0.0001, l2: 0.001, layers: ['decoder'] }, { type: 'weightDecay', l2: 0.01, layers: ['decoder/dense'] },
    ],
    training: { loss: 'mae', optimizer: { type: 'sgd', learningRate: { type: 'step', learningRate: 0.001, epochs: 1, factor: 0.5, warmupEpochs: 0.2 }, momentum: 0.9, nesterov: true, globalClipNorm: 1 } },
  }),
  make('importance', {
    encoder: [flat, dense(20), { type: 'batchNormalization', momentum: 0.9, scale: false }],
    latent: { type: 'gaussian', units: 5, importanceSamples: 3, annealEpochs: 2, beta: 0.5 },
    decoder: [dense(20), dense(784, { activation: 'sigmoid' }), { type: 'reshape', targetShape: [28, 28, 1] }],
    penalties: [{ type: 'contractive', weight: 0.01 }, { type: 'activityL1', weight: 0.01 }, { type: 'weightDecay', l2: 0.001 }],
    training: { loss: 'binaryCrossentropy', metrics: ['mse', 'accuracy'], optimizer: { type: 'adamw', learningRate: { type: 'exponential', learningRate: 0.001, factor: 0.9 } } },
  }),
  make('softmax', {
    encoder: [flat, dense(12, { activation: 'sigmoid', trainable: false })], latent: { type: 'spherical', units: 4 },
    decoder: [dense(784, { activation: 'softmax', biasInitializer: { type: 'constant', value: 0.1 } })],
    penalties: [{ type: 'klSparsity', weight: 0.1, layer: 'encoder/dense' }, { type: 'activityL1', weight: 0.1 }, { type: 'contractive', weight: 0.1, method: 'estimate', projections: 2 }],
    training: { loss: 'binaryCrossentropy', reduction: 'sum', optimizer: { type: 'rmsprop', learningRate: { type: 'cosine', learningRate: 0.001, minimum: 0.0001, warmupEpochs: 0.3 }, momentum: 0.5, centered: true, clipValue: 0.001 } },
  }),
  make('pieces', {
    data: { type: 'mnist', binarize: 'sample' }, corruption: [{ type: 'uniform', amount: 0.3 }],
    encoder: [{ type: 'conv2d', filters: 6, strides: 4, padding: 'same', activation: 'swish' }, { type: 'dropout', rate: 0.2 }, { type: 'activation', activation: { type: 'leakyRelu', slope: 0.1 } }],
    latent: { type: 'quantized', codes: 5, dimension: 3, commitment: 0.5, revivalThreshold: 0.3 },
    decoder: [{ type: 'conv2dTranspose', filters: 1, strides: 4, padding: 'same', activation: 'sigmoid' }],
    training: { reduction: 'sum', metrics: ['binaryCrossentropy'], optimizer: { type: 'adagrad', learningRate: 0.05 } },
  }),
];
